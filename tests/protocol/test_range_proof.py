from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.commitments import Opening, Pedersen, Register
from dems_protocol.curve import IDENTITY, ORDER, G, H, Point, add, subtract
from dems_protocol.range_proof import BitProof, RangeContext, is_range_proof, prove_range
from dems_protocol.typed_data import LedgerDomain
from tests.protocol.samples import DOMAIN

CONTEXT = RangeContext(DOMAIN, bytes(range(32)), Register.FEED_IN_REST)
OPENING = Opening(0xDEADBEEF, 987654321 << 200)


@pytest.fixture(scope="module")
def proof(pedersen: Pedersen) -> tuple[BitProof, ...]:
    return prove_range(pedersen, CONTEXT, OPENING)


@settings(max_examples=4, deadline=None)
@given(value=st.integers(0, 2**32 - 1), blinding=st.integers(0, ORDER - 1))
def test_a_true_range_is_proved(pedersen: Pedersen, value: int, blinding: int) -> None:
    opening = Opening(value, blinding)
    assert is_range_proof(
        pedersen, CONTEXT, pedersen.commit(opening), prove_range(pedersen, CONTEXT, opening)
    )


def test_the_proof_belongs_to_one_place_and_one_commitment(
    pedersen: Pedersen, proof: tuple[BitProof, ...]
) -> None:
    commitment = pedersen.commit(OPENING)
    assert is_range_proof(pedersen, CONTEXT, commitment, proof)
    for context in (
        replace(CONTEXT, register=Register.GENERATION),
        replace(CONTEXT, reading_hash=bytes(32)),
        replace(CONTEXT, domain=LedgerDomain(1, DOMAIN.ledger)),
    ):
        assert not is_range_proof(pedersen, context, commitment, proof)
    for other in (add(commitment, G), IDENTITY, Point(1, 3)):
        assert not is_range_proof(pedersen, CONTEXT, other, proof)
    assert not is_range_proof(pedersen, CONTEXT, commitment, proof[:31])
    assert not is_range_proof(pedersen, CONTEXT, commitment, proof[::-1])


@pytest.mark.parametrize("value", [2**32, ORDER - 1])
def test_what_is_out_of_range_has_no_proof(pedersen: Pedersen, value: int) -> None:
    with pytest.raises(ValueError, match="32"):
        prove_range(pedersen, CONTEXT, Opening(value, 5))


def test_a_bit_of_two_is_rejected(pedersen: Pedersen, proof: tuple[BitProof, ...]) -> None:
    """Bits 2 and 0 in the places of 0 and 1 compose to the same sum; the bit's own proof fails."""
    forged = list(proof)
    forged[4] = replace(proof[4], commitment=add(proof[4].commitment, add(G, G)))
    forged[5] = replace(proof[5], commitment=subtract(proof[5].commitment, G))
    assert not is_range_proof(pedersen, CONTEXT, pedersen.commit(OPENING), forged)


@settings(max_examples=12, deadline=None)
@given(row=st.integers(0, 31), field=st.sampled_from(["e0", "e1", "s0", "s1"]), bit=st.integers(0, 252))
def test_any_changed_bit_is_rejected(
    pedersen: Pedersen, proof: tuple[BitProof, ...], row: int, field: str, bit: int
) -> None:
    forged = list(proof)
    forged[row] = replace(proof[row], **{field: getattr(proof[row], field) ^ 1 << bit})
    assert not is_range_proof(pedersen, CONTEXT, pedersen.commit(OPENING), forged)


@pytest.mark.parametrize("field", ["e0", "e1", "s0", "s1"])
def test_scalars_are_reduced(pedersen: Pedersen, proof: tuple[BitProof, ...], field: str) -> None:
    forged = [replace(proof[0], **{field: getattr(proof[0], field) + ORDER}), *proof[1:]]
    assert not is_range_proof(pedersen, CONTEXT, pedersen.commit(OPENING), forged)


def test_shifted_bit_commitments_are_rejected(pedersen: Pedersen, proof: tuple[BitProof, ...]) -> None:
    forged = [replace(proof[0], commitment=add(proof[0].commitment, H)), *proof[1:]]
    assert not is_range_proof(pedersen, CONTEXT, pedersen.commit(OPENING), forged)
    composed = add(pedersen.commit(OPENING), H)
    assert not is_range_proof(pedersen, CONTEXT, composed, forged)
