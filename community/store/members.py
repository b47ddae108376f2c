"""Invitations and enrolments."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from community.chain.registry import RegisteredPlant
from dems_protocol.contracts.structs import Plant, Source
from dems_protocol.membership import Enrolment
from dems_protocol.signatures import Signature
from dems_protocol.words import decode_words, encode_words


class Status(StrEnum):
    """How far an enrolment came. ``APPROVED`` is decided but not yet on chain, ``LEAVING`` not yet off it."""

    WAITING = "waiting"
    APPROVED = "approved"
    MEMBER = "member"
    REFUSED = "refused"
    LEAVING = "leaving"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Leaving:
    """From which slot on a meter leaves, and the household's signature for the registry; None waits for its delay."""

    first_slot: int
    signature: Signature | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEnrolment:
    """A household's wish to bring in a meter, and what became of it. Times are unix seconds."""

    enrolment: Enrolment
    household_signature: Signature
    meter_signature: Signature
    status: Status
    reason: str | None
    first_slot: int | None
    leaving: Leaving | None
    received_at: int
    approved_plant: RegisteredPlant | None = None

    @property
    def plant(self) -> RegisteredPlant:
        """What the registry is to say of the plant: as the operator approved it, else as the household told it."""
        if self.approved_plant is not None:
            return self.approved_plant
        enrolment = self.enrolment
        plant = Plant(
            power_watts=enrolment.plant_power,
            storage_watt_hours=enrolment.battery_capacity,
            commissioned_at=enrolment.commissioned_at,
            source=Source(enrolment.plant_kind),
        )
        return RegisteredPlant(plant, enrolment.plant_unit)


class InvitationUnknown(Exception):
    """There is no such invitation, or another household used it."""


class MeterTaken(Exception):
    """Another household has this meter, or is about to."""


_SELECT = (
    "SELECT message, household_signature, meter_signature, status, reason, first_slot, leaving, received_at, "
    "plant FROM enrolment"
)


def invite(connection: sqlite3.Connection, secret_hash: bytes, note: str, now: int) -> None:
    """Keep a new invitation: the hash of its secret, and a note that tells people whom it is for."""
    connection.execute(
        "INSERT INTO invitation (secret_hash, note, created_at) VALUES (?, ?, ?)", (secret_hash, note, now)
    )


def count_open_invitations(connection: sqlite3.Connection) -> int:
    """Return how many invitations nobody has used."""
    (count,) = connection.execute("SELECT COUNT(*) FROM invitation WHERE household IS NULL").fetchone()
    return int(count)


def enrol(
    connection: sqlite3.Connection,
    enrolment: Enrolment,
    household_signature: Signature,
    meter_signature: Signature,
    status: Status,
    now: int,
) -> StoredEnrolment:
    """Keep an enrolment and take its invitation; the same one again changes nothing.

    A household that was refused, or left, may ask anew. Raises InvitationUnknown, MeterTaken.
    """
    _take_invitation(connection, enrolment)
    known = of_meter(connection, enrolment.meter)
    if known is not None and known.enrolment.household != enrolment.household:
        raise MeterTaken
    before = find(connection, enrolment.household, enrolment.meter)
    if before is not None and before.status not in (Status.REFUSED, Status.LEFT):
        if before.enrolment != enrolment:
            raise MeterTaken
        return before
    connection.execute(
        "INSERT OR REPLACE INTO enrolment (household, meter, message, household_signature, meter_signature, status, "
        "received_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            enrolment.household,
            enrolment.meter,
            enrolment.encode(),
            household_signature.encode(),
            meter_signature.encode(),
            status,
            now,
            now,
        ),
    )
    found = find(connection, enrolment.household, enrolment.meter)
    assert found is not None  # noqa: S101
    return found


def _take_invitation(connection: sqlite3.Connection, enrolment: Enrolment) -> None:
    row = connection.execute(
        "SELECT household FROM invitation WHERE secret_hash = ?", (enrolment.invitation,)
    ).fetchone()
    if row is None or row[0] not in (None, enrolment.household):
        raise InvitationUnknown
    connection.execute(
        "UPDATE invitation SET household = ? WHERE secret_hash = ?",
        (enrolment.household, enrolment.invitation),
    )


def find(connection: sqlite3.Connection, household: bytes, meter: bytes) -> StoredEnrolment | None:
    """Return the enrolment of a household's meter."""
    rows = connection.execute(f"{_SELECT} WHERE household = ? AND meter = ?", (household, meter)).fetchall()
    return _stored(rows[0]) if rows else None


