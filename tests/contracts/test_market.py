"""The market's contracts take what the operator's own code makes, and refuse or void what it must not make."""

from dataclasses import replace
from random import Random

import pytest
from eth_hash.auto import keccak

from community.deployment import DeploymentError
from dems_protocol.contracts import market, orders, result_challenges, set_challenges, structs
from dems_protocol.contracts.abi import encode_arguments
from dems_protocol.contracts.market_conversions import to_order
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import Order
from dems_protocol.market.results import ResultLeaf
from tests.contracts.square import (
    SECOND_ZONE,
    Square,
    open_square,
    publish_call,
    result_descent,
    set_descent,
)
from tests.contracts.village import Village

NOTHING = structs.ClearingStamp(bytes(32), 0, 0)


@pytest.fixture
async def square(village: Village) -> Square:
    return await open_square(village)


def make_orders(square: Square, seed: int, *, each: int = 2) -> list[Order]:
    """Return random orders, ties among them, of which no household's cross."""
    random = Random(seed)
    made: list[Order] = []
    for resident in range(5):
        side = random.choice(list(OrderSide))
        made.extend(
            Order(
                meter=(100 + resident).to_bytes(32),
                slot=square.slot,
                number=number,
                side=side,
                quantity=random.randint(1, 5000),
                battery=0,
                limit=random.choice([90_000, 150_000, 150_000, 200_000, 240_000, random.randint(0, 350_000)]),
                zone=1 if resident in SECOND_ZONE else 0,
                salt=random.randbytes(32),
            )
            for number in range(each)
        )
    return made


async def test_every_clearing_of_the_operators_code_is_one_that_the_contract_publishes(
    square: Square,
) -> None:
    """Twenty books with ties, flows and the utility on either side; the last one is published for good."""
    operator, address = square.village.community.operator, square.village.community.deployment.market
    given = make_orders(square, 0)
    await square.commit(square.leaves(given))
    await square.until(square.gate + 1800)
    flows = 0
    for seed in range(20):
        made = square.clear(make_orders(square, seed, each=1 + seed % 3))
        flows += len(made.clearing.flows)
        await square.chain.client.gas_needed(
            address, publish_call(made.clearing).calldata(), sender=operator.address
        )
    assert flows, "energy went between the zones"
    published = await square.publish(square.clear(given).clearing)
    stamp = _stamp(published)
    assert await operator.read(address, market.IsFinal(square.slot, stamp)) is False
    await square.chain.pass_time(3600, 240)
    assert await operator.read(address, market.IsFinal(square.slot, stamp)) is True


async def test_changed_figures_are_refused(square: Square) -> None:
    given = make_orders(square, 3)
    await square.commit(square.leaves(given))
    clearing = square.clear(given).clearing
    first = clearing.zones[0]
    for changed in (
        replace(first, price=first.price + 1),
        replace(first, bought=first.bought + 1, utility_sold=first.utility_sold + 1),
        replace(first, sold_blinding=first.sold_blinding + 1),
        replace(first, lower=0),
    ):
        with pytest.raises(DeploymentError, match=r"refused: (wrong price|wrong totals|wrong spread)"):
            await square.publish(replace(clearing, zones=(changed, clearing.zones[1])))


async def test_an_omitted_result_brings_the_slot_down(square: Square) -> None:
    deployment = square.village.community.deployment
    given = make_orders(square, 4, each=1)
    leaves = square.leaves(given)
    committed = await square.commit(leaves)
    kept = [order for order in given if order.meter != given[1].meter]
    made = square.clear(kept)
    published = await square.publish(made.clearing)
    index = next(i for i, leaf in enumerate(leaves) if leaf.order == given[1].hash())
    challenger = square.village.residents[1].account
    await challenger.call(
        deployment.result_challenges,
        result_challenges.ChallengeMissingResult(
            published,
            0,
            committed,
            set_descent(square, leaves, index),
            _neighbours(square, made.leaves[0], given[1].hash()),
        ).calldata(),
    )
    assert await challenger.read(deployment.market, market.IsVoid(square.slot)) is True
    assert await challenger.read(deployment.market, market.BalanceOf(challenger.address)) == 200_000_000


async def test_honest_results_and_leaves_are_not_challenged(square: Square) -> None:
    """Every order's seal, fill and commitment is to the contract what it is to Python."""
    deployment, stranger = square.village.community.deployment, square.village.residents[0].account
    given = make_orders(square, 5, each=1)
    leaves = square.leaves(given)
    committed = await square.commit(leaves)
    for index in range(len(leaves)):
        with pytest.raises(DeploymentError, match="refused: unfounded"):
            await stranger.call(
                deployment.set_challenges,
                set_challenges.ChallengeSetLeaf(
                    committed, NOTHING, set_descent(square, leaves, index)
                ).calldata(),
            )
    made = square.clear(given)
    published = await square.publish(made.clearing)
    for order in given:
        results = made.leaves[order.zone]
        place = next(i for i, leaf in enumerate(results) if leaf.order == order.hash())
        shown = result_descent(square, order.zone, results, place)
        for call in (
            result_challenges.ChallengeResult(published, order.zone, shown, to_order(order)),
            result_challenges.ChallengePrice(published, order.zone, shown, to_order(order)),
            result_challenges.ChallengeResultLeaf(published, order.zone, shown),
        ):
            with pytest.raises(DeploymentError, match="refused: unfounded"):
                await stranger.call(deployment.result_challenges, call.calldata())


async def test_orders_placed_and_revealed_on_chain(square: Square) -> None:
    deployment = square.village.community.deployment
    given = make_orders(square, 6, each=1)
    await square.place(square.seal(given[0]))
    stranger = square.village.residents[0].account
    assert await stranger.read(deployment.orders, orders.Counts(given[0].hash(), square.slot)) is True
    await square.commit(square.leaves(given[1:]))
    await square.until(square.gate + 900)
    done = await stranger.transact(deployment.orders, orders.Reveal(to_order(given[0])).calldata())
    assert done.events == [orders.OrderRevealedEvent(square.slot, given[0].hash(), to_order(given[0]))]
    hidden = frozenset({given[1].hash()})
    await square.publish(square.clear(given, hidden).clearing)


def _neighbours(
    square: Square, leaves: tuple[ResultLeaf, ...], order: bytes
) -> tuple[structs.ResultDescent, ...]:
    above = sum(leaf.order < order for leaf in leaves)
    places = [place for place in (above - 1, above) if 0 <= place < len(leaves)]
    return tuple(result_descent(square, 0, leaves, place) for place in places)


def _stamp(published: structs.PublishedClearing) -> structs.ClearingStamp:
    encoded = encode_arguments(market.ClearingPublishedEvent.DATA[:1], published.clearing)
    return structs.ClearingStamp(keccak(encoded), published.published_at, published.published_block)
