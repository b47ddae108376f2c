"""What the operator takes, and why it refuses the rest."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.readings.acceptance import (
    Accepted,
    Plausibility,
    Refusal,
    SlotLimits,
    Submission,
    check_contents,
    find_wrong_link,
    find_wrong_place,
    slot_limits,
)
from dems_protocol.commitments import Opening
from dems_protocol.curve import ORDER, Point
from dems_protocol.leaves import Leaf, MeterRecord, find_leaf_faults
from dems_protocol.readings import OpenedReading, Reading
from dems_protocol.signatures import Scheme, Signature
from dems_protocol.slots import SlotGrid
from tests.community.households import PEDERSEN, Household, pairs
from tests.protocol.samples import DOMAIN, SLOT

GRID = SlotGrid(900)
LIMITS = SlotLimits(generation=3000, feed_in=4000, withdrawal=12_000)
AFTER = GRID.end(SLOT) + 1


def household(scheme: Scheme = Scheme.P256, name: str = "anna") -> Household:
    return Household(name, DOMAIN, scheme=scheme)


def submission(house: Household, opened: OpenedReading) -> Submission:
    return Submission(opened.reading, house.sign(opened), pairs(opened.openings))


def check(
    house: Household, given: Submission, previous: Reading | None = None, limits: SlotLimits = LIMITS
) -> Accepted | Refusal:
    return check_contents(PEDERSEN, DOMAIN, given, house.record, previous, limits)


def refused(found: Accepted | Refusal) -> str:
    assert isinstance(found, Refusal), found
    return found.kind


@pytest.mark.parametrize("scheme", Scheme)
def test_a_sound_reading_is_taken_and_can_stand_in_a_statement(scheme: Scheme) -> None:
    house = household(scheme)
    opened = house.read(SLOT, withdrawal=120, feed_in=30, generation=70)

    found = check(house, submission(house, opened))

    assert isinstance(found, Accepted)
    assert found.openings == opened.openings
    leaf = Leaf(found.reading, 0, found.signature)
    assert find_leaf_faults(leaf, DOMAIN, SLOT, house.record) == []


def test_a_reading_that_follows_another_is_taken() -> None:
    house = household()
    first = house.read(SLOT, withdrawal=5)
    second = house.read(SLOT + 3, feed_in=7)
    assert isinstance(check(house, submission(house, second), first.reading), Accepted)


@settings(max_examples=25, deadline=None)
@given(withdrawal=st.integers(0, 12_000), feed_in=st.integers(0, 3000), rest=st.integers(0, 1000))
def test_whatever_is_plausible_is_taken(withdrawal: int, feed_in: int, rest: int) -> None:
    house = household()
    opened = house.build(
        SLOT, None, withdrawal=withdrawal, feed_in=feed_in, generation=min(feed_in + rest, 3000)
    )
    assert isinstance(check(house, submission(house, opened)), Accepted)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 22 * 32 - 1), bit=st.integers(0, 7))
def test_a_changed_bit_of_the_reading_is_refused(place: int, bit: int) -> None:
    house = household()
    opened = house.build(SLOT, None, withdrawal=11, feed_in=12)
    encoded = bytearray(opened.reading.encode())
    encoded[place] ^= 1 << bit
    try:
        changed = Reading.decode(bytes(encoded))
    except ValueError:
        return
    given = Submission(changed, house.sign(opened), pairs(opened.openings))
    later = GRID.end(max(changed.slot, SLOT)) + 1
    record = house.record if changed.meter == house.meter else None
    found: Accepted | Refusal | None = find_wrong_place(changed, GRID, later, record)
    found = found or find_wrong_link(changed, None) or check(house, given)
    assert isinstance(found, Refusal)


def test_a_high_s_is_refused() -> None:
    house = household()
    opened = house.read(SLOT, withdrawal=1)
    sound = house.sign(opened)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    given = Submission(opened.reading, Signature(sound.r, order - sound.s, 0), pairs(opened.openings))
    assert refused(check(house, given)) == "bad-signature"


def test_a_signature_for_another_ledger_is_refused() -> None:
    house = household()
    opened = house.read(SLOT, withdrawal=1)
    elsewhere = replace(DOMAIN, chain_id=DOMAIN.chain_id + 1)
    signature = house.meter_key.sign(elsewhere.digest(opened.reading.struct_hash()))
    given = Submission(opened.reading, signature, pairs(opened.openings))
    assert refused(check(house, given)) == "bad-signature"


def signed(house: Household, reading: Reading, openings: tuple[tuple[int, int], ...]) -> Submission:
    signature = house.meter_key.sign(DOMAIN.digest(reading.struct_hash()))
    return Submission(reading, signature, openings)


def test_an_off_curve_point_is_refused_although_it_is_signed() -> None:
    house = household()
    opened = house.read(SLOT, withdrawal=1)
    broken = replace(opened.reading, commitments=(Point(1, 1), *opened.reading.commitments[1:]))
    found = check(house, signed(house, broken, pairs(opened.openings)))
    assert refused(found) == "bad-point"


def test_running_registers_that_do_not_add_up_are_refused() -> None:
    house = household()
    first = house.read(SLOT, withdrawal=5)
    second = house.read(SLOT + 1, withdrawal=6)
    lying = replace(second.reading, running=first.reading.running)
    assert (
        refused(check(house, signed(house, lying, pairs(second.openings)), first.reading)) == "broken-chain"
    )


def test_openings_that_open_nothing_are_refused_with_their_register() -> None:
    house = household()
    opened = house.read(SLOT, withdrawal=5)
    openings = list(pairs(opened.openings))
    openings[1] = (6, openings[1][1])
    found = check(house, signed(house, opened.reading, tuple(openings)))
    assert isinstance(found, Refusal)
    assert (found.kind, found.params) == ("bad-opening", {"register": "withdrawal_rest"})


@pytest.mark.parametrize("value", [-1, 1 << 32, ORDER - 1])
def test_negative_and_huge_values_are_refused(value: int) -> None:
    house = household()
    opened = house.read(SLOT, withdrawal=5)
    openings = ((value, 0), *pairs(opened.openings)[1:])
    assert refused(check(house, signed(house, opened.reading, openings))) == "out-of-range"


def test_a_value_that_is_negative_modulo_the_order_is_refused() -> None:
    # The commitment to -1 mod q opens to nothing that 32 bits hold.
    house = household()
    opened = house.read(SLOT, withdrawal=5)
    minted = PEDERSEN.combine(ORDER - 1, 77)
    lying = replace(
        opened.reading, commitments=(*opened.reading.commitments[:4], minted), running=opened.reading.running
    )
    openings = (*pairs(opened.openings)[:4], (ORDER - 1, 77))
    assert refused(check(house, signed(house, lying, openings))) in ("out-of-range", "broken-chain")


def test_a_blinding_that_is_not_reduced_is_refused() -> None:
    house = household()
    opened = house.read(SLOT, withdrawal=5)
    value, blinding = pairs(opened.openings)[0]
    openings = ((value, blinding + ORDER), *pairs(opened.openings)[1:])
    assert refused(check(house, signed(house, opened.reading, openings))) == "out-of-range"


@pytest.mark.parametrize(
    ("energy", "register"),
    [
        ({"generation": 3001}, "generation"),
        ({"feed_in": 4001, "generation": 0}, "feed_in"),
        ({"withdrawal": 12_001}, "withdrawal"),
    ],
)
def test_more_than_plant_and_connection_can_do_is_refused(energy: dict[str, int], register: str) -> None:
    house = household()
    found = check(house, submission(house, house.build(SLOT, None, **energy)))
    assert isinstance(found, Refusal)
    assert found.kind == "above-plant"
    assert found.params["register"] == register


def test_limits_follow_from_powers_and_tolerance() -> None:
    rules = Plausibility(tolerance=100, connection_power=44_000)
    assert slot_limits(rules, GRID, 10_000, 5_000) == SlotLimits(2750, 4125, 12_100)
    assert slot_limits(rules, GRID, 0, 0) == SlotLimits(0, 0, 12_100)


def test_a_slot_that_is_not_over_is_refused() -> None:
    house = household()
    reading = house.read(SLOT).reading
    assert find_wrong_place(reading, GRID, AFTER, house.record) is None
    early = find_wrong_place(reading, GRID, GRID.end(SLOT) - 1, house.record)
    assert early is not None
    assert early.kind == "wrong-slot"


def test_unknown_meters_and_keys_are_refused() -> None:
    house, other = household(), household(name="bob")
    reading = house.read(SLOT).reading
    unknown = find_wrong_place(reading, GRID, AFTER, None)
    wrong = find_wrong_place(reading, GRID, AFTER, MeterRecord(house.address, other.meter_key.public_key, 1))
    assert unknown is not None
    assert unknown.kind == "not-registered"
    assert wrong is not None
    assert wrong.kind == "wrong-key"


def kind(found: Refusal | None) -> str | None:
    return None if found is None else found.kind


def test_a_meter_has_one_chain_of_readings() -> None:
    house = household()
    first = house.build(SLOT, None, withdrawal=1)
    second = house.build(SLOT + 1, first, withdrawal=2)
    fork = house.build(SLOT + 2, first, withdrawal=3)
    anew = house.build(SLOT + 2, None, withdrawal=3)

    assert kind(find_wrong_link(first.reading, None)) is None
    assert kind(find_wrong_link(second.reading, None)) == "broken-chain"
    assert kind(find_wrong_link(second.reading, first.reading)) is None
    assert kind(find_wrong_link(fork.reading, second.reading)) == "broken-chain"
    assert kind(find_wrong_link(anew.reading, second.reading)) == "broken-chain"
    assert kind(find_wrong_link(first.reading, second.reading)) == "broken-chain"


def test_a_revision_replaces_a_lower_one_until_something_builds_on_it() -> None:
    house = household()
    first = house.build(SLOT, None, withdrawal=1)
    second = house.build(SLOT + 1, first, withdrawal=2)
    better = house.build(SLOT + 1, first, withdrawal=3, revision=1)
    late = house.build(SLOT, None, withdrawal=9, revision=1)

    assert kind(find_wrong_link(better.reading, second.reading)) is None
    assert kind(find_wrong_link(second.reading, better.reading)) == "older-revision"
    assert kind(find_wrong_link(late.reading, second.reading)) == "broken-chain"


def test_no_refusal_and_no_representation_shows_an_opening() -> None:
    house = household()
    opened = house.read(SLOT, withdrawal=4711)
    given = submission(house, opened)
    secrets = [str(opening.blinding) for opening in opened.openings]
    shown = repr(given) + repr(check(house, given)) + repr(Opening(4711, opened.openings[1].blinding))
    assert not any(secret in shown for secret in secrets)
