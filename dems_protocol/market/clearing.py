"""The clearing rule: maximum welfare with network charges, one price a zone, the utility as last resort.

HiGHS estimates the prices; all that counts is then proven or corrected in exact integers. Source: docs/market.md
section 6. Ties: where orders have their zone's price as limit, first the bids, then the offers get as much as possible
(the utility included where it trades at that price); within a zone and side all by one ratio; over zones by ratios that
are max-min fair in steps of 2^-32; what these steps leave goes to the zones in ascending order. Then the utility
trades as little as possible, and as little as possible flows. Each ratio is the largest that gives its side no more
than was found for it: what rounding leaves, fewer Wh than there are tied orders on a zone's side, is the utility's.
"""

from collections.abc import Mapping, Sequence

from dems_protocol.market.book import build_books
from dems_protocol.market.exchange import Exchange, Exchanged
from dems_protocol.market.figures import NO_ORDER, ClearedMarket, Flow, ZoneFigures
from dems_protocol.market.fills import ONE, OrderSide, OrderTerms, fill, largest_ratio
from dems_protocol.market.optimum import find_optimal_prices, find_price_ranges
from dems_protocol.market.price_lattice import PriceRange
from dems_protocol.market.terms import Terms, ZoneTerms
from dems_protocol.market.welfare import estimate_prices


def clear(terms: Terms, orders: Sequence[OrderTerms]) -> ClearedMarket:
    """Return the clearing of a slot's orders, the same for any sequence of them.

    Raises ValueError for two orders with the same hash or an order in a zone that the terms do not have, RuntimeError
    if HiGHS fails.
    """
    if len({order.hash for order in orders}) != len(orders):
        raise ValueError("an order must not be in the set twice")
    places = terms.places()
    books = build_books(places, orders)
    prices = find_optimal_prices(terms, books, estimate_prices(terms, books))
    exchanged = Exchange.at(terms, books, prices).share()
    ranges = find_price_ranges(terms, books, prices, exchanged)
    midpoints = [found.price for found in ranges]
    if midpoints != prices:
        exchanged = Exchange.at(terms, books, midpoints).share()
    by_zone: list[list[OrderTerms]] = [[] for _ in terms.zones]
    for order in orders:
        by_zone[places[order.zone]].append(order)
    return ClearedMarket(
        tuple(
            _figures(zone, ranges[place], by_zone[place], exchanged, place)
            for place, zone in enumerate(terms.zones)
        ),
        tuple(
            sorted(
                Flow(terms.zones[a].zone, terms.zones[b].zone, energy)
                for (a, b), energy in exchanged.flows.items()
            )
        ),
    )


def _figures(
    zone: ZoneTerms, prices: PriceRange, orders: Sequence[OrderTerms], exchanged: Exchanged, place: int
) -> ZoneFigures:
    price = prices.price
    tied = {OrderSide.BID: exchanged.tied_demand[place], OrderSide.OFFER: exchanged.tied_supply[place]}
    ratios = {
        side: largest_ratio([o.quantity for o in orders if o.side is side and o.limit == price], energy)
        for side, energy in tied.items()
    }
    filled = {
        side: sum([fill(order, price, ratios[side]) for order in orders if order.side is side])
        for side in OrderSide
    }
    flows = exchanged.flows.items()
    arrived = sum(energy for (a, b), energy in flows if b == place)
    left = sum(energy for (a, b), energy in flows if a == place)
    to_utility = filled[OrderSide.OFFER] + arrived - filled[OrderSide.BID] - left

    def lowest(accepted: OrderSide, limit: int) -> bytes:
        return _name(orders, price, limit, accepted, ratios)

    return ZoneFigures(
        zone=zone.zone,
        price=price,
        lower=prices.lower,
        upper=prices.upper,
        lower_order=NO_ORDER if prices.lower == zone.buy else lowest(OrderSide.OFFER, prices.lower),
        upper_order=NO_ORDER if prices.upper == zone.sell else lowest(OrderSide.BID, prices.upper),
        bid_ratio=ratios[OrderSide.BID],
        offer_ratio=ratios[OrderSide.OFFER],
        bought=filled[OrderSide.BID],
        sold=filled[OrderSide.OFFER],
        utility_sold=max(-to_utility, 0),
        utility_bought=max(to_utility, 0),
    )


def _name(
    orders: Sequence[OrderTerms], price: int, limit: int, accepted: OrderSide, ratios: Mapping[OrderSide, int]
) -> bytes:
    """Return the order, lowest hash first, that sets a lower (upper) price: filled if an offer (bid), else not wholly."""

    def sets_it(order: OrderTerms) -> bool:
        if order.limit != limit:
            return False
        if limit != price:
            return True
        return ratios[order.side] > 0 if order.side is accepted else ratios[order.side] < ONE

    return min((order.hash for order in orders if sets_it(order)), default=NO_ORDER)
