"""Follows the running slot: about once a minute it tells what the household would trade, and does what came of it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dems_node.backoff import Backoff
from dems_node.chain.errors import ChainError
from dems_node.clock import Clock
from dems_node.outage import Outage
from dems_protocol.market.terms import Terms
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import CommandSource, Mode
from openems_bridge.dispatcher.reasons import RequestRefused
from openems_bridge.dispatcher.slot_progress import SlotStart
from openems_bridge.foresight.plan import BatteryNow, HouseholdPlan, PlannedSlot, PlanReason
from openems_bridge.foresight.planner_process import storage_of
from openems_bridge.ledger.operator_client import OperatorDown, OperatorError, OperatorRefused
from openems_bridge.planner.orders import Order, Position, TradingLimits, UtilityPrices, orders_of
from openems_bridge.planner.plan import Because
from openems_bridge.planner.willingness import Willingness, willingness
from openems_bridge.trader.house_now import HouseNow
from openems_bridge.trader.live import (
    CONTRACTED,
    LiveDecision,
    LiveState,
    SlotFlows,
    SlotView,
    decision,
    position_in,
)
from openems_bridge.trader.market_chain import MarketChain
from openems_bridge.trader.market_operator import MarketOperator
from openems_bridge.trader.settings import TradingSettings
from openems_bridge.trader.suggestion_desk import BatteryDoor

PERIOD_SECONDS = 60.0
LOOKS_A_SLOT = 6
"""In a demo's short slots it is told more often, so that a slot is followed at all."""
SAMPLE_SECONDS = 5.0
HOLDS_SECONDS = 180.0
"""Without an answer for so long the battery goes on by suggestion and plan (docs/market.md section 12)."""
SOON_SECONDS = 20.0
"""Where an answer was cleared before anything was told of the slot, the next one is asked for so soon."""
_LONGEST_PAUSE_SECONDS = 300.0
_BOOKS_KEPT = 4
_LOGGER = logging.getLogger(__name__)
_NO_WILL = Willingness(buy_to_store=0, buy_to_save=0, sell_surplus=0, discharge=0)
"""Of a household that no battery is steered in: it has only its need and its surplus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveParts:
    """What the follower works with. ``plan`` is the newest, ``terms`` those that the operator names."""

    operator: MarketOperator
    chain: MarketChain
    clock: Clock
    grid: SlotGrid
    zone: ZoneInfo
    meter: bytes
    door: BatteryDoor
    settings: Callable[[], TradingSettings]
    house: Callable[[], HouseNow | None]
    battery: Callable[[], BatteryNow | None]
    slot_start: SlotStart
    plan: Callable[[], HouseholdPlan | None]
    terms: Callable[[], Terms | None]
    inside_charge: int
    may_trade: Callable[[], bool]
    changed: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Book:
    """What was told of a slot at a moment (UTC s)."""

    slot: int
    told_at: float
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steered:
    """A battery that may be steered now, and what the plan says of the running slot."""

    battery: BatteryNow
    planned: PlannedSlot
    value: int


class LiveFollower:
    """Follows slot after slot until cancelled. Nothing that goes wrong ends it: the plan holds meanwhile."""

    def __init__(self, parts: LiveParts) -> None:
        self._parts = parts
        self._outage = Outage("The running slot's market", _LOGGER)
        self._flows = SlotFlows()
        self._sold: dict[int, int] = {}
        self._trading_zones: tuple[int, int] | None = None
        self._answered_at = float("-inf")
        self._command_id: str | None = None
        self._books: tuple[_Book, ...] = ()
        self._too_early = False
        self._state: LiveState | None = None

    @property
    def state(self) -> LiveState | None:
        """What is shown; None while the owner does not let the bridge follow."""
        return self._state

    def stop_if_unwanted(self) -> None:
        """Let the battery go at once where the owner has just switched following off."""
        if not self._parts.settings().follow_live:
            self._withdraw()
            self._state = None

    async def run(self) -> None:
        """Follow until cancelled."""
        grid, clock = self._parts.grid, self._parts.clock
        period = min(PERIOD_SECONDS, grid.seconds / LOOKS_A_SLOT)
        backoff = Backoff(first=period, longest=_LONGEST_PAUSE_SECONDS)
        due = clock.monotonic() + period
        while True:
            await asyncio.sleep(min(SAMPLE_SECONDS, period / 2))
            self.sample()
            if clock.monotonic() < due:
                continue
            pause = period
            if await self.look():
                backoff.reset()
                if self._too_early:
                    pause = min(period, SOON_SECONDS)
            else:
                pause = backoff.next_pause()
            due = clock.monotonic() + pause

    def sample(self) -> None:
        """Take in what the house does at this moment."""
        house = self._parts.house()
        if house is not None:
            self._flows = self._flows.after(
                house.telemetry, self._parts.grid, self._parts.slot_start, has_battery=house.has_battery
            )

    async def look(self) -> bool:
        """Tell what would be traded now and do what came of it; return False if that failed."""
        before = self._state
        try:
            self._state = await self._followed()
            self._outage.ends()
            done = True
        except OperatorRefused as error:
            done = self._failed(error.code, str(error))
        except OperatorDown as error:
            done = self._failed(error.problem, str(error))
        except (OperatorError, ChainError) as error:
            done = self._failed("chain", str(error))
        except Exception as error:
            # Whatever it is: the battery goes on by plan, and the trader beside this task goes on too.
            _LOGGER.debug("The running slot is not followed", exc_info=error)
            done = self._failed("internal_error", f"{type(error).__name__}.")
        self._flows = self._flows.looked()
        if self._state != before:
            self._parts.changed()
        return done

    def _failed(self, problem: str, detail: str) -> bool:
        self._outage.begins(problem, f"{detail} The plan holds meanwhile.")
        now = self._parts.clock.utc()
        if now - self._answered_at >= HOLDS_SECONDS:
            self._state = self._idle(now, "live_no_answer")
        return False

    async def _followed(self) -> LiveState | None:
        parts = self._parts
        if not parts.settings().follow_live:
            self._withdraw()
            return None
        now = parts.clock.utc()
        view, terms = self._flows.view(now, parts.grid), parts.terms()
        if not parts.may_trade() or terms is None:
            return self._idle(now, "live_no_market")
        if view is None:
            return self._idle(now, "live_values_unknown")
        zone = await self._zone(view.slot)
        place = next((each for each in terms.zones if each.zone == zone), None)
        if place is None:
            return self._idle(now, "live_no_market")
        steered = self._steered(view.slot)
        orders = self._orders(view, UtilityPrices(sell=place.sell, buy=place.buy), steered)
        self._books = (*self._books, _Book(view.slot, now, orders))[-_BOOKS_KEPT:]
        answer = await parts.operator.tell_live(
            view.slot,
            parts.meter,
            net=view.net,
            stored=None if steered is None else steered.battery.energy,
            orders=orders,
        )
        after = parts.clock.utc()
        if answer is None or parts.grid.slot_at(after) != view.slot or after - answer.at > HOLDS_SECONDS:
            if self._state is not None and after - self._answered_at < HOLDS_SECONDS:
                return self._state
            return self._idle(after, "live_waits")
        self._answered_at = after
        cleared = self._cleared_book(view.slot, answer.at)
        self._too_early = cleared is None
        if cleared is None:
            return self._idle(after, "live_waits")
        if steered is None:
            self._withdraw()
            return LiveState(at=answer.at, price=answer.price, reason=self._unsteered(view.slot))
        found = decision(
            view,
            cleared.orders,
            answer.filled(cleared.orders, zone),
            reserve_soc=max(steered.battery.reserve_soc, steered.planned.reserve_soc),
            promised=steered.planned.grid_energy if steered.planned.reason.code in CONTRACTED else None,
        )
        return self._carried_out(found, view.slot, answer.at, answer.price)

    def _cleared_book(self, slot: int, at: float) -> _Book | None:
        """Return what was told last before a clearing: ratios are of those quantities, not of newer ones.

        The operator clears a few times a minute, so its answer is often of a moment ago.
        """
        told = (book for book in reversed(self._books) if book.slot == slot and book.told_at <= at)
        return next(told, None)

    def _carried_out(self, found: LiveDecision, slot: int, at: float, price: int) -> LiveState:
        parts = self._parts
        self._sold[slot] = found.discharged
        if found.command is None:
            self._withdraw()
        else:
            rest = parts.grid.end(slot) - parts.clock.utc()
            try:
                command = parts.door.command(
                    CommandSource.LIVE,
                    found.command.target,
                    seconds=max(1.0, min(HOLDS_SECONDS, rest)),
                    reason=found.reason.code,
                    command_id=f"live-{slot}",
                    reserve_soc=found.command.reserve_soc,
                )
                self._command_id = command.id
            except RequestRefused as error:
                refused = PlanReason("live_refused", {"code": error.reason.code.value})
                return LiveState(at=at, price=price, reason=refused)
        return LiveState(
            at=at, price=price, mode=found.mode, grid_energy=found.grid_energy, reason=found.reason
        )

    def _idle(self, now: float, code: str) -> LiveState:
        self._withdraw()
        if self._state is not None and self._state.reason.code == code:
            return self._state
        return LiveState(at=now, reason=PlanReason(code))

    def _withdraw(self) -> None:
        if self._command_id is not None:
            self._parts.door.withdraw(self._command_id)
            self._command_id = None

    def _steered(self, slot: int) -> _Steered | None:
        """Return the battery where it may be steered and the plan says what its energy is worth."""
        battery = self._parts.battery()
        planned = self._planned(slot)
        if battery is None or planned is None or planned.value is None:
            return None
        if self._parts.door.mode is not Mode.AUTOMATIC:
            return None
        return _Steered(battery=battery, planned=planned, value=planned.value)

    def _unsteered(self, slot: int) -> PlanReason:
        if self._parts.battery() is None:
            return PlanReason("live_no_battery")
        if self._parts.door.mode is not Mode.AUTOMATIC:
            return PlanReason("live_not_automatic", {"mode": self._parts.door.mode.value})
        return PlanReason("live_no_plan")

    def _planned(self, slot: int) -> PlannedSlot | None:
        plan = self._parts.plan()
        return None if plan is None else plan.of(slot)

    def _orders(self, view: SlotView, utility: UtilityPrices, steered: _Steered | None) -> tuple[Order, ...]:
        """Return what would be traded now: without a battery to steer, what the meter will come to."""
        if steered is None:
            return orders_of(Position(view.exchange, 0, 0), _NO_WILL, utility, TradingLimits())
        storage, settings = storage_of(steered.battery), self._parts.settings()
        position = position_in(
            view,
            storage,
            steered.battery.energy,
            held=steered.planned.reason.code == Because.HELD.value,
        )
        limits = TradingLimits(
            lowest_price=settings.lowest_price,
            highest_price=settings.highest_price,
            battery_wh_left=max(settings.energy_per_day - self._sold_today(view.slot), 0),
        )
        return orders_of(
            position, willingness(steered.value, storage, self._parts.inside_charge), utility, limits
        )

    def _sold_today(self, slot: int) -> int:
        """Return what the battery sold in the other slots of the local day that were followed, Wh."""
        today = self._day(slot)
        self._sold = {one: energy for one, energy in self._sold.items() if self._day(one) == today}
        return sum(energy for one, energy in self._sold.items() if one != slot)

    def _day(self, slot: int) -> date:
        return datetime.fromtimestamp(self._parts.grid.start(slot), self._parts.zone).date()

    async def _zone(self, slot: int) -> int:
        if self._trading_zones is None or self._trading_zones[0] != slot:
            self._trading_zones = slot, await self._parts.chain.zone_of(self._parts.meter, slot)
        return self._trading_zones[1]
