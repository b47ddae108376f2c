"""The event log of the API: ids only grow, so that a client that was away asks for what it missed."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dems_node.json_types import Json

KEPT_FOR = timedelta(days=7)
"""Events older than this are pruned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: when (UTC s), what kind, and its data."""

    id: int
    at: float
    kind: str
    data: Mapping[str, Json]


def append(connection: sqlite3.Connection, at: float, kind: str, data: Mapping[str, Json]) -> int:
    """Write an event and return its id, greater than every id ever given."""
    text = json.dumps(dict(data), allow_nan=False, separators=(",", ":"))
    cursor = connection.execute("INSERT INTO event (at, kind, data) VALUES (?, ?, ?)", (at, kind, text))
    assert cursor.lastrowid is not None  # noqa: S101 - an INSERT has one
    return cursor.lastrowid


def after(connection: sqlite3.Connection, event_id: int, limit: int = 1000) -> Sequence[Event]:
    """Return the events with a greater id, oldest first, at most ``limit``."""
    rows = connection.execute(
        "SELECT id, at, kind, data FROM event WHERE id > ? ORDER BY id LIMIT ?", (event_id, limit)
    )
    return [Event(id=row[0], at=row[1], kind=row[2], data=json.loads(row[3])) for row in rows]


def last_id(connection: sqlite3.Connection) -> int:
    """Return the greatest id ever given, 0 before the first event; pruned events count."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    return 0 if row is None else int(row[0])


def latest(connection: sqlite3.Connection, kind: str) -> Event | None:
    """Return the last event of a kind that is still kept."""
    row = connection.execute(
        "SELECT id, at, kind, data FROM event WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,)
    ).fetchone()
    return None if row is None else Event(id=row[0], at=row[1], kind=row[2], data=json.loads(row[3]))


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Delete events older than ``KEPT_FOR`` at ``now`` (UTC s) and return how many."""
    horizon = now - KEPT_FOR.total_seconds()
    return connection.execute("DELETE FROM event WHERE at < ?", (horizon,)).rowcount
