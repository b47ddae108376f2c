"""After a stop the battery is left alone for a while, longer each time that trouble comes again.

Values that come and go would otherwise cost two lines in the journal each time, and two changes of power.
"""

from dataclasses import dataclass, replace

from openems_bridge.dispatcher.commands import Status
from openems_bridge.dispatcher.decision import Hold, Release
from openems_bridge.dispatcher.reasons import Reason

FIRST_PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 320.0
FORGIVEN_AFTER_SECONDS = 900.0
"""So long without another stop, and the next pause is the first one again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What the last stops ask for. Times are monotonic seconds."""

    stop: Reason | None = None
    """Why the hands came off; None once the pause is over."""
    stopped_at: float = float("-inf")
    pause: float = 0.0
    well_since: float | None = None
    """Since when nothing has stood in the way any more."""

    def after(self, decision: Release | Hold, now: float, *, was_holding: bool) -> Recovery:
        """Return the state after a decision; ``was_holding``: a set-point was in force until now."""
        if decision.status is Status.BLOCKED:
            if was_holding:
                return Recovery(stop=decision.reason, stopped_at=now, pause=self._next_pause(now))
            return self if self.stop is None else replace(self, stop=decision.reason, well_since=None)
        if self.stop is None or decision.status is Status.STARTING:
            return self
        since = now if self.well_since is None else self.well_since
        return replace(self, well_since=since, stop=self.stop if now - since < self.pause else None)

    def held_back(self, decision: Release | Hold) -> Release | Hold:
        """Return the decision, or while the pause lasts the release that stands for it, with the reason of the stop."""
        if self.stop is None or not isinstance(decision, Hold):
            return decision
        return Release(
            status=Status.BLOCKED,
            reason=self.stop,
            command=decision.command,
            requested_power=decision.requested_power,
            clamps=decision.clamped.clamps,
        )

    def _next_pause(self, now: float) -> float:
        if now - self.stopped_at >= FORGIVEN_AFTER_SECONDS:
            return FIRST_PAUSE_SECONDS
        return min(2 * self.pause, LONGEST_PAUSE_SECONDS)
