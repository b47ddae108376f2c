"""``dems-community invite | members | approve | refuse``: decisions go into the store, the daemon carries them out."""

import asyncio
import json
import secrets
import sqlite3
import time
from collections.abc import Callable

from community.app import load_certificate
from community.cli.keys import cabinet_of
from community.cli.terminal import complain, explained, say
from community.configuration.model import CommunityConfiguration
from community.folder import DATABASE_FILE, contracts_of
from community.store import members
from community.store.members import Status, StoredEnrolment
from community.store.schema import MIGRATIONS
from dems_node.database.database import Database
from dems_protocol.membership import SECRET_BYTES, Invitation


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
            enrolment = each.enrolment
            say(
                f"0x{enrolment.household.hex()}  {each.status:<9}  meter 0x{enrolment.meter.hex()[:12]}…  "
                f"plant {enrolment.plant_power} W, battery {enrolment.battery_power} W"
                + (f"  ({each.reason})" if each.reason else "")
            )
        return 0

    return explained(work)


def approve(configuration: CommunityConfiguration, household: bytes) -> int:
    """Let a household's waiting meters in. Return the exit status."""
    return _decide(configuration, household, Status.APPROVED, None)


def refuse(configuration: CommunityConfiguration, household: bytes, reason: str) -> int:
    """Refuse a household's waiting meters. Return the exit status."""
    return _decide(configuration, household, Status.REFUSED, reason)


def _decide(
    configuration: CommunityConfiguration, household: bytes, status: Status, reason: str | None
) -> int:
    def work() -> int:
        now = int(time.time())
        count = _with_store(
            configuration, lambda connection: _decide_all(connection, household, status, reason, now)
        )
        if not count:
            complain(
                f"0x{household.hex()} does not wait for a decision. `dems-community members` lists who does."
            )
            return 1
        if status is Status.APPROVED:
            say(
                "Approved. The running daemon registers the household on chain; `members` shows how far that is."
            )
        else:
            say("Refused.")
        return 0

    return explained(work)


def _decide_all(
    connection: sqlite3.Connection, household: bytes, status: Status, reason: str | None, now: int
) -> int:
    waiting = [each for each in members.of_household(connection, household) if each.status is Status.WAITING]
    for each in waiting:
        members.change(connection, each.enrolment, status, now, reason=reason)
    return len(waiting)


def _with_store[T](configuration: CommunityConfiguration, fn: Callable[[sqlite3.Connection], T]) -> T:
    async def work() -> T:
        configuration.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = await Database.open(configuration.data_dir / DATABASE_FILE, migrations=MIGRATIONS)
        try:
            return await database.run(fn)
        finally:
            await database.close()

    return asyncio.run(work())


def _document(each: StoredEnrolment) -> dict[str, object]:
    enrolment = each.enrolment
    return {
        "household": f"0x{enrolment.household.hex()}",
        "meter": f"0x{enrolment.meter.hex()}",
        "status": str(each.status),
        "reason": each.reason,
        "from": each.first_slot,
        "plant_power": enrolment.plant_power,
        "battery_power": enrolment.battery_power,
        "battery_capacity": enrolment.battery_capacity,
        "received_at": each.received_at,
    }
