"""Switches: what the owner allows the battery to do with the grid, and the bridge to do in the market."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
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
from .market import Trading
from .models import Limits

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsSwitchDescription[S](SwitchEntityDescription, PartDescription[S]):
    """Describes a switch. The key is the name of the limit or the setting at the bridge."""

    value: Callable[[S], bool | None]


SWITCHES = (
    DemsSwitchDescription[Limits](
        key="grid_charging",
        translation_key="grid_charging",
        part=Part.BATTERY,
        section=lambda house: house.limits,
        value=lambda limits: limits.grid_charging,
        entity_category=EntityCategory.CONFIG,
    ),
    DemsSwitchDescription[Limits](
        key="battery_feed_in",
        translation_key="battery_feed_in",
        part=Part.BATTERY,
        section=lambda house: house.limits,
        value=lambda limits: limits.battery_feed_in,
        entity_category=EntityCategory.CONFIG,
    ),
)
AUTO_BID = DemsSwitchDescription[Trading](
    key="auto_bid",
    translation_key="auto_bid",
    part=Part.MARKET,
    section=lambda house: house.trading,
    value=lambda trading: trading.auto_bid,
)
FOLLOW_LIVE = DemsSwitchDescription[Trading](
    key="follow_live",
    translation_key="follow_live",
    part=Part.MARKET,
    section=lambda house: house.trading,
    value=lambda trading: trading.follow_live,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the switches of a household."""
    add_with_devices(entry, async_add_entities, SWITCHES, LimitSwitch)
    add_with_devices(entry, async_add_entities, (AUTO_BID, FOLLOW_LIVE), TradingSwitch)


class DemsSwitch[S](DemsEntity[S], SwitchEntity):
    """Something that the owner allows or not."""

    entity_description: DemsSwitchDescription[S]

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is allowed."""
        return None if (section := self.section) is None else self.entity_description.value(section)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Allow it."""
        await self._allow({self.entity_description.key: True})

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Forbid it."""
        await self._allow({self.entity_description.key: False})

    @abstractmethod
    async def _allow(self, change: Mapping[str, bool]) -> None:
        """Tell the bridge."""


class LimitSwitch(DemsSwitch[Limits]):
    """What the battery may do with the grid."""

    @override
    async def _allow(self, change: Mapping[str, bool]) -> None:
        await send(self.coordinator, "limits", self.coordinator.client.set_limits(change))


class TradingSwitch(DemsSwitch[Trading]):
    """What the bridge may do in the market by itself."""

    @override
    async def _allow(self, change: Mapping[str, bool]) -> None:
        await send(self.coordinator, "trading", self.coordinator.market.set_trading(change))
