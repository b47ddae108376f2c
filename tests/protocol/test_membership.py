"""Joining and leaving: invitations, enrolments, access."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from eth_utils.crypto import keccak as eth_keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.membership import (
    ENROLMENT_TYPE,
    Access,
    Enrolment,
    Invitation,
    find_enrolment_faults,
    is_access_valid,
    parse_access,
    parse_hex,
    renew_enrolment,
)
from dems_protocol.plants import PlantKind, encode_unit
from dems_protocol.registry_changes import HouseholdChange
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from tests.protocol.samples import DOMAIN, decode_or_refuse, flip_bit, number

ACCOUNT = SoftwareSigner.from_private_key(Scheme.SECP256K1, number("a household") >> 8)
METER = SoftwareSigner.from_private_key(Scheme.P256, number("a meter") >> 8)
SECRET = bytes(range(16))
ENROLMENT = Enrolment(
    household=ACCOUNT.public_key.address(),
    meter=keccak(b"meter"),
    key=METER.public_key,
    zone=3,
    plant_power=9_800,
    battery_power=5_000,
    battery_capacity=10_000,
    plant_kind=PlantKind.SOLAR,
    commissioned_at=1_588_291_200,
    plant_unit=encode_unit("SEE984033548619"),
    consent=keccak(b"I agree"),
    invitation=keccak(SECRET),
)
INVITATION = Invitation(
    name="Müsterstraße",
    chain_id=31337,
    rpc="http://127.0.0.1:8545",
    registry=b"\1" * 20,
    ledger=b"\2" * 20,
    operator_url="https://operator.example:8585",
    fingerprint=b"\3" * 32,
    operator=b"\4" * 20,
    secret=SECRET,
)


def typed(primary: str, fields: list[tuple[str, str]], message: dict[str, object], **domain: object) -> bytes:
    """Return the digest as an independent implementation of EIP-712 makes it."""
    signable = encode_typed_data(
        full_message={
            "domain": {
                "name": "DEMS",
                "version": "1",
                "chainId": DOMAIN.chain_id,
                "verifyingContract": f"0x{DOMAIN.ledger.hex()}",
            }
            | domain,
            "types": {
                "EIP712Domain": [
                    {"name": "name", "type": "string"},
                    {"name": "version", "type": "string"},
                    {"name": "chainId", "type": "uint256"},
                    {"name": "verifyingContract", "type": "address"},
                ],
                primary: [{"name": name, "type": kind} for kind, name in fields],
            },
            "primaryType": primary,
            "message": message,
        }
    )
    return eth_keccak(b"\x19" + signable.version + signable.header + signable.body)


def test_an_enrolment_is_typed_data() -> None:
    fields = [
        (kind, name)
        for kind, _, name in (
            part.partition(" ") for part in ENROLMENT_TYPE.partition("(")[2].rstrip(")").split(",")
        )
    ]
    message: dict[str, object] = {
        "household": f"0x{ENROLMENT.household.hex()}",
        "meter": ENROLMENT.meter,
        "scheme": 2,
        "keyX": METER.public_key.x,
        "keyY": METER.public_key.y,
        "zone": 3,
        "plantPower": 9_800,
        "batteryPower": 5_000,
        "batteryCapacity": 10_000,
        "plantKind": 1,
        "commissionedAt": 1_588_291_200,
        "plantUnit": ENROLMENT.plant_unit,
        "consent": ENROLMENT.consent,
        "invitation": ENROLMENT.invitation,
    }
    assert DOMAIN.digest(ENROLMENT.struct_hash()) == typed("Enrolment", fields, message)


def test_an_enrolment_of_an_earlier_version_is_read_on() -> None:
    """What was stored before the plant's kind, unit and day were part of it."""
    plain = replace(ENROLMENT, commissioned_at=0, plant_unit=bytes(32))
    for enrolment in (plain, replace(plain, plant_power=0, plant_kind=PlantKind.NONE)):
        data = enrolment.encode()
        assert Enrolment.decode(renew_enrolment(data[: 9 * 32] + data[12 * 32 :])) == enrolment
        assert renew_enrolment(data) == data


@pytest.mark.parametrize(
    "wrong",
    [
        {"plant_kind": PlantKind.NONE},
        {"plant_power": 0},
        {"commissioned_at": -1},
        {"plant_unit": b"SEE984033548610".ljust(32, b"\0")},
    ],
)
def test_a_plant_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(ENROLMENT, **wrong)


def test_access_is_typed_data() -> None:
    access = Access(ENROLMENT.household, "/v1/slots/7/leaves?x=1", 1_800_000_000)
    fields = [("address", "household"), ("string", "path"), ("uint64", "expires")]
    message: dict[str, object] = {
        "household": f"0x{access.household.hex()}",
        "path": access.path,
        "expires": access.expires,
    }
    assert DOMAIN.digest(access.struct_hash()) == typed("Access", fields, message)


