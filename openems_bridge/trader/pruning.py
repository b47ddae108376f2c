"""What the market keeps is thrown away with the readings that it belongs to: after two billing years."""

import sqlite3

KEPT_SECONDS = 2 * 366 * 86_400
_TABLES = (
    ("market_order", "created_at"),
    ("market_verdict", "checked_at"),
    ("market_event", "at"),
    ("market_suggestion", "at"),
)


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Delete what is older at ``now`` (UTC s); return how many rows."""
    horizon = int(now) - KEPT_SECONDS
    return sum(
        connection.execute(f"DELETE FROM {table} WHERE {moment} < ?", (horizon,)).rowcount  # noqa: S608 - names of this module
        for table, moment in _TABLES
    )
