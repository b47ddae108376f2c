from itertools import pairwise

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from eth_hash.auto import keccak
from eth_keys import datatypes
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.signatures import (
    PublicKey,
    Scheme,
    Signature,
    SoftwareSigner,
    is_signed_by,
    is_signed_by_account,
    normalised,
)
from tests.protocol.samples import flip_bit

ORDERS = {
    Scheme.SECP256K1: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    Scheme.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}
CURVES: dict[Scheme, ec.EllipticCurve] = {Scheme.SECP256K1: ec.SECP256K1(), Scheme.P256: ec.SECP256R1()}
schemes = st.sampled_from(Scheme)
digests = st.binary(min_size=32, max_size=32)
private_keys = st.integers(1, ORDERS[Scheme.P256] - 2**200)


def openssl_accepts(key: PublicKey, digest: bytes, signature: Signature) -> bool:
    """The plain ECDSA rule by another library: no low s, no v."""
    public = ec.EllipticCurvePublicNumbers(key.x, key.y, CURVES[key.scheme]).public_key()
    encoded = utils.encode_dss_signature(signature.r, signature.s)
    try:
        public.verify(encoded, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    except InvalidSignature:
        return False
    return True


@settings(max_examples=25, deadline=None)
@given(schemes, private_keys, digests)
def test_what_is_signed_is_accepted_in_one_encoding(scheme: Scheme, private_key: int, digest: bytes) -> None:
    signer = SoftwareSigner.from_private_key(scheme, private_key)
    signature = signer.sign(digest)
    assert is_signed_by(signer.public_key, digest, signature)
    assert openssl_accepts(signer.public_key, digest, signature)
    assert Signature.decode(signature.encode()) == signature
    assert normalised(scheme, signature) == signature

    flipped = 55 - signature.v if scheme is Scheme.SECP256K1 else 0
    other_half = Signature(signature.r, ORDERS[scheme] - signature.s, flipped)
    assert openssl_accepts(signer.public_key, digest, other_half)
    assert not is_signed_by(signer.public_key, digest, other_half)
    assert normalised(scheme, other_half) == signature
    for v in {0, 1, 26, 27, 28, 29, 55, 255} - {signature.v}:
        assert not is_signed_by(signer.public_key, digest, Signature(signature.r, signature.s, v))


@settings(max_examples=60, deadline=None)
@given(schemes, digests, st.integers(0, 8 * 65 - 1))
def test_any_changed_bit_is_rejected(scheme: Scheme, digest: bytes, bit: int) -> None:
    signer = SoftwareSigner.from_private_key(scheme, 0xD0E)
    encoded = signer.sign(digest).encode()
    assert not is_signed_by(signer.public_key, digest, Signature.decode(flip_bit(encoded, bit)))
    if bit < 256:
        assert not is_signed_by(signer.public_key, flip_bit(digest, bit), Signature.decode(encoded))


@settings(max_examples=60, deadline=None)
@given(schemes, digests, st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1), st.integers(0, 255))
def test_nonsense_is_rejected_without_an_exception(
    scheme: Scheme, digest: bytes, r: int, s: int, v: int
) -> None:
    key = SoftwareSigner.from_private_key(scheme, 7).public_key
    for signature in (Signature(r, s, v), Signature(r, s % (ORDERS[scheme] // 2), 27), Signature(r, 1, 0)):
        assert not is_signed_by(key, digest, signature)


@pytest.mark.parametrize("scheme", Scheme)
def test_the_edges_of_the_scalars_are_rejected(scheme: Scheme) -> None:
    order = ORDERS[scheme]
    key = SoftwareSigner.from_private_key(scheme, 7).public_key
    for r in (0, 1, order - 1, order, 2**256 - 1):
        for s in (0, 1, order // 2, order // 2 + 1, order, 2**256 - 1):
            for v in (0, 27, 28):
                assert not is_signed_by(key, bytes(32), Signature(r, s, v))


def test_a_signature_that_recovers_to_infinity_belongs_to_nobody() -> None:
    """s·R = z·G makes ecrecover's key the point at infinity, for which the precompile answers nothing."""
    order = ORDERS[Scheme.SECP256K1]
    nonce, s = 0xABCDEF, 12345
    ephemeral = SoftwareSigner.from_private_key(Scheme.SECP256K1, nonce).public_key
    digest = (s * nonce % order).to_bytes(32)
    signature = Signature(ephemeral.x % order, s, 27 + ephemeral.y % 2)
    for address in (bytes(20), keccak(bytes(64))[12:], keccak(b"")[12:]):
        assert not is_signed_by_account(address, digest, signature)


def test_an_account_is_known_by_its_address() -> None:
    signer = SoftwareSigner.from_private_key(Scheme.SECP256K1, 0xA11CE)
    signature = signer.sign(b"\x05" * 32)
    assert (
        signer.public_key.address()
        == datatypes.PrivateKey((0xA11CE).to_bytes(32)).public_key.to_canonical_address()
    )
    assert is_signed_by_account(signer.public_key.address(), b"\x05" * 32, signature)
    assert not is_signed_by_account(b"\x01" * 20, b"\x05" * 32, signature)


def test_signing_is_deterministic_and_keys_are_named_apart() -> None:
    signers = [SoftwareSigner.from_private_key(scheme, key) for scheme in Scheme for key in (3, 4)]
    assert len({signer.public_key.key_id() for signer in signers}) == 4
    for one, other in pairwise(signers):
        assert one.sign(bytes(32)) == one.sign(bytes(32))
        assert not is_signed_by(other.public_key, bytes(32), one.sign(bytes(32)))


@pytest.mark.parametrize("scheme", Scheme)
def test_a_private_key_is_never_shown(scheme: Scheme) -> None:
    for wrong in (0, ORDERS[scheme], -1):
        with pytest.raises(ValueError, match="order of the curve") as refusal:
            SoftwareSigner.from_private_key(scheme, wrong)
        assert str(ORDERS[scheme]) not in str(refusal.value)
    assert "982451653" not in repr(SoftwareSigner.from_private_key(scheme, 982451653))


def test_only_points_are_public_keys() -> None:
    key = SoftwareSigner.from_private_key(Scheme.P256, 5).public_key
    for scheme, x, y in [
        (Scheme.SECP256K1, key.x, key.y),
        (Scheme.P256, key.x, key.y ^ 1),
        (Scheme.P256, 0, 0),
    ]:
        with pytest.raises(ValueError, match=scheme.name):
            PublicKey(scheme, x, y)
    with pytest.raises(ValueError, match="address"):
        key.address()
    with pytest.raises(ValueError, match="65 bytes"):
        Signature.decode(bytes(64))
