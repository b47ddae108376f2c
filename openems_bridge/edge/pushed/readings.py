"""Pushed values: what is accepted, what is refused and why, and what they say together. Pure.

Each quantity has its own time line: a value counts from its ``measured_at`` on and for two minutes. Repeating a value
is harmless.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from openems_bridge.edge.interface import Battery, BatteryKind, Component, Topology
from openems_bridge.edge.pushed.setpoints import Offer
from openems_bridge.telemetry import EdgeState, GridMode, Register, SourceClass, Telemetry

FRESH_SECONDS = 120.0
"""After this long a value says nothing about now any more."""
CLOCK_TOLERANCE = 5.0
"""Seconds that a time stamp may lie ahead of the bridge's clock."""
COARSE_ENERGY = 10
"""Wh: a counter with wider steps is coarse."""
COARSE_SECONDS = 10.0
"""A counter measured this much earlier than the newest value is coarse."""
LARGEST_POWER = 1_000_000
LARGEST_ENERGY = 10**12


class Quantity(StrEnum):
    """What can be pushed: powers in W (battery + discharge, grid + import), SoC in %, counters in Wh."""

    GRID_POWER = "grid_power"
    BATTERY_POWER = "battery_power"
    SOLAR_POWER = "solar_power"
    CONSUMPTION_POWER = "consumption_power"
    SOC = "soc"
    WITHDRAWAL = Register.WITHDRAWAL.value
    FEED_IN = Register.FEED_IN.value
    GENERATION = Register.GENERATION.value
    BATTERY_CHARGE = Register.BATTERY_CHARGE.value
    BATTERY_DISCHARGE = Register.BATTERY_DISCHARGE.value
    CONSUMPTION = Register.CONSUMPTION.value

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the largest value that is believed."""
        match self:
            case Quantity.GRID_POWER | Quantity.BATTERY_POWER:
                return -LARGEST_POWER, LARGEST_POWER
            case Quantity.SOLAR_POWER | Quantity.CONSUMPTION_POWER:
                return 0, LARGEST_POWER
            case Quantity.SOC:
                return 0, 100
            case _:
                return 0, LARGEST_ENERGY


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedValue:
    """One value; None says that the meter itself does not know it.

    ``resolution`` is the least step of the value, in its unit: a meter that shows kWh with one decimal has 100 Wh.
    """

    quantity: Quantity
    value: int | None
    measured_at: float
    """UTC seconds."""
    resolution: int = 1


@dataclass(frozen=True, slots=True)
class PushedSample:
    """The values of one push."""

    values: tuple[PushedValue, ...]


class RefusalCode(StrEnum):
    """Why a value was not taken."""

    FROM_FUTURE = "from_future"
    """Its time lies more than 5 s ahead: the clocks differ."""
    OUT_OF_ORDER = "out_of_order"
    """A later value of the quantity was accepted before."""
    CONFLICTING = "conflicting"
    """Another value for the same moment was accepted before."""
    OUT_OF_RANGE = "out_of_range"
    """No meter of a household shows this."""
    MALFORMED = "malformed"
    """No whole number, no time, or no positive resolution."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that was not taken: it changed nothing."""

    quantity: Quantity
    code: RefusalCode
    message: str


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """What became of each value of a push."""

    accepted: tuple[Quantity, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class PushedState:
    """The last accepted value of each quantity."""

    values: Mapping[Quantity, PushedValue] = field(default_factory=dict)

    def fresh(self, now: float) -> dict[Quantity, PushedValue]:
        """Return what still counts at a UTC moment, values that are unknown included."""
        return {
            q: v for q, v in self.values.items() if -CLOCK_TOLERANCE <= now - v.measured_at <= FRESH_SECONDS
        }

    def next_expiry(self, now: float) -> float | None:
        """Return in how many seconds the next value goes stale, None where none is fresh."""
        return min((v.measured_at + FRESH_SECONDS - now for v in self.fresh(now).values()), default=None)


def accept(state: PushedState, sample: PushedSample, now: float) -> tuple[PushedState, PushOutcome]:
    """Return the state after a push at UTC ``now``, and what became of its values."""
    values = dict(state.values)
    accepted: list[Quantity] = []
    refused: list[Refusal] = []
    for value in sample.values:
        refusal = _refusal(value, values.get(value.quantity), now)
        if refusal is None:
            values[value.quantity] = value
            accepted.append(value.quantity)
        else:
            refused.append(refusal)
    return PushedState(values), PushOutcome(tuple(accepted), tuple(refused))


def read_state(
    state: PushedState, *, now: float, received_at: float, offer: Offer | None = None
) -> Telemetry:
    """Return what the fresh values say at UTC ``now``; what is stale or was never pushed is None.

    What Home Assistant does not measure (allowed powers, capacity) is the owner's word in the offer. The house counts
    as connected to the grid while its grid meter tells a power.
    """
    fresh = state.fresh(now)
    known = {quantity: value.value for quantity, value in fresh.items()}
    measured_at = max((value.measured_at for value in fresh.values()), default=now)
    offered = (
        Telemetry(measured_at=measured_at, received_at=received_at)
        if offer is None
        else _offered(offer, known.get(Quantity.GRID_POWER), measured_at, received_at)
    )
    registers = {register: fresh.get(Quantity(register.value)) for register in Register}
    return replace(
        offered,
        grid_power=known.get(Quantity.GRID_POWER),
        battery_power=known.get(Quantity.BATTERY_POWER),
        ess_power=known.get(Quantity.BATTERY_POWER),
        solar_power=known.get(Quantity.SOLAR_POWER),
        consumption_power=known.get(Quantity.CONSUMPTION_POWER),
        soc=known.get(Quantity.SOC),
        counters={register: value.value for register, value in registers.items() if value is not None},
        coarse=frozenset(
            register
            for register, value in registers.items()
            if value is not None and value.value is not None and _is_coarse(value, measured_at)
        ),
    )


def _offered(offer: Offer, grid_power: int | None, measured_at: float, received_at: float) -> Telemetry:
    return Telemetry(
        measured_at=measured_at,
        received_at=received_at,
        capacity=offer.capacity,
        edge_state=EdgeState.OK,
        grid_mode=GridMode.UNDEFINED if grid_power is None else GridMode.ON_GRID,
        allowed_charge_power=-offer.max_charge_power,
        allowed_discharge_power=offer.max_discharge_power,
        max_apparent_power=max(offer.max_charge_power, offer.max_discharge_power),
    )


def find_topology(state: PushedState, offer: Offer | None = None) -> Topology:
    """Return the house that all quantities ever pushed make up, and the way to its battery where scripts are offered."""
    seen = state.values.keys()
    grid = seen & {Quantity.GRID_POWER, Quantity.WITHDRAWAL, Quantity.FEED_IN}
    solar = seen & {Quantity.SOLAR_POWER, Quantity.GENERATION}
    battery = seen & {
        Quantity.BATTERY_POWER,
        Quantity.SOC,
        Quantity.BATTERY_CHARGE,
        Quantity.BATTERY_DISCHARGE,
    }
    return Topology(
        source=SourceClass.HOME_ASSISTANT,
        grid_meter=Component(id="pushed_grid", alias="Grid meter (Home Assistant)") if grid else None,
        battery=Battery(
            id="pushed_battery",
            alias="Battery (Home Assistant)",
            kind=BatteryKind.AC_COUPLED,
            managed=offer is not None,
        )
        if battery
        else None,
        plants=(Component(id="pushed_solar", alias="Solar plant (Home Assistant)"),) if solar else (),
        control=offer.control if offer is not None and battery else None,
    )


def _is_coarse(value: PushedValue, measured_at: float) -> bool:
    return value.resolution > COARSE_ENERGY or measured_at - value.measured_at > COARSE_SECONDS


def _refusal(value: PushedValue, former: PushedValue | None, now: float) -> Refusal | None:
    malformed = _malformed(value)
    if malformed is not None:
        return Refusal(value.quantity, RefusalCode.MALFORMED, malformed)
    low, high = value.quantity.limits
    if value.value is not None and not low <= value.value <= high:
        message = f"{value.quantity} is {value.value}, not within {low} .. {high}"
        return Refusal(value.quantity, RefusalCode.OUT_OF_RANGE, message)
    if _is_from_future(value, now):
        ahead = value.measured_at - now
        message = f"{value.quantity} was measured {ahead:.0f} s in the future: set both clocks by NTP"
        return Refusal(value.quantity, RefusalCode.FROM_FUTURE, message)
    if former is None or value.measured_at > former.measured_at or _is_from_future(former, now):
        return None
    if value.measured_at < former.measured_at:
        message = f"{value.quantity}: a value measured {former.measured_at - value.measured_at:.1f} s later is known"
        return Refusal(value.quantity, RefusalCode.OUT_OF_ORDER, message)
    if value.value != former.value:
        message = (
            f"{value.quantity} was {former.value} at the same moment, now it is said to be {value.value}"
        )
        return Refusal(value.quantity, RefusalCode.CONFLICTING, message)
    return None


def _is_from_future(value: PushedValue, now: float) -> bool:
    """Return whether a value's time has not come yet. One that was accepted tells of a clock that was set back."""
    return value.measured_at - now > CLOCK_TOLERANCE


def _malformed(value: PushedValue) -> str | None:
    if value.value is not None and (not isinstance(value.value, int) or isinstance(value.value, bool)):
        return f"{value.quantity} must be a whole number, not {value.value!r}"
    if not isinstance(value.resolution, int) or isinstance(value.resolution, bool) or value.resolution < 1:
        return f"{value.quantity}: the resolution must be a whole number from 1, not {value.resolution!r}"
    if not isinstance(value.measured_at, int | float) or not math.isfinite(value.measured_at):
        return f"{value.quantity}: measured_at must be UTC seconds, not {value.measured_at!r}"
    return None
