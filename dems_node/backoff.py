"""Pauses between attempts at something that failed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom


@dataclass(slots=True)
class Backoff:
    """Pauses that double from ``first`` to ``longest`` seconds, each spread by a quarter either way.

    The spread keeps several daemons from knocking at the same moment after a power cut.
    """

    first: float = 1.0
    longest: float = 60.0
    random: Callable[[], float] = field(default=SystemRandom().random, repr=False)
    _attempts: int = field(default=0, init=False)

    def next_pause(self) -> float:
        """Return the seconds to wait before the next attempt, and count it."""
        pause: float = min(self.longest, self.first * 2.0 ** min(self._attempts, 16))
        self._attempts += 1
        return min(self.longest, pause * (0.75 + 0.5 * self.random()))

    def reset(self) -> None:
        """Start again from the shortest pause: the last attempt succeeded."""
        self._attempts = 0
