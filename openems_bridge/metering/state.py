"""What the metering remembers from one sample to the next: values only. Times are UTC ms, energies Wh."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openems_bridge.metering.counters import CounterState
from openems_bridge.metering.integration import IntegralState
from openems_bridge.telemetry import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What is known of one register in one slot that is still open."""

    energy: int = 0
    uncovered: int = 0
    """Milliseconds of the slot in which nothing was measured."""
    estimated: bool = False
    """The energy was divided among slots, or its time was uncertain."""
    integrated: bool = False
    """Some of it was integrated from power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterState:
    """One register: where its energy comes from, and its portions of the open slots."""

    source: CounterState | IntegralState
    portions: Mapping[int, Portion] = field(default_factory=dict)
    missed: int = 0
    """How many times in a row slots were closed without a value of this register."""

    @property
    def total(self) -> int:
        """The household's own register, Wh since the bridge first saw it. It never falls."""
        return self.source.total

    @property
    def seen_at(self) -> int:
        """When the last value was believed."""
        return self.source.seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterState:
    """The whole metering. ``open_slot`` is the first slot that is not closed; None before the first value."""

    slot_seconds: int
    open_slot: int | None = None
    registers: Mapping[Register, RegisterState] = field(default_factory=dict)
    waiting_since: int | None = None
    """Since when a slot that has ended is kept open for registers without a value."""
