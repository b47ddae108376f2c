"""The clearing: optimal, balanced, individually rational, reproducible by each household; checked against brute force."""

import dataclasses
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.market.book import build_books
from dems_protocol.market.clearing import clear
from dems_protocol.market.exchange import Exchange
from dems_protocol.market.figures import NO_ORDER, ClearedMarket, Flow, find_clearing_faults
from dems_protocol.market.fills import ONE, OrderSide, OrderTerms, largest_ratio
from dems_protocol.market.optimum import find_optimal_prices, find_price_ranges
from dems_protocol.market.terms import Terms, ZoneTerms
from tests.protocol_market.books import (
    BID,
    BUY,
    OFFER,
    SELL,
    allowed_prices,
    gains,
    make_terms,
    markets,
    order,
)

some = settings(max_examples=60, deadline=None)


@some
@given(markets())
def test_the_prices_are_the_midpoint_of_all_optimal_ones(market: tuple[Terms, list[OrderTerms]]) -> None:
    """By brute force over all prices: welfare's dual objective is minimal exactly from lower to upper."""
    terms, orders = market
    cleared = clear(terms, orders)
    candidates = allowed_prices(terms)
    least = min(gains(orders, prices) for prices in candidates)
    optimal = [prices for prices in candidates if gains(orders, prices) == least]
    for zone in cleared.zones:
        lower, upper = (pick(prices[zone.zone] for prices in optimal) for pick in (min, max))
        assert (zone.lower, zone.upper) == (lower, upper)
        assert zone.price == (lower + upper) // 2
    assert gains(orders, {zone.zone: zone.price for zone in cleared.zones}) == least


@some
@given(markets())
def test_it_is_right_by_its_own_public_figures(market: tuple[Terms, list[OrderTerms]]) -> None:
    terms, orders = market
    cleared = clear(terms, orders)
    assert find_clearing_faults(cleared, terms, len(orders)) == []
    for found in orders:
        assert cleared.find_order_faults(found) == []


@some
@given(markets())
def test_fills_follow_from_the_figures_and_add_up(market: tuple[Terms, list[OrderTerms]]) -> None:
    terms, orders = market
    cleared = clear(terms, orders)
    zones, fills = cleared.by_zone(), cleared.fills(orders)
    for found in orders:
        zone, filled = zones[found.zone], fills[found.hash]
        gain = found.side.gain(found.limit, zone.price)
        assert 0 <= filled <= found.quantity
        if gain < 0:
            assert filled == 0
        if gain > 0:
            assert filled == found.quantity
    for number, zone in zones.items():
        own = [found for found in orders if found.zone == number]
        for side, total in ((BID, zone.bought), (OFFER, zone.sold)):
            assert total == sum(fills[found.hash] for found in own if found.side is side)


@some
@given(markets(), st.randoms(use_true_random=False))
def test_the_sequence_of_orders_does_not_matter(
    market: tuple[Terms, list[OrderTerms]], shuffling: random.Random
) -> None:
    terms, orders = market
    shuffled = list(orders)
    shuffling.shuffle(shuffled)
    assert clear(terms, shuffled) == clear(terms, orders)


@some
@given(markets())
def test_rounding_leaves_the_utility_less_than_a_watt_hour_an_order(
    market: tuple[Terms, list[OrderTerms]],
) -> None:
    terms, orders = market
    for zone, utility in zip(clear(terms, orders).zones, terms.zones, strict=True):
        tied = sum(found.zone == zone.zone and found.limit == zone.price for found in orders)
        if zone.price != utility.sell:
            assert zone.utility_sold < max(tied, 1)
        if zone.price != utility.buy:
            assert zone.utility_bought < max(tied, 1)


@some
@given(markets(), st.lists(st.integers(-5, 15), min_size=3, max_size=3))
def test_any_estimate_leads_to_the_same_ranges(
    market: tuple[Terms, list[OrderTerms]], start: list[int]
) -> None:
    """What HiGHS returns cannot make the result wrong."""
    terms, orders = market
    books = build_books(terms.places(), orders)
    prices = find_optimal_prices(terms, books, start[: len(books)])
    ranges = find_price_ranges(terms, books, prices, Exchange.at(terms, books, prices).share())
    assert [(found.lower, found.upper) for found in ranges] == [
        (zone.lower, zone.upper) for zone in clear(terms, orders).zones
    ]


def _merit_order_volume(orders: list[OrderTerms]) -> int:
    """Return the Wh that a call auction of one zone can match without the utility: the classic crossing of two curves."""
    bids = sorted((found for found in orders if found.side is BID), key=lambda found: -found.limit)
    offers = sorted((found for found in orders if found.side is OFFER), key=lambda found: found.limit)
    bid_rest, offer_rest = [b.quantity for b in bids], [o.quantity for o in offers]
    volume = b = o = 0
    while b < len(bids) and o < len(offers) and bids[b].limit >= offers[o].limit:
        matched = min(bid_rest[b], offer_rest[o])
        volume += matched
        bid_rest[b] -= matched
        offer_rest[o] -= matched
        b += not bid_rest[b]
        o += not offer_rest[o]
    return volume


