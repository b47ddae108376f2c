"""Limits move a set-point towards zero, never past it, and each one says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.dispatcher.clamping import Bounding, Clamped, ac_offset
from openems_bridge.dispatcher.clamping import clamp as clamp_by
from openems_bridge.dispatcher.commands import Limits
from openems_bridge.dispatcher.house_net import raw_house_net
from openems_bridge.dispatcher.reasons import ReasonCode
from openems_bridge.edge.interface import BatteryKind
from openems_bridge.telemetry import Telemetry
from tests.dispatcher.house import GENEROUS, telemetry


def clamp(requested: int, seen: Telemetry, owner: Limits, reserve: int, offset: int) -> Clamped:
    return clamp_by(
        requested,
        Bounding(
            telemetry=seen,
            limits=owner,
            reserve_soc=reserve,
            offset_w=offset,
            house_net_w=raw_house_net(seen),
        ),
    )


powers = st.integers(-20_000, 20_000)
perhaps_power = st.none() | powers
magnitudes = st.none() | st.integers(0, 15_000)

limits = st.builds(
    Limits,
    max_charge_power=magnitudes,
    max_discharge_power=magnitudes,
    reserve_soc=st.integers(0, 100),
    grid_charging=st.booleans(),
    battery_feed_in=st.booleans(),
    max_feed_in=magnitudes,
    max_grid_draw=magnitudes,
)
measured = st.builds(
    telemetry,
    grid_power=perhaps_power,
    battery_power=perhaps_power,
    soc=st.none() | st.integers(0, 100),
    allowed_charge_power=st.none() | st.integers(-15_000, 0),
    allowed_discharge_power=st.none() | st.integers(0, 15_000),
    max_apparent_power=magnitudes,
)
offsets = st.just(0) | st.integers(-100, 12_000)


@given(powers, measured, limits, st.integers(0, 100), offsets)
def test_lies_between_zero_and_the_request(
    requested: int, seen: Telemetry, owner: Limits, reserve: int, offset: int
) -> None:
    got = clamp(requested, seen, owner, reserve, offset)
    low, high = sorted((0, requested))
    assert low <= got.power_w <= high
    assert type(got.power_w) is int
    assert type(got.ac_power_w) is int
    assert bool(got.clamps) == (got.power_w != requested)
    for reason in got.clamps:
        assert tuple(reason.params) == reason.code.params


@given(powers, measured, limits, st.integers(0, 100))
def test_is_stable_and_monotone(requested: int, seen: Telemetry, owner: Limits, reserve: int) -> None:
    once = clamp(requested, seen, owner, reserve, 0)
    again = clamp(once.power_w, seen, owner, reserve, 0)
    assert (again.power_w, again.clamps) == (once.power_w, ())
    assert again.ac_power_w == once.ac_power_w == once.power_w
    more = clamp(requested * 2, seen, owner, reserve, 0)
    assert abs(more.power_w) >= abs(once.power_w)


@given(powers, measured, limits, st.integers(0, 100), offsets)
def test_no_limit_is_broken(
    requested: int, seen: Telemetry, owner: Limits, reserve: int, offset: int
) -> None:
    got = clamp(requested, seen, owner, reserve, offset)
    power, ac = got.power_w, got.ac_power_w
    if seen.max_apparent_power is not None:
        assert abs(ac) <= seen.max_apparent_power
    if power > 0:
        assert seen.soc is not None
        assert seen.soc > reserve
        assert seen.allowed_discharge_power is not None
        assert ac <= seen.allowed_discharge_power
        assert seen.max_apparent_power is not None
        assert owner.max_discharge_power is None or power <= owner.max_discharge_power
    if power < 0:
        assert seen.allowed_charge_power is not None
        assert ac >= seen.allowed_charge_power
        assert seen.max_apparent_power is not None
        assert owner.max_charge_power is None or -power <= owner.max_charge_power
    if seen.grid_power is None or seen.battery_power is None:
        assert power <= 0 or (owner.battery_feed_in and owner.max_feed_in is None)
        assert power >= 0 or (owner.grid_charging and owner.max_grid_draw is None)
        return
    grid = seen.grid_power + seen.battery_power - power
    if power > 0 and not owner.battery_feed_in:
        assert grid >= 0
    if power > 0 and owner.max_feed_in is not None:
        assert grid >= -owner.max_feed_in
    if power < 0 and not owner.grid_charging:
        assert grid <= 0
    if power < 0 and owner.max_grid_draw is not None:
        assert grid <= owner.max_grid_draw


@given(st.integers(-3000, 3000), st.integers(0, 3000))
def test_the_ac_setpoint_of_a_hybrid_is_the_plant_plus_the_battery(requested: int, plant: int) -> None:
    seen = telemetry(
        ess_power=plant, allowed_charge_power=-9000, allowed_discharge_power=9000, max_apparent_power=9000
    )
    offset = ac_offset(seen, BatteryKind.HYBRID)
    assert offset == plant
    got = clamp(requested, seen, GENEROUS, 10, offset)
    assert (got.power_w, got.ac_power_w) == (requested, plant + requested)


def test_a_hybrids_plant_beyond_the_inverter_goes_into_the_battery() -> None:
    got = clamp(1000, telemetry(ess_power=5000), GENEROUS, 10, 6000)
    assert (got.power_w, got.ac_power_w) == (0, 5000)
    assert [reason.code for reason in got.clamps] == [ReasonCode.ALLOWED_DISCHARGE_POWER]


def test_a_hybrid_that_hides_a_power_has_no_offset() -> None:
    assert ac_offset(telemetry(ess_power=None), BatteryKind.HYBRID) is None
    assert ac_offset(telemetry(battery_power=None), BatteryKind.HYBRID) is None
    assert ac_offset(telemetry(ess_power=None), BatteryKind.AC_COUPLED) == 0


ALLOWED = {"grid_charging": True, "battery_feed_in": True}


@pytest.mark.parametrize(
    ("requested", "seen", "owner", "left", "code"),
    [
        (4000, {"allowed_discharge_power": 1000}, ALLOWED, 1000, ReasonCode.ALLOWED_DISCHARGE_POWER),
        (4000, {"allowed_discharge_power": None}, ALLOWED, 0, ReasonCode.ALLOWED_POWER_UNKNOWN),
        (-4000, {"allowed_charge_power": -1500}, ALLOWED, -1500, ReasonCode.ALLOWED_CHARGE_POWER),
        (-4000, {"allowed_charge_power": None}, ALLOWED, 0, ReasonCode.ALLOWED_POWER_UNKNOWN),
        (4000, {"max_apparent_power": 2000}, ALLOWED, 2000, ReasonCode.MAX_APPARENT_POWER),
        (-4000, {"max_apparent_power": None}, ALLOWED, 0, ReasonCode.MAX_APPARENT_POWER_UNKNOWN),
        (4000, {}, {**ALLOWED, "max_discharge_power": 3000}, 3000, ReasonCode.MAX_DISCHARGE_POWER),
        (-4000, {}, {**ALLOWED, "max_charge_power": 3000}, -3000, ReasonCode.MAX_CHARGE_POWER),
        (4000, {"soc": 20}, {**ALLOWED, "reserve_soc": 20}, 0, ReasonCode.RESERVE_SOC),
        (4000, {"soc": None}, ALLOWED, 0, ReasonCode.SOC_UNKNOWN),
        (4000, {"grid_power": 700}, {"grid_charging": True}, 700, ReasonCode.BATTERY_FEED_IN_NOT_ALLOWED),
        (4000, {"grid_power": -700}, {"grid_charging": True}, 0, ReasonCode.BATTERY_FEED_IN_NOT_ALLOWED),
        (4000, {"grid_power": None}, {"grid_charging": True}, 0, ReasonCode.GRID_POWER_UNKNOWN),
        (4000, {"battery_power": None}, {"grid_charging": True}, 0, ReasonCode.BATTERY_POWER_UNKNOWN),
        (4000, {"grid_power": 700}, {**ALLOWED, "max_feed_in": 800}, 1500, ReasonCode.MAX_FEED_IN),
        (-4000, {"grid_power": -900}, {}, -900, ReasonCode.GRID_CHARGING_NOT_ALLOWED),
        (-4000, {"grid_power": 900}, {}, 0, ReasonCode.GRID_CHARGING_NOT_ALLOWED),
        (-4000, {"grid_power": None}, {}, 0, ReasonCode.GRID_POWER_UNKNOWN),
        (-4500, {"grid_power": 900}, {**ALLOWED, "max_grid_draw": 4200}, -3300, ReasonCode.MAX_GRID_DRAW),
        (-4500, {"grid_power": 5000}, {**ALLOWED, "max_grid_draw": 4200}, 0, ReasonCode.MAX_GRID_DRAW),
    ],
)
def test_each_limit_bites_and_says_so(
    requested: int, seen: dict[str, object], owner: dict[str, object], left: int, code: ReasonCode
) -> None:
    chosen = Limits(**owner)  # type: ignore[arg-type]
    got = clamp(requested, telemetry(**seen), chosen, chosen.reserve_soc, 0)
    assert got.power_w == left
    assert got.clamps[-1].code is code
    if "limit_w" in code.params:
        assert got.clamps[-1].params == {"limit_w": abs(left), "requested_w": requested}


def test_several_limits_are_all_told_and_the_strictest_counts() -> None:
    owner = Limits(max_discharge_power=3000)
    got = clamp(9000, telemetry(grid_power=1200), owner, 10, 0)
    assert got.power_w == 1200
    assert [reason.code for reason in got.clamps] == [
        ReasonCode.ALLOWED_DISCHARGE_POWER,
        ReasonCode.MAX_DISCHARGE_POWER,
        ReasonCode.BATTERY_FEED_IN_NOT_ALLOWED,
    ]
