"""What the operator decided about slots: the statements that it made, and how far it came with each slot."""

import sqlite3
from collections.abc import Iterable, Sequence

from community.slots.steps import StoredSlot
from dems_protocol.signatures import Signature
from dems_protocol.statements import Statement


def begin(connection: sqlite3.Connection, slots: Iterable[int]) -> None:
    """Take up slots that are over; those that are known already stay as they are."""
    connection.executemany(
        "INSERT INTO slot (slot) VALUES (?) ON CONFLICT DO NOTHING", ((slot,) for slot in slots)
    )


def last_begun(connection: sqlite3.Connection) -> int | None:
    """Return the newest slot that was taken up."""
    (slot,) = connection.execute("SELECT MAX(slot) FROM slot").fetchone()
    return None if slot is None else int(slot)


def unfinished(connection: sqlite3.Connection) -> list[int]:
    """Return the slots that are not closed, oldest first."""
    return [slot for (slot,) in connection.execute("SELECT slot FROM slot WHERE closed = 0 ORDER BY slot")]


def stored(connection: sqlite3.Connection, slot: int) -> StoredSlot:
    """Return what is stored of a slot."""
    row = connection.execute("SELECT final, unnetted_reason FROM slot WHERE slot = ?", (slot,)).fetchone()
    final, reason = row or (0, None)
    (attempt,) = connection.execute("SELECT MAX(attempt) FROM statement WHERE slot = ?", (slot,)).fetchone()
    return StoredSlot(made_attempt=attempt, final=bool(final), unnetted_reason=reason)


def keep_statement(
    connection: sqlite3.Connection,
    statement: Statement,
    signature: Signature,
    leaves: Sequence[tuple[int, int]],
    *,
    made_at: int,
) -> None:
    """Keep a statement with its leaves: pairs of a reading's id and the owners that it counts.

    Raises sqlite3.IntegrityError where this attempt was made already.
    """
    connection.execute(
        "INSERT INTO statement (slot, attempt, message, signature, made_at) VALUES (?, ?, ?, ?, ?)",
        (statement.slot, statement.attempt, statement.encode(), signature.encode(), made_at),
    )
    connection.executemany(
        "INSERT INTO leaf (slot, attempt, place, reading, owners) VALUES (?, ?, ?, ?, ?)",
        (
            (statement.slot, statement.attempt, place, reading, owners)
            for place, (reading, owners) in enumerate(leaves)
        ),
    )


def statement_of(
    connection: sqlite3.Connection, slot: int, attempt: int | None = None
) -> tuple[Statement, Signature] | None:
    """Return a slot's statement with the operator's signature: of an attempt, or the newest."""
    row = connection.execute(
        "SELECT message, signature FROM statement WHERE slot = ?1 AND (?2 IS NULL OR attempt = ?2) "
        "ORDER BY attempt DESC LIMIT 1",
        (slot, attempt),
    ).fetchone()
    return None if row is None else (Statement.decode(row[0]), Signature.decode(row[1]))


def seal(connection: sqlite3.Connection, slot: int) -> None:
    """Let every reading of the slot that arrives from now on be late."""
    connection.execute("UPDATE slot SET sealed = 1 WHERE slot = ? AND NOT sealed", (slot,))


def is_sealed(connection: sqlite3.Connection, slot: int) -> bool:
    """Say whether a reading of the slot comes too late for its statement: sealed, or before the first slot taken up."""
    row = connection.execute("SELECT sealed FROM slot WHERE slot = ?", (slot,)).fetchone()
    if row is not None:
        return bool(row[0])
    last = last_begun(connection)
    return last is not None and slot < last


def mark_final(connection: sqlite3.Connection, slot: int) -> None:
    """Note that the chain calls the slot's statement final."""
    connection.execute("UPDATE slot SET final = 1 WHERE slot = ?", (slot,))


def leave_unnetted(connection: sqlite3.Connection, slot: int, reason: str) -> None:
    """Note that the slot's sums stay closed, and why."""
    connection.execute("UPDATE slot SET unnetted_reason = ? WHERE slot = ?", (reason, slot))


def close(connection: sqlite3.Connection, slot: int) -> None:
    """Note that nothing more is to be done for the slot."""
    connection.execute("UPDATE slot SET closed = 1 WHERE slot = ?", (slot,))


def reopen(connection: sqlite3.Connection, slot: int) -> None:
    """Look at a slot again, because something happened to it on chain, or was taken back."""
    connection.execute("UPDATE slot SET closed = 0 WHERE slot = ?", (slot,))
