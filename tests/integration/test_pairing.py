"""The client's half of pairing agrees with the bridge's, bit by bit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.dems.pairing import InvalidCode, Transcript, canonical_code, derive_key
from openems_bridge.api import pairing as bridges

KEY = derive_key("7QX2M4KD9TRB", bytes(16))


def test_key_is_the_bridges() -> None:
    assert bridges.pairing_key("7qx2-m4kd-9trb", bytes(16)) == KEY


@pytest.mark.parametrize("typed", ["7qx2-m4kd-9trb", " 7QX2 M4KD 9TRB ", "7QX2M4KD9TRB"])
def test_code_is_read_however_it_is_typed(typed: str) -> None:
    assert canonical_code(typed) == "7QX2M4KD9TRB"


def test_lookalikes() -> None:
    assert canonical_code("iIlL-oO00-1111") == "111100001111"


@pytest.mark.parametrize("typed", ["", "7QX2-M4KD", "7QX2-M4KD-9TRBB", "7QX2-M4KD-9TRU", "ÄÖÜ2-M4KD-9TRB"])
def test_what_cannot_be_a_code(typed: str) -> None:
    with pytest.raises(InvalidCode):
        canonical_code(typed)


@settings(max_examples=50)
@given(
    pairing_id=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    nonces=st.tuples(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32)),
    fingerprint=st.binary(min_size=32, max_size=32),
    other=st.binary(min_size=32, max_size=32),
)
def test_proofs_are_the_bridges_and_bound_to_the_certificate(
    pairing_id: str, nonces: tuple[bytes, bytes], fingerprint: bytes, other: bytes
) -> None:
    seen = Transcript(
        pairing_id=pairing_id, client_nonce=nonces[0], server_nonce=nonces[1], fingerprint=fingerprint
    )
    spoken = bridges.transcript(pairing_id, nonces[0], nonces[1], fingerprint)
    assert seen.client_proof(KEY) == bridges.client_proof(KEY, spoken).hex()
    assert seen.is_server_proof(KEY, bridges.server_proof(KEY, spoken).hex())
    assert not seen.is_server_proof(KEY, seen.client_proof(KEY)), "our own proof sent back proves nothing"
    elsewhere = bridges.server_proof(KEY, bridges.transcript(pairing_id, nonces[0], nonces[1], other)).hex()
    assert seen.is_server_proof(KEY, elsewhere) is (other == fingerprint)
    assert not seen.is_server_proof(KEY, "ö")
