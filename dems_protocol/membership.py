"""Joining and leaving a community: the invitation, the enrolment, and how a member shows who it is.

What travels between a bridge and the operator beside readings. Source: docs/operator-api.md.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eth_hash.auto import keccak

from dems_protocol.plants import NO_UNIT, PlantKind, decode_unit
from dems_protocol.signatures import PublicKey, Scheme, Signature, is_signed_by, is_signed_by_account
from dems_protocol.typed_data import LedgerDomain
from dems_protocol.words import (
    decode_uint,
    decode_words,
    encode_words,
    hash_words,
    require_bytes32,
    require_uint,
    tag,
)

ENROLMENT_TYPE = (
    "Enrolment(address household,bytes32 meter,uint8 scheme,uint256 keyX,uint256 keyY,uint32 zone,uint32 plantPower,"
    "uint32 batteryPower,uint32 batteryCapacity,uint8 plantKind,uint64 commissionedAt,bytes32 plantUnit,"
    "bytes32 consent,bytes32 invitation)"
)
ENROLMENT_WORDS = 14
_EARLIER_WORDS = 11
ACCESS_TYPE = "Access(address household,string path,uint64 expires)"
ACCESS_SECONDS = 300
"""How far ahead an access may expire at most."""
ACCESS_SCHEME = "DEMS"
INVITATION_PREFIX = "dems:"
SECRET_BYTES = 16
_INVITATION_VERSION = 1
_LONGEST_INVITATION = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a household signs, with its account and with its meter's key, to be let in.

    ``household`` is its account (20 bytes); powers in W, ``battery_capacity`` in Wh. Of the plant: its kind, the start of
    its operation (unix seconds, 0 unknown) and its unit's number in the Marktstammdatenregister (`plants.encode_unit`),
    which the operator checks. ``consent`` is the keccak of the text that it agreed to, ``invitation`` the keccak of the
    invitation's secret. Raises ValueError for what does not fit.
    """

    household: bytes
    meter: bytes
    key: PublicKey
    zone: int = 0
    plant_power: int = 0
    battery_power: int = 0
    battery_capacity: int = 0
    plant_kind: PlantKind = PlantKind.NONE
    commissioned_at: int = 0
    plant_unit: bytes = NO_UNIT
    consent: bytes
    invitation: bytes

    def __post_init__(self) -> None:
        if len(self.household) != 20 or not any(self.household):
            raise ValueError(f"a household is an account of 20 bytes, not {self.household.hex()}")
        require_bytes32("meter id", self.meter)
        if not any(self.meter):
            raise ValueError("a meter id must not be zero")
        require_bytes32("consent", self.consent)
        require_bytes32("invitation", self.invitation)
        for name, value in (
            ("zone", self.zone),
            ("plant power", self.plant_power),
            ("battery power", self.battery_power),
            ("battery capacity", self.battery_capacity),
        ):
            require_uint(name, value, 32)
        require_uint("start of operation", self.commissioned_at, 64)
        decode_unit(self.plant_unit)
        if (self.plant_power == 0) != (self.plant_kind is PlantKind.NONE):
            raise ValueError(f"a plant of {self.plant_power} W cannot be of kind {self.plant_kind.word}")

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(Enrolment)``."""
        return hash_words(tag(ENROLMENT_TYPE), *self._words())

    def encode(self) -> bytes:
        """Return the fourteen words of the message."""
        return encode_words(*self._words())

    @classmethod
    def decode(cls, data: bytes) -> Enrolment:
        """Read `encode`'s output; ValueError for anything else, a key that is no point of its curve included."""
        household, meter, scheme, x, y, *numbers, kind, commissioned_at, plant_unit, consent, invitation = (
            decode_words(data, ENROLMENT_WORDS)
        )
        if any(household[:12]):
            raise ValueError("the word of the household is not an address")
        zone, plant_power, battery_power, battery_capacity = (decode_uint(number, 32) for number in numbers)
        return cls(
            household=household[12:],
            meter=meter,
            key=PublicKey(Scheme(decode_uint(scheme, 8)), int.from_bytes(x), int.from_bytes(y)),
            zone=zone,
            plant_power=plant_power,
            battery_power=battery_power,
            battery_capacity=battery_capacity,
            plant_kind=PlantKind(decode_uint(kind, 8)),
            commissioned_at=decode_uint(commissioned_at, 64),
            plant_unit=plant_unit,
            consent=consent,
            invitation=invitation,
        )

    def _words(self) -> tuple[int | bytes, ...]:
        return (
            self.household,
            self.meter,
            self.key.scheme,
            self.key.x,
            self.key.y,
            self.zone,
            self.plant_power,
            self.battery_power,
            self.battery_capacity,
            self.plant_kind,
            self.commissioned_at,
            self.plant_unit,
            self.consent,
            self.invitation,
        )


def renew_enrolment(data: bytes) -> bytes:
    """Return the encoding of an enrolment that was stored as eleven words, before it told more of the plant than power.

    Its plant is solar; anything else is returned as it is.
    """
    if len(data) != _EARLIER_WORDS * 32:
        return data
    plant_power = int.from_bytes(data[6 * 32 : 7 * 32])
    kind = PlantKind.SOLAR if plant_power else PlantKind.NONE
    return data[: 9 * 32] + encode_words(kind, 0, NO_UNIT) + data[9 * 32 :]


