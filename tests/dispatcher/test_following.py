"""The battery follows: what is written, when, for whom, and what the state says."""

from dataclasses import replace

import pytest

from openems_bridge.dispatcher.commands import (
    BatteryPower,
    CommandSource,
    GridEnergy,
    GridPower,
    Limits,
    Mode,
    SelfConsumption,
    Status,
    Target,
)
from openems_bridge.dispatcher.house_net import AGREEING_CYCLES
from openems_bridge.dispatcher.reasons import Reason, ReasonCode, RequestRefused
from openems_bridge.edge.interface import BatteryKind, ControlPath
from openems_bridge.telemetry import Register
from tests.dispatcher.house import GENEROUS, PATH, SLOT, START, Scene


async def connected(**how: object) -> Scene:
    scene = Scene(**how)  # type: ignore[arg-type]
    scene.connect()
    await scene.second()
    return scene


async def test_journals_before_it_writes_and_frees_before_it_closes() -> None:
    scene = await connected()
    command = scene.dispatcher.command(CommandSource.PLAN, BatteryPower(1500), seconds=10)
    await scene.seconds(20)
    assert scene.recorder.calls == [("acquire", command.id), ("write", 1500), ("null", 0), ("close", 1)]
    assert scene.recorder.open == {}
    assert (scene.state.status, scene.state.reason.code) == (Status.RELEASED, ReasonCode.NO_COMMAND)


async def test_follows_and_says_so() -> None:
    scene = await connected()
    command = scene.dispatcher.command(CommandSource.PLAN, BatteryPower(1500), seconds=600)
    await scene.seconds(10)
    assert scene.ess_power == 1500
    state = scene.state
    assert (state.status, state.setpoint, state.requested_power) == (Status.FOLLOWING, 1500, 1500)
    assert state.command == command
    assert state.reason.params == {"source": "plan"}


async def test_renews_a_steady_setpoint_each_third_of_the_timeout_and_not_more() -> None:
    scene = await connected()
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(1500), seconds=600)
    await scene.seconds(100)
    assert scene.recorder.writes() == [1500] * 5
    assert scene.recorder.names().count("change") == 0


async def test_manual_goes_before_suggestion_before_plan_and_each_gives_way_at_its_end() -> None:
    scene = await connected()
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(100), seconds=100)
    await scene.seconds(3)
    assert scene.state.setpoint == 100
    scene.dispatcher.command(CommandSource.SUGGESTION, BatteryPower(200), seconds=50)
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(300), seconds=100)
    await scene.seconds(3)
    assert scene.state.setpoint == 200
    scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(400), seconds=10)
    await scene.seconds(3)
    assert scene.state.setpoint == 400
    await scene.seconds(10)
    assert scene.state.setpoint == 200
    await scene.seconds(40)
    assert scene.state.setpoint == 300
    assert scene.recorder.names().count("acquire") == 1
    assert scene.recorder.names().count("null") == 0


async def test_a_withdrawn_command_is_released() -> None:
    scene = await connected()
    command = scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(400))
    await scene.second()
    assert scene.dispatcher.withdraw(command.id)
    assert not scene.dispatcher.withdraw(command.id)
    await scene.second()
    assert scene.recorder.value is None
    assert scene.recorder.open == {}


async def test_manual_mode_obeys_manual_commands_only() -> None:
    scene = await connected(mode=Mode.MANUAL)
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(100), seconds=100)
    scene.dispatcher.command(CommandSource.SUGGESTION, BatteryPower(100), seconds=100)
    await scene.seconds(5)
    assert scene.recorder.calls == []
    assert scene.state.reason.code is ReasonCode.NO_COMMAND
    scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(-700))
    await scene.seconds(2)
    assert scene.recorder.value == -700


async def test_a_manual_command_lasts_a_quarter_of_an_hour() -> None:
    scene = await connected(mode=Mode.MANUAL)
    scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(-700))
    await scene.seconds(899)
    assert scene.recorder.value == -700
    await scene.seconds(2)
    assert scene.recorder.value is None


async def test_off_refuses_manual_commands_and_shows_what_the_plan_would_do() -> None:
    scene = await connected(mode=Mode.OFF, limits=Limits())
    with pytest.raises(RequestRefused) as refused:
        scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(400))
    assert refused.value.reason.code is ReasonCode.MODE_OFF
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(3000), seconds=600)
    await scene.seconds(60)
    state = scene.state
    assert (state.status, state.setpoint, state.requested_power) == (Status.OFF, None, 3000)
    assert [clamp.code for clamp in state.clamps] == [ReasonCode.BATTERY_FEED_IN_NOT_ALLOWED]
    scene.lose()
    await scene.silence(30)
    scene.connect()
    await scene.seconds(5)
    scene.dispatcher.set_limits(GENEROUS)
    await scene.dispatcher.close()
    assert scene.recorder.calls == []


