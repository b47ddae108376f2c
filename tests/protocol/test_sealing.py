from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.commitments import Opening, Pedersen, Register
from dems_protocol.curve import IDENTITY, ORDER, G, InvalidPointError, Point, add, multiply
from dems_protocol.readings import OpenedReading, SlotEnergy
from dems_protocol.sealing import (
    EqualityProof,
    OperatorKey,
    Sealed,
    decrypt,
    find_false_registers,
    inclusion_hash,
    is_shared_point,
    seal,
)
from dems_protocol.typed_data import LedgerDomain
from tests.protocol.samples import DOMAIN, OPERATOR_KEY, make_meter, read_meter

METER = make_meter(60)


@pytest.fixture(scope="module")
def opened(pedersen: Pedersen) -> OpenedReading:
    return read_meter(pedersen, METER, SlotEnergy(withdrawal_rest=12, feed_in_rest=345, generation=400))


@pytest.fixture(scope="module")
def sealed(opened: OpenedReading) -> Sealed:
    return seal(METER.secret, opened.reading, opened.openings, OPERATOR_KEY.public)


def test_the_operator_reads_what_the_household_sealed(
    pedersen: Pedersen, opened: OpenedReading, sealed: Sealed
) -> None:
    pairs = decrypt(opened.reading.struct_hash(), sealed, OPERATOR_KEY.shared(sealed))
    assert pairs == [(opening.value, opening.blinding) for opening in opened.openings]
    assert find_false_registers(pedersen, opened.reading, sealed, OPERATOR_KEY.shared(sealed)) == []
    assert sealed.is_well_formed(OPERATOR_KEY.public)
    assert Sealed.decode(sealed.encode()) == sealed


def test_nobody_else_reads_it(pedersen: Pedersen, opened: OpenedReading, sealed: Sealed) -> None:
    other = OperatorKey(OPERATOR_KEY.scalar + 1)
    assert len(find_false_registers(pedersen, opened.reading, sealed, other.shared(sealed))) == 5


def test_sealing_again_gives_the_same_bytes_and_another_reading_others(
    pedersen: Pedersen, opened: OpenedReading, sealed: Sealed
) -> None:
    assert seal(METER.secret, opened.reading, opened.openings, OPERATOR_KEY.public) == sealed
    revised = read_meter(
        pedersen, METER, SlotEnergy(withdrawal_rest=12, feed_in_rest=345, generation=400), revision=1
    )
    other = seal(METER.secret, revised.reading, revised.openings, OPERATOR_KEY.public)
    assert other.ephemeral != sealed.ephemeral
    assert not set(other.words) & set(sealed.words)


@pytest.mark.parametrize("register", Register)
@pytest.mark.parametrize("lie", ["value", "huge", "blinding", "unreduced"])
def test_a_false_opening_is_proved_false(
    pedersen: Pedersen, opened: OpenedReading, sealed: Sealed, register: Register, lie: str
) -> None:
    value, blinding = opened.openings[register].value, opened.openings[register].blinding
    false_value, false_blinding = {
        "value": (value ^ 1, blinding),
        "huge": (value + ORDER, blinding),
        "blinding": (value, blinding ^ 1),
        "unreduced": (value, blinding + ORDER),
    }[lie]
    words = [int.from_bytes(word) for word in sealed.words]
    words[register] ^= value ^ false_value
    words[register + 5] ^= blinding ^ false_blinding
    lying = replace(sealed, words=tuple(word.to_bytes(32) for word in words))
    assert find_false_registers(pedersen, opened.reading, lying, OPERATOR_KEY.shared(lying)) == [register]


def test_a_negative_value_cannot_be_included(pedersen: Pedersen, opened: OpenedReading) -> None:
    """A household that commits to -5 Wh (q - 5) can seal no opening that stands."""
    wrapped = Opening(ORDER - 5, 77)
    commitments = (*opened.reading.commitments[:3], pedersen.commit(wrapped), opened.reading.commitments[4])
    reading = replace(opened.reading, commitments=commitments)
    openings = (*opened.openings[:3], wrapped, opened.openings[4])
    sealed = seal(METER.secret, reading, openings, OPERATOR_KEY.public)
    false = find_false_registers(pedersen, reading, sealed, OPERATOR_KEY.shared(sealed))
    assert false == [Register.FEED_IN_REST]


def test_the_operator_proves_its_shared_point(opened: OpenedReading, sealed: Sealed) -> None:
    reading_hash = opened.reading.struct_hash()
    shared = OPERATOR_KEY.shared(sealed)
    proof = OPERATOR_KEY.prove(DOMAIN, reading_hash, sealed)
    assert is_shared_point(DOMAIN, reading_hash, sealed, shared, proof)
    for false_shared in (add(shared, G), IDENTITY, sealed.ephemeral, Point(1, 3)):
        assert not is_shared_point(DOMAIN, reading_hash, sealed, false_shared, proof)
    assert not is_shared_point(LedgerDomain(1, DOMAIN.ledger), reading_hash, sealed, shared, proof)
    assert not is_shared_point(DOMAIN, bytes(32), sealed, shared, proof)
    assert not is_shared_point(
        DOMAIN, reading_hash, replace(sealed, ephemeral=multiply(sealed.ephemeral, 2)), shared, proof
    )
    unreduced = EqualityProof(proof.challenge, proof.response + ORDER)
    assert not is_shared_point(DOMAIN, reading_hash, sealed, shared, unreduced)


@settings(max_examples=10, deadline=None)
@given(bit=st.integers(0, 505))
def test_any_changed_bit_of_the_proof_is_rejected(opened: OpenedReading, sealed: Sealed, bit: int) -> None:
    reading_hash = opened.reading.struct_hash()
    proof = OPERATOR_KEY.prove(DOMAIN, reading_hash, sealed)
    if bit < 253:
        proof = replace(proof, challenge=proof.challenge ^ 1 << bit)
    else:
        proof = replace(proof, response=proof.response ^ 1 << (bit - 253))
    assert not is_shared_point(DOMAIN, reading_hash, sealed, OPERATOR_KEY.shared(sealed), proof)


def test_malformed_ciphertexts(opened: OpenedReading, sealed: Sealed) -> None:
    assert not replace(sealed, ephemeral=IDENTITY).is_well_formed(OPERATOR_KEY.public)
    assert not replace(sealed, ephemeral=Point(2, 2)).is_well_formed(OPERATOR_KEY.public)
    assert not sealed.is_well_formed(G)
    with pytest.raises(ValueError, match="ten sealed words"):
        replace(sealed, words=sealed.words[:9])
    with pytest.raises(ValueError, match="identity"):
        seal(METER.secret, opened.reading, opened.openings, IDENTITY)
    with pytest.raises(InvalidPointError):
        seal(METER.secret, opened.reading, opened.openings, Point(2, 2))
    for scalar in (0, ORDER):
        with pytest.raises(ValueError, match="operator's key"):
            OperatorKey(scalar)
    assert str(OPERATOR_KEY.scalar) not in repr(OPERATOR_KEY)


def test_the_inclusion_hash_binds_everything(sealed: Sealed) -> None:
    other = replace(sealed, words=(bytes(32), *sealed.words[1:]))
    hashes = {
        inclusion_hash(reading_hash, each, time, block)
        for reading_hash in (bytes(32), b"\x01" * 32)
        for each in (sealed, other)
        for time in (1, 2)
        for block in (1, 2)
    }
    assert len(hashes) == 16