def find_enrolment_faults(
    enrolment: Enrolment, domain: LedgerDomain, household_signature: Signature, meter_signature: Signature
) -> list[str]:
    """Return which of the two signatures is not what it should be; empty if both keys are shown to be held."""
    digest = domain.digest(enrolment.struct_hash())
    faults = []
    if not is_signed_by_account(enrolment.household, digest, household_signature):
        faults.append("is not signed by the household's account")
    if not is_signed_by(enrolment.key, digest, meter_signature):
        faults.append("is not signed by the meter's key")
    return faults


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks for a path (with its query), and until when (unix seconds) the signature is good."""

    household: bytes
    path: str
    expires: int

    def struct_hash(self) -> bytes:
        """Return EIP-712 ``hashStruct(Access)``."""
        return hash_words(tag(ACCESS_TYPE), self.household, keccak(self.path.encode()), self.expires)

    def header(self, signature: Signature) -> str:
        """Return the value of the header ``Authorization``."""
        return f"{ACCESS_SCHEME} 0x{self.household.hex()} {self.expires} 0x{signature.encode().hex()}"


def parse_access(header: str, path: str) -> tuple[Access, Signature]:
    """Read the header ``Authorization`` of a request for ``path``; ValueError says what is wrong with it."""
    parts = header.split(" ")
    if len(parts) != 4 or parts[0].upper() != ACCESS_SCHEME:
        raise ValueError("Authorization must be: DEMS <household> <expires> <signature>")
    _, household, expires, signature = parts
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 20):
        raise ValueError("expires must be a decimal number of unix seconds")
    account = parse_hex(household, 20)
    require_uint("expires", int(expires), 64)
    return Access(account, path, int(expires)), Signature.decode(parse_hex(signature, 65))


def is_access_valid(access: Access, domain: LedgerDomain, signature: Signature, now: float) -> bool:
    """Say whether the household signed this access and it is good at ``now`` (UTC s)."""
    return now <= access.expires <= now + ACCESS_SECONDS and is_signed_by_account(
        access.household, domain.digest(access.struct_hash()), signature
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the operator hands to a household: where everything is, and a secret good for one household.

    ``registry``, ``ledger`` and ``operator`` are accounts (20 bytes), ``fingerprint`` the SHA-256 of the operator's
    certificate. The secret is left out of the representation. Raises ValueError for what does not fit.
    """

    name: str
    chain_id: int
    rpc: str
    registry: bytes
    ledger: bytes
    operator_url: str
    fingerprint: bytes
    operator: bytes
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        for name, value, length in (
            ("registry", self.registry, 20),
            ("ledger", self.ledger, 20),
            ("operator", self.operator, 20),
            ("fingerprint", self.fingerprint, 32),
        ):
            if len(value) != length:
                raise ValueError(f"{name} must be {length} bytes, not {len(value)}")
        if len(self.secret) != SECRET_BYTES:
            raise ValueError(f"the secret must be {SECRET_BYTES} bytes, not {len(self.secret)}")
        if not self.operator_url.startswith("https://"):
            raise ValueError(f"operator_url must begin with https://, found {self.operator_url!r}")
        require_uint("chain_id", self.chain_id, 256)

    @property
    def secret_hash(self) -> bytes:
        """The keccak of the secret: ``invitation`` of an Enrolment."""
        return keccak(self.secret)

    def encode(self) -> str:
        """Return the line that is handed over."""
        document = {
            "v": _INVITATION_VERSION,
            "name": self.name,
            "chain_id": self.chain_id,
            "rpc": self.rpc,
            "registry": "0x" + self.registry.hex(),
            "ledger": "0x" + self.ledger.hex(),
            "operator_url": self.operator_url,
            "fingerprint": "0x" + self.fingerprint.hex(),
            "operator": "0x" + self.operator.hex(),
            "secret": "0x" + self.secret.hex(),
        }
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        return INVITATION_PREFIX + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, line: str) -> Invitation:
        """Read `encode`'s output; ValueError, which never shows the secret, says what is wrong."""
        document = _invitation_document(line.strip())
        try:
            version = document["v"]
            if version != _INVITATION_VERSION:
                raise ValueError(f"the invitation has version {version!r}, this program knows 1: update it")
            return cls(
                name=_text(document, "name"),
                chain_id=_number(document, "chain_id"),
                rpc=_text(document, "rpc"),
                registry=parse_hex(_text(document, "registry"), 20),
                ledger=parse_hex(_text(document, "ledger"), 20),
                operator_url=_text(document, "operator_url"),
                fingerprint=parse_hex(_text(document, "fingerprint"), 32),
                operator=parse_hex(_text(document, "operator"), 20),
                secret=parse_hex(_text(document, "secret"), SECRET_BYTES),
            )
        except KeyError as error:
            raise ValueError(f"the invitation lacks {error.args[0]}") from None


def parse_hex(text: str, length: int) -> bytes:
    """Return ``length`` bytes given as ``0x`` and hex digits; ValueError, without the text, for anything else."""
    if not re.fullmatch(rf"0x[0-9a-fA-F]{{{2 * length}}}", text):
        raise ValueError(f"expected 0x and {2 * length} hex digits")
    return bytes.fromhex(text.removeprefix("0x"))


def _invitation_document(line: str) -> Mapping[str, Any]:
    encoded = line.removeprefix(INVITATION_PREFIX)
    if encoded == line or len(line) > _LONGEST_INVITATION:
        raise ValueError(f"an invitation begins with {INVITATION_PREFIX} and is one line")
    try:
        document = json.loads(
            base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        )
    except ValueError, RecursionError:
        raise ValueError("the invitation is damaged: copy the whole line again") from None
    if not isinstance(document, dict):
        raise ValueError("the invitation is damaged: copy the whole line again")
    return document


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} of the invitation must be text")
    return value


def _number(document: Mapping[str, Any], key: str) -> int:
    value = document[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{key} of the invitation must be a whole number")
    return value
