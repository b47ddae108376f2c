"""The HTTPS server: routes, middleware, connections."""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from dems_protocol.slots import SlotGrid
from openems_bridge.api.bodies import BODY_LIMIT
from openems_bridge.api.clients import Clients
from openems_bridge.api.connections import ConnectionLimit
from openems_bridge.api.dispatch_routes import DispatchRoutes
from openems_bridge.api.feed import StateFeed
from openems_bridge.api.middleware import problems_middleware, token_middleware
from openems_bridge.api.pairing import PairingDesk
from openems_bridge.api.pairing_routes import PairingRoutes
from openems_bridge.api.ports import Archive, Diagnostics, PushedReadings, Steering
from openems_bridge.api.public_routes import PublicRoutes
from openems_bridge.api.readings_routes import ReadingRoutes
from openems_bridge.api.state_routes import StateRoutes
from openems_bridge.api.websocket import WebSocketRoutes
from openems_bridge.clock import Clock
from openems_bridge.house_state import Identity

IDLE_SECONDS = 20.0
"""After so long without a complete request a connection is closed: that also ends a slow loris."""
HANDSHAKE_SECONDS = 10.0
SHUTDOWN_SECONDS = 3.0
LINGERING_SECONDS = 0.5
"""So long the rest of a refused body is read, so that the client sees the answer."""
_LOGGER = logging.getLogger(__name__)


class PortTaken(Exception):
    """The server's port cannot be had. The text says which, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """What the API serves."""

    identity: Identity
    grid: SlotGrid
    clock: Clock
    desk: PairingDesk
    clients: Clients
    feed: StateFeed
    steering: Steering
    archive: Archive
    diagnostics: Diagnostics
    pushed: PushedReadings | None = None


def api_routes(parts: ApiParts) -> list[web.RouteDef]:
    """Return every route of the API."""
    return [
        *PublicRoutes(parts.identity, parts.desk, parts.diagnostics).table(),
        *PairingRoutes(parts.identity, parts.desk, parts.clients, parts.feed).table(),
        *StateRoutes(parts.feed, parts.diagnostics).table(),
        *WebSocketRoutes(parts.feed, parts.archive, parts.clock).table(),
        *DispatchRoutes(parts.steering).table(),
        *ReadingRoutes(parts.grid, parts.archive, parts.pushed).table(),
    ]


def api_application(routes: Sequence[web.RouteDef], clients: Clients) -> web.Application:
    """Return the application: routes behind the token, errors as problem documents."""
    application = web.Application(
        client_max_size=BODY_LIMIT, middlewares=[problems_middleware, token_middleware(clients)]
    )
    application.on_response_prepare.append(_set_headers)
    application.add_routes(routes)
    return application


class ApiServer:
    """The running server. ``idle_seconds`` is for tests."""

    def __init__(
        self,
        application: web.Application,
        tls: ssl.SSLContext,
        feed: StateFeed,
        *,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._tls = tls
        self._feed = feed
        self._runner = web.AppRunner(
            application,
            access_log=None,
            keepalive_timeout=idle_seconds,
            shutdown_timeout=SHUTDOWN_SECONDS,
            lingering_time=LINGERING_SECONDS,
        )
        self._server: asyncio.Server | None = None

    async def start(self, host: str | None, port: int) -> int:
        """Listen, and return the real port. ``host`` None is every interface. Raises PortTaken."""
        await self._runner.setup()
        web_server = self._runner.server
        assert web_server is not None  # noqa: S101
        limit = ConnectionLimit(web_server)
        try:
            self._server = await asyncio.get_running_loop().create_server(
                limit.protocol,
                host,
                port,
                ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
                reuse_address=True,
            )
        except OSError as error:
            await self._runner.cleanup()
            raise PortTaken(
                f"Cannot listen on {host or 'every interface'}, port {port} ({error.strerror}). Is another bridge "
                "running? Otherwise choose another api.port or api.host."
            ) from error
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """End every WebSocket, finish what is being answered, close."""
        if self._server is not None:
            self._server.close()
        self._feed.close()
        await self._runner.cleanup()


async def _set_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "dems"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
