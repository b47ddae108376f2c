"""Overridden, not following, and when the bridge gives up."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.dispatcher.commands import BatteryPower, CommandSource, GridPower, Mode, Status
from openems_bridge.dispatcher.readback import PEACE_SECONDS, ReadBack, Verdict, Written, observe
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from tests.dispatcher.house import GRID, SLOT, Scene, telemetry

WRITTEN = (Written(1000, since=0.0),)


def judge(cycles: list[tuple[int | None, int | None]], written: tuple[Written, ...] = WRITTEN) -> ReadBack:
    """Judge one cycle a second from second 10 on, each (applied set-point, AC power)."""
    state = ReadBack()
    for second, (applied, power) in enumerate(cycles):
        seen = telemetry(received_at=10.0 + second, applied_setpoint=applied, ess_power=power)
        state = observe(state, seen, written)
    return state


def test_three_cycles_of_another_setpoint_are_an_override_two_are_not() -> None:
    assert judge([(0, 1000)] * 2).verdict is Verdict.FOLLOWED
    assert judge([(0, 1000)] * 3).verdict is Verdict.OVERRIDDEN
    assert judge([(0, 1000), (0, 1000), (1000, 1000), (0, 1000), (0, 1000)]).verdict is Verdict.FOLLOWED


def test_three_good_cycles_end_an_override() -> None:
    overridden = [(0, 1000)] * 4
    assert judge([*overridden, *[(1000, 1000)] * 2]).verdict is Verdict.OVERRIDDEN
    ended = judge([*overridden, *[(1000, 1000)] * 3])
    assert ended.verdict is Verdict.FOLLOWED
    assert ended.trouble_since is not None, "it may come again"
    peaceful = judge([*overridden, *[(1000, 1000)] * (3 + int(PEACE_SECONDS))])
    assert (peaceful.verdict, peaceful.trouble_since) == (Verdict.FOLLOWED, None)


def test_what_is_unknown_is_not_judged() -> None:
    assert judge([(None, None)] * 100).verdict is Verdict.FOLLOWED


def test_every_setpoint_of_the_last_seconds_may_still_be_applied() -> None:
    moving = (Written(400, 0.0, until=8.0), Written(700, 8.0, until=9.0), Written(1000, 9.0))
    for applied in (400, 700, 1000):
        assert judge([(applied, 700)] * 2, moving).differing_cycles == 0
    assert judge([(550, 700)] * 3, moving).verdict is Verdict.OVERRIDDEN
    assert judge([(400, 1000)] * 6, moving).verdict is Verdict.OVERRIDDEN


def test_nothing_is_judged_before_a_first_setpoint_can_show() -> None:
    fresh = (Written(1000, since=10.0),)
    assert judge([(None, 0), (0, 0), (0, 0), (0, 0)], fresh) == ReadBack()


def test_away_for_thirty_seconds_is_not_following() -> None:
    assert judge([(1000, 1200)] * 30).verdict is Verdict.FOLLOWED
    assert judge([(1000, 1200)] * 31).verdict is Verdict.NOT_FOLLOWING
    assert judge([(1000, 1100)] * 100).verdict is Verdict.FOLLOWED
    assert judge([(1000, 1101)] * 31).verdict is Verdict.NOT_FOLLOWING


def test_five_percent_of_a_large_setpoint_are_tolerated() -> None:
    large = (Written(-8000, since=0.0),)
    assert judge([(-8000, -7600)] * 60, large).verdict is Verdict.FOLLOWED
    assert judge([(-8000, -7599)] * 60, large).verdict is Verdict.NOT_FOLLOWING


def test_a_slow_ramp_is_following_as_long_as_it_comes_nearer() -> None:
    large = (Written(5000, since=0.0),)
    ramp: list[tuple[int | None, int | None]] = [(5000, 40 * second) for second in range(120)]
    assert judge(ramp, large).verdict is Verdict.FOLLOWED
    assert judge([*ramp[:60], *[ramp[60]] * 40], large).verdict is Verdict.NOT_FOLLOWING


@given(st.lists(st.tuples(st.integers(995, 1005), st.integers(900, 1100)), max_size=80))
def test_a_battery_within_tolerance_is_never_in_trouble(cycles: list[tuple[int | None, int | None]]) -> None:
    state = judge(cycles)
    assert (state.verdict, state.trouble_since) == (Verdict.FOLLOWED, None)


@given(
    st.lists(
        st.tuples(st.none() | st.integers(-3000, 3000), st.none() | st.integers(-3000, 3000)), max_size=60
    )
)
def test_trouble_has_a_beginning_while_it_lasts_and_until_there_was_peace(
    cycles: list[tuple[int | None, int | None]],
) -> None:
    state = judge(cycles)
    if state.verdict is not Verdict.FOLLOWED:
        assert state.trouble_since is not None
        assert state.well_since is None
    elif state.trouble_since is not None:
        assert state.well_since is not None
        assert state.trouble_since <= state.well_since


async def steered(power: int = 900) -> Scene:
    scene = Scene()
    scene.connect()
    await scene.seconds(10)
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(power), seconds=3000)
    await scene.seconds(10)
    assert scene.state.status is Status.FOLLOWING
    return scene


async def test_an_override_is_told_then_given_up_until_the_next_slot() -> None:
    scene = await steered()
    scene.override = -300
    await scene.seconds(10)
    told = Reason(ReasonCode.OVERRIDDEN, {"applied_w": -300, "written_w": 900})
    assert (scene.state.status, scene.state.reason, scene.state.setpoint) == (Status.OVERRIDDEN, told, 900)
    await scene.seconds(300)
    waiting = Reason(ReasonCode.WAITING_AFTER_OVERRIDE, {"minutes": 5, "next_slot_utc": GRID.end(SLOT)})
    assert (scene.state.status, scene.state.reason, scene.state.setpoint) == (Status.WAITING, waiting, None)
    assert scene.recorder.open == {}
    scene.override = None
    while scene.clock.utc_now < GRID.end(SLOT) - 1:
        await scene.second()
        assert scene.recorder.value is None
    await scene.seconds(2)
    assert scene.recorder.value == 900


async def test_a_rival_that_writes_now_and_then_is_given_up_on_and_told_of_a_few_times() -> None:
    scene = await steered()
    for _ in range(40):
        scene.override = -300
        await scene.seconds(10)
        scene.override = None
        await scene.seconds(10)
    assert scene.state.reason.code is ReasonCode.WAITING_AFTER_OVERRIDE
    told = [
        after
        for before, after in pairwise(scene.states)
        if after.status is Status.OVERRIDDEN and before.status is not Status.OVERRIDDEN
    ]
    assert 5 <= len(told) <= 20


async def test_trouble_with_peace_in_between_is_not_given_up_on() -> None:
    scene = await steered()
    seen = []
    for override, seconds in ((-300, 60), (None, int(PEACE_SECONDS) + 10)) * 6:
        scene.override = override
        await scene.seconds(seconds)
        seen.append(scene.state.status)
    assert seen == [Status.OVERRIDDEN, Status.FOLLOWING] * 6


async def test_an_override_that_ends_is_forgotten() -> None:
    scene = await steered()
    scene.override = -300
    await scene.seconds(60)
    scene.override = None
    await scene.seconds(8)
    assert scene.state.status is Status.FOLLOWING


async def test_a_battery_that_does_not_follow_is_told_then_given_up() -> None:
    scene = await steered()
    scene.stuck_at = 0
    await scene.seconds(29)
    assert scene.state.status is Status.FOLLOWING
    await scene.seconds(6)
    told = Reason(ReasonCode.NOT_FOLLOWING, {"power_w": 0, "setpoint_w": 900})
    assert (scene.state.status, scene.state.reason) == (Status.NOT_FOLLOWING, told)
    await scene.seconds(300)
    assert scene.state.reason.code is ReasonCode.WAITING_AFTER_NOT_FOLLOWING
    assert scene.recorder.value is None


async def test_a_mode_change_by_a_person_ends_the_waiting() -> None:
    scene = await steered()
    scene.stuck_at = 0
    await scene.seconds(340)
    assert scene.state.status is Status.WAITING
    scene.stuck_at = None
    scene.dispatcher.set_mode(Mode.OFF)
    await scene.second()
    scene.dispatcher.set_mode(Mode.AUTOMATIC)
    await scene.seconds(5)
    assert scene.recorder.value == 900


async def test_a_loop_on_a_restless_house_is_followed() -> None:
    scene = Scene()
    scene.connect()
    scene.dispatcher.command(CommandSource.PLAN, GridPower(0), seconds=3000)
    for second in range(400):
        scene.load = 500 + (second * 7919) % 3000
        await scene.second()
        assert scene.state.status in (Status.FOLLOWING, Status.LIMITED)
