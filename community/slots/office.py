"""What everything that works on slots needs: the community, the operator's account and keys, the store, the journal."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from community.chain.clock import ChainClock
from community.chain.facts import CommunityFacts
from community.chain.follower import ChainFollower
from community.chain.wishes import Wish, WishState, want
from community.keys import SealingKeys
from community.workers import Workers
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_protocol.signatures import Signature


class AccountSigner(Protocol):
    """The operator's account. May block: call it off the loop."""

    @property
    def address(self) -> str:
        """The account, 0x…."""
        ...

    def sign(self, digest: bytes) -> Signature:
        """Return the signature of a digest of 32 bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The operator's own things. ``wake`` tells the performer that the journal has something new."""

    facts: CommunityFacts
    account: bytes
    signer: AccountSigner = field(repr=False)
    sealing_keys: SealingKeys = field(repr=False)
    database: Database
    follower: ChainFollower
    workers: Workers
    clock: Clock
    chain_clock: ChainClock
    wake: Callable[[], None]

    async def want(self, wish: Wish) -> WishState:
        """Ask for a transaction of the operator's account, once."""
        found = await self.database.run(want, self.account, wish, self.clock.utc())
        if found.is_new:
            self.wake()
        return found

    async def read[T](self, fn: Callable[[sqlite3.Connection, int], T], slot: int) -> T:
        """Return what is stored of a slot."""
        return await self.database.run(fn, slot)
