"""Where readings arrive: checked, kept, and only then answered with a signed receipt."""

import asyncio
import sqlite3
from dataclasses import dataclass
from weakref import WeakValueDictionary

from community.readings.acceptance import (
    Accepted,
    Plausibility,
    Refusal,
    SlotLimits,
    Submission,
    check_contents,
    find_wrong_link,
    find_wrong_place,
    slot_limits,
)
from community.slots.office import Office
from community.store import members, readings, slots
from community.store.readings import StoredReading
from community.workers import pedersen
from dems_protocol.leaves import MeterRecord
from dems_protocol.readings import NO_READING, Reading
from dems_protocol.signatures import Signature
from dems_protocol.statements import Receipt
from dems_protocol.typed_data import LedgerDomain

WAITING_ALLOWED = 512
"""Readings that are worked on at the same time; more are asked to come again."""


class DeskBusy(Exception):
    """Too many readings are being checked: try again in a few seconds."""


class ClockDiffers(Exception):
    """This machine's clock is ``seconds`` behind the chain's: no receipt is signed until they agree."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"The operator's clock is {seconds} s behind the chain's: try again later.")


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """The operator's word that a reading arrived; ``late`` if its slot's statement was made without it."""

    receipt: Receipt
    signature: Signature
    late: bool


@dataclass(frozen=True, slots=True)
class _Context:
    """What the store knows when a reading arrives."""

    known: StoredReading | None
    last: StoredReading | None
    previous: Reading | None
    battery_power: int


class ReadingDesk:
    """Accepts readings. A repeat gets the receipt that was given first."""

    def __init__(self, office: Office, plausibility: Plausibility) -> None:
        self._office = office
        self._plausibility = plausibility
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._waiting = 0

    async def accept(self, submission: Submission) -> SignedReceipt | Refusal:
        """Return the receipt, or why the reading is refused.

        Raises DeskBusy, ClockDiffers, StoreError; nothing is kept then.
        """
        behind = self._office.chain_clock.seconds_behind
        if behind is not None:
            raise ClockDiffers(behind)
        if self._waiting >= WAITING_ALLOWED:
            raise DeskBusy
        lock = self._locks.setdefault(submission.reading.meter, asyncio.Lock())
        self._waiting += 1
        try:
            async with lock:
                return await self._accept(submission)
        finally:
            self._waiting -= 1

    async def _accept(self, submission: Submission) -> SignedReceipt | Refusal:
        reading = submission.reading
        context = await self._office.database.run(_read_context, reading)
        if context.known is not None:
            return await self._repeat(context.known)
        record = self._office.follower.registry.record_at(reading.meter, reading.slot)
        last = None if context.last is None else context.last.reading
        now = self._office.clock.utc()
        refusal = find_wrong_place(reading, self._office.facts.grid, now, record) or find_wrong_link(
            reading, last
        )
        if refusal is not None:
            return refusal
        assert record is not None  # noqa: S101 - find_wrong_place
        limits = slot_limits(
            self._plausibility, self._office.facts.grid, record.plant_power, context.battery_power
        )
        found = await self._office.workers.run(
            check, self._office.facts.domain, submission, record, context.previous, limits
        )
        return found if isinstance(found, Refusal) else await self._keep(found, last)

    async def _keep(self, accepted: Accepted, last: Reading | None) -> SignedReceipt | Refusal:
        reading = accepted.reading
        received_at = int(self._office.clock.utc())
        receipt = Receipt(reading.struct_hash(), reading.meter, reading.slot, reading.revision, received_at)
        signature = await self._sign(receipt)
        late = await self._office.database.run(
            _keep, accepted, received_at, signature, None if last is None else last.struct_hash()
        )
        return late if isinstance(late, Refusal) else SignedReceipt(receipt, signature, late)

    async def _repeat(self, known: StoredReading) -> SignedReceipt:
        signature = known.receipt_signature
        if signature is None:
            signature = await self._sign(known.receipt)
            await self._office.database.run(readings.give_receipt, known.id, signature)
        return SignedReceipt(known.receipt, signature, known.late)

    async def _sign(self, receipt: Receipt) -> Signature:
        digest = self._office.facts.domain.digest(receipt.struct_hash())
        return await asyncio.to_thread(self._office.signer.sign, digest)


def check(
    domain: LedgerDomain,
    submission: Submission,
    record: MeterRecord,
    previous: Reading | None,
    limits: SlotLimits,
) -> Accepted | Refusal:
    """Do the arithmetic of a reading's acceptance; runs in a worker."""
    return check_contents(pedersen(), domain, submission, record, previous, limits)


def _read_context(connection: sqlite3.Connection, reading: Reading) -> _Context:
    previous = None if reading.previous == NO_READING else readings.by_hash(connection, reading.previous)
    return _Context(
        readings.by_hash(connection, reading.struct_hash()),
        readings.last_of(connection, reading.meter),
        None if previous is None else previous.reading,
        members.battery_power(connection, reading.meter),
    )


def _keep(
    connection: sqlite3.Connection,
    accepted: Accepted,
    received_at: int,
    receipt_signature: Signature,
    last_hash: bytes | None,
) -> bool | Refusal:
    """Keep a reading, and return whether it is late; refuse it if another link was added meanwhile."""
    reading = accepted.reading
    last = readings.last_of(connection, reading.meter)
    if (None if last is None else last.reading.struct_hash()) != last_hash:
        return Refusal(
            "broken-chain", "Another reading of this meter arrived meanwhile.", {"slot": reading.slot}
        )
    late = slots.is_sealed(connection, reading.slot)
    if late and last is not None and last.reading.slot == reading.slot:
        return Refusal(
            "too-late",
            f"The statement of slot {reading.slot} is made with revision {last.reading.revision}: it stays.",
            {"slot": reading.slot, "revision": last.reading.revision},
        )
    readings.add(
        connection, accepted, received_at=received_at, receipt_signature=receipt_signature, late=late
    )
    return late
