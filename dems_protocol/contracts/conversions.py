"""Between the protocol's own types and the structs of the contracts.

Into structs everything goes that has been built; out of structs comes what a liar may have written, so the functions
``from_…`` raise ValueError where it does not fit the protocol's types.
"""

from collections.abc import Sequence

from dems_protocol.commitments import Opening, Register
from dems_protocol.contracts import structs
from dems_protocol.curve import Point
from dems_protocol.leaves import Leaf
from dems_protocol.range_proof import BitProof
from dems_protocol.readings import Reading
from dems_protocol.sealing import EqualityProof, Sealed
from dems_protocol.signatures import PublicKey, Signature
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import InclusionProof, Node, Step, Sums

NO_INCLUSION = structs.Inclusion(bytes(32), 0, 0)


def to_public_key(key: PublicKey) -> structs.PublicKey:
    """Return a public key as the registry takes it."""
    return structs.PublicKey(key.scheme, key.x, key.y)


def to_signature(signature: Signature) -> structs.Signature:
    """Return a signature; OverflowError if a part does not fit its word."""
    return structs.Signature(signature.r.to_bytes(32), signature.s.to_bytes(32), signature.v)


def from_signature(signature: structs.Signature) -> Signature:
    """Return a signature."""
    return Signature(int.from_bytes(signature.r), int.from_bytes(signature.s), signature.v)


def to_reading(reading: Reading) -> structs.Reading:
    """Return a reading."""
    return structs.Reading(
        meter=reading.meter,
        key=reading.key,
        slot=reading.slot,
        revision=reading.revision,
        previous_slot=reading.previous_slot,
        previous=reading.previous,
        points=tuple(reading.coordinates),
    )


def from_reading(reading: structs.Reading) -> Reading:
    """Return a reading; its points are not checked."""
    points = tuple(Point(*reading.points[place : place + 2]) for place in range(0, 16, 2))
    return Reading(
        meter=reading.meter,
        key=reading.key,
        slot=reading.slot,
        revision=reading.revision,
        previous_slot=reading.previous_slot,
        previous=reading.previous,
        commitments=points[: len(Register)],
        running=points[len(Register) :],
    )


def to_leaf(leaf: Leaf) -> structs.Leaf:
    """Return a leaf."""
    return structs.Leaf(to_reading(leaf.reading), leaf.owners, to_signature(leaf.signature))


def from_leaf(leaf: structs.Leaf) -> Leaf:
    """Return a leaf; nothing of it is checked."""
    return Leaf(from_reading(leaf.reading), leaf.owners, from_signature(leaf.signature))


def to_node(node: Node) -> structs.Node:
    """Return a node of the sum tree."""
    *coordinates, withdrawal_owners, feed_in_owners = node.sums.words()
    return structs.Node(node.hash, tuple(coordinates), withdrawal_owners, feed_in_owners)


def from_node(node: structs.Node) -> Node:
    """Return a node of the sum tree; its points are not checked."""
    return Node(node.hash, _sums(node.sums, node.withdrawal_owners, node.feed_in_owners))


def to_step(step: Step) -> structs.Step:
    """Return a step of a descent."""
    return structs.Step(to_node(step.left), to_node(step.right))


def to_proof(proof: InclusionProof) -> structs.InclusionProof:
    """Return an inclusion proof."""
    return structs.InclusionProof(proof.index, tuple(map(to_node, proof.siblings)))


def from_proof(proof: structs.InclusionProof) -> InclusionProof:
    """Return an inclusion proof."""
    return InclusionProof(proof.index, tuple(map(from_node, proof.siblings)))


def to_descent(index: int, leaf: Leaf, steps: Sequence[Step]) -> structs.LeafDescent:
    """Return a leaf with the preimages that lead to it."""
    return structs.LeafDescent(index, to_leaf(leaf), tuple(map(to_step, steps)))


def to_statement(statement: Statement) -> structs.Statement:
    """Return a statement."""
    *coordinates, withdrawal_owners, feed_in_owners = statement.sums.words()
    return structs.Statement(
        slot=statement.slot,
        attempt=statement.attempt,
        root=statement.root,
        sums=tuple(coordinates),
        withdrawal_owners=withdrawal_owners,
        feed_in_owners=feed_in_owners,
        count=statement.count,
    )


def from_statement(statement: structs.Statement) -> Statement:
    """Return a statement."""
    sums = _sums(statement.sums, statement.withdrawal_owners, statement.feed_in_owners)
    return Statement(statement.slot, statement.attempt, statement.root, sums, statement.count)


def to_published(statement: Statement, published_at: int, published_block: int) -> structs.Published:
    """Return a statement with time and number of the block that published it."""
    return structs.Published(to_statement(statement), published_at, published_block)


def nothing_published(slot: int) -> structs.Published:
    """Return what the functions take where nothing is published for the slot."""
    empty = structs.Statement(slot, 0, bytes(32), (0, 0, 0, 0), 0, 0, 0)
    return structs.Published(empty, 0, 0)


def to_anchor(published: structs.Published, leaf: Leaf, proof: InclusionProof) -> structs.Anchor:
    """Return what shows that a leaf stands in a final statement."""
    return structs.Anchor(published, to_leaf(leaf), to_proof(proof), NO_INCLUSION)


def to_direct_anchor(
    published: structs.Published, reading: Reading, inclusion: structs.Inclusion
) -> structs.Anchor:
    """Return what shows that a reading stands beside the root of a final statement."""
    leaf = structs.Leaf(to_reading(reading), 0, structs.Signature(bytes(32), bytes(32), 0))
    return structs.Anchor(published, leaf, structs.InclusionProof(0, ()), inclusion)


def to_opening(opening: Opening) -> structs.Opening:
    """Return an opening."""
    return structs.Opening(opening.value, opening.blinding)


def to_sealed(sealed: Sealed) -> structs.SealedOpenings:
    """Return openings sealed to the operator."""
    return structs.SealedOpenings(tuple(sealed.operator_key), tuple(sealed.ephemeral), sealed.words)


def from_sealed(sealed: structs.SealedOpenings) -> Sealed:
    """Return openings sealed to the operator; its points are not checked."""
    return Sealed(Point(*sealed.operator_key), Point(*sealed.ephemeral), sealed.words)


def to_disclosure(shared: Point, proof: EqualityProof) -> structs.Disclosure:
    """Return the key agreement that unmasks sealed openings, with the proof that it is that."""
    return structs.Disclosure(tuple(shared), proof.challenge, proof.response)


def to_range_proof(proof: Sequence[BitProof]) -> tuple[tuple[int, ...], ...]:
    """Return the rows of a range proof."""
    return tuple(bit.words() for bit in proof)


def _sums(coordinates: Sequence[int], withdrawal_owners: int, feed_in_owners: int) -> Sums:
    wx, wy, fx, fy = coordinates
    return Sums(Point(wx, wy), Point(fx, fy), withdrawal_owners, feed_in_owners)
