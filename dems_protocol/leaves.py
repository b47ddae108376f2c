"""The leaves of a statement: a signed reading and whom it counts.

Source: docs/protocol.md section 6.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag

from dems_protocol.commitments import Register
from dems_protocol.readings import READING_WORDS, Reading, find_reading_faults
from dems_protocol.signatures import PublicKey, Signature, is_signed_by
from dems_protocol.sum_tree import Node, Sums
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import decode_uint, decode_words, encode_words, hash_words, tag

LEAF_WORDS = READING_WORDS + 4


class OwnerSides(IntFlag):
    """On which sides a leaf counts its household among the owners, for the minimum group size."""

    NONE = 0
    WITHDRAWAL = 1
    FEED_IN = 2


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """What the registry says of a meter for a slot: household (account, 20 bytes), key, and the plant's power in W."""

    household: bytes
    key: PublicKey
    plant_power: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A reading in a statement with its meter's signature; ``owners`` is set by the operator from public data.

    A leaf may come from a liar; `find_leaf_faults` says what is wrong with it.
    """

    reading: Reading
    owners: int
    signature: Signature

    def hash(self, domain: LedgerDomain) -> bytes:
        """Return the leaf's hash: bound to the ledger, the reading (hence slot and meter) and the signature."""
        return hash_words(
            tag("DEMS leaf v1"), domain.chain_id, domain.ledger, self.reading.struct_hash(), *self._tail()
        )

    def node(self, domain: LedgerDomain) -> Node:
        """Return the leaf as a node of the tree, with its own sums."""
        commitments = self.reading.commitments
        sums = Sums(
            commitments[Register.WITHDRAWAL_REST],
            commitments[Register.FEED_IN_REST],
            self.owners & 1,
            self.owners >> 1 & 1,
        )
        return Node(self.hash(domain), sums)

    def encode(self) -> bytes:
        """Return 26 words: the reading, owners, r, s, v."""
        return self.reading.encode() + encode_words(*self._tail())

    @classmethod
    def decode(cls, data: bytes) -> Leaf:
        """Read `encode`'s output; ValueError for anything else."""
        owners, r, s, v = decode_words(data, LEAF_WORDS)[READING_WORDS:]
        return cls(
            Reading.decode(data[: READING_WORDS * 32]),
            decode_uint(owners, 8),
            Signature(int.from_bytes(r), int.from_bytes(s), decode_uint(v, 8)),
        )

    def _tail(self) -> tuple[int, int, int, int]:
        return self.owners, self.signature.r, self.signature.s, self.signature.v


def count_owners(meters: Sequence[bytes], records: Mapping[bytes, MeterRecord]) -> list[OwnerSides]:
    """Return on which sides each leaf counts its owner: each household once a side, at its first leaf that may.

    Raises KeyError for a meter that the registry does not know for the slot.
    """
    seen: set[tuple[bytes, OwnerSides]] = set()
    result = []
    for meter in meters:
        record = records[meter]
        sides = OwnerSides.NONE
        for side in OwnerSides.WITHDRAWAL, OwnerSides.FEED_IN:
            may_count = side is OwnerSides.WITHDRAWAL or record.plant_power > 0
            if may_count and (record.household, side) not in seen:
                seen.add((record.household, side))
                sides |= side
        result.append(sides)
    return result


def find_leaf_faults(leaf: Leaf, domain: LedgerDomain, slot: int, record: MeterRecord | None) -> list[str]:
    """Return what is wrong with a leaf of a slot's statement; empty if nothing.

    The same findings as `challengeLeaf` of the meter ledger (docs/protocol.md section 9). ``record`` is what the
    registry says of the meter for this slot, None if it does not know it. The operator asks this before it accepts
    a reading, a bridge when it audits a leaf.
    """
    faults = find_reading_faults(leaf.reading)
    if leaf.reading.slot != slot:
        faults.append(f"is of slot {leaf.reading.slot}, not {slot}")
    if leaf.owners > 3:
        faults.append(f"counts owners by {leaf.owners}, which is not 0 … 3")
    if record is None:
        return [*faults, "its meter is not registered for the slot"]
    if leaf.owners & OwnerSides.FEED_IN and record.plant_power <= 0:
        faults.append("counts an owner who feeds in but has no plant")
    if leaf.reading.key != record.key.key_id():
        faults.append("names a key that is not the meter's for this slot")
    elif not is_signed_by(record.key, domain.digest(leaf.reading.struct_hash()), leaf.signature):
        faults.append("its signature is not the meter's")
    return faults


def find_order_faults(leaves: Sequence[Leaf]) -> list[int]:
    """Return each index i at which leaf i does not come before leaf i + 1: strictly ascending by meter."""
    meters = [leaf.reading.meter for leaf in leaves]
    return [i for i, (left, right) in enumerate(itertools.pairwise(meters)) if left >= right]


def find_doubled_owners(
    leaves: Sequence[Leaf], records: Mapping[bytes, MeterRecord]
) -> list[tuple[int, int]]:
    """Return pairs of indices that count one household twice on one side (what `challengeOwner` decides).

    Leaves whose meter the registry does not know are `find_leaf_faults`'s business and are skipped.
    """
    first: dict[tuple[bytes, OwnerSides], int] = {}
    pairs = []
    for index, leaf in enumerate(leaves):
        record = records.get(leaf.reading.meter)
        if record is None:
            continue
        for side in OwnerSides.WITHDRAWAL, OwnerSides.FEED_IN:
            if leaf.owners & side:
                earlier = first.setdefault((record.household, side), index)
                if earlier != index:
                    pairs.append((earlier, index))
    return pairs
