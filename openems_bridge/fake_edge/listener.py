"""Listening sockets that accept as Jetty does: no more than so many connections, not too many new ones at a time.

A client beyond the limit is not refused. It hangs in the kernel's queue, connected and unanswered, until another one
leaves: which is what makes the limit so hard to recognise from outside.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptLimits:
    """At most ``connections`` at a time, and ``fresh`` new ones within ``window`` real seconds. None: no limit."""

    connections: int | None = None
    fresh: int | None = None
    window: float = 5.0


UNLIMITED = AcceptLimits()


class HttpListener:
    """Serves HTTP (and websockets) on one port. It can be stopped and started again on the same port."""

    def __init__(self, handler: Handler, host: str, port: int, limits: AcceptLimits = UNLIMITED) -> None:
        self.port = port
        """The port in use once started."""
        self._host = host
        self._limits = limits
        self._handler = handler
        self._server: web.Server | None = None
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._transports: set[asyncio.BaseTransport] = set()
        self._somebody_left = asyncio.Event()
        self._recent: deque[float] = deque()

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        self._socket = _bound(self._host, self.port)
        self.port = self._socket.getsockname()[1]
        self._server = web.Server(self._handler, access_log=None, handler_cancellation=True)
        self._accepting = asyncio.create_task(self._accept(self._socket, self._server))

    async def stop(self) -> None:
        """Stop listening and break every connection without a goodbye."""
        if self._accepting:
            self._accepting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._accepting
        if self._socket:
            self._socket.close()
        for transport in list(self._transports):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        if self._server:
            await self._server.shutdown(timeout=1.0)
        self._accepting = self._socket = self._server = None

    async def _accept(self, listening: socket.socket, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wait_for_room(loop)
            connection, _peer = await loop.sock_accept(listening)
            self._recent.append(loop.time())
            transport, _protocol = await loop.connect_accepted_socket(
                lambda: _Watched(server(), self._left), connection
            )
            self._transports.add(transport)

    async def _wait_for_room(self, loop: asyncio.AbstractEventLoop) -> None:
        limit, fresh = self._limits.connections, self._limits.fresh
        while limit is not None and len(self._transports) >= limit:
            self._somebody_left.clear()
            await self._somebody_left.wait()
        if fresh is None:
            return
        while self._recent and loop.time() - self._recent[0] >= self._limits.window:
            self._recent.popleft()
        if len(self._recent) >= fresh:
            await asyncio.sleep(self._recent[0] + self._limits.window - loop.time())

    def _left(self, transport: asyncio.BaseTransport | None) -> None:
        if transport:
            self._transports.discard(transport)
        self._somebody_left.set()


class _Watched(asyncio.Protocol):
    """Passes everything on to aiohttp's protocol, and tells when the connection ends."""

    def __init__(self, inner: asyncio.Protocol, left: Callable[[asyncio.BaseTransport | None], None]) -> None:
        self._inner = inner
        self._left = left
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)
        self._left(self._transport)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening
