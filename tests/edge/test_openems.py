"""The OpenEMS adapter and the fake Edge, over real sockets."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from dems_node.backoff import Backoff
from openems_bridge.edge.interface import (
    BatteryKind,
    EdgeLoginRefused,
    EdgeUnreachable,
    EdgeWriteRefused,
    Finding,
)
from openems_bridge.edge.openems import ChosenComponents
from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.faults import Freeze
from openems_bridge.fake_edge.options import EssLayout, FakeEdgeOptions, SchedulerKind
from openems_bridge.telemetry import EdgeState, GridMode, Register, SourceClass

from .following import PATIENCE, following, openems


def options(**changes: object) -> FakeEdgeOptions:
    return FakeEdgeOptions(**{"cycle_ms": 50, "modbus_port": None, "start": 12 * 3600.0, **changes})  # type: ignore[arg-type]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            pass


async def test_values_of_the_simulated_house_arrive() -> None:
    async with FakeEdge(options()) as fake, following(openems(fake)) as follower:
        connected = await follower.connected()
        assert connected.topology.source is SourceClass.OPENEMS
        assert connected.topology.battery is not None
        assert connected.topology.battery.kind is BatteryKind.AC_COUPLED
        assert connected.topology.grid_meter is not None
        assert [plant.id for plant in connected.topology.plants] == ["pvInverter0"]
        assert connected.topology.control is not None
        assert connected.topology.control.balancing == "ctrlBalancing0"
        values = await follower.values()
        assert values.battery_power is not None
        assert values.solar_power is not None
        assert values.consumption_power is not None
        assert values.grid_power == values.consumption_power - values.solar_power - values.battery_power
        assert values.grid_mode is GridMode.ON_GRID
        assert values.edge_state is EdgeState.OK
        assert values.soc is not None
        assert all(values.counters[register] is not None for register in Register)
        later = await follower.values()
        assert later.received_at > values.received_at
        assert later.measured_at > values.measured_at


async def test_a_set_point_is_followed_and_released() -> None:
    async with FakeEdge(options()) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            await follower.connected()
            assert edge.actuator is not None
            await edge.actuator.write(-1234)

            async def applied() -> bool:
                return (await follower.values()).applied_setpoint == -1234

            await until(applied)

            async def followed() -> bool:
                return (await follower.values()).battery_power == -1234

            await until(followed)
            await edge.actuator.release()

            async def released() -> bool:
                return (await follower.values()).applied_setpoint != -1234

            await until(released)


async def test_hybrid_battery_is_its_dc_side() -> None:
    async with FakeEdge(options(hybrid=True)) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            connected = await follower.connected()
            assert connected.topology.battery is not None
            assert connected.topology.battery.kind is BatteryKind.HYBRID
            assert [plant.id for plant in connected.topology.plants] == ["charger0"]
            values = await follower.values()
            assert values.ess_power is not None
            assert values.battery_power is not None
            assert values.solar_power is not None
            assert values.solar_power > 100, "noon, or this test tells nothing"
            assert abs(values.ess_power - values.battery_power - values.solar_power) <= 1
            assert values.counters[Register.BATTERY_CHARGE] is not None


async def test_cluster_is_steered_and_read_back() -> None:
    async with FakeEdge(options(ess=EssLayout.CLUSTER)) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            connected = await follower.connected()
            assert connected.topology.battery is not None
            assert connected.topology.battery.id == "ess0"
            assert edge.actuator is not None
            await edge.actuator.write(900)

            async def applied() -> bool:
                return (await follower.values()).applied_setpoint == 900

            await until(applied)

            async def followed() -> bool:
                return (await follower.values()).battery_power == 900

            await until(followed)


async def test_two_batteries_need_a_choice() -> None:
    async with FakeEdge(options(ess=EssLayout.TWO)) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            connected = await follower.connected()
            assert connected.topology.battery is None
            assert edge.actuator is None
            assert (await follower.values()).battery_power is not None, "their sum"
        chosen = openems(fake, components=ChosenComponents(battery="ess1"))
        async with following(chosen) as follower:
            connected = await follower.connected()
            assert connected.topology.battery is not None
            assert connected.topology.battery.id == "ess1"
            assert chosen.actuator is not None


@pytest.mark.parametrize("changes", [{"managed": False}, {"ess": EssLayout.NONE}, {"rest_read_only": True}])
async def test_houses_that_cannot_be_steered(changes: dict[str, object]) -> None:
    async with FakeEdge(options(**changes)) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            connected = await follower.connected()
            assert connected.topology.control is None
            assert edge.actuator is None
            assert (await follower.values()).grid_power is not None


async def test_restart_is_survived_with_login_and_subscription(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeEdge(options()) as fake, following(openems(fake)) as follower:
        await follower.values()
        with caplog.at_level(logging.WARNING, "openems_bridge"):
            restart = asyncio.create_task(fake.restart(silent_seconds=0.5))
            lost = await follower.lost()
            assert lost.problem == "unreachable"
            await follower.connected()
            assert (await follower.values()).grid_power is not None
            await restart
    lines = [record.getMessage() for record in caplog.records if "OpenEMS at" in record.getMessage()]
    assert len(lines) == 2, lines
    assert "lost (unreachable)" in lines[0]
    assert "is back" in lines[1]


async def test_an_edge_that_comes_and_goes_is_asked_ever_more_seldom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backoff = Backoff(first=0.01, longest=100.0, random=lambda: 0.5)
    async with FakeEdge(options()) as fake, following(openems(fake, backoff=backoff)) as follower:
        for _ in range(3):
            await follower.connected()
            await follower.values()
            await fake.restart()
            await follower.lost()
        await follower.values()
        assert backoff.next_pause() >= 0.08
        monkeypatch.setattr("openems_bridge.edge.openems.adapter.STEADY_SECONDS", 0.0)
        await follower.values()
        assert backoff.next_pause() == 0.01


async def test_an_edge_with_one_controller_for_all_and_one_for_the_bridge_needs_no_warning() -> None:
    async with FakeEdge(options(own_rest_port=0)) as fake:
        edge = openems(fake, controller="ctrlApiRest1")
        lines = await edge.inspect()
        await edge.close()
    assert not [line for line in lines if line.finding in (Finding.WARNING, Finding.ERROR)]


async def test_silent_edge_is_lost_and_found_again() -> None:
    async with FakeEdge(options()) as fake, following(openems(fake, silence=1.0)) as follower:
        await follower.values()
        fake.faults.freeze = Freeze.SILENT
        assert (await follower.lost()).problem == "silent"
        count = len(follower.seen)
        waiting = asyncio.ensure_future(follower.next())
        await asyncio.sleep(1.0)
        assert not waiting.done(), "an Edge that only logs in is not called connected, and lost is said once"
        fake.faults.freeze = Freeze.NONE
        await waiting
        await follower.values()
        assert [type(event).__name__ for event in follower.seen[count:]] == ["Connected", "Cycle"]


async def test_an_edge_that_repeats_old_values_is_silent_too() -> None:
    async with FakeEdge(options()) as fake, following(openems(fake, silence=0.3)) as follower:
        await follower.values()
        fake.faults.freeze = Freeze.REPEAT
        assert (await follower.lost()).problem == "silent"
        fake.faults.freeze = Freeze.NONE
        await follower.connected()


async def test_configuration_changes_are_picked_up_while_running() -> None:
    async with FakeEdge(options()) as fake, following(openems(fake)) as follower:
        first = await follower.connected()
        assert first.topology.control is not None
        assert first.topology.control.timeout_seconds == 60
        await follower.values()
        fake.core.update_component("ctrlApiRest0", {"apiTimeout": 30})
        second = await follower.connected()
        assert second.topology.control is not None
        assert second.topology.control.timeout_seconds == 30


async def test_new_channels_are_subscribed_when_the_configuration_changes() -> None:
    async with FakeEdge(options(ess=EssLayout.TWO)) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            before = await follower.values()
            assert before.allowed_discharge_power is None
            fake.core.update_component("ess1", {"enabled": False})
            await follower.connected()
            assert edge.actuator is not None
            values = await follower.values()
            assert values.soc is not None, "no cycle of the former subscription in between"
            assert values.allowed_discharge_power is not None
            assert values.max_apparent_power is not None


async def test_undefined_channels_are_unknown() -> None:
    async with FakeEdge(options()) as fake, following(openems(fake)) as follower:
        await follower.values()
        fake.faults.undefined = {"ess0/Soc", "meter0/ActivePower", "meter0/ActiveProductionEnergy"}

        async def unknown() -> bool:
            values = await follower.values()
            return (
                values.soc is None
                and values.grid_power is None
                and values.counters[Register.WITHDRAWAL] is None
            )

        await until(unknown)


async def test_fault_and_off_grid_are_seen() -> None:
    async with FakeEdge(options()) as fake, following(openems(fake)) as follower:
        fake.faults.edge_fault = True
        fake.faults.off_grid = True

        async def seen() -> bool:
            values = await follower.values()
            return values.edge_state is EdgeState.FAULT and values.grid_mode is GridMode.OFF_GRID

        await until(seen)


async def test_wrong_password_is_told_once_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeEdge(options()) as fake:
        edge = openems(fake, password="hunter2")
        async with following(edge) as follower:
            lost = await follower.lost()
            assert lost.problem == "login_refused"
            assert "edge.password" in lost.detail
            waiting = asyncio.ensure_future(follower.next())
            await asyncio.sleep(0.3)
            assert not waiting.done()
            waiting.cancel()
            await asyncio.wait((waiting,))
    assert "hunter2" not in caplog.text
    assert "hunter2" not in repr(edge) + lost.detail


async def test_guest_reads_but_cannot_steer() -> None:
    async with FakeEdge(options()) as fake:
        edge = openems(fake, password="user")
        async with following(edge) as follower:
            assert (await follower.values()).grid_power is not None
            assert edge.actuator is not None
            with pytest.raises((EdgeLoginRefused, EdgeWriteRefused)):
                await edge.actuator.write(100)
            lines = await edge.inspect()
            assert any(x.finding is Finding.ERROR and "role guest" in x.message for x in lines)


async def test_many_writes_stay_within_the_connection_limit() -> None:
    async with FakeEdge(options(rest_connection_limit=1)) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            await follower.connected()
            assert edge.actuator is not None
            await asyncio.gather(*(edge.actuator.write(power) for power in range(0, 600, 10)))

            async def last() -> bool:
                return (await follower.values()).applied_setpoint == 590

            await until(last)


async def test_set_points_work_again_after_a_restart() -> None:
    async with FakeEdge(options()) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            await follower.connected()
            assert edge.actuator is not None
            await edge.actuator.write(500)
            await fake.restart()
            await follower.lost()
            await follower.connected()
            await edge.actuator.write(700)

            async def applied() -> bool:
                return (await follower.values()).applied_setpoint == 700

            await until(applied)


async def test_slow_answers_time_out_with_a_clear_text() -> None:
    async with FakeEdge(options()) as fake:
        edge = openems(fake, timeout=0.3)
        async with following(edge) as follower:
            await follower.connected()
            assert edge.actuator is not None
            fake.faults.delay = 2.0
            with pytest.raises(EdgeUnreachable, match=r"within 0\.3 s"):
                await edge.actuator.write(1)
            fake.faults.delay = 0.0


async def test_history_of_the_edge() -> None:
    async with FakeEdge(options()) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            await follower.connected()
            begin = fake.core.utc - fake.core.utc % 60 + 60
            await fake.step(600)
            history = await edge.energy_history(begin, begin + 300, 60)
            assert history is not None
            assert (history.start, history.step_seconds) == (begin, 60)
            generated = history.steps[Register.GENERATION]
            assert len(generated) == 5
            assert None not in generated
            assert sum(step for step in generated if step is not None) > 0, "it is noon"
            assert set(history.steps) == set(Register)
        with pytest.raises(EdgeUnreachable):
            await edge.energy_history(begin, begin + 300, 60)


async def test_edge_without_history() -> None:
    async with FakeEdge(options(timedata=False)) as fake:
        edge = openems(fake)
        async with following(edge) as follower:
            await follower.connected()
            assert await edge.energy_history(900, 1800, 900) is None


async def test_inspection_of_a_good_edge() -> None:
    async with FakeEdge(options(cycle_ms=200, own_rest_port=0)) as fake:
        edge = openems(fake, controller="ctrlApiRest1")
        lines = await edge.inspect()
        await edge.close()
    subjects = {line.subject: line for line in lines if line.finding is Finding.OK}
    assert {
        "websocket",
        "login",
        "battery",
        "grid_meter",
        "plants",
        "api_timeout",
        "values",
        "clock",
        "rest",
    } <= set(subjects)
    assert not [line for line in lines if line.finding is Finding.ERROR]
    assert fake.core.workers["ctrlApiRest1"].values == {}, "nothing was written"


async def test_inspection_names_what_is_wrong() -> None:
    bad = options(
        api_timeout=0, scheduler=SchedulerKind.FIXED_ORDER, fix_active_power=500, reserve_soc=30, cycle_ms=100
    )
    async with FakeEdge(bad) as fake:
        edge = openems(fake)
        lines = await edge.inspect()
        await edge.close()
    told = [(line.finding, line.message) for line in lines]
    assert any(f is Finding.ERROR and "apiTimeout 0" in m for f, m in told)
    assert any(f is Finding.WARNING and "ctrlFixActivePower0" in m for f, m in told)
    assert any("ctrlEmergencyCapacityReserve0" in m and "30 %" in m for _, m in told)
    assert any("ctrlBalancing0" in m and "takes over" in m for _, m in told)


async def test_inspection_of_nothing() -> None:
    async with FakeEdge(options()) as fake:
        edge = openems(fake)
    lines = await edge.inspect()
    await edge.close()
    assert [(line.finding, line.subject) for line in lines] == [
        (Finding.ERROR, "websocket"),
        (Finding.ERROR, "rest"),
    ]
    assert "Controller.Api.Websocket" in lines[0].message
