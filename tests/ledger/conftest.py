from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.community.conftest import anvil, clock, real_sockets, site, town
from tests.community.town import Town
from tests.ledger.street import Street, running_street

__all__ = ["anvil", "clock", "real_sockets", "site", "street", "town", "verify_cleanup"]


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Replace Home Assistant's check for left-over threads: databases have some of their own."""


@pytest.fixture
async def street(town: Town, tmp_path: Path, anvil: str) -> AsyncIterator[Street]:
    (tmp_path / "operator").mkdir()
    async with running_street(town, tmp_path, anvil) as street:
        yield street
