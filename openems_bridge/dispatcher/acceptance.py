"""What the dispatcher takes from people and programs, checked before it changes anything."""

import math
from dataclasses import fields

from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import (
    MANUAL_DEFAULT_SECONDS,
    MANUAL_LONGEST_SECONDS,
    BatteryPower,
    Command,
    CommandSource,
    GridEnergy,
    GridPower,
    Limits,
    Mode,
    SelfConsumption,
    Target,
)
from openems_bridge.dispatcher.precedence import Moment
from openems_bridge.dispatcher.reasons import Reason, ReasonCode, RequestRefused

LARGEST_TARGET = 1_000_000
"""W or Wh: far beyond any household, so that a value in the wrong unit is refused and not clamped."""


def build_command(
    *,
    command_id: str,
    source: CommandSource,
    target: Target,
    seconds: float | None,
    reason: str,
    mode: Mode,
    moment: Moment,
    grid: SlotGrid,
    reserve_soc: int = 0,
    longest_lease_seconds: float | None = None,
) -> Command:
    """Return the command that a request means.

    Without ``seconds`` a manual command lasts 15 minutes and an energy in a slot to the slot's end. Raises
    RequestRefused for a manual command in OFF, a target that is no plausible whole number, a slot that is over,
    a reserve that is no share of a battery, and a duration that is missing, not positive, or for a manual command above
    four hours or above ``longest_lease_seconds``. A suggestion or plan is cut to that; its time in an energy's slot
    begins with the slot.
    """
    if source is CommandSource.MANUAL and mode is Mode.OFF:
        raise RequestRefused(Reason(ReasonCode.MODE_OFF))
    _check_target(target, moment)
    if not _is_whole(reserve_soc, 0, 100):
        raise _limit_refused("reserve_soc", reserve_soc, 0, 100)
    lasts = _duration(source, target, seconds, moment, grid)
    if longest_lease_seconds is not None:
        lasts = _leased(lasts, longest_lease_seconds, source, target, moment, grid)
    return Command(
        id=command_id,
        source=source,
        target=target,
        ends_at=moment.monotonic + lasts,
        ends_at_utc=moment.utc + lasts,
        reason=reason,
        reserve_soc=reserve_soc,
    )


def check_limits(limits: Limits) -> None:
    """Raise RequestRefused unless every power is a whole number >= 0 or None and the reserve within 0..100 %."""
    for limit in fields(limits):
        value = getattr(limits, limit.name)
        if limit.name in ("grid_charging", "battery_feed_in"):
            if not isinstance(value, bool):
                raise _limit_refused(limit.name, value, 0, 1)
        elif limit.name == "reserve_soc":
            if not _is_whole(value, 0, 100):
                raise _limit_refused(limit.name, value, 0, 100)
        elif value is not None and not _is_whole(value, 0, LARGEST_TARGET):
            raise _limit_refused(limit.name, value, 0, LARGEST_TARGET)


def _check_target(target: Target, moment: Moment) -> None:
    match target:
        case BatteryPower(amount) | GridPower(amount) | GridEnergy(amount):
            if not _is_whole(amount, -LARGEST_TARGET, LARGEST_TARGET):
                raise RequestRefused(Reason(ReasonCode.POWER_INVALID, {"value": str(amount)}))
        case SelfConsumption():
            pass
    if isinstance(target, GridEnergy) and target.slot < moment.slot:
        raise RequestRefused(Reason(ReasonCode.SLOT_PAST, {"slot": target.slot}))


def _duration(
    source: CommandSource, target: Target, seconds: float | None, moment: Moment, grid: SlotGrid
) -> float:
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise RequestRefused(Reason(ReasonCode.DURATION_INVALID, {"value": str(seconds)}))
    lasts = seconds
    if isinstance(target, GridEnergy):
        to_slot_end = grid.end(target.slot) - moment.utc
        lasts = to_slot_end if lasts is None else min(lasts, to_slot_end)
    if lasts is None and source is CommandSource.MANUAL:
        lasts = MANUAL_DEFAULT_SECONDS
    if lasts is None:
        raise RequestRefused(Reason(ReasonCode.DURATION_MISSING))
    if source is CommandSource.MANUAL and lasts > MANUAL_LONGEST_SECONDS:
        raise RequestRefused(
            Reason(
                ReasonCode.DURATION_TOO_LONG,
                {"seconds": math.ceil(lasts), "longest_seconds": MANUAL_LONGEST_SECONDS},
            )
        )
    return lasts


def _leased(
    lasts: float, longest: float, source: CommandSource, target: Target, moment: Moment, grid: SlotGrid
) -> float:
    if source is CommandSource.MANUAL and lasts > longest:
        raise RequestRefused(
            Reason(
                ReasonCode.LEASE_TOO_LONG,
                {"seconds": math.ceil(lasts), "longest_seconds": math.floor(longest)},
            )
        )
    begins_in = max(0.0, grid.start(target.slot) - moment.utc) if isinstance(target, GridEnergy) else 0.0
    return min(lasts, begins_in + longest)


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _limit_refused(limit: str, value: object, least: int, most: int) -> RequestRefused:
    return RequestRefused(
        Reason(ReasonCode.LIMIT_INVALID, {"limit": limit, "value": str(value), "least": least, "most": most})
    )
