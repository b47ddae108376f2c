"""Single values under a name."""

import sqlite3


def read(connection: sqlite3.Connection, key: str) -> str | None:
    """Return a value, None if it was never written."""
    row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def write(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Write a value."""
    connection.execute(
        "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
