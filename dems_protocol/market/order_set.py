"""The set of a slot's sealed orders: leaves strictly ascending by order hash in a tree (docs/market.md section 4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dems_protocol.market.orders import SealedOrder
from dems_protocol.signatures import Signature, is_signed_by_account
from dems_protocol.sum_tree import NO_SUMS, Node, SumTree
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import decode_uint, decode_words, encode_words, hash_words, require_bytes32, tag

SET_LEAF_WORDS = 5


@dataclass(frozen=True, slots=True)
class SetLeaf:
    """A sealed order in the set: its hash, its meter, and the household's signature. May come from a liar."""

    order: bytes
    meter: bytes
    signature: Signature

    def __post_init__(self) -> None:
        require_bytes32("order hash", self.order)
        require_bytes32("meter id", self.meter)

    def node(self, domain: LedgerDomain, slot: int) -> Node:
        """Return the leaf as a node of the tree; ``domain`` is that of the market."""
        signature = self.signature
        leaf_hash = hash_words(
            tag("DEMS sealed order v1"),
            domain.chain_id,
            domain.ledger,
            slot,
            self.order,
            self.meter,
            signature.r,
            signature.s,
            signature.v,
        )
        return Node(leaf_hash, NO_SUMS)

    def encode(self) -> bytes:
        """Return the five words that are served to members."""
        return encode_words(self.order, self.meter, self.signature.r, self.signature.s, self.signature.v)

    @classmethod
    def decode(cls, data: bytes) -> SetLeaf:
        """Read `encode`'s output; ValueError for anything else."""
        order, meter, r, s, v = decode_words(data, SET_LEAF_WORDS)
        return cls(order, meter, Signature(int.from_bytes(r), int.from_bytes(s), decode_uint(v, 8)))

    def is_sealed_by(self, household: bytes, domain: LedgerDomain, slot: int) -> bool:
        """Say whether the household's account (20 bytes) has signed the sealed order."""
        sealed = SealedOrder(self.order, self.meter, slot)
        return is_signed_by_account(household, domain.digest(sealed.struct_hash()), self.signature)


def build_set_tree(domain: LedgerDomain, slot: int, leaves: Iterable[SetLeaf]) -> SumTree:
    """Return the tree over leaves that are in order."""
    return SumTree([leaf.node(domain, slot) for leaf in leaves])


def find_set_order_faults(leaves: Sequence[SetLeaf]) -> list[int]:
    """Return each index whose leaf does not come strictly before the next one's."""
    return [index for index, (left, right) in enumerate(pairwise(leaves)) if left.order >= right.order]
