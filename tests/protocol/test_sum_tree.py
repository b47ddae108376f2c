from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.curve import FIELD, IDENTITY, G, H, Point, add, multiply, total
from dems_protocol.sum_tree import (
    LARGEST_COUNT,
    NO_SUMS,
    InclusionProof,
    Node,
    ProofError,
    Step,
    Sums,
    SumTree,
    derive_root,
    empty_leaf,
    follow,
    height_for,
    is_wrong_node,
    join,
)
from dems_protocol.words import hash_words, tag
from tests.protocol.samples import decode_or_refuse, flip_bit

COUNTS = [0, 1, 2, 3, 4, 5, 8, 9, 17]


@cache
def point(number: int) -> Point:
    return multiply(G, number)


def leaf(index: int) -> Node:
    return Node(
        hash_words(index, 99), Sums(point(index % 7), multiply(H, index % 5), index & 1, index >> 1 & 1)
    )


@cache
def tree_of(count: int) -> SumTree:
    return SumTree([leaf(i) for i in range(count)])


def places(count: int) -> list[tuple[int, int]]:
    height = height_for(count)
    return [(level, index) for level in range(height + 1) for index in range(1 << (height - level))]


@pytest.mark.parametrize(
    ("count", "height"), [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4), (10_001, 14)]
)
def test_the_shape_follows_from_the_count(count: int, height: int) -> None:
    assert height_for(count) == height


@pytest.mark.parametrize("count", COUNTS)
def test_the_root_carries_the_sums_of_all_leaves(count: int) -> None:
    root = tree_of(count).root
    sums = [leaf(i).sums for i in range(count)]
    assert root.sums.withdrawal == total(s.withdrawal for s in sums)
    assert root.sums.feed_in == total(s.feed_in for s in sums)
    assert root.sums.withdrawal_owners == sum(s.withdrawal_owners for s in sums)
    assert root.sums.feed_in_owners == sum(s.feed_in_owners for s in sums)


def test_the_smallest_trees() -> None:
    assert tree_of(0).root == empty_leaf() == Node(tag("DEMS empty leaf v1"), NO_SUMS)
    assert tree_of(1).root == leaf(0)
    expected = hash_words(tag("DEMS node v1"), 1, 0, *leaf(0).words(), *leaf(1).words())
    assert tree_of(2).root.hash == expected


@pytest.mark.parametrize("count", COUNTS)
def test_every_place_can_be_proved_and_reached(count: int) -> None:
    tree = tree_of(count)
    for level, index in places(count):
        assert follow(tree.root, count, level, index, tree.descend(level, index)) == tree.node(level, index)
        if level:
            assert not is_wrong_node(tree.node(level, index), level, index, tree.preimage(level, index))
    for index in range(1 << tree.height):
        assert tree.node(0, index) == (leaf(index) if index < count else empty_leaf())
        proof = tree.prove(index)
        assert derive_root(count, tree.node(0, index), proof) == tree.root
        assert InclusionProof.decode(proof.encode()) == proof
        for wrong in (proof.encode()[:-1], proof.encode() + bytes(1), b""):
            with pytest.raises(ValueError, match="words"):
                InclusionProof.decode(wrong)


def test_ten_thousand_and_one_leaves() -> None:
    count = 10_001
    tree = SumTree([leaf(i) for i in range(count)])
    assert tree.root.sums.withdrawal == multiply(G, sum(i % 7 for i in range(count)))
    assert tree.root.sums.feed_in == multiply(H, sum(i % 5 for i in range(count)))
    assert tree.root.sums.withdrawal_owners == count // 2
    for index in (0, 1, 8191, 8192, 9999, 10_000, 10_001, 16_383):
        assert derive_root(count, tree.node(0, index), tree.prove(index)) == tree.root
    assert len(tree.prove(0).siblings) == 14


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([2, 5, 9]), st.data())
def test_any_changed_bit_of_a_proof_is_rejected(count: int, data: st.DataObject) -> None:
    """Of the leaf, of a sibling, of the index: never the same root."""
    tree = tree_of(count)
    index = data.draw(st.integers(0, count - 1))
    encoded = tree.node(0, index).encode() + tree.prove(index).encode()
    changed = flip_bit(encoded, data.draw(st.integers(0, 8 * len(encoded) - 1)))
    try:
        root = derive_root(count, Node.decode(changed[:224]), InclusionProof.decode(changed[224:]))
    except ValueError:
        return
    assert root != tree.root


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([2, 5, 9]), st.data())
def test_any_changed_bit_of_a_descent_is_rejected(count: int, data: st.DataObject) -> None:
    tree = tree_of(count)
    level, index = data.draw(st.sampled_from([place for place in places(count) if place[0] < tree.height]))
    steps = tree.descend(level, index)
    changed_step = data.draw(st.integers(0, len(steps) - 1))
    step = steps[changed_step]
    changed = flip_bit(step.left.encode() + step.right.encode(), data.draw(st.integers(0, 8 * 448 - 1)))
    left, right = (decode_or_refuse(Node.decode, half) for half in (changed[:224], changed[224:]))
    if left is None or right is None:
        return
    other = Step(left, right)
    forged = (*steps[:changed_step], other, *steps[changed_step + 1 :])
    with pytest.raises(ProofError, match="not what the root binds"):
        follow(tree.root, count, level, index, forged)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_two_households_cannot_be_shown_different_sums_under_one_root(level: int) -> None:
    """Maxwell's flaw: with only the parent's sum bound, the children's could be shifted against each other."""
    tree = tree_of(8)
    step = tree.preimage(level, 0)
    left, right = step.left.sums, step.right.sums
    for shifted_left, shifted_right in (
        (
            replace(left, withdrawal=add(left.withdrawal, G)),
            replace(right, withdrawal=add(right.withdrawal, multiply(G, -1))),
        ),
        (
            replace(left, withdrawal_owners=left.withdrawal_owners + right.withdrawal_owners),
            replace(right, withdrawal_owners=0),
        ),
        (right, left),
    ):
        other = Step(Node(step.left.hash, shifted_left), Node(step.right.hash, shifted_right))
        assert join(level, 0, other).sums == join(level, 0, step).sums
        assert join(level, 0, other).hash != join(level, 0, step).hash


