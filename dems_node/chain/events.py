"""An event of a contract, under an id that stays the same when a reorganisation moves it to another block."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from dems_node.chain.values import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEvent:
    """A log of a watched contract.

    ``id`` is the transaction's hash and the event's place among the transaction's logs of watched contracts, ``at`` the
    block's time in unix s. (block number, index in the block) orders events.
    """

    id: str
    at: int
    log: Log

    def content(self) -> bytes:
        """Return a digest of what the event says, wherever its block is."""
        parts = (self.log.address, *self.log.topics, self.log.data)
        return hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()


def events_of_block(at: int, logs: Sequence[Log]) -> Sequence[ChainEvent]:
    """Return the events of one block's logs, which are in order."""
    return [
        ChainEvent(id=f"0x{digest.hex()}-{place}", at=at, log=log)
        for digest, group in groupby(logs, key=lambda log: log.transaction_hash)
        for place, log in enumerate(group)
    ]
