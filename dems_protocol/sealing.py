"""Openings sealed to the operator on chain, and its proof, when they are false, that they are.

Hashed ElGamal on BN254 with a Chaum-Pedersen proof: the contract can check it, which it could not for X25519 and an
AEAD. Source: docs/protocol.md section 10; Chaum and Pedersen 1992.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from dems_protocol.commitments import REGISTER_BITS, MeterSecret, Opening, Pedersen, Register, opening_words
from dems_protocol.curve import IDENTITY, ORDER, G, Point, is_valid, multiply, require_valid, subtract
from dems_protocol.readings import Reading
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import decode_words, encode_words, hash_words, require_bytes32, tag

_WORDS = 2 * len(Register)
SEALED_WORDS = 4 + _WORDS


@dataclass(frozen=True, slots=True)
class Sealed:
    """The ciphertext that accompanies a direct inclusion: operator key P, ephemeral point E, ten masked words."""

    operator_key: Point
    ephemeral: Point
    words: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if len(self.words) != _WORDS:
            raise ValueError(f"ten sealed words are needed, not {len(self.words)}")
        for word in self.words:
            require_bytes32("sealed word", word)

    def is_well_formed(self, operator_key: Point) -> bool:
        """Say whether the contract takes it: sealed to the current key, E a point and not the identity."""
        return self.operator_key == operator_key and is_valid(self.ephemeral) and self.ephemeral != IDENTITY

    def encode(self) -> bytes:
        """Return the 14 words of the Solidity struct."""
        return encode_words(*self.operator_key, *self.ephemeral, *self.words)

    @classmethod
    def decode(cls, data: bytes) -> Sealed:
        """Read `encode`'s output; ValueError for anything else."""
        words = decode_words(data, SEALED_WORDS)
        px, py, ex, ey = map(int.from_bytes, words[:4])
        return cls(Point(px, py), Point(ex, ey), tuple(words[4:]))

    def hash(self) -> bytes:
        """Return the sealed hash."""
        return hash_words(*self.operator_key, *self.ephemeral, *self.words)


@dataclass(frozen=True, slots=True)
class EqualityProof:
    """A Chaum-Pedersen proof that ``log_G P = log_E K``: challenge and response, both below q."""

    challenge: int
    response: int


def inclusion_hash(reading_hash: bytes, sealed: Sealed, included_at: int, included_block: int) -> bytes:
    """Return what the chain stores of a direct inclusion (unix seconds and number of its block)."""
    return hash_words(tag("DEMS inclusion v1"), reading_hash, sealed.hash(), included_at, included_block)


def seal(secret: MeterSecret, reading: Reading, openings: tuple[Opening, ...], operator_key: Point) -> Sealed:
    """Seal a reading's five openings to the operator's key P; InvalidPointError or ValueError if P is unusable.

    The ephemeral scalar follows from the secret, so a repeat after a crash gives the same bytes.
    """
    if require_valid(operator_key) == IDENTITY:
        raise ValueError("the operator's key is the identity: nothing can be sealed to it")
    reading_hash = reading.struct_hash()
    scalar = secret.ephemeral(reading_hash, operator_key)
    shared = multiply(operator_key, scalar)
    masked = tuple(
        (number ^ pad).to_bytes(32)
        for number, pad in zip(opening_words(openings), _pads(shared, reading_hash), strict=True)
    )
    return Sealed(operator_key, multiply(G, scalar), masked)


def decrypt(reading_hash: bytes, sealed: Sealed, shared: Point) -> list[tuple[int, int]]:
    """Return five pairs of value and blinding as sealed, unchecked: 256-bit integers, true or not."""
    plain = [
        int.from_bytes(word) ^ pad
        for word, pad in zip(sealed.words, _pads(shared, reading_hash), strict=True)
    ]
    return list(zip(plain[: len(Register)], plain[len(Register) :], strict=True))


def find_false_registers(
    pedersen: Pedersen, reading: Reading, sealed: Sealed, shared: Point
) -> list[Register]:
    """Return the registers whose sealed opening is false, as `excludeFalse` decides: v ≥ 2^32, r ≥ q, or not opening."""
    pairs = decrypt(reading.struct_hash(), sealed, shared)
    return [
        register
        for register, (value, blinding) in zip(Register, pairs, strict=True)
        if value >> REGISTER_BITS
        or blinding >= ORDER
        or pedersen.commit(Opening(value, blinding)) != reading.commitments[register]
    ]


@dataclass(frozen=True, slots=True)
class OperatorKey:
    """The operator's private scalar k, ``0 < k < q``, left out of the representation; ValueError outside that."""

    scalar: int = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.scalar < ORDER:
            raise ValueError("the operator's key must be between 0 and the order of the curve")

    @property
    def public(self) -> Point:
        """P = k·G."""
        return multiply(G, self.scalar)

    def shared(self, sealed: Sealed) -> Point:
        """Return K = k·E, which unmasks these words and no others."""
        return multiply(require_valid(sealed.ephemeral), self.scalar)

    def prove(self, domain: LedgerDomain, reading_hash: bytes, sealed: Sealed) -> EqualityProof:
        """Prove that `shared` is this key's; the nonce is derived, never drawn twice for different statements."""
        shared = self.shared(sealed)
        material = encode_words(
            tag("DEMS equality nonce v1"), domain.chain_id, domain.ledger, reading_hash, *sealed.ephemeral
        )
        nonce = int.from_bytes(hmac.digest(self.scalar.to_bytes(32), material, hashlib.sha512)) % ORDER
        challenge = _challenge(
            domain, reading_hash, sealed, shared, multiply(G, nonce), multiply(sealed.ephemeral, nonce)
        )
        return EqualityProof(challenge, (nonce + challenge * self.scalar) % ORDER)


def is_shared_point(
    domain: LedgerDomain, reading_hash: bytes, sealed: Sealed, shared: Point, proof: EqualityProof
) -> bool:
    """Say whether the proof shows that ``shared`` is K of this ciphertext."""
    if not all(map(is_valid, (sealed.operator_key, sealed.ephemeral, shared))):
        return False
    if not (0 <= proof.challenge < ORDER and 0 <= proof.response < ORDER):
        return False
    first, second = (
        subtract(multiply(base, proof.response), multiply(image, proof.challenge))
        for base, image in ((G, sealed.operator_key), (sealed.ephemeral, shared))
    )
    return _challenge(domain, reading_hash, sealed, shared, first, second) == proof.challenge


def _challenge(
    domain: LedgerDomain, reading_hash: bytes, sealed: Sealed, shared: Point, first: Point, second: Point
) -> int:
    points = (sealed.operator_key, sealed.ephemeral, shared, first, second)
    words = [coordinate for point in points for coordinate in point]
    transcript = hash_words(tag("DEMS equality v1"), domain.chain_id, domain.ledger, reading_hash, *words)
    return int.from_bytes(transcript) % ORDER


def _pads(shared: Point, reading_hash: bytes) -> list[int]:
    return [int.from_bytes(hash_words(tag("DEMS pad v1"), *shared, reading_hash, j)) for j in range(_WORDS)]
