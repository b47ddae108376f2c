"""A way to the chain that can be cut: the daemons' connections break and new ones are refused, as in an outage."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from yarl import URL

_CHUNK = 64 * 1024


class ChainGate:
    """Passes bytes between the daemons and a node."""

    def __init__(self, node: str) -> None:
        self._node = URL(node)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where the daemons find the node."""
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        """Let everybody through."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there: asyncio.StreamWriter | None = None
        self._writers.add(writer)
        try:
            back, there = await asyncio.open_connection(self._node.host, self._node.port)
            self._writers.add(there)
            await asyncio.gather(_pass(reader, there), _pass(back, writer))
        except OSError:
            writer.transport.abort()
        finally:
            for each in (writer, there):
                if each is not None:
                    self._writers.discard(each)
                    each.close()
            self._tasks.discard(task)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


@asynccontextmanager
async def open_gate(node: str) -> AsyncIterator[ChainGate]:
    """Open a gate to a node until the block ends."""
    gate = ChainGate(node)
    await gate.open()
    try:
        yield gate
    finally:
        await gate.cut()
