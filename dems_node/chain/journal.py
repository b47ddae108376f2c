"""The performer's journal in SQLite: functions for ``Database.run``, and the tables they need.

A daemon's migrations call ``create_tables``. A daemon that wants a transaction *because* it stores something calls
``ask`` in the same database transaction, and ``Performer.wake`` after it.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dems_node.chain.errors import WrongChain
from dems_node.chain.reverts import ContractError
from dems_node.chain.transactions import ENDED, Attempt, Intent, IntentConflict, State, Transaction
from dems_node.chain.values import Fees, Receipt

_TABLES = (
    """
    CREATE TABLE chain_identity (
        chain_id INTEGER PRIMARY KEY,
        genesis BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE chain_account (
        account BLOB PRIMARY KEY,
        next_nonce INTEGER NOT NULL CHECK (next_nonce >= 0)
    ) STRICT, WITHOUT ROWID
    """,
    """
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
    """,
    "CREATE INDEX chain_transaction_state ON chain_transaction (account, state, id)",
    """
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
    """,
)

_COLUMNS = """
    id, key, recipient, data, value, gas, subject, state, nonce, block_number, block_hash, transaction_hash,
    fee, error, created_at
"""
_ENDED = ", ".join(f"'{state}'" for state in ENDED)


KEPT_SECONDS = 90 * 86_400
"""So long a transaction is kept that has ended."""
NEVER_PRUNED = 64
"""So many of an account's newest transactions are kept for good."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables; a step of a daemon's migrations."""
    for statement in _TABLES:
        connection.execute(statement)


def recognise(connection: sqlite3.Connection, chain_id: int, genesis: bytes) -> None:
    """Remember a chain at first sight. Raises WrongChain where another one had this id before."""
    row = connection.execute("SELECT genesis FROM chain_identity WHERE chain_id = ?", (chain_id,)).fetchone()
    if row is None:
        connection.execute("INSERT INTO chain_identity VALUES (?, ?)", (chain_id, genesis))
    elif row[0] != genesis:
        raise WrongChain(
            f"The node's chain {chain_id} begins with block 0x{genesis.hex()}, the one that this database knows with "
            f"0x{row[0].hex()}: it is another chain with the same id. Check the node's URL; if the chain was really "
            f"started anew, begin with a new data folder too."
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """The transaction of an intent, and whether the intent was new."""

    transaction: Transaction
    is_new: bool


def ask(connection: sqlite3.Connection, account: bytes, intent: Intent, now: float) -> Asked:
    """Write an intent, once whatever is asked again, and return its transaction. ``now``: UTC s.

    Raises IntentConflict where the key was used for another call.
    """
    found = by_key(connection, account, intent.key)
    if found is not None:
        known = found.intent
        if (known.to, known.data, known.value) != (intent.to, intent.data, intent.value):
            raise IntentConflict(
                f"The transaction {intent.key!r} was asked for before, with other data: use another key."
            )
        return Asked(found, False)
    connection.execute(
        "INSERT INTO chain_transaction (account, key, recipient, data, value, gas, subject, state, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            account,
            intent.key,
            intent.to,
            intent.data,
            str(intent.value),
            intent.gas,
            intent.subject,
            State.QUEUED,
            now,
        ),
    )
    written = by_key(connection, account, intent.key)
    assert written is not None  # noqa: S101 - inserted above
    return Asked(written, True)


def by_key(connection: sqlite3.Connection, account: bytes, key: str) -> Transaction | None:
    """Return the transaction of an intent's key, None if it was never asked for."""
    return _first(connection, "account = ? AND key = ?", account, key)


def by_id(connection: sqlite3.Connection, number: int) -> Transaction | None:
    """Return a transaction, None if there is none with this id."""
    return _first(connection, "id = ?", number)


def unfinished(connection: sqlite3.Connection, account: bytes) -> Sequence[Transaction]:
    """Return what has not ended: first what is signed, by nonce, then what is queued, in the order of asking."""
    return _select(
        connection, f"account = ? AND state NOT IN ({_ENDED}) ORDER BY nonce IS NULL, nonce, id", account
    )


def count_unfinished(connection: sqlite3.Connection, account: bytes) -> int:
    """Return how many transactions have not ended."""
    query = f"SELECT count(*) FROM chain_transaction WHERE account = ? AND state NOT IN ({_ENDED})"  # noqa: S608
    (count,) = connection.execute(query, (account,)).fetchone()
    return int(count)


def latest(connection: sqlite3.Connection, account: bytes, limit: int = 100) -> Sequence[Transaction]:
    """Return the newest transactions, newest first."""
    return _select(connection, "account = ? ORDER BY id DESC LIMIT ?", account, limit)


def ended_from_nonce(connection: sqlite3.Connection, account: bytes, nonce: int) -> Sequence[Transaction]:
    """Return the transactions that count as settled and have this nonce or a higher one, lowest first."""
    return _select(
        connection, f"account = ? AND nonce >= ? AND state IN ({_ENDED}) ORDER BY nonce", account, nonce
    )


def next_nonce(connection: sqlite3.Connection, account: bytes) -> int | None:
    """Return the nonce that the journal would use next, None before the account was ever seen on the chain."""
    row = connection.execute("SELECT next_nonce FROM chain_account WHERE account = ?", (account,)).fetchone()
    return None if row is None else int(row[0])


def set_next_nonce(connection: sqlite3.Connection, account: bytes, nonce: int) -> None:
    """State the nonce to use next: at first sight of the account, or once other people's use of it is accepted."""
    connection.execute(
        "INSERT INTO chain_account VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET next_nonce = excluded.next_nonce",
        (account, nonce),
    )


def sign_first(
    connection: sqlite3.Connection, transaction: Transaction, account: bytes, nonce: int, attempt: Attempt
) -> None:
    """Store nonce and signed bytes together, before anything is sent: no crash can leave a nonce without bytes."""
    connection.execute(
        "UPDATE chain_transaction SET state = ?, nonce = ?, error = NULL WHERE id = ? AND state = ?",
        (State.SENT, nonce, transaction.id, State.QUEUED),
    )
    _insert_attempt(connection, transaction.id, 0, attempt)
    set_next_nonce(connection, account, nonce + 1)


def sign_again(connection: sqlite3.Connection, transaction: Transaction, attempt: Attempt) -> None:
    """Store a further attempt with the same nonce."""
    _insert_attempt(connection, transaction.id, len(transaction.attempts), attempt)


def refuse(connection: sqlite3.Connection, transaction: Transaction, error: ContractError) -> None:
    """End a transaction that was never signed: the contract would have refused it."""
    connection.execute(
        "UPDATE chain_transaction SET state = ?, error = ? WHERE id = ? AND state = ?",
        (State.REFUSED, _told(error), transaction.id, State.QUEUED),
    )


def mined(
    connection: sqlite3.Connection, transaction: Transaction, receipt: Receipt, error: ContractError | None
) -> None:
    """Note the block that a transaction is in, and why the contract refused where it did."""
    connection.execute(
        "UPDATE chain_transaction SET state = ?, block_number = ?, block_hash = ?, transaction_hash = ?, fee = ?,"
        " error = ? WHERE id = ?",
        (
            State.MINED,
            receipt.block_number,
            receipt.block_hash,
            receipt.transaction_hash,
            str(receipt.gas_used * receipt.gas_price),
            None if error is None else _told(error),
            transaction.id,
        ),
    )


def settle(connection: sqlite3.Connection, transaction: Transaction, state: State) -> None:
    """Note that the block of a transaction is final: it did what it should, or it reverted."""
    connection.execute("UPDATE chain_transaction SET state = ? WHERE id = ?", (state, transaction.id))


def unmined(connection: sqlite3.Connection, transaction: Transaction) -> None:
    """Note that a reorganisation took the transaction out of its block: it is to be sent again, as it was signed."""
    connection.execute(
        "UPDATE chain_transaction SET state = ?, block_number = NULL, block_hash = NULL, transaction_hash = NULL,"
        " fee = NULL, error = NULL WHERE id = ?",
        (State.SENT, transaction.id),
    )


def requeue(connection: sqlite3.Connection, transaction: Transaction) -> None:
    """Ask again for a transaction whose nonce went to somebody else's for good: its signed bytes are worthless now."""
    connection.execute("DELETE FROM chain_attempt WHERE transaction_id = ?", (transaction.id,))
    connection.execute(
        "UPDATE chain_transaction SET state = ?, nonce = NULL WHERE id = ?", (State.QUEUED, transaction.id)
    )


def prune(connection: sqlite3.Connection, now: float, is_referenced: Callable[[str], bool]) -> int:
    """Delete transactions that have ended and were asked for 90 days before ``now`` (UTC s); return how many went.

    Those stay to whose key the daemon may come back (``is_referenced``): asked for again, it would happen again. So do
    the newest ones of each account, which a reorganisation may take out of the chain, and of which a person is told.
    "Now" is no later than the newest transaction: a clock that wakes up in another decade must not empty the journal.
    """
    gone = 0
    for (account,) in connection.execute("SELECT DISTINCT account FROM chain_transaction").fetchall():
        rows = connection.execute(
            f"SELECT id, key, created_at, state IN ({_ENDED}) FROM chain_transaction WHERE account = ? ORDER BY id DESC",  # noqa: S608
            (account,),
        ).fetchall()
        before = min(now, max(row[2] for row in rows)) - KEPT_SECONDS
        for number, key, created_at, ended in rows[NEVER_PRUNED:]:
            if ended and created_at < before and not is_referenced(key):
                connection.execute("DELETE FROM chain_attempt WHERE transaction_id = ?", (number,))
                connection.execute("DELETE FROM chain_transaction WHERE id = ?", (number,))
                gone += 1
    return gone


def _insert_attempt(
    connection: sqlite3.Connection, transaction_id: int, number: int, attempt: Attempt
) -> None:
    connection.execute(
        "INSERT INTO chain_attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            attempt.hash,
            transaction_id,
            number,
            attempt.raw,
            str(attempt.fees.max_fee),
            str(attempt.fees.priority_fee),
            attempt.gas,
            attempt.signed_at,
            attempt.signed_block,
        ),
    )


