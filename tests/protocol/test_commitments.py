from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.commitments import (
    CommitmentContext,
    MeterSecret,
    Opening,
    Pedersen,
    Register,
    sum_openings,
)
from dems_protocol.curve import IDENTITY, ORDER, G, H, Point, add, multiply, subtract, total
from dems_protocol.typed_data import LedgerDomain
from tests.protocol.samples import DOMAIN, SLOT

energies = st.integers(0, 2**32 - 1)
openings = st.builds(Opening, energies, st.integers(0, ORDER - 1))
SECRET = MeterSecret(bytes(range(32)))
CONTEXT = CommitmentContext(DOMAIN, (1).to_bytes(32), SLOT)


@settings(max_examples=25, deadline=None)
@given(opening=openings)
def test_a_commitment_is_what_the_definition_says(pedersen: Pedersen, opening: Opening) -> None:
    expected = add(multiply(G, opening.value), multiply(H, opening.blinding))
    assert pedersen.commit(opening) == expected
    assert pedersen.opens(expected, opening)


@settings(max_examples=25, deadline=None)
@given(several=st.lists(openings, max_size=6), factor=st.integers(0, 2**32))
def test_openings_add_up_and_scale(pedersen: Pedersen, several: list[Opening], factor: int) -> None:
    commitment = total(map(pedersen.commit, several))
    opening = sum_openings(several)
    assert pedersen.opens(commitment, opening)
    scaled = opening.scaled(factor)
    assert pedersen.commit(scaled) == multiply(commitment, factor)


@settings(max_examples=25, deadline=None)
@given(first=openings, second=openings)
def test_differences_open(pedersen: Pedersen, first: Opening, second: Opening) -> None:
    whole = pedersen.commit(first + second)
    assert subtract(whole, pedersen.commit(first)) == pedersen.commit((first + second) - first)


@settings(max_examples=25, deadline=None)
@given(opening=openings, bit=st.integers(0, 253))
def test_any_changed_bit_of_an_opening_is_rejected(pedersen: Pedersen, opening: Opening, bit: int) -> None:
    commitment = pedersen.commit(opening)
    assert not pedersen.opens(commitment, Opening(opening.value ^ 1 << bit % 64, opening.blinding))
    changed = opening.blinding ^ 1 << bit
    if changed < ORDER:
        assert not pedersen.opens(commitment, Opening(opening.value, changed))


def test_a_sum_below_zero_does_not_open(pedersen: Pedersen) -> None:
    """A sum that wrapped mod q has only openings beyond 64 bits, which are refused."""
    wrapped = Opening(ORDER - 5, 7)
    assert not pedersen.opens(pedersen.commit(wrapped), wrapped)
    with pytest.raises(ValueError, match="negative"):
        Opening(4, 0) - Opening(5, 0)


@pytest.mark.parametrize(("value", "blinding"), [(-1, 0), (0, ORDER), (0, -1)])
def test_an_opening_is_canonical(value: int, blinding: int) -> None:
    with pytest.raises(ValueError, match=r"negative|reduced"):
        Opening(value, blinding)


def test_zero_is_hidden_too(pedersen: Pedersen) -> None:
    opening = SECRET.opening(CONTEXT, Register.WITHDRAWAL_DELIVERED, 0)
    assert pedersen.commit(opening) != IDENTITY
    assert pedersen.commit(Opening(0, 0)) == IDENTITY == Point(0, 0)


def test_a_blinding_can_be_derived_again() -> None:
    first = SECRET.opening(CONTEXT, Register.FEED_IN_REST, 1234)
    assert first == MeterSecret(bytes(range(32))).opening(replace(CONTEXT), Register.FEED_IN_REST, 1234)


contexts = st.builds(
    CommitmentContext,
    st.builds(LedgerDomain, st.integers(1, 3), st.sampled_from([bytes([i]) * 20 for i in (1, 2)])),
    st.sampled_from([(i).to_bytes(32) for i in (1, 2, 3)]),
    st.integers(0, 4),
    st.integers(0, 3),
)
sources = st.tuples(contexts, st.sampled_from(Register), st.integers(0, 4))


@given(st.lists(sources, min_size=2, max_size=60, unique=True))
def test_blindings_never_repeat(several: list[tuple[CommitmentContext, Register, int]]) -> None:
    """Not between chains, ledgers, meters, slots, registers, revisions or values."""
    blindings = {SECRET.opening(*source).blinding for source in several}
    assert len(blindings) == len(several)


def test_another_secret_gives_another_blinding() -> None:
    other = MeterSecret(bytes(31) + b"\x01")
    assert other.opening(CONTEXT, Register.GENERATION, 5) != SECRET.opening(CONTEXT, Register.GENERATION, 5)


@pytest.mark.parametrize("value", [-1, 2**32])
def test_a_register_holds_32_bits(value: int) -> None:
    with pytest.raises(ValueError, match=f"feed_in_rest in Wh .* not {value}"):
        SECRET.opening(CONTEXT, Register.FEED_IN_REST, value)


def test_secrets_are_not_shown() -> None:
    opening = SECRET.opening(CONTEXT, Register.GENERATION, 5)
    assert SECRET.material.hex() not in repr(SECRET)
    assert str(SECRET.material) not in repr(SECRET)
    assert str(opening.blinding) not in repr(opening)


def test_contexts_are_checked() -> None:
    for meter in (bytes(32), bytes(31)):
        with pytest.raises(ValueError, match="meter id"):
            CommitmentContext(DOMAIN, meter, 1)
    with pytest.raises(ValueError, match="slot"):
        CommitmentContext(DOMAIN, (1).to_bytes(32), 2**64)
    with pytest.raises(ValueError, match="32 bytes, not 5"):
        MeterSecret(b"12345")
