"""Nobody trades with itself: a household's highest bid of a slot lies below its lowest offer (docs/market.md section 3)."""

from collections.abc import Iterable

from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import Order


def cross(orders: Iterable[Order]) -> bool:
    """Say whether one household's orders of one slot, over all its meters and zones, could be matched with each other."""
    limits: dict[OrderSide, list[int]] = {side: [] for side in OrderSide}
    for order in orders:
        limits[order.side].append(order.limit)
    bids, offers = limits[OrderSide.BID], limits[OrderSide.OFFER]
    return bool(bids) and bool(offers) and max(bids) >= min(offers)


def find_crossed(orders: Iterable[tuple[bytes, Order]]) -> frozenset[bytes]:
    """Return the households (20 bytes) whose orders of a slot cross; given are pairs of household and order."""
    by_household: dict[bytes, list[Order]] = {}
    for household, order in orders:
        by_household.setdefault(household, []).append(order)
    return frozenset(household for household, own in by_household.items() if cross(own))