def _told(error: ContractError) -> str:
    document = {"name": error.name, "arguments": dict(error.arguments), "text": str(error)}
    return json.dumps(document, separators=(",", ":"))


def _first(connection: sqlite3.Connection, where: str, *values: object) -> Transaction | None:
    found = _select(connection, where, *values)
    return found[0] if found else None


def _select(connection: sqlite3.Connection, where: str, *values: object) -> Sequence[Transaction]:
    query = f"SELECT {_COLUMNS} FROM chain_transaction WHERE {where}"  # noqa: S608 - both are texts of this module
    rows = connection.execute(query, values).fetchall()
    return [_transaction(row, _attempts(connection, row[0])) for row in rows]


def _attempts(connection: sqlite3.Connection, transaction_id: int) -> tuple[Attempt, ...]:
    rows = connection.execute(
        "SELECT hash, raw, max_fee, priority_fee, gas, signed_at, signed_block FROM chain_attempt"
        " WHERE transaction_id = ? ORDER BY number",
        (transaction_id,),
    )
    return tuple(
        Attempt(
            hash=row[0],
            raw=row[1],
            fees=Fees(int(row[2]), int(row[3])),
            gas=row[4],
            signed_at=row[5],
            signed_block=row[6],
        )
        for row in rows
    )


def _transaction(row: tuple[Any, ...], attempts: tuple[Attempt, ...]) -> Transaction:
    (
        number,
        key,
        recipient,
        data,
        value,
        gas,
        subject,
        state,
        nonce,
        block,
        block_hash,
        digest,
        fee,
        error,
        at,
    ) = row
    return Transaction(
        id=number,
        intent=Intent(key=key, to=recipient, data=data, subject=subject, value=int(value), gas=gas),
        state=State(state),
        nonce=nonce,
        attempts=attempts,
        block_number=block,
        block_hash=block_hash,
        transaction_hash=digest,
        fee=None if fee is None else int(fee),
        error=None if error is None else json.loads(error),
        created_at=at,
    )
