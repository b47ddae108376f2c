"""The lookout: forecast from what is stored, the plan carried out by the dispatcher, what people announce."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dems_node.database.database import Database
from dems_node.json_types import Section
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import (
    Command,
    CommandSource,
    GridEnergy,
    Limits,
    Mode,
    SelfConsumption,
    Target,
)
from openems_bridge.edge.interface import EdgeUnreachable, EnergyHistory
from openems_bridge.forecast.answer import Answer, SlotForecast
from openems_bridge.forecast.job import Job
from openems_bridge.forecast.runner import Latest
from openems_bridge.foresight import announcements, energy_history
from openems_bridge.foresight.announcements import PromisedSun
from openems_bridge.foresight.battery import battery_now
from openems_bridge.foresight.desk import ForesightDesk, TariffBook
from openems_bridge.foresight.execution import command_of
from openems_bridge.foresight.forecaster import Forecaster
from openems_bridge.foresight.lookout import Lookout, LookoutParts, NoMarket
from openems_bridge.foresight.options import SiteOptions, TariffOptions
from openems_bridge.foresight.plan import HouseholdPlan, PlanMode, PlannedSlot, PlanQuestion, PlanReason
from openems_bridge.foresight.tariff import PriceSeries, SlotPrice, Tariff
from openems_bridge.refusal import Refused
from openems_bridge.store import readings
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register
from tests.api.house import TELEMETRY, TOPOLOGY, reading

GRID, UTC = SlotGrid(900), ZoneInfo("UTC")
SLOT = 1_988_888
PRICE = SlotPrice(import_price=320_000, export_price=80_000)


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Replace Home Assistant's check for left-over threads: databases have some of their own."""


@dataclass(slots=True)
class Clock:
    now: float = float(GRID.start(SLOT) + 10)

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


@dataclass(slots=True)
class Records:
    """An Edge's own records."""

    history: EnergyHistory | None = None
    asked: int = 0
    is_lost: bool = False

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        self.asked += 1
        if self.is_lost:
            raise EdgeUnreachable("away")
        if self.history is None:
            return None
        return replace(self.history, start=start, step_seconds=step_seconds)


