import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_socket

from tests.community.anvil import running_anvil
from tests.e2e_ledger.operator import build_site
from tests.e2e_ledger.quarter import MIDNIGHT, Quarter, running_quarter


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Replace Home Assistant's check for left-over threads: workers and databases have some of their own."""


@pytest.fixture
def real_sockets(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", pytest_socket._true_connect)


@pytest.fixture
def anvil() -> Iterator[str]:
    with running_anvil(MIDNIGHT) as url:
        yield url


@pytest.fixture
async def quarter(anvil: str, real_sockets: None, tmp_path: Path) -> AsyncIterator[Quarter]:
    """Seven households with slots of a quarter of an hour, on a sunny morning."""
    site = await build_site(anvil, 900)
    async with running_quarter(site, tmp_path, households=7, hour=9) as quarter:
        yield quarter
