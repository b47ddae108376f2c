"""The journal of the household's orders. Functions for ``Database.run``."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dems_protocol.signatures import Signature
from openems_bridge.trader.own_orders import STANDING, OrderReason, OrderState, OwnOrder

ORDERS_A_SLOT = 8
_COLUMNS = (
    "hash, slot, number, side, quantity, battery, limit_price, zone, salt, signature, automatic, created_at, state, "
    "reason, received_at, receipt, withdrawal, is_direct, reveal_receipt, revealed_at, filled, price"
)
_SELECT = f"SELECT {_COLUMNS} FROM market_order"  # noqa: S608 - names of this module


class TooManyOrders(Exception):
    """A meter has at most eight orders a slot."""


def next_number(connection: sqlite3.Connection, slot: int) -> int:
    """Return the number of the slot's next order. A number is never used twice. Raises TooManyOrders."""
    (last,) = connection.execute("SELECT max(number) FROM market_order WHERE slot = ?", (slot,)).fetchone()
    number = 0 if last is None else int(last) + 1
    if number >= ORDERS_A_SLOT:
        raise TooManyOrders
    return number


def add(connection: sqlite3.Connection, order: OwnOrder) -> None:
    """Write a new order. Raises sqlite3.IntegrityError where slot and number are taken."""
    marks = ", ".join("?" * 22)
    connection.execute(f"INSERT INTO market_order ({_COLUMNS}) VALUES ({marks})", _row(order))  # noqa: S608


def add_first(connection: sqlite3.Connection, slot: int, orders: Sequence[OwnOrder]) -> bool:
    """Write a slot's first orders, unless it has some; return whether they were written."""
    (count,) = connection.execute("SELECT count(*) FROM market_order WHERE slot = ?", (slot,)).fetchone()
    if count:
        return False
    for order in orders:
        add(connection, order)
    return True


def change(connection: sqlite3.Connection, order: OwnOrder) -> None:
    """Write what became of an order; what it says is never changed."""
    connection.execute(
        "UPDATE market_order SET state = ?, reason = ?, received_at = ?, receipt = ?, withdrawal = ?, is_direct = ?, "
        "reveal_receipt = ?, revealed_at = ?, filled = ?, price = ? WHERE hash = ?",
        (*_row(order)[12:], order.hash),
    )


def by_hash(connection: sqlite3.Connection, order_hash: bytes) -> OwnOrder | None:
    """Return an order by its hash."""
    row = connection.execute(f"{_SELECT} WHERE hash = ?", (order_hash,)).fetchone()
    return None if row is None else _order(row)


def by_id(connection: sqlite3.Connection, identifier: str) -> OwnOrder | None:
    """Return an order by what people call it."""
    try:
        begin = bytes.fromhex(identifier)
    except ValueError:
        return None
    rows = connection.execute(f"{_SELECT} WHERE substr(hash, 1, 8) = ?", (begin,)).fetchall()
    return _order(rows[0]) if len(rows) == 1 else None


def of_slot(connection: sqlite3.Connection, slot: int) -> Sequence[OwnOrder]:
    """Return the orders of a slot by their numbers."""
    return [_order(row) for row in connection.execute(f"{_SELECT} WHERE slot = ? ORDER BY number", (slot,))]


def between(
    connection: sqlite3.Connection, first: int, last: int, limit: int = 100_000
) -> Sequence[OwnOrder]:
    """Return the orders of slots in [first, last], oldest first, at most ``limit``."""
    rows = connection.execute(
        f"{_SELECT} WHERE slot >= ? AND slot <= ? ORDER BY slot, number LIMIT ?", (first, last, limit)
    )
    return [_order(row) for row in rows]


def standing(connection: sqlite3.Connection) -> Sequence[OwnOrder]:
    """Return the orders that may yet be filled, by slot."""
    states = sorted(state.value for state in STANDING)
    marks = ", ".join("?" * len(states))
    rows = connection.execute(f"{_SELECT} WHERE state IN ({marks}) ORDER BY slot, number", states)
    return [_order(row) for row in rows]


def slots_with_orders(connection: sqlite3.Connection, first: int) -> Sequence[int]:
    """Return the slots from ``first`` on of which there are orders, ascending."""
    rows = connection.execute(
        "SELECT DISTINCT slot FROM market_order WHERE slot >= ? ORDER BY slot", (first,)
    )
    return [row[0] for row in rows]


def contracted(connection: sqlite3.Connection, slots: Iterable[int]) -> Mapping[int, tuple[int, int, int]]:
    """Return (bought, sold, price) by slot of those in which orders of this meter were filled: Wh, micro-units/kWh."""
    found: dict[int, tuple[int, int, int]] = {}
    wanted = list(slots)
    if not wanted:
        return found
    rows = connection.execute(
        "SELECT slot, side, filled, price FROM market_order WHERE slot >= ? AND slot <= ? AND state = ? AND filled > 0",
        (min(wanted), max(wanted), OrderState.CLEARED.value),
    )
    chosen = set(wanted)
    for slot, side, filled, price in rows:
        if slot in chosen:
            bought, sold, _ = found.get(slot, (0, 0, price))
            found[slot] = (bought + (0 if side else filled), sold + (filled if side else 0), price)
    return found


def _row(order: OwnOrder) -> tuple[Any, ...]:
    reason = order.reason
    return (
        order.hash,
        order.slot,
        order.number,
        order.side,
        order.quantity,
        order.battery,
        order.limit,
        order.zone,
        order.salt,
        order.signature.encode(),
        int(order.automatic),
        order.created_at,
        order.state.value,
        None if reason is None else json.dumps([reason.code, dict(reason.params)]),
        order.received_at,
        _encoded(order.receipt),
        _encoded(order.withdrawal),
        int(order.is_direct),
        _encoded(order.reveal_receipt),
        order.revealed_at,
        order.filled,
        order.price,
    )


def _order(row: Sequence[Any]) -> OwnOrder:
    reason = None if row[13] is None else OrderReason(*json.loads(row[13]))
    return OwnOrder(
        hash=row[0],
        slot=row[1],
        number=row[2],
        side=row[3],
        quantity=row[4],
        battery=row[5],
        limit=row[6],
        zone=row[7],
        salt=row[8],
        signature=Signature.decode(row[9]),
        automatic=bool(row[10]),
        created_at=row[11],
        state=OrderState(row[12]),
        reason=reason,
        received_at=row[14],
        receipt=_decoded(row[15]),
        withdrawal=_decoded(row[16]),
        is_direct=bool(row[17]),
        reveal_receipt=_decoded(row[18]),
        revealed_at=row[19],
        filled=row[20],
        price=row[21],
    )


def _encoded(signature: Signature | None) -> bytes | None:
    return None if signature is None else signature.encode()


def _decoded(data: bytes | None) -> Signature | None:
    return None if data is None else Signature.decode(data)
