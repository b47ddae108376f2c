"""What is thrown away, and when: readings after two years, released leases after 30 days, events after seven."""

import asyncio
import logging
import sqlite3

from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from openems_bridge.foresight import announcements, energy_history
from openems_bridge.ledger import pruning as ledger_pruning
from openems_bridge.store import events, leases, readings
from openems_bridge.trader import pruning as market_pruning

_LOGGER = logging.getLogger(__name__)
_EVERY_SECONDS = 24 * 3600


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Apply every rule at ``now`` (UTC s) and return how many rows went."""
    rules = (
        readings.prune,
        leases.prune,
        events.prune,
        ledger_pruning.prune,
        announcements.prune,
        energy_history.prune,
        market_pruning.prune,
    )
    return sum(rule(connection, now) for rule in rules)


async def prune_daily(database: Database, clock: Clock) -> None:
    """Prune now and every 24 h until cancelled. A day on which the store fails is told and made up for the next."""
    while True:
        try:
            pruned = await database.run(prune, clock.utc())
        except StoreError as error:
            _LOGGER.warning("Old rows were not pruned: %s", error)
        else:
            _LOGGER.debug("Pruned %d old rows", pruned)
        await asyncio.sleep(_EVERY_SECONDS)
