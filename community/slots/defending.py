"""Defending a statement: what somebody demands is shown, and direct inclusions that are double or false are taken out."""

import asyncio
import logging
import sqlite3
from dataclasses import dataclass

from community.chain.slot_events import ChainSlot, DemandKey, IncludedReading, PublishedStatement
from community.chain.wishes import Wish, WishState
from community.readings.acceptance import Accepted, find_wrong_link
from community.slots import work
from community.slots.office import Office
from community.store import readings
from community.store.readings import StoredReading
from community.workers import pedersen
from dems_protocol.commitments import Opening, Register
from dems_protocol.contracts import conversions, demands, direct_inclusion
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.structs import Kind, Published
from dems_protocol.curve import Point
from dems_protocol.leaves import Leaf
from dems_protocol.readings import NO_READING, advance_registers, find_chain_faults
from dems_protocol.sealing import EqualityProof, OperatorKey, decrypt, find_false_registers

_TOO_LATE = "ContestOver"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """The leaves of the statement that is published, with the readings that they are made of."""

    published: PublishedStatement
    leaves: tuple[Leaf, ...]
    stored: tuple[StoredReading, ...]

    @property
    def struct(self) -> Published:
        """The statement as the contracts take it."""
        found = self.published
        return conversions.to_published(found.statement, found.published_at, found.published_block)

    def index_of(self, meter: bytes) -> int | None:
        """Return the index of a meter's leaf, None where it has none."""
        return next((i for i, leaf in enumerate(self.leaves) if leaf.reading.meter == meter), None)


async def load_shown(office: Office, published: PublishedStatement) -> Shown:
    """Return the leaves of a published statement, as they are stored."""
    statement = published.statement
    rows = await office.database.run(readings.of_leaves, statement.slot, statement.attempt)
    return Shown(
        published,
        tuple(Leaf(stored.reading, owners, stored.signature) for stored, owners in rows),
        tuple(stored for stored, _ in rows),
    )


async def answer(office: Office, shown: Shown, demand: DemandKey) -> None:
    """Show on chain what a demand asks for. Raises StoreError."""
    statement = shown.published.statement
    (proof,) = await office.workers.run(
        work.prove, office.facts.domain, statement.slot, statement.attempt, shown.leaves, (demand.index,)
    )
    call: Call[None]
    if demand.index >= statement.count:
        call = demands.AnswerPadding(shown.struct, conversions.to_proof(proof))
    elif demand.kind == Kind.LEAF:
        leaf = conversions.to_leaf(shown.leaves[demand.index])
        call = demands.AnswerLeaf(shown.struct, leaf, conversions.to_proof(proof))
    else:
        stored = shown.stored[demand.index]
        rows = await office.workers.run(
            work.prove_register,
            office.facts.domain,
            stored.reading.struct_hash(),
            demand.register,
            stored.openings[demand.register],
        )
        call = demands.AnswerRange(
            shown.struct,
            conversions.to_leaf(shown.leaves[demand.index]),
            conversions.to_proof(proof),
            demand.register,
            conversions.to_range_proof(rows),
        )
    kind = demand.kind.name.lower()
    await office.want(
        Wish(
            key=f"answer:{_place(shown.published)}:{demand.index}:{kind}:{demand.register}",
            to=office.facts.demands,
            call=call,
            subject=f"answer to the demand for {kind} {demand.index} of slot {statement.slot}",
        )
    )


async def find_standing(office: Office, chain: ChainSlot) -> set[bytes]:
    """Return the meters whose direct inclusion stands, having kept its openings; ask to take out what is not sound.

    Not sound are false openings, and registers that do not continue the reading that they name. Raises StoreError.
    """
    standing = set()
    for meter, included in chain.inclusions.items():
        if await _is_discontinuous(office, included):
            refused = await _exclude_discontinuous(office, chain.published, included)
        elif await _is_true(office, included):
            refused = None
        else:
            refused = await _exclude_false(office, chain.published, included)
        if refused is None or refused.refusal == _TOO_LATE:
            standing.add(meter)
    return standing


async def exclude_duplicate(office: Office, shown: Shown, index: int, included: IncludedReading) -> None:
    """Ask to take out a direct inclusion whose meter has a leaf in the published statement."""
    statement = shown.published.statement
    (proof,) = await office.workers.run(
        work.prove, office.facts.domain, statement.slot, statement.attempt, shown.leaves, (index,)
    )
    meter = included.reading.meter.hex()
    await office.want(
        Wish(
            key=f"exclude-duplicate:{_place(shown.published)}:{meter}:{included.included_block}",
            to=office.facts.direct_inclusion,
            call=direct_inclusion.ExcludeDuplicate(
                shown.struct,
                conversions.to_leaf(shown.leaves[index]),
                conversions.to_proof(proof),
                conversions.to_reading(included.reading),
                included.inclusion,
            ),
            subject=f"meter 0x{meter} stands twice in slot {statement.slot}",
        )
    )