def test_a_departure_is_typed_data_of_the_registry() -> None:
    change = HouseholdChange(ENROLMENT.meter, 77, 3)
    fields = [("bytes32", "meter"), ("address", "household"), ("uint64", "from"), ("uint256", "nonce")]
    message: dict[str, object] = {
        "meter": change.meter,
        "household": f"0x{bytes(20).hex()}",
        "from": 77,
        "nonce": 3,
    }
    domain = {"name": "DEMS registry", "verifyingContract": "0x" + "05" * 20}
    assert change.digest(DOMAIN.chain_id, b"\5" * 20) == typed("HouseholdChange", fields, message, **domain)


def test_an_enrolment_travels() -> None:
    assert Enrolment.decode(ENROLMENT.encode()) == ENROLMENT
    assert ENROLMENT.encode()[:64] == encode(["address", "bytes32"], [ENROLMENT.household, ENROLMENT.meter])


@settings(max_examples=60)
@given(st.integers(0, 11 * 32 * 8 - 1))
def test_a_changed_bit_is_another_enrolment_or_none(bit: int) -> None:
    changed = decode_or_refuse(Enrolment.decode, flip_bit(ENROLMENT.encode(), bit))
    assert changed is None or changed.struct_hash() != ENROLMENT.struct_hash()


def test_both_keys_sign_an_enrolment() -> None:
    digest = DOMAIN.digest(ENROLMENT.struct_hash())
    household, meter = ACCOUNT.sign(digest), METER.sign(digest)
    assert find_enrolment_faults(ENROLMENT, DOMAIN, household, meter) == []
    assert len(find_enrolment_faults(ENROLMENT, DOMAIN, meter, household)) == 2
    other = replace(ENROLMENT, plant_power=9_801)
    assert len(find_enrolment_faults(other, DOMAIN, household, meter)) == 2


def test_access_is_good_for_its_path_and_a_short_time() -> None:
    now, path = 1_800_000_000, "/v1/meters/0x00/last"
    access = Access(ENROLMENT.household, path, now + 300)
    signature = ACCOUNT.sign(DOMAIN.digest(access.struct_hash()))
    parsed, found = parse_access(access.header(signature), path)
    assert (parsed, found) == (access, signature)
    assert is_access_valid(parsed, DOMAIN, found, now)
    assert not is_access_valid(parsed, DOMAIN, found, now - 1)
    assert not is_access_valid(parsed, DOMAIN, found, now + 301)
    elsewhere, _ = parse_access(access.header(signature), path + "?all=1")
    assert not is_access_valid(elsewhere, DOMAIN, found, now)
    stranger = replace(parsed, household=b"\7" * 20)
    assert not is_access_valid(stranger, DOMAIN, found, now)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer x",
        "DEMS a b c",
        f"DEMS 0x{'1' * 40} -5 0x{'1' * 130}",
        f"DEMS 0x{'1' * 40} ٣ 0x{'1' * 130}",
        f"DEMS 0x{'1' * 40} {2**64} 0x{'1' * 130}",
        f"DEMS 0x{'1' * 40} 5 0x{'1' * 128}",
    ],
)
def test_a_header_that_says_nothing_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_access(header, "/")


def test_an_invitation_is_one_line() -> None:
    line = INVITATION.encode()
    assert line.startswith("dems:")
    assert line.isascii()
    assert "\n" not in line
    assert Invitation.decode(f"  {line}\n") == INVITATION
    assert SECRET.hex() not in repr(INVITATION)


def tampered(**changes: object) -> str:
    encoded = INVITATION.encode().removeprefix("dems:")
    document = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    for key, value in changes.items():
        document.pop(key) if value is None else document.__setitem__(key, value)
    return "dems:" + base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("demz:abc", "begins with dems:"),
        ("dems:!!!", "damaged"),
        ("dems:" + base64.urlsafe_b64encode(b"[1]").decode(), "damaged"),
        (tampered(v=2), "version 2"),
        (tampered(operator=None), "lacks operator"),
        (tampered(chain_id="7"), "chain_id"),
        (tampered(fingerprint="0x00"), "64 hex digits"),
        (tampered(operator_url="http://x"), "https://"),
        (tampered(secret="0x" + "zz" * 16), "32 hex digits"),
        ("dems:" + "a" * 5000, "one line"),
    ],
)
def test_a_damaged_invitation_says_what_is_wrong(line: str, match: str) -> None:
    with pytest.raises(ValueError, match=match) as caught:
        Invitation.decode(line)
    assert SECRET.hex() not in str(caught.value)


@given(st.text(max_size=80))
def test_no_text_breaks_the_decoder(text: str) -> None:
    for line in (text, "dems:" + text):
        try:
            Invitation.decode(line)
        except ValueError:
            continue
        raise AssertionError(line)


def test_hex_is_strict() -> None:
    assert parse_hex("0xAbcd", 2) == b"\xab\xcd"
    for text in ("abcd", "0xab cd", "0xabc", "0x_abc", "0xab\n", "0x" + "٣" * 4):
        with pytest.raises(ValueError, match="4 hex digits"):
            parse_hex(text, 2)


def test_signatures_of_another_shape_are_no_access() -> None:
    access = Access(ENROLMENT.household, "/", 100)
    assert not is_access_valid(access, DOMAIN, Signature(0, 0, 0), 50)
