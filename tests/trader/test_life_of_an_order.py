"""An order's life at the operator and on chain: received, set, revealed, cleared, verified; and what goes wrong on the way."""

from dataclasses import replace
from pathlib import Path

import pytest

from dems_protocol.contracts import structs
from dems_protocol.curve import IDENTITY
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.results import ResultLeaf, ResultStatus
from openems_bridge.refusal import Refused
from openems_bridge.trader import journal, verdicts
from openems_bridge.trader.bidding import DesiredOrder
from openems_bridge.trader.own_orders import OrderState, OwnOrder
from tests.trader.exchange import (
    BOB,
    SLOT,
    TIMES,
    Exchange,
    Household,
    bobs_order,
    household,
    sealed_leaf,
)

OFFER = DesiredOrder(slot=SLOT, side=1, quantity=500, battery=200, limit=120_000)


async def _order(home: Household) -> OwnOrder:
    (order,) = await home.database.run(journal.of_slot, SLOT)
    return order


async def _cleared(home: Household, *, bob: int = 2000) -> None:
    """Bring an offer up to where the operator publishes."""
    exchange = home.exchange
    exchange.others = [bobs_order(OrderSide.BID, bob, 300_000)]
    await home.trader.place(OFFER)
    await home.at(TIMES.gate - 1000)
    await home.at(TIMES.gate + 10)
    await exchange.commit()
    await home.at(TIMES.gate + 60)
    await home.at(TIMES.set_final + 1)
    exchange.clock.now = TIMES.chain_reveal_until + 1


