"""A bridge that dies at any access to its store loses no order and places none twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dems_node.database.database import Database
from dems_protocol.market.fills import OrderSide
from openems_bridge.foresight.plan import HouseholdPlan, PlannedOrder
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.trader import journal, verdicts
from openems_bridge.trader.own_orders import OrderState
from openems_bridge.trader.settings import TradingSettings
from tests.trader.exchange import SLOT, TIMES, Clock, Exchange, bobs_order, household

SETTINGS = TradingSettings(auto_bid=True)
PLAN = HouseholdPlan(
    made_at=0.0,
    slots=(),
    expected_cost=0,
    orders=(
        PlannedOrder(slot=SLOT, side=1, quantity=300, battery=200, limit=120_000),
        PlannedOrder(slot=SLOT, side=1, quantity=200, battery=0, limit=80_000),
    ),
)


class Died(BaseException):
    """The program was killed."""


class Mortal(Database):
    """A store at whose n-th access the program dies: before the transaction, or right after it."""

    fate: int | None = None
    after: bool = False
    accesses = 0

    async def run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        type(self).accesses += 1
        dies = Mortal.fate is not None and Mortal.accesses == Mortal.fate
        if dies and not Mortal.after:
            raise Died
        result = await super().run(fn, *args, **kwargs)
        if dies:
            raise Died
        return result


MOMENTS = (
    TIMES.gate - 1000,
    TIMES.gate - 500,
    TIMES.gate + 10,
    TIMES.gate + 60,
    TIMES.set_final + 1,
    TIMES.chain_reveal_until + 1,
    TIMES.chain_reveal_until + 20,
)


async def _live(
    folder: Path, fate: int | None, *, after: bool, away: bool = False, lies: bool = False
) -> Exchange:
    """Live through an order's life, dying once; an operator that is ``away`` makes it go in on chain."""
    exchange = Exchange(Clock())
    exchange.others = [bobs_order(OrderSide.BID, 2000, 300_000)]
    Mortal.fate, Mortal.after, Mortal.accesses = fate, after, 0
    moment = 0
    while moment < len(MOMENTS):
        exchange.clock.now = MOMENTS[moment]
        try:
            database = await Mortal.open(folder / "bridge.sqlite3", migrations=MIGRATIONS)
            async with household(folder, exchange, settings=SETTINGS, database=database) as home:
                while moment < len(MOMENTS):
                    home.trader.planned(PLAN)
                    exchange.is_down = away and moment < 3
                    await home.at(MOMENTS[moment])
                    await _let_happen(exchange, moment, lies=lies)
                    moment += 1
        except* Died:
            Mortal.fate = None
    return exchange


async def _let_happen(exchange: Exchange, moment: int, *, lies: bool) -> None:
    """What operator and chain do after a moment."""
    if moment == 2:
        await exchange.mine()
        await exchange.commit()
    if moment == 3:
        await exchange.mine()
    if moment == 5:
        _, leaves = exchange.honest_results()
        ours = set(exchange.leaves)
        await exchange.publish(leaves=[leaf for leaf in leaves if not lies or leaf.order not in ours])


async def _check(folder: Path, exchange: Exchange) -> None:
    database = await Database.open(folder / "bridge.sqlite3", migrations=MIGRATIONS)
    try:
        orders = await database.run(journal.of_slot, SLOT)
        verdict = await database.run(verdicts.of_slot, SLOT)
    finally:
        await database.close()
    assert len(orders) == 2, "both or none, once, whenever it died"
    assert {*exchange.leaves, *exchange.placed} == {order.hash for order in orders}, "nobody heard of others"
    assert [(order.state, order.filled) for order in orders] == [
        (OrderState.CLEARED, 300),
        (OrderState.CLEARED, 200),
    ]
    assert verdict is not None
    assert verdict.verified


@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize("after", [False, True])
async def test_dies_at_any_access(tmp_path: Path, away: bool, after: bool) -> None:
    (tmp_path / "unharmed").mkdir()
    exchange = await _live(tmp_path / "unharmed", None, after=False, away=away)
    await _check(tmp_path / "unharmed", exchange)
    accesses = Mortal.accesses
    # A life takes 0.1 s: of all accesses every fifth, another one in each of the four runs.
    for fate in range(1 + after + 2 * away, accesses + 1, 5):
        folder = tmp_path / str(fate)
        folder.mkdir()
        try:
            exchange = await _live(folder, fate, after=after, away=away)
            await _check(folder, exchange)
        except AssertionError as error:
            raise AssertionError(f"died at access {fate} of {accesses}") from error


async def test_a_lie_is_challenged_whenever_it_dies(tmp_path: Path) -> None:
    (tmp_path / "unharmed").mkdir()
    exchange = await _live(tmp_path / "unharmed", None, after=False, lies=True)
    assert exchange.challenges == ["ChallengeMissingResult"]
    accesses = Mortal.accesses
    # Only what comes after the publication is another than with an honest operator.
    for fate in range(accesses - 16, accesses + 1, 2):
        folder = tmp_path / str(fate)
        folder.mkdir()
        exchange = await _live(folder, fate, after=fate % 4 == 0, lies=True)
        assert exchange.challenges == ["ChallengeMissingResult"], f"died at access {fate} of {accesses}"
