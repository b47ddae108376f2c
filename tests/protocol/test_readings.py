from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.commitments import (
    Opening,
    Pedersen,
    Register,
    decode_openings,
    encode_openings,
    sum_openings,
)
from dems_protocol.curve import ORDER, G, Point, add, negate, subtract
from dems_protocol.readings import (
    FEED_IN,
    WITHDRAWAL,
    OpenedReading,
    Reading,
    SlotEnergy,
    find_chain_faults,
    find_opening_faults,
    find_reading_faults,
)
from tests.protocol.samples import SLOT, decode_or_refuse, flip_bit, make_meter, read_meter
from tests.protocol.test_typed_data import readings as any_readings

METER = make_meter(40)
energies = st.builds(
    SlotEnergy,
    withdrawal_rest=st.integers(0, 2**31),
    feed_in_rest=st.integers(0, 2**31),
    generation=st.integers(0, 2**32 - 1),
    withdrawal_delivered=st.integers(0, 2**31 - 1),
    feed_in_delivered=st.integers(0, 2**31 - 1),
)
OFF_CURVE = Point(1, 3)


def read_chain(pedersen: Pedersen, several: list[SlotEnergy]) -> list[OpenedReading]:
    chain: list[OpenedReading] = []
    for gap, energy in enumerate(several):
        previous = chain[-1] if chain else None
        chain.append(read_meter(pedersen, METER, energy, slot=SLOT + 2 * gap, previous=previous))
    return chain


@settings(max_examples=15, deadline=None)
@given(energy=energies)
def test_every_register_opens_and_the_parts_add_up(pedersen: Pedersen, energy: SlotEnergy) -> None:
    opened = read_meter(pedersen, METER, energy)
    commitments = opened.reading.commitments
    for register in Register:
        assert opened.openings[register].value == energy.of(register)
        assert pedersen.opens(commitments[register], opened.openings[register])
    for parts, whole in ((WITHDRAWAL, energy.withdrawal), (FEED_IN, energy.feed_in)):
        opening = sum_openings(opened.openings[part] for part in parts)
        assert opening.value == whole
        assert pedersen.opens(add(*(commitments[part] for part in parts)), opening)


@settings(max_examples=10, deadline=None)
@given(several=st.lists(energies, min_size=2, max_size=5))
def test_the_difference_of_running_registers_opens_to_the_energy_between(
    pedersen: Pedersen, several: list[SlotEnergy]
) -> None:
    chain = read_chain(pedersen, several)
    for later, earlier in zip(chain[1:], chain, strict=False):
        assert find_reading_faults(later.reading) == []
        assert find_chain_faults(later.reading, earlier.reading) == []
    first, last = chain[0], chain[-1]
    since = several[1:]
    for place, (after, before, energy) in enumerate(
        (
            (last.running.withdrawal, first.running.withdrawal, sum(e.withdrawal for e in since)),
            (last.running.feed_in, first.running.feed_in, sum(e.feed_in for e in since)),
            (last.running.generation, first.running.generation, sum(e.generation for e in since)),
        )
    ):
        assert (after - before).value == energy
        assert pedersen.opens(
            subtract(last.reading.running[place], first.reading.running[place]), after - before
        )


@given(any_readings)
def test_the_encoding_is_unique(reading: Reading) -> None:
    encoded = reading.encode()
    assert Reading.decode(encoded) == reading
    for wrong in (encoded[:-1], encoded + bytes(32), b""):
        with pytest.raises(ValueError, match="words"):
            Reading.decode(wrong)


@given(any_readings, st.integers(0, 22 * 256 - 1))
def test_any_changed_bit_changes_the_hash(reading: Reading, bit: int) -> None:
    other = decode_or_refuse(Reading.decode, flip_bit(reading.encode(), bit))
    assert other is None or other.struct_hash() != reading.struct_hash()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("withdrawal_rest", {"withdrawal_rest": -1, "feed_in_rest": 0}),
        ("generation", {"withdrawal_rest": 0, "feed_in_rest": 0, "generation": 2**32}),
        ("withdrawal", {"withdrawal_rest": 2**31, "feed_in_rest": 0, "withdrawal_delivered": 2**31}),
        ("feed-in", {"withdrawal_rest": 0, "feed_in_rest": 2**32 - 1, "feed_in_delivered": 1}),
    ],
)
def test_energy_beyond_its_register_is_refused(field: str, values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"{field} in Wh must be"):
        SlotEnergy(**values)


def test_a_reading_follows_an_earlier_one_of_the_same_meter(pedersen: Pedersen) -> None:
    energy = SlotEnergy(withdrawal_rest=1, feed_in_rest=2)
    earlier = read_meter(pedersen, METER, energy)
    with pytest.raises(ValueError, match="not before slot"):
        read_meter(pedersen, METER, energy, previous=earlier)
    with pytest.raises(ValueError, match="previous reading is of meter"):
        read_meter(pedersen, make_meter(41), energy, slot=SLOT + 1, previous=earlier)


