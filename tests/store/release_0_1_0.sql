-- The bridge's database of version 0.1.0 with a household's data in it. Never changed again: every later version must take it.
BEGIN TRANSACTION;
CREATE TABLE chain_account (
        account BLOB PRIMARY KEY,
        next_nonce INTEGER NOT NULL CHECK (next_nonce >= 0)
    ) STRICT, WITHOUT ROWID
    ;
CREATE TABLE chain_attempt (
        hash BLOB PRIMARY KEY,
        transaction_id INTEGER NOT NULL REFERENCES chain_transaction (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        raw BLOB NOT NULL,
        max_fee TEXT NOT NULL,
        priority_fee TEXT NOT NULL,
        gas INTEGER NOT NULL,
        signed_at REAL NOT NULL,
        signed_block INTEGER NOT NULL,
        UNIQUE (transaction_id, number)
    ) STRICT, WITHOUT ROWID
    ;
CREATE TABLE chain_identity (
        chain_id INTEGER PRIMARY KEY,
        genesis BLOB NOT NULL
    ) STRICT
    ;
CREATE TABLE chain_transaction (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account BLOB NOT NULL,
        key TEXT NOT NULL,
        recipient BLOB NOT NULL,
        data BLOB NOT NULL,
        value TEXT NOT NULL,
        gas INTEGER,
        subject TEXT NOT NULL,
        state TEXT NOT NULL,
        nonce INTEGER,
        block_number INTEGER,
        block_hash BLOB,
        transaction_hash BLOB,
        fee TEXT,
        error TEXT,
        created_at REAL NOT NULL,
        UNIQUE (account, key),
        UNIQUE (account, nonce)
    ) STRICT
    ;
CREATE TABLE client (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        token_hash BLOB NOT NULL UNIQUE,
        created_at REAL NOT NULL,
        last_seen_at REAL,
        revoked_at REAL
    ) STRICT, WITHOUT ROWID
    ;
INSERT INTO "client" VALUES('c1','Home Assistant',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',1790000000.0,1790000100.0,NULL);
CREATE TABLE event (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        data TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "event" VALUES(1,1790000000.0,'slot_closed','{"slot":1988888}');
INSERT INTO "event" VALUES(2,1790000001.0,'slot_closed','{"slot":1988889}');
INSERT INTO "event" VALUES(3,1790000002.0,'slot_closed','{"slot":1988890}');
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
    ;
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
    ;
CREATE TABLE ledger_membership (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        document TEXT NOT NULL
    ) STRICT
    ;
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
    ;
CREATE TABLE ledger_settlement (
        slot INTEGER PRIMARY KEY,
        document TEXT NOT NULL,
        revision INTEGER NOT NULL,
        changed_at REAL NOT NULL,
        renewable_feed_in INTEGER NOT NULL,
        renewable_generation INTEGER NOT NULL
    ) STRICT
    ;
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
    ;
CREATE TABLE meter_state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        document TEXT NOT NULL
    ) STRICT
    ;
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
    ;
INSERT INTO "reading" VALUES(900,1988888,12,240,410,NULL,NULL,NULL,'complete',900,'openems','[]');
INSERT INTO "reading" VALUES(900,1988889,13,240,410,NULL,NULL,NULL,'complete',900,'openems','[]');
INSERT INTO "reading" VALUES(900,1988890,14,240,410,NULL,NULL,NULL,'complete',900,'openems','[]');
CREATE TABLE setting (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
INSERT INTO "setting" VALUES('limits','{"reserve_soc":25}');
INSERT INTO "setting" VALUES('mode','"manual"');
CREATE TABLE watch_event (
        block INTEGER NOT NULL,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL,
        block_hash BLOB NOT NULL,
        transaction_hash BLOB NOT NULL,
        address BLOB NOT NULL,
        topics BLOB NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (block, position)
    ) STRICT, WITHOUT ROWID
    ;
CREATE TABLE watch_mark (
        number INTEGER PRIMARY KEY,
        hash BLOB NOT NULL
    ) STRICT
    ;
CREATE TABLE watch_told (
        id TEXT PRIMARY KEY,
        content BLOB NOT NULL,
        block INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
CREATE INDEX lease_released_at ON lease (released_at);
CREATE INDEX event_at ON event (at);
CREATE INDEX chain_transaction_state ON chain_transaction (account, state, id);
CREATE INDEX watch_told_block ON watch_told (block);
CREATE INDEX ledger_reading_status ON ledger_reading (status, slot);
CREATE INDEX ledger_verdict_slot ON ledger_verdict (slot);
CREATE INDEX ledger_event_slot ON ledger_event (slot, block, place);
CREATE INDEX ledger_event_name ON ledger_event (name, block, place);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',3);
COMMIT;
PRAGMA user_version = 2;
