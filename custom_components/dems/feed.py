"""The bridge's events on their way to whoever waits for them: each once, in order, across lost connections."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .document import Reader
from .errors import InvalidAnswer

_LOGGER = logging.getLogger(__name__)

STORAGE_VERSION: Final = 1
SAVE_DELAY: Final = 10.0
"""s. After a crash of Home Assistant's the events of the last seconds come again, none is lost."""
MOST_WAITING: Final = 20_000
"""More than the bridge keeps for its seven days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeEvent:
    """Something that happened at the bridge: ``id`` grows, ``at`` is when it happened."""

    id: int
    at: datetime | None
    kind: str
    data: Mapping[str, Any]

    @property
    def slot(self) -> int | None:
        """The slot that the event is about, None if it is about none."""
        slot = self.data.get("slot")
        return slot if type(slot) is int else None

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


type Listener = Callable[[BridgeEvent], None]


class EventFeed:
    """Takes events from the WebSocket and hands them to the listeners once Home Assistant has started.

    Automations are armed when Home Assistant has started; what happened before waits until then. Which event was
    handed out last is kept in Home Assistant's storage.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Serve one config entry."""
        self._hass = hass
        self._store: Store[dict[str, int]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}.events", private=True
        )
        self._received: int | None = None
        self._handed_out: int | None = None
        self._waiting: deque[BridgeEvent] = deque(maxlen=MOST_WAITING)
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

    @callback
    def connected(self, last_id: object) -> None:
        """Take the id of the bridge's newest event, which a snapshot names.

        It is where we begin the first time, and where a bridge began anew that has had fewer events than we have seen.
        """
        if type(last_id) is int and (self._received is None or last_id < self._received):
            self._received = self._handed_out = last_id
            self._save()

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
        self._waiting.append(event)
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
                self._hand_out(self._waiting.popleft())
                await asyncio.sleep(0)

    async def save(self) -> None:
        """Keep for good what was handed out, where anything was."""
        if self._handed_out is not None:
            await self._store.async_save({"last": self._handed_out})

    async def forget(self) -> None:
        """Remove what was kept: the household is removed."""
        await self._store.async_remove()

    def _hand_out(self, event: BridgeEvent) -> None:
        self._handed_out = event.id
        self._save()
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                # One listener's fault must not keep the event from the others, nor end the feed.
                _LOGGER.exception("Unexpected error while handling the event %s", event.kind)

    def _save(self) -> None:
        self._store.async_delay_save(lambda: {"last": self._handed_out or 0}, SAVE_DELAY)