async def _is_true(office: Office, included: IncludedReading) -> bool:
    if await office.database.run(readings.by_hash, included.reading.struct_hash()) is not None:
        return True
    key = office.sealing_keys.of(included.sealed.operator_key)
    if key is None:
        _LOGGER.error(
            "The reading of meter 0x%s for slot %d was sealed to a key that this operator does not have: the slot "
            "cannot be opened",
            included.reading.meter.hex(),
            included.reading.slot,
        )
        return True
    false, openings = await asyncio.to_thread(_unseal, key, included)
    if false:
        return False
    await office.database.run(_keep_included, included, openings, int(office.clock.utc()))
    return True


def _unseal(key: OperatorKey, included: IncludedReading) -> tuple[list[Register], tuple[Opening, ...]]:
    shared: Point = key.shared(included.sealed)
    false = find_false_registers(pedersen(), included.reading, included.sealed, shared)
    if false:
        return false, ()
    pairs = decrypt(included.reading.struct_hash(), included.sealed, shared)
    return [], tuple(Opening(value, blinding) for value, blinding in pairs)


def _keep_included(
    connection: sqlite3.Connection, included: IncludedReading, openings: tuple[Opening, ...], now: int
) -> None:
    reading = included.reading
    if readings.by_hash(connection, reading.struct_hash()) is not None:
        return
    last = readings.last_of(connection, reading.meter)
    previous = readings.by_hash(connection, reading.previous)
    if reading.previous == NO_READING:
        continues = reading.running == advance_registers(None, reading.commitments)
    else:
        continues = previous is not None and not find_chain_faults(reading, previous.reading)
    linked = continues and find_wrong_link(reading, None if last is None else last.reading) is None
    readings.add(
        connection,
        Accepted(reading, included.signature, openings),
        received_at=now,
        receipt_signature=None,
        late=True,
        beside=not linked,
    )


async def _is_discontinuous(office: Office, included: IncludedReading) -> bool:
    reading = included.reading
    if reading.previous == NO_READING:
        return False  # the contract checks a meter's first by itself
    previous = await office.database.run(readings.by_hash, reading.previous)
    return previous is not None and bool(find_chain_faults(reading, previous.reading))


async def _exclude_discontinuous(
    office: Office, published: PublishedStatement | None, included: IncludedReading
) -> WishState:
    reading = included.reading
    previous = await office.database.run(readings.by_hash, reading.previous)
    assert previous is not None  # noqa: S101 - it was compared with the reading
    return await office.want(
        Wish(
            key=f"exclude-discontinuous:{_standing_place(published, included)}",
            to=office.facts.direct_inclusion,
            call=direct_inclusion.ExcludeDiscontinuous(
                _current(published, reading.slot),
                conversions.to_reading(reading),
                included.inclusion,
                conversions.to_reading(previous.reading),
            ),
            subject=f"meter 0x{reading.meter.hex()} broke its chain of readings in slot {reading.slot}",
        )
    )


async def _exclude_false(
    office: Office, published: PublishedStatement | None, included: IncludedReading
) -> WishState:
    reading = included.reading
    disclosure = await asyncio.to_thread(_disclose, office, included)
    return await office.want(
        Wish(
            key=f"exclude-false:{_standing_place(published, included)}",
            to=office.facts.direct_inclusion,
            call=direct_inclusion.ExcludeFalse(
                _current(published, reading.slot),
                conversions.to_reading(reading),
                included.inclusion,
                conversions.to_sealed(included.sealed),
                conversions.to_disclosure(*disclosure),
            ),
            subject=f"meter 0x{reading.meter.hex()} sealed false openings for slot {reading.slot}",
        )
    )


def _current(published: PublishedStatement | None, slot: int) -> Published:
    if published is None:
        return conversions.nothing_published(slot)
    return conversions.to_published(published.statement, published.published_at, published.published_block)


def _standing_place(published: PublishedStatement | None, included: IncludedReading) -> str:
    reading = included.reading
    beside = "none" if published is None else _place(published)
    return f"{reading.slot}:{reading.meter.hex()}:{included.included_block}:{beside}"


def _disclose(office: Office, included: IncludedReading) -> tuple[Point, EqualityProof]:
    key = office.sealing_keys.of(included.sealed.operator_key)
    assert key is not None  # noqa: S101 - it has shown that the openings are false
    proof = key.prove(office.facts.domain, included.reading.struct_hash(), included.sealed)
    return key.shared(included.sealed), proof


def _place(published: PublishedStatement) -> str:
    statement = published.statement
    return f"{statement.slot}:{statement.attempt}:{published.published_block}"
