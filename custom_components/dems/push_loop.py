"""Tells the bridge something that Home Assistant knows, whenever it changes, for as long as the household is loaded."""

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

from .errors import BridgeError
from .market_client import MarketClient

_LOGGER = logging.getLogger(__name__)

SHORTEST_PAUSE: Final = 10.0
LONGEST_PAUSE: Final = 900.0


class NothingToTell(Exception):
    """Home Assistant does not know it now; the text says why, for a person."""


class PushLoop(ABC):
    """Looks again every so often and whenever it is woken; tells the bridge what is new, until it has taken it.

    What cannot be found or told is tried again ever more slowly. The log says once that it is so, and once when it is
    right again.
    """

    what: ClassVar[str]
    """What is told, for the log."""
    interval: ClassVar[float]
    """s after which one looks again though nothing woke."""
    repeat: ClassVar[float]
    """s after which the same is told again: the bridge may have been set up anew."""

    def __init__(self, hass: HomeAssistant, client: MarketClient, title: str) -> None:
        """Take whose bridge is told."""
        self._hass = hass
        self._client = client
        self._title = title
        self._woken = asyncio.Event()
        self._told: Any = None
        self._told_at = 0.0
        self._is_failing = False

    @abstractmethod
    async def collect(self) -> Any:
        """Return what is to be told, None for nothing. Raises NothingToTell."""

    @abstractmethod
    async def tell(self, document: Any) -> None:
        """Tell the bridge. Raises BridgeError."""

    @callback
    def wake(self) -> None:
        """Look again soon: something has changed."""
        self._woken.set()

    async def run(self) -> None:
        """Tell until cancelled; not before Home Assistant has started, and so whatever knows what is told."""
        await self._home_assistant_started()
        pause = SHORTEST_PAUSE
        while True:
            self._woken.clear()
            try:
                await self._once()
            except (BridgeError, NothingToTell) as error:
                self._failed(error)
                pause = min(LONGEST_PAUSE, 2 * pause)
                await self._wait(pause)
            else:
                self._succeeded()
                pause = SHORTEST_PAUSE
                await self._wait(self.interval)

    async def _home_assistant_started(self) -> None:
        started = asyncio.Event()

        @callback
        def note(hass: HomeAssistant) -> None:
            started.set()

        forget = async_at_started(self._hass, note)
        try:
            await started.wait()
        finally:
            forget()

    async def _once(self) -> None:
        document = await self.collect()
        now = self._hass.loop.time()
        if document is None or (document == self._told and now - self._told_at < self.repeat):
            return
        await self.tell(document)
        self._told, self._told_at = document, now

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    def _failed(self, error: Exception) -> None:
        if not self._is_failing:
            _LOGGER.warning("%s is not told the %s: %s", self._title, self.what, error)
        self._is_failing = True

    def _succeeded(self) -> None:
        if self._is_failing:
            _LOGGER.info("%s is told the %s again", self._title, self.what)
        self._is_failing = False
