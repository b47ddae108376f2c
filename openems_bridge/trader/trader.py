"""The household's trader while it runs: its orders, their slots, and the suggestions that follow (one membership)."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from dems_node.backoff import Backoff
from dems_node.chain.errors import ChainError
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from dems_node.json_types import Section
from dems_node.keys.errors import KeysUnusable
from dems_node.outage import Outage
from dems_protocol.market.orders import OrderWithdrawal
from dems_protocol.market.terms import Terms
from dems_protocol.market.times import first_open_slot, times_of
from dems_protocol.signatures import Signature
from dems_protocol.slots import SlotGrid
from openems_bridge.foresight.plan import HouseholdPlan
from openems_bridge.ledger.operator_client import OperatorError, OperatorRefused
from openems_bridge.ledger.slot_phase import ChainHead
from openems_bridge.refusal import Refused
from openems_bridge.trader import journal, market_events, verdicts
from openems_bridge.trader.bidding import DesiredOrder, desired_orders
from openems_bridge.trader.market_audit import SlotView, hash_of
from openems_bridge.trader.market_chain import MarketChain
from openems_bridge.trader.market_contracts import MarketContracts
from openems_bridge.trader.market_events import MarketOnChain, read_market_slot
from openems_bridge.trader.market_operator import MarketOperator
from openems_bridge.trader.own_orders import OrderState, OwnOrder
from openems_bridge.trader.placing import OrderDesk
from openems_bridge.trader.settings import TradingSettings
from openems_bridge.trader.slot_worker import SlotWorker
from openems_bridge.trader.steps import ChainView, SlotSituation, next_steps
from openems_bridge.trader.suggestion_desk import SuggestionDesk

LOOK_SECONDS = 2.0
BID_SLOTS = 2
"""Automatic orders are placed so many slots before their gate: early enough to get there, late enough to know."""
TERMS_SECONDS = 300.0
_STEPS_AT_ONCE = 32
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderParts:
    """What a trader works with. ``head`` is the chain's newest block; ``may_trade`` False while another copy signs."""

    contracts: MarketContracts
    operator: MarketOperator
    chain: MarketChain
    database: Database
    grid: SlotGrid
    zone: ZoneInfo
    meter: bytes
    worker: SlotWorker
    desk: OrderDesk
    suggestions: SuggestionDesk
    sign: Callable[[bytes], Signature]
    settings: Callable[[], TradingSettings]
    head: Callable[[], ChainHead | None]
    may_trade: Callable[[], bool]
    now: Callable[[], float]
    tell: Callable[[str, Section], None]
    changed: Callable[[], None]
    noted_terms: Callable[[Terms | None, str], None]


