"""The tables of what the household looks ahead with."""

import sqlite3

_TABLES = (
    """
    CREATE TABLE solar_promise (
        start INTEGER PRIMARY KEY,
        until INTEGER NOT NULL CHECK (until > start),
        energy INTEGER NOT NULL CHECK (energy >= 0),
        told_at REAL NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE past_energy (
        slot_seconds INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        consumption INTEGER CHECK (consumption >= 0),
        generation INTEGER CHECK (generation >= 0),
        PRIMARY KEY (slot_seconds, slot)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE announced_load (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        power INTEGER NOT NULL CHECK (power > 0),
        energy INTEGER NOT NULL CHECK (energy > 0),
        earliest INTEGER NOT NULL,
        latest INTEGER NOT NULL CHECK (latest > earliest)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE battery_hold (
        id TEXT PRIMARY KEY,
        reason TEXT NOT NULL,
        start INTEGER NOT NULL,
        until INTEGER NOT NULL CHECK (until > start)
    ) STRICT, WITHOUT ROWID
    """,
)


def create_foresight_tables(connection: sqlite3.Connection) -> None:
    """Create the tables; a migration of the bridge's store."""
    for statement in _TABLES:
        connection.execute(statement)
