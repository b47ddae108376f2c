"""The journal of the household's own readings and of its membership: functions for the store's thread."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from dems_protocol.commitments import decode_openings, encode_openings
from dems_protocol.readings import Reading
from dems_protocol.signatures import Signature
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.own_reading import Delivery, OwnReading, Refusal

_COLUMNS = "reading, signature, openings, signer, signed_at, status, tried_at, received_at, receipt, refusal"
_READINGS = f"SELECT {_COLUMNS} FROM ledger_reading"  # noqa: S608 - the names are constants


class SlotSignedAlready(Exception):
    """The journal holds another reading of this slot and revision, or one that a later reading follows."""


def load_membership(connection: sqlite3.Connection) -> Membership | None:
    """Return the membership, None where the household never joined."""
    row = connection.execute("SELECT document FROM ledger_membership WHERE id = 1").fetchone()
    return None if row is None else Membership.from_json(json.loads(row[0]))


def keep_membership(connection: sqlite3.Connection, membership: Membership) -> None:
    """Write the membership in the place of the one before."""
    connection.execute(
        "INSERT INTO ledger_membership (id, document) VALUES (1, ?) "
        "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
        (json.dumps(membership.to_json(), separators=(",", ":")),),
    )


def forget_community(connection: sqlite3.Connection) -> None:
    """Remove all that belongs to a community that the household has left, so that it can join another one."""
    tables = (
        "membership",
        "reading",
        "verdict",
        "event",
        "settlement",
        "audited_reading",
        "audited_leaf",
        "objection",
    )
    for table in tables:
        connection.execute(f"DELETE FROM ledger_{table}")  # noqa: S608 - the names are constants


def add_reading(connection: sqlite3.Connection, own: OwnReading) -> None:
    """Write a reading before anybody sees it. A revision supersedes the lower ones of its slot.

    Raises SlotSignedAlready where the slot has this revision or a higher one, or where a reading in force follows the one
    that it would replace.
    """
    hashes = {one.hash for one in of_slot(connection, own.slot)}
    for later in after(connection, own.slot):
        if later.delivery is not Delivery.SUPERSEDED and later.reading.previous in hashes:
            raise SlotSignedAlready(
                f"the reading of slot {later.slot} follows the one of slot {own.slot}: it cannot be replaced"
            )
    highest = connection.execute(
        "SELECT max(revision) FROM ledger_reading WHERE slot = ?", (own.slot,)
    ).fetchone()[0]
    if highest is not None and highest >= own.reading.revision:
        raise SlotSignedAlready(f"slot {own.slot} was signed already, with revision {highest}")
    connection.execute(
        "UPDATE ledger_reading SET status = ? WHERE slot = ?", (Delivery.SUPERSEDED.value, own.slot)
    )
    connection.execute(
        f"INSERT INTO ledger_reading (hash, slot, revision, {_COLUMNS}) "  # noqa: S608
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (own.hash, own.slot, own.reading.revision, *_row(own)),
    )


def add_readings(connection: sqlite3.Connection, readings: Iterable[OwnReading]) -> None:
    """Write several readings, all or none. Raises SlotSignedAlready.

    The lower revisions of all their slots are superseded first, so that a chain can be replaced as a whole.
    """
    replaced = list(readings)
    for own in replaced:
        connection.execute(
            "UPDATE ledger_reading SET status = ? WHERE slot = ? AND revision < ?",
            (Delivery.SUPERSEDED.value, own.slot, own.reading.revision),
        )
    for own in replaced:
        add_reading(connection, own)


def change_reading(connection: sqlite3.Connection, own: OwnReading) -> None:
    """Write what became of a reading."""
    connection.execute(
        "UPDATE ledger_reading SET status = ?, tried_at = ?, received_at = ?, receipt = ?, refusal = ? WHERE hash = ?",
        (*_row(own)[5:], own.hash),
    )


def note_tried(connection: sqlite3.Connection, own: OwnReading, at: float) -> OwnReading:
    """Note that a reading is sent to the operator for the first time; later times are not written."""
    if own.tried_at is not None:
        return own
    tried = replace(own, tried_at=at)
    change_reading(connection, tried)
    return tried


def last_reading(connection: sqlite3.Connection) -> OwnReading | None:
    """Return the reading that the next one follows: the newest that is neither superseded nor refused for good."""
    row = connection.execute(
        f"{_READINGS} WHERE status NOT IN (?, ?) ORDER BY slot DESC LIMIT 1",
        (Delivery.SUPERSEDED.value, Delivery.REFUSED.value),
    ).fetchone()
    return None if row is None else _own(row)


def last_signed(connection: sqlite3.Connection) -> OwnReading | None:
    """Return the newest reading that was ever signed, whatever became of it."""
    row = connection.execute(f"{_READINGS} ORDER BY slot DESC, revision DESC LIMIT 1").fetchone()
    return None if row is None else _own(row)


def first_slot_of(connection: sqlite3.Connection, instance: str) -> int | None:
    """Return the first slot that an instance of the bridge signed, None if it signed none."""
    row = connection.execute("SELECT min(slot) FROM ledger_reading WHERE signer = ?", (instance,)).fetchone()
    return None if row is None else row[0]


def of_slot(connection: sqlite3.Connection, slot: int) -> Sequence[OwnReading]:
    """Return all readings of a slot, the highest revision first."""
    rows = connection.execute(f"{_READINGS} WHERE slot = ? ORDER BY revision DESC", (slot,))
    return [_own(row) for row in rows]


def in_force(
    connection: sqlite3.Connection, first: int, last: int, limit: int = 2**31
) -> Sequence[OwnReading]:
    """Return the readings of slots in [first, last] that are not superseded, oldest first, at most ``limit``."""
    rows = connection.execute(
        f"{_READINGS} WHERE slot >= ? AND slot <= ? AND status <> ? ORDER BY slot LIMIT ?",
        (first, last, Delivery.SUPERSEDED.value, limit),
    )
    return [_own(row) for row in rows]


def count_with(connection: sqlite3.Connection, delivery: Delivery, first: int = 0) -> int:
    """Return how many readings from a slot on stand so."""
    (count,) = connection.execute(
        "SELECT count(*) FROM ledger_reading WHERE status = ? AND slot >= ?", (delivery.value, first)
    ).fetchone()
    return int(count)


def after(connection: sqlite3.Connection, slot: int) -> Sequence[OwnReading]:
    """Return the readings of later slots, oldest first, the superseded ones too."""
    rows = connection.execute(f"{_READINGS} WHERE slot > ? ORDER BY slot, revision", (slot,))
    return [_own(row) for row in rows]


def undelivered(connection: sqlite3.Connection, limit: int = 1000) -> Sequence[OwnReading]:
    """Return the readings that the operator has not confirmed, oldest first."""
    rows = connection.execute(
        f"{_READINGS} WHERE status = ? ORDER BY slot LIMIT ?", (Delivery.SIGNED.value, limit)
    )
    return [_own(row) for row in rows]


def with_delivery(connection: sqlite3.Connection, delivery: Delivery, first: int) -> Sequence[OwnReading]:
    """Return the readings from a slot on with which it went so, oldest first."""
    rows = connection.execute(
        f"{_READINGS} WHERE status = ? AND slot >= ? ORDER BY slot", (delivery.value, first)
    )
    return [_own(row) for row in rows]


def by_hash(connection: sqlite3.Connection, reading_hash: bytes) -> OwnReading | None:
    """Return a reading by its hash."""
    row = connection.execute(f"{_READINGS} WHERE hash = ?", (reading_hash,)).fetchone()
    return None if row is None else _own(row)


def _row(own: OwnReading) -> tuple[Any, ...]:
    return (
        own.reading.encode(),
        own.signature.encode(),
        encode_openings(own.openings),
        own.signer,
        own.signed_at,
        own.delivery.value,
        own.tried_at,
        own.received_at,
        None if own.receipt is None else own.receipt.encode(),
        None if own.refusal is None else json.dumps(asdict(own.refusal), separators=(",", ":")),
    )


def _own(row: Sequence[Any]) -> OwnReading:
    reading, signature, openings, signer, signed_at, status, tried_at, received_at, receipt, refusal = row
    return OwnReading(
        reading=Reading.decode(reading),
        signature=Signature.decode(signature),
        openings=decode_openings(openings),
        signer=signer,
        signed_at=signed_at,
        delivery=Delivery(status),
        tried_at=tried_at,
        received_at=received_at,
        receipt=None if receipt is None else Signature.decode(receipt),
        refusal=None if refusal is None else Refusal(**json.loads(refusal)),
    )
