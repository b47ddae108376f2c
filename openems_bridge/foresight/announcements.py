"""What people tell ahead: loads with a window, times in which the battery must not discharge, somebody's solar forecast."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_LOADS = 50
MOST_HOLDS = 50
PROMISES_KEPT_DAYS = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedLoad:
    """A device that will run: at ``power`` (W) until ``energy`` (Wh) is used, within [earliest, latest) (UTC s)."""

    id: str
    name: str
    power: int
    energy: int
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryHold:
    """No discharge in [start, end) (UTC s), and why."""

    id: str
    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PromisedSun:
    """Energy (Wh) that a solar forecast tells for [start, end) (UTC s)."""

    start: int
    end: int
    energy: int


class TooMany(Exception):
    """There are so many announcements already that something must be wrong with who makes them."""

    def __init__(self, most: int) -> None:
        super().__init__(f"there are {most} already")
        self.most = most


def add_load(connection: sqlite3.Connection, load: AnnouncedLoad) -> None:
    """Keep a load. Raises TooMany."""
    _room_in(connection, "announced_load", MOST_LOADS)
    connection.execute(
        "INSERT INTO announced_load (id, name, power, energy, earliest, latest) VALUES (?, ?, ?, ?, ?, ?)",
        (load.id, load.name, load.power, load.energy, load.earliest, load.latest),
    )


def add_hold(connection: sqlite3.Connection, hold: BatteryHold) -> None:
    """Keep a hold. Raises TooMany."""
    _room_in(connection, "battery_hold", MOST_HOLDS)
    connection.execute(
        "INSERT INTO battery_hold (id, reason, start, until) VALUES (?, ?, ?, ?)",
        (hold.id, hold.reason, hold.start, hold.end),
    )


def remove_load(connection: sqlite3.Connection, identifier: str) -> bool:
    """Forget a load; return whether there was one."""
    return connection.execute("DELETE FROM announced_load WHERE id = ?", (identifier,)).rowcount > 0


def remove_hold(connection: sqlite3.Connection, identifier: str) -> bool:
    """Forget a hold; return whether there was one."""
    return connection.execute("DELETE FROM battery_hold WHERE id = ?", (identifier,)).rowcount > 0


def loads_after(connection: sqlite3.Connection, now: float) -> Sequence[AnnouncedLoad]:
    """Return the loads whose window has not ended at ``now`` (UTC s), by its beginning."""
    rows = connection.execute(
        "SELECT id, name, power, energy, earliest, latest FROM announced_load WHERE latest > ? "
        "ORDER BY earliest, id",
        (int(now),),
    )
    return [
        AnnouncedLoad(id=row[0], name=row[1], power=row[2], energy=row[3], earliest=row[4], latest=row[5])
        for row in rows
    ]


def holds_after(connection: sqlite3.Connection, now: float) -> Sequence[BatteryHold]:
    """Return the holds that have not ended at ``now`` (UTC s), by their beginning."""
    rows = connection.execute(
        "SELECT id, reason, start, until FROM battery_hold WHERE until > ? ORDER BY start, id", (int(now),)
    )
    return [BatteryHold(id=row[0], reason=row[1], start=row[2], end=row[3]) for row in rows]


def keep_promises(connection: sqlite3.Connection, promises: Iterable[PromisedSun], now: float) -> int:
    """Keep a solar forecast; return of how many periods.

    A period that has begun keeps what was last told before: that is what a forecast is judged by.
    """
    kept = 0
    for promise in promises:
        if promise.start <= now:
            continue
        connection.execute(
            "DELETE FROM solar_promise WHERE start > ? AND start < ?", (promise.start, promise.end)
        )
        connection.execute(
            "INSERT INTO solar_promise (start, until, energy, told_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (start) DO UPDATE SET until = excluded.until, energy = excluded.energy, told_at = excluded.told_at",
            (promise.start, promise.end, promise.energy, now),
        )
        kept += 1
    return kept


def promises_between(connection: sqlite3.Connection, first: int, last: int) -> Mapping[int, float]:
    """Return promised Wh by the period's start (UTC s), for starts in [first, last]."""
    rows = connection.execute(
        "SELECT start, energy FROM solar_promise WHERE start >= ? AND start <= ? ORDER BY start",
        (first, last),
    )
    return {row[0]: float(row[1]) for row in rows}


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Delete what has ended; return how many rows."""
    moment = int(now)
    deleted = connection.execute("DELETE FROM announced_load WHERE latest < ?", (moment,)).rowcount
    deleted += connection.execute("DELETE FROM battery_hold WHERE until < ?", (moment,)).rowcount
    horizon = moment - PROMISES_KEPT_DAYS * 86_400
    return deleted + connection.execute("DELETE FROM solar_promise WHERE start < ?", (horizon,)).rowcount


def _room_in(connection: sqlite3.Connection, table: str, most: int) -> None:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names of this module
    if count >= most:
        raise TooMany(most)