@some
@given(
    st.lists(
        st.tuples(st.sampled_from(OrderSide), st.integers(1, 50), st.integers(BUY + 1, SELL - 1)), max_size=15
    )
)
def test_one_zone_matches_what_the_curves_do(drawn: list[tuple[OrderSide, int, int]]) -> None:
    """Where no limit reaches the utility's prices, households trade among themselves only, and as much as they can."""
    orders = [order(str(place), *one) for place, one in enumerate(drawn)]
    (zone,) = clear(make_terms(), orders).zones
    volume = _merit_order_volume(orders)
    tied = [found for found in orders if found.limit == zone.price]
    assert volume - max(len(tied), 1) < zone.bought <= volume
    assert volume - max(len(tied), 1) < zone.sold <= volume
    if volume:
        filled = {side: [o.limit for o in orders if o.side is side and zone.fill(o)] for side in OrderSide}
        assert max(filled[OFFER], default=BUY) <= zone.price <= min(filled[BID], default=SELL)


def test_the_marginal_bid_is_filled_in_part() -> None:
    cleared = clear(
        make_terms(), [order("a", BID, 100, 8), order("b", BID, 100, 6), order("c", OFFER, 150, 4)]
    )
    (zone,) = cleared.zones
    assert (zone.lower, zone.price, zone.upper) == (6, 6, 6)
    assert zone.lower_order == zone.upper_order == order("b", BID, 100, 6).hash
    assert (zone.bought, zone.sold, zone.utility_sold, zone.utility_bought) == (150, 150, 0, 0)
    assert zone.bid_ratio == largest_ratio([100], 50)
    assert zone.offer_ratio == 0


def test_the_utility_is_the_last_resort_on_both_sides() -> None:
    (short,) = clear(make_terms(), [order("a", BID, 100, 12), order("b", OFFER, 30, 4)]).zones
    assert (short.price, short.utility_sold, short.upper_order) == (SELL, 70, NO_ORDER)
    (long,) = clear(make_terms(), [order("a", BID, 30, 12), order("b", OFFER, 100, 1)]).zones
    assert (long.price, long.utility_bought, long.lower_order) == (BUY, 70, NO_ORDER)


def test_an_empty_market_stands_between_the_utilitys_prices() -> None:
    cleared = clear(make_terms(0, 1, 1, 0), [])
    assert [(zone.lower, zone.upper, zone.price) for zone in cleared.zones] == [(BUY, SELL, 6)] * 2
    assert cleared.flows == ()


def test_energy_flows_where_the_difference_pays_for_the_network() -> None:
    orders = [order("a", OFFER, 100, 3, 10), order("b", BID, 60, 7, 20)]
    near, far = clear(make_terms(0, 2, 2, 0), orders), clear(make_terms(0, 5, 5, 0), orders)
    assert near.flows == (Flow(10, 20, 60),)
    assert [zone.price for zone in near.zones] == [3, 5]
    assert far.flows == ()


def test_ties_over_zones_share_one_ratio_where_the_network_lets_them() -> None:
    orders = [
        order("a", BID, 100, 6, 10),
        order("b", BID, 300, 6, 20),
        order("c", OFFER, 200, 3, 10),
    ]
    first, second = clear(make_terms(0, 0, 0, 0), orders).zones
    assert (first.bought, second.bought) == (50, 150)
    # No energy comes back over a network that costs: what is offered in the second zone is for it alone.
    first, second = clear(
        make_terms(0, 0, 1, 0), [*orders[:2], order("c", OFFER, 20, 3, 10), order("d", OFFER, 200, 3, 20)]
    ).zones
    assert (first.bought, second.bought) == (20, 200)


def test_tied_orders_of_a_zone_share_by_quantity() -> None:
    orders = [order(name, OFFER, quantity, 5) for name, quantity in (("a", 10), ("b", 20), ("c", 30))]
    orders.append(order("d", BID, 31, 9))
    cleared = clear(make_terms(), orders)
    assert [cleared.fills(orders)[found.hash] for found in orders] == [5, 10, 16, 31]
    assert cleared.zones[0].utility_sold == 0
    alike = [order(str(place), OFFER, 10, 5) for place in range(4)] + [order("d", BID, 31, 9)]
    cleared = clear(make_terms(), alike)
    assert set(cleared.fills(alike[:4]).values()) == {7}
    assert cleared.zones[0].utility_sold == 3


