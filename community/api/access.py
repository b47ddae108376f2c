"""Who asks: a household shows it by a signature over path and expiry (docs/operator-api.md, Who asks)."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from community.chain.follower import ChainFollower
from dems_node.https.problems import Problem
from dems_protocol.membership import Access, is_access_valid, parse_access
from dems_protocol.signatures import Signature
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain


class Gate:
    """Lets households in by their signatures. ``now`` is UTC s."""

    def __init__(
        self, domain: LedgerDomain, grid: SlotGrid, follower: ChainFollower, now: Callable[[], float]
    ) -> None:
        self._domain = domain
        self._grid = grid
        self._follower = follower
        self._now = now

    async def household(self, request: web.Request) -> bytes:
        """Return the account that asks. Raises Problem 401."""
        access, signature = self._parse(request)
        if not await asyncio.to_thread(is_access_valid, access, self._domain, signature, self._now()):
            raise _unauthorised(
                "The signature is not the household's for this path and ledger, or it is expired, or good for more than "
                "300 s: check the clock."
            )
        return access.household

    async def member(self, request: web.Request) -> bytes:
        """Return the account of the member that asks. Raises Problem 401 or 403."""
        household = await self.household(request)
        if not self.is_member(household):
            raise Problem(
                403, "not-a-member", "Not a member", f"0x{household.hex()} has no meter in the community now."
            )
        return household

    def is_member(self, household: bytes) -> bool:
        """Say whether a household has a meter in the slot that runs, or had one in the last."""
        current = self._grid.slot_at(self._now())
        registry = self._follower.registry
        return registry.is_member(household, current) or registry.is_member(household, current - 1)

    def owns(self, household: bytes, meter: bytes) -> bool:
        """Say whether a meter belongs to a household now, or will."""
        registry = self._follower.registry
        record = registry.record_at(meter, self._grid.slot_at(self._now()))
        return registry.last_household(meter) == household or (
            record is not None and record.household == household
        )

    def _parse(self, request: web.Request) -> tuple[Access, Signature]:
        header = request.headers.get("Authorization")
        if header is None:
            raise _unauthorised("Send Authorization: DEMS <household> <expires> <signature>.")
        try:
            return parse_access(header, request.raw_path)
        except ValueError as error:
            raise _unauthorised(f"{error}.") from None


def _unauthorised(detail: str) -> Problem:
    return Problem(401, "unauthorised", "Not authorised", detail)
