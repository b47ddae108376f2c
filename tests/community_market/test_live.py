"""Following the running slot: wishes are cleared by the market's rule, summed when the slot is over, and expected again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.market.live import (
    CLEAR_SECONDS,
    LiveBook,
    LiveOrder,
    LivePrice,
    LiveWish,
    SlotSums,
    clear_live,
    crosses,
)
from community.market.live_desk import LiveDesk
from community.market.outlook import expect
from community.readings.acceptance import Refusal
from dems_protocol.market.fills import ONE, OrderSide, OrderTerms, fill
from dems_protocol.market.terms import Terms, ZoneTerms
from tests.community.town import Town

TERMS = Terms((ZoneTerms(1, 320_000, 80_000),), (0,))
A_DAY = 96


def _wish(name: int, *orders: LiveOrder, net: int = 0, has_battery: bool = False) -> LiveWish:
    return LiveWish(
        meter=name.to_bytes(32),
        household=name.to_bytes(20),
        zone=1,
        has_battery=has_battery,
        net=net,
        stored=None,
        orders=orders,
    )


def _filled(order: LiveOrder, price: LivePrice) -> int:
    ratio = price.bid_ratio if order.side is OrderSide.BID else price.offer_ratio
    return fill(OrderTerms(bytes(32), order.side, order.quantity, order.limit, 1), price.price, ratio)


@given(
    st.lists(
        st.tuples(st.sampled_from(OrderSide), st.integers(1, 3000), st.integers(80_000, 320_000)),
        min_size=1,
        max_size=12,
    )
)
def test_everybody_reckons_the_same_from_price_and_ratios(found: list[tuple[OrderSide, int, int]]) -> None:
    wishes = [_wish(i + 1, LiveOrder(*order)) for i, order in enumerate(found)]
    price = clear_live(TERMS, 7, wishes, 1.0)[1]
    assert price.meters == len(wishes)
    bought = sum(_filled(o, price) for w in wishes for o in w.orders if o.side is OrderSide.BID)
    sold = sum(_filled(o, price) for w in wishes for o in w.orders if o.side is OrderSide.OFFER)
    if TERMS.zones[0].buy < price.price < TERMS.zones[0].sell:
        # Off the utility's prices only rounding is left to it.
        assert abs(bought - sold) <= len(wishes)


def test_a_zone_without_wishes_has_no_price() -> None:
    terms = Terms((ZoneTerms(1, 320_000, 80_000), ZoneTerms(2, 320_000, 80_000)), (0, 0, 0, 0))
    assert set(clear_live(terms, 7, [_wish(1, LiveOrder(OrderSide.BID, 5, 90_000))], 1.0)) == {1}


def test_wishes_cross_when_the_bid_reaches_the_offer() -> None:
    bid, offer = LiveOrder(OrderSide.BID, 5, 100), LiveOrder(OrderSide.OFFER, 5, 100)
    assert crosses((bid, offer))
    assert not crosses((bid, LiveOrder(OrderSide.OFFER, 5, 101)))
    assert not crosses((bid,))


def test_a_new_slot_hands_on_the_sums_of_the_last_and_forgets_it() -> None:
    book = LiveBook()
    assert book.put(7, _wish(1, net=300, has_battery=True)) is None
    book.cleared(7, 10.0, {1: LivePrice(10.0, 1, 100, ONE, ONE)})
    assert not book.is_stale(10.0 + CLEAR_SECONDS - 1)
    assert book.put(7, _wish(1, net=200, has_battery=True)) is None
    assert book.put(7, _wish(2, net=-50)) is None
    over = book.put(8, _wish(1, net=1))
    assert over == SlotSums(slot=7, owners_net=200, others_net=-50, owners=1, others=1, stored=0)
    assert book.price(1) is None
    assert book.is_stale(10.0)
    book.cleared(7, 11.0, {1: LivePrice(11.0, 1, 100, ONE, ONE)})
    assert book.price(1) is None


def _days(count: int, owners: int = 5, others: int = 5) -> list[SlotSums]:
    return [
        SlotSums(
            slot=slot,
            owners_net=10 * (slot % A_DAY),
            others_net=500,
            owners=owners,
            others=others,
            stored=slot,
        )
        for slot in range(count * A_DAY)
    ]


def test_the_outlook_is_the_profile_of_the_day() -> None:
    found = expect(_days(3), 3 * A_DAY, 900, 3)
    assert found is not None
    assert found.owners.expected[:3] == (0, 10, 20)
    assert found.owners.expected[A_DAY] == 0
    assert len(found.owners.expected) == 144
    assert set(found.others.low) == set(found.others.high) == {500}
    assert found.stored == 3 * A_DAY - 1


@pytest.mark.parametrize(("days", "owners", "others"), [(1, 5, 5), (3, 2, 5), (3, 5, 2)])
def test_there_is_no_outlook_of_too_few(days: int, owners: int, others: int) -> None:
    assert expect(_days(days, owners, others), days * A_DAY, 900, 3) is None


async def test_members_tell_and_hear_and_strangers_do_not(town: Town) -> None:
    one, two, *_ = await town.settle_in(3)
    desk = LiveDesk(town.market)
    await town.move_to(town.facts.grid.start(town.slot + 8))
    await town.deliver()
    slot = town.slot
    told = await desk.tell(
        slot, one.address, one.meter, net=400, stored=None, orders=(LiveOrder(OrderSide.BID, 400, 320_000),)
    )
    assert isinstance(told, LivePrice)
    assert told.price == 320_000
    town.clock.now += CLEAR_SECONDS
    told = await desk.tell(
        slot, two.address, two.meter, net=0, stored=5000, orders=(LiveOrder(OrderSide.OFFER, 300, 150_000),)
    )
    assert isinstance(told, LivePrice)
    assert (told.meters, told.offer_ratio) == (2, 0)
    assert told.price == 320_000
    foreign = await desk.tell(slot, one.address, two.meter, net=0, stored=None, orders=())
    assert isinstance(foreign, Refusal)
    assert foreign.kind == "not-yours"
    other = await desk.tell(slot + 1, one.address, one.meter, net=0, stored=None, orders=())
    assert isinstance(other, Refusal)
    assert other.kind == "not-running"
    huge = await desk.tell(
        slot, one.address, one.meter, net=0, stored=None, orders=(LiveOrder(OrderSide.BID, 10**6, 1),)
    )
    assert isinstance(huge, Refusal)
    assert huge.kind == "above-connection"
    assert await desk.outlook() is None
