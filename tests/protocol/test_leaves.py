from dataclasses import astuple, replace

import pytest
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.commitments import Pedersen
from dems_protocol.curve import Point
from dems_protocol.leaves import (
    Leaf,
    OwnerSides,
    count_owners,
    find_doubled_owners,
    find_leaf_faults,
    find_order_faults,
)
from dems_protocol.readings import OpenedReading, SlotEnergy
from dems_protocol.signatures import Scheme, Signature
from dems_protocol.sum_tree import Step
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import encode_words, tag
from tests.protocol.samples import (
    DOMAIN,
    SLOT,
    Meter,
    decode_or_refuse,
    flip_bit,
    make_leaf,
    make_leaves,
    make_meter,
    read_meter,
)

type Community = tuple[list[Meter], list[Leaf]]


@pytest.fixture(scope="module")
def community(meters: list[Meter], readings: list[OpenedReading]) -> Community:
    return meters, make_leaves(meters, readings)


def faults(leaf: Leaf, meter: Meter, *, slot: int = SLOT, domain: LedgerDomain = DOMAIN) -> list[str]:
    return find_leaf_faults(leaf, domain, slot, meter.record)


def test_honest_leaves_have_no_faults(community: Community) -> None:
    meters, leaves = community
    assert [faults(leaf, meter) for leaf, meter in zip(leaves, meters, strict=True)] == [[]] * 5
    assert find_order_faults(leaves) == []
    assert find_doubled_owners(leaves, {meter.id: meter.record for meter in meters}) == []


def test_owners_are_counted_once_a_side(community: Community) -> None:
    """Meter 1 has no plant; meters 3 and 4 belong to one household."""
    assert [leaf.owners for leaf in community[1]] == [3, 1, 3, 3, 0]


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_counted_owners_are_the_distinct_households(spec: list[tuple[int, bool]]) -> None:
    base = make_meter(0).record
    records = {
        i.to_bytes(32): replace(base, household=bytes([household]) * 20, plant_power=1000 * plant)
        for i, (household, plant) in enumerate(spec)
    }
    owners = count_owners(list(records), records)
    assert sum(side & 1 for side in owners) == len({household for household, _ in spec})
    assert sum(side >> 1 for side in owners) == len({household for household, plant in spec if plant})


def test_a_leaf_is_its_own_sums(community: Community) -> None:
    leaf = community[1][0]
    node = leaf.node(DOMAIN)
    assert (node.sums.withdrawal, node.sums.feed_in) == (
        leaf.reading.commitments[1],
        leaf.reading.commitments[3],
    )
    assert (node.sums.withdrawal_owners, node.sums.feed_in_owners) == (1, 1)
    assert node.hash == leaf.hash(DOMAIN)


def test_leaf_and_node_have_preimages_that_no_other_kind_has(community: Community) -> None:
    left, right = (leaf.node(DOMAIN) for leaf in community[1][:2])
    signature = community[1][0].signature
    leaf_preimage = encode_words(
        tag("DEMS leaf v1"),
        DOMAIN.chain_id,
        DOMAIN.ledger,
        community[1][0].reading.struct_hash(),
        3,
        *astuple(signature),
    )
    node_preimage = encode_words(tag("DEMS node v1"), 1, 0, *left.words(), *right.words())
    assert (keccak(leaf_preimage), keccak(node_preimage)) == (left.hash, Step(left, right).hash(1, 0))
    assert (len(leaf_preimage), len(node_preimage)) == (8 * 32, 17 * 32)
    assert leaf_preimage[:32] != node_preimage[:32]


@settings(max_examples=150)
@given(bit=st.integers(0, 26 * 256 - 1))
def test_any_changed_bit_is_rejected(community: Community, bit: int) -> None:
    """Either it is no leaf, or it is found false by itself, or (for owners) it hashes to another leaf."""
    meter, leaf = community[0][0], community[1][0]
    other = decode_or_refuse(Leaf.decode, flip_bit(leaf.encode(), bit))
    if other is None:
        return
    assert other.hash(DOMAIN) != leaf.hash(DOMAIN)
    if other.owners == leaf.owners:
        assert faults(other, meter)


def test_a_leaf_cannot_be_replayed(community: Community) -> None:
    meters, leaves = community
    meter, leaf = meters[0], leaves[0]
    assert "is of slot" in faults(leaf, meter, slot=SLOT + 1)[0]
    for domain in (LedgerDomain(1, DOMAIN.ledger), LedgerDomain(DOMAIN.chain_id, bytes(19) + b"\x01")):
        assert faults(leaf, meter, domain=domain) == ["its signature is not the meter's"]
        assert leaf.hash(domain) != leaf.hash(DOMAIN)
    moved = replace(leaf, reading=replace(leaf.reading, meter=meters[1].id))
    assert "its signature is not the meter's" in faults(moved, meter)


@pytest.mark.parametrize("scheme", Scheme)
def test_what_a_liar_signs_is_found(pedersen: Pedersen, scheme: Scheme) -> None:
    meter = make_meter(70, scheme=scheme, plant=0)
    opened = read_meter(pedersen, meter, SlotEnergy(withdrawal_rest=3, feed_in_rest=4))
    honest = make_leaf(meter, opened, OwnerSides.WITHDRAWAL)
    assert faults(honest, meter) == []
    assert "no plant" in faults(replace(honest, owners=3), meter)[0]
    assert "not 0 … 3" in faults(replace(honest, owners=5), meter)[0]
    assert faults(replace(honest, signature=Signature(0, 0, 0)), meter) == [
        "its signature is not the meter's"
    ]
    assert find_leaf_faults(honest, DOMAIN, SLOT, None) == ["its meter is not registered for the slot"]
    stranger = make_meter(71, scheme=scheme)
    assert "a key that is not the meter's" in faults(honest, stranger)[0]
    off_curve = replace(
        opened, reading=replace(opened.reading, running=(*opened.reading.running[:2], Point(9, 9)))
    )
    assert faults(make_leaf(meter, off_curve), meter) == ["point 7 is not on the curve"]


def test_order_and_doubled_meters_are_found(community: Community) -> None:
    leaves = community[1]
    assert find_order_faults([leaves[0], leaves[0], leaves[2], leaves[1]]) == [0, 2]
    assert find_order_faults([]) == find_order_faults(leaves[:1]) == []


def test_owners_counted_twice_are_found(community: Community) -> None:
    meters, leaves = community
    records = {meter.id: meter.record for meter in meters}
    lying = [*leaves[:4], replace(leaves[4], owners=OwnerSides.FEED_IN)]
    assert find_doubled_owners(lying, records) == [(3, 4)]
    assert find_doubled_owners(lying, {}) == []
