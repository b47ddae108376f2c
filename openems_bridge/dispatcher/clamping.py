"""Limits: from the power a command asks of the battery to the power it may have. Always towards zero, always told."""

from collections.abc import Iterator
from dataclasses import dataclass

from openems_bridge.dispatcher.commands import Limits
from openems_bridge.dispatcher.house_net import missing_for_house_net
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.edge.interface import BatteryKind
from openems_bridge.telemetry import Telemetry

RESERVE_HYSTERESIS = 2
"""% by which the state of charge must have come clear of a reserve that was met."""


@dataclass(frozen=True, slots=True)
class Clamped:
    """What remains of a request. ``power_w`` is the battery's own, ``ac_power_w`` the set-point to be written, W."""

    power_w: int
    ac_power_w: int
    clamps: tuple[Reason, ...] = ()
    """Every limit that took something away, in the order of their use."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """The most, W >= 0, that one limit leaves in the direction of the request."""

    code: ReasonCode
    most_w: int


def ac_offset(telemetry: Telemetry, kind: BatteryKind) -> int | None:
    """Return what the inverter's AC power exceeds the battery's own by, W; None where a hybrid does not tell.

    A hybrid's DC-coupled plant feeds the same inverter (facts/openems.md, Steering a battery, 7). An AC-coupled
    battery is its own inverter: 0.
    """
    if kind is BatteryKind.AC_COUPLED:
        return 0
    if telemetry.ess_power is None or telemetry.battery_power is None:
        return None
    return telemetry.ess_power - telemetry.battery_power


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounding:
    """What limits a set-point now.

    ``reserve_soc`` is the higher of the owner's and the Edge's (%), ``offset_w`` comes from ``ac_offset``,
    ``house_net_w`` from ``HouseNet``. ``at_reserve``: the command has met the reserve, and goes on discharging only
    once the state of charge is clear of it.
    """

    telemetry: Telemetry
    limits: Limits
    reserve_soc: int
    offset_w: int
    house_net_w: int | None
    at_reserve: bool = False

    def may_discharge_at(self, soc: int) -> bool:
        """Return whether the reserve allows discharging at a state of charge (%)."""
        is_clear = soc >= min(self.reserve_soc + RESERVE_HYSTERESIS, 100)
        return soc > self.reserve_soc and (is_clear or not self.at_reserve)


def clamp(requested_w: int, by: Bounding) -> Clamped:
    """Return a requested battery power (W, + discharging) within every limit.

    The result lies between 0 and the request. A limit whose input is unknown leaves 0 W.

    The AC set-point also stays within the inverter's own range where a hybrid's plant alone exceeds it: then the
    surplus goes into the battery, because it can go nowhere else.
    """
    charging = requested_w < 0
    bounds = _charge_bounds(by) if charging else _discharge_bounds(by)
    magnitude = abs(requested_w)
    clamps = []
    for bound in bounds:
        most = max(0, bound.most_w)
        if most < magnitude:
            clamps.append(_told(bound.code, most, requested_w, by))
            magnitude = most
    power = -magnitude if charging else magnitude
    return Clamped(power, _within_inverter(by.offset_w + power, by.telemetry), tuple(clamps))


def _discharge_bounds(by: Bounding) -> Iterator[_Bound]:
    telemetry, limits = by.telemetry, by.limits
    if telemetry.allowed_discharge_power is None:
        yield _Bound(ReasonCode.ALLOWED_POWER_UNKNOWN, 0)
    else:
        yield _Bound(ReasonCode.ALLOWED_DISCHARGE_POWER, telemetry.allowed_discharge_power - by.offset_w)
    if telemetry.max_apparent_power is None:
        yield _Bound(ReasonCode.MAX_APPARENT_POWER_UNKNOWN, 0)
    else:
        yield _Bound(ReasonCode.MAX_APPARENT_POWER, telemetry.max_apparent_power - by.offset_w)
    if limits.max_discharge_power is not None:
        yield _Bound(ReasonCode.MAX_DISCHARGE_POWER, limits.max_discharge_power)
    if telemetry.soc is None:
        yield _Bound(ReasonCode.SOC_UNKNOWN, 0)
    elif not by.may_discharge_at(telemetry.soc):
        yield _Bound(ReasonCode.RESERVE_SOC, 0)
    if not limits.battery_feed_in:
        yield _at_meter(ReasonCode.BATTERY_FEED_IN_NOT_ALLOWED, by, 0)
    if limits.max_feed_in is not None:
        yield _at_meter(ReasonCode.MAX_FEED_IN, by, limits.max_feed_in)


def _charge_bounds(by: Bounding) -> Iterator[_Bound]:
    telemetry, limits = by.telemetry, by.limits
    if telemetry.allowed_charge_power is None:
        yield _Bound(ReasonCode.ALLOWED_POWER_UNKNOWN, 0)
    else:
        yield _Bound(ReasonCode.ALLOWED_CHARGE_POWER, by.offset_w - telemetry.allowed_charge_power)
    if telemetry.max_apparent_power is None:
        yield _Bound(ReasonCode.MAX_APPARENT_POWER_UNKNOWN, 0)
    else:
        yield _Bound(ReasonCode.MAX_APPARENT_POWER, by.offset_w + telemetry.max_apparent_power)
    if limits.max_charge_power is not None:
        yield _Bound(ReasonCode.MAX_CHARGE_POWER, limits.max_charge_power)
    if not limits.grid_charging:
        yield _at_meter(ReasonCode.GRID_CHARGING_NOT_ALLOWED, by, 0, charging=True)
    if limits.max_grid_draw is not None:
        yield _at_meter(ReasonCode.MAX_GRID_DRAW, by, limits.max_grid_draw, charging=True)


def _at_meter(code: ReasonCode, by: Bounding, grid_limit: int, *, charging: bool = False) -> _Bound:
    """Return what a limit at the grid meter leaves the battery: grid = house_net - battery."""
    net = by.house_net_w
    if net is None:
        return _Bound(missing_for_house_net(by.telemetry), 0)
    return _Bound(code, grid_limit - net if charging else grid_limit + net)


def _told(code: ReasonCode, most: int, requested: int, by: Bounding) -> Reason:
    known: dict[str, int | None] = {
        "limit_w": most,
        "requested_w": requested,
        "soc": by.telemetry.soc,
        "reserve_soc": by.reserve_soc,
    }
    return Reason(code, {name: value for name in code.params if (value := known[name]) is not None})


def _within_inverter(ac_power: int, telemetry: Telemetry) -> int:
    if telemetry.max_apparent_power is not None:
        ac_power = max(-telemetry.max_apparent_power, min(ac_power, telemetry.max_apparent_power))
    if telemetry.allowed_discharge_power is not None:
        ac_power = min(ac_power, max(0, telemetry.allowed_discharge_power))
    if telemetry.allowed_charge_power is not None:
        ac_power = max(ac_power, min(0, telemetry.allowed_charge_power))
    return ac_power
