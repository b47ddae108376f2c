"""Selects: what the owner lets the bridge do with the battery, and what becomes of the market's suggestions."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .commands import send
from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .market import Answer, Trading
from .models import Dispatch, Mode

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsSelectDescription[S](SelectEntityDescription, PartDescription[S]):
    """Describes a select."""


MODE = DemsSelectDescription[Dispatch](
    key="mode",
    translation_key="mode",
    part=Part.BATTERY,
    section=lambda house: house.dispatch,
    options=[*Mode],
)
ANSWER = DemsSelectDescription[Trading](
    key="suggestion_answer",
    translation_key="suggestion_answer",
    part=Part.MARKET,
    section=lambda house: house.trading,
    options=[*Answer],
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the selects of a household."""
    add_with_devices(entry, async_add_entities, (MODE,), ModeSelect)
    add_with_devices(entry, async_add_entities, (ANSWER,), AnswerSelect)


class ModeSelect(DemsEntity[Dispatch], SelectEntity):
    """The mode. *Off* is a dry run: the bridge writes nothing to the battery."""

    entity_description: DemsSelectDescription[Dispatch]

    @property
    @override
    def current_option(self) -> str | None:
        """The mode in force."""
        return None if (dispatch := self.section) is None else dispatch.mode

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the mode."""
        await send(self.coordinator, "dispatch", self.coordinator.client.set_mode(option))


class AnswerSelect(DemsEntity[Trading], SelectEntity):
    """Whether suggestions of the market are ignored, asked about or followed."""

    entity_description: DemsSelectDescription[Trading]

    @property
    @override
    def current_option(self) -> str | None:
        """What becomes of suggestions."""
        return None if (trading := self.section) is None else trading.dispatch

    @override
    async def async_select_option(self, option: str) -> None:
        """Change what becomes of them."""
        await send(self.coordinator, "trading", self.coordinator.market.set_trading({"dispatch": option}))
