"""The meter: samples of the Edge in, readings of slots out. Pure: every step returns a new state.

The rule for sums: the readings of a register telescope. Whatever happens between the samples, the energies of all its
readings and open portions add up to its total, which is the counter's last value minus its first one (plus what was
counted after each reset).

The time of a value is ``Telemetry.measured_at``, as far as ``ClockGuard`` believes it. A clock that is set back opens no
closed slot (the energy goes to the open one, marked estimated); one that is set forward is a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dems_protocol.slots import SlotGrid
from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.metering import counters, history, integration
from openems_bridge.metering.attribution import Stretch, attribute, gap_start
from openems_bridge.metering.closing import DORMANT_AFTER, close_slots
from openems_bridge.metering.counters import CounterState, Plausibility
from openems_bridge.metering.division import MS, Recorded
from openems_bridge.metering.history import HistoryRequest
from openems_bridge.metering.integration import IntegralState
from openems_bridge.metering.powers import power_of
from openems_bridge.metering.readings import Reading
from openems_bridge.metering.state import MeterState, Portion, RegisterState
from openems_bridge.telemetry import Register, SourceClass, Telemetry

_SHORTEST_DENSE_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a sample led to: the new state and the readings of the slots that it closed, in ascending order."""

    state: MeterState
    closed: tuple[Reading, ...] = ()
    rebased: bool = False
    """Whether a register has a new baseline (its first value, a reset). A state that forgot it would lose energy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """One sample on its way into the registers."""

    telemetry: Telemetry
    at: int
    open_slot: int
    records: EnergyHistory | None
    reset_in_gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMeter:
    """How a household is metered. Holds no state of its own.

    Samples at most a sixtieth of a slot (at least 10 s) apart count as dense: nothing is estimated between them.
    """

    grid: SlotGrid
    source: SourceClass
    plausibility: Plausibility = field(default_factory=Plausibility)

    @property
    def dense_ms(self) -> int:
        """The longest pause between samples (ms) that is none."""
        return max(_SHORTEST_DENSE_SECONDS, self.grid.seconds // 60) * MS

    def begin(self) -> MeterState:
        """Return the state of a meter that has seen nothing."""
        return MeterState(slot_seconds=self.grid.seconds)

    def history_wanted(self, state: MeterState, telemetry: Telemetry) -> HistoryRequest | None:
        """Return what should be asked of the Edge's records before this sample is observed, None if nothing."""
        if state.open_slot is None:
            return None
        at = _milliseconds(telemetry)
        starts = [
            gap_start(self.grid, state.open_slot, known.seen_at, at)
            for register, known in state.registers.items()
            if at - known.seen_at > self.dense_ms and _has_value(register, known, telemetry)
        ]
        return history.request_for(self.grid, min(starts), at) if starts else None

    def observe(
        self, state: MeterState, telemetry: Telemetry, records: EnergyHistory | None = None
    ) -> Observed:
        """Take one sample, with the Edge's records if ``history_wanted`` asked for them and there are any."""
        at = _milliseconds(telemetry)
        slot = self.grid.slot_at(at / MS) if state.open_slot is None else state.open_slot
        moment = _Moment(
            telemetry=telemetry,
            at=at,
            open_slot=slot,
            records=records,
            reset_in_gap=self._is_reset_in_gap(state, telemetry, at),
        )
        registers: dict[Register, RegisterState] = {}
        for register in Register:
            following = self._follow(register, state.registers.get(register), moment)
            if following is not None:
                registers[register] = following
        if not registers:
            return Observed(state=state)
        following_state = replace(state, open_slot=slot, registers=registers)
        closed_state, closed = close_slots(self.grid, self.source, following_state, at)
        return Observed(state=closed_state, closed=closed, rebased=_is_rebased(state, following_state))

    def _is_reset_in_gap(self, state: MeterState, telemetry: Telemetry, at: int) -> bool:
        """Tell whether a counter was reset while nobody looked: the others, which may not show it, were too then."""
        return any(
            not counters.count(
                known.source, telemetry.counters.get(register), at, self.plausibility
            ).continuous
            for register, known in state.registers.items()
            if isinstance(known.source, CounterState) and at - known.seen_at > self.dense_ms
        )

    def _follow(
        self, register: Register, known: RegisterState | None, moment: _Moment
    ) -> RegisterState | None:
        value, at = moment.telemetry.counters.get(register), moment.at
        power = power_of(register, moment.telemetry)
        if value is not None and value < 0:
            value = None
        if known is None:
            return self._begin(value, power, moment)
        stretch = Stretch(energy=0, start=known.seen_at, end=at, covered=False)
        match known.source:
            case CounterState() as counter if value is not None:
                return self._count(register, known, counter, value, stretch, moment)
            case CounterState(total=total) if known.missed >= DORMANT_AFTER and power is not None:
                return self._attribute(
                    known, IntegralState(total=total, power=power, seen_at=at), stretch, moment, None
                )
            case IntegralState(total=total) if value is not None:
                return self._attribute(known, counters.begin(value, at, total), stretch, moment, None)
            case IntegralState() as integral if power is not None:
                return self._integrate(register, known, integral, power, stretch, moment)
            case _:
                return known

    def _begin(self, value: int | None, power: int | None, moment: _Moment) -> RegisterState | None:
        slot_ms, at = self.grid.seconds * MS, moment.at
        slot = max(at // slot_ms, moment.open_slot)
        portions = {slot: Portion(uncovered=max(0, at - slot * slot_ms), integrated=value is None)}
        if value is not None:
            return RegisterState(source=counters.begin(value, at), portions=portions)
        if power is not None:
            return RegisterState(source=IntegralState(total=0, power=power, seen_at=at), portions=portions)
        return None

    def _recorded(self, register: Register, stretch: Stretch, moment: _Moment) -> Recorded | None:
        if moment.records is None or stretch.end - stretch.start <= self.dense_ms:
            return None
        since = gap_start(self.grid, moment.open_slot, stretch.start, stretch.end)
        return history.recorded(moment.records, register, self.grid, since, stretch.end)

    def _count(
        self,
        register: Register,
        known: RegisterState,
        counter: CounterState,
        value: int,
        stretch: Stretch,
        moment: _Moment,
    ) -> RegisterState:
        counted = counters.count(counter, value, moment.at, self.plausibility)
        if not counted.believed:
            return replace(known, source=counted.state)
        recorded = self._recorded(register, stretch, moment)
        source, energy, covered = counted.state, counted.energy, True
        if not counted.continuous or moment.reset_in_gap:
            # What was counted before the reset is lost to the counter, but not to the Edge's records.
            missed = max(0, recorded.whole - energy) if recorded is not None else 0
            source, energy = counters.add(source, missed), energy + missed
            covered = recorded is not None and recorded.complete
        coarse = register in moment.telemetry.coarse
        full = replace(stretch, energy=energy, covered=covered, coarse=coarse)
        return self._attribute(known, source, full, moment, recorded)

    def _integrate(
        self,
        register: Register,
        known: RegisterState,
        integral: IntegralState,
        power: int,
        stretch: Stretch,
        moment: _Moment,
    ) -> RegisterState:
        recorded = self._recorded(register, stretch, moment)
        if stretch.end - stretch.start <= self.dense_ms:
            source, energy = integration.integrate(integral, power, moment.at)
            covered = True
        else:
            energy = recorded.whole if recorded is not None else 0
            source = integration.skip(integral, power, moment.at, energy)
            covered = recorded is not None and recorded.complete
        full = replace(stretch, energy=energy, covered=covered, integrated=True)
        return self._attribute(known, source, full, moment, recorded)

    def _attribute(
        self,
        known: RegisterState,
        source: CounterState | IntegralState,
        stretch: Stretch,
        moment: _Moment,
        recorded: Recorded | None,
    ) -> RegisterState:
        portions = attribute(self.grid, moment.open_slot, known.portions, stretch, self.dense_ms, recorded)
        return RegisterState(source=source, portions=portions)


def totals(state: MeterState) -> Mapping[Register, int]:
    """Return the household's own registers, Wh since the bridge first saw each. None of them ever falls."""
    return {register: known.total for register, known in state.registers.items()}


def open_energy(state: MeterState, slot: int) -> Mapping[Register, int]:
    """Return the Wh counted so far in a slot that is not closed; registers without a value there are missing."""
    return {
        register: known.portions[slot].energy
        for register, known in state.registers.items()
        if slot in known.portions
    }


def counters_at_start(state: MeterState, slot: int) -> Mapping[Register, int]:
    """Return what the Edge's counters (Wh) showed when a slot that is not closed began.

    Registers are missing whose start was not measured: first seen within the slot, or in a gap. After a reset within
    the slot the value is what the new count would have begun at, and may be negative.
    """
    found: dict[Register, int] = {}
    for register, known in state.registers.items():
        portion = known.portions.get(slot)
        seen_from_start = portion is not None and not portion.uncovered and not portion.estimated
        if portion is not None and seen_from_start and isinstance(known.source, CounterState):
            found[register] = known.source.track.value - portion.energy
    return found


def _is_rebased(before: MeterState, after: MeterState) -> bool:
    return any(
        _baseline(before.registers.get(register)) != _baseline(known)
        for register, known in after.registers.items()
    )


def _baseline(known: RegisterState | None) -> object:
    match known:
        case RegisterState(source=CounterState(track=track)):
            return track.offset
        case RegisterState():
            return IntegralState
        case None:
            return None


def _has_value(register: Register, known: RegisterState, telemetry: Telemetry) -> bool:
    if isinstance(known.source, CounterState):
        return telemetry.counters.get(register) is not None
    return power_of(register, telemetry) is not None


def _milliseconds(telemetry: Telemetry) -> int:
    return round(telemetry.measured_at * MS)
