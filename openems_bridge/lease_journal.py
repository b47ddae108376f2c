"""The dispatcher's journal of leases, kept in the store."""

from collections.abc import Sequence

from openems_bridge.clock import Clock
from openems_bridge.dispatcher.lease import LeaseRecord
from openems_bridge.store import leases
from openems_bridge.store.database import Database


class StoredLeases:
    """Serves ``dispatcher.lease.LeaseJournal``: each call returns once its line is on the disk. Raises StoreError."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def acquire(self, record: LeaseRecord) -> int:
        """Open a lease and return its id."""
        return await self._database.run(leases.acquire, record, self._clock.utc())

    async def change(self, lease_id: int, record: LeaseRecord) -> None:
        """Note that an open lease serves another command from now on."""
        await self._database.run(leases.change, lease_id, record, self._clock.utc())

    async def release(self, lease_id: int) -> None:
        """Close a lease."""
        await self._database.run(leases.release, lease_id, self._clock.utc())

    async def unreleased(self) -> Sequence[int]:
        """Return the ids of the open leases."""
        return [lease.id for lease in await self._database.run(leases.unreleased)]
