"""Looks ahead each slot: the running slot is carried out as planned, then forecast and plan are made anew."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from dems_node.json_types import Section
from dems_node.outage import Outage
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import CommandSource
from openems_bridge.dispatcher.door import CommandDoor
from openems_bridge.dispatcher.reasons import RequestRefused
from openems_bridge.forecast.answer import Answer
from openems_bridge.foresight import announcements, energy_history
from openems_bridge.foresight.execution import command_of
from openems_bridge.foresight.forecaster import Forecaster
from openems_bridge.foresight.plan import (
    BatteryNow,
    Commitment,
    CommunityPrice,
    HouseholdPlan,
    Outlook,
    PlanMode,
    PlannedSlot,
    Planner,
    PlanQuestion,
)
from openems_bridge.foresight.sections import forecast_section, plan_section
from openems_bridge.foresight.tariff import Tariff
from openems_bridge.foresight.time_zone import day_slots

READING_SECONDS = 20.0
"""So long a slot's reading is waited for before the forecast goes without it."""
FIRST_LOOK_SECONDS = 3.0
"""After the start the Edge is given so long to tell what the house is."""
GRACE_SECONDS = 30.0
"""A command of the plan outlasts its slot by so much, so that the battery is not free between two slots."""
_LOGGER = logging.getLogger(__name__)


class BatteryDoor(CommandDoor, Protocol):
    """The dispatcher, as far as plan and market use it."""

    def withdraw_all(self, source: CommandSource) -> bool:
        """End every command of a source."""
        ...


class MarketView(Protocol):
    """What the market has to say to a plan."""

    async def commitments(self, first_slot: int) -> Sequence[Commitment]:
        """Return what was bought and sold of the slots from ``first_slot`` on."""
        ...

    async def prices(self, first_slot: int) -> Mapping[int, CommunityPrice]:
        """Return what energy in the community costs, or is expected to, from ``first_slot`` on."""
        ...

    @property
    def outlook(self) -> Outlook | None:
        """The newest that the operator expects of the community, None where nothing is known."""
        ...

    @property
    def inside_charge(self) -> int:
        """Micro-units per kWh that who buys inside pays on top of the pool's price."""
        ...


class NoMarket:
    """A household in no market."""

    async def commitments(self, first_slot: int) -> Sequence[Commitment]:
        """Return nothing."""
        return ()

    async def prices(self, first_slot: int) -> Mapping[int, CommunityPrice]:
        """Return nothing."""
        return {}

    @property
    def outlook(self) -> Outlook | None:
        """Nothing is known."""
        return None

    @property
    def inside_charge(self) -> int:
        """Nothing is bought inside."""
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LookoutParts:
    """What the lookout works with. ``battery`` tells the battery as it is now, ``tariff`` the one in force."""

    database: Database
    clock: Clock
    grid: SlotGrid
    zone: ZoneInfo
    forecaster: Forecaster
    planner: Planner
    door: BatteryDoor
    market: MarketView
    battery: Callable[[], BatteryNow | None]
    tariff: Callable[[], Tariff]
    show: Callable[[Mapping[str, Section]], None]
    tell: Callable[[str, Section], None]
    planned: Callable[[HouseholdPlan], None] = lambda plan: None


