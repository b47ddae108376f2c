"""What the zones exchange at given prices: who of those tied at the price gets how much, and what flows where.

Exact integers throughout; the result depends on the orders' totals only, never on their sequence.
Source: docs/market.md section 6.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dems_protocol.market.book import Standing, ZoneBook
from dems_protocol.market.fills import ONE, largest_ratio
from dems_protocol.market.network_flow import UNLIMITED, FlowNetwork
from dems_protocol.market.terms import Terms


class Span(NamedTuple):
    """At least and at most so many Wh."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why spans cannot be met: ``zones`` (places) have ``energy`` Wh too few, or too many if ``is_surplus``."""

    zones: frozenset[int]
    is_surplus: bool
    energy: int


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What the zones exchange, Wh by place: bought and sold by those tied at the price, by the utility, and flows."""

    tied_demand: list[int]
    tied_supply: list[int]
    utility_sold: list[int]
    utility_bought: list[int]
    flows: dict[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The zones at given prices: how orders stand, where the utility trades, between which zones energy may flow.

    By LP duality what can be exchanged so is what maximises welfare, if and only if anything can.
    """

    standings: Sequence[Standing]
    utility_sells: Sequence[bool]
    utility_buys: Sequence[bool]
    tight: Sequence[tuple[int, int]]

    @classmethod
    def at(cls, terms: Terms, books: Sequence[ZoneBook], prices: Sequence[int]) -> Exchange:
        """Return the exchange at prices that keep to the utility's prices and the network's charges."""
        charges = terms.charge_rows()
        zones = range(len(books))
        return cls(
            [book.stand(price) for book, price in zip(books, prices, strict=True)],
            [zone.sell == price for zone, price in zip(terms.zones, prices, strict=True)],
            [zone.buy == price for zone, price in zip(terms.zones, prices, strict=True)],
            [(a, b) for a in zones for b in zones if a != b and prices[b] - prices[a] == charges[a][b]],
        )

    def find_shortage(self) -> Shortage | None:
        """Return why nothing can be exchanged at these prices; None if something can, so that they are optimal."""
        return self._find_shortage(self._open_demand(), self._open_supply())

    def share(self) -> Exchanged:
        """Return who gets what.

        First as much as possible for the bids tied at their prices, by ratios that are max-min fair over the zones;
        then for the offers; then as little as possible from and to the utility, then as little flow as possible.
        Raises ValueError if the prices are not optimal.
        """
        demand = _share_fairly(
            [standing.tied_demand for standing in self.standings],
            lambda least: self._find_shortage(self._open_demand(least), self._open_supply()),
        )
        fixed_demand = self._fixed([standing.firm_demand for standing in self.standings], demand)
        supply = _share_fairly(
            [standing.tied_supply for standing in self.standings],
            lambda least: self._find_shortage(fixed_demand, self._open_supply(least)),
        )
        fixed_supply = self._fixed([standing.firm_supply for standing in self.standings], supply)
        return self._route(demand, supply, fixed_demand, fixed_supply)

    def _open_demand(self, least: Sequence[int] | None = None) -> list[Span]:
        tied = least or [0] * len(self.standings)
        return [
            Span(standing.firm_demand + low, standing.firm_demand + standing.tied_demand)
            for standing, low in zip(self.standings, tied, strict=True)
        ]

    def _open_supply(self, least: Sequence[int] | None = None) -> list[Span]:
        tied = least or [0] * len(self.standings)
        return [
            Span(standing.firm_supply + low, standing.firm_supply + standing.tied_supply)
            for standing, low in zip(self.standings, tied, strict=True)
        ]

    @staticmethod
    def _fixed(firm: Sequence[int], tied: Sequence[int]) -> list[Span]:
        return [Span(a + b, a + b) for a, b in zip(firm, tied, strict=True)]

    def _find_shortage(self, demand: Sequence[Span], supply: Sequence[Span]) -> Shortage | None:
        circulation = _Circulation(self, demand, supply)
        return circulation.find_shortage()

    def _route(
        self, demand: list[int], supply: list[int], fixed_demand: list[Span], fixed_supply: list[Span]
    ) -> Exchanged:
        circulation = _Circulation(self, fixed_demand, fixed_supply)
        if shortage := circulation.find_shortage():
            raise ValueError(f"nothing can be exchanged at these prices: {shortage}")
        network = circulation.network
        flows = {pair: network.flow(arc) for pair, arc in circulation.between.items() if network.flow(arc)}
        sold = [0 if arc is None else network.flow(arc) for arc in circulation.utility_sells]
        bought = [0 if arc is None else network.flow(arc) for arc in circulation.utility_buys]
        return Exchanged(demand, supply, sold, bought, flows)


