"""The one coordinator of a household: fed by the bridge's WebSocket, by a slow poll where that cannot be had."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing
from random import uniform
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .client import BridgeClient
from .const import API_VERSION, CONF_INTERVAL, DEFAULT_INTERVAL, DOMAIN, POLL_INTERVAL
from .counters import HighWater
from .devices import Devices
from .document import Document, merge
from .errors import BridgeError, CertificateChanged, InvalidAnswer, Unauthorized
from .feed import SIGNAL_EVENT, BridgeEvent, EventFeed
from .issues import Issues
from .market_client import MarketClient
from .models import House
from .setpoints import SETPOINT, Setpoints

_LOGGER = logging.getLogger(__name__)

SHORTEST_PUBLISH_INTERVAL = 0.05
"""s. A bridge that sends faster than this changes Home Assistant's states no faster."""
LONGEST_PAUSE = 30.0
BRIDGE_LOST = "bridge_lost"
BRIDGE_RESTORED = "bridge_restored"
_STABLE_AFTER = 60.0
"""s. A connection that held this long counts as good: the next attempt after its loss comes at once."""

type DemsConfigEntry = ConfigEntry[DemsCoordinator]


def pause(attempt: int) -> float:
    """Return how long to wait before the next attempt, s: doubled each time, with jitter, at most half a minute."""
    return min(LONGEST_PAUSE, 2.0 ** min(attempt, 10)) * uniform(0.5, 1.0)  # noqa: S311 - not for secrecy


