"""A fake house with the real API server in front of it, and a client session."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_socket

from tests.api.house import FakeHouse, fake_house


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests talk over real sockets on this machine, Unix sockets included."""
    monkeypatch.setattr(socket.socket, "connect", pytest_socket._true_connect)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """aiohttp leaves the timer of a WebSocket's heartbeat behind when the server closes first; it does nothing."""
    return True


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[FakeHouse]:
    async with fake_house(tmp_path) as running:
        yield running


@pytest.fixture
async def session(house: FakeHouse) -> AsyncIterator[aiohttp.ClientSession]:
    """A session of a paired client that pins the certificate."""
    headers = {"Authorization": f"Bearer {await house.token()}"}
    connector = aiohttp.TCPConnector(ssl=house.pin)
    async with aiohttp.ClientSession(house.url, headers=headers, connector=connector) as opened:
        yield opened


@pytest.fixture
async def stranger(house: FakeHouse) -> AsyncIterator[aiohttp.ClientSession]:
    """A session of somebody without a token."""
    async with aiohttp.ClientSession(house.url, connector=aiohttp.TCPConnector(ssl=house.pin)) as opened:
        yield opened
