"""Carries out what a slot's orders need (``steps``): each outcome is stored before the next step is chosen."""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from dems_node.json_types import Json
from dems_protocol.market.order_set import SetLeaf
from dems_protocol.market.orders import OrderReceipt, OrderWithdrawal, RevealReceipt, SealedOrder
from dems_protocol.signatures import Signature, is_signed_by_account
from openems_bridge.ledger.operator_client import OperatorDown, OperatorRefused
from openems_bridge.trader import journal, verdicts
from openems_bridge.trader.market_audit import MarketAudit, SlotView, WorkerParts
from openems_bridge.trader.market_chain import DepositMissing
from openems_bridge.trader.own_orders import OrderReason, OrderState, OwnOrder, told_by_operator
from openems_bridge.trader.steps import (
    CheckSet,
    Miss,
    NoteReceived,
    NoteRevealed,
    PlaceDirectly,
    Reveal,
    RevealOnChain,
    Submit,
    TakeBack,
    TraderStep,
    Verify,
    Void,
    VoidReason,
)

_LOGGER = logging.getLogger(__name__)


class SlotWorker:
    """Does steps. Raises OperatorError, ChainError and StoreError: then the step is chosen again later."""

    def __init__(self, parts: WorkerParts) -> None:
        self._parts = parts
        self._audit = MarketAudit(parts)
        self._operators: dict[int, bytes] = {}

    @property
    def audit(self) -> MarketAudit:
        """Who checks sets and clearings."""
        return self._audit

    async def do(self, view: SlotView, step: TraderStep) -> None:
        """Carry out one step."""
        match step:
            case Submit(order):
                await self._submit(order)
            case TakeBack(order):
                await self._take_back(order)
            case PlaceDirectly(order):
                await self._place(order)
            case NoteReceived(order):
                await self._keep(replace(order, state=OrderState.RECEIVED, is_direct=True, reason=None))
            case Miss(order):
                await self._miss(order)
            case CheckSet():
                await self._audit.check_set(view)
            case Reveal(order):
                await self._reveal(order)
            case RevealOnChain(order):
                await self._parts.chain.reveal(self._parts.pen.message(order))
            case NoteRevealed(order):
                await self._keep(
                    replace(order, state=OrderState.REVEALED, revealed_at=round(self._parts.now()))
                )
            case Verify():
                await self._audit.verify(view)
            case Void(reason):
                await self._void(view, reason)
            case _ as unknown:
                assert_never(unknown)

    # Before the gate

    async def _submit(self, order: OwnOrder) -> None:
        try:
            if not await self._parts.chain.has_deposit():
                return
        except DepositMissing as error:
            reason = OrderReason("deposit_missing", {"needed": str(error.needed), "found": str(error.found)})
            await self._refuse(order, reason)
            return
        if order.state is OrderState.PLANNED:
            order = replace(order, state=OrderState.SUBMITTED)
            await self._keep(order)
        sealed = SealedOrder(order.hash, self._parts.pen.meter, order.slot)
        try:
            signed = await self._parts.operator.submit_order(sealed, order.signature)
        except OperatorRefused as refused:
            await self._note_refusal(order, refused)
            return
        expected = OrderReceipt(order.hash, sealed.meter, order.slot, signed.receipt.received_at)
        if signed.receipt != expected:
            raise OperatorDown("bad_receipt", "The operator's receipt is not for the order that was sent.")
        await self._require_signed(order.slot, expected.struct_hash(), signed.signature)
        await self._keep(
            replace(
                order,
                state=OrderState.RECEIVED,
                reason=None,
                received_at=expected.received_at,
                receipt=signed.signature,
            )
        )

    async def _note_refusal(self, order: OwnOrder, refused: OperatorRefused) -> None:
        """Keep what the operator has against an order. It goes in on chain at the gate, where the contract decides."""
        reason = told_by_operator(refused.code, refused.params)
        if refused.code == "deposit-missing":
            await self._refuse(order, reason)
            return
        if order.reason == reason:
            return
        changed = replace(order, reason=reason)
        await self._keep(changed)
        self._parts.tell("order_refused", changed.section(self._parts.grid))

    async def _refuse(self, order: OwnOrder, reason: OrderReason) -> None:
        changed = replace(order, state=OrderState.REFUSED, reason=reason)
        await self._keep(changed)
        self._parts.tell("order_refused", changed.section(self._parts.grid))

    async def _take_back(self, order: OwnOrder) -> None:
        assert order.withdrawal is not None  # noqa: S101 - that is the step's condition
        if order.state is not OrderState.PLANNED:
            try:
                await self._parts.operator.withdraw_order(
                    OrderWithdrawal(order.hash, order.slot), order.withdrawal
                )
            except OperatorRefused as refused:
                if refused.code != "unknown-order":
                    reason = told_by_operator(refused.code, refused.params)
                    await self._keep(replace(order, withdrawal=None, reason=reason))
                    return
        await self._keep(replace(order, state=OrderState.WITHDRAWN))

    async def _place(self, order: OwnOrder) -> None:
        leaf = SetLeaf(order.hash, self._parts.pen.meter, order.signature)
        await self._parts.chain.place(leaf, order.slot)
        await self._keep(replace(order, state=OrderState.SUBMITTED, is_direct=True))

    async def _miss(self, order: OwnOrder) -> None:
        reason = order.reason or OrderReason("not_confirmed")
        await self._keep(replace(order, state=OrderState.MISSED_GATE, reason=reason))

    # The set and the reveal

    async def _reveal(self, order: OwnOrder) -> None:
        message = self._parts.pen.message(order)
        generation, withdrawal = self._parts.forecast(order.slot) or (order.quantity, order.quantity)
        try:
            answer = await self._parts.operator.reveal(message, generation, withdrawal)
        except OperatorRefused as refused:
            if refused.code != "not-yet":
                _LOGGER.warning(
                    "The operator does not take the reveal of order %s (%s): it will go on chain",
                    order.id,
                    refused.code,
                )
                await self._keep(replace(order, reason=told_by_operator(refused.code, {})))
                raise OperatorDown("refusing", f"The reveal was refused: {refused.code}.") from None
            return
        expected = RevealReceipt(order.hash, order.slot, answer.receipt.received_at)
        if answer.receipt != expected:
            raise OperatorDown("bad_receipt", "The operator's receipt is not for the order that was shown.")
        await self._require_signed(order.slot, expected.struct_hash(), answer.signature)
        reason = None
        if not answer.plausible:
            code, params = answer.problem or ("implausible", {})
            reason = told_by_operator(code, params)
        await self._keep(
            replace(
                order,
                state=OrderState.REVEALED,
                reason=reason,
                revealed_at=expected.received_at,
                reveal_receipt=answer.signature,
            )
        )

    async def _void(self, view: SlotView, reason: VoidReason) -> None:
        params: dict[str, Json] = {} if view.chain.voided is None else {"finding": view.chain.voided}
        why = OrderReason(reason.value, params)
        orders = [
            replace(order, state=OrderState.VOID, reason=why, filled=None, price=None)
            for order in view.orders
            if order.is_standing or order.state in {OrderState.CLEARED, OrderState.NOT_FILLED}
        ]
        await self._parts.database.run(_keep_void, view.slot, orders)
        self._parts.tell(
            "market_void",
            {"slot": view.slot, "start": self._parts.grid.start(view.slot), "reason": why.section()},
        )

    async def _require_signed(self, slot: int, struct_hash: bytes, signature: Signature) -> None:
        operator = self._operators.get(slot)
        if operator is None:
            operator = self._operators[slot] = await self._parts.chain.operator_of(slot)
        digest = self._parts.contracts.domain.digest(struct_hash)
        if not await asyncio.to_thread(is_signed_by_account, operator, digest, signature):
            raise OperatorDown("bad_receipt", "The operator's receipt is not signed by its account.")

    async def _keep(self, order: OwnOrder) -> None:
        await self._parts.database.run(journal.change, order)

    def forget_before(self, slot: int) -> None:
        """Forget what was only remembered of slots before this one."""
        self._audit.forget_before(slot)
        self._operators = {one: account for one, account in self._operators.items() if one >= slot}


def _keep_void(connection: sqlite3.Connection, slot: int, orders: Sequence[OwnOrder]) -> None:
    verdicts.forget(connection, slot)
    for order in orders:
        journal.change(connection, order)
