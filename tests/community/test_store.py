"""What the operator keeps."""

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest
from eth_hash.auto import keccak

from community.readings.acceptance import Accepted
from community.store import members, readings, settings, slots
from community.store.members import InvitationUnknown, MeterTaken, Status
from community.store.schema import MIGRATIONS
from community.workers import Workers
from dems_node.database.migrations import migrate
from dems_protocol.signatures import Signature
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import NO_SUMS
from tests.community.households import Household
from tests.protocol.samples import DOMAIN, SLOT

NOTHING = Signature(1, 2, 27)
SECRET = b"\7" * 16


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", autocommit=True)
    migrate(connection, MIGRATIONS)
    yield connection
    connection.close()


def keep(
    connection: sqlite3.Connection, house: Household, slot: int, *, revision: int = 0, beside: bool = False
) -> Accepted:
    opened = house.build(slot, None, withdrawal=slot % 97 + revision, revision=revision)
    accepted = Accepted(opened.reading, house.sign(opened), opened.openings)
    readings.add(connection, accepted, received_at=slot, receipt_signature=NOTHING, late=False, beside=beside)
    return accepted


def test_a_reading_comes_back_as_it_was(connection: sqlite3.Connection) -> None:
    house = Household("anna", DOMAIN)
    accepted = keep(connection, house, SLOT)
    found = readings.by_hash(connection, accepted.reading.struct_hash())
    assert found is not None
    assert (found.reading, found.signature, found.openings) == (
        accepted.reading,
        accepted.signature,
        accepted.openings,
    )
    assert (found.receipt.slot, found.receipt.received_at, found.receipt_signature) == (SLOT, SLOT, NOTHING)


def test_a_slot_has_each_meters_highest_revision_in_order(connection: sqlite3.Connection) -> None:
    houses = [Household(f"house {i}", DOMAIN) for i in range(4)]
    for house in houses:
        keep(connection, house, SLOT)
    better = keep(connection, houses[1], SLOT, revision=3)
    keep(connection, houses[2], SLOT, revision=1, beside=True)
    found = readings.of_slot(connection, SLOT)
    assert [each.reading.meter for each in found] == sorted(house.meter for house in houses)
    revisions = {each.reading.meter: each.reading.revision for each in found}
    assert revisions == {house.meter: 3 if house is houses[1] else 0 for house in houses}
    last = readings.last_of(connection, houses[1].meter)
    assert last is not None
    assert last.reading == better.reading


def test_a_revision_is_kept_once(connection: sqlite3.Connection) -> None:
    house = Household("anna", DOMAIN)
    keep(connection, house, SLOT)
    with pytest.raises(sqlite3.IntegrityError):
        keep(connection, house, SLOT)


def statement(slot: int, attempt: int = 0) -> Statement:
    return Statement(slot, attempt, bytes(32), NO_SUMS, 0)


def test_an_attempt_is_made_once(connection: sqlite3.Connection) -> None:
    slots.begin(connection, [SLOT])
    slots.keep_statement(connection, statement(SLOT), NOTHING, [], made_at=1)
    with pytest.raises(sqlite3.IntegrityError):
        slots.keep_statement(connection, statement(SLOT), NOTHING, [], made_at=2)
    slots.keep_statement(connection, statement(SLOT, 1), NOTHING, [], made_at=3)
    assert slots.statement_of(connection, SLOT) == (statement(SLOT, 1), NOTHING)
    assert slots.statement_of(connection, SLOT, 0) == (statement(SLOT), NOTHING)
    assert slots.stored(connection, SLOT).made_attempt == 1


def test_what_is_sealed_or_before_the_first_slot_is_late(connection: sqlite3.Connection) -> None:
    assert not slots.is_sealed(connection, SLOT)
    slots.begin(connection, [SLOT, SLOT + 1])
    slots.seal(connection, SLOT)
    assert slots.is_sealed(connection, SLOT)
    assert not slots.is_sealed(connection, SLOT + 1)
    assert not slots.is_sealed(connection, SLOT + 2)
    assert slots.is_sealed(connection, SLOT - 5)