class _Circulation:
    """Zones and a hub that all supply comes from and all demand goes to, with lower bounds (Ahuja et al., ch. 6.7)."""

    def __init__(self, exchange: Exchange, demand: Sequence[Span], supply: Sequence[Span]) -> None:
        count = len(demand)
        self._hub, self._source, self._sink = count, count + 1, count + 2
        self.network = network = FlowNetwork(count + 3)
        self._excess = [0] * (count + 1)
        for zone, (wanted, given) in enumerate(zip(demand, supply, strict=True)):
            self._add_span(self._hub, zone, given)
            self._add_span(zone, self._hub, wanted)
        # Any detour over other zones is cheaper than the utility on both of its ends.
        dear = 2 * count + 1
        self.utility_sells = [
            network.add_arc(self._hub, zone, UNLIMITED, dear) if sells else None
            for zone, sells in enumerate(exchange.utility_sells)
        ]
        self.utility_buys = [
            network.add_arc(zone, self._hub, UNLIMITED, dear) if buys else None
            for zone, buys in enumerate(exchange.utility_buys)
        ]
        self.between = {(a, b): network.add_arc(a, b, UNLIMITED, 1) for a, b in exchange.tight}
        for node, excess in enumerate(self._excess):
            if excess > 0:
                network.add_arc(self._source, node, excess)
            elif excess < 0:
                network.add_arc(node, self._sink, -excess)

    def _add_span(self, start: int, end: int, span: Span) -> None:
        if span.most > span.least:
            self.network.add_arc(start, end, span.most - span.least)
        self._excess[end] += span.least
        self._excess[start] -= span.least

    def find_shortage(self) -> Shortage | None:
        """Push what there is; return a smallest cut if that is not enough."""
        missing = sum(max(excess, 0) for excess in self._excess) - self.network.push(self._source, self._sink)
        if not missing:
            return None
        reached = self.network.reached_from(self._source)
        is_surplus = self._hub not in reached
        zones = {zone for zone in range(self._hub) if (zone in reached) == is_surplus}
        return Shortage(frozenset(zones), is_surplus, missing)


def _share_fairly(tied: list[int], check: Callable[[list[int]], Shortage | None]) -> list[int]:
    """Return how many of the tied Wh of each zone are filled: max-min fair ratios, then all that is left by place.

    ``check`` says what is missing if each zone gets at least so much. Each round finds the largest ratio that all open
    zones can have (by Newton's method on cuts) and closes those that cannot have more.
    """
    ratios = [ONE] * len(tied)
    is_open = {zone for zone, energy in enumerate(tied) if energy}
    while is_open:
        ratio, blocked = _common_ratio(tied, ratios, is_open, check)
        for zone in blocked or is_open:
            ratios[zone] = ratio
        is_open -= blocked or is_open
    shares = [energy * ratio // ONE for energy, ratio in zip(tied, ratios, strict=True)]
    for zone, most in enumerate(tied):
        if shares[zone] < most:
            shares[zone] = _raise_one(shares, zone, most, check)
    return shares


def _common_ratio(
    tied: list[int], ratios: list[int], is_open: set[int], check: Callable[[list[int]], Shortage | None]
) -> tuple[int, set[int]]:
    """Return the largest ratio of the open zones, and which of them cannot have more (none if all have ONE)."""
    ratio, blocked = ONE, set[int]()
    while True:
        least = [
            energy * (ratio if zone in is_open else ratios[zone]) // ONE for zone, energy in enumerate(tied)
        ]
        shortage = check(least)
        if shortage is None:
            return ratio, blocked
        blocked = is_open & shortage.zones
        if not blocked:
            raise ValueError(f"nothing can be exchanged at these prices: {shortage}")
        room = sum(least[zone] for zone in blocked) - shortage.energy
        ratio = largest_ratio([tied[zone] for zone in sorted(blocked)], room)


def _raise_one(shares: list[int], zone: int, most: int, check: Callable[[list[int]], Shortage | None]) -> int:
    """Return the most that one zone can have while the others keep their shares."""
    low, high = shares[zone], most + 1
    step = 1
    while high - low > 1:
        middle = min(low + step, high - 1)
        if check([*shares[:zone], middle, *shares[zone + 1 :]]) is None:
            low, step = middle, 2 * step
        else:
            high, step = middle, 1
    return low
