"""The logs of the community's contracts, as the watcher delivers them: kept, and taken back after a reorganisation."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from community.chain import registry, slot_events
from community.chain.slot_events import LoggedEvent
from dems_node.chain.events import ChainEvent
from dems_protocol.contracts import decode_event
from dems_protocol.contracts.abi import Event, MalformedData

REGISTRY = "registry"
SLOT = "slot"
_WORD = 32


def keep(connection: sqlite3.Connection, event: ChainEvent) -> int | None:
    """Keep an event, if it is one that the operator follows; return the slot that it belongs to, if any."""
    log = event.log
    scope, slot = _scope_of(decode(log.topics, log.data))
    if scope is None:
        return None
    connection.execute(
        "INSERT INTO chain_event (id, scope, slot, block, position, transaction_hash, topics, data) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.id,
            scope,
            slot,
            log.block_number,
            log.index,
            log.transaction_hash,
            b"".join(log.topics),
            log.data,
        ),
    )
    return slot


def take_back(connection: sqlite3.Connection, event: ChainEvent) -> int | None:
    """Forget an event whose block is no longer part of the chain; return the slot that it belonged to, if any."""
    row = connection.execute("DELETE FROM chain_event WHERE id = ? RETURNING slot", (event.id,)).fetchone()
    return None if row is None else row[0]


def of_registry(connection: sqlite3.Connection) -> list[tuple[str, Event]]:
    """Return the registry's events in order, with their ids."""
    rows = connection.execute(
        "SELECT id, topics, data FROM chain_event WHERE scope = ? ORDER BY block, position", (REGISTRY,)
    )
    return [
        (event_id, event)
        for event_id, topics, data in rows
        if (event := decode(_split(topics), data)) is not None
    ]


def of_slot(connection: sqlite3.Connection, slot: int) -> list[LoggedEvent]:
    """Return a slot's events in order."""
    rows = connection.execute(
        "SELECT topics, data, transaction_hash, block FROM chain_event WHERE slot = ? ORDER BY block, position",
        (slot,),
    )
    return [
        LoggedEvent(event, transaction, block)
        for topics, data, transaction, block in rows
        if (event := decode(_split(topics), data)) is not None
    ]


def _scope_of(event: Event | None) -> tuple[str | None, int | None]:
    if isinstance(event, registry.SCOPE):
        return REGISTRY, None
    if isinstance(event, slot_events.SCOPE):
        found: Any = event
        return SLOT, int(found.slot)
    return None, None


def decode(topics: Sequence[bytes], data: bytes) -> Event | None:
    """Return the event of a log; None for one that is none of the contracts', or damaged."""
    try:
        return decode_event(topics, data)
    except MalformedData, ValueError:
        return None


def _split(topics: bytes) -> list[bytes]:
    return [topics[at : at + _WORD] for at in range(0, len(topics), _WORD)]
