"""Files that only their owner can read, written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_UNFINISHED = ".unfinished"


@contextmanager
def new_private_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a new file (mode 0600) that appears under its name only once it is complete and on the disk.

    Raises FileExistsError where there is one already, OSError where it cannot be written; nothing is left then.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists already")
    with _unfinished(path) as (unfinished, file):
        yield file
        _sync(file)
        unfinished.rename(path)
    _sync_folder(path.parent)


def replace_private_file(path: Path, content: bytes) -> None:
    """Write a file (mode 0600) in one step, in place of what was there. Raises OSError; the old one is kept then."""
    with _unfinished(path) as (unfinished, file):
        file.write(content)
        _sync(file)
        unfinished.rename(path)
    _sync_folder(path.parent)


@contextmanager
def _unfinished(path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    unfinished = path.with_name(path.name + _UNFINISHED)
    unfinished.unlink(missing_ok=True)
    try:
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            yield unfinished, file
    finally:
        unfinished.unlink(missing_ok=True)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
