"""The schema, as the steps that lead to it. ``PRAGMA user_version`` counts the steps a file has taken."""

import sqlite3
from collections.abc import Sequence

from dems_node.database.migrations import Migration

_FIRST_SCHEMA = (
    """
    CREATE TABLE reading (
        slot_seconds INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        withdrawal INTEGER CHECK (withdrawal >= 0),
        feed_in INTEGER CHECK (feed_in >= 0),
        generation INTEGER CHECK (generation >= 0),
        battery_charge INTEGER CHECK (battery_charge >= 0),
        battery_discharge INTEGER CHECK (battery_discharge >= 0),
        consumption INTEGER CHECK (consumption >= 0),
        quality TEXT NOT NULL,
        covered_seconds INTEGER NOT NULL CHECK (covered_seconds BETWEEN 0 AND slot_seconds),
        source TEXT NOT NULL,
        integrated TEXT NOT NULL,
        PRIMARY KEY (slot_seconds, slot)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE meter_state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        document TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE lease (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        command_id TEXT NOT NULL,
        source TEXT NOT NULL,
        battery TEXT NOT NULL,
        controller TEXT NOT NULL,
        ends_at REAL NOT NULL,
        acquired_at REAL NOT NULL,
        changed_at REAL NOT NULL,
        released_at REAL
    ) STRICT
    """,
    "CREATE INDEX lease_released_at ON lease (released_at)",
    """
    CREATE TABLE client (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        token_hash BLOB NOT NULL UNIQUE,
        created_at REAL NOT NULL,
        last_seen_at REAL,
        revoked_at REAL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE setting (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE event (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        data TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX event_at ON event (at)",
)


def _create_first_schema(connection: sqlite3.Connection) -> None:
    for statement in _FIRST_SCHEMA:
        connection.execute(statement)


def _create_ledger(connection: sqlite3.Connection) -> None:
    # Imported when it is needed: most files have taken this step long ago.
    from dems_node.chain import journal, watch_journal
    from openems_bridge.ledger.schema import create_ledger_tables

    journal.create_tables(connection)
    watch_journal.create_tables(connection)
    create_ledger_tables(connection)


def _add_acknowledged_event(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE client ADD COLUMN acknowledged_event INTEGER")


def _create_audit_tables(connection: sqlite3.Connection) -> None:
    from openems_bridge.ledger.schema import create_audit_tables

    create_audit_tables(connection)


def _create_foresight(connection: sqlite3.Connection) -> None:
    from openems_bridge.foresight.schema import create_foresight_tables

    create_foresight_tables(connection)


def _create_market(connection: sqlite3.Connection) -> None:
    from openems_bridge.trader.schema import create_market_tables

    create_market_tables(connection)


MIGRATIONS: Sequence[Migration] = (
    _create_first_schema,
    _create_ledger,
    _add_acknowledged_event,
    _create_audit_tables,
    _create_foresight,
    _create_market,
)
"""Step i leads from version i to i + 1. A step that was released is never changed again."""
