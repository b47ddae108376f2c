"""The public figures of a clearing, and the check that they are right, which everybody can make.

By LP duality balanced energy, prices that keep to utility and network, and the fill rule for each order prove
together that no other clearing has a higher welfare. Source: docs/market.md section 6.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dems_protocol.market.fills import ONE, OrderSide, OrderTerms, fill
from dems_protocol.market.price_lattice import PriceRange, tighten
from dems_protocol.market.terms import Terms

NO_ORDER = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFigures:
    """A zone's part of a clearing: prices in micro-units per kWh, ratios in 2^-32, energies in Wh.

    ``lower`` and ``upper`` are the smallest and largest optimal price; ``lower_order`` and ``upper_order`` name an
    order with that limit, NO_ORDER where the utility's price or a charge from another zone sets it.
    """

    zone: int
    price: int
    lower: int
    upper: int
    lower_order: bytes
    upper_order: bytes
    bid_ratio: int
    offer_ratio: int
    bought: int
    sold: int
    utility_sold: int
    utility_bought: int

    def ratio(self, side: OrderSide) -> int:
        """Return the ratio by which orders of a side at the price are filled."""
        return self.bid_ratio if side is OrderSide.BID else self.offer_ratio

    def fill(self, order: OrderTerms) -> int:
        """Return the Wh that an order of this zone gets."""
        return fill(order, self.price, self.ratio(order.side))

    def find_order_faults(self, order: OrderTerms) -> list[str]:
        """Return what an order of any zone shows to be wrong with this zone's price; empty if nothing (`challengePrice`)."""
        faults = []
        is_here = order.zone == self.zone
        if is_here and self.lower < order.limit < self.upper:
            faults.append(
                f"the limit {order.limit} lies between {self.lower} and {self.upper}, where there is none"
            )
        for name, named, limit in (
            ("lower", self.lower_order, self.lower),
            ("upper", self.upper_order, self.upper),
        ):
            if named == order.hash and (limit != order.limit or not is_here):
                faults.append(
                    f"it is named for the {name} price {limit} of zone {self.zone} but its limit is {order.limit} "
                    f"in zone {order.zone}"
                )
        return faults


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """Energy in Wh that goes from the pool of one zone to that of another."""

    start: int
    end: int
    energy: int


@dataclass(frozen=True, slots=True)
class ClearedMarket:
    """A cleared slot: the figures of all zones, ascending, and the flows between them, ascending."""

    zones: tuple[ZoneFigures, ...]
    flows: tuple[Flow, ...]

    def by_zone(self) -> Mapping[int, ZoneFigures]:
        """Return the figures by zone."""
        return {figures.zone: figures for figures in self.zones}

    def fills(self, orders: Iterable[OrderTerms]) -> dict[bytes, int]:
        """Return the Wh that each order gets, by its hash. Raises KeyError for an order of another zone."""
        zones = self.by_zone()
        return {order.hash: zones[order.zone].fill(order) for order in orders}

    def find_order_faults(self, order: OrderTerms) -> list[str]:
        """Return what an order shows to be wrong with the prices of all zones; empty if nothing."""
        return [fault for zone in self.zones for fault in zone.find_order_faults(order)]


def find_clearing_faults(market: ClearedMarket, terms: Terms, leaf_count: int) -> list[str]:
    """Return what is wrong with public figures; empty if they are an optimum of the orders that the fill rule leaves.

    ``leaf_count`` is the number of results in all zones. The contract refuses what this finds, except a lower or upper
    price that nothing sets, which only a bridge reports.
    """
    stated, expected = [zone.zone for zone in market.zones], [zone.zone for zone in terms.zones]
    if stated != expected:
        return [f"the zones are {stated}, those of the terms {expected}"]
    faults = list(_flow_faults(market, terms))
    if faults:
        return faults
    return [
        *_price_faults(market, terms),
        *_network_faults(market, terms),
        *_balance_faults(market),
        *_utility_faults(market, terms, leaf_count),
        *_range_faults(market, terms),
    ]


def _flow_faults(market: ClearedMarket, terms: Terms) -> Iterator[str]:
    places = terms.places()
    pairs = [(flow.start, flow.end) for flow in market.flows]
    if pairs != sorted(set(pairs)):
        yield "the flows do not ascend strictly by where they come from and go to"
    for flow in market.flows:
        if flow.start not in places or flow.end not in places or flow.start == flow.end:
            yield f"there is no network from zone {flow.start} to zone {flow.end}"
        if flow.energy <= 0:
            yield f"{flow.energy} Wh do not flow from zone {flow.start} to zone {flow.end}"


