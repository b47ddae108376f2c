"""Makes an order: checked against the owner's limits and the household's other orders, signed, and written down."""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dems_node.database.database import Database
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import Order
from dems_protocol.market.times import MarketWindows, first_open_slot
from dems_protocol.signatures import Signature
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.refusal import Refused
from openems_bridge.trader import journal
from openems_bridge.trader.bidding import DesiredOrder
from openems_bridge.trader.journal import TooManyOrders
from openems_bridge.trader.own_orders import OwnOrder
from openems_bridge.trader.settings import TradingSettings

FURTHEST_AHEAD_SECONDS = 24 * 3600
"""Orders are taken up to a day before the gate."""
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPen:
    """Signs orders of one meter with the household's account; ``sign`` may block."""

    domain: LedgerDomain
    meter: bytes
    sign: Callable[[bytes], Signature]
    salt: Callable[[], bytes] = lambda: secrets.token_bytes(32)

    def write(
        self, desired: DesiredOrder, number: int, zone: int, *, automatic: bool, now: float
    ) -> OwnOrder:
        """Return the signed order. Blocks."""
        order = Order(
            meter=self.meter,
            slot=desired.slot,
            number=number,
            side=OrderSide(desired.side),
            quantity=desired.quantity,
            battery=desired.battery,
            limit=desired.limit,
            zone=zone,
            salt=self.salt(),
        )
        return OwnOrder(
            hash=order.hash(),
            slot=order.slot,
            number=number,
            side=int(order.side),
            quantity=order.quantity,
            battery=order.battery,
            limit=order.limit,
            zone=zone,
            salt=order.salt,
            signature=self.sign(self.domain.digest(order.seal().struct_hash())),
            automatic=automatic,
            created_at=now,
        )

    def message(self, own: OwnOrder) -> Order:
        """Return an own order as it is revealed."""
        return Order(
            meter=self.meter,
            slot=own.slot,
            number=own.number,
            side=OrderSide(own.side),
            quantity=own.quantity,
            battery=own.battery,
            limit=own.limit,
            zone=own.zone,
            salt=own.salt,
        )


class OrderDesk:
    """Places orders into the journal; the trader's task sends them. ``now`` is UTC s."""

    def __init__(
        self,
        *,
        pen: OrderPen,
        database: Database,
        grid: SlotGrid,
        windows: MarketWindows,
        now: Callable[[], float],
    ) -> None:
        self._pen = pen
        self._database = database
        self._grid = grid
        self._windows = windows
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def place(
        self, desired: DesiredOrder, zone: int, settings: TradingSettings, *, automatic: bool
    ) -> OwnOrder:
        """Write a new order down and return it. Raises Refused, StoreError."""
        self._require_open(desired.slot)
        require_within(desired, settings)
        async with self._one_at_a_time:
            standing = await self._database.run(journal.of_slot, desired.slot)
            require_uncrossed(desired, standing)
            for _ in range(_TRIES):
                try:
                    number = await self._database.run(journal.next_number, desired.slot)
                except TooManyOrders:
                    most = journal.ORDERS_A_SLOT
                    raise Refused(
                        "too_many_orders", f"A meter has at most {most} orders a slot.", {"most": most}
                    ) from None
                order = await asyncio.to_thread(
                    self._pen.write, desired, number, zone, automatic=automatic, now=self._now()
                )
                try:
                    await self._database.run(journal.add, order)
                except sqlite3.IntegrityError:
                    continue
                return order
        raise Refused("too_many_orders", "Orders of this slot are placed faster than they can be written.")

    async def place_all(
        self, desired: Sequence[DesiredOrder], zone: int, settings: TradingSettings
    ) -> Sequence[OwnOrder]:
        """Write a slot's automatic orders down, all or none; none where there are orders of the slot already.

        Raises Refused, StoreError.
        """
        slot = desired[0].slot
        self._require_open(slot)
        for one in desired:
            require_within(one, settings)
        async with self._one_at_a_time:
            now = self._now()
            orders = await asyncio.to_thread(
                lambda: [
                    self._pen.write(one, number, zone, automatic=True, now=now)
                    for number, one in enumerate(desired[: journal.ORDERS_A_SLOT])
                ]
            )
            return orders if await self._database.run(journal.add_first, slot, orders) else ()

    def _require_open(self, slot: int) -> None:
        first = first_open_slot(self._now(), self._grid, self._windows)
        if slot < first:
            raise Refused(
                "gate_closed",
                f"The gate of slot {slot} has closed: the first open slot is {first}.",
                {"slot": slot, "first_slot": first},
            )
        if self._grid.start(slot) > self._now() + self._windows.gate_seconds + FURTHEST_AHEAD_SECONDS:
            hours = FURTHEST_AHEAD_SECONDS // 3600
            raise Refused(
                "too_far_ahead", f"Orders are taken at most {hours} h before their gate.", {"hours": hours}
            )


def require_within(desired: DesiredOrder, settings: TradingSettings) -> None:
    """Raise Refused where an order's limit lies beyond the owner's."""
    if desired.side and desired.limit < settings.lowest_price:
        raise Refused(
            "outside_limits",
            f"Nothing is to be sold below {settings.lowest_price} micro-units per kWh.",
            {"limit": desired.limit, "lowest_price": settings.lowest_price},
        )
    if not desired.side and desired.limit > settings.highest_price:
        raise Refused(
            "outside_limits",
            f"Nothing is to be bought above {settings.highest_price} micro-units per kWh.",
            {"limit": desired.limit, "highest_price": settings.highest_price},
        )


def require_uncrossed(desired: DesiredOrder, orders: Sequence[OwnOrder]) -> None:
    """Raise Refused where the household would trade with itself: a bid must lie below each of its offers."""
    for other in orders:
        if not other.is_standing or other.side == desired.side:
            continue
        bid, offer = (desired.limit, other.limit) if other.side else (other.limit, desired.limit)
        if bid >= offer:
            raise Refused(
                "crossed",
                f"A bid at {bid} and an offer at {offer} of one household would cross.",
                {"bid": bid, "offer": offer},
            )
