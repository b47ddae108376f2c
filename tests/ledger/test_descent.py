"""The way down a published tree that is not the served one: to what differs, in few steps, and to nothing else."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dems_protocol.leaves import Leaf
from dems_protocol.statements import Statement, build_tree
from dems_protocol.sum_tree import follow
from openems_bridge.ledger.descent import ShownTree, descent_of
from tests.ledger.samples import DOMAIN, signed

OWN = signed(100)


def leaf(meter: int) -> Leaf:
    return Leaf(replace(OWN.reading, meter=meter.to_bytes(32)), 0, OWN.signature)


LEAVES = [leaf(meter) for meter in range(1, 24)]


def demanded(published: Sequence[Leaf], served: Sequence[Leaf], first: int) -> list[int]:
    """Play the demands of a household, and the answers of an operator that shows the truth; return the indices."""
    tree = build_tree(DOMAIN, published)
    statement = Statement.of(100, tree)
    shown, asked = [], [first]
    while True:
        index = asked[-1]
        shown.append((published[index], tree.prove(index)))
        following = ShownTree.of(DOMAIN, statement, shown).next_demand(served)
        if following is None:
            return asked
        assert following not in asked, "nothing is demanded twice"
        asked.append(following)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 22), st.integers(0, 21), st.integers(0, 21))
def test_one_leaf_that_differs_is_found_in_few_steps(count: int, other: int, first: int) -> None:
    published = LEAVES[:count]
    place, first = other % count, first % count
    served = [*published[:place], replace(published[place], owners=1), *published[place + 1 :]]
    asked = demanded(published, served, first)
    assert place in asked
    assert len(asked) <= 2 + count.bit_length()


@settings(max_examples=25, deadline=None)
@example(17, 15, 0)  # without it the served tree has another height
@given(st.integers(2, 22), st.integers(0, 21), st.integers(0, 21))
def test_a_leaf_that_is_not_served_is_found_before_anything_else_matters(
    count: int, hidden: int, first: int
) -> None:
    published = LEAVES[:count]
    place, first = hidden % count, first % count
    served = [*published[:place], *published[place + 1 :]]
    asked = demanded(published, served, first)
    assert place in asked
    assert asked.index(place) <= 2 + count.bit_length()


def test_what_is_served_as_published_needs_no_more_demands() -> None:
    assert demanded(LEAVES, LEAVES, 3) == [3]


def test_a_shown_leaf_comes_with_its_descent() -> None:
    tree = build_tree(DOMAIN, LEAVES)
    statement = Statement.of(100, tree)
    steps = descent_of(DOMAIN, statement, LEAVES[5], tree.prove(5))
    assert steps == tree.descend(0, 5)
    assert follow(tree.root, tree.count, 0, 5, steps).hash == LEAVES[5].hash(DOMAIN)
    wrong = [(LEAVES[6], tree.prove(5))]
    assert ShownTree.of(DOMAIN, statement, wrong).leaves == {}, "what does not lead to the root says nothing"
