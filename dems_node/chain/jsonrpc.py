"""JSON-RPC to a node over HTTP, WebSocket or a local socket (IPC).

web3's providers are not used here: over a WebSocket they spin the event loop for as long as an answer is awaited
(``asyncio.sleep(0)`` around a look into a cache), which a household's small computer cannot afford, and they log
the node's whole URL, whose path often is its password.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol, Self

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    WSMsgType,
)
from yarl import URL

from dems_node.chain.errors import ChainDown, NodeRefused
from dems_node.chain.values import document, octets
from dems_node.json_types import Json

REQUEST_SECONDS = 15.0
"""How long any one answer may take."""
_LARGEST_MESSAGE = 64 * 1024 * 1024
_HEADS_KEPT = 64


class Transport(Protocol):
    """A way to a node."""

    @property
    def name(self) -> str:
        """The node as a person may see it: without what may be secret in its URL."""
        ...

    @property
    def subscribes(self) -> bool:
        """Whether the node can push new blocks over this way."""
        ...

    async def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the result. Raises ChainDown, or NodeRefused where the node answers with an error."""
        ...

    def new_heads(self) -> AsyncGenerator[Json]:
        """Yield each new block's header as it is pushed. Raises ChainDown when the connection breaks."""
        ...

    async def close(self) -> None:
        """End the connection. Closing twice is harmless."""
        ...


def transport_for(url: str, *, timeout: float = REQUEST_SECONDS) -> Transport:
    """Return a way to ``url``: http(s)://…, ws(s)://…, or the path of a node's socket. Connects at first use.

    Raises ValueError, without the URL's path and query, for anything else.
    """
    scheme = url.split("://", 1)[0] if "://" in url else ""
    if scheme and not URL(url).host:
        raise ValueError("A node's URL names a host.")
    match scheme:
        case "http" | "https":
            return HttpTransport(URL(url), timeout)
        case "ws" | "wss":
            return ChannelTransport(
                shown(URL(url)), lambda: WebSocketChannel.open(URL(url), timeout), timeout
            )
        case "" if url.startswith("/"):
            path = Path(url)
            return ChannelTransport(path.name, lambda: SocketChannel.open(path), timeout)
        case _:
            raise ValueError(
                f"A node's URL begins with http://, https://, ws:// or wss://, or is the absolute path of its "
                f"socket; this one begins with {(scheme or url[:1])!r}."
            )


def shown(url: URL) -> str:
    """Return what of a node's URL a person may see: path, query and user often hold a key."""
    return str(url.origin())


class HttpTransport:
    """JSON-RPC over HTTP: one request, one answer. New blocks must be asked for."""

    def __init__(self, url: URL, timeout: float) -> None:
        self._url = url
        self._timeout = ClientTimeout(total=timeout)
        self._ids = itertools.count(1)
        self._session: ClientSession | None = None

    @property
    def name(self) -> str:
        """Scheme, host and port."""
        return shown(self._url)

    @property
    def subscribes(self) -> bool:
        """HTTP pushes nothing."""
        return False

    async def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the result. Raises ChainDown or NodeRefused."""
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout)
        body = _request(next(self._ids), method, params)
        try:
            async with self._session.post(
                self._url, data=body, headers={"Content-Type": "application/json"}
            ) as response:
                answer = await self._body(response)
                status = response.status
        except (ClientError, OSError, TimeoutError) as error:
            raise _down(self.name, error) from None
        try:
            return _result(method, json.loads(answer))
        except ValueError, KeyError, TypeError:
            raise ChainDown(
                f"{self.name} answered {method} with status {status} and no JSON-RPC answer."
            ) from None

    async def _body(self, response: ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > _LARGEST_MESSAGE:
                raise ChainDown(f"{self.name} answered with more than {_LARGEST_MESSAGE} bytes.")
        return bytes(body)

    async def new_heads(self) -> AsyncGenerator[Json]:
        """Raise ChainDown: HTTP pushes nothing."""
        raise ChainDown(f"{self.name} cannot push new blocks over HTTP.")
        yield None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class Channel(Protocol):
    """A connection that carries one JSON text after the other both ways. Both raise ChainDown when it is broken."""

    async def send(self, message: str) -> None:
        """Send a text."""
        ...

    async def receive(self) -> str:
        """Return the next text."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


class WebSocketChannel:
    """A WebSocket to a node, with pings of its own, so that a dead line is noticed."""

    def __init__(self, name: str, session: ClientSession, socket: ClientWebSocketResponse) -> None:
        self._name = name
        self._session = session
        self._socket = socket

    @classmethod
    async def open(cls, url: URL, seconds: float) -> Self:
        """Connect. Raises ChainDown."""
        session = ClientSession(timeout=ClientTimeout(sock_connect=seconds))
        try:
            async with asyncio.timeout(seconds):
                socket = await session.ws_connect(url, heartbeat=seconds, max_msg_size=_LARGEST_MESSAGE)
        except BaseException as error:
            await session.close()
            if isinstance(error, ClientError | OSError | TimeoutError):
                raise _down(shown(url), error) from None
            raise
        return cls(shown(url), session, socket)

    async def send(self, message: str) -> None:
        """Send a text."""
        try:
            await self._socket.send_str(message)
        except (ClientError, OSError) as error:
            raise _down(self._name, error) from None

    async def receive(self) -> str:
        """Return the next text."""
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            return str(message.data)
        if message.type is WSMsgType.BINARY:
            return bytes(message.data).decode()
        raise ChainDown(f"{self._name} closed the connection.")

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()
        await self._session.close()


