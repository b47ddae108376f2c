"""What an audit remembers of other meters, so that it goes on after a restart: functions for the store's thread.

Of each meter that this household follows: its last readings, which the next ones must continue, and one leaf with what
shows that it stands in a statement, after which the meter must never begin anew.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from dems_protocol.contracts.conversions import to_anchor, to_published
from dems_protocol.contracts.structs import Anchor
from dems_protocol.leaves import Leaf
from dems_protocol.readings import Reading
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import InclusionProof, SumTree
from openems_bridge.ledger.chain_events import Publication, SlotOnChain, read_slot
from openems_bridge.ledger.community import Terms
from openems_bridge.ledger.slot_phase import ChainHead, is_final

METERS = 64
"""Meters that a household follows, its own included: in a small community all of them, else a choice of its own."""
READINGS_OF_A_METER = 2
"""Two, because a statement that falls is replaced by one whose leaves continue the reading before."""
FORGOTTEN_AFTER_SECONDS = 30 * 86_400
"""A meter that was in no statement for so long makes room for another one."""


@dataclass(frozen=True, slots=True)
class EarlierLeaf:
    """A leaf of an earlier slot, with its proof and its statement as it was published."""

    leaf: Leaf
    proof: InclusionProof
    publication: Publication

    @property
    def slot(self) -> int:
        """The slot that it is of."""
        return self.publication.statement.slot

    def anchor(self) -> Anchor:
        """Return what shows it to the contracts."""
        publication = self.publication
        published = to_published(publication.statement, publication.published_at, publication.published_block)
        return to_anchor(published, self.leaf, self.proof)


@dataclass(frozen=True, slots=True)
class AuditMemory:
    """``readings`` by their hashes, ``leaves`` by their meters."""

    readings: Mapping[bytes, Reading]
    leaves: Mapping[bytes, EarlierLeaf]


def recall(connection: sqlite3.Connection) -> AuditMemory:
    """Return all that is remembered."""
    rows = connection.execute("SELECT reading FROM ledger_audited_reading")
    readings = [Reading.decode(row[0]) for row in rows]
    found = connection.execute(
        "SELECT meter, statement, published_at, published_block, leaf, proof FROM ledger_audited_leaf"
    )
    leaves = {
        meter: EarlierLeaf(
            Leaf.decode(leaf),
            InclusionProof.decode(proof),
            Publication(statement=Statement.decode(statement), published_at=at, published_block=block),
        )
        for meter, statement, at, block, leaf, proof in found
    }
    return AuditMemory({reading.struct_hash(): reading for reading in readings}, leaves)


def remember(
    connection: sqlite3.Connection,
    publication: Publication,
    leaves: Sequence[Leaf],
    tree: SumTree,
    *,
    own_meter: bytes,
    slot_seconds: int,
    random: Random,
    most: int = METERS,
) -> None:
    """Keep the readings of the followed meters, and a leaf of those that have none yet.

    ``tree`` is the one over ``leaves``, whose root is the published one. ``most`` meters are chosen once, by ``random``.
    """
    slot = publication.statement.slot
    _forget_absent(connection, slot - FORGOTTEN_AFTER_SECONDS // slot_seconds)
    followed = _followed(connection, own_meter, [leaf.reading.meter for leaf in leaves], random, most)
    known = {row[0] for row in connection.execute("SELECT meter FROM ledger_audited_leaf")}
    for index, leaf in enumerate(leaves):
        meter = leaf.reading.meter
        if meter not in followed:
            continue
        _keep_reading(connection, leaf.reading)
        if meter not in known:
            _keep_leaf(connection, publication, leaf, tree.prove(index))
            known.add(meter)


def settle_leaves(connection: sqlite3.Connection, terms: Terms, head: ChainHead) -> None:
    """Forget the leaves of statements that fell, and note which can fall no more."""
    rows = connection.execute(
        "SELECT meter, slot, statement, published_at, published_block FROM ledger_audited_leaf WHERE final = 0"
    )
    slots: dict[int, SlotOnChain] = {}
    for meter, slot, statement, at, block in rows.fetchall():
        chain = slots.setdefault(slot, read_slot(connection, slot))
        publication = Publication(
            statement=Statement.decode(statement), published_at=at, published_block=block
        )
        if chain.publication != publication:
            connection.execute("DELETE FROM ledger_audited_leaf WHERE meter = ?", (meter,))
        elif is_final(chain, terms, head):
            connection.execute("UPDATE ledger_audited_leaf SET final = 1 WHERE meter = ?", (meter,))


def _followed(
    connection: sqlite3.Connection, own_meter: bytes, present: Sequence[bytes], random: Random, most: int
) -> set[bytes]:
    followed = {row[0] for row in connection.execute("SELECT DISTINCT meter FROM ledger_audited_reading")}
    followed.add(own_meter)
    others = [meter for meter in present if meter not in followed]
    free = max(most - len(followed), 0)
    return followed | set(random.sample(others, min(free, len(others))))


def _keep_reading(connection: sqlite3.Connection, reading: Reading) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO ledger_audited_reading (meter, slot, reading) VALUES (?, ?, ?)",
        (reading.meter, reading.slot, reading.encode()),
    )
    connection.execute(
        "DELETE FROM ledger_audited_reading WHERE meter = ? AND slot NOT IN "
        "(SELECT slot FROM ledger_audited_reading WHERE meter = ? ORDER BY slot DESC LIMIT ?)",
        (reading.meter, reading.meter, READINGS_OF_A_METER),
    )


def _keep_leaf(
    connection: sqlite3.Connection, publication: Publication, leaf: Leaf, proof: InclusionProof
) -> None:
    connection.execute(
        "INSERT INTO ledger_audited_leaf "
        "(meter, slot, statement, published_at, published_block, leaf, proof, final) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        (
            leaf.reading.meter,
            publication.statement.slot,
            publication.statement.encode(),
            publication.published_at,
            publication.published_block,
            leaf.encode(),
            proof.encode(),
        ),
    )


def _forget_absent(connection: sqlite3.Connection, horizon: int) -> None:
    connection.execute(
        "DELETE FROM ledger_audited_reading WHERE meter IN "
        "(SELECT meter FROM ledger_audited_reading GROUP BY meter HAVING max(slot) < ?)",
        (horizon,),
    )
    connection.execute(
        "DELETE FROM ledger_audited_leaf WHERE meter NOT IN (SELECT meter FROM ledger_audited_reading)"
    )
