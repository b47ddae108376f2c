"""Checks a slot's set and clearing, keeps the verdict with the own results, and proves on chain what is wrong."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import SystemRandom

from eth_hash.auto import keccak

from dems_node.database.database import Database
from dems_node.json_types import Section
from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import encode_arguments
from dems_protocol.contracts.market import PublishClearing
from dems_protocol.market.order_set import SetLeaf
from dems_protocol.market.results import ResultStatus
from dems_protocol.market.terms import Terms
from dems_protocol.market.times import SlotTimes
from dems_protocol.slots import SlotGrid
from openems_bridge.ledger.operator_client import OperatorError
from openems_bridge.trader import journal, verdicts
from openems_bridge.trader.clearing_check import (
    ClearingAuditor,
    ClearingChecked,
    OwnFill,
    RevealedOrder,
    ServedMarket,
)
from openems_bridge.trader.findings import DemandOf, MarketFault, MarketFaultCode
from openems_bridge.trader.market_chain import MarketChain, households_of
from openems_bridge.trader.market_contracts import MarketContracts
from openems_bridge.trader.market_events import MarketOnChain
from openems_bridge.trader.market_operator import MarketOperator
from openems_bridge.trader.own_orders import OrderReason, OrderState, OwnOrder
from openems_bridge.trader.placing import OrderPen
from openems_bridge.trader.set_check import NOTHING_PUBLISHED, check_set
from openems_bridge.trader.verdicts import ClearingVerdict

AUDITED_LEAVES = 8
_LOGGER = logging.getLogger(__name__)
_CLEARING_TYPE = PublishClearing.INPUTS[:1]

type ForecastOf = Callable[[int], tuple[int, int] | None]
"""The household's own forecast of a slot: 0.9 quantiles of generation and withdrawal (Wh), None where there is none."""


def hash_of(clearing: structs.Clearing) -> bytes:
    """Return ``keccak(abi.encode(clearing))``."""
    return keccak(encode_arguments(_CLEARING_TYPE, clearing))