class SocketChannel:
    """A node's local socket, one JSON text a line."""

    def __init__(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._name = name
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Connect. Raises ChainDown."""
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=_LARGEST_MESSAGE)
        except OSError as error:
            raise _down(path.name, error) from None
        return cls(path.name, reader, writer)

    async def send(self, message: str) -> None:
        """Send a text."""
        try:
            self._writer.write(message.encode() + b"\n")
            await self._writer.drain()
        except OSError as error:
            raise _down(self._name, error) from None

    async def receive(self) -> str:
        """Return the next text."""
        try:
            line = await self._reader.readline()
        except (OSError, ValueError) as error:
            raise _down(self._name, error) from None
        if not line:
            raise ChainDown(f"{self._name} closed the connection.")
        return line.decode()

    async def close(self) -> None:
        """End the connection."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class ChannelTransport:
    """JSON-RPC over a lasting connection, opened when needed and again after it broke. Requests run side by side."""

    def __init__(self, name: str, connect: Callable[[], Awaitable[Channel]], timeout: float) -> None:
        self._name = name
        self._connect = connect
        self._timeout = timeout
        self._ids = itertools.count(1)
        self._opening = asyncio.Lock()
        self._channel: Channel | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._heads: dict[str, asyncio.Queue[Json]] = {}

    @property
    def name(self) -> str:
        """The node as a person may see it."""
        return self._name

    @property
    def subscribes(self) -> bool:
        """New blocks are pushed."""
        return True

    async def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the result. Raises ChainDown or NodeRefused."""
        try:
            async with asyncio.timeout(self._timeout):
                channel = await self._connected()
                return await self._ask(channel, method, params)
        except TimeoutError as error:
            raise _down(self._name, error) from None

    async def _ask(self, channel: Channel, method: str, params: Sequence[Json]) -> Json:
        number = next(self._ids)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await channel.send(_request(number, method, params))
            return _result(method, await answer)
        except ValueError, KeyError, TypeError:
            raise ChainDown(f"{self._name} answered {method} with something that is no answer.") from None
        finally:
            self._waiting.pop(number, None)

    async def new_heads(self) -> AsyncGenerator[Json]:
        """Yield each new block's header. Raises ChainDown when the connection breaks, NodeRefused where it cannot."""
        subscription = str(await self.request("eth_subscribe", ["newHeads"]))
        queue = self._heads.setdefault(subscription, asyncio.Queue(_HEADS_KEPT))
        try:
            while True:
                header = await queue.get()
                if header is None:
                    raise ChainDown(f"{self._name} closed the connection.")
                yield header
        finally:
            self._heads.pop(subscription, None)

    async def close(self) -> None:
        """End the connection. Closing twice is harmless."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _connected(self) -> Channel:
        async with self._opening:
            if self._channel is None:
                self._channel = await self._connect()
                self._reader = asyncio.create_task(self._read(self._channel))
            return self._channel

    async def _read(self, channel: Channel) -> None:
        """Hand each message to who waits for it, until the connection breaks; then tell them all."""
        try:
            while True:
                self._received(await channel.receive())
        except ChainDown:
            pass
        finally:
            self._channel = None
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ChainDown(f"{self._name} closed the connection."))
            for queue in self._heads.values():
                _put_last(queue, None)
            await channel.close()

    def _received(self, message: str) -> None:
        try:
            answer = document(json.loads(message))
        except ValueError:
            raise ChainDown(f"{self._name} sent something that is not JSON-RPC.") from None
        number = answer.get("id")
        if isinstance(number, int) and number in self._waiting:
            waiting = self._waiting[number]
            if not waiting.done():
                waiting.set_result(answer)
        elif answer.get("method") == "eth_subscription":
            params = document(answer.get("params"))
            # The queue is made when the subscriber's task runs, which may be after the first push.
            queue = self._heads.setdefault(str(params.get("subscription")), asyncio.Queue(_HEADS_KEPT))
            _put_last(queue, params.get("result"))


def _put_last[T](queue: asyncio.Queue[T], item: T) -> None:
    """Put an item into a queue, dropping the oldest of a reader that does not keep up: heads are only a call to look."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(item)


def _request(number: int, method: str, params: Sequence[Json]) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)})


def _result(method: str, answer: Json) -> Json:
    said = document(answer)
    error = said.get("error")
    if error is None:
        return said["result"]
    told = document(error)
    code = told.get("code")
    data = told.get("data")
    raise NodeRefused(
        method,
        code if isinstance(code, int) else 0,
        str(told.get("message", "")),
        octets(data) if isinstance(data, str) and data.startswith("0x") else None,
    )


def _down(name: str, error: BaseException) -> ChainDown:
    if isinstance(error, TimeoutError):
        return ChainDown(f"{name} did not answer in time.")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return ChainDown(f"{name} cannot be reached ({reason}).")
