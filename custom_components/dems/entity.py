"""What all entities of a household share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import DemsConfigEntry, DemsCoordinator
from .devices import Part, identifier, present
from .models import House


@dataclass(frozen=True, kw_only=True)
class PartDescription[S](EntityDescription):
    """Says on which device an entity is, and from which section of the house's state it reads."""

    part: Part
    section: Callable[[House], S | None]


def add_with_devices[D: PartDescription[Any]](
    entry: DemsConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Iterable[D],
    build: Callable[[DemsCoordinator, D], Entity],
) -> None:
    """Add the entities of each device when the house gets it, now and while running.

    The entities of a device that is gone go with it.
    """
    coordinator = entry.runtime_data
    served: frozenset[Part] = frozenset()

    @callback
    def add_new() -> None:
        nonlocal served
        new = coordinator.devices.parts - served
        served = coordinator.devices.parts
        if new:
            async_add_entities(
                build(coordinator, description) for description in descriptions if description.part in new
            )

    add_new()
    entry.async_on_unload(coordinator.async_add_listener(add_new))


class DemsEntity[S](CoordinatorEntity[DemsCoordinator]):
    """An entity that shows or changes one value of one section of the house's state."""

    _attr_has_entity_name = True

    entity_description: PartDescription[S]

    def __init__(self, coordinator: DemsCoordinator, description: PartDescription[S]) -> None:
        """Take what the entity shows or changes."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.bridge_id}_{description.part}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={identifier(coordinator.bridge_id, description.part)})

    @property
    def section(self) -> S | None:
        """The section of the state that this entity reads, None while there is none."""
        return self.entity_description.section(self.coordinator.data)

    @property
    @override
    def available(self) -> bool:
        """An entity is there while the bridge is, and the part of the house that it belongs to.

        What is merely not known yet, such as the reading before a slot has closed, is unknown, not unavailable.
        """
        return super().available and self.entity_description.part in present(self.coordinator.data)
