"""What may go wrong with an Edge, as a state that a test (or the control port) switches."""

from dataclasses import dataclass, field
from enum import StrEnum


class Freeze(StrEnum):
    """How an Edge stops delivering fresh values."""

    NONE = "none"
    REPEAT = "repeat"
    """The same values arrive again and again."""
    SILENT = "silent"
    """No currentData arrives any more; the connection stays open."""


class CounterLoss(StrEnum):
    """What a restart does to the energy counters."""

    KEEP = "keep"
    RESET = "reset"
    """They begin at 0 again."""
    DIP = "dip"
    """They fall back by some Wh and go on from there."""


@dataclass(slots=True)
class Faults:
    """The faults in force. All off by default; written by tests and by the control port, read by the Edge."""

    freeze: Freeze = Freeze.NONE
    edge_fault: bool = False
    """``_sum/State`` (and ess0's) is 3, Fault."""
    off_grid: bool = False
    undefined: set[str] = field(default_factory=set)
    """Addresses whose value is undefined."""
    override_power: int | None = None
    """Something that no configuration shows fixes the ESS at this power (W) ahead of every controller."""
    not_following: bool = False
    """The battery takes set-points (DebugSetActivePower shows them) but stays at 0 W."""
    foreign_writer: str | None = None
    """Id of the API controller on which a second client writes an unrelated value in every cycle."""
    delay: float = 0.0
    """Real seconds that every answer takes."""
