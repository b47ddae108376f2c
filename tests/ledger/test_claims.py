"""Which difference of running registers can be claimed, and that its opening is the right one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.contracts.conversions import nothing_published, to_anchor
from dems_protocol.curve import IDENTITY, subtract
from dems_protocol.leaves import Leaf
from dems_protocol.sum_tree import InclusionProof
from openems_bridge.ledger.claims import Anchored, ClaimablePeriod, next_period
from openems_bridge.ledger.own_reading import OwnReading
from tests.ledger.samples import PEDERSEN, chain


def anchored(own: OwnReading) -> Anchored:
    leaf = Leaf(own.reading, 3, own.signature)
    return Anchored(own=own, anchor=to_anchor(nothing_published(own.slot), leaf, InclusionProof(0, ())))


def period(
    readings: list[OwnReading],
    shown: set[int],
    watermark: int = 0,
    maximum_seconds: int = 0,
    until: int | None = None,
) -> ClaimablePeriod | None:
    return next_period(
        {own.hash: anchored(own) for own in readings if own.slot in shown},
        {own.hash: own for own in readings},
        watermark=watermark,
        slot_seconds=900,
        maximum_seconds=maximum_seconds,
        until=until,
    )


READINGS = chain(range(100, 108), feed_in=50, generation=40)


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(range(100, 108))), st.integers(0, 110))
def test_what_is_claimed_opens_the_difference_of_the_registers(shown: set[int], watermark: int) -> None:
    found = period(READINGS, shown, watermark)
    if found is None:
        return
    assert found.first_slot >= watermark, "nothing is claimed twice"
    start = IDENTITY if found.first is None else found.first.own.reading.running[1]
    gained = subtract(found.last.own.reading.running[1], start)
    assert PEDERSEN.opens(gained, found.feed_in)
    start = IDENTITY if found.first is None else found.first.own.reading.running[2]
    assert PEDERSEN.opens(subtract(found.last.own.reading.running[2], start), found.generation)
    assert found.watt_hours == 40 * (found.last.own.slot - found.first_slot + 1)


def test_a_meters_first_reading_is_claimed_by_itself_then_the_rest() -> None:
    first = period(READINGS, set(range(100, 108)))
    assert first is not None
    assert (first.first, first.last.own.slot) == (None, 100)
    rest = period(READINGS, set(range(100, 108)), watermark=101)
    assert rest is not None
    assert (rest.first_slot, rest.last.own.slot, rest.watt_hours) == (101, 107, 280)


def test_a_gap_between_anchors_is_bridged_by_the_readings_in_between() -> None:
    found = period(READINGS, {102, 106})
    assert found is not None
    assert (found.first_slot, found.last.own.slot, found.feed_in.value) == (103, 106, 200)


def test_a_scheme_with_hours_gets_hours() -> None:
    found = period(READINGS, set(range(100, 108)), watermark=101, maximum_seconds=3600)
    assert found is not None
    assert (found.first_slot, found.last.own.slot) == (101, 104)


def hours(
    readings: list[OwnReading], shown: set[int], *, maximum_seconds: int, until: int, watermark: int = 101
) -> list[tuple[int, int]]:
    """Return the periods that are claimed one after the other, as first and last slot."""
    found: list[tuple[int, int]] = []
    while True:
        one = period(readings, shown, watermark, maximum_seconds, until)
        if one is None:
            return found
        assert one.first_slot >= watermark
        found.append((one.first_slot, one.last.own.slot))
        watermark = one.last.own.slot + 1


DAY = chain(range(99, 120), feed_in=50)
"""Slot 100 begins a full hour, as every fourth one after it."""


def test_what_is_claimed_by_itself_ends_with_full_hours() -> None:
    every = set(range(99, 120))
    assert hours(DAY, every, maximum_seconds=3600, until=112 * 900, watermark=100) == [
        (100, 103),
        (104, 107),
        (108, 111),
    ]
    assert hours(DAY, every, maximum_seconds=0, until=112 * 900, watermark=100) == [(100, 111)]
    assert hours(DAY, every, maximum_seconds=0, until=111 * 900, watermark=100) == [(100, 107)]
    assert hours(DAY, every, maximum_seconds=3600, until=99 * 900, watermark=100) == []


def test_an_hour_that_was_not_anchored_to_its_end_loses_nothing() -> None:
    shown = set(range(99, 120)) - {103}
    claimed = hours(DAY, shown, maximum_seconds=3600, until=112 * 900, watermark=100)
    assert claimed == [(100, 102), (103, 106), (107, 107), (108, 111)]
    assert hours(DAY, shown, maximum_seconds=900, until=104 * 900, watermark=100) == [
        (100, 100),
        (101, 101),
        (102, 102),
    ]


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.sampled_from(range(99, 120))),
    st.sampled_from([0, 900, 1800, 3600, 7200]),
    st.integers(99, 121),
)
def test_claims_by_themselves_never_overlap_or_reach_too_far(
    shown: set[int], maximum_seconds: int, until_slot: int
) -> None:
    last = 99
    for first, end in hours(
        DAY, shown, maximum_seconds=maximum_seconds, until=until_slot * 900, watermark=100
    ):
        assert last < first <= end < until_slot
        assert not maximum_seconds or (end - first + 1) * 900 <= maximum_seconds
        last = end


def test_no_plant_no_claim() -> None:
    readings = chain(range(100, 104), feed_in=0, generation=0)
    assert period(readings, {100, 103}) is None
