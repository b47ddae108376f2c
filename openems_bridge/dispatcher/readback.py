"""Whether the battery does what was written: a state machine over the cycles, without a clock of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from openems_bridge.telemetry import Telemetry

DELAY_SECONDS = 4.0
"""A set-point shows after two cycles; two more for the way there and back. What was in force within this time may
still be what the Edge reports."""
CYCLES_TO_JUDGE = 3
"""So many cycles in a row make an override, and so many good ones end any trouble."""
APPLIED_TOLERANCE_W = 5
"""Rounding where the Edge divides a set-point among phases or inverters."""
FOLLOWING_TOLERANCE_W = 100
FOLLOWING_TOLERANCE_PERCENT = 5
FOLLOWING_SECONDS = 30.0
GIVE_UP_SECONDS = 300.0
PEACE_SECONDS = 60.0
"""Trouble that comes again within this time is the same trouble: a rival that writes now and then is one, too."""


class Verdict(StrEnum):
    """What the read-back says about the set-point in force."""

    FOLLOWED = "followed"
    OVERRIDDEN = "overridden"
    NOT_FOLLOWING = "not_following"


@dataclass(frozen=True, slots=True)
class Written:
    """An AC set-point (W) and when it may have been in force, monotonic s; ``until`` None: it still is."""

    ac_power_w: int
    since: float
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """What the cycles of this lease have shown so far. Times are monotonic seconds."""

    verdict: Verdict = Verdict.FOLLOWED
    trouble_since: float | None = None
    well_since: float | None = None
    """Since when the battery has followed; None in trouble."""
    differing_cycles: int = 0
    good_cycles: int = 0
    away_since: float | None = None
    """Since when the power has been away from the set-point without coming nearer."""
    nearest_w: int = 0
    """The smallest distance since then: a battery that ramps comes nearer."""

    def has_given_up(self, now: float) -> bool:
        """Return whether trouble has lasted so long that the bridge should let go until the next slot."""
        if self.verdict is Verdict.FOLLOWED or self.trouble_since is None:
            return False
        return now - self.trouble_since >= GIVE_UP_SECONDS


def recent(written: Sequence[Written], now: float) -> tuple[Written, ...]:
    """Return the set-points that the Edge may still show."""
    return tuple(entry for entry in written if entry.until is None or entry.until >= now - DELAY_SECONDS)


def observe(state: ReadBack, telemetry: Telemetry, written: Sequence[Written]) -> ReadBack:
    """Return the state after one more cycle, judged against everything in force within the delay.

    Overridden: the applied set-point is none of those for three cycles. Not following: the AC power is away from
    the range of those by more than max(100 W, 5 %) for 30 s without coming nearer. Values that the Edge does not
    tell are not judged.
    """
    now = telemetry.received_at
    in_force = recent(written, now)
    if not in_force or now - min(entry.since for entry in written) < DELAY_SECONDS:
        return state
    values = [entry.ac_power_w for entry in in_force]
    differs = _differs(telemetry.applied_setpoint, values)
    away = _distance(telemetry, values)
    state = _counted(state, differs)
    state = _timed(state, away, now)
    good = not differs and away == 0
    return _judged(replace(state, good_cycles=state.good_cycles + 1 if good else 0), now)


def _differs(applied: int | None, values: Sequence[int]) -> bool:
    return applied is not None and all(abs(applied - value) > APPLIED_TOLERANCE_W for value in values)


def _distance(telemetry: Telemetry, values: Sequence[int]) -> int:
    """Return by how many W the AC power lies outside the tolerated range, 0 inside it or where it is unknown."""
    power = telemetry.ess_power
    if power is None:
        return 0
    low, high = min(values), max(values)
    if power < low - _tolerance(low):
        return low - power
    if power > high + _tolerance(high):
        return power - high
    return 0


def _tolerance(setpoint: int) -> int:
    return max(FOLLOWING_TOLERANCE_W, abs(setpoint) * FOLLOWING_TOLERANCE_PERCENT // 100)


def _counted(state: ReadBack, differs: bool) -> ReadBack:
    return replace(state, differing_cycles=state.differing_cycles + 1 if differs else 0)


def _timed(state: ReadBack, away: int, now: float) -> ReadBack:
    if away == 0:
        return replace(state, away_since=None, nearest_w=0)
    if state.away_since is None:
        return replace(state, away_since=now, nearest_w=away)
    if away < state.nearest_w - FOLLOWING_TOLERANCE_W:
        return replace(state, away_since=now, nearest_w=away)
    return state


def _judged(state: ReadBack, now: float) -> ReadBack:
    verdict = state.verdict
    if state.differing_cycles >= CYCLES_TO_JUDGE:
        verdict = Verdict.OVERRIDDEN
    elif state.away_since is not None and now - state.away_since >= FOLLOWING_SECONDS:
        verdict = Verdict.NOT_FOLLOWING
    elif state.good_cycles >= CYCLES_TO_JUDGE:
        verdict = Verdict.FOLLOWED
    if verdict is Verdict.FOLLOWED:
        well = state.well_since if state.well_since is not None else now
        trouble = state.trouble_since if now - well < PEACE_SECONDS else None
        return replace(state, verdict=verdict, trouble_since=trouble, well_since=well)
    since = state.trouble_since if state.trouble_since is not None else now
    return replace(state, verdict=verdict, trouble_since=since, well_since=None)
