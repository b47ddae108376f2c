"""Mode and limits that survive, a store that fails, events that wait for it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest

from dems_node.clock import SystemClock
from dems_node.database.database import Database
from dems_node.database.errors import DiskFull
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import BatteryPower, Limits, Mode
from openems_bridge.dispatcher.dispatcher import Dispatcher, Surroundings
from openems_bridge.dispatcher.reasons import ReasonCode, RequestRefused
from openems_bridge.event_log import EVENTS_WAITING, EventLog
from openems_bridge.lease_journal import StoredLeases
from openems_bridge.owner_settings import OwnerSettings
from openems_bridge.steering import OwnerSteering
from openems_bridge.store.events import Event
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "bridge.sqlite3", migrations=MIGRATIONS)
    yield opened
    await opened.close()


def _no_slot_start(slot: int) -> Mapping[Register, int] | None:
    return None


@pytest.fixture
async def steering(database: Database) -> AsyncIterator[OwnerSteering]:
    clock = SystemClock()
    changed = asyncio.Event()
    dispatcher = Dispatcher(
        Surroundings(
            actuator=None,
            journal=StoredLeases(database, clock),
            clock=clock,
            grid=SlotGrid(),
            slot_start=_no_slot_start,
            disk_has_room=lambda: True,
        ),
        on_change=lambda state: changed.set(),
    )
    running = asyncio.create_task(dispatcher.run())
    yield OwnerSteering(dispatcher, OwnerSettings(database), changed=changed, on_limits=lambda limits: None)
    await dispatcher.close()
    await running


def _fail(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    async def full(*args: object) -> None:
        raise DiskFull("full")

    monkeypatch.setattr(database, "run", full)


async def test_mode_and_limits_are_kept(database: Database, steering: OwnerSteering) -> None:
    await steering.set_mode(Mode.MANUAL)
    assert steering.dispatch.mode is Mode.MANUAL
    await steering.set_limits(Limits(reserve_soc=40, max_feed_in=0))
    settings = OwnerSettings(database)
    assert await settings.mode() is Mode.MANUAL
    assert await settings.limits() == Limits(reserve_soc=40, max_feed_in=0)


async def test_a_fresh_bridge_is_off(database: Database) -> None:
    settings = OwnerSettings(database)
    assert await settings.mode() is Mode.OFF
    assert await settings.limits() == Limits()
    assert await settings.topology() is None
    assert await settings.bridge_id() == await settings.bridge_id()


async def test_off_works_with_a_full_disk_and_more_does_not(
    database: Database, steering: OwnerSteering, monkeypatch: pytest.MonkeyPatch
) -> None:
    await steering.set_mode(Mode.MANUAL)
    _fail(monkeypatch, database)
    with pytest.raises(DiskFull):
        await steering.set_mode(Mode.AUTOMATIC)
    assert steering.dispatch.mode == "manual"
    with pytest.raises(DiskFull):
        await steering.set_limits(Limits(reserve_soc=90))
    assert steering.limits == Limits()
    with pytest.raises(DiskFull):
        await steering.set_mode(Mode.OFF)
    async with asyncio.timeout(10):
        while steering.dispatch.mode is not Mode.OFF:
            await asyncio.sleep(0.01)


async def test_a_command_in_off_is_refused(steering: OwnerSteering) -> None:
    with pytest.raises(RequestRefused) as refused:
        await steering.command(BatteryPower(100), 60, "")
    assert refused.value.reason.code is ReasonCode.MODE_OFF
    await steering.withdraw()


async def test_events_are_stored_and_told_in_order(database: Database) -> None:
    told: list[Event] = []
    log = EventLog(database, SystemClock(), told.append)
    running = asyncio.create_task(log.run())
    for number in range(5):
        log.happened("slot_closed", {"slot": number})
    async with asyncio.timeout(10):
        while len(told) < 5:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [event.data["slot"] for event in told] == [0, 1, 2, 3, 4]
    assert [event.id for event in told] == [1, 2, 3, 4, 5]


async def test_events_wait_for_a_store_that_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []
    log = EventLog(database, SystemClock(), told.append)
    with monkeypatch.context() as patched:
        _fail(patched, database)
        for number in range(EVENTS_WAITING + 1):
            log.happened("slot_closed", {"slot": number})
        await log.close()
        assert told == []
    await log.close()
    slots: Sequence[object] = [event.data["slot"] for event in told]
    assert slots == list(range(1, EVENTS_WAITING + 1)), "the oldest goes first"
