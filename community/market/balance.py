"""How the community stands: what the last slot came to, and what the cleared orders let expect of the next ones. A hint."""

import sqlite3

from community.market.office import MarketOffice, view_market
from community.slots.building import OwnedOpening
from community.store import readings
from dems_node.json_types import Json

_SLOTS_AHEAD = 8


class BalanceDesk:
    """Answers ``GET /v1/balance``."""

    def __init__(self, office: MarketOffice) -> None:
        self._office = office

    async def document(self) -> dict[str, Json]:
        """Return the sums of the last slot that is over, where enough owners stand on both sides, and what is expected."""
        facts = self._office.office.facts
        current = facts.grid.slot_at(self._office.office.clock.utc())
        last, cleared = await self._office.office.database.run(_read, current)
        sums = self._sums(last, current - 1)
        return {
            "slot": current - 1,
            "withdrawal": None if sums is None else sums[0],
            "feed_in": None if sums is None else sums[1],
            "expected": [
                {"slot": slot, "withdrawal": bought, "feed_in": sold} for slot, bought, sold in cleared
            ],
        }

    def _sums(self, last: list[readings.StoredReading], slot: int) -> tuple[int, int] | None:
        owned = []
        for stored in last:
            record = self._office.registry.record_at(stored.reading.meter, slot)
            if record is not None:
                owned.append(OwnedOpening(record.household, stored.withdrawal, stored.feed_in))
        minimum = self._office.office.facts.minimum_owners
        owners = (
            len({own.household for own in owned if own.withdrawal.value}),
            len({own.household for own in owned if own.feed_in.value}),
        )
        # As for a netting: in a small group a sum tells its members what the others did.
        if min(owners) < minimum:
            return None
        return sum(own.withdrawal.value for own in owned), sum(own.feed_in.value for own in owned)


def _read(
    connection: sqlite3.Connection, current: int
) -> tuple[list[readings.StoredReading], list[tuple[int, int, int]]]:
    cleared = []
    for slot in range(current, current + _SLOTS_AHEAD):
        clearing = view_market(connection, slot).chain.clearing
        if clearing is not None:
            zones = clearing.clearing.zones
            cleared.append((slot, sum(zone.bought for zone in zones), sum(zone.sold for zone in zones)))
    return readings.of_slot(connection, current - 1), cleared
