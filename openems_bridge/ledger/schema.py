"""The ledger's tables in the bridge's database.

What the chain said is kept as it was said (``ledger_event``); what follows from it is derived again whenever it changes,
so a reorganisation is undone by deleting rows.
"""

import sqlite3

_TABLES = (
    """
    CREATE TABLE ledger_membership (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        document TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE ledger_reading (
        hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
        slot INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        reading BLOB NOT NULL,
        signature BLOB NOT NULL,
        openings BLOB NOT NULL,
        signer TEXT NOT NULL,
        signed_at REAL NOT NULL,
        status TEXT NOT NULL,
        tried_at REAL,
        received_at INTEGER,
        receipt BLOB,
        refusal TEXT,
        UNIQUE (slot, revision)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX ledger_reading_status ON ledger_reading (status, slot)",
    """
    CREATE TABLE ledger_verdict (
        statement_hash BLOB PRIMARY KEY,
        slot INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
        findings TEXT NOT NULL,
        leaves INTEGER NOT NULL,
        leaf BLOB,
        proof BLOB,
        operator_signature BLOB,
        checked_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX ledger_verdict_slot ON ledger_verdict (slot)",
    """
    CREATE TABLE ledger_event (
        id TEXT PRIMARY KEY,
        block INTEGER NOT NULL,
        place INTEGER NOT NULL,
        at INTEGER NOT NULL,
        contract BLOB NOT NULL,
        topics BLOB NOT NULL,
        data BLOB NOT NULL,
        name TEXT NOT NULL,
        slot INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX ledger_event_slot ON ledger_event (slot, block, place)",
    "CREATE INDEX ledger_event_name ON ledger_event (name, block, place)",
    """
    CREATE TABLE ledger_settlement (
        slot INTEGER PRIMARY KEY,
        document TEXT NOT NULL,
        revision INTEGER NOT NULL,
        changed_at REAL NOT NULL,
        renewable_feed_in INTEGER NOT NULL,
        renewable_generation INTEGER NOT NULL
    ) STRICT
    """,
)


def create_ledger_tables(connection: sqlite3.Connection) -> None:
    """Create the tables; a migration of the bridge's store."""
    for statement in _TABLES:
        connection.execute(statement)


_AUDIT_TABLES = (
    """
    CREATE TABLE ledger_audited_reading (
        meter BLOB NOT NULL,
        slot INTEGER NOT NULL,
        reading BLOB NOT NULL,
        PRIMARY KEY (meter, slot)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE ledger_audited_leaf (
        meter BLOB PRIMARY KEY,
        slot INTEGER NOT NULL,
        statement BLOB NOT NULL,
        published_at INTEGER NOT NULL,
        published_block INTEGER NOT NULL,
        leaf BLOB NOT NULL,
        proof BLOB NOT NULL,
        final INTEGER NOT NULL CHECK (final IN (0, 1))
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE ledger_objection (
        statement_hash BLOB PRIMARY KEY,
        slot INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        earlier_slot INTEGER NOT NULL,
        earlier_statement BLOB NOT NULL,
        data BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)


def create_audit_tables(connection: sqlite3.Connection) -> None:
    """Create what an audit remembers of other meters, and challenges that have to wait; a migration of the bridge's store."""
    for statement in _AUDIT_TABLES:
        connection.execute(statement)