async def test_a_mode_change_ends_manual_commands_and_releases_before_anything_else() -> None:
    scene = await connected(mode=Mode.MANUAL)
    scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(400))
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=600)
    await scene.seconds(2)
    scene.recorder.calls.clear()
    scene.dispatcher.set_mode(Mode.AUTOMATIC)
    await scene.second()
    assert scene.recorder.names() == ["null", "close", "acquire", "write"]
    assert scene.recorder.value == 900
    scene.dispatcher.set_mode(Mode.OFF)
    await scene.second()
    assert scene.recorder.value is None
    assert scene.state.status is Status.OFF


async def test_off_that_comes_between_journal_and_write_is_obeyed() -> None:
    scene = await connected()
    scene.recorder.on_acquire = lambda: scene.dispatcher.set_mode(Mode.OFF)
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=600)
    await scene.seconds(3)
    assert scene.recorder.writes() == []
    assert scene.recorder.open == {}


async def test_a_grid_power_settles_without_oscillation_in_spite_of_the_delay() -> None:
    scene = await connected(load=1200)
    scene.dispatcher.command(CommandSource.PLAN, GridPower(-800), seconds=600)
    await scene.seconds(8)
    seen = []
    for _ in range(20):
        await scene.second()
        seen.append(scene.grid_power)
    assert seen == [-800] * 20
    scene.load = 2000
    distances = []
    for _ in range(10):
        await scene.second()
        distances.append(abs(scene.grid_power + 800))
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] == 0


@pytest.mark.parametrize("lag", [-2, -1, 1, 2])
@pytest.mark.parametrize("target", [GridPower(-800), BatteryPower(5000)])
async def test_meters_that_lag_each_other_do_not_make_it_swing(lag: int, target: Target) -> None:
    scene = await connected(load=1200, grid_lag=lag, limits=Limits(battery_feed_in=True, max_feed_in=800))
    scene.dispatcher.command(CommandSource.PLAN, target, seconds=3000)
    await scene.seconds(60)
    scene.load = 2400
    await scene.seconds(60)
    for _ in range(60):
        await scene.second()
        assert abs(scene.grid_power + 800) <= 20


@pytest.mark.parametrize("lag", [-1, 0, 1])
async def test_self_consumption_of_a_restless_house_with_lagging_meters_stays_near_zero(lag: int) -> None:
    scene = await connected(load=900, grid_lag=lag, limits=Limits())
    scene.dispatcher.command(CommandSource.PLAN, SelfConsumption(), seconds=3000)
    moved = 0
    for second in range(900):
        scene.load = 900 + 1500 * (second // 60 % 2) + second * 7919 % 200
        before = scene.ess_power
        await scene.second()
        moved += abs(scene.ess_power - before)
    assert abs(scene.net_wh() - 50_000) < 30
    assert moved < 15 * 1500 + 900 * 200


async def test_self_consumption_is_left_to_the_edge_where_it_has_a_controller_for_it() -> None:
    path = ControlPath(
        controller="ctrlApiRest0", timeout_seconds=60, releasable=True, balancing="ctrlBalancing0"
    )
    scene = await connected(control=path)
    scene.dispatcher.command(CommandSource.PLAN, SelfConsumption(), seconds=600)
    await scene.seconds(5)
    assert scene.recorder.calls == []
    assert scene.state.reason.code is ReasonCode.SELF_CONSUMPTION_BY_EDGE


async def test_self_consumption_without_a_controller_is_a_grid_power_of_zero() -> None:
    scene = await connected(control=PATH, load=900, limits=Limits())
    scene.dispatcher.command(CommandSource.PLAN, SelfConsumption(), seconds=600)
    await scene.seconds(10)
    assert scene.grid_power == 0
    assert scene.state.status is Status.FOLLOWING


async def test_a_limit_that_asks_for_less_is_obeyed_in_the_same_cycle() -> None:
    scene = await connected(load=3000, limits=Limits())
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(2500), seconds=600)
    await scene.seconds(10)
    assert scene.recorder.value == 2500
    scene.load = 1000
    await scene.second()
    assert scene.recorder.value == 1000
    assert scene.state.status is Status.LIMITED
    assert scene.state.reason.code is ReasonCode.BATTERY_FEED_IN_NOT_ALLOWED
    assert scene.state.reason.params == {"limit_w": 1000, "requested_w": 2500}
    scene.dispatcher.set_limits(Limits(max_discharge_power=300))
    await scene.second()
    assert scene.recorder.value == 300


async def test_while_the_battery_moves_a_limit_at_the_meter_is_believed_a_few_cycles_later() -> None:
    scene = await connected(load=3000, limits=Limits())
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(2500), seconds=600)
    await scene.second()
    scene.load = 1000
    await scene.seconds(AGREEING_CYCLES)
    assert scene.recorder.value == 1000