class Lookout:
    """Keeps the newest forecast and plan. ``run`` makes them, and hands the running slot to the dispatcher."""

    def __init__(self, parts: LookoutParts) -> None:
        self._parts = parts
        self._outage = Outage("Looking ahead", _LOGGER)
        self._answer: Answer | None = None
        self._plan: HouseholdPlan | None = None
        self._measured = -1
        self._wake = asyncio.Event()
        self._asked = False
        self._made = asyncio.Condition()
        self._rounds = 0
        self._shown_mode: PlanMode | None = None
        self._waited_in = -1

    @property
    def forecast(self) -> Answer | None:
        """The newest forecast, None before the first."""
        return self._answer

    @property
    def plan(self) -> HouseholdPlan | None:
        """The newest plan, None before the first."""
        return self._plan

    def measured(self, slot: int) -> None:
        """Hear that a slot's reading is stored."""
        self._measured = max(self._measured, slot)
        self._wake.set()

    def replan(self) -> None:
        """Plan again soon: something that a plan rests on has changed."""
        self._asked = True
        self._wake.set()

    async def replanned(self, seconds: float) -> None:
        """Return once a plan was made with all that is known now, or after ``seconds``."""
        rounds = self._rounds
        self.replan()
        try:
            async with asyncio.timeout(seconds), self._made:
                # A round that is under way may have read what holds before this call.
                await self._made.wait_for(lambda: self._rounds >= rounds + 1 and not self._asked)
        except TimeoutError:
            return

    async def run(self) -> None:
        """Look ahead until cancelled."""
        parts = self._parts
        await asyncio.sleep(FIRST_LOOK_SECONDS)
        while True:
            slot = parts.grid.slot_at(parts.clock.utc())
            self._carry_out(slot)
            if self._plan is not None and self._waited_in != slot:
                self._waited_in = slot
                await self._wait(partial(self._has_measured, slot - 1), READING_SECONDS)
            await self._look(slot)
            rest = parts.grid.end(slot) - parts.clock.utc()
            await self._wait(lambda: self._asked, rest)

    async def look(self) -> None:
        """Make forecast and plan once, now."""
        slot = self._parts.grid.slot_at(self._parts.clock.utc())
        await self._look(slot)

    def _has_measured(self, slot: int) -> bool:
        return self._measured >= slot

    async def _wait(self, is_enough: Callable[[], bool], seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                while not is_enough():
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            return

    async def _look(self, slot: int) -> None:
        self._asked = False
        try:
            await self._parts.forecaster.ask_records()
            latest = await self._parts.forecaster.forecast(slot)
            if latest.answer is not None:
                self._answer = latest.answer
                await self._show_forecast(latest.answer)
                await self._make_plan(slot, latest.answer)
            self._outage.ends()
        except StoreError as error:
            self._outage.begins("store", f"{error} The last plan holds meanwhile.")
        self._carry_out(self._parts.grid.slot_at(self._parts.clock.utc()))
        async with self._made:
            self._rounds += 1
            self._made.notify_all()

    async def _show_forecast(self, answer: Answer) -> None:
        parts = self._parts
        now = parts.clock.utc()
        today = day_slots(parts.grid, parts.zone, now)
        measured = await parts.database.run(
            energy_history.load_past, parts.grid.seconds, today.start, max(today.start, answer.issue_slot)
        )
        tomorrow = day_slots(parts.grid, parts.zone, now, later=1)
        parts.show({"forecast": forecast_section(answer, now, measured, today, tomorrow)})

    async def _make_plan(self, slot: int, answer: Answer) -> None:
        parts = self._parts
        now = parts.clock.utc()
        first = max(slot, answer.issue_slot)
        question = PlanQuestion(
            slot_seconds=parts.grid.seconds,
            first_slot=first,
            forecast=answer,
            prices=parts.tariff().prices(parts.grid, range(first, answer.end_slot), parts.zone),
            battery=parts.battery(),
            loads=await parts.database.run(announcements.loads_after, now),
            holds=await parts.database.run(announcements.holds_after, now),
            community=await parts.market.prices(first),
            commitments=await parts.market.commitments(first),
            inside_charge=parts.market.inside_charge,
            outlook=parts.market.outlook,
        )
        plan = await parts.planner.plan(question, now)
        if plan is not None:
            self._plan = plan
            parts.planned(plan)

    def _carry_out(self, slot: int) -> None:
        """Show the plan of the running slot, and hand it to the dispatcher where the owner lets the bridge act."""
        plan = self._plan
        if plan is None:
            return
        section = plan_section(plan, slot, self._parts.grid)
        planned = plan.of(slot)
        if section is None or planned is None:
            self._parts.door.withdraw_all(CommandSource.PLAN)
            return
        self._parts.show({"plan": section})
        if self._shown_mode not in (None, planned.mode):
            self._parts.tell(
                "plan_changed", {"slot": slot, "mode": planned.mode.value, "reason": planned.reason.section()}
            )
        self._shown_mode = planned.mode
        self._command(planned)

    def _command(self, planned: PlannedSlot) -> None:
        door, slot = self._parts.door, planned.slot
        door.withdraw_all(CommandSource.PLAN)
        if planned.expected_soc is None:
            return
        wanted = command_of(planned)
        seconds = self._parts.grid.end(slot) - self._parts.clock.utc() + GRACE_SECONDS
        try:
            door.command(
                CommandSource.PLAN,
                wanted.target,
                seconds=max(1.0, seconds),
                reason=planned.reason.code,
                command_id=f"plan-{slot}",
                reserve_soc=wanted.reserve_soc,
            )
        except RequestRefused as error:
            _LOGGER.warning("The plan of slot %d is not carried out: %s", slot, error)
