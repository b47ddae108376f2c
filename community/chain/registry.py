"""The registry of the community as its events tell it: which meter belongs to whom, with which key, from which slot on.

The same answers as ``meterAt`` and ``operatorAt`` of the contract, without asking the chain for each reading.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field

from dems_protocol.contracts.abi import Event
from dems_protocol.contracts.community_registry import (
    HouseholdChangedEvent,
    KeyChangedEvent,
    OperatorChangedEvent,
    PlantChangedEvent,
    SealingKeyChangedEvent,
    ZoneChangedEvent,
)
from dems_protocol.contracts.structs import Plant
from dems_protocol.curve import Point
from dems_protocol.leaves import MeterRecord
from dems_protocol.signatures import PublicKey, Scheme

_NOBODY = bytes(20)
SCOPE = (
    HouseholdChangedEvent,
    KeyChangedEvent,
    OperatorChangedEvent,
    PlantChangedEvent,
    SealingKeyChangedEvent,
    ZoneChangedEvent,
)
"""The events that a registry is made of."""


@dataclass(slots=True)
class _History[T]:
    """A value by slot; a later word about the same slot replaces the earlier one, as the contract's ``History`` does."""

    slots: list[int] = field(default_factory=list)
    values: dict[int, T] = field(default_factory=dict)

    def set(self, first_slot: int, value: T) -> None:
        if first_slot not in self.values:
            insort(self.slots, first_slot)
        self.values[first_slot] = value

    def at(self, slot: int) -> T | None:
        place = bisect_right(self.slots, slot)
        return self.values[self.slots[place - 1]] if place else None

    @property
    def last(self) -> T | None:
        return self.values[self.slots[-1]] if self.slots else None


@dataclass(frozen=True, slots=True)
class RegisteredPlant:
    """A plant as the registry has it, with the number of its unit in the register of plants (32 bytes)."""

    plant: Plant
    mastr_number: bytes


@dataclass(slots=True)
class _Meter:
    household: _History[bytes] = field(default_factory=_History)
    key: _History[PublicKey] = field(default_factory=_History)
    plant: _History[RegisteredPlant] = field(default_factory=_History)
    zone: _History[int] = field(default_factory=_History)


class Registry:
    """What the registry's events, in order, say of every slot. Built anew after a reorganisation."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._meters: dict[bytes, _Meter] = {}
        self._households: dict[bytes, set[bytes]] = {}
        self._keys: dict[PublicKey, bytes] = {}
        self._operator = _History[bytes]()
        self._sealing_keys: dict[bytes, _History[Point]] = {}
        for event in events:
            self.apply(event)

    def apply(self, event: Event) -> None:
        """Take one more event into account; others than the registry's are ignored."""
        match event:
            case HouseholdChangedEvent(meter=meter, household=household, from_=slot):
                self._meter(meter).household.set(slot, household)
                self._households.setdefault(household, set()).add(meter)
            case KeyChangedEvent(meter=meter, from_=slot, scheme=scheme, x=x, y=y):
                key = PublicKey(Scheme(scheme), x, y)
                self._meter(meter).key.set(slot, key)
                self._keys[key] = meter
            case PlantChangedEvent(meter=meter, from_=slot, plant=plant, mastr_number=mastr_number):
                self._meter(meter).plant.set(slot, RegisteredPlant(plant, mastr_number))
            case SealingKeyChangedEvent(operator=operator, from_=slot, key=sealing_key):
                self._sealing_keys.setdefault(operator, _History()).set(slot, Point(*sealing_key))
            case ZoneChangedEvent(meter=meter, zone=zone, from_=slot):
                self._meter(meter).zone.set(slot, int.from_bytes(zone))
            case OperatorChangedEvent(operator=operator, from_=slot):
                self._operator.set(slot, operator)

    def record_at(self, meter: bytes, slot: int) -> MeterRecord | None:
        """Return what holds of a meter in a slot, None where it belongs to no household then."""
        known = self._meters.get(meter)
        if known is None:
            return None
        household, key = known.household.at(slot), known.key.at(slot)
        if household is None or household == _NOBODY or key is None:
            return None
        plant = known.plant.at(slot)
        return MeterRecord(household, key, 0 if plant is None else plant.plant.power_watts)

    def zone_at(self, meter: bytes, slot: int) -> int:
        """Return the zone that a meter is in in a slot: 0 where the registry says nothing."""
        known = self._meters.get(meter)
        return 0 if known is None else known.zone.at(slot) or 0

    def meters_at(self, slot: int) -> list[bytes]:
        """Return the meters that belong to a household in a slot, ascending."""
        return sorted(meter for meter in self._meters if self.record_at(meter, slot) is not None)

    def is_member(self, household: bytes, slot: int) -> bool:
        """Say whether a household has a meter in a slot."""
        return any(
            record is not None and record.household == household
            for record in (self.record_at(meter, slot) for meter in self._households.get(household, ()))
        )

    def is_registered(self, meter: bytes) -> bool:
        """Say whether a meter was ever registered: its id is given once."""
        return meter in self._meters

    def last_household(self, meter: bytes) -> bytes | None:
        """Return whom a meter belongs to once all that is planned holds; None for nobody."""
        known = self._meters.get(meter)
        household = known.household.last if known is not None else None
        return None if household == _NOBODY else household

    def household_from(self, meter: bytes) -> int | None:
        """Return the slot since which, or from which, the last household holds; None for an unknown meter."""
        known = self._meters.get(meter)
        return known.household.slots[-1] if known is not None and known.household.slots else None

    def planned_key(self, meter: bytes) -> PublicKey | None:
        """Return a meter's key once all that is planned holds; None for an unknown meter."""
        known = self._meters.get(meter)
        return known.key.last if known is not None else None

    def planned_plant(self, meter: bytes) -> RegisteredPlant | None:
        """Return a meter's plant once all that is planned holds; None where the registry was told of none."""
        known = self._meters.get(meter)
        return known.plant.last if known is not None else None

    def planned_sealing_key(self, operator: bytes) -> Point | None:
        """Return the key that an operator's openings are sealed to once all that is planned holds; None if not known."""
        known = self._sealing_keys.get(operator)
        return known.last if known is not None else None

    def meter_of_key(self, key: PublicKey) -> bytes | None:
        """Return the meter that has, or had, a key."""
        return self._keys.get(key)

    def operator_at(self, slot: int) -> bytes | None:
        """Return the operator's account in a slot, None before the first."""
        return self._operator.at(slot)

    def first_slot(self) -> int | None:
        """Return the first slot in which any meter belongs to anybody, None before that."""
        return min(
            (meter.household.slots[0] for meter in self._meters.values() if meter.household.slots),
            default=None,
        )

    def _meter(self, meter: bytes) -> _Meter:
        return self._meters.setdefault(meter, _Meter())
