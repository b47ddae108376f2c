"""Pedersen commitments to energy, and the blindings that can be derived again at any time.

Source: docs/protocol.md sections 2 and 3; Pedersen 1991.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from dems_protocol.curve import ORDER, FixedBase, G, H, Point, sum_of_multiples
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import decode_uint, decode_words, encode_words, require_uint, tag

REGISTER_BITS = 32
TOTAL_BITS = 64


class Register(IntEnum):
    """The registers that a reading commits to, each in Wh of one slot."""

    WITHDRAWAL_DELIVERED = 0
    WITHDRAWAL_REST = 1
    FEED_IN_DELIVERED = 2
    FEED_IN_REST = 3
    GENERATION = 4


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a commitment: the value (Wh, an integer that is not negative) and the blinding (mod q).

    The blinding is a secret while the value is one, and is therefore left out of the representation. Raises ValueError
    for a negative value or a blinding that is not reduced.
    """

    value: int
    blinding: int = field(repr=False)

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError(f"a committed value must not be negative: {self.value}")
        if not 0 <= self.blinding < ORDER:
            raise ValueError("a blinding must be reduced mod q")

    def __add__(self, other: Opening) -> Opening:
        return Opening(self.value + other.value, (self.blinding + other.blinding) % ORDER)

    def __sub__(self, other: Opening) -> Opening:
        return Opening(self.value - other.value, (self.blinding - other.blinding) % ORDER)

    def scaled(self, factor: int) -> Opening:
        """Return the opening of ``factor`` times the commitment, for a factor that is not negative."""
        return Opening(self.value * factor, self.blinding * factor % ORDER)


ZERO_OPENING = Opening(0, 0)


def sum_openings(openings: Iterable[Opening]) -> Opening:
    """Return the opening of the sum of the commitments that these open."""
    return sum(openings, ZERO_OPENING)


def opening_words(openings: Sequence[Opening]) -> list[int]:
    """Return a reading's five openings as ten numbers: the values in the order of `Register`, then the blindings."""
    return [opening.value for opening in openings] + [opening.blinding for opening in openings]


def encode_openings(openings: Sequence[Opening]) -> bytes:
    """Return a reading's five openings as ten words, as they travel to the operator (in private)."""
    return encode_words(*opening_words(openings))


def decode_openings(data: bytes) -> tuple[Opening, ...]:
    """Read `encode_openings`'s output; ValueError for another length, or a value or blinding out of its bounds."""
    words = decode_words(data, 2 * len(Register))
    values = [decode_uint(word, REGISTER_BITS) for word in words[: len(Register)]]
    blindings = [int.from_bytes(word) for word in words[len(Register) :]]
    return tuple(map(Opening, values, blindings, strict=True))


class Pedersen:
    """The commitment scheme ``commit(v, r) = v·G + r·H``; holds the tables of both generators (a few MB, lazily)."""

    __slots__ = ("_g", "_h")

    def __init__(self) -> None:
        self._g = FixedBase(G)
        self._h = FixedBase(H)

    def commit(self, opening: Opening) -> Point:
        """Return the commitment that the opening opens."""
        return self.combine(opening.value, opening.blinding)

    def combine(self, g_scalar: int, h_scalar: int) -> Point:
        """Return ``a·G + b·H`` for any integers."""
        return sum_of_multiples(((self._g, g_scalar), (self._h, h_scalar)))

    def opens(self, commitment: Point, opening: Opening) -> bool:
        """Say whether the opening opens the commitment and its value is below 2^64, as the contract requires."""
        return opening.value >> TOTAL_BITS == 0 and self.commit(opening) == commitment


@dataclass(frozen=True, slots=True)
class CommitmentContext:
    """Where a commitment belongs: ledger, meter (32 bytes), slot and revision."""

    domain: LedgerDomain
    meter: bytes
    slot: int
    revision: int = 0

    def __post_init__(self) -> None:
        if len(self.meter) != 32 or not any(self.meter):
            raise ValueError(f"a meter id must be 32 bytes and not zero, got {self.meter.hex()}")
        require_uint("slot", self.slot, 64)
        require_uint("revision", self.revision, 32)


@dataclass(frozen=True, slots=True)
class MeterSecret:
    """The 32 random bytes of a meter from which every blinding follows. Never logged: left out of the representation."""

    material: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.material) != 32:
            raise ValueError(f"a meter's secret must be 32 bytes, not {len(self.material)}")

    def opening(self, context: CommitmentContext, register: Register, value: int) -> Opening:
        """Return value and blinding of a register; any argument that differs gives an unrelated blinding."""
        require_uint(f"{register.name.lower()} in Wh", value, REGISTER_BITS)
        blinding = self._scalar(
            tag("DEMS blinding v1"),
            context.domain.chain_id,
            context.domain.ledger,
            context.meter,
            context.slot,
            register,
            context.revision,
            value,
        )
        return Opening(value, blinding)

    def ephemeral(self, reading_hash: bytes, operator_key: Point) -> int:
        """Return the scalar that seals a reading's openings to the operator (docs/protocol.md section 10)."""
        return self._scalar(tag("DEMS ephemeral v1"), reading_hash, operator_key.x, operator_key.y)

    def _scalar(self, *words: int | bytes) -> int:
        return int.from_bytes(hmac.digest(self.material, encode_words(*words), hashlib.sha512)) % ORDER
