"""Meter keys in a TPM, against swtpm: made there, sign there, never leave it."""

import subprocess
from pathlib import Path

import pytest

from dems_node.keys.errors import TpmFailed, TpmKeyLost, TpmUnavailable
from dems_node.keys.meter import TpmKeyReference
from dems_node.keys.tpm import FIRST_HANDLE, Tpm, TpmSigner, parse_signature
from dems_protocol.signatures import Scheme, is_signed_by
from tests.keys.places import simulated_tpm

DIGEST = b"\x33" * 32
_HALF_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2


@pytest.fixture(scope="module")
def tpm(tpm_tcti: str) -> Tpm:
    return Tpm(tpm_tcti)


@pytest.fixture(scope="module")
def key(tpm: Tpm) -> TpmKeyReference:
    return tpm.create_key()


def test_it_signs_what_the_contracts_accept_with_low_s(tpm: Tpm, key: TpmKeyReference) -> None:
    signer = TpmSigner(tpm, key)
    assert signer.public_key.scheme is Scheme.P256
    for number in range(12):  # either half of s comes up
        digest = bytes([number]) * 32
        signature = signer.sign(digest)
        assert is_signed_by(signer.public_key, digest, signature)
        assert signature.s <= _HALF_ORDER
        assert signature.v == 0


def test_the_key_cannot_leave_the_tpm(tpm_tcti: str, key: TpmKeyReference) -> None:
    told = subprocess.run(
        ("tpm2_readpublic", "-c", f"{key.handle:#x}", "-T", tpm_tcti),
        capture_output=True,
        check=True,
        timeout=20,
    ).stdout.decode()
    for attribute in ("fixedtpm", "fixedparent", "sensitivedataorigin", "sign"):
        assert attribute in told
    assert "decrypt" not in told


def test_it_is_still_there_when_opened_again(tpm_tcti: str, key: TpmKeyReference) -> None:
    again = Tpm(tpm_tcti)
    assert again.public_key(key.handle) == key.public_key
    assert is_signed_by(key.public_key, DIGEST, again.sign(key, DIGEST))


def test_a_second_key_is_another_one_and_replaces_nothing(tpm: Tpm, key: TpmKeyReference) -> None:
    second = tpm.create_key()
    assert second.handle != key.handle
    assert second.handle >= FIRST_HANDLE
    assert second.public_key != key.public_key
    assert tpm.public_key(key.handle) == key.public_key
    tpm.remove_key(second.handle)
    with pytest.raises(TpmKeyLost, match=f"{second.handle:#x}"):
        tpm.public_key(second.handle)


def test_without_the_authorisation_nobody_signs(tpm: Tpm, key: TpmKeyReference) -> None:
    with pytest.raises(TpmFailed, match="authorization failure") as refused:
        tpm.sign(TpmKeyReference(key.handle, key.public_key, b"another"), DIGEST)
    assert key.authorisation.decode() not in str(refused.value)


def test_another_key_at_the_handle_is_noticed(tpm: Tpm, key: TpmKeyReference) -> None:
    other = tpm.create_key()
    mixed = TpmKeyReference(other.handle, key.public_key, other.authorisation)
    with pytest.raises(TpmKeyLost, match="replace-meter-key"):
        tpm.sign(mixed, DIGEST)
    tpm.remove_key(other.handle)


def test_an_empty_handle_is_a_refusal(tpm: Tpm, key: TpmKeyReference) -> None:
    with pytest.raises(TpmFailed):
        tpm.sign(TpmKeyReference(FIRST_HANDLE + 99, key.public_key, key.authorisation), DIGEST)


def test_only_digests_are_signed(tpm: Tpm, key: TpmKeyReference) -> None:
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        tpm.sign(key, DIGEST[1:])


def test_another_tpm_does_not_have_the_key(key: TpmKeyReference) -> None:
    with simulated_tpm() as tcti, pytest.raises(TpmKeyLost, match="another machine's"):
        Tpm(tcti).public_key(key.handle)


def test_no_tpm(tmp_path: Path) -> None:
    with pytest.raises(TpmUnavailable, match="no TPM that can be reached"):
        Tpm(f"swtpm:path={tmp_path}/none").create_key()


def test_no_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(TpmUnavailable, match="apt install tpm2-tools"):
        Tpm().public_key(FIRST_HANDLE)


def test_a_tpm_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(command: tuple[str, ...], **options: float) -> None:
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(subprocess, "run", hangs)
    with pytest.raises(TpmFailed, match="did not answer tpm2_getcap within"):
        Tpm().public_key(FIRST_HANDLE)


def test_signatures_as_old_and_new_tools_write_them() -> None:
    raw = bytes.fromhex("11" * 32 + "22" * 32)
    der = bytes.fromhex("3044" + "0220" + "11" * 32 + "0220" + "22" * 32)
    assert parse_signature(raw) == parse_signature(der)
    for garbage in (b"", b"\x30", raw[:-1], der + b"\0"):
        with pytest.raises(TpmFailed):
            parse_signature(garbage)
