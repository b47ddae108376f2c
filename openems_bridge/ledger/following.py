"""What the watcher delivers becomes what this bridge knows, and what its clients are told: each event once, in order."""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from dems_node.json_types import Json
from dems_protocol.contracts import decode_event
from dems_protocol.contracts.abi import Event, MalformedData
from dems_protocol.contracts.certificates import CertificatesIssuedEvent
from openems_bridge.ledger import chain_events
from openems_bridge.ledger.chain_events import LoggedEvent, arguments, concerns, slot_of
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.store import events as told_events
from openems_bridge.store.events import Event as ToldEvent

if TYPE_CHECKING:
    from dems_node.chain.events import ChainEvent
    from dems_node.chain.watcher import News


class EventFollower:
    """Keeps the events of the community's contracts that concern this household: a consumer of the watcher.

    ``tell`` hands what was stored for the API's clients to those that are connected; ``touched`` hears of the slot of each
    event that came or went, None for one of no slot.
    """

    def __init__(
        self,
        membership: Membership,
        *,
        tell: Callable[[ToldEvent], None],
        touched: Callable[[int | None], None],
    ) -> None:
        self._membership = membership
        self._tell = tell
        self._touched = touched
        self._told: dict[str, list[ToldEvent]] = {}

    # In the transaction that moves the watcher's cursor, on the store's thread

    def apply(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Keep an event that concerns the household."""
        decoded = self._concerning(event)
        if decoded is not None:
            chain_events.keep(connection, _logged(event), type(decoded).__name__, slot_of(decoded))

    def undo(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Forget an event of an orphaned block."""
        chain_events.forget(connection, event.id)

    def announce(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Store what clients are told of an event."""
        decoded = self._concerning(event)
        if decoded is None:
            return
        kinds = ["chain_event"]
        if isinstance(decoded, CertificatesIssuedEvent):
            kinds.append("certificates_issued")
        data = self._data(decoded, event)
        self._told[event.id] = [
            ToldEvent(
                id=told_events.append(connection, event.at, kind, data), at=event.at, kind=kind, data=data
            )
            for kind in kinds
        ]

    # In the loop, once it is stored

    def news(self, news: News) -> None:
        """Tell what was stored, and which slots it is of."""
        for event in news.applied:
            for told in self._told.pop(event.id, ()):
                self._tell(told)
        for event in (*news.undone, *news.applied):
            decoded = self._concerning(event)
            if decoded is None:
                continue
            self._touched(slot_of(decoded))

    def _concerning(self, event: ChainEvent) -> Event | None:
        try:
            decoded = decode_event(event.log.topics, event.log.data)
        except MalformedData:
            return None
        membership = self._membership
        if decoded is None or not concerns(decoded, membership.household, membership.meter):
            return None
        return decoded

    def _data(self, decoded: Event, event: ChainEvent) -> dict[str, Json]:
        return {
            "contract": self._membership.community.contracts.name_of(event.log.address),
            "event": type(decoded).__name__.removesuffix("Event"),
            "arguments": arguments(decoded),
            "block": event.log.block_number,
            "transaction": f"0x{event.log.transaction_hash.hex()}",
            "slot": slot_of(decoded),
        }


def _logged(event: ChainEvent) -> LoggedEvent:
    log = event.log
    return LoggedEvent(
        id=event.id,
        block=log.block_number,
        place=log.index,
        at=event.at,
        contract=log.address,
        topics=tuple(log.topics),
        data=log.data,
    )
