"""What the API serves from the store: readings and events."""

from collections.abc import Sequence

from dems_node.database.database import Database
from dems_protocol.slots import SlotGrid
from openems_bridge.metering.readings import Reading
from openems_bridge.store import events, readings
from openems_bridge.store.events import Event


class StoredArchive:
    """Readings and events of the database."""

    def __init__(self, database: Database, grid: SlotGrid) -> None:
        self._database = database
        self._grid = grid

    async def readings(self, first: int | None, last: int | None, limit: int) -> Sequence[Reading]:
        """Return at most ``limit`` readings of slots in [first, last], oldest first (see store.readings.page)."""
        return await self._database.run(readings.page, self._grid.seconds, first, last, limit)

    async def events_after(self, event_id: int, limit: int) -> Sequence[Event]:
        """Return stored events with a greater id, oldest first."""
        return await self._database.run(events.after, event_id, limit)
