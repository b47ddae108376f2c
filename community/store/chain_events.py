"""The logs of the community's contracts, as the watcher delivers them: kept, and taken back after a reorganisation."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from community.chain import registry, slot_events
from community.chain.slot_events import LoggedEvent
from dems_node.chain.values import Log
from dems_protocol.contracts import decode_event
from dems_protocol.contracts.abi import Event, MalformedData

REGISTRY = "registry"
SLOT = "slot"
_WORD = 32


def keep(connection: sqlite3.Connection, event_id: str, log: Log) -> Event | None:
    """Keep a log under its stable id, once, and return its event if it is one that the operator follows."""
    event = _decode(log.topics, log.data)
    scope, slot = _scope_of(event)
    if scope is None:
        return None
    connection.execute(
        "INSERT INTO chain_event (id, scope, slot, block, position, transaction_hash, address, topics, data) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET block = excluded.block, "
        "position = excluded.position, topics = excluded.topics, data = excluded.data",
        (
            event_id,
            scope,
            slot,
            log.block_number,
            log.index,
            log.transaction_hash,
            log.address,
            b"".join(log.topics),
            log.data,
        ),
    )
    return event


def take_back(connection: sqlite3.Connection, event_id: str) -> int | None:
    """Forget a log whose block is no longer part of the chain; return the slot that it belonged to."""
    row = connection.execute("DELETE FROM chain_event WHERE id = ? RETURNING slot", (event_id,)).fetchone()
    return None if row is None else row[0]


def of_registry(connection: sqlite3.Connection) -> Iterator[Event]:
    """Yield the registry's events in order."""
    rows = connection.execute(
        "SELECT topics, data FROM chain_event WHERE scope = ? ORDER BY block, position", (REGISTRY,)
    )
    for topics, data in rows:
        event = _decode(_split(topics), data)
        if event is not None:
            yield event


def of_slot(connection: sqlite3.Connection, slot: int) -> list[LoggedEvent]:
    """Return a slot's events in order."""
    rows = connection.execute(
        "SELECT topics, data, transaction_hash, block FROM chain_event WHERE slot = ? ORDER BY block, position",
        (slot,),
    )
    return [
        LoggedEvent(event, transaction, block)
        for topics, data, transaction, block in rows
        if (event := _decode(_split(topics), data)) is not None
    ]


def _scope_of(event: Event | None) -> tuple[str | None, int | None]:
    if isinstance(event, registry.SCOPE):
        return REGISTRY, None
    if isinstance(event, slot_events.SCOPE):
        found: Any = event
        return SLOT, int(found.slot)
    return None, None


def _decode(topics: Sequence[bytes], data: bytes) -> Event | None:
    try:
        return decode_event(topics, data)
    except MalformedData, ValueError:
        return None


def _split(topics: bytes) -> list[bytes]:
    return [topics[at : at + _WORD] for at in range(0, len(topics), _WORD)]
