"""What can go wrong with a database, told apart by what a person can do about it."""

from pathlib import Path


class StoreError(Exception):
    """The store could not do what was asked; nothing of the transaction was kept. It may work later."""


class DiskFull(StoreError):
    """No room is left where the database lies. Nothing was changed; free some space."""


class DatabaseTooNew(StoreError):
    """The file was written by a newer version of the program, which this one must not touch."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"{path} has schema version {found}, this program knows {known}: it was written by a newer version. "
            f"Install that version again, or restore the backup made before the update."
        )


class DatabaseCorrupt(StoreError):
    """The file cannot be trusted. It lies at ``set_aside`` now, with its -wal and -shm; no new one was made."""

    def __init__(self, path: Path, set_aside: Path, reason: str) -> None:
        self.path = path
        self.set_aside = set_aside
        super().__init__(
            f"The database {path} is damaged ({reason}). It is kept as {set_aside}. "
            f"Restore a backup to {path}, or try `sqlite3 {set_aside} .recover`; to begin with an empty database "
            f"instead, move {set_aside} to another directory. Until then the program does not start."
        )
