"""Letting parts work that a test moves by hand: until nothing follows any more, however fast the machine is."""

import sqlite3
from collections.abc import Awaitable, Callable

from dems_node.database.database import Database

_MOST_ROUNDS = 40


async def settle(step: Callable[[], Awaitable[None]], *databases: Database) -> None:
    """Repeat a step until it has changed nothing in any of the stores: whatever a part does it writes there first."""
    before = await _changes(databases)
    for _ in range(_MOST_ROUNDS):
        await step()
        found = await _changes(databases)
        if found == before:
            return
        before = found
    raise AssertionError(f"{_MOST_ROUNDS} rounds, and still something changes")


async def _changes(databases: tuple[Database, ...]) -> list[int]:
    return [await Database.run(database, _rows_changed) for database in databases]


def _rows_changed(connection: sqlite3.Connection) -> int:
    return connection.total_changes
