"""A household asks to be let in, or leaves: what is asked of it, and what it is told. No chain here: see registrar."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from eth_hash.auto import keccak

from community.chain.registry import Registry
from community.store import members
from community.store.members import InvitationUnknown, Leaving, MeterTaken, Status, StoredEnrolment
from dems_protocol.membership import Enrolment, find_enrolment_faults
from dems_protocol.registry_changes import HouseholdChange
from dems_protocol.signatures import Signature, is_signed_by_account
from dems_protocol.typed_data import LedgerDomain


class Standing(StrEnum):
    """What a household is told."""

    WAITING = "waiting"
    MEMBER = "member"
    REFUSED = "refused"
    LEFT = "left"


class EnrolmentRefused(Exception):
    """An enrolment cannot be taken. ``kind`` is stable (docs/operator-api.md); the text says what to do."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """An enrolment with both signatures and the secret of the invitation."""

    enrolment: Enrolment
    household_signature: Signature
    meter_signature: Signature
    secret: bytes


@dataclass(frozen=True, slots=True)
class LeaveChange:
    """A meter that leaves from a slot on, with the household's signature for the registry."""

    meter: bytes
    first_slot: int
    signature: Signature


def require_sound(request: EnrolmentRequest, domain: LedgerDomain, consent: bytes) -> None:
    """Check what an enrolment claims. Raises EnrolmentRefused. Takes milliseconds."""
    enrolment = request.enrolment
    if keccak(request.secret) != enrolment.invitation:
        raise EnrolmentRefused(
            403, "invitation-unknown", "The invitation's secret is not the one that was signed."
        )
    if enrolment.consent != consent:
        raise EnrolmentRefused(
            422,
            "consent-differs",
            "The household agreed to another text than GET /v1/info shows: read it again.",
        )
    faults = find_enrolment_faults(enrolment, domain, request.household_signature, request.meter_signature)
    if faults:
        raise EnrolmentRefused(422, "bad-signature", f"The enrolment {' and '.join(faults)}.")


def keep_enrolment(
    connection: sqlite3.Connection, request: EnrolmentRequest, registry: Registry, *, approved: bool, now: int
) -> StoredEnrolment:
    """Keep a sound enrolment, waiting or approved at once; the same one again answers as the first time.

    Raises EnrolmentRefused.
    """
    enrolment = request.enrolment
    owner = registry.last_household(enrolment.meter)
    key_owner = registry.meter_of_key(enrolment.key)
    if owner not in (None, enrolment.household) or key_owner not in (None, enrolment.meter):
        raise _meter_taken()
    try:
        return members.enrol(
            connection,
            enrolment,
            request.household_signature,
            request.meter_signature,
            Status.APPROVED if approved else Status.WAITING,
            now,
        )
    except InvitationUnknown:
        raise EnrolmentRefused(
            403,
            "invitation-unknown",
            "There is no such invitation, or another household used it: ask for a new one.",
        ) from None
    except MeterTaken:
        raise _meter_taken() from None


def _meter_taken() -> EnrolmentRefused:
    return EnrolmentRefused(
        409,
        "meter-taken",
        "This meter or its key belongs to another household, or is enrolled with other data.",
    )


def standing_of(enrolments: Sequence[StoredEnrolment]) -> tuple[Standing, str | None]:
    """Return how a household stands, and why it was refused."""
    statuses = {each.status for each in enrolments}
    if statuses & {Status.MEMBER, Status.LEAVING}:
        return Standing.MEMBER, None
    if statuses & {Status.WAITING, Status.APPROVED}:
        return Standing.WAITING, None
    newest = enrolments[-1]
    return (Standing.REFUSED, newest.reason) if newest.status is Status.REFUSED else (Standing.LEFT, None)


def leave(
    connection: sqlite3.Connection,
    household: bytes,
    changes: Sequence[LeaveChange],
    *,
    chain_id: int,
    registry: bytes,
    nonces: dict[bytes, int],
    current_slot: int,
    delayed_slot: int,
    now: int,
) -> None:
    """Let a household's meters leave: by its signed changes at once, the others after the registry's delay.

    Idempotent. ``nonces`` are the registry's of the signed meters. Raises EnrolmentRefused for a wrong signature.
    """
    signed = {change.meter: change for change in changes}
    for change in changes:
        _require_signed(household, change, chain_id, registry, nonces, current_slot)
    for each in members.of_household(connection, household):
        meter = each.enrolment.meter
        if each.status in (Status.WAITING, Status.APPROVED):
            members.change(connection, each.enrolment, Status.LEFT, now)
        elif each.status is Status.MEMBER:
            found = signed.get(meter)
            leaving = Leaving(found.first_slot, found.signature) if found else Leaving(delayed_slot, None)
            members.leave(connection, each.enrolment, leaving, now)


def _require_signed(
    household: bytes,
    change: LeaveChange,
    chain_id: int,
    registry: bytes,
    nonces: dict[bytes, int],
    current_slot: int,
) -> None:
    message = HouseholdChange(change.meter, change.first_slot, nonces.get(change.meter, 0))
    if not is_signed_by_account(household, message.digest(chain_id, registry), change.signature):
        raise EnrolmentRefused(
            422,
            "bad-signature",
            f"The change of meter 0x{change.meter.hex()} is not signed by its household for nonce {message.nonce}.",
        )
    if change.first_slot <= current_slot:
        raise EnrolmentRefused(
            422,
            "wrong-slot",
            f"A meter can leave from slot {current_slot + 1} on, not from {change.first_slot}.",
        )
