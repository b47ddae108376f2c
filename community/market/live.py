"""Follows the running slot: what members would trade now, cleared by the market's rule; binds nobody (docs/market.md 12).

Kept in memory: what a household does within a slot is nobody's record. Only a slot's sums are handed on, when it is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dems_protocol.market.clearing import clear
from dems_protocol.market.fills import OrderSide, OrderTerms
from dems_protocol.market.terms import Terms
from dems_protocol.words import hash_words, tag

CLEAR_SECONDS = 15.0
"""A clearing is believed for so long before newer wishes are cleared."""


@dataclass(frozen=True, slots=True)
class LiveOrder:
    """What a member would buy (a bid) or sell now: Wh of the slot, limit in micro-units per kWh."""

    side: OrderSide
    quantity: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWish:
    """What a meter's household tells of the running slot, Wh: its net load (``net``) without the battery, what is stored."""

    meter: bytes
    household: bytes
    zone: int
    has_battery: bool
    net: int
    stored: int | None
    orders: tuple[LiveOrder, ...]


@dataclass(frozen=True, slots=True)
class LivePrice:
    """A zone's price (micro-units per kWh) and ratios (2^-32) in the running slot, of so many meters, at ``at`` (UTC s)."""

    at: float
    meters: int
    price: int
    bid_ratio: int
    offer_ratio: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSums:
    """What the members told of a slot, summed: net load (Wh) with and without a battery, of how many households; Wh stored."""

    slot: int
    owners_net: int
    others_net: int
    owners: int
    others: int
    stored: int


class LiveBook:
    """The wishes of the running slot. One slot at a time: what is over is summed, and forgotten."""

    def __init__(self) -> None:
        self._slot: int | None = None
        self._wishes: dict[bytes, LiveWish] = {}
        self._prices: Mapping[int, LivePrice] = {}
        self._cleared_at = float("-inf")

    def put(self, slot: int, wish: LiveWish) -> SlotSums | None:
        """Take a wish; return the sums of the slot before, where this is the first of a new one."""
        over = None
        if slot != self._slot:
            over = self._sums()
            self._slot, self._wishes, self._prices = slot, {}, {}
            self._cleared_at = float("-inf")
        self._wishes[wish.meter] = wish
        return over

    @property
    def wishes(self) -> tuple[LiveWish, ...]:
        """The newest wish of every meter."""
        return tuple(self._wishes.values())

    def is_stale(self, now: float) -> bool:
        """Say whether it is time to clear again."""
        return now - self._cleared_at >= CLEAR_SECONDS

    def cleared(self, slot: int, at: float, prices: Mapping[int, LivePrice]) -> None:
        """Keep a clearing, unless its slot is over."""
        if slot == self._slot:
            self._prices, self._cleared_at = prices, at

    def price(self, zone: int) -> LivePrice | None:
        """Return what was cleared of a zone last."""
        return self._prices.get(zone)

    def _sums(self) -> SlotSums | None:
        if self._slot is None:
            return None
        owners = [wish for wish in self._wishes.values() if wish.has_battery]
        others = [wish for wish in self._wishes.values() if not wish.has_battery]
        return SlotSums(
            slot=self._slot,
            owners_net=sum(wish.net for wish in owners),
            others_net=sum(wish.net for wish in others),
            owners=len({wish.household for wish in owners}),
            others=len({wish.household for wish in others}),
            stored=sum(wish.stored or 0 for wish in owners),
        )


def clear_live(terms: Terms, slot: int, wishes: Sequence[LiveWish], at: float) -> dict[int, LivePrice]:
    """Clear what members would trade now, by zone; runs in a worker. Zones without wishes have no price."""
    zones = terms.places()
    orders = [
        OrderTerms(
            hash_words(tag("DEMS live wish"), slot, wish.meter, number),
            order.side,
            order.quantity,
            order.limit,
            wish.zone,
        )
        for wish in wishes
        if wish.zone in zones
        for number, order in enumerate(wish.orders)
    ]
    meters = {zone: sum(wish.zone == zone for wish in wishes) for zone in zones}
    return {
        figures.zone: LivePrice(
            at, meters[figures.zone], figures.price, figures.bid_ratio, figures.offer_ratio
        )
        for figures in clear(terms, orders).zones
        if meters[figures.zone]
    }


def crosses(orders: Sequence[LiveOrder]) -> bool:
    """Say whether a household's wishes could be matched with each other."""
    bids = [order.limit for order in orders if order.side is OrderSide.BID]
    offers = [order.limit for order in orders if order.side is OrderSide.OFFER]
    return bool(bids) and bool(offers) and max(bids) >= min(offers)
