"""The button that gives the battery back."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .commands import send
from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .models import Dispatch

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DemsButtonDescription(ButtonEntityDescription, PartDescription[Dispatch]):
    """Describes a button."""


RELEASE = DemsButtonDescription(
    key="release_battery",
    translation_key="release_battery",
    part=Part.BATTERY,
    section=lambda house: house.dispatch,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the button of a household."""
    add_with_devices(entry, async_add_entities, (RELEASE,), ReleaseButton)


class ReleaseButton(DemsEntity[Dispatch], ButtonEntity):
    """Withdraws the manual command: the battery goes back to the plan, or to its own control."""

    entity_description: DemsButtonDescription

    @override
    async def async_press(self) -> None:
        """Release the battery."""
        await send(self.coordinator, "dispatch", self.coordinator.client.withdraw_command())
