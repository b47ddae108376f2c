"""Where orders arrive: sealed before the gate, revealed after the set is final; kept, and only then answered with a receipt."""

import asyncio
import json
import sqlite3
from dataclasses import dataclass

from community.market.office import MarketOffice, view_market
from community.market.plausibility import (
    Forecasts,
    Implausible,
    OrderLimits,
    estimate_feed_in,
    find_implausible,
)
from community.readings.acceptance import Refusal
from community.store import market, members, readings
from community.store.market import BookedOrder
from dems_node.chain.errors import ChainError
from dems_protocol.commitments import Register
from dems_protocol.contracts import market as market_contract
from dems_protocol.market.orders import (
    ORDERS_A_METER,
    EncryptionKey,
    Order,
    OrderReceipt,
    OrderWithdrawal,
    RevealReceipt,
    SealedOrder,
)
from dems_protocol.signatures import Signature, is_signed_by_account

_SLOTS_AHEAD_SECONDS = 86_400
"""Orders are taken for slots that begin within so long (DESIGN.md, the life of a slot)."""
_DAYS_OF_ESTIMATE = 7
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class SignedOrderReceipt:
    """The operator's word that a sealed order arrived."""

    receipt: OrderReceipt
    signature: Signature


@dataclass(frozen=True, slots=True)
class SignedRevealReceipt:
    """The operator's word that an order was revealed, and what it found wrong with it."""

    receipt: RevealReceipt
    signature: Signature
    problem: Implausible | None