@pytest.mark.parametrize(("owners", "edges", "wins"), [(20, 60, 60), (70, 60, 70), (20, None, 20)])
async def test_the_higher_reserve_wins(owners: int, edges: int | None, wins: int) -> None:
    path = replace(PATH, reserve_soc=edges)
    scene = await connected(control=path, limits=replace(GENEROUS, reserve_soc=owners), soc=wins + 1)
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=600)
    await scene.second()
    assert scene.recorder.value == 900
    scene.soc = wins
    await scene.second()
    assert scene.recorder.value == 0
    expected = {"soc": wins, "reserve_soc": wins, "requested_w": 900}
    assert scene.state.reason == Reason(ReasonCode.RESERVE_SOC, expected)


async def test_a_hybrids_setpoint_is_ac_and_includes_its_plant() -> None:
    scene = await connected(kind=BatteryKind.HYBRID, dc_solar=2000)
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(-1500), seconds=600)
    await scene.seconds(5)
    assert scene.recorder.value == 500
    assert scene.state.setpoint == -1500
    assert scene.ess_power - scene.dc_solar == -1500
    scene.dc_solar = 2600
    scene.pipeline.clear()
    await scene.seconds(6)
    assert scene.recorder.value == 1100


@pytest.mark.parametrize("energy", [-600, -100, 0, 250, 700])
@pytest.mark.parametrize("delay", [1, 2, 4])
async def test_an_energy_in_a_slot_closes_at_the_meter(energy: int, delay: int) -> None:
    scene = await connected(delay=delay)
    before = scene.net_wh() - scene.grid_power / 3600
    scene.dispatcher.command(CommandSource.SUGGESTION, GridEnergy(energy, SLOT))
    for second in range(899):
        scene.load = 700 + 1500 * (second // 70 % 2) + second * 7919 % 400 - 900 * (second // 200 % 2)
        await scene.second()
    assert abs(scene.net_wh() - before - energy) <= 4
    await scene.seconds(3)
    assert scene.recorder.open == {}


async def test_an_energy_in_a_later_slot_waits_for_it() -> None:
    scene = await connected()
    scene.dispatcher.command(CommandSource.PLAN, GridEnergy(-100, SLOT + 1))
    await scene.seconds(890)
    assert scene.recorder.calls == []
    await scene.seconds(20)
    assert scene.recorder.value is not None
    assert scene.recorder.value > 0


async def test_after_a_restart_within_a_slot_metering_knows_how_it_began() -> None:
    scene = Scene()
    scene.slot_start[SLOT] = {
        Register.WITHDRAWAL: int(scene.withdrawal),
        Register.FEED_IN: int(scene.feed_in),
    }
    before = scene.net_wh()
    for _ in range(300):
        scene.play()
    scene.connect()
    scene.dispatcher.command(CommandSource.PLAN, GridEnergy(-50, SLOT))
    await scene.seconds(600)
    assert abs(scene.net_wh() - before + 50) <= 3
    assert scene.clock.utc_now == START + 900


async def test_after_a_restart_without_that_knowledge_the_rest_gets_its_share_and_the_state_says_so() -> None:
    scene = Scene()
    for _ in range(300):
        scene.play()
    scene.connect()
    scene.dispatcher.command(CommandSource.PLAN, GridEnergy(-90, SLOT))
    before = scene.net_wh()
    await scene.seconds(10)
    assert scene.state.reason.code is ReasonCode.FOLLOWING_PARTIAL_SLOT
    await scene.seconds(590)
    assert abs(scene.net_wh() - before + 60) <= 3


async def test_a_reserve_that_was_met_is_left_only_when_the_charge_is_clear_of_it() -> None:
    scene = await connected(limits=replace(GENEROUS, reserve_soc=20), soc=21)
    first = scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    seen = []
    for scene.soc in (21, 20, 21, 20, 21, 22, 21, 20, 21):
        await scene.second()
        seen.append(scene.recorder.value)
    assert seen == [900, 0, 0, 0, 0, 900, 900, 0, 0]
    assert ReasonCode.RESERVE_SOC in {clamp.code for clamp in scene.state.clamps}
    second = scene.dispatcher.command(CommandSource.PLAN, BatteryPower(800), seconds=3000)
    assert second.id != first.id
    await scene.seconds(2)
    assert scene.recorder.value == 800, "another command has not met the reserve yet"


async def test_charging_at_the_reserve_is_not_kept_back() -> None:
    scene = await connected(limits=replace(GENEROUS, reserve_soc=20), soc=20)
    scene.dispatcher.command(CommandSource.PLAN, GridPower(0), seconds=3000)
    scene.load = 700
    await scene.seconds(8)
    assert scene.recorder.value == 0
    scene.load = -700
    await scene.seconds(8)
    assert scene.recorder.value is not None
    assert abs(scene.recorder.value + 700) <= 20
