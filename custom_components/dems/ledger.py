"""The ledger as Home Assistant sees it: membership, the last slot's anchoring, and what netting gave. Energies in Wh."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, Self

from .document import Reader, Reason, moment
from .errors import InvalidAnswer

WEI: int = 10**18
"""Parts of the chain's currency that its own accounts are kept in."""
LONGEST_CONSENT = 20_000
"""Characters. A consent text that nobody could read is not shown in part."""


class Membership(StrEnum):
    """How far the household has come with its community."""

    JOINING = "joining"
    WAITING = "waiting"
    MEMBER = "member"
    REFUSED = "refused"
    LEFT = "left"


class Connection(StrEnum):
    """Whether the bridge reaches the operator, or the chain."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    WRONG_CHAIN = "wrong_chain"


class AnchorStatus(StrEnum):
    """What became of the last slot's reading."""

    WAITING = "waiting"
    RECEIVED = "received"
    PUBLISHED = "published"
    VERIFIED = "verified"
    LATE = "late"
    INCLUDED = "included"
    REFUSED = "refused"
    EXCLUDED = "excluded"
    NOT_VERIFIED = "not_verified"


REFUSED = frozenset({AnchorStatus.REFUSED, AnchorStatus.EXCLUDED})
"""The reading does not count, and only a person can do something about it."""
ANCHORED = frozenset({AnchorStatus.VERIFIED, AnchorStatus.INCLUDED})
"""The reading counts, and the bridge has seen so by itself."""


