from dataclasses import replace

import pytest

from dems_protocol.commitments import Opening, Pedersen, Register, sum_openings
from dems_protocol.curve import ORDER, G, Point, add
from dems_protocol.leaves import Leaf
from dems_protocol.netting import Netting
from dems_protocol.readings import OpenedReading, SlotEnergy
from dems_protocol.statements import (
    DirectInclusions,
    OpeningError,
    Statement,
    build_tree,
    open_sums,
    require_included,
)
from dems_protocol.sum_tree import InclusionProof, ProofError, SumTree
from tests.protocol.samples import DOMAIN, SLOT, Meter, make_leaves, make_meter, read_meter


@pytest.fixture(scope="module")
def leaves(meters: list[Meter], readings: list[OpenedReading]) -> list[Leaf]:
    return make_leaves(meters, readings)


@pytest.fixture(scope="module")
def tree(leaves: list[Leaf]) -> SumTree:
    return build_tree(DOMAIN, leaves)


@pytest.fixture(scope="module")
def statement(tree: SumTree) -> Statement:
    return Statement.of(SLOT, tree)


@pytest.fixture(scope="module")
def sums(readings: list[OpenedReading]) -> tuple[Opening, Opening]:
    return (
        sum_openings(opened.openings[Register.WITHDRAWAL_REST] for opened in readings),
        sum_openings(opened.openings[Register.FEED_IN_REST] for opened in readings),
    )


def test_every_household_finds_itself(leaves: list[Leaf], tree: SumTree, statement: Statement) -> None:
    for index, leaf in enumerate(leaves):
        require_included(statement, DOMAIN, leaf, tree.prove(index))


def test_what_is_not_included_is_refused_with_a_reason(
    leaves: list[Leaf], tree: SumTree, statement: Statement
) -> None:
    proof = tree.prove(0)
    for leaf, other_proof, other_statement, reason in (
        (leaves[1], proof, statement, "another root"),
        (replace(leaves[0], owners=0), proof, statement, "another root"),
        (leaves[0], tree.prove(1), statement, "another root"),
        (leaves[0], replace(proof, index=5), statement, "padding"),
        (leaves[0], InclusionProof(0, ()), statement, "needs 3 siblings"),
        (leaves[0], proof, replace(statement, slot=SLOT + 1), "is of slot"),
        (leaves[0], proof, replace(statement, root=bytes(32)), "another root"),
        (leaves[0], proof, replace(statement, sums=replace(statement.sums, feed_in=G)), "not those stated"),
        (
            leaves[0],
            proof,
            replace(statement, sums=replace(statement.sums, feed_in_owners=9)),
            "not those stated",
        ),
        (leaves[0], proof, replace(statement, count=9), "needs 4 siblings"),
    ):
        with pytest.raises(ProofError, match=reason):
            require_included(other_statement, DOMAIN, leaf, other_proof)


def test_hashes_bind_every_field(statement: Statement) -> None:
    sums = statement.sums
    variants = [
        statement,
        replace(statement, slot=SLOT + 1),
        replace(statement, attempt=1),
        replace(statement, root=bytes(32)),
        replace(statement, count=6),
        replace(statement, sums=replace(sums, withdrawal=G)),
        replace(statement, sums=replace(sums, feed_in=Point(0, 0))),
        replace(statement, sums=replace(sums, withdrawal_owners=5)),
        replace(statement, sums=replace(sums, feed_in_owners=5)),
    ]
    assert len({variant.struct_hash() for variant in variants}) == len(variants)
    records = {v.record_hash(time, block) for v in variants for time in (1, 2) for block in (1, 2)}
    assert len(records) == 4 * len(variants)


def test_opening_the_sums_nets_the_slot(
    pedersen: Pedersen, statement: Statement, sums: tuple[Opening, Opening]
) -> None:
    netting = open_sums(pedersen, statement, *sums, minimum_owners=3)
    assert netting == Netting(7 * 5 + 100 * 10, 50 * 10)
    assert netting.matched == 500


def test_a_directly_included_reading_counts(
    pedersen: Pedersen, statement: Statement, sums: tuple[Opening, Opening]
) -> None:
    late = read_meter(pedersen, make_meter(90), SlotEnergy(withdrawal_rest=11, feed_in_rest=600))
    beside = DirectInclusions(late.reading.commitments[1], late.reading.commitments[3])
    withdrawal, feed_in = sums[0] + late.openings[1], sums[1] + late.openings[3]
    netting = open_sums(pedersen, statement, withdrawal, feed_in, minimum_owners=3, beside=beside)
    assert (netting.withdrawal, netting.feed_in) == (1046, 1100)
    with pytest.raises(OpeningError, match="does not open the withdrawal"):
        open_sums(pedersen, statement, withdrawal, feed_in, minimum_owners=3)


def test_wrong_openings_and_small_groups_are_refused(
    pedersen: Pedersen, statement: Statement, sums: tuple[Opening, Opening]
) -> None:
    withdrawal, feed_in = sums
    assert (statement.sums.withdrawal_owners, statement.sums.feed_in_owners) == (4, 3)
    with pytest.raises(OpeningError, match="3 owners on one side, 4 needed"):
        open_sums(pedersen, statement, withdrawal, feed_in, minimum_owners=4)
    with pytest.raises(OpeningError, match="501 Wh does not open the feed-in"):
        open_sums(pedersen, statement, withdrawal, Opening(501, feed_in.blinding), minimum_owners=3)
    with pytest.raises(OpeningError, match="does not open the withdrawal"):
        open_sums(pedersen, statement, feed_in, withdrawal, minimum_owners=3)


def test_a_sum_below_zero_cannot_be_opened(pedersen: Pedersen, statement: Statement) -> None:
    """-5 Wh is q - 5 on the curve: an opening exists, and is refused for its size."""
    wrapped = Opening(ORDER - 5, 1)
    lying = replace(statement, sums=replace(statement.sums, withdrawal=pedersen.commit(wrapped)))
    with pytest.raises(OpeningError, match="does not open the withdrawal"):
        open_sums(pedersen, lying, wrapped, Opening(0, 0), minimum_owners=3)


def test_an_empty_slot_has_a_statement() -> None:
    empty = Statement.of(SLOT, build_tree(DOMAIN, []))
    assert (empty.count, empty.sums.withdrawal_owners) == (0, 0)
    assert empty.node == build_tree(DOMAIN, []).root


def test_statements_are_checked(statement: Statement) -> None:
    for changes, reason in (
        ({"slot": -1}, "slot"),
        ({"attempt": 256}, "attempt"),
        ({"count": 2**32}, "count"),
        ({"root": b""}, "root"),
    ):
        with pytest.raises(ValueError, match=reason):
            replace(statement, **changes)


def test_phantom_leaves_change_the_root(leaves: list[Leaf], statement: Statement, pedersen: Pedersen) -> None:
    meter = make_meter(95)
    phantom = make_leaves(
        [meter], [read_meter(pedersen, meter, SlotEnergy(withdrawal_rest=0, feed_in_rest=900))]
    )
    padded = Statement.of(SLOT, build_tree(DOMAIN, [*leaves, *phantom]))
    assert padded.root != statement.root
    assert padded.sums.feed_in == add(statement.sums.feed_in, phantom[0].reading.commitments[3])
