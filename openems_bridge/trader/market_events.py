"""What the chain said of the market, as it was said, and what follows from it for a slot.

Pure, but for the functions on the store at the end. A reorganisation is undone by deleting the events of its blocks.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dems_protocol.contracts import decode_event, structs
from dems_protocol.contracts.abi import Event, MalformedData
from dems_protocol.contracts.market import (
    ClearingPublishedEvent,
    MarketVoidedEvent,
    MarketWindowExtendedEvent,
    OrderSetCommittedEvent,
)
from dems_protocol.contracts.market_demands import LeafDemandedEvent
from dems_protocol.contracts.orders import OrderPlacedEvent, OrderRevealedEvent
from dems_protocol.contracts.suggestions import SuggestionsPublishedEvent
from openems_bridge.ledger.chain_events import LoggedEvent

if TYPE_CHECKING:
    from dems_node.chain.events import ChainEvent
    from dems_node.chain.watcher import News

_KEPT = (
    ClearingPublishedEvent,
    MarketVoidedEvent,
    MarketWindowExtendedEvent,
    OrderSetCommittedEvent,
    OrderPlacedEvent,
    OrderRevealedEvent,
    SuggestionsPublishedEvent,
)


@dataclass(frozen=True, slots=True)
class OwnDemand:
    """A leaf that this household demanded on chain: of which tree and zone, when (unix s) and in which block."""

    tree: int
    zone: int
    index: int
    at: int
    block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketOnChain:
    """What the chain says of a slot's market. ``extended`` is until when (unix s, block) disputes keep it open."""

    slot: int
    committed: structs.CommittedSet | None = None
    placed: frozenset[bytes] = frozenset()
    revealed: frozenset[bytes] = frozenset()
    published: structs.PublishedClearing | None = None
    voided: str | None = None
    """The finding by which the slot's market fell, in lower case."""
    extended: tuple[int, int] | None = None
    suggestions: bytes | None = None
    demands: tuple[OwnDemand, ...] = ()

    def zone(self, zone: int) -> structs.ZoneClearing | None:
        """Return what was published of a zone."""
        if self.published is None:
            return None
        return next((one for one in self.published.clearing.zones if one.zone == zone), None)


def market_on_chain(slot: int, events: Iterable[LoggedEvent]) -> MarketOnChain:
    """Return what a slot's events, in their order, come to."""
    found = MarketOnChain(slot=slot)
    for logged in events:
        match logged.decoded():
            case OrderSetCommittedEvent() as event:
                committed = structs.CommittedSet(
                    event.slot, event.root, event.count, event.committed_at, event.committed_block
                )
                found = replace(found, committed=committed)
            case OrderPlacedEvent() as event:
                found = replace(found, placed=found.placed | {event.order})
            case OrderRevealedEvent() as event:
                found = replace(found, revealed=found.revealed | {event.order_hash})
            case ClearingPublishedEvent() as event:
                published = structs.PublishedClearing(
                    event.clearing, event.published_at, event.published_block
                )
                found = replace(found, published=published)
            case MarketVoidedEvent() as event:
                found = replace(found, voided=structs.MarketFinding(event.finding).name.lower())
            case MarketWindowExtendedEvent() as event:
                found = replace(found, extended=(event.until_time, event.until_block))
            case SuggestionsPublishedEvent() as event:
                found = replace(found, suggestions=event.ciphertexts)
            case LeafDemandedEvent() as event:
                demand = OwnDemand(int(event.tree), event.zone, event.index, logged.at, logged.block)
                found = replace(found, demands=(*found.demands, demand))
            case _:
                continue
    return found


class MarketFollower:
    """Keeps the market's events: a consumer of the watcher. ``touched`` hears of the slot of each that came or went."""

    def __init__(self, contracts: Iterable[bytes], household: bytes, touched: Callable[[int], None]) -> None:
        self._contracts = frozenset(contracts)
        self._household = household
        self._touched = touched

    @property
    def contracts(self) -> frozenset[bytes]:
        """The contracts that are followed."""
        return self._contracts

    # In the transaction that moves the watcher's cursor, on the store's thread

    def apply(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Keep an event that concerns the household."""
        decoded = self._concerning(event)
        slot = None if decoded is None else _slot_of(decoded)
        if decoded is None or slot is None:
            return
        log = event.log
        connection.execute(
            "INSERT OR REPLACE INTO market_event (id, block, place, at, topics, data, name, slot) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.id,
                log.block_number,
                log.index,
                event.at,
                b"".join(log.topics),
                log.data,
                type(decoded).__name__,
                slot,
            ),
        )

    def undo(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Forget an event of an orphaned block."""
        if event.log.address in self._contracts:
            connection.execute("DELETE FROM market_event WHERE id = ?", (event.id,))

    # In the loop, once it is stored

    def news(self, news: News) -> None:
        """Tell which slots something was said of."""
        for event in (*news.undone, *news.applied):
            decoded = self._concerning(event)
            slot = None if decoded is None else _slot_of(decoded)
            if slot is not None:
                self._touched(slot)

    def _concerning(self, event: ChainEvent) -> Event | None:
        if event.log.address not in self._contracts:
            return None
        try:
            decoded = decode_event(event.log.topics, event.log.data)
        except MalformedData:
            return None
        if isinstance(decoded, LeafDemandedEvent):
            return decoded if decoded.demander == self._household else None
        return decoded if isinstance(decoded, _KEPT) else None


def _slot_of(event: Event) -> int | None:
    slot = getattr(event, "slot", None)
    return slot if isinstance(slot, int) else None


_EVENTS = "SELECT id, block, place, at, topics, data FROM market_event"


def read_market_slot(connection: sqlite3.Connection, slot: int) -> MarketOnChain:
    """Return what the chain says of a slot's market."""
    rows = connection.execute(f"{_EVENTS} WHERE slot = ? ORDER BY block, place", (slot,))
    return market_on_chain(slot, [_logged(row) for row in rows])


def slots_named(
    connection: sqlite3.Connection, name: str, first: int, last: int, limit: int = 1000
) -> Sequence[int]:
    """Return the slots in [first, last] that have an event of a name (of the bindings' class), ascending."""
    rows = connection.execute(
        "SELECT DISTINCT slot FROM market_event WHERE name = ? AND slot >= ? AND slot <= ? ORDER BY slot LIMIT ?",
        (name, first, last, limit),
    )
    return [row[0] for row in rows]


def _logged(row: Sequence[Any]) -> LoggedEvent:
    identifier, block, place, at, topics, data = row
    return LoggedEvent(
        id=identifier,
        block=block,
        place=place,
        at=at,
        contract=bytes(20),
        topics=tuple(topics[start : start + 32] for start in range(0, len(topics), 32)),
        data=data,
    )
