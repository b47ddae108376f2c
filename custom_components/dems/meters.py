"""Meters that Home Assistant knows: their states as the values that the bridge takes (docs/api.md, ``PUT /v1/readings``).

Pure: states in, values out. Powers in W (battery + discharges, grid + is import), counters in Wh, state of charge in %.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, PERCENTAGE, UnitOfEnergy, UnitOfPower
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.unit_conversion import EnergyConverter, PowerConverter

CONF_METERS: Final = "meters"
CONF_INVERTED: Final = "inverted"
CONF_PART_CAPACITY: Final = "capacity"
LARGEST_RESOLUTION: Final = 1_000_000
"""What the bridge takes; a meter that shows no smaller steps than this measures nothing."""


class Quantity(StrEnum):
    """What the bridge can be told. The words are the API's."""

    GRID_POWER = "grid_power"
    WITHDRAWAL = "withdrawal"
    FEED_IN = "feed_in"
    SOLAR_POWER = "solar_power"
    GENERATION = "generation"
    BATTERY_POWER = "battery_power"
    SOC = "soc"
    BATTERY_CHARGE = "battery_charge"
    BATTERY_DISCHARGE = "battery_discharge"

    @property
    def is_power(self) -> bool:
        """Whether it is a power."""
        return self in POWERS

    @property
    def is_counter(self) -> bool:
        """Whether it is a counter of energy."""
        return self is not Quantity.SOC and not self.is_power


POWERS: Final = frozenset({Quantity.GRID_POWER, Quantity.SOLAR_POWER, Quantity.BATTERY_POWER})
SIGNED: Final = frozenset({Quantity.GRID_POWER, Quantity.BATTERY_POWER})
"""Quantities that some devices count the other way round."""
SUMMED: Final = frozenset(Quantity) - {Quantity.SOC}
"""Quantities that several devices of one kind can share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Which entities measure what, and which quantities they count the other way round."""

    entities: Mapping[Quantity, tuple[str, ...]]
    inverted: frozenset[Quantity]
    capacity: int | None = None
    """Wh of the battery among them, where the owner has said it."""

    @property
    def entity_ids(self) -> frozenset[str]:
        """All entities that are watched."""
        return frozenset(one for entities in self.entities.values() for one in entities)

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Meters | None:
        """Return the meters of an entry's options, None where none are chosen."""
        return cls.of(options.get(CONF_METERS, {}))

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> Meters | None:
        """Return the meters of one form, None where none are chosen there."""
        entities = {
            quantity: (found,) if isinstance(found, str) else tuple(found)
            for quantity in Quantity
            if (found := chosen.get(quantity))
        }
        turned = chosen.get(CONF_INVERTED, ())
        # A part of the house has one quantity that can be turned, the house has several.
        inverted = (SIGNED if turned else ()) if isinstance(turned, bool) else map(Quantity, turned)
        if not entities:
            return None
        return cls(entities=entities, inverted=frozenset(inverted), capacity=chosen.get(CONF_PART_CAPACITY))


def all_meters(options: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> tuple[Meters, ...]:
    """Return the meters of an entry's options and of its subentries' data: the house and its further parts.

    None where the house has none: parts alone do not measure it.
    """
    house = Meters.read(options)
    if house is None:
        return ()
    return (house, *(meters for part in parts if (meters := Meters.of(part)) is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value in the API's unit, None where the meter does not know it; and the least step that it is known to."""

    value: int | None
    resolution: int = 1


UNKNOWN: Final = Measured(value=None)


class UnitUnknown(Exception):
    """An entity has a unit that cannot be converted; the text is the unit."""


def _factor(quantity: Quantity, unit: str | None) -> Decimal:
    """Return how many W, Wh or % one unit is. Raises UnitUnknown."""
    try:
        if quantity.is_power:
            return Decimal(repr(PowerConverter.convert(1.0, unit, UnitOfPower.WATT)))
        if quantity.is_counter:
            return Decimal(repr(EnergyConverter.convert(1.0, unit, UnitOfEnergy.WATT_HOUR)))
    except HomeAssistantError as error:
        raise UnitUnknown(str(unit)) from error
    if unit != PERCENTAGE:
        raise UnitUnknown(str(unit))
    return Decimal(1)


def check_unit(quantity: Quantity, state: State | None) -> None:
    """Raise UnitUnknown where an entity that is there measures something else."""
    if state is not None and (unit := state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)) is not None:
        _factor(quantity, unit)


def measure(quantity: Quantity, state: State | None, *, is_inverted: bool = False) -> Measured:
    """Return what one entity says of a quantity; unavailable, no number, or another unit: unknown."""
    if state is None:
        return UNKNOWN
    try:
        shown = Decimal(state.state)
        factor = _factor(quantity, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))
    except InvalidOperation, UnitUnknown:
        return UNKNOWN
    if not shown.is_finite():
        return UNKNOWN
    exponent = shown.as_tuple().exponent
    step = factor * Decimal(10) ** min(int(exponent), 0)
    value = round(-shown * factor if is_inverted else shown * factor)
    return Measured(value=value, resolution=max(1, min(LARGEST_RESOLUTION, round(step))))


def add(parts: Iterable[Measured]) -> Measured:
    """Return what several entities measure together: unknown where one of them is, as coarse as the coarsest."""
    all_parts = tuple(parts)
    values = [part.value for part in all_parts if part.value is not None]
    if not values or len(values) < len(all_parts):
        return UNKNOWN
    return Measured(value=sum(values), resolution=max(part.resolution for part in all_parts))


def average(parts: Iterable[tuple[Measured, int | None]]) -> Measured:
    """Return the state of charge of several batteries with their capacities (Wh).

    Weighted by capacity where every one is known, else all count alike; unknown where one of them is.
    """
    all_parts = tuple(parts)
    capacities = [capacity for _, capacity in all_parts if capacity]
    weights = capacities if len(capacities) == len(all_parts) else [1] * len(all_parts)
    values = [part.value for part, _ in all_parts if part.value is not None]
    if not values or len(values) < len(all_parts):
        return UNKNOWN
    weighted = sum(value * weight for value, weight in zip(values, weights, strict=True))
    return Measured(
        value=round(weighted / sum(weights)), resolution=max(part.resolution for part, _ in all_parts)
    )


def measured_together(
    meters: Iterable[Meters], look: Callable[[str], State | None]
) -> dict[Quantity, Measured]:
    """Return what all meters say together; ``look`` returns an entity's state."""
    found: dict[Quantity, list[tuple[Measured, int | None]]] = {}
    for one in meters:
        for quantity, entities in one.entities.items():
            for entity_id in entities:
                value = measure(quantity, look(entity_id), is_inverted=quantity in one.inverted)
                found.setdefault(quantity, []).append((value, one.capacity))
    return {
        quantity: average(parts) if quantity is Quantity.SOC else add(value for value, _ in parts)
        for quantity, parts in found.items()
    }


def samples(measured: Mapping[Quantity, Measured], at: float) -> list[dict[str, Any]]:
    """Return the body's samples at a UTC second: one for each resolution, because that is a sample's own."""
    by_resolution: dict[int, dict[str, Any]] = {}
    for quantity, one in measured.items():
        sample = by_resolution.setdefault(one.resolution, {"measured_at": at, "resolution": one.resolution})
        sample[quantity.value] = one.value
    return list(by_resolution.values())
