"""From readings to a statement, and from openings to the opening of its sums."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.slots.building import (
    OwnedOpening,
    SignedReading,
    SumsStayClosed,
    build_statement,
    choose_leaves,
    open_slot,
)
from dems_protocol.commitments import Opening, Register
from dems_protocol.leaves import find_doubled_owners, find_leaf_faults, find_order_faults
from dems_protocol.readings import OpenedReading
from dems_protocol.statements import require_included
from tests.community.households import PEDERSEN, Household
from tests.protocol.samples import DOMAIN, SLOT

HOUSES = [Household(f"house {i}", DOMAIN) for i in range(6)]
RECORDS = {house.meter: house.record for house in HOUSES}


def read(withdrawals: list[int], feed_ins: list[int]) -> list[OpenedReading]:
    return [
        house.build(SLOT, None, withdrawal=withdrawal, feed_in=feed_in)
        for house, withdrawal, feed_in in zip(HOUSES, withdrawals, feed_ins, strict=False)
    ]


def signed(opened: list[OpenedReading]) -> list[SignedReading]:
    return [
        SignedReading(each.reading, house.sign(each)) for house, each in zip(HOUSES, opened, strict=False)
    ]


def owned(opened: list[OpenedReading]) -> list[OwnedOpening]:
    return [
        OwnedOpening(
            house.address,
            each.openings[Register.WITHDRAWAL_REST],
            each.openings[Register.FEED_IN_REST],
        )
        for house, each in zip(HOUSES, opened, strict=False)
    ]


def test_leaves_are_in_order_sound_and_provable() -> None:
    opened = read([1, 2, 3, 4, 5], [5, 4, 3, 2, 1])
    leaves = choose_leaves(reversed(signed(opened)), RECORDS, ())
    assert find_order_faults(leaves) == []
    assert find_doubled_owners(leaves, RECORDS) == []
    for leaf in leaves:
        assert find_leaf_faults(leaf, DOMAIN, SLOT, RECORDS[leaf.reading.meter]) == []
    built = build_statement(DOMAIN, SLOT, 0, leaves)
    assert built.statement.count == 5
    for index, leaf in enumerate(leaves):
        require_included(built.statement, DOMAIN, leaf, built.tree.prove(index))


def test_meters_beside_the_root_or_unknown_get_no_leaf() -> None:
    opened = read([1, 2, 3], [1, 2, 3])
    records = {meter: record for meter, record in RECORDS.items() if meter != HOUSES[1].meter}
    leaves = choose_leaves(signed(opened), records, {HOUSES[0].meter})
    assert [leaf.reading.meter for leaf in leaves] == [HOUSES[2].meter]


def test_a_meter_whose_key_is_another_by_now_gets_no_leaf() -> None:
    opened = read([1], [1])
    swapped = {HOUSES[0].meter: HOUSES[1].record}
    assert choose_leaves(signed(opened), swapped, ()) == ()


def test_nobody_makes_a_statement_too() -> None:
    assert build_statement(DOMAIN, SLOT, 1, ()).statement.count == 0


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 2000)), min_size=3, max_size=5))
def test_openings_add_up(energies: list[tuple[int, int]]) -> None:
    opened = read([w for w, _ in energies], [f for _, f in energies])
    statement = build_statement(DOMAIN, SLOT, 0, choose_leaves(signed(opened), RECORDS, ())).statement
    found = open_slot(PEDERSEN, statement, owned(opened), (), 3)
    assert found.netting.withdrawal == sum(w for w, _ in energies)
    assert found.netting.feed_in == sum(f for _, f in energies)


def test_direct_inclusions_join_the_sums() -> None:
    opened = read([1, 2, 3, 4], [4, 3, 2, 1])
    leaves = choose_leaves(signed(opened), RECORDS, {HOUSES[3].meter})
    statement = build_statement(DOMAIN, SLOT, 0, leaves).statement
    found = open_slot(PEDERSEN, statement, owned(opened), [opened[3].reading], 3)
    assert (found.netting.withdrawal, found.netting.feed_in) == (10, 10)


def closed(opened: list[OpenedReading], openings: list[OwnedOpening], minimum: int = 3) -> str:
    statement = build_statement(DOMAIN, SLOT, 0, choose_leaves(signed(opened), RECORDS, ())).statement
    with pytest.raises(SumsStayClosed) as caught:
        open_slot(PEDERSEN, statement, openings, (), minimum)
    sent = pickle.loads(pickle.dumps(caught.value))
    assert (sent.reason, str(sent)) == (caught.value.reason, str(caught.value))
    return caught.value.reason


def test_sums_stay_closed() -> None:
    opened = read([1, 2, 3, 4], [1, 2, 0, 0])
    assert closed(opened[:2], owned(opened[:2])) == "too_few_owners"
    assert closed(opened, owned(opened)) == "too_few_sources"
    everybody = read([1, 2, 3], [1, 2, 3])
    wrong = owned(everybody)
    wrong[0] = OwnedOpening(wrong[0].household, Opening(9, 9), wrong[0].feed_in)
    assert closed(everybody, wrong) == "not_openable"


def test_one_household_with_many_meters_is_one_source() -> None:
    opened = read([1, 2, 3, 4], [1, 2, 3, 4])
    openings = [OwnedOpening(HOUSES[0].address, each.withdrawal, each.feed_in) for each in owned(opened)]
    assert closed(opened, openings) == "too_few_sources"
