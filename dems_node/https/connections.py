"""A bound on open connections, so that nobody on the network can use up the machine's memory."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, override

CONNECTIONS_ALLOWED = 64
CONNECTIONS_PER_PEER = 24


class ConnectionLimit:
    """Hands connections to the web server's protocols and refuses those above the bound."""

    def __init__(
        self,
        factory: Callable[[], asyncio.Protocol],
        *,
        allowed: int = CONNECTIONS_ALLOWED,
        per_peer: int = CONNECTIONS_PER_PEER,
    ) -> None:
        self._factory = factory
        self._allowed = allowed
        self._per_peer = per_peer
        self._open: Counter[str] = Counter()

    def protocol(self) -> asyncio.Protocol:
        """Return the protocol of one connection, for ``loop.create_server``."""
        return _Doorkeeper(self._factory, self)

    def admit(self, peer: str) -> bool:
        """Count a connection; False if it is one too many."""
        if self._open.total() >= self._allowed or self._open[peer] >= self._per_peer:
            return False
        self._open[peer] += 1
        return True

    def leave(self, peer: str) -> None:
        """Uncount a connection."""
        self._open[peer] -= 1
        if self._open[peer] <= 0:
            del self._open[peer]


class _Doorkeeper(asyncio.Protocol):
    """Stands before the real protocol until the TLS handshake is done, then hands the transport over."""

    def __init__(self, factory: Callable[[], asyncio.Protocol], limit: ConnectionLimit) -> None:
        self._factory = factory
        self._limit = limit
        self._peer: str | None = None
        self._inner: Any = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        address = transport.get_extra_info("peername")
        peer = str(address[0]) if address else ""
        if not self._limit.admit(peer):
            assert isinstance(transport, asyncio.Transport)  # noqa: S101
            transport.abort()
            return
        self._peer = peer
        self._inner = self._factory()
        self._inner.connection_made(transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._peer is not None:
            self._limit.leave(self._peer)
            self._inner.connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.data_received(data)

    @override
    def eof_received(self) -> bool | None:
        return None if self._inner is None else self._inner.eof_received()

    @override
    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    @override
    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()
