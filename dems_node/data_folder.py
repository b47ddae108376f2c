"""The folder that holds what a daemon must not lose, and the lock that keeps a second one out of it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DataFolderUnusable(Exception):
    """The folder cannot be used. The text names it and says what to do."""


@contextmanager
def locked_folder(path: Path, lock_file: str, program: str) -> Iterator[Path]:
    """Make the folder (mode 0700) if need be, and hold its lock while the context lasts.

    ``program`` is what a person calls the daemon. Raises DataFolderUnusable.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path / lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataFolderUnusable(
            f"data_dir: {path} cannot be written ({error.strerror}). Create it and give it to the {program}'s user."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                raise DataFolderUnusable(f"data_dir: {path} cannot be locked ({error.strerror}).") from error
            raise DataFolderUnusable(
                f"data_dir: {path} is in use by another {program} that runs now. Stop that one first."
            ) from error
        yield path
    finally:
        os.close(descriptor)
