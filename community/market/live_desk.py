"""Where members tell what they would trade now, and hear what came of it; and what is expected of them all."""

import asyncio
import sqlite3
from dataclasses import dataclass

from community.market.live import (
    LiveBook,
    LiveOrder,
    LivePrice,
    LiveWish,
    SlotSums,
    clear_live,
    crosses,
)
from community.market.office import MarketOffice
from community.market.outlook import DAYS, CommunityOutlook, expect
from community.readings.acceptance import Refusal, slot_limits
from community.store import market as store
from community.store import members

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Batteries:
    """The sums over all batteries of the community: Wh and W."""

    capacity: int
    power: int


class LiveDesk:
    """Answers ``PUT /v1/live/{slot}`` and ``GET /v1/outlook``."""

    def __init__(self, office: MarketOffice) -> None:
        self._office = office
        self._book = LiveBook()
        self._clearing = asyncio.Lock()

    async def tell(
        self,
        slot: int,
        household: bytes,
        meter: bytes,
        *,
        net: int,
        stored: int | None,
        orders: tuple[LiveOrder, ...],
    ) -> LivePrice | Refusal | None:
        """Take what a household would trade now; return its zone's price, None before the first clearing.

        Raises StoreError.
        """
        office = self._office.office
        now = office.clock.utc()
        if office.facts.grid.slot_at(now) != slot:
            return Refusal("not-running", f"Slot {slot} is not the one that runs.", {"slot": slot})
        record = self._office.registry.record_at(meter, slot)
        if record is None or record.household != household:
            return Refusal("not-yours", f"Meter 0x{meter.hex()} is not the household's in slot {slot}.")
        if crosses(orders):
            return Refusal("crossed", "The household would trade with itself.")
        battery = await office.database.run(members.battery_power, meter)
        limits = slot_limits(self._office.plausibility, office.facts.grid, record.plant_power, battery)
        most = max(limits.withdrawal, limits.feed_in)
        if any(order.quantity > most for order in orders) or abs(net) > most:
            return Refusal(
                "above-connection", f"More than {most} Wh do not fit through a connection.", {"limit": most}
            )
        zone = self._office.registry.zone_at(meter, slot)
        wish = LiveWish(
            meter=meter,
            household=household,
            zone=zone,
            has_battery=battery > 0,
            net=net,
            stored=stored,
            orders=orders,
        )
        over = self._book.put(slot, wish)
        if over is not None:
            await office.database.run(store.keep_sums, over)
        await self._clear(slot)
        return self._book.price(zone)

    async def outlook(self) -> tuple[CommunityOutlook, Batteries] | None:
        """Return what is expected of the slots to come; None while too little is known. Raises StoreError."""
        office = self._office.office
        slot = office.facts.grid.slot_at(office.clock.utc())
        since = slot - DAYS * _SECONDS_A_DAY // office.facts.grid.seconds
        past, batteries = await office.database.run(_read_past, since)
        found = await asyncio.to_thread(
            expect, past, slot, office.facts.grid.seconds, office.facts.minimum_owners
        )
        return None if found is None else (found, batteries)

    async def _clear(self, slot: int) -> None:
        office = self._office.office
        async with self._clearing:
            now = office.clock.utc()
            terms = self._office.terms(slot)
            if terms is None or not self._book.is_stale(now):
                return
            prices = await office.workers.run(clear_live, terms, slot, self._book.wishes, now)
            self._book.cleared(slot, now, prices)


def _read_past(connection: sqlite3.Connection, since: int) -> tuple[list[SlotSums], Batteries]:
    capacity, power = members.battery_totals(connection)
    return store.sums_since(connection, since), Batteries(capacity, power)
