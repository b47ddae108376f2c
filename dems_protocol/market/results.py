"""What became of each order: commitments to what was bought and sold, in one tree a zone (docs/market.md section 7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from dems_protocol.commitments import Opening, Pedersen
from dems_protocol.curve import IDENTITY, ORDER, Point
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import Order
from dems_protocol.sum_tree import Node, Sums, SumTree
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import (
    decode_uint,
    decode_words,
    encode_words,
    hash_words,
    require_bytes32,
    require_uint,
    tag,
)

RESULT_LEAF_WORDS = 6


class ResultStatus(IntEnum):
    """What became of an order."""

    CLEARED = 0
    UNREVEALED = 1
    IMPLAUSIBLE = 2
    WITHDRAWN = 3
    CROSSED = 4
    INVALID = 5


@dataclass(frozen=True, slots=True)
class ResultLeaf:
    """An order's result. ``status`` is a number because a liar may write any; points are not checked here."""

    order: bytes
    status: int
    bought: Point = IDENTITY
    sold: Point = IDENTITY

    def __post_init__(self) -> None:
        require_bytes32("order hash", self.order)
        require_uint("status", self.status, 8)

    def node(self, domain: LedgerDomain, slot: int, zone: int) -> Node:
        """Return the leaf as a node of its zone's tree; ``domain`` is that of the market."""
        leaf_hash = hash_words(
            tag("DEMS result v1"),
            domain.chain_id,
            domain.ledger,
            slot,
            zone,
            self.order,
            self.status,
            *self.bought,
            *self.sold,
        )
        return Node(leaf_hash, Sums(self.bought, self.sold))

    def encode(self) -> bytes:
        """Return the six words that are served to members."""
        return encode_words(self.order, self.status, *self.bought, *self.sold)

    @classmethod
    def decode(cls, data: bytes) -> ResultLeaf:
        """Read `encode`'s output; ValueError for anything else."""
        order, status, *points = decode_words(data, RESULT_LEAF_WORDS)
        bx, by, sx, sy = map(int.from_bytes, points)
        return cls(order, decode_uint(status, 8), Point(bx, by), Point(sx, sy))


def result_blinding(salt: bytes, slot: int, side: OrderSide, quantity: int) -> int:
    """Return the blinding of what an order got on a side: it follows from the salt, so nobody needs to be told."""
    high, low = (
        int.from_bytes(hash_words(tag("DEMS result blinding v1"), salt, slot, int(side), quantity, place))
        for place in range(2)
    )
    return ((high << 256) + low) % ORDER


def result_openings(order: Order, filled: int) -> tuple[Opening, Opening]:
    """Return the openings of what an order bought and sold when it got ``filled`` Wh."""
    bought, sold = (filled, 0) if order.side is OrderSide.BID else (0, filled)
    return (
        Opening(bought, result_blinding(order.salt, order.slot, OrderSide.BID, bought)),
        Opening(sold, result_blinding(order.salt, order.slot, OrderSide.OFFER, sold)),
    )


def cleared_leaf(pedersen: Pedersen, order: Order, filled: int) -> ResultLeaf:
    """Return the leaf of an order that got ``filled`` Wh."""
    bought, sold = result_openings(order, filled)
    return ResultLeaf(order.hash(), ResultStatus.CLEARED, pedersen.commit(bought), pedersen.commit(sold))


def build_result_tree(domain: LedgerDomain, slot: int, zone: int, leaves: Iterable[ResultLeaf]) -> SumTree:
    """Return the tree over a zone's leaves that are in order."""
    return SumTree([leaf.node(domain, slot, zone) for leaf in leaves])


def find_result_order_faults(leaves: Sequence[ResultLeaf]) -> list[int]:
    """Return each index whose leaf does not come strictly before the next one's."""
    return [index for index, (left, right) in enumerate(pairwise(leaves)) if left.order >= right.order]
