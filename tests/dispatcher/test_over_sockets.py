"""The dispatcher before a fake OpenEMS Edge, over real sockets, with its journal in a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dems_node.clock import SystemClock
from dems_node.database.database import Database
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import BatteryPower, CommandSource, DispatchState, Mode, Status
from openems_bridge.dispatcher.dispatcher import Dispatcher, Surroundings
from openems_bridge.dispatcher.reasons import ReasonCode
from openems_bridge.edges import CurrentActuator
from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.options import FakeEdgeOptions
from openems_bridge.lease_journal import StoredLeases
from openems_bridge.store import leases
from openems_bridge.store.migrations import MIGRATIONS
from tests.dispatcher.house import GENEROUS
from tests.edge.following import PATIENCE, openems


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None) -> None:
    """Let the tests talk over real sockets on this machine."""


@pytest.fixture
def expected_lingering_timers() -> bool:
    """aiohttp leaves the timer of a WebSocket's heartbeat behind; it finds the socket closed and does nothing."""
    return True


@dataclass(slots=True)
class Bench:
    """A fake Edge, a database and a dispatcher between them, running."""

    fake: FakeEdge
    database: Database
    dispatcher: Dispatcher
    tasks: list[asyncio.Task[None]]

    def state(self) -> DispatchState:
        return self.dispatcher.state

    def held_value(self) -> object:
        """What the Edge's own API controller holds for the battery."""
        return self.fake.core.workers["ctrlApiRest0"].values.get("ess0/SetActivePowerEquals")

    async def open_leases(self) -> int:
        return len(await self.database.run(leases.unreleased))

    async def until(self, condition: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"the dispatcher ended up as {self.state()}") from None


@asynccontextmanager
async def bench(fake: FakeEdge, folder: Path, mode: Mode = Mode.AUTOMATIC) -> AsyncIterator[Bench]:
    clock = SystemClock()
    database = await Database.open(folder / "bridge.db", migrations=MIGRATIONS)
    edge = openems(fake)
    dispatcher = Dispatcher(
        Surroundings(
            actuator=CurrentActuator(edge),
            journal=StoredLeases(database, clock),
            clock=clock,
            grid=SlotGrid(),
            slot_start=lambda slot: None,
            disk_has_room=database.disk_has_room,
        ),
        mode=mode,
        limits=GENEROUS,
    )

    async def follow() -> None:
        async for event in edge.events():
            dispatcher.observe(event)

    tasks = [asyncio.create_task(follow()), asyncio.create_task(dispatcher.run())]
    try:
        yield Bench(fake, database, dispatcher, tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await edge.close()
        await database.close()


def options(**changes: object) -> FakeEdgeOptions:
    calm: dict[str, object] = {"cycle_ms": 200, "modbus_port": None, "battery_wh": 10_000, "battery_w": 5_000}
    return FakeEdgeOptions(**{**calm, **changes})  # type: ignore[arg-type]


async def test_a_set_point_travels_down_is_followed_and_released(tmp_path: Path) -> None:
    async with FakeEdge(options()) as fake, bench(fake, tmp_path) as at:
        at.dispatcher.command(CommandSource.MANUAL, BatteryPower(1300))
        await at.until(lambda: fake.house.ess == 1300 and at.state().setpoint == 1300)
        assert at.state().status is Status.FOLLOWING
        assert await at.open_leases() == 1
        at.dispatcher.command(CommandSource.MANUAL, BatteryPower(9000))
        await at.until(lambda: fake.house.ess == 5000)
        assert at.state().status is Status.LIMITED
        assert await at.open_leases() == 1
        await at.dispatcher.close()
        assert at.held_value() is None
        assert await at.open_leases() == 0


async def test_an_override_is_seen_through_the_edge(tmp_path: Path) -> None:
    async with FakeEdge(options()) as fake, bench(fake, tmp_path) as at:
        at.dispatcher.command(CommandSource.MANUAL, BatteryPower(1300))
        await at.until(lambda: fake.house.ess == 1300)
        fake.faults.override_power = -200
        await at.until(lambda: at.state().status is Status.OVERRIDDEN)
        assert at.state().reason.params == {"applied_w": -200, "written_w": 1300}
        fake.faults.override_power = None
        await at.until(lambda: at.state().status is Status.FOLLOWING)


async def test_a_fault_of_the_edge_releases(tmp_path: Path) -> None:
    async with FakeEdge(options()) as fake, bench(fake, tmp_path) as at:
        at.dispatcher.command(CommandSource.MANUAL, BatteryPower(1300))
        await at.until(lambda: fake.house.ess == 1300)
        fake.faults.edge_fault = True
        await at.until(lambda: at.state().reason.code is ReasonCode.EDGE_FAULT and at.held_value() is None)
        assert at.state().status is Status.BLOCKED
        assert await at.open_leases() == 0


async def test_after_a_restart_of_the_edge_the_command_is_asserted_again(tmp_path: Path) -> None:
    async with FakeEdge(options()) as fake, bench(fake, tmp_path) as at:
        at.dispatcher.command(CommandSource.MANUAL, BatteryPower(1300))
        await at.until(lambda: fake.house.ess == 1300)
        await fake.restart(silent_seconds=0.5)
        await at.until(lambda: at.held_value() == 1300 and fake.house.ess == 1300)
        await at.until(lambda: at.state().status is Status.FOLLOWING)
        assert await at.open_leases() == 1


async def test_a_bridge_that_was_killed_releases_at_its_next_start_in_off(tmp_path: Path) -> None:
    async with FakeEdge(options()) as fake:
        async with bench(fake, tmp_path) as at:
            at.dispatcher.command(CommandSource.MANUAL, BatteryPower(1300))
            await at.until(lambda: fake.house.ess == 1300)
        assert at.held_value() == 1300
        async with bench(fake, tmp_path, Mode.OFF) as again:
            await again.until(lambda: again.state().status is Status.OFF)
            assert again.held_value() is None
            assert await again.open_leases() == 0
