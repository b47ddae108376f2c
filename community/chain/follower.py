"""What the watcher delivers becomes what the operator knows: logs in the store, the registry in memory."""

import asyncio
import sqlite3

from community.chain.registry import SCOPE, Registry
from community.market import announcements
from community.market.announcements import Announcements
from community.store import chain_events, market, slots
from community.store.chain_events import Belonging
from dems_node.chain.events import ChainEvent
from dems_node.chain.watcher import News
from dems_node.database.database import Database
from dems_protocol.contracts.abi import Event


class ChainFollower:
    """A consumer of the watcher's events; ``heard`` is its ``on_news``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._history: list[tuple[str, Event]] = []
        self._announced: list[tuple[str, Event]] = []
        self._registry = Registry()
        self._announcements = Announcements()
        self._news = asyncio.Event()

    @property
    def registry(self) -> Registry:
        """The registry as the chain tells it by now."""
        return self._registry

    @property
    def announcements(self) -> Announcements:
        """What the chain announces for the market by now."""
        return self._announcements

    async def start(self) -> None:
        """Take up what is stored. Raises StoreError."""
        self._history = await self._database.run(chain_events.of_registry)
        self._announced = await self._database.run(chain_events.of_announcements)
        self._begin_anew()

    def apply(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Keep an event; runs in the watcher's transaction."""
        _look_again(connection, chain_events.keep(connection, event))

    def undo(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        """Take an event back whose block is no longer part of the chain; runs in the watcher's transaction."""
        _look_again(connection, chain_events.take_back(connection, event))

    def heard(self, news: News) -> None:
        """Follow, in memory, what was stored just now."""
        gone = {event.id for event in news.undone}
        if gone:
            self._history = _without(self._history, gone)
            self._announced = _without(self._announced, gone)
            self._begin_anew()
        for found in news.applied:
            event = chain_events.decode(found.log.topics, found.log.data)
            if isinstance(event, SCOPE):
                self._history.append((found.id, event))
                self._registry.apply(event)
            elif isinstance(event, announcements.SCOPE):
                self._announced.append((found.id, event))
                self._announcements.apply(event)
        self._news.set()

    async def wait_for_news(self, timeout: float) -> None:  # noqa: ASYNC109 - the pause of a loop
        """Return when something happened on chain, or after ``timeout`` s."""
        try:
            async with asyncio.timeout(timeout):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    def _begin_anew(self) -> None:
        self._registry = Registry(event for _, event in self._history)
        self._announcements = Announcements(event for _, event in self._announced)


def _look_again(connection: sqlite3.Connection, belonging: Belonging | None) -> None:
    if belonging is None or belonging.slot is None:
        return
    if belonging.scope == chain_events.MARKET:
        market.reopen(connection, belonging.slot)
    else:
        slots.reopen(connection, belonging.slot)


def _without(history: list[tuple[str, Event]], gone: set[str]) -> list[tuple[str, Event]]:
    return [(event_id, event) for event_id, event in history if event_id not in gone]
