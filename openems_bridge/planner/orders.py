"""From a plan to the orders of a slot, and from what was filled to what the battery does in it.

Everything is counted at the meter: a battery that serves its own house sells nothing, so a household bids for its need
up to the price at which the battery would rather serve it, and offers its surplus from the price at which it would
rather sell than store it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from openems_bridge.planner.willingness import Willingness


class Side(StrEnum):
    """Whether an order buys or sells."""

    BID = "bid"
    OFFER = "offer"


class Purpose(StrEnum):
    """What an order is for."""

    NEED = "need"
    """Load that the battery cannot serve."""
    SAVE = "save"
    """Load that the battery could serve."""
    STORE = "store"
    """Energy for the battery, from the community."""
    SURPLUS = "surplus"
    """Generation that the battery cannot take."""
    UNSTORED = "unstored"
    """Generation that the battery could take."""
    DISCHARGE = "discharge"
    """Energy of the battery for the community."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order for a slot: Wh at the meter, limit in micro-units per kWh, and how much of it is the battery's."""

    purpose: Purpose
    side: Side
    quantity: int
    limit: int
    battery: int


@dataclass(frozen=True, slots=True)
class Position:
    """A slot as it is expected, Wh: load less generation, and how much the battery could give and take at the meter."""

    net: int
    can_discharge: int
    can_charge: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingLimits:
    """What the owner lets the trader do: prices in micro-units per kWh (None: the utility's), energy in Wh.

    ``battery_wh_left``: what the battery may still sell on this day, None for no limit.
    """

    lowest_price: int | None = None
    highest_price: int | None = None
    battery_wh_left: int | None = None


@dataclass(frozen=True, slots=True)
class UtilityPrices:
    """At what the utility sells to the pool and buys from it, micro-units per kWh."""

    sell: int
    buy: int


def orders_of(
    position: Position, willing: Willingness, utility: UtilityPrices, limits: TradingLimits
) -> tuple[Order, ...]:
    """Return the orders of a slot: none crosses another, and none with quantity 0."""
    least = utility.buy if limits.lowest_price is None else max(limits.lowest_price, utility.buy)
    most = utility.sell if limits.highest_price is None else min(limits.highest_price, utility.sell)
    wanted = tuple(_wanted(position, willing, utility))
    kept = [order for order in (_within(each, least, most, limits) for each in wanted) if order.quantity > 0]
    dearest_bid = max((order.limit for order in kept if order.side is Side.BID), default=None)
    # The owner's lowest price never makes a bid cross an offer: what would be bought from oneself is not offered.
    return tuple(o for o in kept if o.side is Side.BID or dearest_bid is None or o.limit > dearest_bid)


def _wanted(position: Position, willing: Willingness, utility: UtilityPrices) -> Iterator[Order]:
    need, surplus = max(position.net, 0), max(-position.net, 0)
    served, stored = min(need, position.can_discharge), min(surplus, position.can_charge)
    to_sell, to_store = position.can_discharge - served, position.can_charge - stored
    yield Order(Purpose.NEED, Side.BID, need - served, utility.sell, 0)
    yield Order(Purpose.SAVE, Side.BID, served, willing.buy_to_save, 0)
    yield Order(Purpose.STORE, Side.BID, to_store, willing.buy_to_store, to_store)
    yield Order(Purpose.SURPLUS, Side.OFFER, surplus - stored, utility.buy, 0)
    yield Order(Purpose.UNSTORED, Side.OFFER, stored, willing.sell_surplus, 0)
    if not position.net > served:
        # While the house needs more than the battery gives, there is nothing to sell.
        yield Order(Purpose.DISCHARGE, Side.OFFER, to_sell, willing.discharge, to_sell)


def _within(order: Order, least: int, most: int, limits: TradingLimits) -> Order:
    quantity = order.quantity
    if order.purpose is Purpose.DISCHARGE and limits.battery_wh_left is not None:
        quantity = min(quantity, limits.battery_wh_left)
    limit = min(order.limit, most) if order.side is Side.BID else max(order.limit, least)
    return Order(order.purpose, order.side, quantity, limit, min(order.battery, quantity))


class Mode(StrEnum):
    """What the battery does in a slot; where there is a quantity, the loop is closed on it at the meter."""

    SELF_CONSUME = "self_consume"
    """Serve the house, store its surplus: a grid exchange of 0."""
    HOLD = "hold"
    """Keep what is stored; surplus may still be stored."""
    SERVE_COMMUNITY = "serve_community"
    """Serve the house and discharge a quantity into the community's deficit."""
    FEED_IN = "feed_in"
    """Sell a quantity of the surplus (without one: all of it) before any is stored."""
    CHARGE = "charge"
    """Store the surplus, and a quantity from the grid."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """A mode, and the net energy at the meter of the slot, Wh, + import; None where the mode alone says it."""

    mode: Mode
    grid_wh: int | None


def instruction(orders: Sequence[Order], filled: Mapping[Purpose, int]) -> Instruction:
    """Return what a battery does whose orders were filled by so many Wh."""
    asked = {order.purpose: order.quantity for order in orders}
    got = {purpose: filled.get(purpose, 0) for purpose in Purpose}
    if got[Purpose.DISCHARGE]:
        return Instruction(
            Mode.SERVE_COMMUNITY, -got[Purpose.DISCHARGE] - got[Purpose.SURPLUS] - got[Purpose.UNSTORED]
        )
    if got[Purpose.STORE]:
        return Instruction(Mode.CHARGE, got[Purpose.STORE] + got[Purpose.NEED] + got[Purpose.SAVE])
    if got[Purpose.UNSTORED]:
        whole = got[Purpose.UNSTORED] == asked[Purpose.UNSTORED]
        return Instruction(Mode.FEED_IN, None if whole else -got[Purpose.UNSTORED] - got[Purpose.SURPLUS])
    if got[Purpose.SAVE]:
        whole = got[Purpose.SAVE] == asked[Purpose.SAVE]
        return Instruction(Mode.HOLD, None if whole else got[Purpose.SAVE] + got[Purpose.NEED])
    return Instruction(Mode.SELF_CONSUME, None)


def battery_energy(told: Instruction, net: float, can_discharge: float, can_charge: float) -> float:
    """Return what the battery gives (+) or takes (-) in a slot, Wh at the meter, if the loop is closed on ``net``."""
    match told:
        case Instruction(mode, int() as grid_wh) if mode is Mode.HOLD:
            wanted = max(net - grid_wh, 0.0) if net > 0 else net
        case Instruction(mode, int() as grid_wh) if mode is Mode.FEED_IN:
            wanted = min(net - grid_wh, 0.0) if net < 0 else net
        case Instruction(_, int() as grid_wh):
            wanted = net - grid_wh
        case Instruction(mode, None) if mode is Mode.HOLD:
            wanted = min(net, 0.0)
        case Instruction(mode, None) if mode is Mode.FEED_IN:
            wanted = max(net, 0.0)
        case _:
            wanted = net
    return min(max(wanted, -can_charge), can_discharge)
