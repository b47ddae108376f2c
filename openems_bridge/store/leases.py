"""The journal of set-point leases: written before the battery is touched, so that a restart knows what it owes.

Three writes a lease: acquired, changed (when the command changes, not at a renewal or when a closed loop moves the
value), released (after the Edge has accepted the release).
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from openems_bridge.dispatcher.commands import CommandSource
from openems_bridge.dispatcher.lease import LeaseRecord

KEPT_FOR = timedelta(days=30)
"""Released leases older than this are pruned. An unreleased one is kept for ever."""

_SELECT = "SELECT id, command_id, source, battery, controller, ends_at, acquired_at, changed_at, released_at FROM lease"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to the battery that the bridge has taken, and for which command. Times are UTC s."""

    id: int
    record: LeaseRecord
    acquired_at: float
    changed_at: float
    released_at: float | None = None


def acquire(connection: sqlite3.Connection, record: LeaseRecord, at: float) -> int:
    """Journal that a set-point is about to be written, and return the lease's id, greater than every one before."""
    cursor = connection.execute(
        "INSERT INTO lease (command_id, source, battery, controller, ends_at, acquired_at, changed_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*_columns_of(record), at, at),
    )
    assert cursor.lastrowid is not None  # noqa: S101 - an INSERT has one
    return cursor.lastrowid


def change(connection: sqlite3.Connection, lease_id: int, record: LeaseRecord, at: float) -> None:
    """Journal that the lease serves another command now. Raises LookupError unless the lease is open."""
    changed = connection.execute(
        "UPDATE lease SET command_id = ?, source = ?, battery = ?, controller = ?, ends_at = ?, changed_at = ? "
        "WHERE id = ? AND released_at IS NULL",
        (*_columns_of(record), at, lease_id),
    ).rowcount
    if not changed:
        raise LookupError(f"lease {lease_id} is not open")


def release(connection: sqlite3.Connection, lease_id: int, at: float) -> None:
    """Journal that the Edge has accepted the release. Harmless if it was journalled before."""
    connection.execute(
        "UPDATE lease SET released_at = ? WHERE id = ? AND released_at IS NULL", (at, lease_id)
    )


def unreleased(connection: sqlite3.Connection) -> Sequence[Lease]:
    """Return the leases that are open, oldest first: after a crash, what must be released."""
    return _leases(connection, "WHERE released_at IS NULL ORDER BY id")


def latest(connection: sqlite3.Connection, limit: int = 20) -> Sequence[Lease]:
    """Return the last leases, newest first, for diagnostics."""
    return _leases(connection, "ORDER BY id DESC LIMIT ?", limit)


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Delete leases released more than ``KEPT_FOR`` before ``now`` (UTC s) and return how many."""
    horizon = now - KEPT_FOR.total_seconds()
    return connection.execute("DELETE FROM lease WHERE released_at < ?", (horizon,)).rowcount


def _columns_of(record: LeaseRecord) -> tuple[str, str, str, str, float]:
    return (
        record.command_id,
        record.source.value,
        record.battery,
        record.controller,
        record.ends_at_utc,
    )


def _leases(connection: sqlite3.Connection, clause: str, *parameters: int) -> Sequence[Lease]:
    rows = connection.execute(f"{_SELECT} {clause}", parameters)
    return [
        Lease(
            id=row[0],
            record=LeaseRecord(
                command_id=row[1],
                source=CommandSource(row[2]),
                battery=row[3],
                controller=row[4],
                ends_at_utc=row[5],
            ),
            acquired_at=row[6],
            changed_at=row[7],
            released_at=row[8],
        )
        for row in rows
    ]
