"""What the watcher delivers becomes what the operator knows: logs in the store, the registry in memory."""

import asyncio
import sqlite3

from community.chain.registry import SCOPE, Registry
from community.store import chain_events, slots
from dems_node.chain.events import ChainEvent
from dems_node.chain.watcher import News
from dems_node.database.database import Database
from dems_protocol.contracts.abi import Event


class ChainFollower:
    """A consumer of the watcher's events; ``heard`` is its ``on_news``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._history: list[tuple[str, Event]] = []
        self._registry = Registry()
        self._news = asyncio.Event()

    @property
    def registry(self) -> Registry:
        """The registry as the chain tells it by now."""
        return self._registry

    async def start(self) -> None:
        """Take up what is stored. Raises StoreError."""
        self._history = await self._database.run(chain_events.of_registry)
        self._registry = Registry(event for _, event in self._history)

    def apply(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Keep an event; runs in the watcher's transaction."""
        slot = chain_events.keep(connection, event)
        if slot is not None:
            slots.reopen(connection, slot)

    def undo(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Take an event back whose block is no longer part of the chain; runs in the watcher's transaction."""
        slot = chain_events.take_back(connection, event)
        if slot is not None:
            slots.reopen(connection, slot)

    def heard(self, news: News) -> None:
        """Follow, in memory, what was stored just now."""
        gone = {event.id for event in news.undone}
        if gone:
            self._history = [(event_id, event) for event_id, event in self._history if event_id not in gone]
            self._registry = Registry(event for _, event in self._history)
        for found in news.applied:
            event = chain_events.decode(found.log.topics, found.log.data)
            if isinstance(event, SCOPE):
                self._history.append((found.id, event))
                self._registry.apply(event)
        self._news.set()

    async def wait_for_news(self, timeout: float) -> None:  # noqa: ASYNC109 - the pause of a loop
        """Return when something happened on chain, or after ``timeout`` s."""
        try:
            async with asyncio.timeout(timeout):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()
