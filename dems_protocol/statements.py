"""The operator's statement of a slot, what the chain keeps of it, and the receipt for a reading.

Source: docs/protocol.md sections 4, 6, 7 and 12.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dems_protocol.commitments import Opening, Pedersen
from dems_protocol.curve import IDENTITY, Point, add
from dems_protocol.leaves import Leaf
from dems_protocol.netting import Netting
from dems_protocol.sum_tree import InclusionProof, Node, ProofError, Sums, SumTree, derive_root
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

STATEMENT_TYPE = (
    "Statement(uint64 slot,uint8 attempt,bytes32 root,uint256[4] sums,uint32 withdrawalOwners,uint32 feedInOwners,"
    "uint32 count)"
)
RECEIPT_TYPE = "Receipt(bytes32 reading,bytes32 meter,uint64 slot,uint32 revision,uint64 receivedAt)"
STATEMENT_WORDS = 10


class OpeningError(ValueError):
    """The sums of a slot cannot be opened so; the message says why."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The operator's word that a reading arrived: its hash, and when (unix seconds)."""

    reading: bytes
    meter: bytes
    slot: int
    revision: int
    received_at: int

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(Receipt)``."""
        return hash_words(
            tag(RECEIPT_TYPE), self.reading, self.meter, self.slot, self.revision, self.received_at
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """What the operator states of a slot: root, sums and number of leaves. ``attempt`` is 1 after a void, else 0."""

    slot: int
    attempt: int
    root: bytes
    sums: Sums
    count: int

    def __post_init__(self) -> None:
        require_uint("slot", self.slot, 64)
        require_uint("attempt", self.attempt, 8)
        require_bytes32("root", self.root)
        require_uint("count", self.count, 32)

    @classmethod
    def of(cls, slot: int, tree: SumTree, *, attempt: int = 0) -> Statement:
        """Return the true statement of a tree."""
        return cls(slot, attempt, tree.root.hash, tree.root.sums, tree.count)

    @property
    def node(self) -> Node:
        """The root of the tree as stated."""
        return Node(self.root, self.sums)

    def encode(self) -> bytes:
        """Return ``abi.encode`` of the Solidity struct: ten words."""
        return encode_words(self.slot, self.attempt, self.root, *self.sums.words(), self.count)

    @classmethod
    def decode(cls, data: bytes) -> Statement:
        """Read `encode`'s output; ValueError for anything else."""
        slot, attempt, root, *words, count = decode_words(data, STATEMENT_WORDS)
        sums = Node.decode(root + b"".join(words)).sums
        return cls(decode_uint(slot, 64), decode_uint(attempt, 8), root, sums, decode_uint(count, 32))

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(Statement)``, the statement hash."""
        *coordinates, withdrawal_owners, feed_in_owners = self.sums.words()
        return hash_words(
            tag(STATEMENT_TYPE),
            self.slot,
            self.attempt,
            self.root,
            hash_words(*coordinates),
            withdrawal_owners,
            feed_in_owners,
            self.count,
        )

    def record_hash(self, published_at: int, published_block: int) -> bytes:
        """Return the one word that the chain stores: the statement, its block's time (unix seconds) and number."""
        return hash_words(tag("DEMS record v1"), self.struct_hash(), published_at, published_block)


def build_tree(domain: LedgerDomain, leaves: Iterable[Leaf]) -> SumTree:
    """Return the sum tree over leaves that are in order."""
    return SumTree([leaf.node(domain) for leaf in leaves])


def require_included(statement: Statement, domain: LedgerDomain, leaf: Leaf, proof: InclusionProof) -> None:
    """Raise ProofError, which says why, unless the statement includes exactly this leaf."""
    if leaf.reading.slot != statement.slot:
        raise ProofError(f"the leaf is of slot {leaf.reading.slot}, the statement of {statement.slot}")
    if proof.index >= statement.count:
        raise ProofError(f"index {proof.index} is padding: the statement has {statement.count} leaves")
    root = derive_root(statement.count, leaf.node(domain), proof)
    if root.hash != statement.root:
        raise ProofError("the leaf and its siblings lead to another root")
    if root.sums != statement.sums:
        raise ProofError("the root is the statement's, but the sums that it binds are not those stated")


@dataclass(frozen=True, slots=True)
class DirectInclusions:
    """The sums of the x-parts that joined a slot beside its root."""

    withdrawal: Point = IDENTITY
    feed_in: Point = IDENTITY


def open_sums(
    pedersen: Pedersen,
    statement: Statement,
    withdrawal: Opening,
    feed_in: Opening,
    *,
    minimum_owners: int,
    beside: DirectInclusions | None = None,
) -> Netting:
    """Return the netting that opening a slot's two sums fixes, by the contract's rules.

    Raises OpeningError if a side has fewer than ``minimum_owners`` distinct owners or an opening does not open its sum.
    """
    sums, beside = statement.sums, beside or DirectInclusions()
    owners = min(sums.withdrawal_owners, sums.feed_in_owners)
    if owners < minimum_owners:
        raise OpeningError(
            f"slot {statement.slot} stays closed: {owners} owners on one side, {minimum_owners} needed"
        )
    for name, opening, commitment in (
        ("withdrawal", withdrawal, add(sums.withdrawal, beside.withdrawal)),
        ("feed-in", feed_in, add(sums.feed_in, beside.feed_in)),
    ):
        if not pedersen.opens(commitment, opening):
            raise OpeningError(f"{opening.value} Wh does not open the {name} of slot {statement.slot}")
    return Netting(withdrawal.value, feed_in.value)
