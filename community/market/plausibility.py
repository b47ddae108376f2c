"""Whether an order can be kept: within the plant, the battery, the connection, and what both sides forecast. Pure.

Source: docs/market.md section 3, "Plausible".
"""

from collections.abc import Callable
from dataclasses import dataclass

from community.readings.acceptance import Plausibility
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import Order
from dems_protocol.slots import SlotGrid

_SECONDS_PER_HOUR = 3600
_THOUSANDTHS = 1000
_DAYS_NEEDED = 3

type _Check = tuple[str, Callable[[Order], int], int, int]
"""A code, what of the order is bounded (Wh), and the bound: a power in W over the slot, and Wh beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLimits:
    """What a meter's equipment can do: powers in W."""

    plant_power: int
    battery_power: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """What is expected of a meter in the slot, 0.9 quantiles in Wh: the household's own word, and what the operator estimates
    from the meter's readings (None while it has too few)."""

    generation: int
    withdrawal: int
    estimated_feed_in: int | None = None


@dataclass(frozen=True, slots=True)
class Implausible:
    """The limit that an order exceeds: a stable code, and the Wh ordered and allowed."""

    code: str
    quantity: int
    limit: int


def find_implausible(
    order: Order, limits: OrderLimits, forecasts: Forecasts, rules: Plausibility, grid: SlotGrid
) -> Implausible | None:
    """Return the first limit that an order exceeds, None if it is plausible."""
    checks = _bid_checks(limits, rules) if order.side is OrderSide.BID else _offer_checks(limits, forecasts)
    for code, quantity_of, power, energy in checks:
        allowed = _with_tolerance(energy + power * grid.seconds // _SECONDS_PER_HOUR, rules)
        quantity = quantity_of(order)
        if quantity > allowed:
            return Implausible(code, quantity, allowed)
    return None


def _bid_checks(limits: OrderLimits, rules: Plausibility) -> list[_Check]:
    return [
        ("above_connection", _quantity, rules.connection_power, 0),
        ("above_battery", _battery, limits.battery_power, 0),
    ]


def _offer_checks(limits: OrderLimits, forecasts: Forecasts) -> list[_Check]:
    checks: list[_Check] = [
        ("above_battery", _battery, limits.battery_power, 0),
        ("above_plant", _from_plant, limits.plant_power, 0),
        ("above_own_forecast", _from_plant, 0, forecasts.generation),
    ]
    if forecasts.estimated_feed_in is not None:
        checks.append(("above_estimate", _quantity, limits.battery_power, forecasts.estimated_feed_in))
    return checks


def estimate_feed_in(past: list[int]) -> int | None:
    """Return what a meter feeds in at most in a slot, by the same slot of the last days (Wh); None below three of them.

    The largest of them: an estimate that is to catch the impossible must not refuse the unusual.
    """
    return max(past) if len(past) >= _DAYS_NEEDED else None


def _with_tolerance(energy: int, rules: Plausibility) -> int:
    return -(-energy * (_THOUSANDTHS + rules.tolerance) // _THOUSANDTHS)


def _quantity(order: Order) -> int:
    return order.quantity


def _battery(order: Order) -> int:
    return order.battery


def _from_plant(order: Order) -> int:
    return order.quantity - order.battery
