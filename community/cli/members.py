"""``dems-community invite | members | approve | refuse | plant | remove``: decisions for the running daemon to carry out."""

import asyncio
import json
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from community.app import load_certificate
from community.chain.registry import RegisteredPlant
from community.cli.keys import cabinet_of
from community.cli.records import Records, opened_database, with_records
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.folder import contracts_of
from community.members.registrar import delayed_slot
from community.store import members
from community.store.members import Leaving, Status, StoredEnrolment
from dems_protocol.contracts.structs import Plant, Source
from dems_protocol.membership import SECRET_BYTES, Invitation
from dems_protocol.plants import PlantKind, decode_day, decode_unit, encode_day, encode_unit


def invite(configuration: CommunityConfiguration, note: str) -> int:
    """Print an invitation. Return the exit status."""

    def work() -> int:
        contracts = contracts_of(configuration)
        keys = cabinet_of(configuration).open()
        invitation = Invitation(
            name=configuration.name,
            chain_id=configuration.chain.chain_id,
            rpc=configuration.chain.public_rpc,
            registry=contracts.addresses.registry,
            ledger=contracts.addresses.ledger,
            operator_url=configuration.api.url,
            fingerprint=load_certificate(configuration.data_dir).fingerprint,
            operator=keys.operator.public_key.address(),
            secret=secrets.token_bytes(SECRET_BYTES),
        )
        now = int(time.time())
        _with_store(
            configuration, lambda connection: members.invite(connection, invitation.secret_hash, note, now)
        )
        say(invitation.encode())
        return 0

    return explained(work)


