"""The paired clients. A token is known here only by its hash."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

SEEN_EVERY = timedelta(days=1)
"""How often "last seen" is written at most, for the SD card's sake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A Home Assistant (or another client) that was paired. Times are UTC s."""

    id: str
    name: str
    token_hash: bytes = field(repr=False)
    created_at: float
    last_seen_at: float | None = None
    """To within a day."""
    revoked_at: float | None = None
    acknowledged_event: int | None = None
    """The id of the last event that the client said it has, None for one that was paired before this was asked."""


_COLUMNS = "id, name, token_hash, created_at, last_seen_at, revoked_at, acknowledged_event"


def add(connection: sqlite3.Connection, client: Client) -> None:
    """Write a new client. Raises sqlite3.IntegrityError if its id or token exists."""
    connection.execute(
        f"INSERT INTO client ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            client.id,
            client.name,
            client.token_hash,
            client.created_at,
            client.last_seen_at,
            client.revoked_at,
            client.acknowledged_event,
        ),
    )


def everyone(connection: sqlite3.Connection) -> Sequence[Client]:
    """Return all clients, the revoked ones too, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM client ORDER BY created_at, id")  # noqa: S608
    return [_client(row) for row in rows]


def by_token_hash(connection: sqlite3.Connection, token_hash: bytes) -> Client | None:
    """Return the client that holds a token, None if there is none or it was revoked."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM client WHERE token_hash = ? AND revoked_at IS NULL",  # noqa: S608
        (token_hash,),
    ).fetchone()
    return None if row is None else _client(row)


def saw(connection: sqlite3.Connection, client_id: str, at: float) -> bool:
    """Note that a client was seen; written only if the last note is a day old. Returns whether it was written."""
    horizon = at - SEEN_EVERY.total_seconds()
    written = connection.execute(
        "UPDATE client SET last_seen_at = ? WHERE id = ? AND (last_seen_at IS NULL OR last_seen_at <= ?)",
        (at, client_id, horizon),
    ).rowcount
    return written > 0


def revoke(connection: sqlite3.Connection, client_id: str, at: float) -> bool:
    """Revoke a client's token. Returns False if there is no such client or it was revoked before."""
    revoked = connection.execute(
        "UPDATE client SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (at, client_id)
    ).rowcount
    return revoked > 0


def acknowledge(connection: sqlite3.Connection, client_id: str, event_id: int) -> bool:
    """Note that a client has every event up to this id. Returns False where it has said so before, or is unknown."""
    noted = connection.execute(
        "UPDATE client SET acknowledged_event = ? WHERE id = ? "
        "AND (acknowledged_event IS NULL OR acknowledged_event < ?)",
        (event_id, client_id, event_id),
    ).rowcount
    return noted > 0


def _client(row: tuple[str, str, bytes, float, float | None, float | None, int | None]) -> Client:
    return Client(
        id=row[0],
        name=row[1],
        token_hash=row[2],
        created_at=row[3],
        last_seen_at=row[4],
        revoked_at=row[5],
        acknowledged_event=row[6],
    )
