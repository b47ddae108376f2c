"""The readings that were accepted, with their openings: written once, never changed, pruned when nobody needs them."""

import sqlite3
from dataclasses import dataclass, field

from community.readings.acceptance import Accepted
from dems_protocol.commitments import Opening, Register, decode_openings, encode_openings
from dems_protocol.readings import Reading
from dems_protocol.signatures import Signature
from dems_protocol.statements import Receipt

_SELECT = "SELECT id, message, signature, openings, received_at, receipt_signature, late FROM reading"
_SELECT_OF_SLOT = (
    "SELECT id, message, signature, openings, received_at, receipt_signature, late, MAX(revision) FROM reading "
    "WHERE slot = ? AND beside = 0 GROUP BY meter ORDER BY meter"
)
_SELECT_OF_LEAVES = (
    "SELECT reading.id, message, signature, openings, received_at, receipt_signature, late, owners FROM leaf "
    "JOIN reading ON reading.id = leaf.reading WHERE leaf.slot = ? AND leaf.attempt = ? ORDER BY place"
)


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading as it is kept. ``receipt_signature`` is None for one that came by direct inclusion."""

    id: int
    reading: Reading
    signature: Signature
    openings: tuple[Opening, ...] = field(repr=False)
    received_at: int
    receipt_signature: Signature | None
    late: bool

    @property
    def receipt(self) -> Receipt:
        """The receipt that was given for it."""
        reading = self.reading
        return Receipt(reading.struct_hash(), reading.meter, reading.slot, reading.revision, self.received_at)

    @property
    def withdrawal(self) -> Opening:
        """The opening of its part of the withdrawal's sum."""
        return self.openings[Register.WITHDRAWAL_REST]

    @property
    def feed_in(self) -> Opening:
        """The opening of its part of the feed-in's sum."""
        return self.openings[Register.FEED_IN_REST]


def add(
    connection: sqlite3.Connection,
    accepted: Accepted,
    *,
    received_at: int,
    receipt_signature: Signature | None,
    late: bool,
    beside: bool = False,
) -> None:
    """Keep a reading; ``beside`` if it only stands beside a root and is no link of its meter's chain.

    Raises sqlite3.IntegrityError where this revision of the slot, or this reading, is kept already.
    """
    reading = accepted.reading
    connection.execute(
        "INSERT INTO reading (meter, slot, revision, hash, message, signature, openings, received_at, "
        "receipt_signature, late, beside) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            reading.meter,
            reading.slot,
            reading.revision,
            reading.struct_hash(),
            reading.encode(),
            accepted.signature.encode(),
            encode_openings(accepted.openings),
            received_at,
            None if receipt_signature is None else receipt_signature.encode(),
            late,
            beside,
        ),
    )


def give_receipt(connection: sqlite3.Connection, reading_id: int, signature: Signature) -> None:
    """Keep the signature of the receipt for a reading that came without asking for one."""
    connection.execute(
        "UPDATE reading SET receipt_signature = ? WHERE id = ?", (signature.encode(), reading_id)
    )


def by_hash(connection: sqlite3.Connection, reading_hash: bytes) -> StoredReading | None:
    """Return a reading by its hash."""
    return _one(connection.execute(f"{_SELECT} WHERE hash = ?", (reading_hash,)))


def last_of(connection: sqlite3.Connection, meter: bytes) -> StoredReading | None:
    """Return a meter's last reading: of the highest slot, in its highest revision."""
    return _one(
        connection.execute(
            f"{_SELECT} WHERE meter = ? AND beside = 0 ORDER BY slot DESC, revision DESC LIMIT 1",
            (meter,),
        )
    )


def last_revision(connection: sqlite3.Connection, meter: bytes, slot: int) -> StoredReading | None:
    """Return a meter's reading of a slot in its highest revision, None if none arrived."""
    return _one(
        connection.execute(
            f"{_SELECT} WHERE meter = ? AND slot = ? AND beside = 0 ORDER BY revision DESC LIMIT 1",
            (meter, slot),
        )
    )


def of_slot(connection: sqlite3.Connection, slot: int) -> list[StoredReading]:
    """Return the readings of a slot, each meter's highest revision, ascending by meter."""
    rows = connection.execute(_SELECT_OF_SLOT, (slot,))
    return [_stored(row[:-1]) for row in rows]


def of_leaves(connection: sqlite3.Connection, slot: int, attempt: int) -> list[tuple[StoredReading, int]]:
    """Return the readings in a statement with the owners that each counts, in the order of the leaves."""
    rows = connection.execute(_SELECT_OF_LEAVES, (slot, attempt))
    return [(_stored(row[:-1]), row[-1]) for row in rows]


def prune(connection: sqlite3.Connection, before_slot: int) -> int:
    """Forget closed slots before ``before_slot`` but keep each meter's last reading; return how many readings went."""
    connection.execute(
        "DELETE FROM leaf WHERE slot < ? AND slot IN (SELECT slot FROM slot WHERE closed = 1)", (before_slot,)
    )
    deleted = connection.execute(
        "DELETE FROM reading WHERE slot < ? AND id NOT IN (SELECT reading FROM leaf) AND EXISTS "
        "(SELECT 1 FROM reading AS later WHERE later.meter = reading.meter AND later.slot > reading.slot)",
        (before_slot,),
    )
    return deleted.rowcount


def _one(cursor: sqlite3.Cursor) -> StoredReading | None:
    row = cursor.fetchone()
    return None if row is None else _stored(row)


def _stored(row: tuple[int, bytes, bytes, bytes, int, bytes | None, int]) -> StoredReading:
    reading_id, message, signature, openings, received_at, receipt_signature, late = row
    return StoredReading(
        reading_id,
        Reading.decode(message),
        Signature.decode(signature),
        decode_openings(openings),
        received_at,
        None if receipt_signature is None else Signature.decode(receipt_signature),
        bool(late),
    )
