"""The market from the order to the netting, and what goes wrong on the way: always safe, always explained."""

import pytest

from community.market import book_closing, keeper
from community.store import market as store
from community.store.market import BookedOrder
from dems_node.chain import journal as transactions
from dems_node.chain.transactions import State
from dems_protocol.market.order_set import SetLeaf
from openems_bridge.dispatcher.commands import CommandSource, Status
from openems_bridge.foresight.plan import PlanMode
from openems_bridge.ledger import journal as ledger_journal
from openems_bridge.ledger.slot_phase import Phase
from openems_bridge.telemetry import Register
from openems_bridge.trader import verdicts
from openems_bridge.trader.own_orders import OrderState
from openems_bridge.trader.suggestions import SuggestionState
from tests.e2e_market.fair import BID, OFFER, Fair
from tests.trader.bazaar import Stall


async def test_from_the_order_to_the_netting(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    """One street for all of it: a deployment takes seconds, and five households to move in."""
    await _what_is_sold_is_delivered_and_the_rest_netted(fair)
    await _an_empty_battery_is_spared(fair)
    await _own_load_goes_first(fair)
    await _the_running_slot_is_followed(fair)
    await _an_order_that_comes_too_late_is_missed(fair)
    await _an_operator_that_never_clears(fair, monkeypatch)
    await _an_omitted_order_brings_the_set_down(fair, monkeypatch)
    await _a_forged_order_brings_the_set_down(fair, monkeypatch)


async def _what_is_sold_is_delivered_and_the_rest_netted(fair: Fair) -> None:
    fair.next_slot()
    await fair.place_all()
    await fair.clear()
    assert [((await fair.order(one)).state, (await fair.order(one)).filled) for one in fair.traders] == [
        (OrderState.CLEARED, 500),
        (OrderState.CLEARED, 700),
        (OrderState.CLEARED, 200),
    ]
    for one in fair.traders:
        verdict = await one.database.run(verdicts.of_slot, fair.slot)
        assert verdict is not None
        assert verdict.verified, verdict

    measured = await fair.live_through_slot()
    house = fair.roof.house
    assert max(point for point in house.set_points if point is not None) > 300, (
        "it serves the house and sells"
    )
    assert measured.feed_in is not None
    assert measured.withdrawal is not None
    assert abs(measured.feed_in - measured.withdrawal - 500) <= 5, measured
    suggestion = await fair.suggestion()
    assert (suggestion.state, suggestion.reason.code) == (SuggestionState.DONE, "delivered")
    assert suggestion.gain == 500 * (200_000 - 80_000) // 1000

    await _netted(fair, measured.withdrawal, measured.feed_in)


async def _netted(fair: Fair, withdrawal: int, feed_in: int) -> None:
    town, slot = fair.street.town, fair.slot
    counted = ((withdrawal, feed_in, 0, 500), (800, 30, 700, 0), (40, 260, 0, 200))
    rests = []
    for one, (taken, given, bought, sold) in zip(fair.traders, counted, strict=True):
        await fair.measure(one, taken, given)
        (reading,) = await one.database.run(ledger_journal.of_slot, slot)
        delivered = min(taken, bought), min(given, sold)
        rest = taken - delivered[0], given - delivered[1]
        values = [opening.value for opening in reading.openings[:4]]
        assert values == [delivered[0], rest[0], delivered[1], rest[1]]
        rests.append(rest)
    for neighbour in fair.neighbours:
        await neighbour.measure(slot, 100, 90)
        await neighbour.step()
    expected = tuple(sum(rest[side] for rest in rests) + (200, 180)[side] for side in (0, 1))

    await town.make_statement(slot)
    await fair.look()
    await town.let_window_pass()
    assert await town.sums(slot) == (*expected, True), "delivered energy takes no part in the netting"
    await fair.look()
    matched = min(expected)
    for one, rest in zip(fair.traders, rests, strict=True):
        settlement = (await fair.view(one)).settlement
        assert settlement is not None
        assert settlement.phase is Phase.OPENED
        assert settlement.withdrawal_inside == rest[0] * matched // expected[0]
        assert settlement.feed_in_inside == rest[1] * matched // expected[1]


async def _an_empty_battery_is_spared(fair: Fair) -> None:
    fair.next_slot(soc=11)
    await fair.place_all()
    await fair.clear()
    measured = await fair.live_through_slot()
    assert measured.feed_in is not None
    assert measured.feed_in < 250, "what was above the reserve"
    assert fair.roof.house.soc >= 10
    suggestion = await fair.suggestion()
    assert (suggestion.state, suggestion.reason.code) == (SuggestionState.DONE, "battery_empty")
    assert suggestion.reason.params["delivered"] == measured.feed_in


async def _own_load_goes_first(fair: Fair) -> None:
    fair.next_slot(load=6_000)
    await fair.place_all()
    await fair.clear()
    measured = await fair.live_through_slot()
    assert measured.feed_in is not None
    assert measured.feed_in < 100, "only while the house takes less than the battery gives"
    assert measured.withdrawal is not None
    assert 200 <= measured.withdrawal <= 400, "the battery gives its 5 kW, the house draws the rest"
    assert max(point for point in fair.roof.house.set_points if point is not None) <= 5_000
    suggestion = await fair.suggestion()
    assert (suggestion.state, suggestion.reason.code) == (SuggestionState.DONE, "own_load")


async def _an_order_that_comes_too_late_is_missed(fair: Fair) -> None:
    fair.next_slot()
    await fair.place(fair.carol, OFFER, 500, 200_000)
    await fair.place(fair.bob, BID, 700, 300_000)
    await fair.place(fair.alice, OFFER, 500, 120_000)
    # Alice's bridge is off until nothing can come in any more.
    await fair.look(fair.alice)
    await fair.pass_to(fair.times.gate, fair.alice)
    for moment in (fair.times.direct_until, fair.times.set_final, fair.times.chain_reveal_until):
        await fair.pass_to(moment)
    missed = await fair.order(fair.alice)
    assert missed.state is OrderState.MISSED_GATE
    assert missed.reason is not None
    assert missed.reason.code == "not_confirmed"
    assert (await fair.order(fair.carol)).filled == 500, "the others trade without her"
    await _battery_is_left_alone(fair)


async def _the_running_slot_is_followed(fair: Fair) -> None:
    """Nobody traded ahead; Bob's house needs 2 kW now, and Alice's battery serves it besides her own house."""
    fair.next_slot()
    times, house = fair.times, fair.roof.house
    await fair.pass_to(times.start)
    before = house.telemetry.counters
    await fair.follow_slot(until=times.end - 1)
    after = house.telemetry.counters
    sold, bought = (
        (after[register] or 0) - (before[register] or 0)
        for register in (Register.FEED_IN, Register.WITHDRAWAL)
    )
    assert sold - bought == pytest.approx(500, abs=25), "what Bob needs, at Alice's meter"
    assert fair.alice.built.live is not None
    state = fair.alice.built.live.state
    assert state is not None
    assert (state.mode, state.reason.code) == (PlanMode.SERVE_COMMUNITY, "live_serves_community")
    assert state.price is not None
    assert 150_000 < state.price < 200_000, "Alice's limit is the marginal one"
    assert house.dispatcher.state.command is not None
    assert house.dispatcher.state.command.source is CommandSource.LIVE
    assert fair.bob.built.live is not None
    assert fair.bob.built.live.state is not None
    assert fair.bob.built.live.state.reason.code == "live_no_battery"
    # Nobody answers any more: the command ends by itself, and there is no plan here to go on with.
    fair.street.town.clock.now += 181
    await house.play(fair.street.town.clock.now + 2)
    assert house.dispatcher.state.status is Status.RELEASED


async def _battery_is_left_alone(fair: Fair) -> None:
    await fair.live_through_slot()
    assert fair.roof.house.set_points == []
    assert fair.roof.house.dispatcher.state.status is Status.RELEASED


async def _an_operator_that_never_clears(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    fair.next_slot()
    await fair.place_all()

    async def idle(self: object, view: object) -> None:
        return

    with monkeypatch.context() as patch:
        patch.setattr(keeper.MarketKeeper, "_clear", idle)
        await fair.clear()
        await fair.pass_to(fair.times.publish_until)
        for one in fair.traders:
            order = await fair.order(one)
            assert (order.state, order.filled) == (OrderState.VOID, None)
            assert order.reason is not None
            assert order.reason.code == "no_clearing"
        await _battery_is_left_alone(fair)
    await fair.measure(fair.alice, 75, 0)
    (reading,) = await fair.alice.database.run(ledger_journal.of_slot, fair.slot)
    assert [opening.value for opening in reading.openings[:2]] == [0, 75], "all of it is netted"


async def _an_omitted_order_brings_the_set_down(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    fair.next_slot()
    await fair.place_all()
    omitted = (await fair.order(fair.alice)).hash
    honest = store.of_slot

    with monkeypatch.context() as patch:
        patch.setattr(
            store,
            "of_slot",
            lambda connection, slot: [one for one in honest(connection, slot) if one.order != omitted],
        )
        await fair.pass_to(fair.times.gate)
    await fair.pass_to(fair.times.direct_until)
    await _is_void(fair, fair.alice, "omitted_order")
    await fair.street.refill_market_bond()


async def _a_forged_order_brings_the_set_down(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    fair.next_slot()
    await fair.place_all()
    honest = book_closing.set_leaves

    def forged(orders: list[BookedOrder]) -> list[SetLeaf]:
        """Put Bob's order down to Carol's meter."""
        leaves = honest(orders)
        meters = [leaf.meter for leaf in leaves]
        return [SetLeaf(leaf.order, meters[(i + 1) % 3], leaf.signature) for i, leaf in enumerate(leaves)]

    with monkeypatch.context() as patch:
        patch.setattr(book_closing, "set_leaves", forged)
        patch.setattr("community.api.market_routes.set_leaves", forged)
        await fair.pass_to(fair.times.gate)
        await fair.pass_to(fair.times.direct_until)
        await _is_void(fair, fair.alice, "wrong_set_leaf")
    await fair.street.refill_market_bond()


async def _is_void(fair: Fair, finder: Stall, code: str) -> None:
    violated = [data for kind, data in finder.told if kind == "market_violated" and data["slot"] == fair.slot]
    assert [data["reason"]["code"] for data in violated] == [code]
    await fair.look()
    (sent, *_) = await finder.database.run(transactions.latest, finder.running.performer.account, 1)
    assert sent.state in {State.MINED, State.FINAL}, sent
    await fair.look()
    for one in fair.traders:
        order = await fair.order(one)
        assert (order.state, order.filled) == (OrderState.VOID, None), "nobody owes anything from it"
