"""Signatures of meters and accounts, accepted by exactly the rules of the contracts.

Source: docs/protocol.md section 5; the precompiles ecrecover (0x01) and P256VERIFY (0x100, EIP-7951).
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from eth_hash.auto import keccak
from eth_keys import datatypes
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from dems_protocol.words import encode_words, hash_words, tag

SIGNATURE_BYTES = 65


class Scheme(IntEnum):
    """The curve of a meter key: P-256 where a TPM holds it, else secp256k1."""

    SECP256K1 = 1
    P256 = 2


@dataclass(frozen=True, slots=True)
class _Curve:
    prime: int
    a: int
    b: int
    order: int


_CURVES = {
    Scheme.SECP256K1: _Curve(
        prime=2**256 - 2**32 - 977,
        a=0,
        b=7,
        order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    ),
    Scheme.P256: _Curve(
        prime=2**256 - 2**224 + 2**192 + 2**96 - 1,
        a=-3,
        b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
}

_PREHASHED = utils.Prehashed(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key by its affine coordinates; ValueError if they are not a point of the scheme's curve."""

    scheme: Scheme
    x: int
    y: int

    def __post_init__(self) -> None:
        curve = _CURVES[self.scheme]
        reduced = 0 <= self.x < curve.prime and 0 <= self.y < curve.prime
        if not reduced or (self.y**2 - self.x**3 - curve.a * self.x - curve.b) % curve.prime:
            raise ValueError(f"({self.x:#x}, {self.y:#x}) is not a public key on {self.scheme.name}")

    def key_id(self) -> bytes:
        """Return the 32 bytes that name this key in a reading."""
        return hash_words(tag("DEMS key v1"), self.scheme, self.x, self.y)

    def address(self) -> bytes:
        """Return the account address (20 bytes) of a secp256k1 key; ValueError for another scheme."""
        if self.scheme is not Scheme.SECP256K1:
            raise ValueError("only a secp256k1 key has an address")
        return keccak(encode_words(self.x, self.y))[12:]


@dataclass(frozen=True, slots=True)
class Signature:
    """``(r, s, v)`` as the contracts take it; what it holds is checked when it is verified."""

    r: int
    s: int
    v: int

    def encode(self) -> bytes:
        """Return the 65 bytes ``r || s || v``; OverflowError if a part does not fit."""
        return self.r.to_bytes(32) + self.s.to_bytes(32) + self.v.to_bytes(1)

    @classmethod
    def decode(cls, data: bytes) -> Signature:
        """Read 65 bytes ``r || s || v``; ValueError for another length."""
        if len(data) != SIGNATURE_BYTES:
            raise ValueError(f"a signature is 65 bytes (r, s, v), not {len(data)}")
        return cls(int.from_bytes(data[:32]), int.from_bytes(data[32:64]), data[64])


def normalised(scheme: Scheme, signature: Signature) -> Signature:
    """Return the one accepted form of a signature: low s, with v flipped accordingly on secp256k1.

    TPMs and most libraries return either half of s.
    """
    order = _CURVES[scheme].order
    if signature.s <= order // 2:
        return signature
    v = 55 - signature.v if scheme is Scheme.SECP256K1 else signature.v
    return Signature(signature.r, order - signature.s, v)


def is_signed_by(key: PublicKey, digest: bytes, signature: Signature) -> bool:
    """Say whether a meter key signed a digest (32 bytes), by the contracts' rules; never raises for a bad signature."""
    match key.scheme:
        case Scheme.SECP256K1:
            return is_signed_by_account(key.address(), digest, signature)
        case Scheme.P256:
            return (
                _in_range(Scheme.P256, signature)
                and signature.v == 0
                and _verify_p256(key, digest, signature)
            )


def is_signed_by_account(address: bytes, digest: bytes, signature: Signature) -> bool:
    """Say whether an account (20 bytes) signed a digest (32 bytes): ecrecover, low s, v of 27 or 28."""
    if not _in_range(Scheme.SECP256K1, signature) or signature.v not in (27, 28):
        return False
    try:
        recovered = datatypes.Signature(
            vrs=(signature.v - 27, signature.r, signature.s)
        ).recover_public_key_from_msg_hash(digest)
    except BadSignature, ValidationError:
        return False
    return any(address) and recovered.to_canonical_address() == address


def _in_range(scheme: Scheme, signature: Signature) -> bool:
    order = _CURVES[scheme].order
    return 0 < signature.r < order and 0 < signature.s <= order // 2


def _verify_p256(key: PublicKey, digest: bytes, signature: Signature) -> bool:
    public = ec.EllipticCurvePublicNumbers(key.x, key.y, ec.SECP256R1()).public_key()
    try:
        public.verify(utils.encode_dss_signature(signature.r, signature.s), digest, ec.ECDSA(_PREHASHED))
    except InvalidSignature:
        return False
    return True


class Signer(Protocol):
    """Holds a private key, in software or in a TPM, and signs digests with it. May block: call it off the loop."""

    @property
    def public_key(self) -> PublicKey:
        """The public half."""

    def sign(self, digest: bytes) -> Signature:
        """Return the normalised signature of a digest of 32 bytes."""


@dataclass(frozen=True, slots=True)
class SoftwareSigner:
    """A key held in memory; signs deterministically (RFC 6979). The private scalar is left out of the representation."""

    public_key: PublicKey
    private_key: int = field(repr=False)

    @classmethod
    def from_private_key(cls, scheme: Scheme, private_key: int) -> SoftwareSigner:
        """Return the signer of a private scalar; ValueError, which does not show it, if it is out of range."""
        if not 0 < private_key < _CURVES[scheme].order:
            raise ValueError(f"a {scheme.name} private key must be between 0 and the order of the curve")
        curve = ec.SECP256K1() if scheme is Scheme.SECP256K1 else ec.SECP256R1()
        numbers = ec.derive_private_key(private_key, curve).public_key().public_numbers()
        return cls(PublicKey(scheme, numbers.x, numbers.y), private_key)

    def sign(self, digest: bytes) -> Signature:
        """Return the normalised signature of a digest of 32 bytes."""
        scheme = self.public_key.scheme
        if scheme is Scheme.SECP256K1:
            v, r, s = datatypes.PrivateKey(self.private_key.to_bytes(32)).sign_msg_hash(digest).vrs
            return normalised(scheme, Signature(r, s, v + 27))
        private = ec.derive_private_key(self.private_key, ec.SECP256R1())
        r, s = utils.decode_dss_signature(
            private.sign(digest, ec.ECDSA(_PREHASHED, deterministic_signing=True))
        )
        return normalised(scheme, Signature(r, s, 0))
