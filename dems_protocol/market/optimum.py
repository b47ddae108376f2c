"""Optimal prices of the zones in exact integers: the proof of what HiGHS estimated, and its correction if need be.

Source: docs/market.md section 6; Murota, Discrete Convex Analysis, ch. 10 (steepest descent of L-convex functions).
"""

from collections.abc import Sequence

from dems_protocol.market.book import ZoneBook
from dems_protocol.market.exchange import Exchange, Exchanged, Shortage
from dems_protocol.market.price_lattice import PriceRange, tighten
from dems_protocol.market.terms import Terms


def find_optimal_prices(terms: Terms, books: Sequence[ZoneBook], start: Sequence[int]) -> list[int]:
    """Return optimal prices by place, beginning at an estimate.

    As long as zones have too much at these prices, theirs fall to where something changes; as long as they have too
    little, theirs rise. Each step lowers the dual objective, so this ends at an optimum from anywhere.
    """
    prices = _allowed_prices(terms, start)
    while shortage := Exchange.at(terms, books, prices).find_shortage():
        step = _longest_step(terms, books, prices, shortage)
        sign = -1 if shortage.is_surplus else 1
        prices = [
            price + sign * step if zone in shortage.zones else price for zone, price in enumerate(prices)
        ]
    return prices


def _allowed_prices(terms: Terms, start: Sequence[int]) -> list[int]:
    """Return the estimate, moved to where the utility's prices and the network's charges allow it."""
    ranges = terms.price_ranges()
    wanted = [
        PriceRange(found.lower, min(max(price, found.lower), found.upper))
        for price, found in zip(start, ranges, strict=True)
    ]
    return [found.upper for found in tighten(wanted, terms.charge_rows(), ())]


def _longest_step(terms: Terms, books: Sequence[ZoneBook], prices: Sequence[int], shortage: Shortage) -> int:
    """Return how far the prices of a shortage's zones can move together until the situation changes."""
    rooms, charges = [], terms.charge_rows()
    others = set(range(len(prices))) - shortage.zones
    for zone in shortage.zones:
        if shortage.is_surplus:
            limit, bound = books[zone].next_below(prices[zone]), terms.zones[zone].buy
            rooms.append(prices[zone] - (bound if limit is None else max(limit, bound)))
            rooms += [charges[zone][other] - (prices[other] - prices[zone]) for other in others]
        else:
            limit, bound = books[zone].next_above(prices[zone]), terms.zones[zone].sell
            rooms.append((bound if limit is None else min(limit, bound)) - prices[zone])
            rooms += [charges[other][zone] - (prices[zone] - prices[other]) for other in others]
    return min(rooms)


def find_price_ranges(
    terms: Terms, books: Sequence[ZoneBook], prices: Sequence[int], exchanged: Exchanged
) -> list[PriceRange]:
    """Return the smallest and largest optimal price of each zone, by place.

    ``prices`` are optimal and ``exchanged`` is what they lead to. By complementary slackness every optimal price is a
    price at which this exchange is right: between the last order filled and the first not filled, at the utility's
    price where it trades, and apart by the charge where energy flows.
    """
    ranges = []
    for zone, (utility, book, price) in enumerate(zip(terms.zones, books, prices, strict=True)):
        below, above = book.next_below(price), book.next_above(price)
        lower = utility.buy if below is None else max(below, utility.buy)
        upper = utility.sell if above is None else min(above, utility.sell)
        demand, supply = exchanged.tied_demand[zone], exchanged.tied_supply[zone]
        if exchanged.utility_sold[zone] or supply or demand < book.bids.get(price, 0):
            lower = price
        if exchanged.utility_bought[zone] or demand or supply < book.offers.get(price, 0):
            upper = price
        ranges.append(PriceRange(lower, upper))
    return tighten(ranges, terms.charge_rows(), exchanged.flows)
