"""The ``market`` section of the state document (docs/api.md). Pure."""

from dataclasses import dataclass

from dems_node.json_types import Section
from dems_protocol.slots import SlotGrid
from openems_bridge.trader.money import Balance
from openems_bridge.trader.own_orders import OwnOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketView:
    """All that the section tells, at one moment. ``gate`` is when the next gate closes (UTC s)."""

    status: str
    reason: Section | None = None
    currency: str = "EUR"
    gate: float | None = None
    next_order: OwnOrder | None = None
    last: Section | None = None
    price_next: int | None = None
    today: Balance | None = None
    month: Balance | None = None
    saved_by_battery: int | None = None
    live: Section | None = None


def market_section(view: MarketView, grid: SlotGrid) -> Section:
    """Return the section."""
    today, month = view.today, view.month
    return {
        "status": view.status,
        "reason": view.reason,
        "currency": view.currency,
        "gate": view.gate,
        "next_order": None if view.next_order is None else view.next_order.section(grid),
        "last": view.last,
        "price_next": view.price_next,
        "income_today": None if today is None else today.income,
        "cost_today": None if today is None else today.cost,
        "income_month": None if month is None else month.income,
        "cost_month": None if month is None else month.cost,
        "saved_month_community": None if month is None else month.saved,
        "saved_month_battery": view.saved_by_battery,
        "live": view.live,
    }


NO_SUGGESTION: Section = {
    "id": None,
    "question": None,
    "slot": None,
    "from": None,
    "to": None,
    "action": None,
    "energy": None,
    "gain": None,
    "state": None,
    "expires_at": None,
    "reason": None,
}
"""The section of a household to which nothing was suggested yet."""
