"""When to try again after a failure: at once at first, then with a pause that doubles."""

from dataclasses import dataclass

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(slots=True)
class Retry:
    """Whether one thing that failed may be tried again yet, on the monotonic clock: it never waits itself."""

    _pause: float = 0.0
    _ready_at: float = float("-inf")

    def is_ready(self, now: float) -> bool:
        """Return whether the pause after the last failure is over."""
        return now >= self._ready_at

    def failed(self, now: float) -> None:
        """Begin the next, longer pause."""
        self._pause = min(max(2 * self._pause, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._ready_at = now + self._pause

    def reset(self) -> None:
        """Forget the failures: the next attempt may be made at once."""
        self._pause = 0.0
        self._ready_at = float("-inf")
