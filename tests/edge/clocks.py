"""Clocks for tests."""

from dataclasses import dataclass


@dataclass(slots=True)
class HandClock:
    """A clock that stands still until a test moves it."""

    now: float = 1_790_000_000.0
    running: float = 100.0

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.running

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.running += seconds
