"""The dispatcher's journal, kept in the database."""

from collections.abc import Sequence

from openems_bridge.clock import Clock
from openems_bridge.dispatcher.lease import LeaseRecord
from openems_bridge.store import leases
from openems_bridge.store.database import Database


class StoredLeaseJournal:
    """Implements ``dispatcher.lease.LeaseJournal``. Every call raises StoreError where the line could not be kept."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def acquire(self, record: LeaseRecord) -> int:
        """Open a lease and return its id."""
        return await self._database.run(leases.acquire, record, self._clock.utc())

    async def change(self, lease_id: int, record: LeaseRecord) -> None:
        """Note that an open lease serves another command. Raises LookupError if it is not open."""
        await self._database.run(leases.change, lease_id, record, self._clock.utc())

    async def release(self, lease_id: int) -> None:
        """Close a lease; closing a closed one does nothing."""
        await self._database.run(leases.release, lease_id, self._clock.utc())

    async def unreleased(self) -> Sequence[int]:
        """Return the ids of the open leases, oldest first."""
        return [lease.id for lease in await self._database.run(leases.unreleased)]
