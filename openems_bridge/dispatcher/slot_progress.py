"""How much energy a slot has seen at the grid meter so far: counters as the truth, power between their steps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from dems_protocol.slots import SlotGrid
from openems_bridge.telemetry import Register, Telemetry

LONGEST_STEP_SECONDS = 10.0
"""A pause longer than this is bridged by counters only; power says nothing about it."""
LONGEST_STEP_BACK_SECONDS = 120.0
"""A clock that steps back further is not waited for."""
MOST_PLAUSIBLE_POWER = 100_000
"""W at a household's meter. A counter that jumps faster was replaced or reset."""


class SlotStart(Protocol):
    """Metering's knowledge of the counters at a slot's start."""

    def __call__(self, slot: int) -> Mapping[Register, int] | None:
        """Return the grid meter's counters (Wh) at the start of a slot, or None where metering does not know."""
        ...


@dataclass(frozen=True, slots=True)
class MeterFlow:
    """One direction at the grid meter within a slot.

    ``settled_wh`` came through the counter, ``since_wh`` is power integrated since the counter's last step. Both
    together resolve less than the counter's step, and hold with meters that count in steps of 10 Wh or once a
    minute.
    """

    counter: int | None = None
    settled_wh: float = 0.0
    since_wh: float = 0.0

    @property
    def energy_wh(self) -> float:
        """The energy of this direction so far, Wh."""
        return self.settled_wh + self.since_wh

    def advanced(self, counter: int | None, power: int, seconds: float, *, integrate: bool) -> MeterFlow:
        """Return the flow after ``seconds`` more at ``power`` (W, >= 0), with the counter's new value."""
        since = self.since_wh + (power * seconds / 3600 if integrate else 0.0)
        if counter is None or self.counter is None:
            return MeterFlow(counter if counter is not None else self.counter, self.settled_wh, since)
        step = counter - self.counter
        if step == 0:
            return replace(self, since_wh=since)
        if step < 0 or step > since + MOST_PLAUSIBLE_POWER * max(seconds, 1.0) / 3600:
            return MeterFlow(counter, self.settled_wh, since)
        return MeterFlow(counter, self.settled_wh + step, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotProgress:
    """The current slot at the grid meter. ``known_from`` is the UTC second from which on its energy is counted."""

    slot: int
    known_from: float
    withdrawal: MeterFlow
    feed_in: MeterFlow
    measured_at: float

    @property
    def net_wh(self) -> float:
        """Net energy since ``known_from``, Wh, + import."""
        return self.withdrawal.energy_wh - self.feed_in.energy_wh

    def is_partial(self, grid: SlotGrid) -> bool:
        """Return whether more than the first seconds of the slot were not seen."""
        return self.known_from > grid.start(self.slot) + LONGEST_STEP_SECONDS

    def expected_before_wh(self, energy_wh: int, grid: SlotGrid) -> float:
        """Return the energy assumed before ``known_from``: the share of ``energy_wh`` that belongs to that time."""
        return energy_wh * (self.known_from - grid.start(self.slot)) / grid.seconds


def advance(
    progress: SlotProgress | None, telemetry: Telemetry, grid: SlotGrid, slot_start: SlotStart
) -> SlotProgress:
    """Return the progress after one more cycle; a new slot begins where the last cycle of the old one ended.

    At the first cycle in a slot that was not watched from its start, the start's counters are asked of
    ``slot_start``; where metering does not know them, the slot counts from now on. A clock that steps back
    by a minute or two leaves the progress as it is until time has caught up; by more, and its slot is begun anew.
    """
    slot = grid.slot_at(telemetry.measured_at)
    if progress is None or slot > progress.slot:
        return _begun(progress, telemetry, slot, grid, slot_start)
    seconds = telemetry.measured_at - progress.measured_at
    if seconds < -LONGEST_STEP_BACK_SECONDS:
        return _begun(None, telemetry, slot, grid, slot_start)
    if seconds <= 0:
        return progress
    return _continued(progress, telemetry, seconds)


def _begun(
    last: SlotProgress | None, telemetry: Telemetry, slot: int, grid: SlotGrid, slot_start: SlotStart
) -> SlotProgress:
    start = float(grid.start(slot))
    if last is not None and telemetry.measured_at - last.measured_at <= LONGEST_STEP_SECONDS:
        at_start = SlotProgress(
            slot=slot,
            known_from=start,
            withdrawal=_at_boundary(last.withdrawal),
            feed_in=_at_boundary(last.feed_in),
            measured_at=start,
        )
        return _continued(at_start, telemetry, telemetry.measured_at - start)
    counters = slot_start(slot)
    if counters is not None:
        known = SlotProgress(
            slot=slot,
            known_from=start,
            withdrawal=MeterFlow(counters.get(Register.WITHDRAWAL)),
            feed_in=MeterFlow(counters.get(Register.FEED_IN)),
            measured_at=start,
        )
        if _all_counted(known, telemetry):
            return _continued(known, telemetry, telemetry.measured_at - start)
    return SlotProgress(
        slot=slot,
        known_from=telemetry.measured_at,
        withdrawal=MeterFlow(telemetry.counters.get(Register.WITHDRAWAL)),
        feed_in=MeterFlow(telemetry.counters.get(Register.FEED_IN)),
        measured_at=telemetry.measured_at,
    )


def _at_boundary(flow: MeterFlow) -> MeterFlow:
    """Return a flow of 0 Wh whose counter's next step still owes what the slot before has integrated."""
    return MeterFlow(flow.counter, -flow.since_wh, flow.since_wh)


def _continued(progress: SlotProgress, telemetry: Telemetry, seconds: float) -> SlotProgress:
    power = telemetry.grid_power
    integrate = power is not None and seconds <= LONGEST_STEP_SECONDS
    grid_power = power or 0
    return replace(
        progress,
        withdrawal=progress.withdrawal.advanced(
            telemetry.counters.get(Register.WITHDRAWAL), max(grid_power, 0), seconds, integrate=integrate
        ),
        feed_in=progress.feed_in.advanced(
            telemetry.counters.get(Register.FEED_IN), max(-grid_power, 0), seconds, integrate=integrate
        ),
        measured_at=telemetry.measured_at,
    )


def _all_counted(progress: SlotProgress, telemetry: Telemetry) -> bool:
    pairs = (
        (progress.withdrawal.counter, telemetry.counters.get(Register.WITHDRAWAL)),
        (progress.feed_in.counter, telemetry.counters.get(Register.FEED_IN)),
    )
    return all(before is not None and now is not None and now >= before for before, now in pairs)