def slot_start(slot: int, slot_seconds: int | None, path: str) -> datetime | None:
    """Return when a slot begins, None while the length of slots is unknown. Raises InvalidAnswer."""
    return None if slot_seconds is None else moment(slot * slot_seconds, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """The community and what connects the household with it. ``balance`` is in wei."""

    name: str | None
    status: Membership | None
    reason: Reason | None
    operator: Connection | None
    chain: Connection | None
    chain_id: int | None
    household: str | None
    meter: str | None
    balance: float | None
    pending_transactions: int | None
    read_only: bool | None
    key_backed_up: bool | None
    problem: Reason | None

    @property
    def is_member(self) -> bool:
        """Whether the household has been admitted."""
        return self.status is Membership.MEMBER

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``community``."""
        return cls(
            name=values.text("name"),
            status=values.choice("status", Membership),
            reason=values.reason("reason"),
            operator=values.choice("operator", Connection),
            chain=values.choice("chain", Connection),
            chain_id=values.integer("chain_id"),
            household=values.text("household"),
            meter=values.text("meter"),
            # More than 2^64 wei (18 units of the currency) arrives as a float.
            balance=values.number("balance"),
            pending_transactions=values.integer("pending_transactions"),
            read_only=values.flag("read_only"),
            key_backed_up=values.flag("key_backed_up"),
            problem=values.reason("problem"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What became of the last slot's reading, and how many wait."""

    slot: int | None
    start: datetime | None
    status: AnchorStatus | None
    reason: Reason | None
    waiting: int | None
    last_verified_slot: int | None
    last_verified_end: datetime | None
    leaves: int | None
    late: int | None

    @classmethod
    def read(cls, values: Reader, slot_seconds: int | None) -> Self:
        """Read the section ``anchor``."""
        slot, verified = values.integer("slot"), values.integer("last_verified_slot")
        return cls(
            slot=slot,
            start=None if slot is None else slot_start(slot, slot_seconds, "anchor.slot"),
            status=values.choice("status", AnchorStatus),
            reason=values.reason("reason"),
            waiting=values.integer("waiting"),
            last_verified_slot=verified,
            last_verified_end=None
            if verified is None
            else slot_start(verified + 1, slot_seconds, "anchor.last_verified_slot"),
            leaves=values.integer("leaves"),
            late=values.integer("late"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Certificates of one kind that the household holds. ``id`` is a token id, 0x and 64 hex digits.

    ``origin`` says what the chain knows of where they come from, empty where that is not known.
    """

    id: str
    energy: int
    origin: Mapping[str, str | int | float | bool]

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read one of ``netting.certificates``."""
        return cls(
            id=values.required_text("id"),
            energy=values.required_integer("amount_wh"),
            origin=_origin(values.object("origin")),
        )


def _origin(values: Reader | None) -> Mapping[str, str | int | float | bool]:
    """Return a certificate's origin with its times as texts (ISO 8601)."""
    if values is None:
        return {}
    times = {key: values.moment(key) for key in ("from", "to", "issued_at", "commissioned_at")}
    told: dict[str, str | int | float | bool | None] = {
        **{key: None if time is None else time.isoformat() for key, time in times.items()},
        "issuer": values.text("issuer"),
        "plant_kind": values.text("plant_kind"),
        "plant_power": values.integer("plant_power"),
        "plant_unit": values.text("plant_unit"),
        "with_storage": values.flag("with_storage"),
    }
    return {key: value for key, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Netting:
    """The last slot that was opened: energies inside and outside the community, and what the household holds."""

    slot: int | None
    start: datetime | None
    phase: str | None
    withdrawal_inside: int | None
    withdrawal_outside: int | None
    feed_in_inside: int | None
    feed_in_outside: int | None
    share: float | None
    account: int | None
    certified: int | None
    certificates: tuple[Certificate, ...]

    @classmethod
    def read(cls, values: Reader, slot_seconds: int | None) -> Self:
        """Read the section ``netting``."""
        slot = values.integer("slot")
        return cls(
            slot=slot,
            start=None if slot is None else slot_start(slot, slot_seconds, "netting.slot"),
            phase=values.text("phase"),
            withdrawal_inside=values.integer("withdrawal_inside"),
            withdrawal_outside=values.integer("withdrawal_outside"),
            feed_in_inside=values.integer("feed_in_inside"),
            feed_in_outside=values.integer("feed_in_outside"),
            share=values.number("share"),
            account=values.integer("account_wh"),
            certified=values.integer("certificates_wh"),
            certificates=tuple(Certificate.read(one) for one in values.objects("certificates")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an invitation leads to, before anything is agreed: the community, and what its operator will see."""

    name: str
    operator_url: str
    fingerprint: str
    household: str | None
    consent_text: str
    consent: str
    """What is sent back to agree to exactly this text: its keccak, 0x and 64 hex digits."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read the answer to ``POST /v1/community/invitation``. Raises InvalidAnswer."""
        values = Reader("invitation", document)
        text = values.required_text("consent_text")
        if len(text) > LONGEST_CONSENT:
            raise InvalidAnswer(
                f"invitation.consent_text: at most {LONGEST_CONSENT} characters were expected"
            )
        return cls(
            name=values.required_text("name"),
            operator_url=values.required_text("operator_url"),
            fingerprint=values.required_text("fingerprint"),
            household=values.text("household"),
            consent_text=text,
            consent=values.required_text("consent"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledSlot:
    """What a slot gave the household, Wh: inside the community and outside, both ways. None where it is unknown."""

    slot: int
    start: datetime
    withdrawal_inside: int | None
    withdrawal_outside: int | None
    feed_in_inside: int | None
    feed_in_outside: int | None


def read_settlement(document: Mapping[str, Any]) -> list[SettledSlot]:
    """Read the answer to ``GET /v1/settlement``: the slots that are decided, oldest first.

    Raises InvalidAnswer, also where an energy is negative or the slots are not in order.
    """
    values = Reader("settlement", document)
    slot_seconds = values.required_integer("slot_seconds")
    if slot_seconds <= 0:
        raise InvalidAnswer(f"settlement.slot_seconds: {slot_seconds} is no length of a slot")
    settled = [_settled(row, slot_seconds) for row in values.objects("slots")]
    if any(after.slot <= before.slot for before, after in pairwise(settled)):
        raise InvalidAnswer("settlement.slots: ascending slots were expected")
    return settled


def _settled(values: Reader, slot_seconds: int) -> SettledSlot:
    slot = values.required_integer("slot")
    energies = {
        key: values.integer(key)
        for key in ("withdrawal_inside", "withdrawal_outside", "feed_in_inside", "feed_in_outside")
    }
    if negative := [key for key, energy in energies.items() if energy is not None and energy < 0]:
        raise InvalidAnswer(f"settlement.slots.{negative[0]}: an energy cannot be negative (slot {slot})")
    start = moment(slot * slot_seconds, "settlement.slots.slot")
    return SettledSlot(slot=slot, start=start, **energies)
