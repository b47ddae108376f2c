"""From the orders that the household's plan calls for to those that its owner lets the bridge place. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openems_bridge.foresight.plan import PlannedOrder
from openems_bridge.trader.settings import TradingSettings

SMALLEST_POWER = 40
"""W over a slot: less is not worth an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredOrder:
    """An order to be placed: side 0 buys, 1 sells; Wh, of which ``battery`` from or into the battery."""

    slot: int
    side: int
    quantity: int
    battery: int
    limit: int


def desired_orders(
    planned: Sequence[PlannedOrder],
    settings: TradingSettings,
    *,
    traded: Mapping[int, tuple[int, int]],
    day_of: Mapping[int, int],
    slot_seconds: int,
) -> list[DesiredOrder]:
    """Return the orders of a plan within the owner's limits, none where the owner does not let the bridge bid.

    A limit price is moved to the owner's where it lies beyond; an order that would then cross another one of its slot is
    left out. ``traded``: Wh (bought, sold) that orders of a local day already come to, by the day; ``day_of`` names a
    slot's day.
    """
    if not settings.auto_bid:
        return []
    left = {
        day: [settings.energy_per_day - bought, settings.energy_per_day - sold]
        for day, (bought, sold) in traded.items()
    }
    smallest = max(1, SMALLEST_POWER * slot_seconds // 3600)
    found: list[DesiredOrder] = []
    for order in planned:
        room = left.setdefault(day_of[order.slot], [settings.energy_per_day, settings.energy_per_day])
        quantity = min(order.quantity, room[order.side])
        desired = DesiredOrder(
            slot=order.slot,
            side=order.side,
            quantity=quantity,
            battery=min(order.battery, quantity),
            limit=_within(order, settings),
        )
        if quantity < smallest or _crosses(desired, found):
            continue
        room[order.side] -= quantity
        found.append(desired)
    return found


def _within(order: PlannedOrder, settings: TradingSettings) -> int:
    return max(order.limit, settings.lowest_price) if order.side else min(order.limit, settings.highest_price)


def _crosses(desired: DesiredOrder, others: Sequence[DesiredOrder]) -> bool:
    for other in others:
        if other.slot == desired.slot and other.side != desired.side:
            bid, offer = (desired, other) if other.side else (other, desired)
            if bid.limit >= offer.limit:
                return True
    return False