async def test_an_offer_is_sold_and_the_clearing_verified(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        placed = await home.trader.place(OFFER)
        assert placed.state is OrderState.PLANNED, "written down before anybody hears of it"
        await home.at(TIMES.gate - 1000)
        assert (await _order(home)).state is OrderState.RECEIVED
        exchange.others = [bobs_order(OrderSide.BID, 2000, 300_000)]
        await home.at(TIMES.gate + 10)
        await exchange.commit()
        await home.at(TIMES.gate + 60)
        assert (await _order(home)).state is OrderState.IN_SET
        assert "reveal" not in exchange.asked, "nothing is shown before the set is final"
        await home.at(TIMES.set_final + 1)
        assert (await _order(home)).state is OrderState.REVEALED
        exchange.clock.now = TIMES.chain_reveal_until + 1
        await exchange.publish()
        await home.at(TIMES.chain_reveal_until + 2)
        order = await _order(home)
        verdict = await home.database.run(verdicts.of_slot, SLOT)
        assert verdict is not None
        assert verdict.verified, verdict
        assert (order.state, order.filled, order.price) == (OrderState.CLEARED, 500, verdict.price)
        cleared = dict(home.told)["market_cleared"]
        assert (cleared["energy"], cleared["side"], cleared["status"]) == (500, "offer", "verified")
        assert exchange.calls == {}, "an honest operator costs no transaction"
        asked = len(exchange.asked)
        await home.at(TIMES.chain_reveal_until + 60)
        assert len(exchange.asked) == asked, "nothing is left to do"


async def test_an_operator_that_is_away_cannot_keep_an_order_out(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        exchange.is_down = True
        await home.trader.place(OFFER)
        await home.at(TIMES.gate - 1000)
        assert home.trader.problem == "operator_lost"
        assert exchange.calls == {}, "before the gate it may still answer"
        await home.at(TIMES.gate + 5)
        await home.at(TIMES.gate + 7)
        assert [key.split(":")[0] for key in exchange.calls] == ["place"]
        await exchange.mine()
        await home.at(TIMES.gate + 20)
        order = await _order(home)
        assert (order.state, order.is_direct) == (OrderState.RECEIVED, True)
        exchange.others = [bobs_order(OrderSide.BID, 2000, 300_000)]
        await exchange.commit()
        exchange.is_down = False
        await home.at(TIMES.direct_until + 1)
        assert (await _order(home)).state is OrderState.IN_SET, "it counts by itself"
        exchange.is_down = True
        await home.at(TIMES.set_final + 5)
        await home.at(TIMES.reveal_until + 5)
        assert [key.split(":")[0] for key in exchange.calls] == ["place", "reveal"]
        await exchange.mine()
        await home.at(TIMES.reveal_until + 30)
        assert (await _order(home)).state is OrderState.REVEALED
        exchange.is_down = False
        exchange.clock.now = TIMES.chain_reveal_until + 1
        await exchange.publish()
        await home.at(TIMES.chain_reveal_until + 2)
        assert (await _order(home)).state is OrderState.CLEARED


async def test_a_refusal_goes_in_on_chain_and_is_told_once(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        exchange.accepts = False
        await home.trader.place(OFFER)
        for seconds in (1000, 900, 800):
            await home.at(TIMES.gate - seconds)
        assert home.kinds.count("order_refused") == 1
        reason = (await _order(home)).reason
        assert reason is not None
        assert reason.code == "too_many_orders"
        await home.at(TIMES.gate + 1)
        assert [key.split(":")[0] for key in exchange.calls] == ["place"]


async def test_a_missed_gate_is_an_end(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        exchange.is_down = True
        await home.trader.place(OFFER)
        exchange.block = 50
        await home.at(TIMES.direct_until - 10)
        assert exchange.calls == {}, "too late for a transaction"
        await home.at(TIMES.direct_until + 1)
        order = await _order(home)
        assert order.state in {OrderState.MISSED_GATE, OrderState.VOID}
        with pytest.raises(Refused) as refused:
            await home.trader.place(OFFER)
        assert refused.value.code == "gate_closed"


async def test_an_operator_that_never_clears_leaves_a_void_slot(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await _cleared(home)
        await home.at(TIMES.publish_until + 1)
        order = await _order(home)
        assert order.state is OrderState.VOID
        assert order.reason is not None
        assert order.reason.code == "no_clearing"
        await home.at(TIMES.publish_until + 100)
        assert home.kinds.count("market_void") == 1


async def test_a_withdrawn_order_is_not_revealed(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        order = await home.trader.place(OFFER)
        await home.at(TIMES.gate - 1000)
        assert (await home.trader.withdraw(order.id)).state is OrderState.WITHDRAWN
        assert exchange.withdrawn == {order.hash}
        assert (await home.trader.withdraw(order.id)).state is OrderState.WITHDRAWN, "twice is harmless"
        await exchange.commit()
        await home.at(TIMES.set_final + 5)
        assert "reveal" not in exchange.asked
        with pytest.raises(Refused) as refused:
            await home.trader.withdraw("0" * 16)
        assert refused.value.code == "unknown_order"


async def test_the_owners_limits_and_own_orders_bound_an_order(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        home.settings = replace(home.settings, lowest_price=100_000, highest_price=250_000)
        for desired, code in (
            (replace(OFFER, limit=99_999), "outside_limits"),
            (replace(OFFER, side=0, limit=250_001), "outside_limits"),
            (replace(OFFER, slot=SLOT + 200), "too_far_ahead"),
        ):
            with pytest.raises(Refused) as refused:
                await home.trader.place(desired)
            assert refused.value.code == code
        await home.trader.place(OFFER)
        with pytest.raises(Refused) as refused:
            await home.trader.place(replace(OFFER, side=0, limit=120_000))
        assert refused.value.code == "crossed", "nobody trades with itself"
        for limit in range(1, 8):
            await home.trader.place(replace(OFFER, side=0, limit=limit))
        with pytest.raises(Refused) as refused:
            await home.trader.place(replace(OFFER, side=0, limit=1))
        assert refused.value.code == "too_many_orders"


async def test_an_omitted_order_is_proven_and_not_shown(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        exchange.others = [bobs_order(OrderSide.BID, 2000, 300_000, number=number) for number in range(3)]
        await home.trader.place(OFFER)
        await home.at(TIMES.gate - 1000)
        await exchange.commit(sealed_leaf(order, BOB) for order in exchange.others)
        await home.at(TIMES.gate + 60)
        assert exchange.challenges == ["ChallengeOmittedOrder"]
        assert dict(home.told)["market_violated"]["reason"]["code"] == "omitted_order"
        await home.at(TIMES.set_final + 60)
        assert "reveal" not in exchange.asked
        await exchange.void(structs.MarketFinding.OMITTED_ORDER)
        await home.at(TIMES.set_final + 90)
        assert (await _order(home)).state is OrderState.VOID


async def test_a_set_that_somebody_else_signed_is_proven(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await home.trader.place(OFFER)
        await home.at(TIMES.gate - 1000)
        phantom = replace(
            sealed_leaf(bobs_order(OrderSide.BID, 1, 1), BOB),
            signature=sealed_leaf(bobs_order(OrderSide.BID, 2, 2), BOB).signature,
        )
        await exchange.commit([*exchange.leaves.values(), phantom])
        await home.at(TIMES.gate + 60)
        assert exchange.challenges == ["ChallengeSetLeaf"]


async def test_another_set_than_the_committed_one_is_demanded(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await home.trader.place(OFFER)
        await home.at(TIMES.gate - 1000)
        await exchange.commit()
        exchange.served_set = []
        await home.at(TIMES.gate + 60)
        assert list(exchange.calls) == [f"demand:{SLOT}:None:0"]


def _unfilled(leaves: list[ResultLeaf], order: OwnOrder) -> list[ResultLeaf]:
    return [
        replace(leaf, bought=IDENTITY, sold=IDENTITY) if leaf.order == order.hash else leaf for leaf in leaves
    ]


def _unrevealed(leaves: list[ResultLeaf], order: OwnOrder) -> list[ResultLeaf]:
    status = ResultStatus.UNREVEALED
    return [ResultLeaf(leaf.order, status) if leaf.order == order.hash else leaf for leaf in leaves]


def _left_out(leaves: list[ResultLeaf], order: OwnOrder) -> list[ResultLeaf]:
    return [leaf for leaf in leaves if leaf.order != order.hash]


def _invented(leaves: list[ResultLeaf], order: OwnOrder) -> list[ResultLeaf]:
    return sorted([*leaves, ResultLeaf(b"\x01" * 32, ResultStatus.WITHDRAWN)], key=lambda leaf: leaf.order)


def _doubled(leaves: list[ResultLeaf], order: OwnOrder) -> list[ResultLeaf]:
    return [leaf for leaf in leaves for _ in range(2)]


@pytest.mark.parametrize(
    ("lie", "code", "challenge"),
    [
        (_unfilled, "wrong_result", "ChallengeResult"),
        (_unrevealed, "wrong_status", "ChallengeStatus"),
        (_left_out, "missing_result", "ChallengeMissingResult"),
        (_invented, "unknown_result", "ChallengeUnknownResult"),
        (_doubled, "wrong_result_order", "ChallengeResultOrder"),
    ],
)
async def test_a_manipulated_result_is_found_and_proven(
    tmp_path: Path, exchange: Exchange, lie: object, code: str, challenge: str
) -> None:
    async with household(tmp_path, exchange) as home:
        await _cleared(home)
        _, honest = exchange.honest_results()
        await exchange.publish(leaves=lie(honest, await _order(home)))  # type: ignore[operator]
        await home.at(TIMES.chain_reveal_until + 2)
        assert exchange.challenges == [challenge]
        verdict = await home.database.run(verdicts.of_slot, SLOT)
        assert verdict is not None
        assert code in {verdict.code, dict(home.told)["market_violated"]["reason"]["code"]}
        await home.at(TIMES.chain_reveal_until + 60)
        assert home.kinds.count("market_violated") == 1, "told once"
        await exchange.void()
        await home.at(TIMES.chain_reveal_until + 90)
        order = await _order(home)
        assert (order.state, order.filled) == (OrderState.VOID, None)


async def test_a_changed_price_is_found_by_whose_limit_it_ignores(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await _cleared(home, bob=200)
        # Bob takes 200 of 500 Wh: our offer is marginal and sets the price. The operator claims a wider range.
        await exchange.publish(lambda zone: replace(zone, lower=80_000, upper=320_000, price=200_000))
        await home.at(TIMES.chain_reveal_until + 2)
        assert dict(home.told)["market_cleared"]["status"] == "violated"
        assert set(exchange.challenges) <= {"ChallengeResult", "ChallengePrice"}
        assert exchange.challenges


async def test_a_price_that_nobody_sets_is_proven(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await _cleared(home)
        await exchange.publish(lambda zone: replace(zone, lower_order=b"\x77" * 32))
        await home.at(TIMES.chain_reveal_until + 2)
        assert exchange.challenges == ["ChallengeMarginalOrder"]


async def test_an_order_of_the_chain_that_has_no_result_is_proven(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        exchange.others = [bobs_order(OrderSide.BID, 2000, 300_000)]
        exchange.is_down = True
        await home.trader.place(OFFER)
        await home.at(TIMES.gate + 5)
        await exchange.mine()
        exchange.is_down = False
        await exchange.commit()
        await home.at(TIMES.direct_until + 1)
        await home.at(TIMES.set_final + 1)
        exchange.clock.now = TIMES.chain_reveal_until + 1
        _, leaves = exchange.honest_results()
        order = await _order(home)
        await exchange.publish(leaves=[leaf for leaf in leaves if leaf.order != order.hash])
        await home.at(TIMES.chain_reveal_until + 2)
        assert exchange.challenges == ["ChallengeMissingPlaced"]


async def test_results_that_are_not_those_of_the_root_are_demanded(
    tmp_path: Path, exchange: Exchange
) -> None:
    async with household(tmp_path, exchange) as home:
        await _cleared(home)
        await exchange.publish()
        exchange.served_results = exchange.served_results[:-1]
        await home.at(TIMES.chain_reveal_until + 2)
        assert [key.split(":")[0] for key in exchange.calls] == ["demand"]


async def test_a_clearing_that_falls_takes_its_results_with_it(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await _cleared(home)
        await exchange.publish()
        await home.at(TIMES.chain_reveal_until + 2)
        assert (await _order(home)).state is OrderState.CLEARED
        assert await home.database.run(journal.contracted, [SLOT])
        await exchange.void()
        await home.at(TIMES.start + 10)
        assert (await _order(home)).state is OrderState.VOID
        assert await home.database.run(verdicts.of_slot, SLOT) is None
        assert not await home.database.run(journal.contracted, [SLOT]), "nobody owes anything from it"


async def test_without_a_deposit_nothing_is_sent(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        exchange.deposit = False
        await home.trader.place(OFFER)
        await home.at(TIMES.gate - 1000)
        assert "submit" not in exchange.asked, "the deposit is on its way"
        exchange.deposit = True
        await home.at(TIMES.gate - 900)
        assert (await _order(home)).state is OrderState.RECEIVED
        exchange.deposit = None
        await home.trader.place(replace(OFFER, limit=130_000))
        await home.at(TIMES.gate - 800)
        _, poor = await home.database.run(journal.of_slot, SLOT)
        assert poor.state is OrderState.REFUSED
        assert poor.reason is not None
        assert poor.reason.params == {"needed": "5", "found": "1"}
