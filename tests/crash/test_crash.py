"""The bridge is killed at many random points over simulated days: nothing is lost, nothing is doubled.

A killed bridge leaves the database's files as they are in that instant: the next one starts from a copy of them.
"""

import logging
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import pytest

from dems_node.database.database import Database
from dems_protocol.slots import SlotGrid
from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.metering.recorder import Recorder
from openems_bridge.metering.slot_meter import SlotMeter
from openems_bridge.store import readings
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register, SourceClass
from tests.crash.fate import Fate, Killed, mortal_connection
from tests.crash.world import T0, Day, Edge, play

_LOGGER = logging.getLogger(__name__)
GRID = SlotGrid()
CYCLE_SECONDS = 5
DAYS = 2
METER = SlotMeter(grid=GRID, source=SourceClass.SIMULATION)

DOWN_SECONDS = (0, 5, 60, 400, 2000, 12_000)
"""For how long a killed bridge stays down: from not at all to more than three hours."""


@cache
def true_days() -> Day:
    return play(DAYS, CYCLE_SECONDS)


class SimulatedTime:
    """The clock of the simulated world."""

    def __init__(self) -> None:
        self.now = float(T0)

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


@dataclass
class Story:
    """What happened to one household."""

    deaths: Counter[str] = field(default_factory=Counter)
    told: list[Reading] = field(default_factory=list)
    lost: Counter[Register] = field(default_factory=Counter)
    """Wh that no counter can tell: reset on the Edge, and the bridge dead before it had stored that it saw them."""
    stored: Sequence[Reading] = ()
    totals: dict[Register, int] = field(default_factory=dict)
    open_energy: dict[Register, int] = field(default_factory=dict)


class MortalEdge:
    """The Edge's records, asked by one who may die meanwhile."""

    def __init__(self, edge: Edge, fate: Fate) -> None:
        self._edge = edge
        self._fate = fate

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        self._fate.point("history")
        return await self._edge.energy_history(start, end, step_seconds)


class Household:
    """One bridge after the other on one Edge."""

    def __init__(self, directory: Path, edge: Edge, rng: Random) -> None:
        self.edge = edge
        self.story = Story()
        self._rng = rng
        self._directory = directory
        self._lives = 0
        self._time = SimulatedTime()
        self._at = T0
        self._born_at = T0
        self._committed: int | None = None
        """The moment of the last sample that a committed checkpoint knows."""

    async def live(self) -> Story:
        """Play all moments, killing the bridge on the way, and one last life that ends in peace."""
        moments = list(self.edge.moments())
        index = 0
        while index < len(moments):
            # The first life gets as far as its first sample: what came before that, nobody asks for.
            fate = Fate.drawn(self._rng) if self._lives else Fate(100, after_a_sample=True)
            index = await self._one_life(moments, index, fate)
        await self._one_life(moments, len(moments) - 1, Fate(10**9))
        return self.story

    async def _one_life(self, moments: Sequence[int], index: int, fate: Fate) -> int:
        path = self._directory / f"life-{self._lives}" / "bridge.db"
        self._lives += 1
        self._born_at = moments[index]
        database: Database | None = None
        try:
            database = await Database.open(
                path, connection_class=mortal_connection(fate, self._note_commit), migrations=MIGRATIONS
            )
            index = await self._record(database, moments, index, fate)
        except Killed:
            self.story.deaths[fate.cause.split("(")[0].strip()] += 1
            self._keep_files(path)
            index = index_after(moments, self._at + self._rng.choice(DOWN_SECONDS))
        if database is not None:
            await database.close()
        if not fate.cause:
            self._keep_files(path)
        return index

    async def _record(self, database: Database, moments: Sequence[int], index: int, fate: Fate) -> int:
        recorder = await Recorder.restored(
            meter=METER,
            database=database,
            records=MortalEdge(self.edge, fate),
            clock=self._time,
            on_readings=lambda closed: self._hear(closed, fate),
        )
        first = True
        while index < len(moments):
            self._at = moments[index]
            self._time.now = float(self._at)
            telemetry = self.edge.cycle(self._at, watched=not first)
            first = False
            await recorder.record(telemetry)
            fate.sampled()
            index += 1
        await recorder.close()
        self.story.stored = await database.run(readings.between, GRID.seconds, 0, 2**40)
        self.story.totals = dict(recorder.totals)
        assert recorder.open_slot is not None
        self.story.open_energy = dict(recorder.open_slot.energy)
        return index

    def _hear(self, closed: Sequence[Reading], fate: Fate) -> None:
        fate.point("before the listener")
        self.story.told += closed

    def _note_commit(self) -> None:
        """Add up what no counter can tell, now that it is certain what the bridge knows.

        A reset that it saw in this life costs nothing if it went to zero; after a step back, the energy of the cycle
        in which it happened. One that only a dead bridge saw costs what came after the last checkpoint.
        """
        committed = self._committed
        self._committed = self._at
        if committed is None:
            return
        fresh = [reset for reset in self.edge.resets if committed <= reset.at < self._at]
        unseen = [reset for reset in fresh if reset.at < self._born_at]
        if unseen:
            self._lose(committed, unseen[-1].at if unseen[-1].to_zero else self._born_at)
        for reset in fresh:
            if reset not in unseen and not reset.to_zero:
                self._lose(reset.at, reset.next_at)

    def _lose(self, start: int, end: int) -> None:
        for register in self.edge.day.at[T0]:
            self.story.lost[register] += self.edge.day.energy(register, start, end)

    def _keep_files(self, path: Path) -> None:
        following = self._directory / f"life-{self._lives}"
        following.mkdir()
        for name in ("bridge.db", "bridge.db-wal"):
            if (path.parent / name).exists():
                shutil.copy(path.parent / name, following / name)