def of_meter(connection: sqlite3.Connection, meter: bytes) -> StoredEnrolment | None:
    """Return the enrolment that a meter is bound to: not one that was refused, or left."""
    rows = connection.execute(
        f"{_SELECT} WHERE meter = ? AND status NOT IN ('refused', 'left')", (meter,)
    ).fetchall()
    return _stored(rows[0]) if rows else None


def of_household(connection: sqlite3.Connection, household: bytes) -> list[StoredEnrolment]:
    """Return a household's enrolments, oldest first."""
    rows = connection.execute(f"{_SELECT} WHERE household = ? ORDER BY received_at, meter", (household,))
    return [_stored(row) for row in rows]


def all_enrolments(connection: sqlite3.Connection) -> list[StoredEnrolment]:
    """Return every enrolment, oldest first."""
    rows = connection.execute(f"{_SELECT} ORDER BY received_at, meter")
    return [_stored(row) for row in rows]


def with_status(connection: sqlite3.Connection, *statuses: Status) -> list[StoredEnrolment]:
    """Return the enrolments that came so far, oldest first."""
    return [each for each in all_enrolments(connection) if each.status in statuses]


def battery_power(connection: sqlite3.Connection, meter: bytes) -> int:
    """Return the battery's power in W that a meter was enrolled with; 0 where nothing is known."""
    found = of_meter(connection, meter)
    return 0 if found is None else found.enrolment.battery_power


def battery_totals(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return capacity (Wh) and power (W) of all members' batteries."""
    rows = connection.execute("SELECT message FROM enrolment WHERE status = ?", (Status.MEMBER,))
    found = [Enrolment.decode(message) for (message,) in rows]
    return (
        sum(enrolment.battery_capacity for enrolment in found),
        sum(enrolment.battery_power for enrolment in found),
    )


def change(
    connection: sqlite3.Connection,
    enrolment: Enrolment,
    status: Status,
    now: int,
    *,
    reason: str | None = None,
    first_slot: int | None = None,
) -> None:
    """Let an enrolment come to a status; ``first_slot`` is kept where it is None."""
    connection.execute(
        "UPDATE enrolment SET status = ?, reason = ?, first_slot = COALESCE(?, first_slot), changed_at = ? "
        "WHERE household = ? AND meter = ?",
        (status, reason, first_slot, now, enrolment.household, enrolment.meter),
    )


def approve_plant(connection: sqlite3.Connection, enrolment: Enrolment, plant: RegisteredPlant) -> None:
    """Note what the registry is to say of a meter's plant, whatever the household told."""
    found = plant.plant
    words = encode_words(
        found.power_watts, found.storage_watt_hours, found.commissioned_at, found.source, plant.mastr_number
    )
    connection.execute(
        "UPDATE enrolment SET plant = ? WHERE household = ? AND meter = ?",
        (words, enrolment.household, enrolment.meter),
    )


def leave(connection: sqlite3.Connection, enrolment: Enrolment, leaving: Leaving, now: int) -> None:
    """Note that a member's meter leaves."""
    signature = b"" if leaving.signature is None else leaving.signature.encode()
    connection.execute(
        "UPDATE enrolment SET status = ?, leaving = ?, changed_at = ? WHERE household = ? AND meter = ?",
        (
            Status.LEAVING,
            leaving.first_slot.to_bytes(8) + signature,
            now,
            enrolment.household,
            enrolment.meter,
        ),
    )


def _stored(
    row: tuple[bytes, bytes, bytes, str, str | None, int | None, bytes | None, int, bytes | None],
) -> StoredEnrolment:
    message, household_signature, meter_signature, status, reason, first_slot, leaving, received_at, plant = (
        row
    )
    return StoredEnrolment(
        enrolment=Enrolment.decode(message),
        household_signature=Signature.decode(household_signature),
        meter_signature=Signature.decode(meter_signature),
        status=Status(status),
        reason=reason,
        first_slot=first_slot,
        leaving=None if leaving is None else _leaving(leaving),
        received_at=received_at,
        approved_plant=None if plant is None else _plant(plant),
    )


def _leaving(data: bytes) -> Leaving:
    signature = data[8:]
    return Leaving(int.from_bytes(data[:8]), Signature.decode(signature) if signature else None)


def _plant(data: bytes) -> RegisteredPlant:
    *numbers, mastr_number = decode_words(data, 5)
    power, storage, commissioned_at, source = (int.from_bytes(number) for number in numbers)
    return RegisteredPlant(Plant(power, storage, commissioned_at, Source(source)), mastr_number)
