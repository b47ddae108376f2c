"""What this household found of each clearing. Functions for ``Database.run``."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dems_node.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingVerdict:
    """A checked clearing: what is wrong with it (``code`` None: nothing), and the prices in the household's zone."""

    slot: int
    clearing_hash: bytes
    code: str | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    zone: int
    price: int
    lower: int
    upper: int
    utility_sell: int
    utility_buy: int
    checked_at: float

    @property
    def verified(self) -> bool:
        """Whether it is right as far as this household has looked."""
        return self.code is None


_COLUMNS = "slot, clearing_hash, verified, code, params, zone, price, lower, upper, utility_sell, utility_buy, checked_at"
_SELECT = f"SELECT {_COLUMNS} FROM market_verdict"  # noqa: S608 - names of this module


def keep(connection: sqlite3.Connection, verdict: ClearingVerdict) -> None:
    """Write a verdict in the place of the slot's former one."""
    connection.execute(
        f"INSERT OR REPLACE INTO market_verdict ({_COLUMNS}) VALUES ({', '.join('?' * 12)})",  # noqa: S608
        (
            verdict.slot,
            verdict.clearing_hash,
            int(verdict.verified),
            verdict.code,
            json.dumps(dict(verdict.params)),
            verdict.zone,
            verdict.price,
            verdict.lower,
            verdict.upper,
            verdict.utility_sell,
            verdict.utility_buy,
            verdict.checked_at,
        ),
    )


def forget(connection: sqlite3.Connection, slot: int) -> None:
    """Delete the verdict of a clearing that fell."""
    connection.execute("DELETE FROM market_verdict WHERE slot = ?", (slot,))


def of_slot(connection: sqlite3.Connection, slot: int) -> ClearingVerdict | None:
    """Return the verdict of a slot."""
    row = connection.execute(f"{_SELECT} WHERE slot = ?", (slot,)).fetchone()
    return None if row is None else _verdict(row)


def latest(connection: sqlite3.Connection) -> ClearingVerdict | None:
    """Return the verdict of the last slot that has one."""
    row = connection.execute(f"{_SELECT} ORDER BY slot DESC LIMIT 1").fetchone()
    return None if row is None else _verdict(row)


def between(connection: sqlite3.Connection, first: int, last: int, limit: int) -> Sequence[ClearingVerdict]:
    """Return the verdicts of slots in [first, last], oldest first, at most ``limit``."""
    rows = connection.execute(
        f"{_SELECT} WHERE slot >= ? AND slot <= ? ORDER BY slot LIMIT ?", (first, last, limit)
    )
    return [_verdict(row) for row in rows]


def _verdict(row: Sequence[Any]) -> ClearingVerdict:
    slot, clearing_hash, _, code, params, zone, price, lower, upper, sell, buy, checked_at = row
    return ClearingVerdict(
        slot=slot,
        clearing_hash=clearing_hash,
        code=code,
        params=json.loads(params or "{}"),
        zone=zone,
        price=price,
        lower=lower,
        upper=upper,
        utility_sell=sell,
        utility_buy=buy,
        checked_at=checked_at,
    )
