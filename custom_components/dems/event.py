"""Event entities: what happened on the chain, and to the household's readings."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DemsConfigEntry
from .devices import Part
from .entity import DemsEntity, PartDescription, add_with_devices
from .feed import BridgeEvent
from .ledger import Community
from .reasons import OTHER

PARALLEL_UPDATES = 0

CHAIN_EVENT: Final = "chain_event"
CHAIN_EVENTS: Final = (
    "bond_changed",
    "bond_reclaimed",
    "certificates_issued",
    "certificates_redeemed",
    "demanded",
    "deposit_returned",
    "deposited",
    "energy_credited",
    "held",
    "household_admitted",
    "household_changed",
    "household_dismissed",
    "key_changed",
    "leaf_shown",
    "meter_registered",
    "operator_changed",
    "padding_shown",
    "plant_changed",
    "range_proven",
    "reading_excluded",
    "reading_included",
    "released",
    "sealing_key_changed",
    "slashed",
    "slot_netted",
    "statement_published",
    "statement_voided",
    "transfer_batch",
    "transfer_single",
    "window_extended",
    "withdrawn",
    "zone_changed",
)
"""Events of the contracts that a household's bridge watches."""
LEDGER_EVENTS: Final = (
    "certificates_issued",
    "chain_lost",
    "chain_restored",
    "netting_settled",
    "operator_lost",
    "operator_restored",
    "reading_refused",
    "reading_verified",
    "statement_not_verified",
)
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """Return a contract's name of an event as an event type: ``SlotNetted`` is ``slot_netted``."""
    return _WORD.sub("_", name).lower()


@dataclass(frozen=True, kw_only=True)
class DemsEventDescription(EventEntityDescription, PartDescription[Community]):
    """Describes an event entity: ``event_type`` says what an event is here, None that it belongs elsewhere."""

    event_type: Callable[[BridgeEvent], str | None]
    attributes: Callable[[BridgeEvent], Mapping[str, Any]]


def _chain_type(event: BridgeEvent) -> str | None:
    if event.kind != CHAIN_EVENT:
        return None
    name = snake_case(str(event.data.get("event")))
    return name if name in CHAIN_EVENTS else OTHER


def _chain_attributes(event: BridgeEvent) -> dict[str, Any]:
    return {key: event.data.get(key) for key in ("contract", "event", "arguments", "block", "transaction")}


EVENTS: Final = (
    DemsEventDescription(
        key="chain_event",
        translation_key="chain_event",
        part=Part.MEMBER,
        section=lambda house: house.community,
        event_types=[*CHAIN_EVENTS, OTHER],
        event_type=_chain_type,
        attributes=_chain_attributes,
    ),
    DemsEventDescription(
        key="ledger_event",
        translation_key="ledger_event",
        part=Part.MEMBER,
        section=lambda house: house.community,
        event_types=[*LEDGER_EVENTS],
        event_type=lambda event: event.kind if event.kind in LEDGER_EVENTS else None,
        attributes=lambda event: {"data": dict(event.data)},
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the event entities of a household."""
    add_with_devices(entry, async_add_entities, EVENTS, DemsEvent)


class DemsEvent(DemsEntity[Community], EventEntity):
    """Shows the last of its events. ``at`` is when it happened, the state when Home Assistant heard of it."""

    _unrecorded_attributes = frozenset({"arguments", "data"})

    entity_description: DemsEventDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the bridge's events."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.events.subscribe(self._take))

    @callback
    def _take(self, event: BridgeEvent) -> None:
        event_type = self.entity_description.event_type(event)
        if event_type is None:
            return
        self._trigger_event(
            event_type, {"id": event.id, "at": event.at, **self.entity_description.attributes(event)}
        )
        self.async_write_ha_state()

    @property
    @override
    def available(self) -> bool:
        """What happened has happened, whether or not the bridge can be reached now."""
        return True
