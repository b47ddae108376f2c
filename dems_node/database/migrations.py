"""A schema is the steps that lead to it. ``PRAGMA user_version`` counts the steps a file has taken.

Step i leads from version i to i + 1. A step that was released is never changed again.
"""

import sqlite3
from collections.abc import Callable, Sequence

type Migration = Callable[[sqlite3.Connection], None]


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many steps the file has taken; 0 for an empty one."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Take the steps that are missing, each in a transaction of its own: a crash leaves a whole version behind."""
    for version in range(version_of(connection), len(migrations)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            migrations[version](connection)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
