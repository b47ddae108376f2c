"""Recovery of a key against another implementation of it (eth-keys) and of the curve (OpenSSL)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from eth_keys import datatypes
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dems_protocol.secp256k1 import FIELD, GENERATOR, ORDER, recover

digests = st.binary(min_size=32, max_size=32)
scalars = st.integers(1, ORDER - 1) | st.integers(1, 300) | st.integers(ORDER - 300, ORDER - 1)


def multiple(scalar: int) -> tuple[int, int]:
    """Return a multiple of the generator, by OpenSSL."""
    numbers = ec.derive_private_key(scalar % ORDER, ec.SECP256K1()).public_key().public_numbers()
    return numbers.x, numbers.y


def recovered_by_others(digest: bytes, r: int, s: int, odd: bool) -> tuple[int, int] | None:
    try:
        key = datatypes.Signature(vrs=(int(odd), r, s)).recover_public_key_from_msg_hash(digest).to_bytes()
    except BadSignature, ValidationError:
        return None
    return int.from_bytes(key[:32]), int.from_bytes(key[32:])


@settings(max_examples=40)
@given(scalars, digests)
def test_whoever_signed_is_recovered(private_key: int, digest: bytes) -> None:
    v, r, s = datatypes.PrivateKey(private_key.to_bytes(32)).sign_msg_hash(digest).vrs
    assert recover(digest, r, s, odd=bool(v)) == multiple(private_key)
    other = recover(digest, r, s, odd=not v)
    assert other != multiple(private_key)
    assert other == recovered_by_others(digest, r, s, not v)


@settings(max_examples=40)
@given(digests, scalars, scalars, st.booleans())
@example(bytes(32), GENERATOR[0], 1, False)
@example(bytes(32), 5, 1, True)
@example(b"\xff" * 32, 1, ORDER - 1, True)
def test_any_numbers_give_what_others_find(digest: bytes, r: int, s: int, odd: bool) -> None:
    assert recover(digest, r, s, odd=odd) == recovered_by_others(digest, r, s, odd)


@settings(max_examples=25)
@given(scalars, st.integers(-40, 40))
@example(1, 2)
@example(1, -2)
def test_sums_of_the_same_point_its_opposite_and_none(nonce: int, wanted: int) -> None:
    """With R = k·G and s = r the key is k·G - (z / r)·G, whatever that is: also 0, G, or twice what was added."""
    x, y = multiple(nonce)
    if x >= ORDER or nonce == wanted % ORDER:
        return
    digest = ((nonce - wanted) * x % ORDER).to_bytes(32)
    found = recover(digest, x, x, odd=bool(y % 2))
    assert found == (None if wanted == 0 else multiple(wanted))


@pytest.mark.parametrize("r", [5, 10, 11])
def test_where_no_point_has_that_coordinate_nobody_signed(r: int) -> None:
    assert pow(r**3 + 7, (FIELD - 1) // 2, FIELD) == FIELD - 1, "no square"
    assert recover(bytes(32), r, 1, odd=False) is None
