"""The proof, shown only when somebody demands it on chain, that a register holds 0 … 2^32 - 1 Wh.

Thirty-two commitments to bits, each with a proof that it is 0 or 1. Source: docs/protocol.md section 11; Cramer,
Damgård and Schoenmakers 1994.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from dems_protocol.commitments import REGISTER_BITS, Opening, Pedersen, Register
from dems_protocol.curve import IDENTITY, ORDER, G, Point, add, is_valid, multiply, subtract
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import encode_words, hash_words, require_uint, tag


@dataclass(frozen=True, slots=True)
class RangeContext:
    """What a range proof belongs to: one register of one reading (by its hash) on one ledger."""

    domain: LedgerDomain
    reading_hash: bytes
    register: Register


@dataclass(frozen=True, slots=True)
class BitProof:
    """A commitment to one bit, and that it opens to 0 (e0, s0) or to 1 (e1, s1); all scalars below q."""

    commitment: Point
    e0: int
    e1: int
    s0: int
    s1: int

    def words(self) -> tuple[int, ...]:
        """Return the row of ``uint256[6][32]``."""
        return (*self.commitment, self.e0, self.e1, self.s0, self.s1)


def prove_range(pedersen: Pedersen, context: RangeContext, opening: Opening) -> tuple[BitProof, ...]:
    """Prove that what the opening opens holds 32 bits; ValueError if its value does not."""
    require_uint("value in Wh", opening.value, REGISTER_BITS)
    blindings = [_derive(context, opening, i, 0) for i in range(REGISTER_BITS)]
    weighted = sum(blinding << i for i, blinding in enumerate(blindings[1:], start=1))
    blindings[0] = (opening.blinding - weighted) % ORDER
    return tuple(_prove_bit(pedersen, context, i, opening, blinding) for i, blinding in enumerate(blindings))


def is_range_proof(
    pedersen: Pedersen, context: RangeContext, commitment: Point, proof: Sequence[BitProof]
) -> bool:
    """Say whether a proof shows that a commitment opens to 0 … 2^32 - 1; never raises for a hostile one."""
    if len(proof) != REGISTER_BITS or not all(
        map(is_valid, (commitment, *(bit.commitment for bit in proof)))
    ):
        return False
    composed = IDENTITY
    for bit in reversed(proof):
        composed = add(add(composed, composed), bit.commitment)
    return composed == commitment and all(_is_bit(pedersen, context, i, bit) for i, bit in enumerate(proof))


def _prove_bit(
    pedersen: Pedersen, context: RangeContext, i: int, opening: Opening, blinding: int
) -> BitProof:
    bit = opening.value >> i & 1
    commitment = pedersen.combine(bit, blinding)
    nonce, other_e, other_s = (_derive(context, opening, i, use) for use in (1, 2, 3))
    true_announcement = pedersen.combine(0, nonce)
    other_announcement = _announcement(pedersen, commitment, 1 - bit, other_e, other_s)
    announcements = (true_announcement, other_announcement)[:: 1 if bit == 0 else -1]
    challenge = _challenge(context, i, commitment, *announcements)
    true_e = (challenge - other_e) % ORDER
    true_s = (nonce + true_e * blinding) % ORDER
    if bit == 0:
        return BitProof(commitment, true_e, other_e, true_s, other_s)
    return BitProof(commitment, other_e, true_e, other_s, true_s)


def _is_bit(pedersen: Pedersen, context: RangeContext, i: int, proof: BitProof) -> bool:
    if not all(0 <= scalar < ORDER for scalar in (proof.e0, proof.e1, proof.s0, proof.s1)):
        return False
    zero = _announcement(pedersen, proof.commitment, 0, proof.e0, proof.s0)
    one = _announcement(pedersen, proof.commitment, 1, proof.e1, proof.s1)
    return (proof.e0 + proof.e1 - _challenge(context, i, proof.commitment, zero, one)) % ORDER == 0


def _announcement(pedersen: Pedersen, commitment: Point, bit: int, e: int, s: int) -> Point:
    excess = subtract(commitment, G) if bit else commitment
    return subtract(pedersen.combine(0, s), multiply(excess, e))


def _challenge(context: RangeContext, i: int, commitment: Point, zero: Point, one: Point) -> int:
    transcript = hash_words(
        tag("DEMS range v1"),
        context.domain.chain_id,
        context.domain.ledger,
        context.reading_hash,
        context.register,
        i,
        *commitment,
        *zero,
        *one,
    )
    return int.from_bytes(transcript) % ORDER


def _derive(context: RangeContext, opening: Opening, i: int, use: int) -> int:
    # The blinding is as secret as what is proved, and differs for every register, revision and value.
    material = encode_words(
        tag("DEMS range nonce v1"), context.reading_hash, context.register, opening.value, i, use
    )
    return int.from_bytes(hmac.digest(opening.blinding.to_bytes(32), material, hashlib.sha512)) % ORDER
