"""The Merkle sum tree: every node binds the sums of each of its children apart.

Binding only the parent's sum, as Maxwell's tree did, lets the operator tell every household another story.
Source: docs/protocol.md section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dems_protocol.curve import IDENTITY, Point, add_each, is_valid
from dems_protocol.words import (
    WORD,
    decode_words,
    encode_words,
    hash_words,
    require_bytes32,
    require_uint,
    tag,
)

LARGEST_COUNT = 1 << 20
NODE_WORDS = 7
OWNERS_BITS = 32


class ProofError(ValueError):
    """A proof does not show what it claims; the message says why."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What netting opens, committed: the x-parts of withdrawal and feed-in; and how many owners can stand on each side."""

    withdrawal: Point = IDENTITY
    feed_in: Point = IDENTITY
    withdrawal_owners: int = 0
    feed_in_owners: int = 0

    def words(self) -> tuple[int, ...]:
        """Return the six words of the sums in every encoding."""
        return (*self.withdrawal, *self.feed_in, self.withdrawal_owners, self.feed_in_owners)

    def has_valid_points(self) -> bool:
        """Say whether both sums are points of the curve in canonical form."""
        return is_valid(self.withdrawal) and is_valid(self.feed_in)


NO_SUMS = Sums()


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree: its hash and the sums under it. May come from a liar: points are not checked here."""

    hash: bytes
    sums: Sums

    def __post_init__(self) -> None:
        require_bytes32("node hash", self.hash)

    def words(self) -> tuple[int | bytes, ...]:
        """Return the seven words that stand for the node in its parent's hash."""
        return (self.hash, *self.sums.words())

    def encode(self) -> bytes:
        """Return ``abi.encode`` of the Solidity struct."""
        return encode_words(*self.words())

    @classmethod
    def decode(cls, data: bytes) -> Node:
        """Read `encode`'s output; ValueError for anything else."""
        node_hash, *words = decode_words(data, NODE_WORDS)
        wx, wy, fx, fy, withdrawal_owners, feed_in_owners = map(int.from_bytes, words)
        require_uint("withdrawal owners", withdrawal_owners, OWNERS_BITS)
        require_uint("feed-in owners", feed_in_owners, OWNERS_BITS)
        return cls(node_hash, Sums(Point(wx, wy), Point(fx, fy), withdrawal_owners, feed_in_owners))


@dataclass(frozen=True, slots=True)
class Step:
    """The preimage of a node: its children as it states them."""

    left: Node
    right: Node

    def hash(self, level: int, index: int) -> bytes:
        """Return the hash of the node with these children at this place (level 1 is above the leaves)."""
        return hash_words(tag("DEMS node v1"), level, index, *self.left.words(), *self.right.words())


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """A leaf's place and its siblings from the leaves upwards; the parents' sums are derived, never stated."""

    index: int
    siblings: tuple[Node, ...]

    def encode(self) -> bytes:
        """Return the index and the siblings as words; their number follows from the length."""
        return encode_words(self.index) + b"".join(sibling.encode() for sibling in self.siblings)

    @classmethod
    def decode(cls, data: bytes) -> InclusionProof:
        """Read `encode`'s output; ValueError for anything else."""
        size = NODE_WORDS * WORD
        (index,) = decode_words(data[:WORD], 1)
        siblings = [Node.decode(data[at : at + size]) for at in range(WORD, len(data), size)]
        return cls(int.from_bytes(index), tuple(siblings))


def empty_leaf() -> Node:
    """Return the leaf that fills the places from the count to the next power of two."""
    return Node(tag("DEMS empty leaf v1"), NO_SUMS)


def height_for(count: int) -> int:
    """Return the height of a tree of that many leaves: the shape follows from the count alone."""
    return max(count - 1, 0).bit_length()


class SumTree:
    """The tree over a slot's leaves (as nodes, in order). Raises ValueError above 2^20 leaves."""

    __slots__ = ("_levels", "count")

    def __init__(self, leaves: Sequence[Node]) -> None:
        if len(leaves) > LARGEST_COUNT:
            raise ValueError(f"a statement holds at most {LARGEST_COUNT} readings, not {len(leaves)}")
        self.count = len(leaves)
        padding = (1 << height_for(self.count)) - self.count
        self._levels = [[*leaves, *([empty_leaf()] * padding)]]
        while len(self._levels[-1]) > 1:
            self._levels.append(_parents(len(self._levels), self._levels[-1]))

    @property
    def root(self) -> Node:
        """The root with the sums of all leaves."""
        return self._levels[-1][0]

    @property
    def height(self) -> int:
        """The level of the root; leaves are level 0."""
        return len(self._levels) - 1

    def node(self, level: int, index: int) -> Node:
        """Return a node; IndexError where the tree has none."""
        self._require_place(level, index)
        return self._levels[level][index]

    def prove(self, index: int) -> InclusionProof:
        """Return the proof of a leaf, padding included; IndexError beyond the tree."""
        self._require_place(0, index)
        return InclusionProof(
            index, tuple(level[(index >> height) ^ 1] for height, level in enumerate(self._levels[:-1]))
        )

    def descend(self, level: int, index: int) -> tuple[Step, ...]:
        """Return the preimages from the root down to the parent of a node; IndexError where the tree has none."""
        self._require_place(level, index)
        return tuple(
            self._step(parent, index >> (parent - level)) for parent in range(self.height, level, -1)
        )

    def preimage(self, level: int, index: int) -> Step:
        """Return a node's children; IndexError for a leaf or where the tree has no node."""
        self._require_place(level, index)
        if not level:
            raise IndexError("a leaf has no children")
        return self._step(level, index)

    def _step(self, level: int, index: int) -> Step:
        return Step(*self._levels[level - 1][2 * index : 2 * index + 2])

    def _require_place(self, level: int, index: int) -> None:
        if not 0 <= level <= self.height or not 0 <= index < len(self._levels[level]):
            raise IndexError(f"the tree of height {self.height} has no node {index} on level {level}")


