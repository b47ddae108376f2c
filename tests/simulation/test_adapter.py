"""The simulated house as an Edge: events, set-points with their time-out, history, state across restarts."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from openems_bridge.edge.interface import (
    BatteryKind,
    Connected,
    Cycle,
    Edge,
    EdgeEvent,
    EdgeWriteRefused,
    Finding,
)
from openems_bridge.edge.simulation.adapter import SimulatedEdge
from openems_bridge.edge.simulation.options import SimulationOptions
from openems_bridge.telemetry import GridMode, Register, SourceClass, Telemetry

BEGIN = 1_795_000_020


class HandClock:
    """A clock that only a test moves; sleeping moves it."""

    def __init__(self, utc: float = BEGIN) -> None:
        self.now = utc

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now - BEGIN + 1000

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1e-3)


def edge(clock: HandClock, **changes: object) -> SimulatedEdge:
    options = SimulationOptions(start=10 * 3600.0, **changes)  # type: ignore[arg-type]
    return SimulatedEdge(options, clock, clock.sleep)


async def cycles(events: AsyncIterator[EdgeEvent], count: int) -> list[Telemetry]:
    found: list[Telemetry] = []
    while len(found) < count:
        event = await anext(events)
        if isinstance(event, Cycle):
            found.append(event.telemetry)
    return found


def assert_not_fallen(before: Telemetry, after: Telemetry) -> None:
    for register, earlier in before.counters.items():
        later = after.counters[register]
        assert earlier is not None
        assert later is not None
        assert later >= earlier


async def test_it_says_what_the_house_is_and_then_a_cycle_each_second() -> None:
    clock = HandClock()
    simulated: Edge = edge(clock)
    events = simulated.events()
    first = await anext(events)
    assert isinstance(first, Connected)
    battery, control = first.topology.battery, first.topology.control
    assert battery is not None
    assert control is not None
    assert battery.managed
    assert battery.kind is BatteryKind.AC_COUPLED
    assert (control.timeout_seconds, control.releasable, control.shared_with) == (60, True, ())
    assert control.balancing is not None
    assert first.topology.source is simulated.source is SourceClass.SIMULATION
    seen = await cycles(events, 5)
    assert [round(now.measured_at - seen[0].measured_at) for now in seen] == [0, 1, 2, 3, 4]
    assert seen[-1].grid_mode is GridMode.ON_GRID
    assert set(seen[-1].counters) == set(Register)
    for now in seen:
        assert now.ess_power is not None
        assert now.solar_power is not None
        assert now.consumption_power is not None
        assert now.grid_power == now.consumption_power - now.solar_power - now.ess_power


async def test_a_set_point_is_followed_and_a_release_gives_the_battery_back() -> None:
    clock = HandClock()
    simulated = edge(clock)
    events = simulated.events()
    await cycles(events, 3)
    assert simulated.actuator is not None
    await simulated.actuator.write(-3000)
    after = (await cycles(events, 4))[-1]
    assert (after.battery_power, after.applied_setpoint) == (-3000, -3000)
    await simulated.actuator.release()
    balanced = (await cycles(events, 5))[-1]
    assert balanced.battery_power != -3000
    assert balanced.grid_power is not None
    assert abs(balanced.grid_power) < 300


async def test_a_set_point_that_is_not_written_again_is_forgotten_after_60_s() -> None:
    clock = HandClock()
    simulated = edge(clock)
    events = simulated.events()
    await cycles(events, 1)
    assert simulated.actuator is not None
    await simulated.actuator.write(2000)
    held = await cycles(events, 59)
    assert held[-1].applied_setpoint == 2000
    released = await cycles(events, 6)
    assert released[-1].applied_setpoint != 2000
    await simulated.actuator.write(2000)
    await cycles(events, 40)
    await simulated.actuator.write(2000)
    again = await cycles(events, 55)
    assert again[-1].applied_setpoint == 2000


async def test_a_set_point_is_clamped_to_what_is_allowed() -> None:
    clock = HandClock()
    simulated = edge(clock, initial_soc=2)
    events = simulated.events()
    assert simulated.actuator is not None
    await simulated.actuator.write(5000)
    seen = await cycles(events, 5)
    assert seen[-1].applied_setpoint is not None
    assert 0 < seen[-1].applied_setpoint <= 2000


@pytest.mark.parametrize("wrong", [1.5, float("nan"), True, "7", None])
async def test_what_is_no_integer_is_refused_and_changes_nothing(wrong: object) -> None:
    simulated = edge(HandClock())
    assert simulated.actuator is not None
    with pytest.raises(EdgeWriteRefused, match="integer of W"):
        await simulated.actuator.write(wrong)  # type: ignore[arg-type]
    seen = await cycles(simulated.events(), 4)
    assert seen[-1].grid_power is not None
    assert abs(seen[-1].grid_power) < 600


async def test_a_household_without_battery_has_no_actuator() -> None:
    simulated = edge(HandClock(), household="commuters")
    assert simulated.actuator is None
    now = (await cycles(simulated.events(), 1))[0]
    assert (now.battery_power, now.soc, now.solar_power, now.allowed_charge_power) == (None, None, None, None)


async def test_a_hybrid_tells_battery_and_inverter_apart() -> None:
    simulated = edge(HandClock(), hybrid=True)
    events = simulated.events()
    first = await anext(events)
    assert isinstance(first, Connected)
    assert first.topology.battery is not None
    assert first.topology.battery.kind is BatteryKind.HYBRID
    now = (await cycles(events, 20))[-1]
    assert now.ess_power is not None
    assert now.battery_power is not None
    assert now.ess_power - now.battery_power == now.solar_power != 0


async def test_a_loop_that_was_held_up_loses_no_second() -> None:
    clock = HandClock()
    simulated = edge(clock)
    events = simulated.events()
    await cycles(events, 2)
    played = simulated.house.elapsed
    clock.now += 600
    await cycles(events, 1)
    assert simulated.house.elapsed - played == pytest.approx(601, abs=1)


async def test_history_is_what_the_counters_rose_in_each_step() -> None:
    clock = HandClock()
    simulated = edge(clock)
    events = simulated.events()
    await cycles(events, 1)
    clock.now += 7200
    await cycles(events, 1)
    begin = BEGIN // 900 * 900 + 900
    history = await simulated.energy_history(begin, begin + 3600, 900)
    assert history is not None
    total = [sum(value or 0 for value in steps) for steps in history.steps.values()]
    assert len(history.steps[Register.CONSUMPTION]) == 4
    assert None not in history.steps[Register.CONSUMPTION]
    assert sum(total) > 0
    whole = await simulated.energy_history(begin, begin + 3600, 3600)
    assert whole is not None
    assert [steps[0] for steps in whole.steps.values()] == total


async def test_history_from_before_the_house_is_unknown() -> None:
    clock = HandClock()
    simulated = edge(clock)
    await cycles(simulated.events(), 1)
    begin = BEGIN // 900 * 900 - 900
    history = await simulated.energy_history(begin, begin + 900, 900)
    assert history is not None
    assert history.steps[Register.CONSUMPTION] == [None]
    assert await simulated.energy_history(begin + 1, begin + 901, 900) is None


async def test_a_killed_process_loses_nothing_and_the_time_in_between_is_played(tmp_path: Path) -> None:
    clock = HandClock()
    path = tmp_path / "house.json"
    first = edge(clock, state_file=path)
    before = (await cycles(first.events(), 50))[-1]
    # No close(): the process is killed. Two hours later the next one begins.
    clock.now += 7200
    second = edge(clock, state_file=path)
    after = (await cycles(second.events(), 1))[0]
    assert second.house.elapsed - first.house.elapsed == pytest.approx(7200, abs=2)
    assert_not_fallen(before, after)
    begin = BEGIN // 900 * 900 + 900
    history = await second.energy_history(begin, begin + 3600, 900)
    assert history is not None
    assert None not in history.steps[Register.CONSUMPTION]
    await second.close()


async def test_without_a_state_file_the_house_begins_anew() -> None:
    clock = HandClock()
    await cycles(edge(clock).events(), 50)
    again = edge(clock)
    assert set((await cycles(again.events(), 1))[0].counters.values()) == {0}
    assert any(line.subject == "state" and line.finding is Finding.NOTE for line in await again.inspect())


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"start": 1, "utc": 2, "house": [], "state": {}})])
async def test_a_state_that_is_of_no_use_is_set_aside(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "house.json"
    path.write_text(content)
    simulated = edge(HandClock(), state_file=path)
    now = (await cycles(simulated.events(), 1))[0]
    await simulated.close()
    assert set(now.counters.values()) == {0}
    assert (tmp_path / "house.json.unusable").read_text() == content
    assert "house begins anew" in caplog.text


async def test_another_household_does_not_take_over_the_state(tmp_path: Path) -> None:
    clock, path = HandClock(), tmp_path / "house.json"
    one = edge(clock, state_file=path)
    await cycles(one.events(), 400)
    await one.close()
    other = edge(clock, state_file=path, household="retired_couple")
    assert set((await cycles(other.events(), 1))[0].counters.values()) == {0}
    await other.close()


async def test_a_clock_that_is_set_back_stops_nothing() -> None:
    clock = HandClock()
    simulated = edge(clock)
    events = simulated.events()
    before = (await cycles(events, 30))[-1]
    clock.now -= 3600
    after = (await cycles(events, 2))[-1]
    assert after.measured_at < before.measured_at
    assert_not_fallen(before, after)


async def test_inspect_tells_which_house_is_played(tmp_path: Path) -> None:
    lines = await edge(HandClock(), state_file=tmp_path / "house.json").inspect()
    assert [line.finding for line in lines] == [Finding.OK, Finding.OK]
    assert "family" in lines[0].message
    assert "10000 Wh" in lines[1].message


async def test_a_long_pause_is_played_without_holding_up_the_loop() -> None:
    clock = HandClock()
    simulated = edge(clock)
    events = simulated.events()
    before = (await cycles(events, 2))[-1]
    played = simulated.house.elapsed
    clock.now += 2 * 86_400
    after = (await cycles(events, 1))[0]
    assert simulated.house.elapsed - played == pytest.approx(2 * 86_400, abs=2)
    assert_not_fallen(before, after)
    begin = BEGIN // 3600 * 3600 + 3600
    history = await simulated.energy_history(begin, begin + 86_400, 3600)
    assert history is not None
    assert None not in history.steps[Register.CONSUMPTION]


async def test_what_is_longer_than_three_days_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    clock = HandClock()
    simulated = edge(clock)
    events = simulated.events()
    await cycles(events, 2)
    played = simulated.house.elapsed
    clock.now += 30 * 86_400
    after = (await cycles(events, 1))[0]
    assert simulated.house.elapsed == played + 1
    assert after.measured_at == pytest.approx(clock.now, abs=2)
    assert "the clock was set" in caplog.text


async def test_a_disk_that_takes_nothing_is_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "state"
    folder.write_text("a file where a folder should be")
    simulated = edge(HandClock(), state_file=folder / "house.json")
    await cycles(simulated.events(), 5)
    assert caplog.text.count("the state cannot be saved") == 1
    await simulated.close()
