"""The WebSocket: a snapshot, then coalesced changes and events (docs/api.md, WebSocket)."""

import asyncio
import json
import logging
from collections.abc import Mapping

import voluptuous as vol
from aiohttp import WSCloseCode, WSMsgType, web

from dems_node.clock import Clock
from dems_node.https.bodies import read_query, whole_number
from dems_node.https.problems import Problem
from dems_node.json_types import Json, StateDocument
from openems_bridge.api.changes import changes, is_urgent
from openems_bridge.api.feed import StateFeed, Subscription
from openems_bridge.api.middleware import CLIENT
from openems_bridge.api.ports import Archive
from openems_bridge.api.public_routes import API_VERSION
from openems_bridge.store.events import Event

HEARTBEAT_SECONDS = 20.0
SEND_SECONDS = 15.0
SOCKETS_ALLOWED = 16
REPLAY_PAGE = 200
_EARLY = 0.25
"""A cycle of one second that arrives a little early must not wait for the next one."""
_LATE = 0.5
"""What waits goes with the next cycle rather than just before it, so that a cycle's values are not a second old."""
_LOGGER = logging.getLogger(__name__)


class Coalescer:
    """Decides what a client is sent and when: measurements at its interval, everything else at once. Pure."""

    def __init__(self, state: StateDocument, interval: float, now: float) -> None:
        self._sent = state
        self._interval = interval
        self._sent_at = now

    def offer(self, state: StateDocument, now: float) -> tuple[StateDocument, float | None]:
        """Return the change to send now (may be empty), and after how many seconds to ask again (None: at news)."""
        change = changes(self._sent, state)
        if not change:
            return {}, None
        wait = self._sent_at + self._interval - now
        if wait > _EARLY and not is_urgent(self._sent, change):
            return {}, wait + _LATE
        self._sent = state
        self._sent_at = now
        return change, None


class WebSocketRoutes:
    """``/v1/ws``."""

    def __init__(self, feed: StateFeed, archive: Archive, clock: Clock) -> None:
        self._feed = feed
        self._archive = archive
        self._clock = clock

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/v1/ws", self._serve)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        query = read_query(request, _QUERY)
        if self._feed.subscribers >= SOCKETS_ALLOWED:
            raise Problem(
                429,
                "too-many-sockets",
                "Too many WebSockets",
                f"At most {SOCKETS_ALLOWED} may be open at once.",
            )
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=4096, timeout=5)
        if not socket.can_prepare(request).ok:
            raise Problem(
                426, "not-a-websocket", "Not a WebSocket", "Ask for an upgrade to a WebSocket here."
            )
        subscription = self._feed.subscribe(request[CLIENT].id)
        try:
            await socket.prepare(request)
            writer = asyncio.create_task(
                self._write(request, socket, subscription, query), name="websocket writer"
            )
            try:
                await _read_until_closed(socket)
            finally:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)
        finally:
            self._feed.unsubscribe(subscription)
        return socket

    async def _write(
        self,
        request: web.Request,
        socket: web.WebSocketResponse,
        subscription: Subscription,
        query: Mapping[str, int],
    ) -> None:
        try:
            await self._tell(socket, subscription, query)
            code = WSCloseCode.TRY_AGAIN_LATER if subscription.overflowed else WSCloseCode.GOING_AWAY
            async with asyncio.timeout(SEND_SECONDS):
                await socket.close(code=code)
        except TimeoutError:
            _LOGGER.info("A client does not read what it is sent; its WebSocket is closed")
            _abort(request)
        except ConnectionError:
            _LOGGER.debug("A client's WebSocket broke")
        except Exception:
            _LOGGER.exception("A WebSocket ends because of an unexpected error")
            _abort(request)

    async def _tell(
        self, socket: web.WebSocketResponse, subscription: Subscription, query: Mapping[str, int]
    ) -> None:
        state = subscription.state
        coalescer = Coalescer(state, query["interval"], self._clock.monotonic())
        first_live = subscription.last_event_id
        await self._send(
            socket, {"type": "snapshot", "api": API_VERSION, "state": state, "event_id": first_live}
        )
        if "after" in query:
            await self._replay(socket, query["after"], first_live)
        while not subscription.closed and not subscription.overflowed:
            subscription.wake.clear()
            while subscription.messages:
                await self._send(socket, subscription.messages.popleft())
            change, wait = coalescer.offer(subscription.state, self._clock.monotonic())
            if change:
                await self._send(socket, {"type": "change", "state": change})
            while subscription.events:
                await self._send(socket, _event_message(subscription.events.popleft()))
            try:
                async with asyncio.timeout(wait):
                    await subscription.wake.wait()
            except TimeoutError:
                continue

    async def _replay(self, socket: web.WebSocketResponse, after: int, last: int) -> None:
        while after < last:
            page = await self._archive.events_after(after, REPLAY_PAGE)
            for event in page:
                if event.id > last:
                    return
                await self._send(socket, _event_message(event))
            if len(page) < REPLAY_PAGE:
                return
            after = page[-1].id

    async def _send(self, socket: web.WebSocketResponse, message: Mapping[str, Json]) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await socket.send_str(json.dumps(message, separators=(",", ":")))


def _event_message(event: Event) -> dict[str, Json]:
    return {"type": "event", "id": event.id, "at": event.at, "event": event.kind, "data": event.data}


async def _read_until_closed(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"nothing is read here")


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _parameter(low: int, high: int) -> vol.All:
    return vol.All(
        vol.Match(r"^[0-9]{1,15}$", msg="expected a whole number"), vol.Coerce(int), whole_number(low, high)
    )


_QUERY = vol.Schema(
    {
        vol.Optional("interval", default="10"): _parameter(1, 60),
        vol.Optional("after"): _parameter(0, 2**53),
    }
)
