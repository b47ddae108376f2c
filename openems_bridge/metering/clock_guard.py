"""Samples whose time is in doubt wait: a clock that jumps far and returns must not close slots that have not ended.

UTC is compared with the monotonic clock, on which it cannot jump. After a jump samples are held until the clock has
come back, or has stayed where it is for five minutes (it was set right, or the machine slept). Then all that were held
get the time that has proved true, so no energy is lost and none is counted in a slot of the wrong day.
"""

from dataclasses import dataclass, replace

from openems_bridge.telemetry import Telemetry

JUMP_SECONDS = 150.0
"""A step further than this is a jump. Values that are pushed may be two minutes older than their arrival."""
DOUBT_SECONDS = 300.0
"""So long (monotonic) another time has to hold before it is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockGuard:
    """What is believed of the clock."""

    offset: float | None = None
    """UTC minus monotonic seconds; None before the first sample that is believed."""
    held: tuple[Telemetry, ...] = ()

    @property
    def is_in_doubt(self) -> bool:
        """Whether samples wait."""
        return bool(self.held)

    def after(self, telemetry: Telemetry) -> tuple[ClockGuard, tuple[Telemetry, ...]]:
        """Return the state after one more sample, and the samples whose time is certain now, in their order."""
        offset = telemetry.measured_at - telemetry.received_at
        waiting = (*self.held, telemetry)
        waited = telemetry.received_at - waiting[0].received_at
        if waited < DOUBT_SECONDS and not self._is_believable(telemetry, offset):
            return replace(self, held=waiting), ()
        return ClockGuard(offset=offset), tuple(_timed(sample, offset) for sample in waiting)

    def _is_believable(self, telemetry: Telemetry, offset: float) -> bool:
        if self.offset is not None:
            return abs(offset - self.offset) <= JUMP_SECONDS
        # At the start there is only the Edge's clock to compare with: a machine without one of its own may have booted
        # in the past.
        return telemetry.clock_offset is None or abs(telemetry.clock_offset) <= JUMP_SECONDS


def _timed(telemetry: Telemetry, offset: float) -> Telemetry:
    true_time = telemetry.received_at + offset
    if abs(telemetry.measured_at - true_time) <= JUMP_SECONDS:
        return telemetry
    return replace(telemetry, measured_at=true_time)
