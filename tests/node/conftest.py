"""A real anvil, a store with the chain's tables, and sockets to this machine."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_socket

from dems_node.chain import journal, watch_journal
from dems_node.database.database import Database
from tests.chain import Anvil, running_anvil

MIGRATIONS = (journal.create_tables, watch_journal.create_tables)


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", pytest_socket._true_connect)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """aiohttp leaves the timer of a WebSocket's heartbeat behind when the server closes first; it does nothing."""
    return True


@pytest.fixture
async def anvil() -> AsyncIterator[Anvil]:
    async with running_anvil() as chain:
        yield chain


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "node.db", migrations=MIGRATIONS)
    yield opened
    await opened.close()