class Runner:
    """Answers each job with 200 Wh a slot, and remembers it."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    async def forecast(self, job: Job) -> Latest:
        self.jobs.append(Job.read(dict(job.document())))
        row = (200,) * job.horizon
        load = SlotForecast(expected_wh=row, deciles_wh=(row,) * 9, basis="readings", quality=None)
        return Latest(answer=Answer(issue_slot=job.issue_slot, slot_seconds=900, load=load, pv=None))


@dataclass(slots=True)
class Planned:
    """Plans what a test wants."""

    mode: PlanMode = PlanMode.SELF_CONSUMPTION
    reserve_soc: int = 20
    grid_energy: int | None = None
    questions: list[PlanQuestion] = field(default_factory=list)

    async def plan(self, question: PlanQuestion, made_at: float) -> HouseholdPlan | None:
        self.questions.append(question)
        slots = [
            PlannedSlot(
                slot=question.first_slot + index,
                mode=self.mode,
                reserve_soc=self.reserve_soc,
                grid_energy=self.grid_energy,
                expected_soc=50,
                reason=PlanReason("evening_load"),
                price=price,
            )
            for index, price in enumerate(question.prices)
        ]
        starts = {load.id: load.earliest for load in question.loads}
        return HouseholdPlan(made_at=made_at, slots=slots, expected_cost=5, starts=starts)


class Door:
    mode = Mode.AUTOMATIC

    def __init__(self) -> None:
        self.commands: list[tuple[Target, int]] = []

    def command(
        self,
        source: CommandSource,
        target: Target,
        *,
        seconds: float | None = None,
        reason: str = "",
        command_id: str | None = None,
        reserve_soc: int = 0,
    ) -> Command:
        assert source is CommandSource.PLAN
        assert seconds is not None
        assert 0 < seconds <= 930
        self.commands.append((target, reserve_soc))
        return Command(id=command_id or "", source=source, target=target, ends_at=0, ends_at_utc=0)

    def withdraw_all(self, source: CommandSource) -> bool:
        self.commands.clear()
        return True


@dataclass(slots=True)
class Scene:
    database: Database
    clock: Clock
    records: Records
    runner: Runner
    planner: Planned
    door: Door
    lookout: Lookout
    desk: ForesightDesk
    shown: dict[str, Section]
    told: list[tuple[str, Mapping[str, Any]]]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock, records, runner, planner, door = Clock(), Records(), Runner(), Planned(), Door()
    database = await Database.open(tmp_path / "bridge.sqlite3", migrations=MIGRATIONS, now=clock.utc)
    shown: dict[str, Section] = {}
    told: list[tuple[str, Mapping[str, Any]]] = []
    tariffs = await TariffBook.load(database, TariffOptions())
    runner_port: Any = runner
    forecaster = Forecaster(
        database=database,
        grid=GRID,
        zone=UTC,
        site=SiteOptions(annual_load=4_000_000),
        records=records,
        runner=runner_port,
        now=clock.utc,
    )
    lookout = Lookout(
        LookoutParts(
            database=database,
            clock=clock,
            grid=GRID,
            zone=UTC,
            forecaster=forecaster,
            planner=planner,
            door=door,
            market=NoMarket(),
            battery=lambda: None,
            tariff=tariffs.current,
            show=shown.update,
            tell=lambda kind, data: told.append((kind, data)),
        )
    )
    desk = ForesightDesk(database=database, grid=GRID, tariffs=tariffs, lookout=lookout, now=clock.utc)
    yield Scene(database, clock, records, runner, planner, door, lookout, desk, shown, told)
    await database.close()


async def test_a_forecast_from_stored_readings(scene: Scene) -> None:
    await scene.database.run(readings.insert, 900, [reading(slot) for slot in range(SLOT - 20, SLOT)])
    await scene.lookout.look()
    job = scene.runner.jobs[0]
    assert (job.issue_slot, job.first_slot, len(job.load_wh)) == (SLOT, SLOT - 20, 20)
    assert job.horizon_slots is not None
    assert job.horizon_slots >= 144
    section = scene.shown["forecast"]
    assert (section["load_next"], section["generation_next"], section["source"]) == (200, None, "own")
    midnight = SLOT // 96 * 96
    measured = reading(SLOT).energy[Register.CONSUMPTION] * min(20, SLOT - midnight)
    assert section["load_today"] == measured + 200 * (midnight + 96 - SLOT)
    assert section["load_tomorrow"] == 96 * 200


async def test_the_edges_records_stand_in_once_for_readings_that_are_missing(scene: Scene) -> None:
    steps = {Register.CONSUMPTION: [100] * 60 * 96, Register.GENERATION: [7] * 60 * 96}
    scene.records.history = EnergyHistory(start=0, step_seconds=900, steps=steps)
    scene.records.is_lost = True
    await scene.lookout.look()
    assert len(scene.runner.jobs[-1].load_wh) == 0
    scene.records.is_lost = False
    await scene.database.run(readings.insert, 900, [reading(SLOT - 1)])
    await scene.lookout.look()
    await scene.lookout.look()
    assert scene.records.asked == 2, "asked again after the failure, then never"
    job = scene.runner.jobs[-1]
    assert (job.load_wh[0], job.pv_wh[0]) == (100, 7)
    assert job.load_wh[-1] == reading(SLOT - 1).energy[Register.CONSUMPTION], "an own reading counts"


def test_records_without_consumption_tell_it_all_the_same() -> None:
    history = EnergyHistory(
        start=900 * SLOT,
        step_seconds=900,
        steps={
            Register.WITHDRAWAL: [50, None],
            Register.FEED_IN: [10, 0],
            Register.GENERATION: [100, 5],
            Register.BATTERY_CHARGE: [20, 0],
        },
    )
    assert energy_history.recorded_slots(history, GRID) == {SLOT: (120, 100), SLOT + 1: (None, 5)}


async def test_the_plan_is_carried_out_and_its_mode_told(scene: Scene) -> None:
    await scene.lookout.look()
    assert scene.door.commands == [(SelfConsumption(), 20)]
    assert scene.shown["plan"]["mode"] == "self_consumption"
    assert len(scene.shown["plan"]["next"]) == 8  # type: ignore[arg-type]
    assert scene.told == [], "the first mode is no change"
    scene.planner.mode, scene.planner.grid_energy = PlanMode.DELIVER, -500
    await scene.lookout.look()
    assert scene.door.commands == [(GridEnergy(-500, SLOT), 100)]
    assert [(kind, data["mode"]) for kind, data in scene.told] == [("plan_changed", "deliver")]


@pytest.mark.parametrize(
    ("mode", "grid_energy", "target", "reserve"),
    [
        (PlanMode.SELF_CONSUMPTION, None, SelfConsumption(), 30),
        (PlanMode.HOLD, None, SelfConsumption(), 100),
        (PlanMode.HOLD, 200, GridEnergy(200, SLOT), 30),
        (PlanMode.DELIVER, -200, GridEnergy(-200, SLOT), 100),
        (PlanMode.CHARGE_SURPLUS, None, SelfConsumption(), 100),
        (PlanMode.CHARGE_GRID, 900, GridEnergy(900, SLOT), 30),
        (PlanMode.SERVE_COMMUNITY, -300, GridEnergy(-300, SLOT), 30),
    ],
)
def test_modes_become_targets_at_the_meter(
    mode: PlanMode, grid_energy: int | None, target: Target, reserve: int
) -> None:
    planned = PlannedSlot(
        slot=SLOT,
        mode=mode,
        reserve_soc=30,
        grid_energy=grid_energy,
        expected_soc=50,
        reason=PlanReason("x"),
        price=PRICE,
    )
    command = command_of(planned)
    assert (command.target, command.reserve_soc) == (target, reserve)


async def test_a_load_is_placed_and_a_hold_planned(scene: Scene) -> None:
    await scene.lookout.look()
    running = asyncio.create_task(_replan(scene))
    now = round(scene.clock.now)
    placed = await scene.desk.announce_load("Washing", 2000, 1000, now + 600, now + 7200)
    await running
    assert placed["start"] == now + 600
    held = await scene.desk.hold(now, now + 3600, "car")
    await scene.lookout.look()
    assert [hold.reason for hold in scene.planner.questions[-1].holds] == ["car"]
    assert await scene.desk.release_hold(str(held["id"]))
    assert not await scene.desk.release_hold(str(held["id"]))
    assert await scene.desk.forget_load(str(placed["id"]))
    for window, code in ((60, "window_too_short"), (8 * 86_400, "too_far_ahead")):
        with pytest.raises(Refused) as refused:
            await scene.desk.announce_load("", 2000, 1000, now, now + window)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        await scene.desk.hold(now - 20, now - 10, "")
    assert refused.value.code == "window_over"


async def _replan(scene: Scene) -> None:
    """Plan as the task does when it is asked to."""
    async with asyncio.timeout(10):
        while not await scene.database.run(announcements.loads_after, 0.0):
            await asyncio.sleep(0)
    await scene.lookout.look()
    await scene.lookout.look()


async def test_a_promise_that_has_begun_stays_as_it_was_told(scene: Scene) -> None:
    now = round(scene.clock.now)
    early, late = PromisedSun(now - 100, now + 800, 1), PromisedSun(now + 3600, now + 7200, 50)
    assert await scene.desk.keep_solar_forecast([early, late]) == 1
    assert await scene.desk.keep_solar_forecast([PromisedSun(now + 3600, now + 7200, 70)]) == 1
    assert await scene.database.run(announcements.promises_between, 0, now + 9999) == {now + 3600: 70.0}
    scene.clock.now = now + 4000
    await scene.desk.keep_solar_forecast([PromisedSun(now + 3600, now + 7200, 5)])
    assert await scene.database.run(announcements.promises_between, 0, now + 9999) == {now + 3600: 70.0}


async def test_a_tariff_survives_a_restart(scene: Scene) -> None:
    tariff = Tariff(currency="CHF", imports=PriceSeries(fixed=1), exports=PriceSeries(fixed=0))
    assert await scene.desk.set_tariff(tariff) is None
    again = await TariffBook.load(scene.database, TariffOptions())
    assert again.current() == tariff


async def test_before_the_first_look_there_is_nothing(scene: Scene) -> None:
    for asked, code in (
        (scene.desk.plan, "no_plan"),
        (lambda: scene.desk.forecast(None, None), "no_forecast"),
    ):
        with pytest.raises(Refused) as refused:
            asked()
        assert refused.value.code == code
    await scene.lookout.look()
    assert len(scene.desk.forecast(SLOT, SLOT + 3)) == 4
    assert scene.desk.forecast(SLOT - 10, SLOT)[0]["slot"] == SLOT
    assert scene.desk.plan()["expected_cost"] == 5


def test_a_battery_that_cannot_be_steered_is_none_for_a_plan() -> None:
    found = battery_now(TOPOLOGY, TELEMETRY, Limits(reserve_soc=10, max_charge_power=3000), 25)
    assert found is not None
    assert (found.capacity, found.energy, found.reserve_soc) == (10_000, 5700, 25)
    assert (found.charge_power, found.discharge_power) == (3000, 5000)
    assert battery_now(replace(TOPOLOGY, control=None), TELEMETRY, Limits(), 25) is None
    assert battery_now(TOPOLOGY, replace(TELEMETRY, soc=None), Limits(), 25) is None
    assert battery_now(TOPOLOGY, None, Limits(), 25) is None
