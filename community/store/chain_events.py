"""The logs of the community's contracts, as the watcher delivers them: kept, and taken back after a reorganisation."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from community.chain import registry, slot_events
from community.chain.slot_events import LoggedEvent
from community.market import announcements, chain_slot
from dems_node.chain.events import ChainEvent
from dems_protocol.contracts import decode_event
from dems_protocol.contracts.abi import Event, MalformedData

REGISTRY = "registry"
SLOT = "slot"
MARKET = "market"
ANNOUNCEMENT = "announcement"
_WORD = 32


@dataclass(frozen=True, slots=True)
class Belonging:
    """What an event belongs to: a scope, and within it a slot, or none."""

    scope: str
    slot: int | None


def keep(connection: sqlite3.Connection, event: ChainEvent) -> Belonging | None:
    """Keep an event, if it is one that the operator follows; return what it belongs to."""
    log = event.log
    found = _belonging(decode(log.topics, log.data))
    if found is None:
        return None
    connection.execute(
        "INSERT INTO chain_event (id, scope, slot, block, position, transaction_hash, topics, data) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.id,
            found.scope,
            found.slot,
            log.block_number,
            log.index,
            log.transaction_hash,
            b"".join(log.topics),
            log.data,
        ),
    )
    return found


def take_back(connection: sqlite3.Connection, event: ChainEvent) -> Belonging | None:
    """Forget an event whose block is no longer part of the chain; return what it belonged to."""
    row = connection.execute(
        "DELETE FROM chain_event WHERE id = ? RETURNING scope, slot", (event.id,)
    ).fetchone()
    return None if row is None else Belonging(row[0], row[1])


def of_registry(connection: sqlite3.Connection) -> list[tuple[str, Event]]:
    """Return the registry's events in order, with their ids."""
    return _of_scope(connection, REGISTRY)


def of_announcements(connection: sqlite3.Connection) -> list[tuple[str, Event]]:
    """Return what was announced for the market, in order, with the events' ids."""
    return _of_scope(connection, ANNOUNCEMENT)


def _of_scope(connection: sqlite3.Connection, scope: str) -> list[tuple[str, Event]]:
    rows = connection.execute(
        "SELECT id, topics, data FROM chain_event WHERE scope = ? ORDER BY block, position", (scope,)
    )
    return [
        (event_id, event)
        for event_id, topics, data in rows
        if (event := decode(_split(topics), data)) is not None
    ]


def of_slot(connection: sqlite3.Connection, slot: int) -> list[LoggedEvent]:
    """Return a slot's events of the meter ledger in order."""
    return _of_slot(connection, SLOT, slot)


def of_market(connection: sqlite3.Connection, slot: int) -> list[LoggedEvent]:
    """Return a slot's events of the market in order."""
    return _of_slot(connection, MARKET, slot)


def _of_slot(connection: sqlite3.Connection, scope: str, slot: int) -> list[LoggedEvent]:
    rows = connection.execute(
        "SELECT topics, data, transaction_hash, block FROM chain_event WHERE slot = ? AND scope = ? "
        "ORDER BY block, position",
        (slot, scope),
    )
    return [
        LoggedEvent(event, transaction, block)
        for topics, data, transaction, block in rows
        if (event := decode(_split(topics), data)) is not None
    ]


def _belonging(event: Event | None) -> Belonging | None:
    if isinstance(event, registry.SCOPE):
        return Belonging(REGISTRY, None)
    if isinstance(event, announcements.SCOPE):
        return Belonging(ANNOUNCEMENT, None)
    found: Any = event
    if isinstance(event, slot_events.SCOPE):
        return Belonging(SLOT, int(found.slot))
    return Belonging(MARKET, int(found.slot)) if isinstance(event, chain_slot.SCOPE) else None


def decode(topics: Sequence[bytes], data: bytes) -> Event | None:
    """Return the event of a log; None for one that is none of the contracts', or damaged."""
    try:
        return decode_event(topics, data)
    except MalformedData, ValueError:
        return None


def _split(topics: bytes) -> list[bytes]:
    return [topics[at : at + _WORD] for at in range(0, len(topics), _WORD)]
