"""Old rows of the market go, the rest stays."""

from pathlib import Path

from dems_protocol.contracts import structs
from openems_bridge.store.pruning import prune
from openems_bridge.trader import journal, verdicts
from openems_bridge.trader.bidding import DesiredOrder
from openems_bridge.trader.pruning import KEPT_SECONDS
from openems_bridge.trader.verdicts import ClearingVerdict
from tests.trader.exchange import SLOT, Exchange, household


async def test_what_is_two_years_old_goes(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await home.trader.place(DesiredOrder(slot=SLOT, side=1, quantity=500, battery=0, limit=120_000))
        verdict = ClearingVerdict(
            slot=SLOT,
            clearing_hash=bytes(32),
            zone=7,
            price=1,
            lower=1,
            upper=1,
            utility_sell=2,
            utility_buy=0,
            checked_at=exchange.clock.now,
        )
        await home.database.run(verdicts.keep, verdict)
        await exchange.void(structs.MarketFinding.UNANSWERED)
        await home.database.run(prune, exchange.clock.now + KEPT_SECONDS - 10)
        assert await home.database.run(journal.of_slot, SLOT)
        assert await home.database.run(verdicts.of_slot, SLOT) == verdict
        await home.database.run(prune, exchange.clock.now + KEPT_SECONDS + 10)
        assert await home.database.run(journal.of_slot, SLOT) == []
        assert await home.database.run(verdicts.of_slot, SLOT) is None
