"""Terms and orders that the tests of the market draw or build."""

import itertools

from eth_hash.auto import keccak
from hypothesis import strategies as st

from dems_protocol.market.fills import OrderSide, OrderTerms
from dems_protocol.market.terms import Terms, ZoneTerms

SELL, BUY = 10, 2
BID, OFFER = OrderSide.BID, OrderSide.OFFER


def make_terms(*charges: int, sell: int = SELL, buy: int = BUY) -> Terms:
    """Return terms of as many zones, numbered 10, 20, …, as the matrix of charges has rows; one zone without."""
    rows = charges or (0,)
    count = next(n for n in itertools.count(1) if n * n == len(rows))
    return Terms(tuple(ZoneTerms(10 * (1 + zone), sell, buy) for zone in range(count)), tuple(rows))


def order(name: str, side: OrderSide, quantity: int, limit: int, zone: int = 10) -> OrderTerms:
    return OrderTerms(keccak(name.encode()), side, quantity, limit, zone)


@st.composite
def markets(draw: st.DrawFn, most_zones: int = 3) -> tuple[Terms, list[OrderTerms]]:
    """Draw a small market with few price levels, so that ties, tight networks and the utility's prices are frequent."""
    count = draw(st.integers(1, most_zones))
    charges = [0 if a == b else draw(st.integers(0, 4)) for a, b in itertools.product(range(count), repeat=2)]
    utility = [
        ZoneTerms(10 * (1 + zone), draw(st.integers(6, 7)), draw(st.integers(1, 2))) for zone in range(count)
    ]
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(OrderSide),
                st.one_of(st.integers(1, 9), st.integers(1, 2**32 - 1)),
                st.integers(-1, 9),
                st.integers(1, count),
            ),
            max_size=12,
        )
    )
    orders = [
        order(str(place), side, quantity, limit, 10 * zone)
        for place, (side, quantity, limit, zone) in enumerate(drawn)
    ]
    return Terms(tuple(utility), tuple(charges)), orders


def gains(orders: list[OrderTerms], prices: dict[int, int]) -> int:
    """Return what all orders gain at given prices, in Wh times micro-units: the dual objective of the welfare maximum."""
    return sum(found.quantity * max(0, found.side.gain(found.limit, prices[found.zone])) for found in orders)


def allowed_prices(terms: Terms) -> list[dict[int, int]]:
    """Return all whole prices that the utility's prices and the network's charges allow, by trying."""
    rows = terms.charge_rows()
    pairs = list(itertools.product(range(len(rows)), repeat=2))
    return [
        {zone.zone: price for zone, price in zip(terms.zones, prices, strict=True)}
        for prices in itertools.product(*(range(zone.buy, zone.sell + 1) for zone in terms.zones))
        if all(prices[b] - prices[a] <= rows[a][b] for a, b in pairs)
    ]
