"""What the operator suggests to a battery, readable for its household only (docs/market.md section 9).

HPKE in base mode (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305. Chain, market, slot and
meter are bound by ``info``: a ciphertext opens in its own place only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import encode_words, require_bytes32, require_uint, tag

CIPHERTEXT_BYTES = 112
PAYLOAD_BYTES = 64
_VERSION = 1
_USED = 1 + 1 + 8 + 4 + 8 + 32


class SuggestedAction(IntEnum):
    """What is suggested; NONE is the dummy that tells observers nothing."""

    NONE = 0
    SELF_CONSUMPTION = 1
    DELIVER = 2
    TAKE = 3


@dataclass(frozen=True, slots=True)
class SuggestionPayload:
    """A suggestion for a slot: Wh at the meter (+ is fed in), at a price (micro-units per kWh), for an order."""

    action: SuggestedAction
    slot: int
    energy: int = 0
    price: int = 0
    order: bytes = bytes(32)

    def __post_init__(self) -> None:
        require_uint("slot", self.slot, 64)
        require_bytes32("order hash", self.order)

    def encode(self) -> bytes:
        """Return the 64 bytes that are encrypted. OverflowError for an energy or a price beyond its width."""
        fields = (
            _VERSION.to_bytes()
            + int(self.action).to_bytes()
            + self.slot.to_bytes(8)
            + self.energy.to_bytes(4, signed=True)
            + self.price.to_bytes(8, signed=True)
            + self.order
        )
        return fields.ljust(PAYLOAD_BYTES, b"\0")

    @classmethod
    def decode(cls, data: bytes) -> SuggestionPayload:
        """Read `encode`'s output; ValueError for anything else."""
        if len(data) != PAYLOAD_BYTES or data[0] != _VERSION or any(data[_USED:]):
            raise ValueError("these bytes are no suggestion of version 1")
        return cls(
            action=SuggestedAction(data[1]),
            slot=int.from_bytes(data[2:10]),
            energy=int.from_bytes(data[10:14], signed=True),
            price=int.from_bytes(data[14:22], signed=True),
            order=data[22:54],
        )


@dataclass(frozen=True, slots=True)
class SuggestionPlace:
    """Where a suggestion belongs; ``domain`` is that of the market."""

    domain: LedgerDomain
    slot: int
    meter: bytes

    def info(self) -> bytes:
        """Return what ties a ciphertext to its place."""
        return tag("DEMS suggestion v1") + encode_words(
            self.domain.chain_id, self.domain.ledger, self.slot, self.meter
        )


def encrypt_suggestion(payload: SuggestionPayload, key: bytes, place: SuggestionPlace) -> bytes:
    """Return the 112 bytes for the holder of an X25519 key (32 bytes). ValueError for a key that is none."""
    return _suite().encrypt(payload.encode(), X25519PublicKey.from_public_bytes(key), place.info())


def decrypt_suggestion(
    ciphertext: bytes, key: X25519PrivateKey, place: SuggestionPlace
) -> SuggestionPayload | None:
    """Return the suggestion, None where it is not for this key and place. ValueError for a payload that is none."""
    try:
        plain = _suite().decrypt(ciphertext, key, place.info())
    except InvalidTag, ValueError:
        return None
    return SuggestionPayload.decode(plain)


def split_ciphertexts(data: bytes) -> Sequence[bytes]:
    """Split what was published; ValueError unless it is a whole number of ciphertexts."""
    if len(data) % CIPHERTEXT_BYTES:
        raise ValueError(f"{len(data)} bytes are no whole number of ciphertexts of {CIPHERTEXT_BYTES}")
    return [data[at : at + CIPHERTEXT_BYTES] for at in range(0, len(data), CIPHERTEXT_BYTES)]


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
