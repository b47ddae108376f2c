"""The orders of a slot by zone and limit, and how they stand at given prices."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dems_protocol.market.fills import OrderSide, OrderTerms


class Standing(NamedTuple):
    """How a zone's orders stand at a price, in Wh: what is filled for certain and what is tied at the price."""

    firm_supply: int
    tied_supply: int
    firm_demand: int
    tied_demand: int


@dataclass(frozen=True, slots=True)
class ZoneBook:
    """A zone's orders: Wh by limit on each side."""

    bids: Mapping[int, int]
    offers: Mapping[int, int]
    _limits: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_limits", sorted(self.bids.keys() | self.offers.keys()))

    def stand(self, price: int) -> Standing:
        """Return how the orders stand at a price."""
        return Standing(
            sum([quantity for limit, quantity in self.offers.items() if limit < price]),
            self.offers.get(price, 0),
            sum([quantity for limit, quantity in self.bids.items() if limit > price]),
            self.bids.get(price, 0),
        )

    def next_below(self, price: int) -> int | None:
        """Return the highest limit below a price."""
        place = bisect_left(self._limits, price)
        return self._limits[place - 1] if place else None

    def next_above(self, price: int) -> int | None:
        """Return the lowest limit above a price."""
        place = bisect_right(self._limits, price)
        return self._limits[place] if place < len(self._limits) else None


def build_books(places: Mapping[int, int], orders: Iterable[OrderTerms]) -> Sequence[ZoneBook]:
    """Return the books by place of zones. Raises ValueError for an order in a zone that the terms do not have."""
    bids: list[dict[int, int]] = [{} for _ in places]
    offers: list[dict[int, int]] = [{} for _ in places]
    for order in orders:
        place = places.get(order.zone)
        if place is None:
            raise ValueError(
                f"order {order.hash.hex()} is in zone {order.zone}, which the slot's terms do not have"
            )
        side = (bids if order.side is OrderSide.BID else offers)[place]
        side[order.limit] = side.get(order.limit, 0) + order.quantity
    return list(map(ZoneBook, bids, offers, strict=True))
