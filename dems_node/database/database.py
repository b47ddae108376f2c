"""One SQLite file, one connection, one thread that uses it."""

import asyncio
import errno
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, Self

from dems_node.database.errors import DatabaseCorrupt, DatabaseTooNew, DiskFull, StoreError
from dems_node.database.integrity import damage_of, refuse_to_replace_damaged, set_aside
from dems_node.database.migrations import Migration, migrate, version_of

ROOM_NEEDED = 32 * 1024 * 1024
"""Free bytes below which the disk counts as full: the write-ahead log at its largest, and a day of everything."""
_CHECKPOINT_PAGES = 1000
_LOG_BYTES_KEPT = 4 * 1024 * 1024
_BUSY_SECONDS = 5.0
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Database:
    """A daemon's store. Every access is a function ``fn(connection, ...)`` run by ``run`` in a transaction.

    Write-ahead log with ``synchronous=FULL``: what ``run`` has returned from survives a power cut, because readings
    and leases are a journal. It stays kind to SD cards because few transactions are made (one a slot, one every five
    minutes, one a change of a lease) and because the log is folded back only every 1000 pages, so that a page written
    a hundred times reaches the file once. Raising from ``fn`` rolls everything back.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._path = path
        self._connection = connection
        self._thread = thread
        self._full = False

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        migrations: Sequence[Migration],
        now: Callable[[], float] = time.time,
        connection_class: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> Self:
        """Open or create the file, check it, and bring its schema up to date.

        ``now`` (UTC s) dates a file that is set aside.

        Raises DatabaseTooNew; DatabaseCorrupt after the file was set aside, and again at every later start until
        the owner has restored a backup or moved the damaged file away: a new database is never made unnoticed;
        DiskFull; StoreError where the place cannot be written.
        """
        thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        try:
            connection = await asyncio.get_running_loop().run_in_executor(
                thread, _open_checked, path, migrations, now, connection_class
            )
        except BaseException as error:
            # A cancelled caller leaves the thread at its work; otherwise it is idle and ends at once.
            thread.shutdown(wait=not isinstance(error, asyncio.CancelledError))
            raise
        return cls(path, connection, thread)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._path

    async def run[**P, T](
        self, fn: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a repository's function in one transaction and return what it returns, once it is on the disk.

        The transaction runs to its end even if the caller is cancelled meanwhile. Raises DiskFull or StoreError,
        sqlite3.IntegrityError where a constraint was broken, and whatever ``fn`` raises of its own; in each case
        nothing was changed.
        """

        def work() -> T:
            return fn(self._connection, *args, **kwargs)

        try:
            result = await asyncio.get_running_loop().run_in_executor(
                self._thread, _in_transaction, self._connection, work
            )
        except sqlite3.IntegrityError:
            raise
        except (sqlite3.Error, OSError) as error:
            told = _told(error, self._path)
            self._full = isinstance(told, DiskFull)
            raise told from error
        self._full = False
        return result

    def disk_has_room(self) -> bool:
        """Tell whether the journal can go on being written: at once, from the file system's free space."""
        if self._full:
            return False
        try:
            return shutil.disk_usage(self._path.parent).free >= ROOM_NEEDED
        except OSError:
            return False

    async def close(self) -> None:
        """Finish what is queued, fold the log into the file and close it. Closing twice is harmless."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        except RuntimeError:
            return  # the thread was shut down by an earlier close
        self._thread.shutdown()  # idle by now: this waits for nothing but the thread's own end


def _open_checked(
    path: Path,
    migrations: Sequence[Migration],
    now: Callable[[], float],
    connection_class: type[sqlite3.Connection],
) -> sqlite3.Connection:
    refuse_to_replace_damaged(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, autocommit=True, factory=connection_class)
    except (OSError, sqlite3.Error) as error:
        raise _told(error, path) from error
    try:
        _prepare(connection, path, migrations)
    except BaseException as error:
        connection.close()
        reason = _damage_told_by(error)
        if reason is not None:
            raise DatabaseCorrupt(path, set_aside(path, now()), reason) from error
        if isinstance(error, sqlite3.Error | OSError):
            raise _told(error, path) from error
        raise
    return connection


class _Damaged(Exception):
    """The integrity check found something."""


def _prepare(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    damage = damage_of(connection)
    if damage is not None:
        raise _Damaged(damage)
    version = version_of(connection)
    if version > len(migrations):
        raise DatabaseTooNew(path, version, len(migrations))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES_KEPT}")
    migrate(connection, migrations)


def _in_transaction[T](connection: sqlite3.Connection, work: Callable[[], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work()
        connection.execute("COMMIT")
    except BaseException:
        # A full disk ends the transaction by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _damage_told_by(error: BaseException) -> str | None:
    if isinstance(error, _Damaged):
        return str(error)
    if isinstance(error, sqlite3.Error) and _primary_code(error) in _DAMAGE:
        return str(error)
    return None


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _told(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    full = (
        _primary_code(error) == sqlite3.SQLITE_FULL
        if isinstance(error, sqlite3.Error)
        else error.errno in (errno.ENOSPC, errno.EDQUOT)
    )
    if full:
        return DiskFull(f"No room left for {path}: free some space on its disk. Nothing was changed.")
    if isinstance(error, sqlite3.Error) and _primary_code(error) in _DAMAGE:
        return StoreError(
            f"{path} turned out to be damaged ({error}): restart the program, which will set it aside."
        )
    return StoreError(
        f"{path} could not be used: {error}. Check that its directory exists and may be written."
    )