class DemsCoordinator(DataUpdateCoordinator[House]):
    """Holds the house's state and keeps devices and issues in step with it."""

    config_entry: DemsConfigEntry

    def __init__(self, hass: HomeAssistant, entry: DemsConfigEntry, client: BridgeClient) -> None:
        """Take the entry and the client of its bridge."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} ({entry.title})",
            update_interval=POLL_INTERVAL,
            always_update=False,
        )
        self.client = client
        self.market = MarketClient(client)
        self.bridge_id = entry.unique_id or entry.entry_id
        self.devices = Devices(hass, entry.entry_id, self.bridge_id)
        self.issues = Issues(hass, entry)
        self.events = EventFeed(hass, entry.entry_id, client)
        self.setpoints: Setpoints | None = None
        """The way to a battery that Home Assistant steers, None where the bridge steers it itself."""
        self._counters = HighWater()
        self._document: Document = {}
        self._published_at = 0.0
        self._was_reached = True
        self._waiting: asyncio.TimerHandle | None = None
        self._unpublished: House | None = None

    @override
    async def _async_update_data(self) -> House:
        """Fetch the whole state: at set-up, and while the WebSocket cannot be had."""
        try:
            await self.client.info()
            self._document = await self.client.state()
            house = self._read(self._document)
        except (Unauthorized, CertificateChanged) as error:
            self.issues.connection_failed(error)
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN,
                translation_key="certificate_changed"
                if isinstance(error, CertificateChanged)
                else "token_refused",
            ) from error
        except BridgeError as error:
            self.issues.connection_failed(error)
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="update_failed",
                translation_placeholders={"error": str(error)},
            ) from error
        self._keep_in_step(house)
        return house

    async def follow(self) -> None:
        """Follow the bridge's WebSocket, connecting again whenever it breaks. Runs until it is cancelled.

        Ends by itself only when the bridge has revoked the token: then nothing helps but pairing again.
        """
        attempt = 0
        interval = int(self.config_entry.options.get(CONF_INTERVAL, DEFAULT_INTERVAL))
        while True:
            began = self.hass.loop.time()
            try:
                await self.events.begin()
                async with aclosing(self.client.messages(interval, self.events.after)) as messages:
                    async for message in messages:
                        self._take(message)
            except BridgeError as error:
                self.logger.debug("The WebSocket broke: %s", error)
            except Exception:
                # A fault of our own must not leave the house with stale values and nobody who looks after them.
                self.logger.exception("Unexpected error while following the bridge")
            self._forget_waiting()
            if self.hass.loop.time() - began > _STABLE_AFTER:
                attempt = 0
            self.update_interval = POLL_INTERVAL
            await self.async_refresh()
            self._tell_whether_reached(self.last_update_success)
            if self._is_token_refused():
                return
            await asyncio.sleep(pause(attempt))
            attempt += 1

    @callback
    def apply(self, change: Mapping[str, Any]) -> None:
        """Show what the bridge answered to a person's wish. Raises InvalidAnswer.

        Not while the WebSocket lives: it brings the same at once, and its changes build on what it sent before.
        """
        document = merge(self._document, change)
        house = self._read(document)
        if not self.is_live:
            self._document = document
            self._publish(house)

    @property
    def is_live(self) -> bool:
        """Whether the WebSocket is there."""
        return self.update_interval is None

    @callback
    def forget(self) -> None:
        """Stop what would still happen later; called when the entry is unloaded."""
        self._forget_waiting()
        self.issues.clear()

    def _is_token_refused(self) -> bool:
        error = self.last_exception
        return (
            not self.last_update_success and error is not None and isinstance(error.__cause__, Unauthorized)
        )

    def _take(self, message: Mapping[str, Any]) -> None:
        """Take one message. Raises InvalidAnswer, or WrongVersion for a snapshot of another version."""
        kind, state = message.get("type"), message.get("state")
        if kind == "event":
            # Who acts on an event looks at the state that came before it.
            if self._unpublished is not None:
                self._publish(self._unpublished)
            self.events.take(message)
            return
        if kind == SETPOINT:
            if self.setpoints is not None:
                self.setpoints.take(message)
            return
        if kind not in ("snapshot", "change") or not isinstance(state, dict):
            raise InvalidAnswer(f"a snapshot, a change or an event was expected, not {str(kind)[:40]}")
        if kind == "snapshot":
            if message.get("api") != API_VERSION:
                raise InvalidAnswer("the snapshot is of another version of the API")
            self._document = merge({}, state)
            house = self._read(self._document)
            self._go_live()
            self._publish(house)
            self._tell_whether_reached(True)
            self.events.connected(message.get("event_id"))
            if self.setpoints is not None:
                self.setpoints.connected()
        else:
            self._document = merge(self._document, state)
            self._publish_soon(self._read(self._document))

    def _go_live(self) -> None:
        """The WebSocket is there: no polls from now on."""
        self.update_interval = None
        if not self.last_update_success:
            self.logger.info("The connection to %s is restored", self.name)

    def _tell_whether_reached(self, is_reached: bool) -> None:
        """Tell automations that the bridge is lost or back. A WebSocket that merely breaks is neither."""
        if is_reached is self._was_reached:
            return
        self._was_reached = is_reached
        kind = BRIDGE_RESTORED if is_reached else BRIDGE_LOST
        async_dispatcher_send(
            self.hass, SIGNAL_EVENT, self.config_entry.entry_id, BridgeEvent.of_home_assistant(kind)
        )

    def _publish_soon(self, house: House) -> None:
        """Publish now, or as soon as the last time is long enough ago: a flood is thinned out, its end is kept."""
        self._forget_waiting()
        due = self._published_at + SHORTEST_PUBLISH_INTERVAL
        if self.hass.loop.time() >= due:
            self._publish(house)
        else:
            self._unpublished = house
            self._waiting = self.hass.loop.call_at(due, self._publish, house)

    def _publish(self, house: House) -> None:
        """Hand a state to devices, issues and entities."""
        self._forget_waiting()
        self._published_at = self.hass.loop.time()
        self._keep_in_step(house)
        self.async_set_updated_data(house)

    def _read(self, document: Document) -> House:
        return self._counters.hold(House.read(document))

    def _keep_in_step(self, house: House) -> None:
        self.devices.update(house)
        self.issues.connected(house)

    def _forget_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._unpublished = None
