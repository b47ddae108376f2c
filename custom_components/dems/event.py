"""Event entities: what happened on the chain, to the readings, in the market and at the battery."""

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
from .models import House
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
    "relief_asked",
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
MARKET_EVENTS: Final = (
    "dispatch_suggested",
    "market_cleared",
    "market_violated",
    "market_void",
    "order_refused",
    "prices_changed",
    "suggestion_expired",
)
DISPATCH_EVENTS: Final = ("dispatch_ended", "dispatch_overridden", "dispatch_started")
EDGE_EVENTS: Final = ("edge_lost", "edge_restored")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """Return a contract's name of an event as an event type: ``SlotNetted`` is ``slot_netted``."""
    return _WORD.sub("_", name).lower()


@dataclass(frozen=True, kw_only=True)
class DemsEventDescription[S](EventEntityDescription, PartDescription[S]):
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


def _of_kinds(
    key: str, part: Part, section: Callable[[House], Any], kinds: tuple[str, ...]
) -> DemsEventDescription[Any]:
    """Describe an entity that shows events by their kind, with what the bridge says about them."""
    return DemsEventDescription(
        key=key,
        translation_key=key,
        part=part,
        section=section,
        event_types=[*kinds],
        event_type=lambda event: event.kind if event.kind in kinds else None,
        attributes=lambda event: {"data": dict(event.data)},
    )


EVENTS: Final[tuple[DemsEventDescription[Any], ...]] = (
    DemsEventDescription[Community](
        key="chain_event",
        translation_key="chain_event",
        part=Part.MEMBER,
        section=lambda house: house.community,
        event_types=[*CHAIN_EVENTS, OTHER],
        event_type=_chain_type,
        attributes=_chain_attributes,
    ),
    _of_kinds("ledger_event", Part.MEMBER, lambda house: house.community, LEDGER_EVENTS),
    _of_kinds("market_event", Part.MEMBER, lambda house: house.market, MARKET_EVENTS),
    _of_kinds("dispatch_event", Part.BATTERY, lambda house: house.dispatch, DISPATCH_EVENTS),
    _of_kinds("edge_event", Part.BRIDGE, lambda house: house.bridge, EDGE_EVENTS),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: DemsConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the event entities of a household."""
    add_with_devices(entry, async_add_entities, EVENTS, DemsEvent)


class DemsEvent[S](DemsEntity[S], EventEntity):
    """Shows the last of its events. ``occurred_at`` is when it happened, the state when Home Assistant heard of it."""

    _unrecorded_attributes = frozenset({"arguments", "data"})

    entity_description: DemsEventDescription[S]

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
            event_type,
            {
                "id": event.id,
                "occurred_at": event.at,
                "late": event.late,
                **self.entity_description.attributes(event),
            },
        )
        self.async_write_ha_state()

    @property
    @override
    def available(self) -> bool:
        """What happened has happened, whether or not the bridge can be reached now."""
        return True
