"""Readings are stored before anyone sees them, whatever the store does."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Concatenate

import pytest

from dems_node.database.database import Database
from dems_node.database.errors import DiskFull
from openems_bridge.edge.interface import EdgeUnreachable, EnergyHistory
from openems_bridge.metering import recorder as recorder_module
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.metering.recorder import CHECKPOINT_SECONDS, Recorder
from openems_bridge.store import meter_state, readings
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register
from tests.metering.samples import METER, SLOT, T0, W, dense, sample, withdrawal


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


class Records:
    """An Edge's records, or the trouble that asking for them makes."""

    def __init__(self, answer: EnergyHistory | Exception | None = None) -> None:
        self.answer = answer
        self.asked: list[tuple[int, int, int]] = []

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        self.asked.append((start, end, step_seconds))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class FailingDatabase(Database):
    """A database whose disk is full while ``full`` is set."""

    full = False

    tried = 0

    async def run[**P, T](
        self, fn: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self.tried += 1
        if self.full:
            raise DiskFull("No room left: free some space.")
        return await super().run(fn, *args, **kwargs)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[FailingDatabase]:
    opened = await FailingDatabase.open(tmp_path / "bridge.db", migrations=MIGRATIONS)
    yield opened
    opened.full = False
    await opened.close()


class Bench:
    """A recorder and what it told."""

    def __init__(self, database: Database, records: Records | None = None) -> None:
        self.database = database
        self.records = records or Records()
        self.clock = HandClock()
        self.told: list[Reading] = []

    async def start(self) -> Recorder:
        return await Recorder.restored(
            meter=METER,
            database=self.database,
            records=self.records,
            clock=self.clock,
            on_readings=self._listen,
        )

    def _listen(self, closed: Sequence[Reading]) -> None:
        self.told += closed

    async def stored(self) -> Sequence[Reading]:
        return await self.database.run(readings.between, 900, 0, 2**40)


async def test_a_reading_is_stored_with_its_checkpoint_then_told(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    for each in dense(T0, T0 + 900, 1_000_000):
        await recorder.record(each)
    assert [reading.energy for reading in bench.told] == [{W: 899}]
    assert await bench.stored() == bench.told
    again = await bench.start()
    assert again.totals == {W: 900}
    assert again.open_slot is not None
    assert (again.open_slot.slot, again.open_slot.energy) == (SLOT + 1, {W: 1})


async def test_the_task_works_off_what_was_observed(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    task = asyncio.create_task(recorder.run())
    for each in dense(T0, T0 + 50, 1_000_000):
        recorder.observe(each)
    recorder.observe(withdrawal(T0 + 900, 1_000_900))
    async with asyncio.timeout(10):
        while not bench.told:
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await recorder.close()
    assert [reading.slot for reading in bench.told] == [SLOT]


async def test_a_flood_drops_the_oldest_samples_and_no_energy(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 1_000_000))
    for each in dense(T0 + 1, T0 + 850, 1_000_001):
        recorder.observe(each)
    await recorder.close()
    assert (await bench.start()).totals == {W: 850}


async def test_closing_keeps_what_was_not_stored_yet(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 1_000_000))
    recorder.observe(withdrawal(T0 + 905, 1_000_100))
    await recorder.close()
    assert [reading.slot for reading in bench.told] == [SLOT]
    assert (await bench.start()).totals == {W: 100}


async def test_cancelled_while_it_stores_it_doubles_nothing(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 1_000_000))
    task = asyncio.create_task(recorder.record(withdrawal(T0 + 901, 1_000_100)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await recorder.close()
    assert [reading.slot for reading in await bench.stored()] == [SLOT]
    assert [reading.slot for reading in bench.told] == [SLOT]


async def test_a_full_disk_delays_readings_and_says_so_once(
    database: FailingDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 1_000_000))
    database.full = True
    for at in range(T0 + 60, T0 + 3601, 60):
        bench.clock.now += 60
        await recorder.record(withdrawal(at, 1_000_000 + at - T0))
    assert bench.told == []
    assert not recorder.storing
    database.full = False
    bench.clock.now += 60
    await recorder.record(withdrawal(T0 + 3660, 1_003_660))
    assert [reading.slot for reading in bench.told] == [SLOT, SLOT + 1, SLOT + 2, SLOT + 3]
    assert recorder.storing
    assert await bench.stored() == bench.told
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in said] == [
        "Readings wait in memory until they can be stored: No room left: free some space.",
        "The store works again: 4 readings that had waited are stored",
    ]


async def test_a_failing_store_is_not_tried_at_every_sample(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 1_000_000))
    database.full = True
    database.tried = 0
    for second in range(600):
        bench.clock.now += 1
        await recorder.record(withdrawal(T0 + 901 + second, 1_001_000))
    assert database.tried == 15


async def test_what_waits_is_stored_even_if_no_more_samples_come(
    database: FailingDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_FIRST_PAUSE_SECONDS", 0.001)
    bench = Bench(database)
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 1_000_000))
    database.full = True
    await recorder.record(withdrawal(T0 + 900, 1_000_100))
    task = asyncio.create_task(recorder.run())
    database.full = False
    bench.clock.now += 60
    async with asyncio.timeout(10):
        while not bench.told:
            await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [reading.slot for reading in bench.told] == [SLOT]