def test_nobody_is_cleared_on_nonsense() -> None:
    bid = order("a", BID, 5, 5)
    with pytest.raises(ValueError, match="twice"):
        clear(make_terms(), [bid, bid])
    with pytest.raises(ValueError, match="zone 30"):
        clear(make_terms(), [order("a", BID, 5, 5, 30)])
    with pytest.raises(ValueError, match="must not be 0 Wh"):
        order("a", BID, 0, 5)
    with pytest.raises(ValueError, match="10\\^12"):
        order("a", BID, 5, 10**12 + 1)
    with pytest.raises(ValueError, match="without end"):
        Terms((ZoneTerms(1, 5, 5), ZoneTerms(2, 9, 8)), (0, 2, 2, 0))


def test_extreme_figures_are_exact() -> None:
    """Quantities and limits at their bounds: beyond what floating point tells apart."""
    terms = make_terms(0, 1, 1, 0, sell=10**12, buy=-(10**12))
    orders = [order(f"b{i}", BID, 2**32 - 1 - i, 10**12 - 3 - i % 2, 10) for i in range(40)]
    orders += [order(f"o{i}", OFFER, 2**32 - 9 * i, 10**12 - 5 + i % 2, 20) for i in range(40) if i]
    cleared = clear(terms, orders)
    assert find_clearing_faults(cleared, terms, len(orders)) == []
    assert [(zone.price, zone.lower, zone.upper) for zone in cleared.zones] == [
        (10**12 - 3, 10**12 - 3, 10**12 - 3),
        (10**12 - 4, 10**12 - 4, 10**12 - 4),
    ]


@pytest.fixture(scope="module")
def honest() -> tuple[Terms, list[OrderTerms], ClearedMarket]:
    terms = make_terms(0, 2, 9, 2, 0, 1, 9, 1, 0, sell=100, buy=10)
    draw = random.Random(4)
    orders = [
        order(
            f"order {i}",
            OrderSide(i % 2),
            draw.randrange(100, 10_000),
            draw.randrange(15, 95),
            10 * draw.randrange(1, 4),
        )
        for i in range(60)
    ]
    return terms, orders, clear(terms, orders)


CHANGES = [
    "price",
    "lower",
    "upper",
    "lower_order",
    "upper_order",
    "bid_ratio",
    "offer_ratio",
    "bought",
    "sold",
    "utility_sold",
    "utility_bought",
]


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("place", range(3))
def test_every_changed_figure_is_noticed(
    honest: tuple[Terms, list[OrderTerms], ClearedMarket], place: int, name: str
) -> None:
    """By everybody from the public figures, or by somebody whose order they do not give what its result commits."""
    terms, orders, cleared = honest
    assert cleared.flows
    for change in (-1, 1, 1000):
        zone = cleared.zones[place]
        value = getattr(zone, name)
        if isinstance(value, bytes):
            limit = zone.lower if name == "lower_order" else zone.upper
            other: Any = next(found.hash for found in orders if found.limit != limit)
        else:
            other = value + change * (ONE // 100 if name.endswith("ratio") else 1)
        zones = list(cleared.zones)
        zones[place] = dataclasses.replace(zone, **{name: other})
        told = ClearedMarket(tuple(zones), cleared.flows)
        own = [found for found in orders if found.zone == zone.zone]
        noticed = (
            find_clearing_faults(told, terms, 0)
            or any(told.find_order_faults(found) for found in orders)
            or told.fills(own) != cleared.fills(own)
        )
        tied = {found.side for found in own if found.limit == zone.price}
        side = BID if name == "bid_ratio" else OFFER
        assert noticed or (name.endswith("ratio") and side not in tied and 0 <= value + change <= ONE)


def test_a_price_that_nothing_sets_is_noticed() -> None:
    orders = [order("a", BID, 100, 7), order("b", OFFER, 100, 4)]
    cleared = clear(make_terms(), orders)
    assert (cleared.zones[0].lower, cleared.zones[0].upper) == (4, 7)
    (zone,) = cleared.zones
    for other in (
        dataclasses.replace(zone, lower_order=NO_ORDER),
        dataclasses.replace(zone, upper_order=NO_ORDER),
    ):
        told = ClearedMarket((other,), ())
        assert any("nothing keeps" in fault for fault in find_clearing_faults(told, make_terms(), 2))


def test_changed_flows_are_noticed(honest: tuple[Terms, list[OrderTerms], ClearedMarket]) -> None:
    terms, orders, cleared = honest
    first = cleared.flows[0]
    for flows, reason in (
        (cleared.flows[1:], "more come than go"),
        ((dataclasses.replace(first, energy=first.energy + 1), *cleared.flows[1:]), "more come than go"),
        ((first, *cleared.flows), "ascend"),
        ((dataclasses.replace(first, energy=0), *cleared.flows[1:]), "0 Wh do not flow"),
        ((dataclasses.replace(first, end=99), *cleared.flows[1:]), "no network"),
        ((Flow(10, 30, 1), *cleared.flows), "do not differ by the charge"),
    ):
        faults = find_clearing_faults(ClearedMarket(cleared.zones, flows), terms, len(orders))
        assert any(reason in fault for fault in faults), (flows, faults)
    assert "the zones are" in find_clearing_faults(ClearedMarket((), ()), terms, 0)[0]
