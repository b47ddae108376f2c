"""The two clocks: UTC for slots and readings, monotonic for leases and time-outs."""

import time
from typing import Protocol

LARGEST_DIFFERENCE_SECONDS = 5.0
"""How far this machine's clock and another one may lie apart while anything is signed (DESIGN.md, Words and units)."""


class Clock(Protocol):
    """Where the time comes from; tests and the crash test bring their own."""

    def utc(self) -> float:
        """Return the UTC time in seconds since 1970. It may jump."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for leases, staleness and back-off."""
        ...


class SystemClock:
    """The clocks of the machine."""

    def utc(self) -> float:
        """Return the machine's UTC time in seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return the machine's monotonic time in seconds."""
        return time.monotonic()


def find_seconds_behind(now: float, block_time: int) -> int | None:
    """Return by how many seconds this machine's clock is behind a chain whose newest block is of ``block_time`` (UTC s).

    None while they agree. A block from the future says that this clock is behind; an old block says nothing, for a chain
    may be halted.
    """
    behind = block_time - now
    return round(behind) if behind > LARGEST_DIFFERENCE_SECONDS else None