def test_a_revision_commits_anew(pedersen: Pedersen) -> None:
    energy = SlotEnergy(withdrawal_rest=1, feed_in_rest=2)
    first, second = (read_meter(pedersen, METER, energy, revision=revision).reading for revision in (0, 1))
    assert not set(first.points) & set(second.points)


def test_faults_of_a_single_reading(pedersen: Pedersen) -> None:
    first, second = (
        opened.reading for opened in read_chain(pedersen, [SlotEnergy(withdrawal_rest=5, feed_in_rest=0)] * 2)
    )
    assert find_reading_faults(first) == find_reading_faults(second) == []
    for place in range(8):
        points = [*first.points]
        points[place] = OFF_CURVE
        faults = find_reading_faults(replace(first, commitments=tuple(points[:5]), running=tuple(points[5:])))
        assert faults == [f"point {place} is not on the curve"]
    assert "previous slot without" in find_reading_faults(replace(first, previous_slot=3))[0]
    assert (
        "not its own commitments"
        in find_reading_faults(replace(second, previous=bytes(32), previous_slot=0))[0]
    )
    assert "not before its own slot" in find_reading_faults(replace(second, previous_slot=second.slot))[0]


def test_openings_are_checked_on_arrival(pedersen: Pedersen) -> None:
    opened = read_meter(pedersen, METER, SlotEnergy(withdrawal_rest=5, feed_in_rest=3, generation=9))
    received = decode_openings(encode_openings(opened.openings))
    assert received == opened.openings
    assert find_opening_faults(pedersen, opened.reading, received) == []
    swapped = (received[1], received[0], *received[2:])
    assert [fault.split()[4] for fault in find_opening_faults(pedersen, opened.reading, swapped)] == [
        "withdrawal_delivered",
        "withdrawal_rest",
    ]
    huge = Opening(2**32, 1)
    reading = replace(opened.reading, commitments=(*opened.reading.commitments[:4], pedersen.commit(huge)))
    assert find_opening_faults(pedersen, reading, (*received[:4], huge)) == [
        "opens generation to 4294967296 Wh, which 32 bits do not hold"
    ]
    with pytest.raises(ValueError, match="zip"):
        find_opening_faults(pedersen, opened.reading, received[:4])


@given(st.binary(min_size=320, max_size=320), st.sampled_from([-1, 0, 1]))
def test_openings_out_of_bounds_are_refused(data: bytes, longer: int) -> None:
    words = [int.from_bytes(data[at : at + 32]) for at in range(0, 320, 32)]
    is_good = (
        all(word < 2**32 for word in words[:5]) and all(word < ORDER for word in words[5:]) and longer == 0
    )
    received = decode_or_refuse(decode_openings, (data + bytes(1))[: 320 + longer])
    assert (received is not None) == is_good
    fitting = b"".join(
        (word % bound).to_bytes(32) for word, bound in zip(words, [2**32] * 5 + [ORDER] * 5, strict=True)
    )
    assert encode_openings(decode_openings(fitting)) == fitting


def test_faults_of_a_chain(pedersen: Pedersen) -> None:
    first, second, third = (
        opened.reading for opened in read_chain(pedersen, [SlotEnergy(withdrawal_rest=5, feed_in_rest=3)] * 3)
    )
    with pytest.raises(ValueError, match="does not name"):
        find_chain_faults(third, first)
    for place in range(3):
        running = list(second.running)
        running[place] = add(running[place], G)
        assert "plus its commitments" in find_chain_faults(replace(second, running=tuple(running)), first)[0]
    foreign = replace(first, meter=(9).to_bytes(32))
    assert "another meter" in find_chain_faults(replace(second, previous=foreign.struct_hash()), foreign)[0]
    assert "names slot" in find_chain_faults(replace(second, previous_slot=SLOT - 1), first)[0]
    broken = replace(first, running=(OFF_CURVE, *first.running[1:]))
    assert "on the curve" in find_chain_faults(replace(second, previous=broken.struct_hash()), broken)[0]
    skipped = replace(third, previous=first.struct_hash(), previous_slot=first.slot)
    assert "plus its commitments" in find_chain_faults(skipped, first)[0]


def test_a_negated_commitment_is_another_reading(pedersen: Pedersen) -> None:
    reading = read_meter(pedersen, METER, SlotEnergy(withdrawal_rest=5, feed_in_rest=3)).reading
    other = replace(reading, commitments=(*reading.commitments[:4], negate(reading.commitments[4])))
    assert other.struct_hash() != reading.struct_hash()
    assert find_reading_faults(other)


def test_only_types_that_fit_are_a_reading(pedersen: Pedersen) -> None:
    reading = read_meter(pedersen, METER, SlotEnergy(withdrawal_rest=5, feed_in_rest=3)).reading
    for changes, reason in (
        ({"meter": b"short"}, "meter id must be 32 bytes"),
        ({"key": b""}, "key id"),
        ({"previous": b"x"}, "previous reading"),
        ({"slot": 2**64}, "slot"),
        ({"revision": -1}, "revision"),
        ({"commitments": reading.commitments[:4]}, "five commitments"),
        ({"running": (Point(-1, 0),) * 3}, "coordinate"),
    ):
        with pytest.raises(ValueError, match=reason):
            replace(reading, **changes)
