"""The watcher's journal in SQLite: how far it has come, what it may have to take back, what was told.

Functions for ``Database.run``. A daemon's migrations call ``create_tables``, and ``journal.create_tables`` before.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dems_node.chain.events import ChainEvent
from dems_node.chain.values import Log

_TOLD_KEPT_BLOCKS = 10_000
"""So long after its block an orphaned transaction may come back and is still known to have been told."""
_WORD = 32

_TABLES = (
    """
    CREATE TABLE watch_mark (
        number INTEGER PRIMARY KEY,
        hash BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE watch_event (
        block INTEGER NOT NULL,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL,
        block_hash BLOB NOT NULL,
        transaction_hash BLOB NOT NULL,
        address BLOB NOT NULL,
        topics BLOB NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (block, position)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE watch_told (
        id TEXT PRIMARY KEY,
        content BLOB NOT NULL,
        block INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX watch_told_block ON watch_told (block)",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A block of the chain that the watcher has seen."""

    number: int
    hash: bytes


class Consumer(Protocol):
    """Who lives by the events. Both run inside the transaction that moves the cursor: what they store is exact.

    They touch only the connection, never the network, and raise only for a bug.
    """

    def apply(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Take in an event. Events come in the chain's order."""
        ...

    def undo(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Take an event back, the last one first: its block is no longer part of the chain."""
        ...


type Announce = Callable[[sqlite3.Connection, ChainEvent], None]
"""Hears of each event once, also when a reorganisation moves it; runs inside the transaction too."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables; a step of a daemon's migrations."""
    for statement in _TABLES:
        connection.execute(statement)


def forget(connection: sqlite3.Connection) -> None:
    """Begin anew, for another community. What consumers have stored is theirs to delete."""
    for table in ("watch_mark", "watch_event", "watch_told"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this module


def marks(connection: sqlite3.Connection) -> Sequence[Mark]:
    """Return the marks, newest first; the first is the cursor. Every block with events within reach is among them."""
    return [
        Mark(*row) for row in connection.execute("SELECT number, hash FROM watch_mark ORDER BY number DESC")
    ]


def advance(
    connection: sqlite3.Connection,
    mark: Mark,
    events: Sequence[ChainEvent],
    consumers: Sequence[Consumer],
    announce: Announce,
    depth: int,
) -> None:
    """Take in the events of one block and put the cursor there. ``depth``: blocks that may still be taken back."""
    for event in events:
        _keep(connection, event)
        for consumer in consumers:
            consumer.apply(connection, event)
        if _is_news(connection, event):
            announce(connection, event)
    _put(connection, mark, depth)


def advance_far(
    connection: sqlite3.Connection,
    mark: Mark,
    events: Sequence[ChainEvent],
    consumers: Sequence[Consumer],
    announce: Announce,
    depth: int,
) -> None:
    """Take in the events of a range of blocks that are too deep to be taken back, and put the cursor at its end."""
    for event in events:
        for consumer in consumers:
            consumer.apply(connection, event)
        if not _was_told(connection, event):
            announce(connection, event)
    connection.execute("DELETE FROM watch_mark")  # nothing before this block can be taken back
    _put(connection, mark, depth)


def undo_above(
    connection: sqlite3.Connection, number: int, consumers: Sequence[Consumer]
) -> Sequence[ChainEvent]:
    """Take back, newest first, what came after a block; return it. The cursor is the newest mark left."""
    rows = connection.execute(
        "SELECT * FROM watch_event WHERE block > ? ORDER BY block DESC, position DESC", (number,)
    ).fetchall()
    undone = [_event(row) for row in rows]
    for event in undone:
        for consumer in reversed(consumers):
            consumer.undo(connection, event)
    connection.execute("DELETE FROM watch_event WHERE block > ?", (number,))
    connection.execute("DELETE FROM watch_mark WHERE number > ?", (number,))
    return undone


def _put(connection: sqlite3.Connection, mark: Mark, depth: int) -> None:
    connection.execute(
        "INSERT INTO watch_mark VALUES (?, ?) ON CONFLICT (number) DO UPDATE SET hash = excluded.hash",
        (mark.number, mark.hash),
    )
    horizon = mark.number - depth
    # One mark at or below the horizon stays: the ground that a reorganisation within reach stands on.
    connection.execute(
        "DELETE FROM watch_mark WHERE number < (SELECT max(number) FROM watch_mark WHERE number <= ?)",
        (horizon,),
    )
    connection.execute("DELETE FROM watch_event WHERE block <= ?", (horizon,))
    connection.execute("DELETE FROM watch_told WHERE block < ?", (mark.number - _TOLD_KEPT_BLOCKS,))


def _keep(connection: sqlite3.Connection, event: ChainEvent) -> None:
    log = event.log
    connection.execute(
        "INSERT INTO watch_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            log.block_number,
            log.index,
            event.id,
            event.at,
            log.block_hash,
            log.transaction_hash,
            log.address,
            b"".join(log.topics),
            log.data,
        ),
    )


def _was_told(connection: sqlite3.Connection, event: ChainEvent) -> bool:
    row = connection.execute("SELECT content FROM watch_told WHERE id = ?", (event.id,)).fetchone()
    return row is not None and row[0] == event.content()


def _is_news(connection: sqlite3.Connection, event: ChainEvent) -> bool:
    """Note that an event is told, and return whether it says anything that was not told before."""
    told = _was_told(connection, event)
    connection.execute(
        "INSERT INTO watch_told VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET content = excluded.content, block = excluded.block",
        (event.id, event.content(), event.log.block_number),
    )
    return not told


def _event(row: tuple[Any, ...]) -> ChainEvent:
    block, position, number, at, block_hash, transaction_hash, address, topics, data = row
    log = Log(
        address=address,
        topics=tuple(topics[start : start + _WORD] for start in range(0, len(topics), _WORD)),
        data=data,
        block_number=block,
        block_hash=block_hash,
        transaction_hash=transaction_hash,
        index=position,
    )
    return ChainEvent(id=number, at=at, log=log)
