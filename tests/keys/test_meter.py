"""A meter's key with its secret, as they are kept."""

import json

import pytest

from dems_node.keys.errors import KeysUnusable
from dems_node.keys.meter import MeterKeys, TpmKeyReference, new_meter_secret, new_software_key
from dems_protocol.signatures import Scheme, is_signed_by


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_key_in_software_comes_back_and_signs(scheme: Scheme) -> None:
    keys = MeterKeys(new_software_key(scheme), new_meter_secret())
    found = MeterKeys.decode(keys.encode())
    assert found == keys
    signature = found.signer(lambda _: pytest.fail("no TPM is needed")).sign(b"\x22" * 32)
    assert is_signed_by(keys.public_key, b"\x22" * 32, signature)


def test_a_reference_to_a_tpm_comes_back() -> None:
    public = new_software_key(Scheme.P256).public_key
    keys = MeterKeys(TpmKeyReference(0x81080000, public, b"authorisation"), new_meter_secret())
    assert MeterKeys.decode(keys.encode()) == keys
    assert "private_key" not in json.loads(keys.encode())


def test_no_two_are_alike() -> None:
    assert new_meter_secret() != new_meter_secret()
    assert new_software_key(Scheme.P256) != new_software_key(Scheme.P256)


def test_the_representation_shows_nothing() -> None:
    key = new_software_key(Scheme.SECP256K1)
    keys = MeterKeys(key, new_meter_secret())
    reference = TpmKeyReference(1, key.public_key, b"authorisation")
    for secret in (
        keys.secret.material.hex(),
        repr(keys.secret.material),
        str(key.private_key),
        f"{key.private_key:x}",
    ):
        assert secret not in repr(keys)
    assert "authorisation" not in repr(reference)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("version", None),
        ("scheme", 3),
        ("x", "00"),
        ("x", "no hex"),
        ("secret", "00"),
        ("private_key", "0"),
        ("private_key", "01"),
        ("private_key", None),
    ],
)
def test_what_is_damaged_is_refused_without_being_shown(field: str, value: object) -> None:
    keys = MeterKeys(new_software_key(Scheme.P256), new_meter_secret())
    damaged = json.loads(keys.encode()) | {field: value}
    with pytest.raises(KeysUnusable, match="restore the backup") as refused:
        MeterKeys.decode(json.dumps(damaged).encode())
    assert refused.value.__cause__ is None
    assert keys.secret.material.hex() not in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b"\xff"])
def test_what_is_no_meter_key_is_refused(data: bytes) -> None:
    with pytest.raises(KeysUnusable):
        MeterKeys.decode(data)