def _price_faults(market: ClearedMarket, terms: Terms) -> Iterator[str]:
    for zone, utility in zip(market.zones, terms.zones, strict=True):
        if not utility.buy <= zone.lower <= zone.price <= zone.upper <= utility.sell:
            yield (
                f"zone {zone.zone}: {utility.buy} <= {zone.lower} <= {zone.price} <= {zone.upper} <= "
                f"{utility.sell} does not hold"
            )
        if zone.price != PriceRange(zone.lower, zone.upper).price:
            yield f"zone {zone.zone}: {zone.price} is not the midpoint of {zone.lower} and {zone.upper}"
        for side in OrderSide:
            if not 0 <= zone.ratio(side) <= ONE:
                yield f"zone {zone.zone}: the {side.name.lower()} ratio {zone.ratio(side)} is not 0 … 2^32"
        if min(zone.bought, zone.sold, zone.utility_sold, zone.utility_bought) < 0:
            yield f"zone {zone.zone}: an energy is negative"


def _network_faults(market: ClearedMarket, terms: Terms) -> Iterator[str]:
    charges, places = terms.charge_rows(), terms.places()
    for name, prices in (
        ("price", [zone.price for zone in market.zones]),
        ("lower price", [zone.lower for zone in market.zones]),
        ("upper price", [zone.upper for zone in market.zones]),
    ):
        for a, left in enumerate(market.zones):
            for b, right in enumerate(market.zones):
                if prices[b] - prices[a] > charges[a][b]:
                    yield (
                        f"the {name} of zone {right.zone} exceeds that of zone {left.zone} by "
                        f"{prices[b] - prices[a]}, the charge is {charges[a][b]}"
                    )
    for flow in market.flows:
        a, b = places[flow.start], places[flow.end]
        if market.zones[b].price - market.zones[a].price != charges[a][b]:
            yield f"energy flows from zone {flow.start} to zone {flow.end}, whose prices do not differ by the charge"


def _balance_faults(market: ClearedMarket) -> Iterator[str]:
    surplus = {
        zone.zone: zone.sold + zone.utility_sold - zone.bought - zone.utility_bought for zone in market.zones
    }
    for flow in market.flows:
        surplus[flow.start] -= flow.energy
        surplus[flow.end] += flow.energy
    for zone, energy in surplus.items():
        if energy:
            yield f"zone {zone}: {energy} Wh more come than go"


def _utility_faults(market: ClearedMarket, terms: Terms, leaf_count: int) -> Iterator[str]:
    most = leaf_count + len(market.zones) ** 2
    for zone, utility in zip(market.zones, terms.zones, strict=True):
        if zone.price != utility.sell and zone.utility_sold > most:
            yield f"zone {zone.zone}: the utility sells {zone.utility_sold} Wh at {zone.price}, not at its price"
        if zone.price != utility.buy and zone.utility_bought > most:
            yield f"zone {zone.zone}: the utility buys {zone.utility_bought} Wh at {zone.price}, not at its price"


def _range_faults(market: ClearedMarket, terms: Terms) -> Iterator[str]:
    """Yield a lower or upper price that neither a named order nor utility or network set."""
    known: Sequence[PriceRange] = [
        PriceRange(
            zone.lower
            if zone.lower_order != NO_ORDER or (zone.utility_sold and zone.price == utility.sell)
            else utility.buy,
            zone.upper
            if zone.upper_order != NO_ORDER or (zone.utility_bought and zone.price == utility.buy)
            else utility.sell,
        )
        for zone, utility in zip(market.zones, terms.zones, strict=True)
    ]
    places = terms.places()
    flows = [(places[flow.start], places[flow.end]) for flow in market.flows]
    for zone, allowed in zip(market.zones, tighten(known, terms.charge_rows(), flows), strict=True):
        if zone.lower != allowed.lower:
            yield f"zone {zone.zone}: nothing keeps the lower price at {zone.lower}, it could be {allowed.lower}"
        if zone.upper != allowed.upper:
            yield f"zone {zone.zone}: nothing keeps the upper price at {zone.upper}, it could be {allowed.upper}"
