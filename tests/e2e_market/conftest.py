from collections.abc import AsyncIterator

import pytest

from tests.e2e_market.fair import Fair, running_fair
from tests.ledger.conftest import anvil, clock, real_sockets, site, street, town, verify_cleanup
from tests.ledger.street import Street

__all__ = ["anvil", "clock", "real_sockets", "site", "street", "town", "verify_cleanup"]


@pytest.fixture
async def fair(street: Street) -> AsyncIterator[Fair]:
    async with running_fair(street) as fair:
        yield fair
