"""The market operator against the real contracts: a slot from sealed orders to suggestions, and what goes wrong on the way."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from community.market.desk import OrderDesk, SignedOrderReceipt
from community.market.forfeiting import forfeit
from community.market.office import MarketView, view_market
from community.market.steps import MarketMoment, MarketPhase, phase_of
from community.readings.acceptance import Refusal
from community.store import market as store
from dems_protocol.contracts import orders as orders_contract
from dems_protocol.contracts import suggestions
from dems_protocol.contracts.conversions import to_signature
from dems_protocol.contracts.market_conversions import to_order, to_set_leaf
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.order_set import SetLeaf
from dems_protocol.market.orders import EncryptionKey, OrderWithdrawal
from dems_protocol.market.results import ResultLeaf, ResultStatus
from dems_protocol.market.suggestions import (
    SuggestedAction,
    SuggestionPlace,
    decrypt_suggestion,
    split_ciphertexts,
)
from tests.community.town import Town
from tests.community_market.traders import Traders

AHEAD = 8
"""Slots from now to the one that is traded: its gate has not come."""


async def _view(town: Town, slot: int) -> MarketView:
    return await town.database.run(view_market, slot)


async def _phase(town: Town, slot: int) -> MarketPhase:
    view = await _view(town, slot)
    window = town.market.facts.windows.result_challenge_seconds
    moment = MarketMoment(now=town.clock.now, block_time=int(town.clock.now), window=window)
    return phase_of(town.market.times(slot), view.chain, view.stored, moment)


async def _pass(town: Town, moment: float) -> None:
    await town.move_to(moment + 1)
    await town.settle()


async def _statuses(town: Town, slot: int) -> dict[bytes, ResultStatus]:
    leaves = await town.database.run(store.results_of, slot, 1)
    return {leaf.order: ResultStatus(leaf.status) for leaf in map(ResultLeaf.decode, leaves)}


@pytest.fixture
async def traders(town: Town) -> Traders:
    await town.settle_in(4)
    return Traders(town)


async def test_a_slot_goes_from_sealed_orders_to_a_clearing_and_a_suggestion(
    town: Town, traders: Traders
) -> None:
    seller, buyer, idle, _ = town.households
    slot = town.slot + AHEAD
    times = town.market.times(slot)
    key = X25519PrivateKey.generate()
    announced = EncryptionKey(seller.meter, key.public_key().public_bytes_raw(), town.slot + AHEAD)
    await town.account(seller).perform(
        town.market.facts.suggestions,
        suggestions.AnnounceEncryptionKey(
            announced.meter,
            announced.key,
            announced.start,
            to_signature(traders.sign(seller, announced.struct_hash())),
        ),
    )
    offer = traders.order(seller, slot, OrderSide.OFFER, 1000, 120_000, battery=800)
    bid = traders.order(buyer, slot, OrderSide.BID, 700, 300_000)
    forgotten = traders.order(idle, slot, OrderSide.BID, 500, 310_000)
    for household, order in traders.orders:
        await traders.submit(household, order)

    await _pass(town, times.gate)
    assert await _phase(town, slot) is MarketPhase.COMMITTED
    assert isinstance(await traders.desk.reveal(offer, 0, 0), Refusal)
    await _pass(town, times.set_final)
    for order in (offer, bid):
        assert (await traders.reveal(order)).problem is None
    await _pass(town, times.chain_reveal_until)

    assert await _phase(town, slot) is MarketPhase.CLEARED
    view = await _view(town, slot)
    assert view.chain.clearing is not None
    zone = view.chain.clearing.clearing.zones[1]
    assert (zone.bought, zone.sold, zone.utility_bought, zone.utility_sold) == (700, 700, 0, 0)
    assert zone.price == offer.limit
    assert await _statuses(town, slot) == {
        offer.hash(): ResultStatus.CLEARED,
        bid.hash(): ResultStatus.CLEARED,
        forgotten.hash(): ResultStatus.UNREVEALED,
    }
    assert view.chain.suggested
    ciphertexts = await town.database.run(store.suggestions_of, slot)
    assert ciphertexts is not None
    (ciphertext,) = split_ciphertexts(ciphertexts)
    payload = decrypt_suggestion(
        ciphertext, key, SuggestionPlace(town.market.facts.domain, slot, seller.meter)
    )
    assert payload is not None
    assert (payload.action, payload.energy, payload.price) == (SuggestedAction.DELIVER, 700, zone.price)

    await _pass(town, town.clock.now + town.market.facts.windows.result_challenge_seconds)
    assert await _phase(town, slot) is MarketPhase.FINAL


async def test_an_order_after_the_gate_and_one_of_a_stranger_are_refused(
    town: Town, traders: Traders
) -> None:
    seller, buyer, *_ = town.households
    slot = town.slot + AHEAD
    order = traders.order(seller, slot, OrderSide.OFFER, 1000, 120_000)
    sealed = order.seal()
    foreign = await traders.desk.take(sealed, traders.sign(buyer, sealed.struct_hash()))
    assert isinstance(foreign, Refusal)
    assert foreign.kind == "bad-signature"
    unknown = replace(sealed, meter=bytes(31) + b"\1")
    found = await traders.desk.take(unknown, traders.sign(seller, unknown.struct_hash()))
    assert isinstance(found, Refusal)
    assert found.kind == "not-registered"
    await town.move_to(town.market.times(slot).gate)
    late = await traders.desk.take(sealed, traders.sign(seller, sealed.struct_hash()))
    assert isinstance(late, Refusal)
    assert late.kind == "gate-closed"


async def test_a_repeated_order_gets_the_first_receipt(town: Town, traders: Traders) -> None:
    seller = town.households[0]
    order = traders.order(seller, town.slot + AHEAD, OrderSide.OFFER, 1000, 120_000)
    first = await traders.submit(seller, order)
    town.clock.now += 5
    second = await traders.desk.take(order.seal(), traders.sign(seller, order.seal().struct_hash()))
    assert isinstance(second, SignedOrderReceipt)
    assert second == first


async def test_withdrawn_crossed_and_implausible_orders_are_not_cleared(town: Town, traders: Traders) -> None:
    one, two, three, _ = town.households
    slot = town.slot + AHEAD
    times = town.market.times(slot)
    withdrawn = traders.order(one, slot, OrderSide.OFFER, 400, 100_000)
    offer = traders.order(two, slot, OrderSide.OFFER, 400, 150_000)
    bid = traders.order(two, slot, OrderSide.BID, 300, 150_000)
    huge = traders.order(three, slot, OrderSide.OFFER, 9000, 100_000)
    for household, order in traders.orders:
        await traders.submit(household, order)
    withdrawal = OrderWithdrawal(withdrawn.hash(), slot)
    assert await traders.desk.withdraw(withdrawal, traders.sign(one, withdrawal.struct_hash())) is None
    await _pass(town, times.gate)
    await _pass(town, times.set_final)
    for order in (offer, bid):
        await traders.reveal(order)
    problem = (await traders.reveal(huge)).problem
    assert problem is not None
    assert (problem.code, problem.limit) == ("above_plant", 2750)
    await _pass(town, times.chain_reveal_until)
    assert await _statuses(town, slot) == {
        withdrawn.hash(): ResultStatus.WITHDRAWN,
        offer.hash(): ResultStatus.CROSSED,
        bid.hash(): ResultStatus.CROSSED,
        huge.hash(): ResultStatus.IMPLAUSIBLE,
    }


async def test_an_order_placed_and_revealed_on_chain_counts_by_itself(town: Town, traders: Traders) -> None:
    seller, buyer, *_ = town.households
    slot = town.slot + AHEAD
    times = town.market.times(slot)
    offer = traders.order(seller, slot, OrderSide.OFFER, 600, 120_000)
    bid = traders.order(buyer, slot, OrderSide.BID, 600, 250_000)
    await traders.submit(buyer, bid)
    sealed = offer.seal()
    leaf = to_set_leaf(SetLeaf(sealed.order, sealed.meter, traders.sign(seller, sealed.struct_hash())))
    await town.account(seller).perform(town.market.facts.orders, orders_contract.PlaceOrder(leaf, slot))
    await _pass(town, times.gate)
    await _pass(town, times.set_final)
    await traders.reveal(bid)
    await _pass(town, times.reveal_until)
    await town.account(seller).perform(town.market.facts.orders, orders_contract.Reveal(to_order(offer)))
    await _pass(town, times.chain_reveal_until)
    view = await _view(town, slot)
    assert view.chain.clearing is not None
    assert view.chain.clearing.clearing.zones[1].sold == 600


async def test_a_slot_whose_set_came_too_late_is_void(town: Town, traders: Traders) -> None:
    seller = town.households[0]
    slot = town.slot + AHEAD
    order = traders.order(seller, slot, OrderSide.OFFER, 600, 120_000)
    await traders.submit(seller, order)
    await _pass(town, town.market.times(slot).direct_until)
    assert await _phase(town, slot) is MarketPhase.VOID
    assert (await _view(town, slot)).stored.void_reason == "not_committed_in_time"


async def test_an_order_that_was_not_revealed_costs_its_deposit(
    town: Town, traders: Traders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contract is deployed without a deposit here: what is asked of it is seen, not what it pays."""
    one, two, *_ = town.households
    slot = town.slot + AHEAD
    times = town.market.times(slot)
    needed = 5
    windows = replace(town.market.facts.windows, order_deposit=needed)
    office = replace(town.market, facts=replace(town.market.facts, windows=windows))
    sealed = traders.order(one, slot, OrderSide.OFFER, 400, 100_000).seal()
    refused = await OrderDesk(office).take(sealed, traders.sign(one, sealed.struct_hash()))
    assert isinstance(refused, Refusal)
    assert (refused.kind, refused.params["found"]) == ("deposit-missing", 0)
    for household, order in (
        (one, traders.orders[0][1]),
        (two, traders.order(two, slot, OrderSide.BID, 9, 200_000)),
    ):
        await traders.submit(household, order)
    await _pass(town, times.gate)
    await _pass(town, times.set_final)
    await traders.reveal(traders.orders[1][1])
    await _pass(town, times.chain_reveal_until)
    await town.move_to(
        town.clock.now + windows.result_challenge_seconds + 1, windows.result_challenge_blocks + 1
    )
    await town.deliver()
    await forfeit(office, await _view(town, slot))
    await town.settle()
    assert await town.client.read(office.facts.orders, orders_contract.IsForfeited(sealed.order))
    assert not await town.client.read(
        office.facts.orders, orders_contract.IsForfeited(traders.orders[1][1].hash())
    )
