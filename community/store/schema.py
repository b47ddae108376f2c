"""The operator's schema, as the steps that lead to it."""

import sqlite3
from collections.abc import Sequence

from community.store import market
from dems_node.chain import journal, watch_journal
from dems_node.database.migrations import Migration
from dems_protocol.membership import renew_enrolment

_FIRST_SCHEMA = (
    """
    CREATE TABLE invitation (
        secret_hash BLOB PRIMARY KEY,
        note TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        household BLOB
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE enrolment (
        household BLOB NOT NULL,
        meter BLOB NOT NULL,
        message BLOB NOT NULL,
        household_signature BLOB NOT NULL,
        meter_signature BLOB NOT NULL,
        status TEXT NOT NULL,
        reason TEXT,
        first_slot INTEGER,
        leaving BLOB,
        received_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        PRIMARY KEY (household, meter)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE UNIQUE INDEX enrolment_meter ON enrolment (meter) WHERE status NOT IN ('refused', 'left')",
    """
    CREATE TABLE reading (
        id INTEGER PRIMARY KEY,
        meter BLOB NOT NULL,
        slot INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        hash BLOB NOT NULL UNIQUE,
        message BLOB NOT NULL,
        signature BLOB NOT NULL,
        openings BLOB NOT NULL,
        received_at INTEGER NOT NULL,
        receipt_signature BLOB,
        late INTEGER NOT NULL,
        beside INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX reading_in_chain ON reading (meter, slot, revision) WHERE beside = 0",
    "CREATE INDEX reading_slot ON reading (slot)",
    """
    CREATE TABLE statement (
        slot INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        message BLOB NOT NULL,
        signature BLOB NOT NULL,
        made_at INTEGER NOT NULL,
        PRIMARY KEY (slot, attempt)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE leaf (
        slot INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        place INTEGER NOT NULL,
        reading INTEGER NOT NULL REFERENCES reading (id),
        owners INTEGER NOT NULL,
        PRIMARY KEY (slot, attempt, place)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX leaf_reading ON leaf (reading)",
    """
    CREATE TABLE slot (
        slot INTEGER PRIMARY KEY,
        sealed INTEGER NOT NULL DEFAULT 0,
        final INTEGER NOT NULL DEFAULT 0,
        unnetted_reason TEXT,
        closed INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX slot_open ON slot (slot) WHERE closed = 0",
    """
    CREATE TABLE chain_event (
        id TEXT PRIMARY KEY,
        scope TEXT NOT NULL,
        slot INTEGER,
        block INTEGER NOT NULL,
        position INTEGER NOT NULL,
        transaction_hash BLOB NOT NULL,
        topics BLOB NOT NULL,
        data BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX chain_event_slot ON chain_event (slot, block, position) WHERE slot IS NOT NULL",
    "CREATE INDEX chain_event_scope ON chain_event (scope, block, position)",
    """
    CREATE TABLE setting (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)


def _create_first_schema(connection: sqlite3.Connection) -> None:
    for statement in _FIRST_SCHEMA:
        connection.execute(statement)
    journal.create_tables(connection)
    watch_journal.create_tables(connection)


def _tell_more_of_plants_and_keys(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE enrolment ADD COLUMN plant BLOB")
    rows = connection.execute("SELECT household, meter, message FROM enrolment").fetchall()
    connection.executemany(
        "UPDATE enrolment SET message = ?3 WHERE household = ?1 AND meter = ?2",
        [(household, meter, renew_enrolment(message)) for household, meter, message in rows],
    )
    connection.execute(
        """
        CREATE TABLE key_change (
            meter BLOB PRIMARY KEY,
            scheme INTEGER NOT NULL,
            x BLOB NOT NULL,
            y BLOB NOT NULL,
            first_slot INTEGER NOT NULL,
            signature BLOB,
            status TEXT NOT NULL,
            reason TEXT,
            received_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )


def _open_a_market(connection: sqlite3.Connection) -> None:
    for statement in market.TABLES:
        connection.execute(statement)


MIGRATIONS: Sequence[Migration] = (_create_first_schema, _tell_more_of_plants_and_keys, _open_a_market)
