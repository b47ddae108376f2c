"""The bridge's events on their way to whoever waits for them: each once, in order, across lost connections."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, Self

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client import BridgeClient
from .const import DOMAIN
from .document import Reader
from .errors import BridgeError, BridgeProblem, InvalidAnswer

_LOGGER = logging.getLogger(__name__)

STORAGE_VERSION: Final = 1
SAVE_DELAY: Final = 10.0
"""s. The bridge keeps at once what was acknowledged; our own note may be older."""
MOST_WAITING: Final = 20_000
"""More than the bridge keeps for its seven days."""
OLDEST: Final = timedelta(days=7)
LATE_AFTER: Final = 30.0
"""s. What is handed out this long after it happened is late, where Home Assistant or the connection is the cause."""
AT_ONCE: Final = 20
"""How many events are acknowledged and handed out together: few, so that Home Assistant's loop is never held up."""
RETRY: Final = 10.0
"""s between attempts to acknowledge, unless the connection is back before."""

SIGNAL_EVENT: Final = f"{DOMAIN}_event"
"""Dispatched with the id of the config entry and the event, after the entities have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeEvent:
    """Something that happened at the bridge: ``id`` grows, ``at`` is when it happened.

    What only Home Assistant can tell, that the bridge is lost, has the id 0.
    """

    id: int
    at: datetime | None
    kind: str
    data: Mapping[str, Any]
    late: bool = False
    """Whether Home Assistant was away, or had no connection, when it happened."""

    @property
    def slot(self) -> int | None:
        """The slot that the event is about, None if it is about none."""
        slot = self.data.get("slot")
        return slot if type(slot) is int else None

    @classmethod
    def of_home_assistant(cls, kind: str) -> Self:
        """Return an event that Home Assistant tells of itself, now."""
        return cls(id=0, at=dt_util.utcnow(), kind=kind, data={})

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> Self:
        """Read a message of the type ``event``. Raises InvalidAnswer."""
        values = Reader("event", message)
        data = message.get("data")
        return cls(
            id=values.required_integer("id"),
            at=values.moment("at"),
            kind=values.required_text("event"),
            data=data if isinstance(data, dict) else {},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """An event that was not handed out yet."""

    event: BridgeEvent
    received_at: float
    """Seconds of the loop."""
    is_replayed: bool
    """Whether it is of the bridge's store: it happened before this connection."""


type Listener = Callable[[BridgeEvent], None]


