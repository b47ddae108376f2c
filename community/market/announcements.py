"""What the chain announces for the slots to come: the utility's prices, the network's charges, who operates the market,
and the keys that suggestions are encrypted to. The same answers as the contracts give for a slot.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from dems_protocol.contracts.abi import Event
from dems_protocol.contracts.market_terms import (
    ChargesChangedEvent,
    MarketOperatorChangedEvent,
    PricesChangedEvent,
)
from dems_protocol.contracts.suggestions import EncryptionKeyAnnouncedEvent
from dems_protocol.market.terms import Terms, ZoneTerms

SCOPE = (
    PricesChangedEvent,
    ChargesChangedEvent,
    MarketOperatorChangedEvent,
    EncryptionKeyAnnouncedEvent,
)
"""The events that announcements are made of."""


@dataclass(slots=True)
class _BySlot[T]:
    """A value by slot; a later word about the same slot replaces the earlier one, as the contract's ``History`` does."""

    starts: list[int] = field(default_factory=list)
    values: list[T] = field(default_factory=list)

    def set(self, first_slot: int, value: T) -> None:
        place = bisect_right(self.starts, first_slot)
        if place and self.starts[place - 1] == first_slot:
            self.values[place - 1] = value
            return
        self.starts.insert(place, first_slot)
        self.values.insert(place, value)

    def at(self, slot: int) -> T | None:
        place = bisect_right(self.starts, slot)
        return self.values[place - 1] if place else None


@dataclass(frozen=True, slots=True)
class _Charges:
    zones: tuple[int, ...]
    charges: tuple[int, ...]


class Announcements:
    """What the announcements' events, in order, say of every slot. Built anew after a reorganisation."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._prices = _BySlot[tuple[ZoneTerms, ...]]()
        self._charges = _BySlot[_Charges]()
        self._operators = _BySlot[bytes]()
        self._keys: dict[tuple[bytes, bytes], _BySlot[bytes]] = {}
        for event in events:
            self.apply(event)

    def apply(self, event: Event) -> None:
        """Take one more event into account; others are ignored."""
        match event:
            case PricesChangedEvent(from_=slot, zones=zones):
                prices = tuple(ZoneTerms(zone.zone, zone.sell, zone.buy) for zone in zones)
                self._prices.set(slot, prices)
            case ChargesChangedEvent(from_=slot, zones=zones, charges=charges):
                self._charges.set(slot, _Charges(zones, charges))
            case MarketOperatorChangedEvent(operator=operator, from_=slot):
                self._operators.set(slot, operator)
            case EncryptionKeyAnnouncedEvent(meter=meter, household=household, key=key, from_=slot):
                self._keys.setdefault((meter, household), _BySlot()).set(slot, key)

    def terms_at(self, slot: int) -> Terms | None:
        """Return the terms of a slot; None where prices or charges are missing, or do not fit each other."""
        prices, charges = self._prices.at(slot), self._charges.at(slot)
        if prices is None or charges is None or tuple(zone.zone for zone in prices) != charges.zones:
            return None
        try:
            return Terms(prices, charges.charges)
        except ValueError:
            return None

    def operator_at(self, slot: int) -> bytes | None:
        """Return the market operator of a slot, None before the first."""
        return self._operators.at(slot)

    def encryption_key_at(self, meter: bytes, household: bytes, slot: int) -> bytes | None:
        """Return the key that suggestions for a household's meter are encrypted to, None if it has none."""
        known = self._keys.get((meter, household))
        return None if known is None else known.at(slot)
