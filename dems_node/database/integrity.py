"""Is the database file sound? And where does a damaged one go?"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from dems_node.database.errors import DatabaseCorrupt

_COMPANIONS = ("", "-wal", "-shm")
_MARK = ".corrupt-"


def damage_of(connection: sqlite3.Connection) -> str | None:
    """Return what SQLite's integrity check finds, None for a sound file. Raises sqlite3.DatabaseError if unreadable."""
    rows: Sequence[tuple[str]] = connection.execute("PRAGMA integrity_check(3)").fetchall()
    found = "; ".join(" ".join(text.split()) for (text,) in rows)
    return None if found == "ok" else found


def set_aside(path: Path, now: float) -> Path:
    """Rename the database with its -wal and -shm to a dated name beside it and return that name. ``now``: UTC s."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}{_MARK}{stamp}")
    attempt = 1
    while target.exists():
        attempt += 1
        target = path.with_name(f"{path.name}{_MARK}{stamp}-{attempt}")
    for companion in _COMPANIONS:
        part = path.with_name(path.name + companion)
        if part.exists():
            part.rename(target.with_name(target.name + companion))
    return target


def refuse_to_replace_damaged(path: Path) -> None:
    """Raise DatabaseCorrupt where the database is missing and a damaged one still lies beside its place.

    A supervisor restarts the program within seconds; without this the second start would silently begin anew.
    """
    if path.exists():
        return
    aside = sorted(
        other
        for other in path.parent.glob(f"{path.name}{_MARK}*")
        if not other.name.endswith(("-wal", "-shm", "-journal"))
    )
    if aside:
        raise DatabaseCorrupt(path, aside[-1], "found at an earlier start")
