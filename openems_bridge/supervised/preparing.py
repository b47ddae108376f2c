"""What is done before the bridge starts in the app: options become a configuration, a restored backup is unpacked."""

import json
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from openems_bridge.supervised.options import (
    CONFIGURATION_FILE,
    EDGE_PASSWORD_FILE,
    KEYS_PASSPHRASE_FILE,
    configuration,
)

OPTIONS_FILE: Final = "options.json"
BACKUP_FILE: Final = "household.backup"
"""Written by ``backup_pre``, removed by ``backup_post``: where it lies at a start, the supervisor has restored it."""
DATABASE: Final = "bridge/bridge.sqlite3"
_LOGGER = logging.getLogger(__name__)

type Restore = Callable[[Path, Path, Path, Path], int]
"""Restores a backup (file, its passphrase's file, data folder, configuration) and returns the exit status."""


class NotPrepared(Exception):
    """The app cannot start; the text says what to do."""


def prepare(data: Path, restore: Restore) -> Path:
    """Write the configuration, restore what the supervisor brought back, and return the configuration's path.

    Raises NotPrepared.
    """
    try:
        options = json.loads((data / OPTIONS_FILE).read_text())
    except (OSError, ValueError) as error:
        raise NotPrepared(f"The app's options cannot be read ({error}): save them again.") from error
    _write_secret(data / EDGE_PASSWORD_FILE, str(options.get("edge_password", "")))
    if not (data / KEYS_PASSPHRASE_FILE).exists():
        _write_secret(data / KEYS_PASSPHRASE_FILE, secrets.token_urlsafe(32))
    file = data / CONFIGURATION_FILE
    _restore(data, file, restore)
    _write_secret(file, configuration(options, data))
    return file


def _restore(data: Path, file: Path, restore: Restore) -> None:
    """Unpack a backup once, where there is no database; a backup beside a database is a left-over."""
    backup = data / BACKUP_FILE
    if not backup.exists():
        return
    if not (data / DATABASE).exists():
        _LOGGER.info("Restoring the household from %s", backup)
        file.unlink(missing_ok=True)
        status = restore(backup, data / KEYS_PASSPHRASE_FILE, data / "bridge", file)
        if status != 0:
            raise NotPrepared(
                f"The backup {backup} could not be restored (see above). Nothing was started, so that no "
                "second household begins."
            )
    backup.unlink()


def _write_secret(path: Path, text: str) -> None:
    """Write a file that only the bridge can read, at once or not at all."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    new.replace(path)