async def test_a_baseline_is_stored_at_once_but_not_for_ever(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 5_000_000))
    assert (await bench.start()).totals == {W: 0}
    await recorder.record(withdrawal(T0 + 1, 3))
    assert (await bench.start()).totals == {W: 3}
    database.tried = 0
    for index in range(100):
        await recorder.record(withdrawal(T0 + 2 + index, 5_000_000 * (index % 2)))
    assert database.tried < 48


async def test_a_crash_costs_an_integrated_register_what_was_not_stored_and_says_so(
    database: FailingDatabase,
) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    for second in range(400):
        bench.clock.now = 1000.0 + second
        await recorder.record(sample(T0 + second, grid_power=3600))
    again = await bench.start()
    for second in range(400, 901):
        await again.record(sample(T0 + second, grid_power=3600))
    (reading,) = bench.told
    assert (reading.quality, reading.covered_seconds) == (Quality.PARTIAL, 800)
    assert reading.energy == {Register.WITHDRAWAL: 799, Register.FEED_IN: 0}
    assert reading.integrated == {Register.WITHDRAWAL, Register.FEED_IN}


async def test_the_state_is_kept_every_five_minutes(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    for second in range(CHECKPOINT_SECONDS + 1):
        bench.clock.now = 1000.0 + second
        await recorder.record(sample(T0 + second, grid_power=36_000))
    assert recorder.totals == {Register.WITHDRAWAL: 3000, Register.FEED_IN: 0}
    again = await bench.start()
    assert again.totals == recorder.totals


async def test_what_is_integrated_is_told_only_when_a_crash_cannot_take_it_back(
    database: FailingDatabase,
) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    for second in range(100):
        await recorder.record(sample(T0 + second, {Register.GENERATION: 10 + second}, grid_power=36_000))
    assert recorder.totals[Register.WITHDRAWAL] == 0
    assert recorder.totals[Register.GENERATION] == 99


async def test_the_dispatcher_learns_how_the_running_slot_began(database: FailingDatabase) -> None:
    recorder = await Bench(database).start()
    assert recorder.open_slot is None
    assert recorder.counters_at_start(SLOT) is None
    for each in dense(T0 - 100, T0 + 50, 1_000_000):
        await recorder.record(each)
    assert recorder.counters_at_start(SLOT) == {W: 1_000_099}
    assert recorder.counters_at_start(SLOT - 1) is None


async def test_a_gap_asks_the_history_once(database: FailingDatabase) -> None:
    bench = Bench(database, Records(EnergyHistory(start=T0, step_seconds=300, steps={W: [0] * 3 + [70] * 3})))
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 1_000_000))
    await recorder.record(withdrawal(T0 + 1800, 1_000_210))
    await recorder.record(withdrawal(T0 + 1801, 1_000_210))
    assert bench.records.asked == [(T0, T0 + 1800, 300)]
    assert [(reading.energy[W], reading.quality) for reading in bench.told] == [
        (0, Quality.ESTIMATED),
        (210, Quality.ESTIMATED),
    ]


@pytest.mark.parametrize("trouble", [EdgeUnreachable("gone"), TimeoutError(), None])
async def test_without_history_a_gap_is_divided_by_time(
    database: FailingDatabase, trouble: Exception | None
) -> None:
    bench = Bench(database, Records(trouble))
    recorder = await bench.start()
    await recorder.record(withdrawal(T0, 1_000_000))
    await recorder.record(withdrawal(T0 + 1800, 1_000_210))
    assert [reading.energy[W] for reading in bench.told] == [105, 105]


async def test_a_checkpoint_that_cannot_be_read_is_not_ignored(database: FailingDatabase) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        meter_state.save(connection, "{}")

    await database.run(spoil)
    with pytest.raises(ValueError, match="stored state of the metering"):
        await Bench(database).start()


async def test_a_clock_that_jumps_and_returns_is_told_once_and_leaves_no_reading(
    database: FailingDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    samples = dense(T0, T0 + 900, 1_000_000)
    for index, each in enumerate(samples):
        jumped = 100 <= index < 300
        await recorder.record(replace(each, measured_at=each.measured_at + 1e8) if jumped else each)
    assert [(reading.slot, reading.energy) for reading in await bench.stored()] == [(SLOT, {W: 899})]
    assert bench.told[0].quality is Quality.COMPLETE
    assert len([record for record in caplog.records if "clock" in record.getMessage().lower()]) == 2


async def test_samples_of_an_uncertain_time_are_not_stored_at_the_end(database: FailingDatabase) -> None:
    bench = Bench(database)
    recorder = await bench.start()
    for each in dense(T0, T0 + 10, 1_000_000):
        await recorder.record(each)
    for each in dense(T0 + 11, T0 + 20, 1_000_011):
        recorder.observe(replace(each, measured_at=each.measured_at + 1e8))
    await recorder.close()
    again = await bench.start()
    assert again.totals == {W: 10}
    await again.record(withdrawal(T0 + 30, 1_000_030))
    assert again.totals == {W: 30}
    assert await bench.stored() == []