def _parents(level: int, children: list[Node]) -> list[Node]:
    pairs = list(zip(children[::2], children[1::2], strict=True))
    points = add_each(
        [p for left, _ in pairs for p in (left.sums.withdrawal, left.sums.feed_in)],
        [p for _, right in pairs for p in (right.sums.withdrawal, right.sums.feed_in)],
    )
    return [
        _parent(level, index, Step(left, right), points[2 * index], points[2 * index + 1])
        for index, (left, right) in enumerate(pairs)
    ]


def _parent(level: int, index: int, step: Step, withdrawal: Point, feed_in: Point) -> Node:
    left, right = step.left.sums, step.right.sums
    sums = Sums(
        withdrawal,
        feed_in,
        left.withdrawal_owners + right.withdrawal_owners,
        left.feed_in_owners + right.feed_in_owners,
    )
    return Node(step.hash(level, index), sums)


def join(level: int, index: int, step: Step) -> Node:
    """Return the parent of two children, its sums derived; ProofError for an invalid point or too many owners."""
    left, right = step.left.sums, step.right.sums
    if not (left.has_valid_points() and right.has_valid_points()):
        raise ProofError(f"a sum below node {index} on level {level} is not a point of the curve")
    withdrawal, feed_in = add_each((left.withdrawal, left.feed_in), (right.withdrawal, right.feed_in))
    parent = _parent(level, index, step, withdrawal, feed_in)
    if (parent.sums.withdrawal_owners | parent.sums.feed_in_owners) >> OWNERS_BITS:
        raise ProofError(f"node {index} on level {level} counts more owners than 32 bits hold")
    return parent


def derive_root(count: int, leaf: Node, proof: InclusionProof) -> Node:
    """Return the root that follows from a leaf and its siblings.

    Raises ProofError for an index outside the ``2^h`` places, a wrong number of siblings, or an invalid point.
    """
    height = height_for(count)
    if not 0 <= proof.index < 1 << height:
        raise ProofError(f"index {proof.index} is outside a tree of {count} leaves")
    if len(proof.siblings) != height:
        raise ProofError(f"a tree of {count} leaves needs {height} siblings, not {len(proof.siblings)}")
    if not leaf.sums.has_valid_points():
        raise ProofError("the leaf's sums are not points of the curve")
    node, index = leaf, proof.index
    for level, sibling in enumerate(proof.siblings, start=1):
        step = Step(node, sibling) if index % 2 == 0 else Step(sibling, node)
        index >>= 1
        node = join(level, index, step)
    return node


def follow(root: Node, count: int, level: int, index: int, steps: Sequence[Step]) -> Node:
    """Walk a descent down from the root and return the node as it is *stated* there (docs/protocol.md section 6).

    No arithmetic on the way: the returned sums are what the root binds, right or wrong. Raises ProofError if a step is not
    the preimage of the expected hash, or the number of steps does not lead to the level.
    """
    height = height_for(count)
    if not 0 <= level <= height or not 0 <= index < 1 << (height - level):
        raise ProofError(f"a tree of {count} leaves has no node {index} on level {level}")
    if len(steps) != height - level:
        raise ProofError(f"{height - level} steps lead from the root to level {level}, not {len(steps)}")
    expected = root
    for parent_level, step in zip(range(height, level, -1), steps, strict=True):
        if step.hash(parent_level, index >> (parent_level - level)) != expected.hash:
            raise ProofError(f"the step on level {parent_level} is not what the root binds")
        goes_right = index >> (parent_level - 1 - level) & 1
        expected = step.right if goes_right else step.left
    return expected


def is_wrong_node(stated: Node, level: int, index: int, preimage: Step) -> bool:
    """Decide what `challengeNode` decides: do the children not add up to what is stated, or are they no points?

    Raises ProofError if the preimage is not the stated node's: then the challenge is unfounded.
    """
    if preimage.hash(level, index) != stated.hash:
        raise ProofError("these children are not the node's preimage")
    try:
        return join(level, index, preimage).sums != stated.sums
    except ProofError:
        return True