class Trader:
    """Trades for one meter until cancelled. ``wake`` has it look now; outages are told once and tried again."""

    def __init__(self, parts: TraderParts) -> None:
        self._parts = parts
        self._wake = asyncio.Event()
        self._outage = Outage("The market operator", _LOGGER)
        self._plan: HouseholdPlan | None = None
        self._told_prices: set[int] = set()
        self._terms_at = float("-inf")
        self.problem: str | None = None
        """Why the last look did not come to its end: a word of ``market.status``."""

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    def planned(self, plan: HouseholdPlan) -> None:
        """Hear of a new plan: what it wants is bid for at the next look."""
        self._plan = plan
        self._wake.set()

    # What a person asks for

    async def place(self, desired: DesiredOrder) -> OwnOrder:
        """Place an order of a person. Raises Refused, StoreError."""
        if not self._parts.may_trade():
            raise Refused("read_only", "Another copy of this bridge signs for the household: trade there.")
        try:
            zone = await self._parts.chain.zone_of(self._parts.meter, desired.slot)
        except ChainError as error:
            raise Refused("chain_unreachable", f"The chain does not answer: {error}") from None
        order = await self._parts.desk.place(desired, zone, self._parts.settings(), automatic=False)
        self._wake.set()
        return order

    async def withdraw(self, identifier: str) -> OwnOrder:
        """Take an order back. Raises Refused, StoreError."""
        parts = self._parts
        order = await parts.database.run(journal.by_id, identifier)
        if order is None:
            raise Refused("unknown_order", "There is no order of this id.")
        if order.state is OrderState.WITHDRAWN:
            return order
        gate = times_of(order.slot, parts.grid, parts.contracts.windows).gate
        if not order.is_standing or parts.now() >= gate:
            raise Refused(
                "gate_closed",
                f"The order is {order.state}; it could be withdrawn until its gate.",
                {"slot": order.slot},
            )
        digest = parts.contracts.domain.digest(OrderWithdrawal(order.hash, order.slot).struct_hash())
        signature = await asyncio.to_thread(parts.sign, digest)
        await parts.database.run(_mark_withdrawn, order.hash, signature)
        await self.look()
        return await parts.database.run(_existing, order.hash)

    # The task

    async def run(self) -> None:
        """Work until cancelled."""
        backoff = Backoff(first=LOOK_SECONDS, longest=60.0)
        while True:
            self._wake.clear()
            pause = LOOK_SECONDS
            if await self.look():
                backoff.reset()
            else:
                pause = backoff.next_pause()
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def look(self) -> bool:
        """Bring everything as far as it can come now; return False if something must be tried again soon."""
        done = True
        for work in (self._note_terms, self._bid, self._follow_slots, self._hear):
            try:
                await work()
            except OperatorError as error:
                done = False
                if isinstance(error, OperatorRefused) and error.code == "not-found":
                    # The operator hears of a block, its own transaction's even, later than this household.
                    _LOGGER.debug("The operator does not serve it yet: %s", error)
                    continue
                self._outage.begins("operator", f"{error} Orders wait, and go in on chain at their gate.")
                self.problem = "operator_lost"
            except (ChainError, StoreError, KeysUnusable) as error:
                _LOGGER.debug("The market waits: %s", error)
                self.problem, done = "operator_lost" if isinstance(error, ChainError) else None, False
        try:
            await self._parts.suggestions.advance()
        except StoreError as error:
            _LOGGER.debug("Suggestions wait: %s", error)
            done = False
        if done:
            self.problem = None
            self._outage.ends()
        self._parts.changed()
        return done

    async def _note_terms(self) -> None:
        now = self._parts.now()
        if now - self._terms_at < TERMS_SECONDS:
            return
        answer = await self._parts.operator.terms()
        self._parts.noted_terms(answer.terms, answer.currency)
        self._terms_at = now

    async def _bid(self) -> None:
        """Place the orders that the plan calls for, once a slot, within the owner's limits."""
        parts, plan, settings = self._parts, self._plan, self._parts.settings()
        if plan is None or not settings.auto_bid or not parts.may_trade():
            return
        first = first_open_slot(parts.now(), parts.grid, parts.contracts.windows)
        wanted = range(first, first + BID_SLOTS)
        taken = set(await parts.database.run(journal.slots_with_orders, first))
        orders = [order for order in plan.orders if order.slot in wanted and order.slot not in taken]
        if not orders:
            return
        days = {order.slot: self._day(order.slot) for order in orders}
        traded = await parts.database.run(_traded, first, days.values(), self._day, self._slots_of_day)
        desired = desired_orders(
            orders, settings, traded=traded, day_of=days, slot_seconds=parts.grid.seconds
        )
        desired.sort(key=lambda one: one.slot)
        for slot, of_slot in groupby(desired, key=lambda one: one.slot):
            zone = await parts.chain.zone_of(parts.meter, slot)
            try:
                placed = await parts.desk.place_all(list(of_slot), zone, settings)
            except Refused as refused:
                _LOGGER.info("No order of slot %d (%s): %s", slot, refused.code, refused)
                continue
            for order in placed:
                _LOGGER.info("Order %s: %s %d Wh of slot %d", order.id, order.side_name, order.quantity, slot)

    async def _follow_slots(self) -> None:
        parts, head = self._parts, self._parts.head()
        if head is None:
            return
        now = parts.now()
        windows = parts.contracts.windows
        # A clearing can fall until its window is over.
        oldest = parts.grid.slot_at(now - 2 * windows.result_challenge_seconds)
        slots = await parts.database.run(journal.slots_with_orders, oldest)
        problem: Exception | None = None
        for slot in slots:
            try:
                await self._follow_slot(slot, head)
            except (OperatorError, ChainError) as error:
                # One slot's trouble must not keep another one from its gate.
                problem = problem or error
        parts.worker.forget_before(oldest)
        if problem is not None:
            raise problem

    async def _follow_slot(self, slot: int, head: ChainHead) -> None:
        parts = self._parts
        for _ in range(_STEPS_AT_ONCE):
            view = await parts.database.run(self._view, slot)
            situation = SlotSituation(
                times=view.times,
                orders=tuple(view.orders),
                chain=chain_view(view.chain),
                checked_set=parts.worker.audit.has_checked_set(view),
                verified=None if view.verdict is None else view.verdict.clearing_hash,
                now=parts.now(),
                block_time=head.time,
            )
            steps = next_steps(situation)
            if not steps:
                break
            await parts.worker.do(view, steps[0])
            after = await parts.database.run(self._view, slot)
            if after == view:
                # The outcome is on its way (a transaction, or the operator says: not yet).
                for step in steps[1:]:
                    await parts.worker.do(view, step)
                break
        await parts.worker.audit.insist(await parts.database.run(self._view, slot), head.time, head.block)

    async def _hear(self) -> None:
        """Take in suggestions and prices of the slots to come."""
        parts = self._parts
        current = parts.grid.slot_at(parts.now())
        last = current + 200
        named = await parts.database.run(
            market_events.slots_named, "SuggestionsPublishedEvent", current, last
        )
        for slot in named:
            chain = await parts.database.run(read_market_slot, slot)
            verdict = await parts.database.run(verdicts.of_slot, slot)
            has_orders = bool(await parts.database.run(journal.of_slot, slot))
            # Judged by the own result: it is waited for as long as there may be one.
            if chain.suggestions is not None and (verdict is not None or not has_orders):
                await parts.suggestions.receive(slot, chain.suggestions)
        cleared = await parts.database.run(market_events.slots_named, "ClearingPublishedEvent", current, last)
        news = [slot for slot in cleared if slot not in self._told_prices]
        if news:
            prices = [price for slot in cleared if (price := await self._price(slot)) is not None]
            parts.tell("prices_changed", {"slots": prices})
        self._told_prices = set(cleared)

    async def _price(self, slot: int) -> Section | None:
        parts = self._parts
        chain = await parts.database.run(read_market_slot, slot)
        if chain.published is None or chain.voided is not None:
            return None
        zone = chain.zone(await parts.chain.zone_of(parts.meter, slot))
        return None if zone is None else {"slot": slot, "start": parts.grid.start(slot), "price": zone.price}

    def _view(self, connection: sqlite3.Connection, slot: int) -> SlotView:
        return SlotView(
            slot=slot,
            times=times_of(slot, self._parts.grid, self._parts.contracts.windows),
            orders=tuple(journal.of_slot(connection, slot)),
            chain=read_market_slot(connection, slot),
            verdict=verdicts.of_slot(connection, slot),
        )

    def _day(self, slot: int) -> int:
        return datetime.fromtimestamp(self._parts.grid.start(slot), self._parts.zone).date().toordinal()

    def _slots_of_day(self, slot: int) -> range:
        """Return generous bounds of the local day of a slot."""
        around = 26 * 3600 // self._parts.grid.seconds
        return range(slot - around, slot + around)


