"""The protocol's messages as the contracts' structs, and back.

The bindings are generated and know words only; this is the one place that says which word is what.
Source: docs/protocol.md section 14.
"""

from collections.abc import Sequence

from dems_protocol.commitments import Opening
from dems_protocol.contracts import structs
from dems_protocol.curve import Point
from dems_protocol.leaves import Leaf, MeterRecord
from dems_protocol.readings import Reading
from dems_protocol.sealing import Sealed
from dems_protocol.signatures import PublicKey, Scheme, Signature
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import InclusionProof, Node, Step, Sums

NO_INCLUSION = structs.Inclusion(bytes(32), 0, 0)
"""What stands in an `Anchor` where the reading is a leaf."""


def statement_struct(statement: Statement) -> structs.Statement:
    """Return a statement as the contracts take it."""
    sums = statement.sums
    return structs.Statement(
        slot=statement.slot,
        attempt=statement.attempt,
        root=statement.root,
        sums=(*sums.withdrawal, *sums.feed_in),
        withdrawal_owners=sums.withdrawal_owners,
        feed_in_owners=sums.feed_in_owners,
        count=statement.count,
    )


def statement_of(struct: structs.Statement) -> Statement:
    """Return the statement of an event."""
    return Statement(
        slot=struct.slot,
        attempt=struct.attempt,
        root=struct.root,
        sums=_sums(struct.sums, struct.withdrawal_owners, struct.feed_in_owners),
        count=struct.count,
    )


def published_struct(statement: Statement, published_at: int, published_block: int) -> structs.Published:
    """Return the preimage of a slot's record: the statement, its block's time (unix seconds) and number."""
    return structs.Published(statement_struct(statement), published_at, published_block)


def reading_struct(reading: Reading) -> structs.Reading:
    """Return a reading as the contracts take it."""
    return structs.Reading(
        meter=reading.meter,
        key=reading.key,
        slot=reading.slot,
        revision=reading.revision,
        previous_slot=reading.previous_slot,
        previous=reading.previous,
        points=tuple(reading.coordinates),
    )


def reading_of(struct: structs.Reading) -> Reading:
    """Return the reading of an event."""
    points = [Point(*struct.points[at : at + 2]) for at in range(0, len(struct.points), 2)]
    return Reading(
        meter=struct.meter,
        key=struct.key,
        slot=struct.slot,
        revision=struct.revision,
        previous_slot=struct.previous_slot,
        previous=struct.previous,
        commitments=tuple(points[:5]),
        running=tuple(points[5:]),
    )


def signature_struct(signature: Signature) -> structs.Signature:
    """Return a signature as the contracts take it."""
    return structs.Signature(signature.r.to_bytes(32), signature.s.to_bytes(32), signature.v)


def signature_of(struct: structs.Signature) -> Signature:
    """Return the signature of an event."""
    return Signature(int.from_bytes(struct.r), int.from_bytes(struct.s), struct.v)


def leaf_struct(leaf: Leaf) -> structs.Leaf:
    """Return a leaf as the contracts take it."""
    return structs.Leaf(reading_struct(leaf.reading), leaf.owners, signature_struct(leaf.signature))


def leaf_of(struct: structs.Leaf) -> Leaf:
    """Return the leaf of an event."""
    return Leaf(reading_of(struct.reading), struct.owners, signature_of(struct.signature))


def node_struct(node: Node) -> structs.Node:
    """Return a node of the tree as the contracts take it."""
    sums = node.sums
    return structs.Node(
        node.hash, (*sums.withdrawal, *sums.feed_in), sums.withdrawal_owners, sums.feed_in_owners
    )


def proof_struct(proof: InclusionProof) -> structs.InclusionProof:
    """Return an inclusion proof as the contracts take it."""
    return structs.InclusionProof(proof.index, tuple(map(node_struct, proof.siblings)))


def proof_of(struct: structs.InclusionProof) -> InclusionProof:
    """Return the inclusion proof of an event."""
    siblings = (
        Node(node.hash, _sums(node.sums, node.withdrawal_owners, node.feed_in_owners))
        for node in struct.siblings
    )
    return InclusionProof(struct.index, tuple(siblings))


def step_structs(steps: Sequence[Step]) -> tuple[structs.Step, ...]:
    """Return a descent as the contracts take it."""
    return tuple(structs.Step(node_struct(step.left), node_struct(step.right)) for step in steps)


def descent_struct(index: int, leaf: Leaf, steps: Sequence[Step]) -> structs.LeafDescent:
    """Return a leaf with the preimages from the root down to it."""
    return structs.LeafDescent(index, leaf_struct(leaf), step_structs(steps))


def sealed_struct(sealed: Sealed) -> structs.SealedOpenings:
    """Return sealed openings as the contracts take them."""
    return structs.SealedOpenings(tuple(sealed.operator_key), tuple(sealed.ephemeral), sealed.words)


def sealed_of(struct: structs.SealedOpenings) -> Sealed:
    """Return the sealed openings of an event."""
    return Sealed(Point(*struct.operator_key), Point(*struct.ephemeral), struct.words)


def opening_struct(opening: Opening) -> structs.Opening:
    """Return an opening as the contracts take it."""
    return structs.Opening(opening.value, opening.blinding)


def anchor_struct(
    published: structs.Published,
    leaf: Leaf,
    proof: InclusionProof,
    inclusion: structs.Inclusion = NO_INCLUSION,
) -> structs.Anchor:
    """Return what shows that the chain vouches for a reading: as a leaf or, with ``inclusion``, beside the root."""
    return structs.Anchor(published, leaf_struct(leaf), proof_struct(proof), inclusion)


def key_struct(key: PublicKey) -> structs.PublicKey:
    """Return a public key as the registry takes it."""
    return structs.PublicKey(int(key.scheme), key.x, key.y)


def record_of(struct: structs.MeterAtSlot) -> MeterRecord | None:
    """Return what the registry says of a meter for a slot; None where it belongs to nobody then."""
    if not any(struct.household):
        return None
    key = PublicKey(Scheme(struct.key.scheme), struct.key.x, struct.key.y)
    return MeterRecord(struct.household, key, struct.plant_power_watts)


def _sums(words: Sequence[int], withdrawal_owners: int, feed_in_owners: int) -> Sums:
    wx, wy, fx, fy = words
    return Sums(Point(wx, wy), Point(fx, fy), withdrawal_owners, feed_in_owners)
