"""Changes of meters' keys that households asked for: the newest of each meter, and what became of it."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from dems_protocol.registry_changes import SignedKeyChange
from dems_protocol.signatures import PublicKey, Scheme, Signature


class KeyChangeStatus(StrEnum):
    """How far a change came: not yet on chain, on chain, or refused for good."""

    WAITING = "waiting"
    REGISTERED = "registered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StoredKeyChange:
    """A change of a meter's key, and why it was refused, if it was."""

    change: SignedKeyChange
    status: KeyChangeStatus
    reason: str | None


_SELECT = "SELECT meter, scheme, x, y, first_slot, signature, status, reason FROM key_change"


def ask(connection: sqlite3.Connection, change: SignedKeyChange, now: int) -> None:
    """Keep a change that is to be brought to the registry, in the place of the meter's one before."""
    connection.execute(
        "INSERT OR REPLACE INTO key_change (meter, scheme, x, y, first_slot, signature, status, received_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            change.meter,
            int(change.key.scheme),
            change.key.x.to_bytes(32),
            change.key.y.to_bytes(32),
            change.first_slot,
            None if change.signature is None else change.signature.encode(),
            KeyChangeStatus.WAITING,
            now,
        ),
    )


def end(
    connection: sqlite3.Connection,
    change: SignedKeyChange,
    status: KeyChangeStatus,
    reason: str | None = None,
) -> None:
    """Note what became of a change; nothing where another one took its place meanwhile."""
    connection.execute(
        "UPDATE key_change SET status = ?, reason = ? WHERE meter = ? AND first_slot = ? AND x = ?",
        (status, reason, change.meter, change.first_slot, change.key.x.to_bytes(32)),
    )


def of_meter(connection: sqlite3.Connection, meter: bytes) -> StoredKeyChange | None:
    """Return a meter's newest change, None if nobody asked for one."""
    row = connection.execute(f"{_SELECT} WHERE meter = ?", (meter,)).fetchone()
    return None if row is None else _stored(row)


def waiting(connection: sqlite3.Connection) -> list[SignedKeyChange]:
    """Return the changes that are to be brought to the registry, oldest first."""
    rows = connection.execute(
        f"{_SELECT} WHERE status = ? ORDER BY received_at, meter", (KeyChangeStatus.WAITING,)
    )
    return [_stored(row).change for row in rows]


def _stored(row: tuple[bytes, int, bytes, bytes, int, bytes | None, str, str | None]) -> StoredKeyChange:
    meter, scheme, x, y, first_slot, signature, status, reason = row
    change = SignedKeyChange(
        meter,
        PublicKey(Scheme(scheme), int.from_bytes(x), int.from_bytes(y)),
        first_slot,
        None if signature is None else Signature.decode(signature),
    )
    return StoredKeyChange(change, KeyChangeStatus(status), reason)
