"""The market's tables in the bridge's database.

An order's row is written before anybody hears of the order; what the chain said is kept as it was said
(``market_event``), and what follows from it is derived again, so a reorganisation is undone by deleting rows.
"""

import sqlite3

_TABLES = (
    """
    CREATE TABLE market_order (
        hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
        slot INTEGER NOT NULL,
        number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 7),
        side INTEGER NOT NULL CHECK (side IN (0, 1)),
        quantity INTEGER NOT NULL CHECK (quantity > 0),
        battery INTEGER NOT NULL CHECK (battery BETWEEN 0 AND quantity),
        limit_price INTEGER NOT NULL,
        zone INTEGER NOT NULL,
        salt BLOB NOT NULL CHECK (length(salt) = 32),
        signature BLOB NOT NULL,
        automatic INTEGER NOT NULL CHECK (automatic IN (0, 1)),
        created_at REAL NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        received_at INTEGER,
        receipt BLOB,
        withdrawal BLOB,
        is_direct INTEGER NOT NULL CHECK (is_direct IN (0, 1)),
        reveal_receipt BLOB,
        revealed_at INTEGER,
        filled INTEGER,
        price INTEGER,
        UNIQUE (slot, number)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX market_order_state ON market_order (state, slot)",
    """
    CREATE TABLE market_verdict (
        slot INTEGER PRIMARY KEY,
        clearing_hash BLOB NOT NULL,
        verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
        code TEXT,
        params TEXT,
        zone INTEGER NOT NULL,
        price INTEGER NOT NULL,
        lower INTEGER NOT NULL,
        upper INTEGER NOT NULL,
        utility_sell INTEGER NOT NULL,
        utility_buy INTEGER NOT NULL,
        checked_at REAL NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE market_event (
        id TEXT PRIMARY KEY,
        block INTEGER NOT NULL,
        place INTEGER NOT NULL,
        at INTEGER NOT NULL,
        topics BLOB NOT NULL,
        data BLOB NOT NULL,
        name TEXT NOT NULL,
        slot INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX market_event_slot ON market_event (slot, block, place)",
    """
    CREATE TABLE market_suggestion (
        slot INTEGER PRIMARY KEY,
        question TEXT NOT NULL,
        action TEXT NOT NULL,
        energy INTEGER NOT NULL,
        price INTEGER NOT NULL,
        gain INTEGER NOT NULL,
        order_hash BLOB NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        at REAL NOT NULL
    ) STRICT
    """,
)


def create_market_tables(connection: sqlite3.Connection) -> None:
    """Create the tables; a migration of the bridge's store."""
    for statement in _TABLES:
        connection.execute(statement)
