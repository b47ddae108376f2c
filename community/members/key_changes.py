"""A household asks for another key of its meter: what is asked of it, and what it is told."""

import sqlite3

from community.chain.registry import Registry
from community.store import key_changes
from community.store.key_changes import StoredKeyChange
from dems_protocol.registry_changes import KeyChange, SignedKeyChange
from dems_protocol.signatures import is_signed_by_account


class KeyChangeRefused(Exception):
    """A change of a key cannot be taken. ``kind`` is stable (docs/operator-api.md); the text says what to do."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind


def require_acceptable(registry: Registry, change: SignedKeyChange, current_slot: int) -> None:
    """Check what the registry's own rules say of a change. Raises KeyChangeRefused."""
    meter = f"0x{change.meter.hex()}"
    if registry.record_at(change.meter, max(change.first_slot, current_slot)) is None:
        raise KeyChangeRefused(
            422,
            "not-registered",
            f"Meter {meter} belongs to no household of the community in slot {change.first_slot}.",
        )
    if registry.meter_of_key(change.key) not in (None, change.meter):
        raise KeyChangeRefused(409, "key-taken", "Another meter has, or had, this key: make another one.")
    if change.first_slot <= current_slot:
        raise KeyChangeRefused(
            422,
            "wrong-slot",
            f"A key can change from slot {current_slot + 1} on, not from {change.first_slot}: sign it anew.",
        )


def require_signed(
    registry: Registry, change: SignedKeyChange, *, chain_id: int, registry_address: bytes, nonce: int
) -> None:
    """Check that the household to which the meter belongs then signed the change. Raises KeyChangeRefused.

    ``nonce`` is the registry's for the meter. Takes milliseconds.
    """
    record = registry.record_at(change.meter, change.first_slot)
    message = KeyChange(change.meter, change.key, change.first_slot, nonce)
    if (
        record is None
        or change.signature is None
        or not is_signed_by_account(
            record.household, message.digest(chain_id, registry_address), change.signature
        )
    ):
        raise KeyChangeRefused(
            422,
            "bad-signature",
            f"The change is not signed by the household of meter 0x{change.meter.hex()} for chain {chain_id}, registry "
            f"0x{registry_address.hex()} and nonce {nonce}.",
        )


def keep(connection: sqlite3.Connection, change: SignedKeyChange, now: int) -> StoredKeyChange:
    """Keep a change that was found acceptable, and return how it stands; the same one again changes nothing."""
    known = key_changes.of_meter(connection, change.meter)
    if known is None or known.change != change:
        key_changes.ask(connection, change, now)
    found = key_changes.of_meter(connection, change.meter)
    assert found is not None  # noqa: S101
    return found