def chain_view(chain: MarketOnChain) -> ChainView:
    """Return what decisions rest on of what the chain says."""
    return ChainView(
        has_set=chain.committed is not None,
        direct=chain.placed,
        revealed=chain.revealed,
        clearing_hash=None if chain.published is None else hash_of(chain.published.clearing),
        is_voided=chain.voided is not None,
    )


def _traded(
    connection: sqlite3.Connection,
    slot: int,
    days: Iterable[int],
    day_of: Callable[[int], int],
    around: Callable[[int], range],
) -> Mapping[int, tuple[int, int]]:
    """Return the Wh (bought, sold) that automatic orders of these local days come to: what stands, or was filled."""
    bounds = around(slot)
    found = dict.fromkeys(days, (0, 0))
    for order in journal.between(connection, bounds.start, bounds.stop):
        day = day_of(order.slot)
        if day not in found or not order.automatic:
            continue
        energy = order.quantity if order.is_standing else order.filled or 0
        bought, sold = found[day]
        found[day] = (bought, sold + energy) if order.side else (bought + energy, sold)
    return found


def _mark_withdrawn(connection: sqlite3.Connection, order_hash: bytes, signature: Signature) -> None:
    order = _existing(connection, order_hash)
    journal.change(connection, replace(order, withdrawal=signature))


def _existing(connection: sqlite3.Connection, order_hash: bytes) -> OwnOrder:
    order = journal.by_hash(connection, order_hash)
    assert order is not None  # noqa: S101 - orders are only deleted years later
    return order
