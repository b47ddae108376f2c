"""The two clocks: UTC for slots and readings, monotonic for leases and time-outs."""

import time
from typing import Protocol


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
