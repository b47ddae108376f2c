"""The folder that holds what a bridge must not lose, and the lock that keeps a second bridge out of it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_FILE = "bridge.lock"
DATABASE_FILE = "bridge.sqlite3"


class DataFolderUnusable(Exception):
    """The folder cannot be used. The text names it and says what to do."""


@contextmanager
def locked_data_folder(path: Path) -> Iterator[Path]:
    """Make the folder (mode 0700) if need be, and hold its lock while the context lasts. Raises DataFolderUnusable."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataFolderUnusable(
            f"data_dir: {path} cannot be written ({error.strerror}). Create it and give it to the bridge's user."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                raise DataFolderUnusable(f"data_dir: {path} cannot be locked ({error.strerror}).") from error
            raise DataFolderUnusable(
                f"data_dir: {path} is in use by another bridge that runs now. Stop that one first."
            ) from error
        yield path
    finally:
        os.close(descriptor)
