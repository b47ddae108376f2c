"""The metering's checkpoint: one document, always of the same moment as the readings beside it."""

import sqlite3
from collections.abc import Iterable

from openems_bridge.metering.readings import Reading
from openems_bridge.store import readings


def save(
    connection: sqlite3.Connection, document: str, slot_seconds: int = 0, closed: Iterable[Reading] = ()
) -> None:
    """Write the checkpoint and the readings that it has closed: both or, if the transaction fails, neither."""
    readings.insert(connection, slot_seconds, closed)
    connection.execute(
        "INSERT INTO meter_state (id, document) VALUES (1, ?) "
        "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
        (document,),
    )


def load(connection: sqlite3.Connection) -> str | None:
    """Return the last checkpoint, None before the first."""
    row = connection.execute("SELECT document FROM meter_state WHERE id = 1").fetchone()
    return None if row is None else str(row[0])
