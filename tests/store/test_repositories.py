"""Readings, leases, clients, settings and events: what is kept, and what is pruned when."""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dems_node.clock import SystemClock
from dems_node.database.database import Database
from dems_node.database.migrations import migrate
from openems_bridge.dispatcher.commands import CommandSource
from openems_bridge.dispatcher.lease import LeaseJournal, LeaseRecord
from openems_bridge.lease_journal import StoredLeases
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.store import clients, events, leases, meter_state, readings, settings
from openems_bridge.store.clients import Client
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.store.pruning import prune, prune_daily
from openems_bridge.telemetry import Register, SourceClass

DAY = 86_400.0
NOW = 2_000_000_000.0


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:", autocommit=True)
    migrate(opened, MIGRATIONS)
    yield opened
    opened.close()


def reading(slot: int, energy: int = 5) -> Reading:
    return Reading(
        slot=slot,
        energy={Register.WITHDRAWAL: energy, Register.GENERATION: 0},
        quality=Quality.ESTIMATED,
        covered_seconds=900,
        source=SourceClass.OPENEMS,
        integrated=frozenset({Register.GENERATION}),
    )


RECORD = LeaseRecord(
    command_id="c1",
    source=CommandSource.MANUAL,
    battery="ess0",
    controller="ctrlApiRest0",
    ends_at_utc=NOW + 900,
)


def test_a_reading_comes_back_as_it_was(connection: sqlite3.Connection) -> None:
    readings.insert(connection, 900, [reading(7), reading(9, 2**40)])
    assert readings.between(connection, 900, 7, 10) == [reading(7), reading(9, 2**40)]
    assert readings.between(connection, 900, 8, 9) == []
    assert readings.latest(connection, 900) == reading(9, 2**40)
    assert readings.latest(connection, 60) is None


def test_pages_run_from_the_oldest_or_end_at_the_newest(connection: sqlite3.Connection) -> None:
    readings.insert(connection, 900, [reading(slot) for slot in range(10)])
    assert [each.slot for each in readings.page(connection, 900, 3, None, 2)] == [3, 4]
    assert [each.slot for each in readings.page(connection, 900, None, 6, 2)] == [5, 6]
    assert [each.slot for each in readings.page(connection, 900, 8, 9, 9)] == [8, 9]


def test_a_slot_has_one_reading_for_ever(connection: sqlite3.Connection) -> None:
    readings.insert(connection, 900, [reading(7)])
    with pytest.raises(sqlite3.IntegrityError):
        readings.insert(connection, 900, [reading(7, 6)])
    assert readings.latest(connection, 900) == reading(7)


