"""What fails on the way: the journal, the Edge, the bridge itself. The battery always comes free again."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from openems_bridge.dispatcher.commands import BatteryPower, CommandSource, GridPower, Limits, Mode, Status
from openems_bridge.dispatcher.lease import LeaseRecord
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.dispatcher.recovery import FIRST_PAUSE_SECONDS
from openems_bridge.edge.interface import (
    Connected,
    Cycle,
    EdgeLoginRefused,
    EdgeUnreachable,
    EdgeWriteRefused,
)
from tests.dispatcher.house import PATH, SILENT_PATH, Scene, telemetry, topology


async def holding(**how: object) -> Scene:
    scene = Scene(**how)  # type: ignore[arg-type]
    scene.connect()
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await scene.seconds(5)
    assert scene.recorder.value == 900
    return scene


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_lease_of_a_run_that_died_is_released_first_in_every_mode(mode: Mode) -> None:
    scene = await holding()
    scene.recorder.calls.clear()
    scene.mode = mode
    scene.dispatcher = scene.make_dispatcher()
    await scene.silence(5)
    assert scene.recorder.calls == []
    assert scene.state.status is Status.STARTING
    scene.connect()
    await scene.seconds(3)
    assert scene.recorder.calls == [("null", 0), ("close", 1)]
    assert scene.recorder.value is None
    assert scene.state.setpoint is None


async def test_a_plan_that_is_there_at_the_start_gets_a_lease_of_its_own() -> None:
    scene = await holding()
    scene.recorder.calls.clear()
    scene.dispatcher = scene.make_dispatcher()
    command = scene.dispatcher.command(CommandSource.PLAN, BatteryPower(-400), seconds=3000)
    scene.connect()
    await scene.seconds(2)
    assert scene.recorder.calls == [("null", 0), ("close", 1), ("acquire", command.id), ("write", -400)]


async def test_a_line_of_the_journal_that_was_written_though_it_failed_is_found_and_closed() -> None:
    scene = Scene()
    scene.connect()
    await scene.second()

    def power_cut_after_the_line() -> None:
        scene.recorder.on_acquire = None
        scene.recorder.open[77] = record_of("ess0", PATH.controller)
        raise OSError("the answer of the store was lost")

    scene.recorder.on_acquire = power_cut_after_the_line
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await scene.seconds(5)
    assert ("close", 77) in scene.recorder.calls
    assert list(scene.recorder.open) == [1]
    assert scene.recorder.value == 900


async def test_the_release_at_the_start_is_tried_until_it_succeeds() -> None:
    scene = await holding()
    scene.recorder.release_fails = EdgeUnreachable("cut by the test")
    scene.mode = Mode.OFF
    scene.dispatcher = scene.make_dispatcher()
    scene.connect()
    await scene.seconds(100)
    blocked = Reason(ReasonCode.RELEASE_FAILED, {"problem": "unreachable"})
    assert (scene.state.status, scene.state.reason) == (Status.BLOCKED, blocked)
    assert 3 <= scene.recorder.names().count("null") <= 10
    assert scene.recorder.open != {}
    scene.recorder.release_fails = None
    await scene.seconds(31)
    assert scene.recorder.open == {}
    assert scene.state.status is Status.OFF


async def test_after_a_lost_connection_a_command_that_still_holds_is_asserted_again() -> None:
    scene = await holding()
    scene.recorder.release_fails = EdgeUnreachable("cut by the test")
    scene.lose()
    await scene.silence(20)
    assert scene.state.reason == Reason(ReasonCode.RELEASE_FAILED, {"problem": "unreachable"})
    assert scene.state.setpoint == 900
    scene.recorder.release_fails = None
    scene.recorder.value = None
    scene.recorder.calls.clear()
    scene.connect()
    await scene.dispatcher.step()
    await scene.second()
    assert scene.recorder.calls == [("write", 900)]
    assert scene.state.status is Status.FOLLOWING


async def test_a_write_during_which_the_edge_restarted_is_written_again() -> None:
    scene = Scene()
    scene.connect()
    await scene.second()

    def restart() -> None:
        scene.recorder.on_write = None
        scene.lose()
        scene.connect()

    scene.recorder.on_write = restart
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await scene.dispatcher.step()
    await scene.seconds(2)
    assert scene.recorder.writes() == [900, 900]
    assert scene.state.status is Status.FOLLOWING


async def test_after_a_lost_connection_a_command_that_has_ended_is_released() -> None:
    scene = Scene()
    scene.connect()
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=10)
    await scene.seconds(5)
    scene.recorder.release_fails = EdgeUnreachable("cut by the test")
    scene.lose()
    await scene.silence(20)
    scene.recorder.release_fails = None
    scene.recorder.calls.clear()
    scene.connect()
    await scene.second()
    assert scene.recorder.calls == [("null", 0), ("close", 1)]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (EdgeWriteRefused("no"), Reason(ReasonCode.WRITE_REFUSED)),
        (EdgeLoginRefused("no"), Reason(ReasonCode.LOGIN_REFUSED)),
        (EdgeUnreachable("no"), Reason(ReasonCode.UNREACHABLE)),
        (TimeoutError(), Reason(ReasonCode.UNREACHABLE)),
        (KeyError("x"), Reason(ReasonCode.WRITE_FAILED, {"error": "KeyError"})),
    ],
)
async def test_each_failure_of_a_write_is_a_state_told_once_and_tried_again_ever_slower(
    error: Exception, expected: Reason, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene()
    scene.connect()
    scene.recorder.actuator_fails = error
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await scene.seconds(100)
    assert (scene.state.status, scene.state.reason, scene.state.setpoint) == (Status.BLOCKED, expected, None)
    assert 4 <= len(scene.recorder.writes()) <= 9
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len([record for record in warnings if record.name.startswith("openems_bridge")]) == 1
    scene.recorder.actuator_fails = None
    await scene.seconds(31)
    assert scene.recorder.value == 900
    assert scene.state.status is Status.FOLLOWING


async def test_a_set_point_that_may_have_arrived_is_taken_back() -> None:
    scene = Scene()
    scene.connect()
    scene.recorder.actuator_fails = EdgeUnreachable("no answer")
    command = scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await scene.second()
    scene.dispatcher.withdraw(command.id)
    await scene.second()
    assert scene.recorder.names() == ["acquire", "write", "null", "close"]


async def test_a_set_point_that_was_refused_needs_no_null() -> None:
    scene = Scene()
    scene.connect()
    scene.recorder.actuator_fails = EdgeWriteRefused("no")
    command = scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await scene.second()
    scene.dispatcher.withdraw(command.id)
    await scene.second()
    assert scene.recorder.names() == ["acquire", "write", "close"]


async def test_nothing_is_written_that_could_not_be_journalled() -> None:
    scene = Scene()
    scene.connect()
    await scene.second()
    scene.recorder.journal_fails = OSError("card pulled out")
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await scene.seconds(20)
    assert scene.recorder.writes() == []
    assert scene.state.reason == Reason(ReasonCode.JOURNAL_FAILED)
    scene.recorder.journal_fails = None
    await scene.seconds(31)
    assert scene.recorder.value == 900


async def test_a_new_command_that_cannot_be_journalled_frees_the_battery() -> None:
    scene = await holding()
    scene.recorder.journal_fails = OSError("card pulled out")
    scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(-900))
    await scene.second()
    assert scene.recorder.value is None
    assert scene.recorder.writes() == [900]
    scene.recorder.journal_fails = None
    await scene.seconds(31)
    assert scene.recorder.value == -900
    assert len(scene.recorder.open) == 1


async def test_the_journal_hears_of_a_new_command_but_not_of_a_moving_loop() -> None:
    scene = Scene(limits=Limits(battery_feed_in=True, grid_charging=True))
    scene.connect()
    first = scene.dispatcher.command(CommandSource.PLAN, GridPower(0), seconds=3000)
    for second in range(60):
        scene.load = 1000 + 50 * second
        await scene.second()
    assert len(scene.recorder.writes()) > 20
    second_command = scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(1))
    await scene.seconds(2)
    journal = [call for call in scene.recorder.calls if call[0] not in ("write", "null")]
    assert journal == [("acquire", first.id), ("change", second_command.id)]


async def test_a_path_without_release_is_left_in_silence_until_the_edge_has_forgotten() -> None:
    scene = await holding(control=SILENT_PATH)
    written = len(scene.recorder.writes())
    scene.dispatcher.set_mode(Mode.OFF)
    await scene.seconds(30)
    assert scene.state.reason == Reason(ReasonCode.RELEASING_BY_SILENCE, {"timeout_seconds": 60})
    assert scene.state.setpoint == 900
    assert scene.recorder.open != {}
    await scene.seconds(31)
    assert scene.recorder.open == {}
    assert scene.state.status is Status.OFF
    assert len(scene.recorder.writes()) == written
    assert scene.recorder.names().count("null") == 1


async def test_a_battery_that_is_exchanged_while_held_is_released_before_the_new_one_is_written() -> None:
    scene = await holding()
    scene.recorder.calls.clear()
    scene.dispatcher.observe(Connected(topology=topology(battery_id="ess1")))
    await scene.seconds(2)
    assert scene.recorder.names() == ["null", "close", "acquire", "write"]
    assert scene.recorder.calls[0] == ("null", "ess0")
    assert next(iter(scene.recorder.open.values())).battery == "ess1"


async def test_a_battery_that_the_edge_lost_while_held_is_left_in_silence_before_the_new_one_is_written() -> (
    None
):
    scene = await holding()
    scene.recorder.calls.clear()
    scene.recorder.gone = {"ess0"}
    scene.dispatcher.observe(Connected(topology=topology(battery_id="ess1")))
    await scene.seconds(50)
    assert scene.recorder.calls == [("null", "ess0")]
    assert scene.state.reason.code is ReasonCode.RELEASING_BY_SILENCE
    await scene.seconds(11)
    assert scene.recorder.names() == ["null", "close", "acquire", "write"]


async def test_a_controller_that_is_exchanged_while_held_is_left_in_silence() -> None:
    scene = await holding()
    scene.recorder.calls.clear()
    scene.control = replace(PATH, controller="ctrlApiRest1")
    scene.connect()
    await scene.seconds(50)
    assert scene.recorder.calls == [("null", 0)]
    assert scene.state.reason.code is ReasonCode.RELEASING_BY_SILENCE
    await scene.seconds(11)
    assert scene.recorder.names() == ["null", "close", "acquire", "write"]
    assert next(iter(scene.recorder.open.values())).controller == "ctrlApiRest1"


@pytest.mark.parametrize(
    ("battery", "controller", "gone", "silent"),
    [
        ("ess7", PATH.controller, False, False),
        ("ess7", PATH.controller, True, True),
        ("ess7", "ctrlApiRest7", False, True),
        ("ess0", "ctrlApiRest7", False, True),
    ],
)
async def test_a_lease_of_a_run_with_another_configuration_is_given_back_where_it_was_taken(
    battery: str, controller: str, *, gone: bool, silent: bool, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene(mode=Mode.OFF)
    scene.recorder.open[5] = record_of(battery, controller)
    scene.recorder.gone = {battery} if gone else set()
    with caplog.at_level(logging.WARNING):
        scene.connect()
        await scene.seconds(2)
    assert f"releasing {battery} through {controller}" in caplog.text
    assert scene.recorder.calls[0] == ("null", 0 if battery == "ess0" else battery)
    assert (scene.recorder.open == {}) is not silent
    await scene.seconds(60)
    assert scene.recorder.open == {}
    assert scene.recorder.names() == ["null", "close"], "OFF writes nothing else"


async def test_values_that_come_and_go_cost_few_lines_in_the_journal() -> None:
    scene = await holding()
    scene.recorder.calls.clear()
    for _ in range(60):
        await scene.seconds(20)
        await scene.silence(7)
    assert 2 <= scene.recorder.names().count("acquire") <= 6
    await scene.seconds(330)
    assert scene.recorder.value == 900


async def test_after_a_stop_the_battery_is_taken_again_after_a_pause_and_the_pause_is_forgiven() -> None:
    scene = await holding()
    for _ in range(3):
        await scene.silence(6)
        assert scene.recorder.open == {}
        await scene.seconds(int(FIRST_PAUSE_SECONDS))
        assert (scene.recorder.open, scene.state.reason.code) == ({}, ReasonCode.DATA_STALE)
        await scene.second()
        assert (scene.recorder.value, scene.state.status) == (900, Status.FOLLOWING)
        await scene.seconds(900)


async def test_closing_releases_and_says_so() -> None:
    scene = await holding()
    await scene.dispatcher.close()
    assert scene.recorder.value is None
    assert scene.recorder.open == {}
    assert scene.state.reason.code is ReasonCode.CLOSED


async def test_closing_while_the_edge_is_gone_leaves_the_lease_to_the_next_start_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("openems_bridge.dispatcher.dispatcher.CLOSING_PAUSE_SECONDS", 0.0)
    scene = await holding()
    scene.recorder.release_fails = EdgeUnreachable("cut by the test")
    with caplog.at_level(logging.WARNING):
        await scene.dispatcher.close()
    assert "next start releases it" in caplog.text
    assert len(scene.recorder.open) == 1
    assert scene.state.status is Status.BLOCKED


async def test_run_acts_on_each_cycle_survives_faults_and_ends_with_close() -> None:
    scene = Scene()
    running = asyncio.create_task(scene.dispatcher.run())
    scene.connect()
    scene.dispatcher.observe(cycle_of(scene))
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await until(lambda: scene.recorder.value == 900)
    scene.recorder.actuator_fails = RuntimeError("a bug in the adapter")
    scene.dispatcher.command(CommandSource.MANUAL, BatteryPower(100))
    scene.clock.pass_time(1.0)
    scene.dispatcher.observe(cycle_of(scene))
    await until(lambda: scene.state.reason.code is ReasonCode.WRITE_FAILED)
    assert not running.done()
    await scene.dispatcher.close()
    await running
    assert scene.recorder.value is None


async def test_a_fault_of_the_program_frees_the_battery_and_the_task_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = await holding()
    with monkeypatch.context() as broken:
        broken.setattr("openems_bridge.dispatcher.dispatcher.decide", lambda situation: 1 // 0)
        running = asyncio.create_task(scene.dispatcher.run())
        await until(lambda: scene.state.reason.code is ReasonCode.INTERNAL_ERROR)
    assert scene.recorder.value is None
    assert scene.state.reason.params == {"error": "ZeroDivisionError"}
    scene.clock.pass_time(1.0)
    scene.dispatcher.observe(cycle_of(scene))
    await until(lambda: scene.recorder.value == 900)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert scene.recorder.value == 900
    assert scene.recorder.open != {}
    await scene.dispatcher.close()
    assert scene.recorder.value is None


def record_of(battery: str, controller: str) -> LeaseRecord:
    return LeaseRecord(
        command_id="c",
        source=CommandSource.PLAN,
        battery=battery,
        controller=controller,
        ends_at_utc=2_000_000_000.0,
    )


def cycle_of(scene: Scene) -> Cycle:
    return Cycle(telemetry=telemetry(measured_at=scene.clock.utc_now, received_at=scene.clock.now))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)
