"""The dispatcher in the project's own simulated house: measured-like load and sun, losses, ramps, both kinds of battery."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from statistics import fmean

import pytest

from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import (
    BatteryPower,
    CommandSource,
    GridEnergy,
    GridPower,
    Limits,
    Mode,
    Status,
)
from openems_bridge.dispatcher.dispatcher import Dispatcher, Surroundings
from openems_bridge.dispatcher.reasons import ReasonCode
from openems_bridge.edge.interface import Cycle, EdgeEvent
from openems_bridge.edge.simulation.adapter import SimulatedEdge
from openems_bridge.edge.simulation.options import SimulationOptions
from openems_bridge.telemetry import Register, Telemetry
from tests.dispatcher.house import (
    GENEROUS,
    START,
    HandClock,
    Recorder,
    RecordingJournal,
    assert_well_formed,
)

NOON = 12 * 3600.0
EVENING = 18 * 3600.0
QUARTER = SlotGrid()


class House:
    """A simulated house, played as fast as the machine can, with a dispatcher in it."""

    def __init__(self, limits: Limits, *, start: float, hybrid: bool) -> None:
        self.clock = HandClock()
        options = SimulationOptions(
            start=start, hybrid=hybrid, battery_wh=10_000, battery_w=5_000, initial_soc=50
        )
        self.edge = SimulatedEdge(options, self.clock, self.sleep)
        self.recorder = Recorder()
        self.dispatcher = Dispatcher(
            Surroundings(
                actuator=self.edge.actuator,
                journal=RecordingJournal(self.recorder),
                clock=self.clock,
                grid=QUARTER,
                slot_start=lambda slot: None,
                disk_has_room=lambda: True,
            ),
            mode=Mode.AUTOMATIC,
            limits=limits,
        )

    async def sleep(self, seconds: float) -> None:
        self.clock.pass_time(1.0)

    async def play(self, seconds: int) -> AsyncIterator[Telemetry]:
        """Play, and yield each cycle after the dispatcher has acted on it."""
        end = self.clock.utc() + seconds
        async with aclosing(self._events()) as events:
            async for event in events:
                self.dispatcher.observe(event)
                await self.dispatcher.step()
                assert_well_formed(self.dispatcher.state)
                if isinstance(event, Cycle):
                    yield event.telemetry
                    if self.clock.utc() >= end:
                        return

    async def _events(self) -> AsyncGenerator[EdgeEvent]:
        async for event in self.edge.events():
            yield event


def net(telemetry: Telemetry) -> int:
    withdrawal, feed_in = (
        telemetry.counters[register] for register in (Register.WITHDRAWAL, Register.FEED_IN)
    )
    assert withdrawal is not None
    assert feed_in is not None
    return withdrawal - feed_in


@pytest.mark.parametrize("hybrid", [False, True])
@pytest.mark.parametrize(("start", "energy"), [(NOON, -700), (NOON, 400), (EVENING, -300), (EVENING, 100)])
async def test_the_energy_of_a_slot_closes_at_the_meter(hybrid: bool, start: float, energy: int) -> None:
    house = House(GENEROUS, start=start, hybrid=hybrid)
    slot = QUARTER.slot_at(START) + 1
    for later in (0, 1):
        house.dispatcher.command(CommandSource.SUGGESTION, GridEnergy(energy, slot + later))
    marks = {telemetry.measured_at: net(telemetry) async for telemetry in house.play(3 * QUARTER.seconds + 5)}
    edges = [marks[QUARTER.start(at)] for at in (slot, slot + 1, slot + 2)]
    assert abs(edges[1] - edges[0] - energy) <= 4
    assert abs(edges[2] - edges[1] - energy) <= 4
    assert house.recorder.open == {}


@pytest.mark.parametrize("hybrid", [False, True])
async def test_a_battery_power_is_the_batterys_own(hybrid: bool) -> None:
    house = House(GENEROUS, start=NOON, hybrid=hybrid)
    house.dispatcher.command(CommandSource.PLAN, BatteryPower(-1200), seconds=600)
    seen = [telemetry.battery_power or 0 async for telemetry in house.play(300)]
    assert abs(fmean(seen[10:]) + 1200) <= 30
    if not hybrid:
        assert seen[10:] == [-1200] * (len(seen) - 10)
    assert house.dispatcher.state.status is Status.FOLLOWING


@pytest.mark.parametrize("hybrid", [False, True])
async def test_the_owners_limits_hold_in_every_settled_second(hybrid: bool) -> None:
    limits = Limits(reserve_soc=45, max_discharge_power=2000)
    house = House(limits, start=EVENING, hybrid=hybrid)
    house.dispatcher.command(CommandSource.PLAN, GridPower(-3000), seconds=20_000)
    fed_in_by_battery = 0
    discharged = 0
    async for telemetry in house.play(7200):
        assert telemetry.battery_power is not None
        assert telemetry.grid_power is not None
        assert telemetry.battery_power <= 2000 + 200
        if telemetry.battery_power > 0:
            discharged += telemetry.battery_power
            fed_in_by_battery += min(telemetry.battery_power, max(0, -telemetry.grid_power))
    assert discharged > 0
    assert fed_in_by_battery < discharged * 0.1
    final = house.dispatcher.state
    assert final.status is Status.LIMITED
    last_soc = house.edge.house.battery.soc if house.edge.house.battery else 0
    assert last_soc >= 44
    if last_soc <= 45:
        assert final.reason.code in (ReasonCode.RESERVE_SOC, ReasonCode.BATTERY_FEED_IN_NOT_ALLOWED)
