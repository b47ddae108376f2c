"""The database: transactions, migrations, refusal of what is too new, and damaged files set aside."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dems_node.database import database as database_module
from dems_node.database.database import Database
from dems_node.database.errors import DatabaseCorrupt, DatabaseTooNew, DiskFull, StoreError
from dems_node.database.migrations import migrate, version_of
from openems_bridge.store import settings
from openems_bridge.store.migrations import MIGRATIONS

NOON = 1_795_176_000.0
"""2026-11-20 12:00:00 UTC."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bridge.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(path, migrations=MIGRATIONS)
    yield opened
    await opened.close()


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


async def test_the_journal_survives_a_power_cut_by_its_settings(database: Database) -> None:
    assert await database.run(pragma, "journal_mode") == "wal"
    assert await database.run(pragma, "synchronous") == 2
    assert await database.run(version_of) == len(MIGRATIONS)


async def test_what_was_written_is_there_after_reopening(path: Path) -> None:
    first = await Database.open(path, migrations=MIGRATIONS)
    await first.run(settings.save, "mode", "automatic")
    await first.close()
    await first.close()
    second = await Database.open(path, migrations=MIGRATIONS)
    assert await second.run(settings.load, "mode") == "automatic"
    await second.close()


async def test_an_error_rolls_everything_back(database: Database) -> None:
    def half(connection: sqlite3.Connection) -> None:
        settings.save(connection, "mode", "manual")
        raise ValueError("the second half fails")

    with pytest.raises(ValueError, match="second half"):
        await database.run(half)
    assert await database.run(settings.load, "mode") is None


async def test_a_cancelled_caller_leaves_no_transaction_open(database: Database) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    def slowly(connection: sqlite3.Connection) -> None:
        settings.save(connection, "mode", "manual")
        begun.set()
        assert cancelled.wait(10)

    writing = asyncio.create_task(database.run(slowly))
    await asyncio.to_thread(begun.wait, 10)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    cancelled.set()
    await database.run(settings.save, "limits", {"reserve_soc": 20})
    assert await database.run(settings.load, "limits") == {"reserve_soc": 20}
    assert await database.run(settings.load, "mode") == "manual"


async def test_writers_of_many_tasks_take_turns(database: Database) -> None:
    def increment(connection: sqlite3.Connection) -> None:
        value = settings.load(connection, "n")
        assert value is None or isinstance(value, int)
        settings.save(connection, "n", (value or 0) + 1)

    await asyncio.gather(*(database.run(increment) for _ in range(50)))
    assert await database.run(settings.load, "n") == 50


async def test_the_file_is_the_owners_only(path: Path, database: Database) -> None:
    assert path.stat().st_mode & 0o077 == 0


async def test_missing_migrations_are_made_up_for(path: Path) -> None:
    with sqlite3.connect(path, autocommit=True) as connection:
        migrate(connection, MIGRATIONS[:1])
        connection.execute("INSERT INTO setting (key, value) VALUES ('mode', '\"off\"')")
    connection.close()

    def add_column(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE setting ADD COLUMN note TEXT")

    database = await Database.open(path, migrations=[*MIGRATIONS[:1], add_column])
    assert await database.run(settings.load, "mode") == "off"
    assert await database.run(version_of) == 2
    await database.close()


async def test_a_migration_that_fails_leaves_the_version_before(path: Path) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (a)")
        connection.execute("CREATE TABLE half (a)")

    with pytest.raises(StoreError, match="half"):
        await Database.open(path, migrations=[*MIGRATIONS, broken])
    database = await Database.open(path, migrations=MIGRATIONS)
    assert await database.run(version_of) == len(MIGRATIONS)
    tables = await database.run(
        lambda connection: connection.execute("SELECT name FROM sqlite_schema").fetchall()
    )
    assert ("half",) not in tables
    await database.close()


async def test_a_newer_database_is_refused_and_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path, autocommit=True)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseTooNew, match="schema version 99, this program knows") as caught:
        await Database.open(path, migrations=MIGRATIONS)
    assert caught.value.found == 99
    assert path.read_bytes() == before