def test_an_energy_below_zero_is_refused(connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        readings.insert(connection, 900, [reading(7, -1)])


def test_the_checkpoint_is_one_document(connection: sqlite3.Connection) -> None:
    assert meter_state.load(connection) is None
    meter_state.save(connection, "a", 900, [reading(1)])
    meter_state.save(connection, "b")
    assert meter_state.load(connection) == "b"
    assert readings.latest(connection, 900) == reading(1)


def test_a_lease_is_open_until_it_is_released(connection: sqlite3.Connection) -> None:
    first = leases.acquire(connection, RECORD, NOW)
    second = leases.acquire(connection, RECORD, NOW + 1)
    assert second > first
    changed = replace(RECORD, command_id="c2", source=CommandSource.PLAN)
    leases.change(connection, first, changed, NOW + 2)
    leases.release(connection, second, NOW + 3)
    leases.release(connection, second, NOW + 4)
    (open_lease,) = leases.unreleased(connection)
    assert (open_lease.id, open_lease.record, open_lease.changed_at) == (first, changed, NOW + 2)
    assert [(lease.id, lease.released_at) for lease in leases.latest(connection)] == [
        (second, NOW + 3),
        (first, None),
    ]
    with pytest.raises(LookupError, match="not open"):
        leases.change(connection, second, RECORD, NOW + 5)


async def test_the_dispatchers_journal_survives_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("journal") / "bridge.db"
    database = await Database.open(path, migrations=MIGRATIONS)
    journal: LeaseJournal = StoredLeases(database, SystemClock())
    kept = await journal.acquire(RECORD)
    done = await journal.acquire(RECORD)
    await journal.change(kept, replace(RECORD, command_id="c2"))
    await journal.release(done)
    await database.close()
    database = await Database.open(path, migrations=MIGRATIONS)
    assert list(await StoredLeases(database, SystemClock()).unreleased()) == [kept]
    await database.close()


def test_a_client_is_known_by_its_hash_until_revoked(connection: sqlite3.Connection) -> None:
    client = Client(id="ha", name="Home Assistant", token_hash=b"hash", created_at=NOW)
    clients.add(connection, client)
    assert clients.by_token_hash(connection, b"hash") == client
    assert clients.by_token_hash(connection, b"other") is None
    assert "hash'" not in repr(client)
    with pytest.raises(sqlite3.IntegrityError):
        clients.add(connection, replace(client, id="another"))
    assert clients.revoke(connection, "ha", NOW + 1)
    assert not clients.revoke(connection, "ha", NOW + 2)
    assert clients.by_token_hash(connection, b"hash") is None
    assert clients.everyone(connection) == [replace(client, revoked_at=NOW + 1)]


def test_last_seen_is_written_daily(connection: sqlite3.Connection) -> None:
    clients.add(connection, Client(id="ha", name="HA", token_hash=b"hash", created_at=NOW))
    written = [clients.saw(connection, "ha", NOW + hours * 3600) for hours in (0, 1, 23, 24, 25)]
    assert written == [True, False, False, True, False]
    assert clients.everyone(connection)[0].last_seen_at == NOW + DAY


def test_a_setting_is_any_json_but_nan(connection: sqlite3.Connection) -> None:
    settings.save(connection, "limits", {"reserve_soc": 10, "max_feed_in": None})
    assert settings.load(connection, "limits") == {"reserve_soc": 10, "max_feed_in": None}
    with pytest.raises(ValueError, match="not JSON compliant"):
        settings.save(connection, "limits", float("nan"))
    assert settings.load(connection, "limits") == {"reserve_soc": 10, "max_feed_in": None}
    assert settings.load(connection, "mode") is None


def test_event_ids_are_never_given_twice(connection: sqlite3.Connection) -> None:
    first = events.append(connection, NOW - 8 * DAY, "mode", {"mode": "off"})
    assert events.prune(connection, NOW) == 1
    second = events.append(connection, NOW, "mode", {"mode": "manual"})
    third = events.append(connection, NOW, "clamp", {"limit_w": 3000})
    assert first < second < third
    assert [event.kind for event in events.after(connection, first)] == ["mode", "clamp"]
    assert [event.id for event in events.after(connection, 0, limit=1)] == [second]


def test_the_last_id_survives_pruning(connection: sqlite3.Connection) -> None:
    assert events.last_id(connection) == 0
    last = [events.append(connection, NOW - 8 * DAY, kind, {}) for kind in ("mode", "clamp")][-1]
    latest = events.latest(connection, "mode")
    assert latest is not None
    assert latest.kind == "mode"
    assert prune(connection, NOW) == 2
    assert events.latest(connection, "mode") is None
    assert events.last_id(connection) == last


def test_pruning_follows_the_stated_rules(connection: sqlite3.Connection) -> None:
    readings.insert(connection, 900, [reading(int((NOW - days * DAY) // 900)) for days in (733, 731, 0)])
    events.append(connection, NOW - 7.5 * DAY, "old", {})
    events.append(connection, NOW - 6.5 * DAY, "new", {})
    old, new, held = (leases.acquire(connection, RECORD, NOW - 60 * DAY) for _ in range(3))
    leases.release(connection, old, NOW - 31 * DAY)
    leases.release(connection, new, NOW - 29 * DAY)
    assert prune(connection, NOW) == 3
    assert prune(connection, NOW) == 0
    assert [each.slot for each in readings.between(connection, 900, 0, 2**40)] == [
        int((NOW - days * DAY) // 900) for days in (731, 0)
    ]
    assert [event.kind for event in events.after(connection, 0)] == ["new"]
    assert [lease.id for lease in leases.latest(connection)] == [held, new]


def test_a_clock_in_another_decade_does_not_empty_the_archive(connection: sqlite3.Connection) -> None:
    readings.insert(connection, 900, [reading(int((NOW - days * DAY) // 900)) for days in (700, 1)])
    assert prune(connection, NOW + 3650 * DAY) == 0


async def test_pruning_happens_at_the_start_and_survives_a_failing_store(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = await Database.open(tmp_path / "bridge.db", migrations=MIGRATIONS)
    await database.run(events.append, 0.0, "of 1970", {})
    task = asyncio.create_task(prune_daily(database, SystemClock()))
    async with asyncio.timeout(10):
        while await database.run(events.after, 0):
            await asyncio.sleep(0.001)
    task.cancel()
    await database.run(lambda connection: connection.execute("DROP TABLE event"))
    task = asyncio.create_task(prune_daily(database, SystemClock()))
    async with asyncio.timeout(10):
        while "Old rows were not pruned" not in caplog.text:
            await asyncio.sleep(0.001)
    task.cancel()
    await database.close()
