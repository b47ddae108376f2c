"""What the watcher delivers becomes what the operator knows: logs in the store, the registry in memory."""

import asyncio
import sqlite3

from community.chain.registry import Registry
from community.store import chain_events, slots
from dems_node.chain.values import Log
from dems_node.database.database import Database


class ChainFollower:
    """Keeps the community's events and the registry that follows from them. Events come in order, each once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._registry = Registry()
        self._news = asyncio.Event()

    @property
    def registry(self) -> Registry:
        """The registry as the chain tells it by now."""
        return self._registry

    async def start(self) -> None:
        """Take up what is stored."""
        self._registry = await self._database.run(
            lambda connection: Registry(chain_events.of_registry(connection))
        )

    async def happened(self, event_id: str, log: Log) -> None:
        """Take in one log. Raises StoreError: then it has to be delivered again."""
        event = await self._database.run(chain_events.keep, event_id, log)
        if event is not None:
            self._registry.apply(event)
            self._news.set()

    async def undone(self, event_id: str) -> None:
        """Take back one log whose block is no longer part of the chain. Raises StoreError."""
        await self._database.run(_take_back, event_id)
        await self.start()
        self._news.set()

    async def wait_for_news(self, timeout: float) -> None:  # noqa: ASYNC109 - the pause of a loop
        """Return when something happened on chain, or after ``timeout`` s."""
        try:
            async with asyncio.timeout(timeout):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()


def _take_back(connection: sqlite3.Connection, event_id: str) -> None:
    slot = chain_events.take_back(connection, event_id)
    if slot is not None:
        slots.reopen(connection, slot)
