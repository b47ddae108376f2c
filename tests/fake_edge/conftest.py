"""Fake Edges whose time stands still: a test advances it with ``edge.step()``."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import pytest
from pytest_socket import enable_socket, socket_allow_hosts

from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.options import FakeEdgeOptions
from tests.fake_edge.client import WsClient

STANDING_STILL = 3_600_000


@pytest.fixture(autouse=True)
def _local_sockets(socket_enabled: None) -> None:
    enable_socket()
    socket_allow_hosts(["127.0.0.1"])


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def session(stack: AsyncExitStack) -> aiohttp.ClientSession:
    return await stack.enter_async_context(aiohttp.ClientSession(auth=None))


@pytest.fixture
async def edge(stack: AsyncExitStack) -> FakeEdge:
    """A house at ten in the morning, with everything at its default."""
    return await start(stack)


@pytest.fixture
async def client(edge: FakeEdge, session: aiohttp.ClientSession, stack: AsyncExitStack) -> WsClient:
    return await connect(edge, session, stack)


async def start(stack: AsyncExitStack, **changes: object) -> FakeEdge:
    """Start an Edge whose cycles a test runs itself."""
    values: dict[str, object] = {"cycle_ms": STANDING_STILL, "start": 10 * 3600.0, **changes}
    return await stack.enter_async_context(FakeEdge(FakeEdgeOptions(**values)))  # type: ignore[arg-type]


async def connect(edge: FakeEdge, session: aiohttp.ClientSession, stack: AsyncExitStack) -> WsClient:
    """Open a websocket."""
    return WsClient(await stack.enter_async_context(session.ws_connect(edge.ws_url)))
