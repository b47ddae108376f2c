"""What the watcher delivers becomes what this bridge knows, and what its clients are told: each event once, in order."""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from dems_node.database.database import Database
from dems_node.json_types import Json
from dems_protocol.contracts import decode_event
from dems_protocol.contracts.abi import Event, MalformedData
from dems_protocol.contracts.certificates import CertificatesIssuedEvent
from dems_protocol.contracts.community_registry import SealingKeyChangedEvent
from dems_protocol.contracts.meter_ledger import StatementVoidedEvent
from openems_bridge.ledger import chain_events
from openems_bridge.ledger.chain_events import LoggedEvent, arguments, concerns, slot_of
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.store import events as told_events
from openems_bridge.store.events import Event as ToldEvent

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient
    from dems_node.chain.values import Log


class EventFollower:
    """Takes in the events of the community's contracts that concern this household.

    ``announce`` tells the API's clients what was stored for them; ``touched`` hears of each slot that an event is of.
    """

    def __init__(
        self,
        *,
        membership: Membership,
        client: ChainClient,
        database: Database,
        announce: Callable[[ToldEvent], None],
        touched: Callable[[int | None], None],
        sealing_key_changed: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        self._membership = membership
        self._client = client
        self._database = database
        self._announce = announce
        self._touched = touched
        self._sealing_key_changed = sealing_key_changed
        self._now = now

    async def happened(self, event_id: str, log: Log) -> None:
        """Take in one log. Raises StoreError and ChainError: then it has to be delivered again."""
        event = _decoded(log)
        if event is None or not concerns(event, self._membership.household, self._membership.meter):
            return
        logged = LoggedEvent(
            id=event_id,
            block=log.block_number,
            place=log.index,
            at=await self._time_of(log) if isinstance(event, StatementVoidedEvent) else None,
            contract=_address(log.address),
            topics=tuple(log.topics),
            data=log.data,
        )
        data = self._data(event, logged, log)
        told = await self._database.run(_take_in, logged, event, data, self._now())
        for one in told:
            self._announce(one)
        if isinstance(event, SealingKeyChangedEvent):
            self._sealing_key_changed()
        self._touched(slot_of(event))

    async def undone(self, event_id: str) -> None:
        """Take back one log whose block is no longer part of the chain. Raises StoreError."""
        self._touched(await self._database.run(chain_events.forget, event_id))

    async def _time_of(self, log: Log) -> int | None:
        block = await self._client.block(log.block_number)
        return None if block is None else block.timestamp

    def _data(self, event: Event, logged: LoggedEvent, log: Log) -> dict[str, Json]:
        return {
            "contract": self._membership.community.contracts.name_of(logged.contract),
            "event": _name(event),
            "arguments": arguments(event),
            "block": logged.block,
            "transaction": f"0x{log.transaction_hash.hex()}",
            "slot": slot_of(event),
        }


def _take_in(
    connection: sqlite3.Connection, logged: LoggedEvent, event: Event, data: dict[str, Json], now: float
) -> list[ToldEvent]:
    """Write an event and, if it is new, what clients are told of it: both or neither."""
    if not chain_events.keep(connection, logged, type(event).__name__, slot_of(event)):
        return []
    kinds = ["chain_event"]
    if isinstance(event, CertificatesIssuedEvent):
        kinds.append("certificates_issued")
    told = []
    for kind in kinds:
        identifier = told_events.append(connection, now, kind, data)
        told.append(ToldEvent(id=identifier, at=now, kind=kind, data=data))
    return told


def _decoded(log: Log) -> Event | None:
    try:
        return decode_event(log.topics, log.data)
    except MalformedData:
        return None


def _name(event: Event) -> str:
    return type(event).__name__.removesuffix("Event")


def _address(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else bytes.fromhex(value.removeprefix("0x"))
