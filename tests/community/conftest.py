import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_socket

from tests.community.anvil import running_anvil
from tests.community.town import START, Site, Town, TownClock, build_site, running_town


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Replace Home Assistant's check for left-over threads: workers and databases have some of their own."""


@pytest.fixture
def real_sockets(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", pytest_socket._true_connect)


@pytest.fixture
def anvil() -> Iterator[str]:
    with running_anvil(START) as url:
        yield url


@pytest.fixture
async def site(anvil: str, real_sockets: None) -> Site:
    return await build_site(anvil)


@pytest.fixture
def clock() -> TownClock:
    return TownClock(START + 60)


@pytest.fixture
async def town(site: Site, tmp_path: Path, clock: TownClock) -> AsyncIterator[Town]:
    async with running_town(site, tmp_path, clock) as town:
        yield town