def test_pruning_keeps_last_readings_and_open_slots(connection: sqlite3.Connection) -> None:
    house, other = Household("anna", DOMAIN), Household("bob", DOMAIN)
    slots.begin(connection, range(SLOT, SLOT + 4))
    for slot in range(SLOT, SLOT + 4):
        accepted = keep(connection, house, slot)
        stored = readings.by_hash(connection, accepted.reading.struct_hash())
        assert stored is not None
        slots.keep_statement(connection, statement(slot), NOTHING, [(stored.id, 3)], made_at=1)
        if slot != SLOT + 1:
            slots.close(connection, slot)
    keep(connection, other, SLOT)

    assert readings.prune(connection, SLOT + 3) == 2
    kept = [slot for slot in range(SLOT, SLOT + 4) if readings.of_leaves(connection, slot, 0)]
    assert kept == [SLOT + 1, SLOT + 3]
    assert readings.last_of(connection, other.meter) is not None


def test_settings(connection: sqlite3.Connection) -> None:
    assert settings.read(connection, "key") is None
    settings.write(connection, "key", "a")
    settings.write(connection, "key", "b")
    assert settings.read(connection, "key") == "b"


def enrol(connection: sqlite3.Connection, house: Household) -> members.StoredEnrolment:
    enrolment = house.enrolment(bytes(32), SECRET)
    return members.enrol(connection, enrolment, NOTHING, NOTHING, Status.WAITING, 5)


def test_enrolments_are_idempotent_and_bound_to_one_household(connection: sqlite3.Connection) -> None:
    anna, bob = Household("anna", DOMAIN), Household("bob", DOMAIN)
    with pytest.raises(InvitationUnknown):
        enrol(connection, anna)
    members.invite(connection, keccak(SECRET), "Anna", 1)
    first = enrol(connection, anna)
    assert enrol(connection, anna) == first
    with pytest.raises(InvitationUnknown):
        enrol(connection, bob)
    other = b"\10" * 16
    members.invite(connection, keccak(other), "Bob", 1)
    bob.meter = anna.meter
    with pytest.raises(MeterTaken):
        members.enrol(connection, bob.enrolment(bytes(32), other), NOTHING, NOTHING, Status.WAITING, 5)


def test_whoever_was_refused_may_ask_anew(connection: sqlite3.Connection) -> None:
    anna = Household("anna", DOMAIN)
    members.invite(connection, keccak(SECRET), "Anna", 1)
    first = enrol(connection, anna)
    members.change(connection, first.enrolment, Status.REFUSED, 6, reason="no room")
    again = enrol(connection, anna)
    assert (again.status, again.reason) == (Status.WAITING, None)
    assert members.battery_power(connection, anna.meter) == anna.battery_power
    assert members.with_status(connection, Status.WAITING) == [again]


async def test_a_worker_that_dies_is_replaced(real_sockets: None) -> None:
    workers = Workers(1)
    try:
        with pytest.raises(ZeroDivisionError):
            await workers.run(divmod, 1, 0)
        with pytest.raises(BrokenProcessPool):
            await workers.run(os._exit, 0)
        assert await workers.run(divmod, 9, 4) == (2, 1)
    finally:
        await workers.close()


def test_a_store_of_an_earlier_version_is_read_on() -> None:
    """Before the plant's kind, day and unit were part of an enrolment, and a plant could be corrected."""
    old = sqlite3.connect(":memory:", autocommit=True)
    migrate(old, MIGRATIONS[:1])
    house = Household("anna", DOMAIN)
    enrolment = house.enrolment(keccak(b"I agree"), SECRET)
    data = enrolment.encode()
    old.execute(
        "INSERT INTO enrolment (household, meter, message, household_signature, meter_signature, status, received_at, "
        "changed_at) VALUES (?, ?, ?, ?, ?, 'member', 1, 1)",
        (
            house.address,
            house.meter,
            data[: 9 * 32] + data[12 * 32 :],
            NOTHING.encode(),
            NOTHING.encode(),
        ),
    )
    migrate(old, MIGRATIONS)
    (found,) = members.all_enrolments(old)
    assert found.enrolment == enrolment
    assert found.approved_plant is None
    old.close()
