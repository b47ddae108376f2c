"""When a set-point is written: at once where safety asks, seldom where nothing changes, never twice in a cycle."""

from dataclasses import dataclass

DEAD_BAND_W = 20
"""A closed loop that moves by no more than this is left alone until the next renewal."""
CYCLE_SECONDS = 1.0
RENEWALS_PER_TIMEOUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWrite:
    """The set-point in force: its AC power (W), when it was written (monotonic s), for whom, and in which cycle."""

    ac_power_w: int
    at: float
    command_id: str
    cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextWrite:
    """The set-point that this cycle's values give; ``limited`` where a limit made it smaller than asked."""

    ac_power_w: int
    command_id: str
    cycle: int
    closed_loop: bool
    limited: bool


def is_due(last: LastWrite | None, new: NextWrite, now: float, timeout_seconds: int) -> bool:
    """Return whether a set-point is to be written now.

    The first of a lease and the first of a command: at once. Less in magnitude or of the other sign because of a
    limit: at once. A closed loop: when it leaves the dead band. Always: a third of the Edge's time-out after the
    last one. But never twice within a cycle of the Edge.
    """
    if last is None:
        return True
    if new.cycle == last.cycle and now - last.at < CYCLE_SECONDS:
        return False
    if new.command_id != last.command_id or now - last.at >= renewal_seconds(timeout_seconds):
        return True
    moved = new.ac_power_w != last.ac_power_w
    if not new.closed_loop or (new.limited and _is_less(new.ac_power_w, last.ac_power_w)):
        return moved
    return abs(new.ac_power_w - last.ac_power_w) > DEAD_BAND_W


def renewal_seconds(timeout_seconds: int) -> float:
    """Return the longest pause between two writes: so that two may fail before the Edge forgets."""
    return max(CYCLE_SECONDS, timeout_seconds / RENEWALS_PER_TIMEOUT)


def _is_less(new: int, last: int) -> bool:
    return abs(new) < abs(last) or (new < 0) != (last < 0)