class OrderDesk:
    """Takes orders. A repeat gets the receipt that was given first."""

    def __init__(self, office: MarketOffice) -> None:
        self._office = office
        self._lock = asyncio.Lock()

    async def take(self, sealed: SealedOrder, signature: Signature) -> SignedOrderReceipt | Refusal:
        """Return the receipt of a sealed order, or why it is refused. Raises StoreError; nothing is kept then."""
        async with self._lock:
            known = await self._office.office.database.run(market.by_hash, sealed.order)
            if known is not None:
                return _repeated(known, sealed)
            refusal = await self._find_refusal(sealed, signature)
            return refusal if refusal is not None else await self._book(sealed, signature)

    async def withdraw(self, withdrawal: OrderWithdrawal, signature: Signature) -> Refusal | None:
        """Free a household from revealing an order; return why not. Raises StoreError."""
        known = await self._office.office.database.run(market.by_hash, withdrawal.order)
        if known is None or known.slot != withdrawal.slot:
            return Refusal("unknown-order", "No such order arrived for that slot.")
        if known.withdrawn:
            return None
        refusal = self._find_closed(known.slot) or await self._find_unsigned(
            known.meter, known.slot, withdrawal.struct_hash(), signature
        )
        if refusal is None:
            await self._office.office.database.run(market.withdraw, withdrawal.order, signature)
        return refusal

    async def reveal(self, order: Order, generation: int, withdrawal: int) -> SignedRevealReceipt | Refusal:
        """Take what an order says, with the household's own forecast of its slot (Wh); or return why not."""
        async with self._lock:
            known = await self._office.office.database.run(market.by_hash, order.hash())
            if known is None:
                return Refusal("unknown-order", "No such order arrived before the gate.")
            if known.message is not None:
                return _revealed_before(known)
            refusal = await self._find_untimely(order.slot)
            if refusal is not None:
                return refusal
            problem = await self._find_problem(order, generation, withdrawal)
            return await self._keep_reveal(order, problem)

    async def find_key_refusal(self, announced: EncryptionKey, signature: Signature) -> Refusal | None:
        """Return why an encryption key cannot be announced."""
        if self._office.times(announced.start).gate <= self._office.office.clock.utc():
            return Refusal("gate-closed", f"The gate of slot {announced.start} has come: name a later one.")
        return await self._find_unsigned(announced.meter, announced.start, announced.struct_hash(), signature)

    async def _find_refusal(self, sealed: SealedOrder, signature: Signature) -> Refusal | None:
        closed = self._find_closed(sealed.slot)
        if closed is not None:
            return closed
        unsigned = await self._find_unsigned(sealed.meter, sealed.slot, sealed.struct_hash(), signature)
        if unsigned is not None:
            return unsigned
        count = await self._office.office.database.run(market.count_of, sealed.slot, sealed.meter)
        if count >= ORDERS_A_METER:
            return Refusal(
                "too-many-orders",
                f"Meter 0x{sealed.meter.hex()} has {count} orders for slot {sealed.slot} already.",
                {"slot": sealed.slot, "most": ORDERS_A_METER},
            )
        return await self._find_missing_deposit(sealed)

    async def _find_missing_deposit(self, sealed: SealedOrder) -> Refusal | None:
        needed = self._office.facts.windows.order_deposit
        member = self._office.member(sealed.meter, sealed.slot)
        if not needed or member is None:
            return None
        try:
            amount, leaving, _ = await self._office.client.read(
                self._office.facts.market, market_contract.Bonds(member.household)
            )
        except ChainError as error:
            return Refusal("chain-unreachable", f"Whether the deposit is locked cannot be told now: {error}")
        if amount - leaving >= needed:
            return None
        return Refusal(
            "deposit-missing",
            f"To trade, {needed} of the currency's smallest unit must be locked in the market; {amount - leaving} are.",
            {"needed": needed, "found": amount - leaving},
        )

    def _find_closed(self, slot: int) -> Refusal | None:
        now, times = self._office.office.clock.utc(), self._office.times(slot)
        if now >= times.gate:
            return Refusal(
                "gate-closed",
                f"The gate of slot {slot} closed at {times.gate} (UTC s), and now is {int(now)}.",
                {"slot": slot, "gate": times.gate, "now": int(now)},
            )
        if times.gate > now + _SLOTS_AHEAD_SECONDS + self._office.facts.windows.gate_seconds:
            return Refusal("too-early", f"Slot {slot} begins more than a day ahead.", {"slot": slot})
        return None

    async def _find_unsigned(
        self, meter: bytes, slot: int, struct_hash: bytes, signature: Signature
    ) -> Refusal | None:
        member = self._office.member(meter, slot)
        if member is None:
            return Refusal(
                "not-registered",
                f"Meter 0x{meter.hex()} belongs to no household of the community in slot {slot}.",
                {"meter": f"0x{meter.hex()}", "slot": slot},
            )
        digest = self._office.facts.domain.digest(struct_hash)
        if not await asyncio.to_thread(is_signed_by_account, member.household, digest, signature):
            return Refusal("bad-signature", f"The account of 0x{member.household.hex()} did not sign this.")
        return None

    async def _book(self, sealed: SealedOrder, signature: Signature) -> SignedOrderReceipt | Refusal:
        received_at = int(self._office.office.clock.utc())
        receipt = OrderReceipt(sealed.order, sealed.meter, sealed.slot, received_at)
        receipt_signature = await self._sign(receipt.struct_hash())
        booked = BookedOrder(
            sealed.order, sealed.slot, sealed.meter, signature, received_at, receipt_signature, False
        )
        refusal = await self._office.office.database.run(_book, booked)
        return refusal or SignedOrderReceipt(receipt, receipt_signature)

    async def _find_untimely(self, slot: int) -> Refusal | None:
        now, times = self._office.office.clock.utc(), self._office.times(slot)
        view = await self._office.office.database.run(view_market, slot)
        params = {"slot": slot, "from": times.set_final, "until": times.reveal_until, "now": int(now)}
        if now < times.set_final or view.chain.order_set is None:
            return Refusal(
                "not-yet", f"The set of slot {slot} is not final before {times.set_final}.", params
            )
        if now >= times.reveal_until or view.stored.has_clearing or view.chain.is_void:
            return Refusal(
                "too-late", f"Orders of slot {slot} were revealed until {times.reveal_until}.", params
            )
        return None

    async def _find_problem(self, order: Order, generation: int, withdrawal: int) -> Implausible | None:
        member = self._office.member(order.meter, order.slot)
        if member is None or member.zone != order.zone:
            return Implausible("wrong_zone", order.zone, -1 if member is None else member.zone)
        battery, past = await self._office.office.database.run(
            _read_equipment, order.meter, self._same_slots(order.slot)
        )
        return find_implausible(
            order,
            OrderLimits(plant_power=member.plant_power, battery_power=battery),
            Forecasts(generation=generation, withdrawal=withdrawal, estimated_feed_in=estimate_feed_in(past)),
            self._office.plausibility,
            self._office.office.facts.grid,
        )

    def _same_slots(self, slot: int) -> list[int]:
        a_day = max(_SECONDS_A_DAY // self._office.office.facts.grid.seconds, 1)
        return [slot - days * a_day for days in range(1, _DAYS_OF_ESTIMATE + 1)]

    async def _keep_reveal(self, order: Order, problem: Implausible | None) -> SignedRevealReceipt:
        revealed_at = int(self._office.office.clock.utc())
        receipt = RevealReceipt(order.hash(), order.slot, revealed_at)
        signature = await self._sign(receipt.struct_hash())
        await self._office.office.database.run(
            market.reveal,
            order.hash(),
            order.encode(),
            revealed_at=revealed_at,
            signature=signature,
            problem=None if problem is None else json.dumps([problem.code, problem.quantity, problem.limit]),
        )
        return SignedRevealReceipt(receipt, signature, problem)

    async def _sign(self, struct_hash: bytes) -> Signature:
        digest = self._office.facts.domain.digest(struct_hash)
        return await asyncio.to_thread(self._office.office.signer.sign, digest)


def _book(connection: sqlite3.Connection, booked: BookedOrder) -> Refusal | None:
    if market.set_of(connection, booked.slot) is not None:
        return Refusal("gate-closed", f"The set of slot {booked.slot} is made.", {"slot": booked.slot})
    market.book(connection, booked)
    return None


def _repeated(known: BookedOrder, sealed: SealedOrder) -> SignedOrderReceipt | Refusal:
    if (known.meter, known.slot) != (sealed.meter, sealed.slot):
        return Refusal("unknown-order", "This order arrived for another meter or slot.")
    receipt = OrderReceipt(known.order, known.meter, known.slot, known.received_at)
    return SignedOrderReceipt(receipt, known.receipt_signature)


def _revealed_before(known: BookedOrder) -> SignedRevealReceipt:
    assert known.revealed_at is not None and known.reveal_signature is not None  # noqa: S101, PT018 - kept with the message
    problem = None if known.problem is None else Implausible(*json.loads(known.problem))
    return SignedRevealReceipt(
        RevealReceipt(known.order, known.slot, known.revealed_at), known.reveal_signature, problem
    )


def _read_equipment(connection: sqlite3.Connection, meter: bytes, slots: list[int]) -> tuple[int, list[int]]:
    """Return a meter's battery power (W), and what it fed in in these slots, as far as it read them (Wh)."""
    found = (readings.last_revision(connection, meter, slot) for slot in slots)
    fed_in = [
        stored.openings[Register.FEED_IN_DELIVERED].value + stored.openings[Register.FEED_IN_REST].value
        for stored in found
        if stored is not None
    ]
    return members.battery_power(connection, meter), fed_in
