"""The dispatcher's journal of leases, kept in the store."""

from collections.abc import Mapping

from dems_node.clock import Clock
from dems_node.database.database import Database
from openems_bridge.dispatcher.lease import LeaseRecord
from openems_bridge.store import leases


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

    async def unreleased(self) -> Mapping[int, LeaseRecord]:
        """Return the open leases by id, the oldest first."""
        return {lease.id: lease.record for lease in await self._database.run(leases.unreleased)}
