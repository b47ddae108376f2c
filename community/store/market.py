"""The market's book: sealed orders as they came, what was revealed of them, the set, the clearing and its results."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from community.market.live import SlotSums
from dems_protocol.signatures import Signature

TABLES = (
    """
    CREATE TABLE market_order (
        hash BLOB PRIMARY KEY,
        slot INTEGER NOT NULL,
        meter BLOB NOT NULL,
        signature BLOB NOT NULL,
        received_at INTEGER NOT NULL,
        receipt_signature BLOB NOT NULL,
        withdrawal_signature BLOB,
        place INTEGER,
        message BLOB,
        revealed_at INTEGER,
        reveal_signature BLOB,
        problem TEXT
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX market_order_slot ON market_order (slot, meter)",
    """
    CREATE TABLE market_slot (
        slot INTEGER PRIMARY KEY,
        set_root BLOB,
        set_count INTEGER,
        clearing BLOB,
        suggestions BLOB,
        void_reason TEXT,
        closed INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX market_slot_open ON market_slot (slot) WHERE closed = 0",
    """
    CREATE TABLE market_sums (
        slot INTEGER PRIMARY KEY,
        owners_net INTEGER NOT NULL,
        others_net INTEGER NOT NULL,
        owners INTEGER NOT NULL,
        others INTEGER NOT NULL,
        stored INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE market_result (
        slot INTEGER NOT NULL,
        zone INTEGER NOT NULL,
        place INTEGER NOT NULL,
        leaf BLOB NOT NULL,
        PRIMARY KEY (slot, zone, place)
    ) STRICT, WITHOUT ROWID
    """,
)

_SELECT = (
    "SELECT hash, slot, meter, signature, received_at, receipt_signature, withdrawal_signature IS NOT NULL, message, "
    "revealed_at, reveal_signature, problem FROM market_order"
)


@dataclass(frozen=True, slots=True)
class BookedOrder:
    """A sealed order in the book. ``message`` is its encoding once it was revealed, and never shown; ``problem`` the JSON of
    why it is not plausible."""

    order: bytes
    slot: int
    meter: bytes
    signature: Signature
    received_at: int
    receipt_signature: Signature
    withdrawn: bool
    message: bytes | None = field(repr=False, default=None)
    revealed_at: int | None = None
    reveal_signature: Signature | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class StoredSet:
    """The set of a slot's orders: the root of its tree and the number of its leaves."""

    root: bytes
    count: int


def by_hash(connection: sqlite3.Connection, order: bytes) -> BookedOrder | None:
    """Return an order by its hash."""
    row = connection.execute(f"{_SELECT} WHERE hash = ?", (order,)).fetchone()
    return None if row is None else _booked(row)


def count_of(connection: sqlite3.Connection, slot: int, meter: bytes | None = None) -> int:
    """Return how many orders are booked for a slot: of a meter, or of all."""
    (count,) = connection.execute(
        "SELECT COUNT(*) FROM market_order WHERE slot = ?1 AND (?2 IS NULL OR meter = ?2)", (slot, meter)
    ).fetchone()
    return int(count)


def book(connection: sqlite3.Connection, order: BookedOrder) -> None:
    """Keep a sealed order. Raises sqlite3.IntegrityError where it is kept already."""
    connection.execute(
        "INSERT INTO market_order (hash, slot, meter, signature, received_at, receipt_signature) VALUES (?, ?, ?, ?, ?, ?)",
        (
            order.order,
            order.slot,
            order.meter,
            order.signature.encode(),
            order.received_at,
            order.receipt_signature.encode(),
        ),
    )
    begin(connection, order.slot)


def withdraw(connection: sqlite3.Connection, order: bytes, signature: Signature) -> None:
    """Note that a household need not reveal an order."""
    connection.execute(
        "UPDATE market_order SET withdrawal_signature = ? WHERE hash = ?", (signature.encode(), order)
    )


def reveal(
    connection: sqlite3.Connection,
    order: bytes,
    message: bytes,
    *,
    revealed_at: int,
    signature: Signature,
    problem: str | None,
) -> None:
    """Keep what an order says, and why it is not plausible; what came first stays."""
    connection.execute(
        "UPDATE market_order SET message = ?, revealed_at = ?, reveal_signature = ?, problem = ? "
        "WHERE hash = ? AND message IS NULL",
        (message, revealed_at, signature.encode(), problem, order),
    )


def of_slot(connection: sqlite3.Connection, slot: int) -> list[BookedOrder]:
    """Return the orders of a slot, ascending by hash."""
    return [_booked(row) for row in connection.execute(f"{_SELECT} WHERE slot = ? ORDER BY hash", (slot,))]


def begin(connection: sqlite3.Connection, slot: int) -> None:
    """Take a slot up, if it is not yet."""
    connection.execute("INSERT INTO market_slot (slot) VALUES (?) ON CONFLICT DO NOTHING", (slot,))


def reopen(connection: sqlite3.Connection, slot: int) -> None:
    """Look at a slot again, because something happened to it on chain, or was taken back."""
    begin(connection, slot)
    connection.execute("UPDATE market_slot SET closed = 0 WHERE slot = ?", (slot,))


def unfinished(connection: sqlite3.Connection) -> list[int]:
    """Return the slots that are not closed, oldest first."""
    return [
        slot for (slot,) in connection.execute("SELECT slot FROM market_slot WHERE closed = 0 ORDER BY slot")
    ]


def keep_set(connection: sqlite3.Connection, slot: int, found: StoredSet, members: Sequence[bytes]) -> None:
    """Keep the set of a slot: ``members`` are the hashes of its orders in the order of the leaves."""
    connection.execute(
        "UPDATE market_slot SET set_root = ?, set_count = ? WHERE slot = ?", (found.root, found.count, slot)
    )
    connection.executemany(
        "UPDATE market_order SET place = ? WHERE hash = ?",
        ((place, order) for place, order in enumerate(members)),
    )


def set_of(connection: sqlite3.Connection, slot: int) -> StoredSet | None:
    """Return the set of a slot, None before its gate."""
    row = connection.execute("SELECT set_root, set_count FROM market_slot WHERE slot = ?", (slot,)).fetchone()
    return None if row is None or row[0] is None else StoredSet(row[0], row[1])


def in_set(connection: sqlite3.Connection, slot: int) -> list[BookedOrder]:
    """Return the orders of a slot's set, in the order of the leaves."""
    rows = connection.execute(f"{_SELECT} WHERE slot = ? AND place IS NOT NULL ORDER BY place", (slot,))
    return [_booked(row) for row in rows]


def keep_clearing(
    connection: sqlite3.Connection, slot: int, clearing: bytes, results: Iterable[tuple[int, int, bytes]]
) -> None:
    """Keep the clearing of a slot with its results: zone, place and leaf of each."""
    connection.execute("UPDATE market_slot SET clearing = ? WHERE slot = ?", (clearing, slot))
    connection.execute("DELETE FROM market_result WHERE slot = ?", (slot,))
    connection.executemany(
        "INSERT INTO market_result (slot, zone, place, leaf) VALUES (?, ?, ?, ?)",
        ((slot, zone, place, leaf) for zone, place, leaf in results),
    )


def clearing_of(connection: sqlite3.Connection, slot: int) -> bytes | None:
    """Return the encoded clearing of a slot, None before it is made."""
    row = connection.execute("SELECT clearing FROM market_slot WHERE slot = ?", (slot,)).fetchone()
    return None if row is None else row[0]


def results_of(connection: sqlite3.Connection, slot: int, zone: int) -> list[bytes]:
    """Return the result leaves of a zone in order."""
    rows = connection.execute(
        "SELECT leaf FROM market_result WHERE slot = ? AND zone = ? ORDER BY place", (slot, zone)
    )
    return [leaf for (leaf,) in rows]


def keep_suggestions(connection: sqlite3.Connection, slot: int, ciphertexts: bytes) -> None:
    """Keep what is sent to the batteries, so that a second attempt sends the same."""
    connection.execute("UPDATE market_slot SET suggestions = ? WHERE slot = ?", (ciphertexts, slot))


def suggestions_of(connection: sqlite3.Connection, slot: int) -> bytes | None:
    """Return the suggestions of a slot, None before they are made."""
    row = connection.execute("SELECT suggestions FROM market_slot WHERE slot = ?", (slot,)).fetchone()
    return None if row is None else row[0]


def keep_sums(connection: sqlite3.Connection, sums: SlotSums) -> None:
    """Keep what the members told of a slot, summed; what was kept first stays."""
    connection.execute(
        "INSERT INTO market_sums (slot, owners_net, others_net, owners, others, stored) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (sums.slot, sums.owners_net, sums.others_net, sums.owners, sums.others, sums.stored),
    )


def sums_since(connection: sqlite3.Connection, slot: int) -> list[SlotSums]:
    """Return the sums of the slots from one on, oldest first."""
    rows = connection.execute(
        "SELECT slot, owners_net, others_net, owners, others, stored FROM market_sums WHERE slot >= ? ORDER BY slot",
        (slot,),
    )
    return [
        SlotSums(
            slot=found,
            owners_net=owners_net,
            others_net=others_net,
            owners=owners,
            others=others,
            stored=stored,
        )
        for found, owners_net, others_net, owners, others, stored in rows
    ]


def void_reason(connection: sqlite3.Connection, slot: int) -> str | None:
    """Return why a slot has no market, None where it has, or may have."""
    row = connection.execute("SELECT void_reason FROM market_slot WHERE slot = ?", (slot,)).fetchone()
    return None if row is None else row[0]


def leave_void(connection: sqlite3.Connection, slot: int, reason: str) -> None:
    """Note that a slot has no market, and why."""
    connection.execute("UPDATE market_slot SET void_reason = ?, closed = 1 WHERE slot = ?", (reason, slot))


def close(connection: sqlite3.Connection, slot: int) -> None:
    """Note that nothing more is to be done for a slot."""
    connection.execute("UPDATE market_slot SET closed = 1 WHERE slot = ?", (slot,))


def prune(connection: sqlite3.Connection, before_slot: int) -> int:
    """Forget closed slots before ``before_slot``; return how many orders went."""
    connection.execute(
        "DELETE FROM market_result WHERE slot < ? AND slot IN (SELECT slot FROM market_slot WHERE closed = 1)",
        (before_slot,),
    )
    gone = connection.execute(
        "DELETE FROM market_order WHERE slot < ? AND slot IN (SELECT slot FROM market_slot WHERE closed = 1)",
        (before_slot,),
    ).rowcount
    connection.execute("DELETE FROM market_slot WHERE slot < ? AND closed = 1", (before_slot,))
    connection.execute("DELETE FROM market_sums WHERE slot < ?", (before_slot,))
    return gone


def _booked(
    row: tuple[bytes, int, bytes, bytes, int, bytes, int, bytes | None, int | None, bytes | None, str | None],
) -> BookedOrder:
    (
        order,
        slot,
        meter,
        signature,
        received_at,
        receipt,
        withdrawn,
        message,
        revealed_at,
        reveal_receipt,
        problem,
    ) = row
    return BookedOrder(
        order,
        slot,
        meter,
        Signature.decode(signature),
        received_at,
        Signature.decode(receipt),
        bool(withdrawn),
        message,
        revealed_at,
        None if reveal_receipt is None else Signature.decode(reveal_receipt),
        problem,
    )