async def filled(path: Path) -> None:
    database = await Database.open(path, migrations=MIGRATIONS)
    for index in range(300):
        await database.run(settings.save, f"key {index}", "x" * 200)
    await database.close()


@pytest.mark.parametrize("damage", ["no database", "torn page"])
async def test_a_damaged_file_is_set_aside_and_not_replaced(path: Path, damage: str) -> None:
    await filled(path)
    content = bytearray(path.read_bytes())
    if damage == "no database":
        content[:100] = b"\xff" * 100
    else:
        # Every page but the first loses its header.
        for page in range(4096, len(content), 4096):
            content[page : page + 64] = b"\xff" * 64
    path.write_bytes(content)
    path.with_name("bridge.db-wal").write_bytes(b"the log")

    with pytest.raises(DatabaseCorrupt) as caught:
        await Database.open(path, now=lambda: NOON, migrations=MIGRATIONS)

    aside = path.with_name("bridge.db.corrupt-20261120T120000Z")
    assert caught.value.set_aside == aside
    assert str(aside) in str(caught.value)
    assert "Restore a backup" in str(caught.value)
    assert aside.read_bytes() == content
    assert not path.exists()
    with pytest.raises(DatabaseCorrupt, match="found at an earlier start"):
        await Database.open(path, migrations=MIGRATIONS)
    assert not path.exists()

    (path.parent / "elsewhere").mkdir()
    aside.rename(path.parent / "elsewhere" / aside.name)
    fresh = await Database.open(path, migrations=MIGRATIONS)
    assert await fresh.run(settings.load, "key 1") is None
    await fresh.close()


async def test_two_damaged_files_of_one_second_are_both_kept(path: Path) -> None:
    for content in (b"first" * 1000, b"second" * 1000):
        path.write_bytes(content)
        with pytest.raises(DatabaseCorrupt):
            await Database.open(path, now=lambda: NOON, migrations=MIGRATIONS)
    names = sorted(other.name for other in path.parent.glob("bridge.db.corrupt-*"))
    assert names == ["bridge.db.corrupt-20261120T120000Z", "bridge.db.corrupt-20261120T120000Z-2"]


async def test_a_restored_backup_starts_beside_the_damaged_file(path: Path) -> None:
    await filled(path)
    backup = path.read_bytes()
    path.write_bytes(b"\x00" * 5000)
    with pytest.raises(DatabaseCorrupt):
        await Database.open(path, migrations=MIGRATIONS)
    path.write_bytes(backup)
    database = await Database.open(path, migrations=MIGRATIONS)
    assert await database.run(settings.load, "key 7") == "x" * 200
    await database.close()


async def test_a_full_disk_is_told_as_such_and_changes_nothing(path: Path) -> None:
    class LittleRoom(sqlite3.Connection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.execute("PRAGMA max_page_count = 60")

    def fill(connection: sqlite3.Connection) -> None:
        settings.save(connection, "mode", "manual")
        for index in range(100):
            settings.save(connection, f"key {index}", "x" * 4000)

    database = await Database.open(path, connection_class=LittleRoom, migrations=MIGRATIONS)
    assert database.disk_has_room()
    with pytest.raises(DiskFull, match="free some space"):
        await database.run(fill)
    assert not database.disk_has_room()
    assert await database.run(settings.load, "mode") is None
    await database.run(settings.save, "mode", "off")
    assert database.disk_has_room()
    await database.close()


async def test_a_disk_with_little_left_counts_as_full(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "ROOM_NEEDED", 2**62)
    assert not database.disk_has_room()


async def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(StoreError, match="Check that its directory exists"):
        await Database.open(tmp_path / "file" / "bridge.db", migrations=MIGRATIONS)
