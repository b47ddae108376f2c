"""Accepting as Jetty does."""

import asyncio
import time

import pytest
from aiohttp import web

from openems_bridge.fake_edge.listener import AcceptLimits, HttpListener

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def hello(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text="hello")


async def ask(port: int) -> asyncio.StreamWriter:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    assert (await asyncio.wait_for(reader.readline(), 10)).startswith(b"HTTP/1.1 200")
    return writer


async def test_more_than_so_many_new_connections_at_a_time_have_to_wait() -> None:
    listener = HttpListener(hello, "127.0.0.1", 0, AcceptLimits(fresh=3, window=0.5))
    await listener.start()
    try:
        began = time.monotonic()
        for _ in range(4):
            (await ask(listener.port)).close()
        assert time.monotonic() - began >= 0.5
    finally:
        await listener.stop()


async def test_it_can_be_stopped_and_started_on_the_same_port_with_all_its_places() -> None:
    listener = HttpListener(hello, "127.0.0.1", 0, AcceptLimits(connections=2))
    await listener.start()
    port = listener.port
    for _ in range(5):
        writers = [await ask(port), await ask(port)]
        await listener.stop()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        await listener.start()
        assert listener.port == port
        for writer in writers:
            writer.close()
    await listener.stop()


async def test_a_port_that_is_taken_is_an_error() -> None:
    first = HttpListener(hello, "127.0.0.1", 0)
    await first.start()
    try:
        with pytest.raises(OSError, match="in use"):
            await HttpListener(hello, "127.0.0.1", first.port).start()
    finally:
        await first.stop()