def list_members(configuration: CommunityConfiguration, *, as_json: bool) -> int:
    """List every enrolment. Return the exit status."""

    def work() -> int:
        found = _with_store(configuration, members.all_enrolments)
        if as_json:
            say(json.dumps([_document(each) for each in found], indent=1))
        elif not found:
            say("Nobody yet. `dems-community invite` prints an invitation.")
        for each in [] if as_json else found:
            say(_line(each))
        return 0

    return explained(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantTold:
    """What the operator found out about a plant; what is None stays as the household told it."""

    kind: PlantKind | None = None
    power: int | None = None
    storage: int | None = None
    commissioned: date | None = None
    unit: str | None = None

    def onto(self, told: RegisteredPlant) -> RegisteredPlant:
        """Return the plant with what was found out. Raises ValueError where it contradicts itself."""
        before = told.plant
        plant = Plant(
            power_watts=before.power_watts if self.power is None else self.power,
            storage_watt_hours=before.storage_watt_hours if self.storage is None else self.storage,
            commissioned_at=before.commissioned_at
            if self.commissioned is None
            else encode_day(self.commissioned),
            source=before.source if self.kind is None else Source(self.kind),
        )
        if (plant.power_watts == 0) != (plant.source is Source.NONE):
            raise ValueError(
                f"a plant of {plant.power_watts} W cannot be of kind {PlantKind(plant.source).word}"
            )
        return RegisteredPlant(plant, told.mastr_number if self.unit is None else encode_unit(self.unit))


def approve(configuration: CommunityConfiguration, household: bytes, plant: PlantTold) -> int:
    """Let a household's waiting meters in, with what the operator found out of the plant. Return the exit status."""

    def work() -> int:
        now = int(time.time())
        count = _with_store(configuration, lambda connection: _approve(connection, household, plant, now))
        if not count:
            return _nobody_waits(household)
        say("Approved. The running daemon registers the household on chain; `members` shows how far that is.")
        return 0

    return _told(work)


def correct_plant(configuration: CommunityConfiguration, household: bytes, plant: PlantTold) -> int:
    """Correct what the registry says of a member's plant, from the next slot on. Return the exit status."""

    def work() -> int:
        changed = _with_store(configuration, lambda connection: _correct(connection, household, plant))
        if not changed:
            complain(f"0x{household.hex()} has no meter here. `dems-community members` lists who has.")
            return 1
        say("Noted. The running daemon tells the registry.")
        return 0

    return _told(work)


def refuse(configuration: CommunityConfiguration, household: bytes, reason: str) -> int:
    """Refuse a household's waiting meters. Return the exit status."""

    def work() -> int:
        now = int(time.time())
        count = _with_store(configuration, lambda connection: _refuse(connection, household, reason, now))
        if not count:
            return _nobody_waits(household)
        say("Refused.")
        return 0

    return explained(work)


def remove(configuration: CommunityConfiguration, household: bytes) -> int:
    """Take a member's meters out without its signature: after the registry's delay. Return the exit status."""

    def work() -> int:
        slots = with_records(configuration, lambda records: _remove(records, household))
        if not slots:
            complain(f"0x{household.hex()} is no member. `dems-community members` lists who is.")
            return 1
        say(f"The household leaves with slot {max(slots)}: without its signature the registry waits.")
        return 0

    return explained(work)


def _approve(connection: sqlite3.Connection, household: bytes, told: PlantTold, now: int) -> int:
    waiting = [each for each in members.of_household(connection, household) if each.status is Status.WAITING]
    _tell_plant(connection, waiting, told)
    for each in waiting:
        members.change(connection, each.enrolment, Status.APPROVED, now)
    return len(waiting)


def _correct(connection: sqlite3.Connection, household: bytes, told: PlantTold) -> int:
    present = [
        each
        for each in members.of_household(connection, household)
        if each.status in (Status.WAITING, Status.APPROVED, Status.MEMBER)
    ]
    _tell_plant(connection, present, told)
    return len(present)


def _tell_plant(connection: sqlite3.Connection, meters: list[StoredEnrolment], told: PlantTold) -> None:
    if told == PlantTold():
        return
    if len(meters) > 1:
        raise ValueError(f"the household has {len(meters)} meters, and one plant was told")
    for each in meters:
        members.approve_plant(connection, each.enrolment, told.onto(each.plant))


def _refuse(connection: sqlite3.Connection, household: bytes, reason: str, now: int) -> int:
    waiting = [each for each in members.of_household(connection, household) if each.status is Status.WAITING]
    for each in waiting:
        members.change(connection, each.enrolment, Status.REFUSED, now, reason=reason)
    return len(waiting)


async def _remove(records: Records, household: bytes) -> list[int]:
    now = time.time()
    leaving = Leaving(delayed_slot(records.facts, now), None)
    return await records.database.run(_take_out, household, leaving, int(now))


def _take_out(connection: sqlite3.Connection, household: bytes, leaving: Leaving, now: int) -> list[int]:
    present = [each for each in members.of_household(connection, household) if each.status is Status.MEMBER]
    for each in present:
        members.leave(connection, each.enrolment, leaving, now)
    return [leaving.first_slot for _ in present]


def _nobody_waits(household: bytes) -> int:
    complain(f"0x{household.hex()} does not wait for a decision. `dems-community members` lists who does.")
    return 1


def _told(work: Callable[[], int]) -> int:
    try:
        return explained(work)
    except ValueError as error:
        complain(f"The plant cannot be registered like this: {error}.")
        return 1


def _with_store[T](configuration: CommunityConfiguration, fn: Callable[[sqlite3.Connection], T]) -> T:
    async def work() -> T:
        database = await opened_database(configuration)
        try:
            return await database.run(fn)
        finally:
            await database.close()

    return asyncio.run(work())


def _line(each: StoredEnrolment) -> str:
    enrolment, plant = each.enrolment, each.plant.plant
    told = [f"battery {enrolment.battery_power} W"]
    if plant.power_watts:
        day, unit = decode_day(plant.commissioned_at), decode_unit(each.plant.mastr_number)
        since = "" if day is None else f" since {day}"
        told.insert(
            0, f"{PlantKind(plant.source).word} {plant.power_watts} W{since}, {unit or 'no MaStR number'}"
        )
    return (
        f"0x{enrolment.household.hex()}  {each.status:<9}  meter 0x{enrolment.meter.hex()[:12]}…  {', '.join(told)}"
        + (f"  ({each.reason})" if each.reason else "")
    )


def _document(each: StoredEnrolment) -> dict[str, object]:
    enrolment, plant = each.enrolment, each.plant.plant
    day = decode_day(plant.commissioned_at)
    return {
        "household": f"0x{enrolment.household.hex()}",
        "meter": f"0x{enrolment.meter.hex()}",
        "status": str(each.status),
        "reason": each.reason,
        "from": each.first_slot,
        "plant_kind": PlantKind(plant.source).word,
        "plant_power": plant.power_watts,
        "plant_unit": decode_unit(each.plant.mastr_number),
        "commissioned": None if day is None else day.isoformat(),
        "battery_power": enrolment.battery_power,
        "battery_capacity": plant.storage_watt_hours,
        "received_at": each.received_at,
    }