def index_after(moments: Sequence[int], at: int) -> int:
    """Return the index of the first moment after ``at``."""
    return next((index for index, moment in enumerate(moments) if moment > at), len(moments))


def assert_no_slot_is_missing_or_doubled(story: Story) -> None:
    slots = [reading.slot for reading in story.stored]
    end = GRID.slot_at(T0 + DAYS * 86_400)
    assert slots == list(range(GRID.slot_at(T0), end))
    told = [reading.slot for reading in story.told]
    assert told == sorted(set(told))
    assert all(reading in story.stored for reading in story.told)


def assert_complete_readings_are_true(edge: Edge, story: Story) -> None:
    """A complete reading is the house's energy between the samples next to its boundaries.

    A step back hides the energy of the cycle in which it happens.
    """
    day = edge.day
    dense = METER.dense_ms // 1000
    checked = 0
    for reading in story.stored:
        if reading.quality is not Quality.COMPLETE or reading.slot == GRID.slot_at(T0):
            continue
        start, end = GRID.start(reading.slot), GRID.end(reading.slot)
        hidden = [reset for reset in edge.resets if start <= reset.next_at <= end]
        for register, energy in reading.energy.items():
            least = day.energy(register, start, end - dense)
            least -= sum(day.energy(register, reset.at, reset.next_at) for reset in hidden)
            most = day.energy(register, start - dense, end)
            assert least <= energy <= most, (reading, register)
            checked += 1
    assert checked > 100


@pytest.mark.parametrize("keeps_history", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_killed_at_random_points_the_sums_stay_exact(
    tmp_path: Path, seed: int, keeps_history: bool
) -> None:
    day = true_days()
    rng = Random(seed)
    edge = Edge(day, rng, resets_per_day=24, keeps_history=keeps_history)
    story = await Household(tmp_path, edge, rng).live()
    _LOGGER.info("seed %d: %s, %d resets, lost %s", seed, story.deaths, len(edge.resets), story.lost)
    assert story.deaths.total() >= 20
    assert edge.resets
    assert_no_slot_is_missing_or_doubled(story)
    assert_complete_readings_are_true(edge, story)
    for register in day.at[T0]:
        true = day.energy(register, T0, T0 + DAYS * 86_400)
        measured = (
            sum(reading.energy.get(register, 0) for reading in story.stored) + story.open_energy[register]
        )
        assert measured == story.totals[register]
        if keeps_history:
            assert true - story.lost[register] <= measured <= true
        else:
            assert measured == true - story.lost[register]


async def test_without_resets_not_a_watt_hour_is_ever_lost(tmp_path: Path) -> None:
    day = true_days()
    rng = Random(11)
    story = await Household(tmp_path, Edge(day, rng, resets_per_day=0, keeps_history=True), rng).live()
    _LOGGER.info("seed 11: %s", story.deaths)
    assert story.deaths.total() >= 20
    assert_no_slot_is_missing_or_doubled(story)
    for register in day.at[T0]:
        measured = sum(reading.energy[register] for reading in story.stored) + story.open_energy[register]
        assert measured == day.energy(register, T0, T0 + DAYS * 86_400)
