"""The fill rule: what an order gets at its zone's published price and ratio, so that each household reckons its own.

Source: docs/market.md section 6.
"""

from dataclasses import dataclass
from enum import IntEnum

from dems_protocol.market.terms import require_price
from dems_protocol.words import require_bytes32, require_uint

ONE = 1 << 32
"""The ratio of a side that is filled wholly at the price."""


class OrderSide(IntEnum):
    """Whether an order buys (a bid) or sells (an offer)."""

    BID = 0
    OFFER = 1

    def gain(self, limit: int, price: int) -> int:
        """Return how much better than the limit the price is for this side, micro-units per kWh; negative if worse."""
        return limit - price if self is OrderSide.BID else price - limit


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What clearing reads of an order: hash, side, Wh, limit in micro-units per kWh, zone.

    Raises ValueError for a quantity that is not 1 … 2^32 - 1 or a limit beyond ±10^12.
    """

    hash: bytes
    side: OrderSide
    quantity: int
    limit: int
    zone: int

    def __post_init__(self) -> None:
        require_bytes32("order hash", self.hash)
        require_uint("quantity in Wh", self.quantity, 32)
        if not self.quantity:
            raise ValueError("an order's quantity must not be 0 Wh")
        require_price("an order's limit", self.limit)


def fill(order: OrderTerms, price: int, ratio: int) -> int:
    """Return the Wh that an order gets: all if the price is better than its limit, none if worse, else its ratio.

    ``ratio`` is that of the order's side in its zone, in 2^-32.
    """
    gain = order.side.gain(order.limit, price)
    if gain > 0:
        return order.quantity
    return order.quantity * ratio // ONE if gain == 0 else 0


def largest_ratio(quantities: list[int], total: int) -> int:
    """Return the largest ratio by which orders of these quantities get no more than ``total`` Wh together.

    0 if there is nothing to share, ONE if there is enough for all. In between, fewer Wh than there are orders remain:
    from one ratio to the next each order gains at most 1 Wh.
    """
    if total <= 0:
        return 0
    if total >= sum(quantities):
        return ONE
    low, high = 0, ONE
    while high - low > 1:
        middle = (low + high) // 2
        if sum([quantity * middle // ONE for quantity in quantities]) <= total:
            low = middle
        else:
            high = middle
    return low
