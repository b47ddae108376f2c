"""The readings of slots: written once, never changed."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import timedelta

from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.telemetry import Register, SourceClass

KEPT_FOR = timedelta(days=2 * 366)
"""Readings older than this are pruned: two billing years, so that last year can be compared day by day."""

_REGISTERS = tuple(Register)
_COLUMNS = ", ".join(["slot", *(register.value for register in _REGISTERS), "quality"]) + (
    ", covered_seconds, source, integrated"
)
_INSERT = (
    f"INSERT INTO reading (slot_seconds, {_COLUMNS}) "  # noqa: S608 - the names are those of an enum
    f"VALUES ({', '.join('?' * (len(_REGISTERS) + 6))})"
)


def insert(connection: sqlite3.Connection, slot_seconds: int, readings: Iterable[Reading]) -> None:
    """Write readings of slots that have none yet. Raises sqlite3.IntegrityError for a slot that has one."""
    connection.executemany(_INSERT, [_row(slot_seconds, reading) for reading in readings])


def between(connection: sqlite3.Connection, slot_seconds: int, first: int, end: int) -> Sequence[Reading]:
    """Return the readings of slots ``first <= slot < end`` in ascending order; slots without one are missing."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM reading WHERE slot_seconds = ? AND slot >= ? AND slot < ? ORDER BY slot",  # noqa: S608
        (slot_seconds, first, end),
    )
    return [_reading(row) for row in rows]


def page(
    connection: sqlite3.Connection, slot_seconds: int, first: int | None, last: int | None, limit: int
) -> Sequence[Reading]:
    """Return at most ``limit`` readings of slots in [first, last] in ascending order; None leaves an end open.

    Without ``first`` they are the newest ones, with it the oldest, so that a client can page on.
    """
    order = "DESC" if first is None else "ASC"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM reading WHERE slot_seconds = ? AND slot >= ? AND slot <= ? "  # noqa: S608
        f"ORDER BY slot {order} LIMIT ?",
        (slot_seconds, 0 if first is None else first, 2**62 if last is None else last, limit),
    )
    found = [_reading(row) for row in rows]
    return found[::-1] if first is None else found


def latest(connection: sqlite3.Connection, slot_seconds: int) -> Reading | None:
    """Return the reading of the last slot that has one."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM reading WHERE slot_seconds = ? ORDER BY slot DESC LIMIT 1",  # noqa: S608
        (slot_seconds,),
    ).fetchone()
    return None if row is None else _reading(row)


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Delete readings older than ``KEPT_FOR`` at ``now`` (UTC s) and return how many.

    "Now" is no later than the newest reading: a clock that wakes up in another decade must not empty the archive.
    """
    (newest,) = connection.execute("SELECT max((slot + 1) * slot_seconds) FROM reading").fetchone()
    if newest is None:
        return 0
    horizon = int(min(now, newest) - KEPT_FOR.total_seconds())
    return connection.execute("DELETE FROM reading WHERE slot < ? / slot_seconds", (horizon,)).rowcount


def _row(slot_seconds: int, reading: Reading) -> tuple[int | str | None, ...]:
    return (
        slot_seconds,
        reading.slot,
        *(reading.energy.get(register) for register in _REGISTERS),
        reading.quality.value,
        reading.covered_seconds,
        reading.source.value,
        json.dumps(sorted(reading.integrated)),
    )


def _reading(row: Sequence[int | str | None]) -> Reading:
    slot, *energy = row[: 1 + len(_REGISTERS)]
    quality, covered, source, integrated = row[1 + len(_REGISTERS) :]
    return Reading(
        slot=int(slot or 0),
        energy={register: int(wh) for register, wh in zip(_REGISTERS, energy, strict=True) if wh is not None},
        quality=Quality(str(quality)),
        covered_seconds=int(covered or 0),
        source=SourceClass(str(source)),
        integrated=frozenset(map(Register, json.loads(str(integrated)))),
    )
