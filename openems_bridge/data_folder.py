"""The folder that holds what a bridge must not lose."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dems_node.data_folder import DataFolderUnusable, locked_folder

__all__ = ["DATABASE_FILE", "LOCK_FILE", "DataFolderUnusable", "locked_data_folder"]
LOCK_FILE = "bridge.lock"
DATABASE_FILE = "bridge.sqlite3"


@contextmanager
def locked_data_folder(path: Path) -> Iterator[Path]:
    """Make the folder (mode 0700) if need be, and hold its lock while the context lasts. Raises DataFolderUnusable."""
    with locked_folder(path, LOCK_FILE, "bridge"):
        yield path
