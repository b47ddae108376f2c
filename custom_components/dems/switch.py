"""Switches: what the owner allows the battery to do with the grid."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .commands import send
from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .models import Limits

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsSwitchDescription(SwitchEntityDescription, PartDescription[Limits]):
    """Describes a switch. The key is the limit's name at the bridge."""

    value: Callable[[Limits], bool | None]


SWITCHES = (
    DemsSwitchDescription(
        key="grid_charging",
        translation_key="grid_charging",
        part=Part.BATTERY,
        section=lambda house: house.limits,
        value=lambda limits: limits.grid_charging,
        entity_category=EntityCategory.CONFIG,
    ),
    DemsSwitchDescription(
        key="battery_feed_in",
        translation_key="battery_feed_in",
        part=Part.BATTERY,
        section=lambda house: house.limits,
        value=lambda limits: limits.battery_feed_in,
        entity_category=EntityCategory.CONFIG,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the switches of a household."""
    add_with_devices(entry, async_add_entities, SWITCHES, LimitSwitch)


class LimitSwitch(DemsEntity[Limits], SwitchEntity):
    """Something that the owner allows or not."""

    entity_description: DemsSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is allowed."""
        return None if (limits := self.section) is None else self.entity_description.value(limits)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Allow it."""
        await self._allow(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Forbid it."""
        await self._allow(False)

    async def _allow(self, allowed: bool) -> None:
        change = {self.entity_description.key: allowed}
        await send(self.coordinator, "limits", self.coordinator.client.set_limits(change))
