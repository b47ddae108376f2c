"""While the operator's clock is behind the chain's nothing is signed and nothing published."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from community.chain.clock import ChainClock
from community.readings.desk import ClockDiffers, SignedReceipt
from community.slots.steps import Phase
from tests.community.households import Household
from tests.community.shop import FACTS, Shop, open_shop
from tests.community.town import Town, TownClock


def test_a_difference_is_told_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    clock = TownClock(1000.0)
    chain_clock = ChainClock(clock.utc)
    with caplog.at_level(logging.INFO):
        for block_time, behind in ((0, None), (1005, None), (1006, 6), (1020, 20), (1004, None)):
            chain_clock.heard(block_time)
            assert chain_clock.seconds_behind == behind
    assert [record.getMessage()[:30] for record in caplog.records] == [
        "This machine's clock is 6 s be",
        "The clocks agree again",
    ]


async def test_nothing_is_published_by_a_clock_that_is_behind(town: Town) -> None:
    households = await town.settle_in(3)
    slot = town.slot
    await town.end_slot(slot)
    await town.read_all(slot)
    await town.move_to(town.facts.grid.end(slot) + 720)
    town.clock.now -= 10
    await town.settle()
    assert town.office.chain_clock.seconds_behind == 10
    assert await town.phase(slot) is Phase.OPEN
    assert (await town.view(slot)).stored.made_attempt is None
    last = households[0].last
    assert last is not None
    with pytest.raises(ClockDiffers, match="10 s behind"):
        await town.submit(households[0], last)

    town.clock.now += 10
    await town.settle()
    assert await town.phase(slot) is Phase.PUBLISHED
    assert isinstance(await town.submit(households[0], last), SignedReceipt)


@pytest.fixture
async def shop(tmp_path: Path, real_sockets: None) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path) as shop:
        yield shop


async def test_households_are_told_to_try_later(shop: Shop) -> None:
    anna = Household("anna", FACTS.domain)
    shop.register(anna, shop.slot)
    opened = anna.read(shop.slot, withdrawal=1)
    shop.clock.now = FACTS.grid.end(shop.slot) + 5
    shop.office.chain_clock.heard(int(shop.clock.now) + 60)
    assert await shop.get("/health") == (503, {"status": "degraded", "problems": ["clock_differs"]})
    status, problem = await shop.post("/v1/readings", anna.submission_body(opened))
    assert (status, problem["type"]) == (503, "urn:dems:problem:clock-differs")
    shop.office.chain_clock.heard(int(shop.clock.now))
    assert await shop.get("/health") == (200, {"status": "ok"})
    assert (await shop.post("/v1/readings", anna.submission_body(opened)))[0] == 201
