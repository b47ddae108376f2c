"""Forgetting readings and transactions that nobody needs any more, once a day."""

import asyncio
import logging
import sqlite3

from community.chain.facts import CommunityFacts
from community.store import market, readings, slots
from dems_node.chain import journal
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError

DAY = 86_400.0
_LOGGER = logging.getLogger(__name__)


async def prune_daily(database: Database, facts: CommunityFacts, clock: Clock, keep_days: int) -> None:
    """Forget readings of closed slots that are older than ``keep_days``, until cancelled."""
    while True:
        before = facts.grid.slot_at(clock.utc() - keep_days * DAY)
        try:
            gone = await database.run(readings.prune, max(before, 0))
            gone += await database.run(market.prune, max(before, 0))
            await database.run(prune_transactions, clock.utc())
        except StoreError as error:
            _LOGGER.warning("Old readings could not be removed: %s", error)
        else:
            if gone:
                _LOGGER.info("Removed %d readings and orders older than %d days", gone, keep_days)
        await asyncio.sleep(DAY)


def prune_transactions(connection: sqlite3.Connection, now: float) -> int:
    """Forget old transactions of closed slots; return how many. What changed the registry is kept for good."""
    unfinished = {str(slot) for slot in slots.unfinished(connection)}

    def is_referenced(key: str) -> bool:
        _, _, rest = key.partition(":")
        slot = rest.partition("#")[0].partition(":")[0]
        return not slot.isdigit() or slot in unfinished

    return journal.prune(connection, now, is_referenced)
