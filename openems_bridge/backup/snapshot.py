"""A copy of the database as it was at one moment, taken while the bridge goes on writing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from dems_node.database.integrity import damage_of
from dems_node.database.migrations import version_of
from openems_bridge.backup.errors import BackupUnusable
from openems_bridge.store.migrations import MIGRATIONS

_BUSY_SECONDS = 30.0


def take_snapshot(database: Path, copy: Path) -> int:
    """Copy the database by SQLite's backup API, in one read transaction, and check the copy. Return its schema version.

    A hot copy of the file would miss the write-ahead log, or tear a page. Raises BackupUnusable.
    """
    try:
        # mode=rw never makes a new file, and unlike mode=ro it can read a write-ahead log that nobody has open.
        uri = f"{database.absolute().as_uri()}?mode=rw"
        with (
            closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target, pages=-1)
            # One file without companions; the bridge switches back to the log when it opens it.
            target.execute("PRAGMA journal_mode = DELETE")
        return check_snapshot(copy)
    except sqlite3.Error as error:
        raise BackupUnusable(f"The database {database} cannot be copied: {error}.") from None


def check_snapshot(copy: Path) -> int:
    """Return the schema version of a copy. Raises BackupUnusable if it is damaged, or newer than this bridge."""
    try:
        with closing(sqlite3.connect(copy)) as connection:
            damage = damage_of(connection)
            version = version_of(connection)
    except sqlite3.DatabaseError as error:
        damage, version = str(error), 0
    if damage is not None:
        raise BackupUnusable(f"The copy of the database is damaged ({damage}): use another backup.")
    if version > len(MIGRATIONS):
        raise BackupUnusable(
            f"The database has schema version {version}, this bridge knows up to {len(MIGRATIONS)}: a newer version "
            "wrote it. Install that version and try again."
        )
    return version
