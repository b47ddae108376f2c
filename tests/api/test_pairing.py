"""The pairing protocol without a network."""

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_node.https.problems import Problem
from openems_bridge.api.pairing import (
    CALLS_PER_MINUTE,
    CODE_ALPHABET,
    CODE_SECONDS,
    PEERS_REMEMBERED,
    PENDING_ALLOWED,
    WRONG_PROOFS_ALLOWED,
    PairingDesk,
    PreparedCode,
    Started,
    canonical_code,
    client_proof,
    pairing_key,
    prepare_code,
    server_proof,
    transcript,
)
from tests.api.clock import FakeClock

FINGERPRINT = b"f" * 32
NONCE = b"n" * 32
PREPARED = PreparedCode("7K3M-9QXP-W2ZD", b"s" * 16, b"k" * 32)
VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "pairing_vectors.json").read_text())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(clock: FakeClock) -> PairingDesk:
    desk = PairingDesk(FINGERPRINT, clock)
    desk.open(PREPARED)
    return desk


def _proof(started: Started, *, fingerprint: bytes = FINGERPRINT, key: bytes = PREPARED.key) -> bytes:
    return client_proof(key, transcript(started.pairing_id, NONCE, started.server_nonce, fingerprint))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["about"]))
def test_vectors(vector: dict[str, Any]) -> None:
    key = pairing_key(vector["code"], bytes.fromhex(vector["salt"]))
    spoken = transcript(
        vector["pairing_id"],
        bytes.fromhex(vector["client_nonce"]),
        bytes.fromhex(vector["server_nonce"]),
        bytes.fromhex(vector["fingerprint"]),
    )
    assert canonical_code(vector["code"]) == vector["canonical"]
    assert key.hex() == vector["key"]
    assert spoken.hex() == vector["transcript"]
    assert client_proof(key, spoken).hex() == vector["client_proof"]
    assert server_proof(key, spoken).hex() == vector["server_proof"]


def test_a_vector_computed_from_the_text_of_the_contract() -> None:
    vector = VECTORS[0]
    key = hashlib.scrypt(b"7K3M9QXPW2ZD", salt=bytes.fromhex(vector["salt"]), n=16384, r=8, p=1, dklen=32)
    message = (
        b"dems-pair-client"
        + vector["pairing_id"].encode()
        + b"\0"
        + bytes.fromhex(vector["client_nonce"] + vector["server_nonce"] + vector["fingerprint"])
    )
    assert hmac.new(key, message, "sha256").hexdigest() == vector["client_proof"]


def test_a_code_has_twelve_characters_in_three_groups() -> None:
    prepared = prepare_code()
    assert re.fullmatch(rf"[{CODE_ALPHABET}]{{4}}(-[{CODE_ALPHABET}]{{4}}){{2}}", prepared.code)
    assert prepared.key == pairing_key(prepared.code.lower(), prepared.salt)
    assert prepared.code not in repr(prepared)
    assert prepare_code().code != prepared.code


@given(st.text(alphabet=CODE_ALPHABET, min_size=12, max_size=12))
def test_a_canonical_code_stays_as_it_is(code: str) -> None:
    assert canonical_code(code) == code
    assert canonical_code(f" {code[:4].lower()}-{code[4:8]}-{code[8:]} ") == code


def test_right_proof_closes_the_code(desk: PairingDesk) -> None:
    started = desk.start(NONCE, "HA", "peer")
    proven = desk.finish(started.pairing_id, _proof(started), "peer")
    spoken = transcript(started.pairing_id, NONCE, started.server_nonce, FINGERPRINT)
    assert proven.name == "HA"
    assert proven.proof == server_proof(PREPARED.key, spoken)
    assert not desk.is_open


def test_a_proof_over_another_certificate_is_wrong(desk: PairingDesk) -> None:
    started = desk.start(NONCE, "HA", "peer")
    with pytest.raises(Problem) as refused:
        desk.finish(started.pairing_id, _proof(started, fingerprint=b"m" * 32), "peer")
    assert (refused.value.status, refused.value.kind) == (403, "wrong-code")


def test_the_bridges_own_proof_is_no_clients_proof(desk: PairingDesk) -> None:
    started = desk.start(NONCE, "HA", "peer")
    spoken = transcript(started.pairing_id, NONCE, started.server_nonce, FINGERPRINT)
    with pytest.raises(Problem):
        desk.finish(started.pairing_id, server_proof(PREPARED.key, spoken), "peer")


def test_a_pairing_id_is_good_for_one_proof(desk: PairingDesk) -> None:
    started = desk.start(NONCE, "HA", "peer")
    with pytest.raises(Problem):
        desk.finish(started.pairing_id, b"x" * 32, "peer")
    with pytest.raises(Problem) as refused:
        desk.finish(started.pairing_id, _proof(started), "peer")
    assert refused.value.kind == "no-pairing-open"
    assert desk.is_open


def test_five_wrong_proofs_close_the_code(desk: PairingDesk) -> None:
    for attempt in range(WRONG_PROOFS_ALLOWED):
        assert desk.is_open, attempt
        started = desk.start(NONCE, "HA", "peer")
        with pytest.raises(Problem):
            desk.finish(started.pairing_id, b"x" * 32, "peer")
    assert not desk.is_open
    with pytest.raises(Problem) as refused:
        desk.start(NONCE, "HA", "peer")
    assert refused.value.status == 409


def test_a_code_ends_after_ten_minutes(desk: PairingDesk, clock: FakeClock) -> None:
    started = desk.start(NONCE, "HA", "peer")
    clock.advance(CODE_SECONDS - 1)
    assert desk.is_open
    clock.advance(1)
    assert not desk.is_open
    with pytest.raises(Problem) as refused:
        desk.finish(started.pairing_id, _proof(started), "peer")
    assert refused.value.kind == "no-pairing-open"


def test_a_new_code_makes_the_old_one_useless(desk: PairingDesk) -> None:
    started = desk.start(NONCE, "HA", "peer")
    desk.open(PreparedCode("other", b"t" * 16, b"l" * 32))
    with pytest.raises(Problem) as refused:
        desk.finish(started.pairing_id, _proof(started), "peer")
    assert refused.value.kind == "no-pairing-open"


def test_calls_are_limited_for_each_peer(desk: PairingDesk, clock: FakeClock) -> None:
    for _ in range(CALLS_PER_MINUTE):
        desk.start(NONCE, "HA", "attacker")
    with pytest.raises(Problem) as refused:
        desk.start(NONCE, "HA", "attacker")
    assert refused.value.status == 429
    assert desk.start(NONCE, "HA", "owner")
    clock.advance(61)
    assert desk.start(NONCE, "HA", "attacker")


def test_pending_pairings_are_bounded_and_the_newest_survives(desk: PairingDesk) -> None:
    begun = [desk.start(NONCE, "HA", f"peer{number}") for number in range(PENDING_ALLOWED + 1)]
    with pytest.raises(Problem) as refused:
        desk.finish(begun[0].pairing_id, _proof(begun[0]), "owner")
    assert refused.value.kind == "no-pairing-open"
    assert desk.finish(begun[-1].pairing_id, _proof(begun[-1]), "owner")


def test_many_peers_do_not_use_up_memory(desk: PairingDesk) -> None:
    for number in range(PEERS_REMEMBERED * 2):
        desk.start(NONCE, "HA", f"peer{number}")
    assert desk.remembered_peers == PEERS_REMEMBERED