def stamp_of(published: structs.PublishedClearing | None) -> structs.ClearingStamp:
    """Return what a clearing is known by on chain, zeros where none is published."""
    if published is None:
        return NOTHING_PUBLISHED
    return structs.ClearingStamp(
        hash_of(published.clearing), published.published_at, published.published_block
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerParts:
    """What the worker works with. ``tell`` takes events of this moment; ``terms`` the ones that the operator names."""

    contracts: MarketContracts
    operator: MarketOperator
    chain: MarketChain
    database: Database
    grid: SlotGrid
    pen: OrderPen
    auditor: Callable[[int], ClearingAuditor]
    forecast: ForecastOf
    now: Callable[[], float]
    tell: Callable[[str, Section], None]
    terms: Callable[[], Terms | None]
    may_challenge: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """A slot as the worker finds it."""

    slot: int
    times: SlotTimes
    orders: Sequence[OwnOrder]
    chain: MarketOnChain
    verdict: ClearingVerdict | None


class MarketAudit:
    """Checks what is committed and published. Raises OperatorError, ChainError and StoreError: then it is tried again."""

    def __init__(self, parts: WorkerParts) -> None:
        self._parts = parts
        self._random = SystemRandom()
        self._checked_sets: dict[int, bytes] = {}

    def has_checked_set(self, view: SlotView) -> bool:
        """Say whether the slot's committed set was checked since the start."""
        committed = view.chain.committed
        return committed is not None and self._checked_sets.get(view.slot) == committed.root

    def forget_before(self, slot: int) -> None:
        """Forget what was only remembered of slots before this one."""
        self._checked_sets = {one: root for one, root in self._checked_sets.items() if one >= slot}

    async def check_set(self, view: SlotView) -> None:
        """Check the committed set: our orders are in it, and what is in it may be there."""
        committed = view.chain.committed
        assert committed is not None  # noqa: S101 - that is the step's condition
        waiting = [order for order in view.orders if order.state is OrderState.RECEIVED]
        try:
            served = await self._parts.operator.set_leaves(view.slot)
        except OperatorError:
            if self._parts.now() < (view.times.set_final + view.times.reveal_until) / 2:
                raise
            # The operator keeps the set to itself; an order that is never shown may cost its deposit.
            for order in waiting:
                await self._keep(replace(order, state=OrderState.IN_SET, reason=OrderReason("set_withheld")))
            return
        audited = self._random.sample(served, min(AUDITED_LEAVES, len(served)))
        households = await households_of(self._parts.chain, {leaf.meter for leaf in audited}, view.slot)
        checked = await asyncio.to_thread(
            check_set,
            self._parts.contracts.domain,
            committed,
            served,
            own=waiting,
            meter=self._parts.pen.meter,
            placed=view.chain.placed,
            households=households,
            stamp=stamp_of(view.chain.published),
        )
        # A challenge has its key: before a crash it is ordered, after it ordered again, and sent once.
        if checked.faults:
            await self._object(view, checked.faults)
        for order in waiting:
            if order.hash in checked.hashes or order.hash in view.chain.placed:
                await self._keep(replace(order, state=OrderState.IN_SET, reason=None))
        self._checked_sets[view.slot] = committed.root

    async def verify(self, view: SlotView) -> None:
        """Check the published clearing."""
        committed, published = view.chain.committed, view.chain.published
        assert committed is not None  # noqa: S101 - a clearing follows a set
        assert published is not None  # noqa: S101 - that is the step's condition
        zone = await self._own_zone(view)
        checked: ClearingChecked
        try:
            served = await self._served(view, published)
        except OperatorError as error:
            if not self._is_half_over(published):
                raise
            fault = MarketFault(
                code=MarketFaultCode.WITHHELD, params={"detail": str(error)[:200]}, demand=DemandOf(0, zone)
            )
            checked = ClearingChecked(faults=(fault,), fills={})
        else:
            terms = self._parts.terms()
            if terms is not None and not await self._parts.chain.are_terms(view.slot, terms):
                terms = None
            meters = {leaf.meter for leaf in self._sample(served.orders)} | {self._parts.pen.meter}
            zones = {meter: await self._parts.chain.zone_of(meter, view.slot) for meter in meters}
            own = [self._revealed(view, order) for order in view.orders if _takes_part(order)]
            checked = await asyncio.to_thread(
                self._parts.auditor(zone).check,
                committed,
                published,
                served,
                own=own,
                placed=view.chain.placed,
                terms=terms,
                meter_zones=zones,
            )
        await self._conclude(view, published, zone, checked)

    async def _conclude(
        self, view: SlotView, published: structs.PublishedClearing, zone: int, checked: ClearingChecked
    ) -> None:
        """Object to what is wrong, store what came of the slot's orders together with the verdict, then tell."""
        figures = view.chain.zone(zone)
        fault = checked.faults[0] if checked.faults else None
        price = 0 if figures is None else figures.price
        utility = self._utility(zone)
        verdict = ClearingVerdict(
            slot=view.slot,
            clearing_hash=hash_of(published.clearing),
            code=None if fault is None else fault.code.value,
            params={} if fault is None else dict(fault.params),
            zone=zone,
            price=price,
            lower=price if figures is None else figures.lower,
            upper=price if figures is None else figures.upper,
            utility_sell=utility[0],
            utility_buy=utility[1],
            checked_at=self._parts.now(),
        )
        orders = [
            _filled(order, checked.fills.get(order.hash), price)
            for order in view.orders
            if _takes_part(order)
        ]
        if checked.faults:
            await self._object(view, checked.faults)
        await self._parts.database.run(_keep_result, verdict, orders)
        self._parts.tell("market_cleared", cleared_section(self._parts.grid, verdict, orders))

    async def insist(self, view: SlotView, block_time: int, block: int) -> None:
        """Void a slot whose operator left a demand of ours unanswered."""
        windows = self._parts.contracts.windows
        for demand in view.chain.demands:
            over = (
                block_time >= demand.at + windows.answer_seconds
                and block >= demand.block + windows.answer_blocks
            )
            if over and view.chain.voided is None:
                await self._parts.chain.void_unanswered(
                    view.slot, stamp_of(view.chain.published), demand.tree, demand.zone, demand.index
                )

    async def _object(self, view: SlotView, faults: Sequence[MarketFault]) -> None:
        """Tell what is wrong, and prove it on chain: by the first fault that the contract decides by, else by a demand."""
        first = faults[0]
        for fault in faults:
            _LOGGER.warning(
                "The market of slot %d is not right (%s): %s", view.slot, fault.code, dict(fault.params)
            )
        self._parts.tell(
            "market_violated",
            {
                "slot": view.slot,
                "start": self._parts.grid.start(view.slot),
                "reason": {"code": first.code.value, "params": dict(first.params)},
            },
        )
        if not self._parts.may_challenge:
            return
        for fault in faults:
            if fault.challenge is not None:
                subject = f"Challenge of the market of slot {view.slot} ({fault.code})"
                await self._parts.chain.challenge(view.slot, fault.part, fault.challenge, subject)
                return
        committed = view.chain.committed
        for fault in faults:
            if fault.demand is not None and committed is not None:
                await self._parts.chain.demand(
                    committed, view.chain.published, stamp_of(view.chain.published), fault.demand
                )
                return

    async def _served(self, view: SlotView, published: structs.PublishedClearing) -> ServedMarket:
        results = {
            zone.zone: await self._parts.operator.results(view.slot, zone.zone)
            for zone in published.clearing.zones
        }
        return ServedMarket(orders=await self._parts.operator.set_leaves(view.slot), results=results)

    def _sample(self, leaves: Sequence[SetLeaf]) -> Sequence[SetLeaf]:
        return self._random.sample(leaves, min(AUDITED_LEAVES, len(leaves)))

    def _revealed(self, view: SlotView, order: OwnOrder) -> RevealedOrder:
        return RevealedOrder(
            order=self._parts.pen.message(order),
            received_at=order.revealed_at,
            receipt=order.reveal_receipt,
            is_on_chain=order.hash in view.chain.revealed,
            is_withdrawn=order.withdrawal is not None,
        )

    async def _own_zone(self, view: SlotView) -> int:
        zones = {order.zone for order in view.orders}
        return (
            zones.pop()
            if len(zones) == 1
            else await self._parts.chain.zone_of(self._parts.pen.meter, view.slot)
        )

    def _utility(self, zone: int) -> tuple[int, int]:
        terms = self._parts.terms()
        found = None if terms is None else next((one for one in terms.zones if one.zone == zone), None)
        return (0, 0) if found is None else (found.sell, found.buy)

    def _is_half_over(self, published: structs.PublishedClearing) -> bool:
        window = self._parts.contracts.windows.result_challenge_seconds
        return self._parts.now() >= published.published_at + window // 2

    async def _keep(self, order: OwnOrder) -> None:
        await self._parts.database.run(journal.change, order)


def cleared_section(grid: SlotGrid, verdict: ClearingVerdict, orders: Sequence[OwnOrder]) -> Section:
    """Return a cleared slot as the API shows it: the price, and what this household bought (or sold) in all."""
    sold = sum(order.filled or 0 for order in orders if order.side)
    bought = sum(order.filled or 0 for order in orders if not order.side)
    side = "offer" if sold > bought else "bid" if bought else None
    if side is None and orders:
        side = orders[-1].side_name
    return {
        "slot": verdict.slot,
        "start": grid.start(verdict.slot),
        "price": verdict.price,
        "lower": verdict.lower,
        "upper": verdict.upper,
        "side": side,
        "energy": max(sold, bought),
        "status": "verified" if verdict.verified else "violated",
        "reason": None if verdict.code is None else {"code": verdict.code, "params": dict(verdict.params)},
    }


def _takes_part(order: OwnOrder) -> bool:
    return order.state not in {OrderState.REFUSED, OrderState.MISSED_GATE, OrderState.WITHDRAWN}


_STATUS_REASONS: Mapping[ResultStatus, str] = {
    ResultStatus.UNREVEALED: "unrevealed",
    ResultStatus.IMPLAUSIBLE: "implausible",
    ResultStatus.WITHDRAWN: "withdrawn",
    ResultStatus.CROSSED: "crossed",
    ResultStatus.INVALID: "invalid",
}


def _filled(order: OwnOrder, fill: OwnFill | None, price: int) -> OwnOrder:
    filled = 0 if fill is None else fill.filled
    state = OrderState.CLEARED if filled else OrderState.NOT_FILLED
    reason = order.reason
    if fill is None or fill.status is None:
        reason = OrderReason("no_result")
    elif fill.status in _STATUS_REASONS:
        reason = reason or OrderReason(_STATUS_REASONS[fill.status])
    return replace(order, state=state, filled=filled, price=price, reason=reason)


def _keep_result(
    connection: sqlite3.Connection, verdict: ClearingVerdict, orders: Sequence[OwnOrder]
) -> None:
    verdicts.keep(connection, verdict)
    for order in orders:
        journal.change(connection, order)
