"""The dispatch mode: what the owner lets the bridge do with the battery."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .commands import send
from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .models import Dispatch, Mode

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsSelectDescription(SelectEntityDescription, PartDescription[Dispatch]):
    """Describes a select."""


MODE = DemsSelectDescription(
    key="mode",
    translation_key="mode",
    part=Part.BATTERY,
    section=lambda house: house.dispatch,
    options=[*Mode],
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the mode of a household."""
    add_with_devices(entry, async_add_entities, (MODE,), ModeSelect)


class ModeSelect(DemsEntity[Dispatch], SelectEntity):
    """The mode. *Off* is a dry run: the bridge writes nothing to the battery."""

    entity_description: DemsSelectDescription

    @property
    @override
    def current_option(self) -> str | None:
        """The mode in force."""
        return None if (dispatch := self.section) is None else dispatch.mode

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the mode."""
        await send(self.coordinator, "dispatch", self.coordinator.client.set_mode(option))
