"""Events for clients: stored with a growing id, then announced, in order."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from dems_node.json_types import Section
from openems_bridge.store import events
from openems_bridge.store.events import Event

EVENTS_WAITING = 1000
LONGEST_PAUSE_SECONDS = 60.0
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Unstored:
    at: float
    kind: str
    data: Section


class EventLog:
    """Takes events at any time (``happened``); the task that runs ``run`` stores and announces them.

    While the store fails they wait in memory, the oldest dropped above a bound.
    """

    def __init__(self, database: Database, clock: Clock, announce: Callable[[Event], None]) -> None:
        self._database = database
        self._clock = clock
        self._announce = announce
        self._waiting: deque[_Unstored] = deque(maxlen=EVENTS_WAITING)
        self._wake = asyncio.Event()

    def happened(self, kind: str, data: Section) -> None:
        """Take an event of this moment."""
        self._waiting.append(_Unstored(self._clock.utc(), kind, dict(data)))
        self._wake.set()

    async def run(self) -> None:
        """Store and announce until cancelled."""
        pause = 1.0
        while True:
            self._wake.clear()
            if await self._store_all():
                pause = 1.0
                await self._wake.wait()
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def close(self) -> None:
        """Store what waits, if the store works."""
        await self._store_all()

    async def _store_all(self) -> bool:
        while self._waiting:
            event = self._waiting[0]
            try:
                event_id = await self._database.run(events.append, event.at, event.kind, event.data)
            except StoreError as error:
                _LOGGER.debug("Event %s waits for the store: %s", event.kind, error)
                return False
            if self._waiting and self._waiting[0] is event:
                self._waiting.popleft()
            self._announce(Event(id=event_id, at=event.at, kind=event.kind, data=event.data))
        return True