class EventFeed:
    """Takes events from the WebSocket and hands them to the listeners once Home Assistant has started.

    Automations are armed when Home Assistant has started; what happened before waits until then. Each event is
    acknowledged at the bridge before it is handed out, so that nothing is handed out twice, not even where Home
    Assistant crashed or was restored from a backup: rather is an event lost in a crash than acted on a second time.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, client: BridgeClient) -> None:
        """Serve one config entry, whose bridge the client asks."""
        self._hass = hass
        self._entry_id = entry_id
        self._client = client
        self._store = _store(hass, entry_id)
        self._received: int | None = None
        self._handed_out: int | None = None
        self._has_asked = False
        self._is_kept_by_bridge = True
        self._live_after = 0
        self._waiting: deque[_Waiting] = deque(maxlen=MOST_WAITING)
        self._wake = asyncio.Event()
        self._listeners: list[Listener] = []

    @property
    def after(self) -> int | None:
        """The id after which events are wanted, None where only new ones are."""
        return self._received

    async def load(self) -> None:
        """Read which event was handed out last."""
        stored = await self._store.async_load()
        last = stored.get("last") if stored else None
        if isinstance(last, int):
            self._received = self._handed_out = last

    async def begin(self) -> None:
        """Ask the bridge once which event it was told that we have; go on after it. Raises BridgeError."""
        if self._has_asked:
            return
        try:
            last = await self._client.acknowledged()
        except BridgeProblem as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            # A bridge of the former version: our own storage has to do.
            last, self._is_kept_by_bridge = None, False
        self._has_asked = True
        if last is not None and (self._received is None or self._received < last):
            self._received = self._handed_out = last

    @callback
    def connected(self, last_id: object) -> None:
        """Take the id of the bridge's newest event, which a snapshot names.

        It is where we begin the first time, and where a bridge began anew that has had fewer events than we have seen.
        """
        if type(last_id) is not int:
            return
        self._live_after = last_id
        if self._received is None or last_id < self._received:
            self._received = self._handed_out = last_id
            self._save()
        self._wake.set()

    @callback
    def take(self, message: Mapping[str, Any]) -> None:
        """Take an event, unless it is here already. One that cannot be read is logged and left out."""
        try:
            event = BridgeEvent.read(message)
        except InvalidAnswer as error:
            _LOGGER.warning("The bridge sent an event that cannot be read, it is left out: %s", error)
            return
        if self._received is not None and event.id <= self._received:
            return
        self._received = event.id
        self._waiting.append(
            _Waiting(
                event=event, received_at=self._hass.loop.time(), is_replayed=event.id <= self._live_after
            )
        )
        self._wake.set()

    @callback
    def subscribe(self, listener: Listener) -> CALLBACK_TYPE:
        """Hand every event to a listener from now on; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def run(self) -> None:
        """Hand events out, oldest first, from the start of Home Assistant on, until cancelled."""
        started = asyncio.Event()

        @callback
        def at_started(hass: HomeAssistant) -> None:
            started.set()

        forget = async_at_started(self._hass, at_started)
        try:
            await started.wait()
        finally:
            forget()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                together = [self._waiting[place] for place in range(min(AT_ONCE, len(self._waiting)))]
                if await self._acknowledge(together[-1].event.id):
                    self._hand_out_all(together)
                    await asyncio.sleep(0)
                else:
                    await self._wait_for_connection()

    async def save(self) -> None:
        """Keep for good what was handed out, where anything was."""
        if self._handed_out is not None:
            await self._store.async_save({"last": self._handed_out})

    async def _acknowledge(self, event_id: int) -> bool:
        """Have it kept that the events up to this one are ours; False where that must be tried again."""
        if not self._is_kept_by_bridge:
            await self._store.async_save({"last": event_id})
            return True
        try:
            await self._client.acknowledge(event_id)
        except BridgeProblem as error:
            if error.status == HTTPStatus.UNPROCESSABLE_ENTITY:
                # A bridge that began anew has had fewer events: it will not tell this one again.
                return True
            _LOGGER.debug("The bridge did not take the acknowledgement: %s", error)
            return False
        except BridgeError as error:
            _LOGGER.debug("Not acknowledged, so not handed out yet: %s", error)
            return False
        return True

    async def _wait_for_connection(self) -> None:
        try:
            async with asyncio.timeout(RETRY):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()
        # A flood of events must not become a flood of attempts.
        await asyncio.sleep(RETRY / 100)

    def _hand_out_all(self, together: list[_Waiting]) -> None:
        for waiting in together:
            if self._waiting and self._waiting[0] is waiting:
                self._waiting.popleft()
            self._handed_out = waiting.event.id
            age = self._age(waiting)
            if age <= OLDEST.total_seconds():
                self._hand_out(replace(waiting.event, late=age > LATE_AFTER))
        if self._is_kept_by_bridge:
            self._save()

    def _age(self, waiting: _Waiting) -> float:
        """Return how late an event is, s. The bridge's clock counts for what is replayed only: it may be wrong."""
        waited = self._hass.loop.time() - waiting.received_at
        if not waiting.is_replayed or waiting.event.at is None:
            return waited
        return max(waited, (dt_util.utcnow() - waiting.event.at).total_seconds())

    def _hand_out(self, event: BridgeEvent) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                # One listener's fault must not keep the event from the others, nor end the feed.
                _LOGGER.exception("Unexpected error while handling the event %s", event.kind)
        async_dispatcher_send(self._hass, SIGNAL_EVENT, self._entry_id, event)

    def _save(self) -> None:
        self._store.async_delay_save(lambda: {"last": self._handed_out or 0}, SAVE_DELAY)


async def forget(hass: HomeAssistant, entry_id: str) -> None:
    """Remove what was kept: the household is removed."""
    await _store(hass, entry_id).async_remove()


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, int]]:
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}.events", private=True)
