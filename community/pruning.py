"""Forgetting readings that nobody needs any more, once a day."""

import asyncio
import logging

from community.chain.facts import CommunityFacts
from community.store import readings
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
        except StoreError as error:
            _LOGGER.warning("Old readings could not be removed: %s", error)
        else:
            if gone:
                _LOGGER.info("Removed %d readings older than %d days", gone, keep_days)
        await asyncio.sleep(DAY)
