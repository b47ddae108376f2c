"""Times: the quiet hours, in which nobody is asked about a suggestion."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Final, override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .commands import send
from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .market import Trading

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsTimeDescription(TimeEntityDescription, PartDescription[Trading]):
    """Describes a local time of day. The key is the setting's name at the bridge."""

    value: Callable[[Trading], str | None]


QUIET_HOURS: Final = (
    DemsTimeDescription(
        key="quiet_from",
        translation_key="quiet_from",
        part=Part.MARKET,
        section=lambda house: house.trading,
        value=lambda trading: trading.quiet_from,
        entity_category=EntityCategory.CONFIG,
    ),
    DemsTimeDescription(
        key="quiet_to",
        translation_key="quiet_to",
        part=Part.MARKET,
        section=lambda house: house.trading,
        value=lambda trading: trading.quiet_to,
        entity_category=EntityCategory.CONFIG,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the quiet hours of a household."""
    add_with_devices(entry, async_add_entities, QUIET_HOURS, DemsTime)


class DemsTime(DemsEntity[Trading], TimeEntity):
    """One end of the quiet hours."""

    entity_description: DemsTimeDescription

    @property
    @override
    def native_value(self) -> time | None:
        """The time of day at the bridge."""
        trading = self.section
        told = None if trading is None else self.entity_description.value(trading)
        return None if told is None else dt_util.parse_time(told)

    @override
    async def async_set_value(self, value: time) -> None:
        """Change it; quiet hours begin and end with a minute."""
        change = {self.entity_description.key: f"{value:%H:%M}"}
        await send(self.coordinator, "trading", self.coordinator.market.set_trading(change))
