"""What the ``market`` section shows: read and reckoned from the store. Imported only where there is a market."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from dems_node.database.database import Database
from dems_protocol.market.times import MarketWindows, first_open_slot, times_of
from dems_protocol.slots import SlotGrid
from openems_bridge.foresight.plan import BatteryNow
from openems_bridge.foresight.tariff import Tariff
from openems_bridge.foresight.time_zone import day_slots, month_slots
from openems_bridge.trader import journal, verdicts
from openems_bridge.trader.accounts import read_accounts
from openems_bridge.trader.history import cleared_of
from openems_bridge.trader.money import balance, saved_by_battery
from openems_bridge.trader.own_orders import OrderState
from openems_bridge.trader.sections import MarketView

_AHEAD_SLOTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowParts:
    """What the display reads. ``now`` is UTC s, ``inside_prices`` what netted energy costs and earns."""

    database: Database
    grid: SlotGrid
    zone: ZoneInfo
    windows: MarketWindows
    now: Callable[[], float]
    battery: Callable[[], BatteryNow | None]
    tariff: Callable[[], Tariff]
    inside_prices: tuple[int | None, int | None]


class MarketDisplay:
    """Reads what is shown. The money of day and month is reckoned when it is asked for, which reads a month of readings."""

    def __init__(self, parts: ShowParts) -> None:
        self._parts = parts
        self._money = MarketView(status="open")

    async def view(self, status: str, currency: str) -> MarketView:
        """Return what is to be shown. Raises StoreError."""
        parts = self._parts
        now = parts.now()
        first = first_open_slot(now, parts.grid, parts.windows)
        known = await parts.database.run(_read_shown, parts.grid, parts.grid.slot_at(now))
        return replace(
            self._money,
            **{**known, "status": known["status"] or status},
            currency=currency,
            gate=float(times_of(first, parts.grid, parts.windows).gate),
        )

    async def reckon(self) -> None:
        """Reckon the day and the month anew: once a slot. Raises StoreError."""
        parts = self._parts
        now = parts.now()
        tariff = parts.tariff()
        month, today = month_slots(parts.grid, parts.zone, now), day_slots(parts.grid, parts.zone, now)
        accounts = await parts.database.run(
            read_accounts,
            parts.grid.seconds,
            month,
            lambda slots: tariff.prices(parts.grid, slots, parts.zone),
            parts.inside_prices,
        )
        battery = parts.battery()
        saved = None
        if battery is not None and accounts.house:
            saved = await asyncio.to_thread(
                saved_by_battery,
                accounts.house,
                battery.capacity,
                battery.discharge_power,
                parts.grid.seconds,
            )
        self._money = MarketView(
            status="open",
            today=balance(one for one in accounts.slots if one.slot in today),
            month=balance(accounts.slots),
            saved_by_battery=saved,
        )


def _read_shown(connection: sqlite3.Connection, grid: SlotGrid, slot: int) -> dict[str, Any]:

    standing = journal.standing(connection)
    verdict = verdicts.latest(connection)
    upcoming = verdicts.between(connection, slot + 1, slot + _AHEAD_SLOTS, 1)
    refused = [
        order
        for order in journal.between(connection, slot, slot + _AHEAD_SLOTS)
        if order.state is OrderState.REFUSED
        and order.reason is not None
        and order.reason.code == "deposit_missing"
    ]
    reason = refused[-1].reason if refused and not standing else None
    return {
        "next_order": next(iter(standing), None),
        "last": None if verdict is None else cleared_of(connection, grid, verdict),
        "price_next": upcoming[0].price if upcoming else None,
        "status": None if reason is None else "deposit_missing",
        "reason": None if reason is None else reason.section(),
    }
