"""Making a statement: seal the slot, choose the leaves, build the tree, keep it signed, and only then publish it."""

import asyncio
import sqlite3

from community.chain.registry import Registry
from community.slots import work
from community.slots.building import SignedReading, choose_leaves
from community.slots.office import Office
from community.store import readings, slots
from community.store.readings import StoredReading
from dems_protocol.leaves import Leaf


async def make_statement(office: Office, slot: int, attempt: int, beside: set[bytes]) -> None:
    """Seal a slot and keep its signed statement of this attempt. Again after a crash, it begins from the seal.

    ``beside`` are meters whose direct inclusion stands: they get no leaf. Raises StoreError.
    """
    arrived = await office.database.run(_seal, slot)
    domain = office.facts.domain
    leaves = await asyncio.to_thread(_choose, arrived, office.follower.registry, slot, beside)
    statement = await office.workers.run(work.state, domain, slot, attempt, leaves)
    digest = domain.digest(statement.struct_hash())
    signature = await asyncio.to_thread(office.signer.sign, digest)
    ids = {stored.reading.meter: stored.id for stored in arrived}
    await office.database.run(
        slots.keep_statement,
        statement,
        signature,
        [(ids[leaf.reading.meter], leaf.owners) for leaf in leaves],
        made_at=int(office.clock.utc()),
    )


def _seal(connection: sqlite3.Connection, slot: int) -> list[StoredReading]:
    slots.seal(connection, slot)
    return readings.of_slot(connection, slot)


def _choose(
    arrived: list[StoredReading], registry: Registry, slot: int, beside: set[bytes]
) -> tuple[Leaf, ...]:
    found = ((stored.reading.meter, registry.record_at(stored.reading.meter, slot)) for stored in arrived)
    records = {meter: record for meter, record in found if record is not None}
    return choose_leaves(
        (SignedReading(stored.reading, stored.signature) for stored in arrived), records, beside
    )