@pytest.mark.parametrize(
    "lie",
    [
        {"withdrawal": point(1234)},
        {"feed_in": IDENTITY},
        {"withdrawal_owners": 77},
        {"feed_in_owners": 1},
        {"withdrawal": Point(1, 3)},
        {"feed_in": Point(1 + FIELD, 2)},
    ],
)
def test_a_wrong_sum_can_be_shown_to_anybody(lie: dict[str, Any]) -> None:
    """An operator states false sums for an inner node and hashes on: an honest path fails, and a descent convicts it."""
    honest = tree_of(8)
    wrong = Node(honest.node(1, 2).hash, replace(honest.node(1, 2).sums, **lie))
    above = Step(wrong, honest.node(1, 3))
    parent = Node(above.hash(2, 1), honest.node(2, 1).sums)
    top = Step(honest.node(2, 0), parent)
    root = Node(top.hash(3, 0), honest.root.sums)

    stated = follow(root, 8, 1, 2, (top, above))
    assert stated == wrong
    assert is_wrong_node(stated, 1, 2, honest.preimage(1, 2))
    leaf_proof = InclusionProof(4, (honest.node(0, 5), honest.node(1, 3), honest.node(2, 0)))
    assert derive_root(8, honest.node(0, 4), leaf_proof) != root
    assert not is_wrong_node(follow(root, 8, 1, 3, (top, above)), 1, 3, honest.preimage(1, 3))
    with pytest.raises(ProofError, match="not the node's preimage"):
        is_wrong_node(stated, 1, 2, honest.preimage(1, 3))


def test_a_child_off_the_curve_convicts_its_parent() -> None:
    hostile = Step(leaf(0), replace(leaf(1), sums=Sums(feed_in=Point(1, 3))))
    assert is_wrong_node(Node(hostile.hash(1, 0), leaf(0).sums), 1, 0, hostile)


def test_a_node_is_bound_to_its_place() -> None:
    step = tree_of(4).preimage(1, 0)
    assert len({step.hash(level, index) for level in range(1, 4) for index in range(4)}) == 12


def test_leaf_and_node_are_never_confused() -> None:
    """A node offered as a leaf of a smaller tree leads elsewhere; their preimages are compared in test_leaves."""
    tree = tree_of(4)
    inner = tree.node(1, 0)
    assert derive_root(2, inner, InclusionProof(0, (tree.node(1, 1),))) != tree.root
    with pytest.raises(ProofError, match="needs 2 siblings, not 1"):
        derive_root(4, inner, InclusionProof(0, (tree.node(1, 1),)))


def test_impossible_proofs_are_refused() -> None:
    tree = tree_of(5)
    proof = tree.prove(1)
    for index in (8, -1, 2**40):
        with pytest.raises(ProofError, match="outside a tree"):
            derive_root(5, leaf(1), replace(proof, index=index))
    for siblings in ((), proof.siblings[:2], (*proof.siblings, leaf(3))):
        with pytest.raises(ProofError, match="siblings"):
            derive_root(5, leaf(1), replace(proof, siblings=siblings))
    off_curve = Node(leaf(1).hash, Sums(withdrawal=Point(5, 5)))
    with pytest.raises(ProofError, match="not points of the curve"):
        derive_root(5, off_curve, proof)
    with pytest.raises(ProofError, match="not a point of the curve"):
        derive_root(5, leaf(1), replace(proof, siblings=(*proof.siblings[:2], off_curve)))
    crowded = Node(leaf(1).hash, Sums(withdrawal_owners=2**32 - 1))
    with pytest.raises(ProofError, match="32 bits"):
        join(1, 0, Step(crowded, crowded))
    with pytest.raises(ProofError, match="no node"):
        follow(tree.root, 5, 0, 8, tree.descend(0, 0))
    with pytest.raises(ProofError, match="steps lead"):
        follow(tree.root, 5, 0, 0, tree.descend(1, 0))


def test_the_tree_refuses_places_it_does_not_have() -> None:
    tree = tree_of(5)
    for level, index in ((4, 0), (0, 8), (-1, 0), (0, -1)):
        with pytest.raises(IndexError, match="no node"):
            tree.node(level, index)
    with pytest.raises(IndexError, match="children"):
        tree.preimage(0, 0)
    with pytest.raises(ValueError, match="at most"):
        SumTree([empty_leaf()] * (LARGEST_COUNT + 1))
