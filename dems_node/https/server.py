"""The HTTPS server: TLS, bounded connections, time-outs."""

import asyncio
import ssl
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Middleware

from dems_node.https.connections import CONNECTIONS_ALLOWED, CONNECTIONS_PER_PEER, ConnectionLimit
from dems_node.https.middleware import problems_middleware

IDLE_SECONDS = 20.0
"""After so long without a complete request a connection is closed: that also ends a slow loris."""
HANDSHAKE_SECONDS = 10.0
SHUTDOWN_SECONDS = 3.0
LINGERING_SECONDS = 0.5
"""So long the rest of a refused body is read, so that the client sees the answer."""


class PortTaken(Exception):
    """The server's port cannot be had. The text says which, and what to do."""


def application(
    routes: Sequence[web.RouteDef], *, body_limit: int, middlewares: Sequence[Middleware] = ()
) -> web.Application:
    """Return an application: routes behind the middlewares, errors as problem documents. ``body_limit`` in bytes."""
    made = web.Application(client_max_size=body_limit, middlewares=[problems_middleware, *middlewares])
    made.on_response_prepare.append(_set_headers)
    made.add_routes(routes)
    return made


class HttpsServer:
    """The running server. An application's ``on_shutdown`` ends what would last, such as WebSockets."""

    def __init__(
        self,
        application: web.Application,
        tls: ssl.SSLContext,
        *,
        idle_seconds: float = IDLE_SECONDS,
        allowed: int = CONNECTIONS_ALLOWED,
        per_peer: int = CONNECTIONS_PER_PEER,
    ) -> None:
        self._tls = tls
        self._allowed = allowed
        self._per_peer = per_peer
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
        limit = ConnectionLimit(web_server, allowed=self._allowed, per_peer=self._per_peer)
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
                f"Cannot listen on {host or 'every interface'}, port {port} ({error.strerror}). Is this program "
                "running already? Otherwise choose another api.port or api.host."
            ) from error
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Finish what is being answered, and close."""
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()


async def _set_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "dems"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
