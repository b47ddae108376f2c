"""What the owner has set through the API (mode, limits): a key and a JSON value each."""

import json
import sqlite3

from dems_node.json_types import Json


def load(connection: sqlite3.Connection, key: str) -> Json:
    """Return the value of a key, None if it was never set."""
    row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    value: Json = json.loads(row[0])
    return value


def save(connection: sqlite3.Connection, key: str, value: Json) -> None:
    """Set the value of a key. Raises TypeError or ValueError for what JSON cannot hold (NaN too)."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    connection.execute(
        "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, text),
    )
