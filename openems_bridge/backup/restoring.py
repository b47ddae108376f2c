"""Starting again from a backup, on a new machine or after a lost TPM."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import voluptuous as vol
import yaml

from dems_node.configuration.values import ConfigurationError
from dems_node.keys.passphrase import Passphrase
from dems_node.keys.private_file import replace_private_file
from openems_bridge.backup.archive import CONFIGURATION, KEYS, Manifest, read_archive
from openems_bridge.backup.errors import BackupUnusable
from openems_bridge.backup.making import KEPT_FILES
from openems_bridge.backup.snapshot import check_snapshot
from openems_bridge.configuration.keys_section import key_options
from openems_bridge.configuration.loading import load_configuration
from openems_bridge.data_folder import DATABASE_FILE, locked_data_folder
from openems_bridge.keys.exported import ExportedKeys
from openems_bridge.keys.index import INDEX_FILE
from openems_bridge.keys.options import KeyOptions
from openems_bridge.keys.vault import RestoredKeys, Vault

_STAGING = ".restoring"
_DATA_DIR_LINE = re.compile(r"^data_dir[ \t]*:.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where to. ``vault`` makes the vault of a folder for the key options that the restored configuration says."""

    data_dir: Path
    configuration_file: Path
    vault: Callable[[Path, KeyOptions], Vault]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. ``keys`` is None for a household without; ``to_do``: what the configuration still lacks."""

    manifest: Manifest
    keys: RestoredKeys | None
    to_do: Sequence[str]


def restore_backup(file: Path, passphrase: Passphrase, target: Target) -> Restored:
    """Put everything in place, or nothing. Blocks.

    Raises BackupUnusable, DataFolderUnusable, or KeysUnusable (also WrongPassphrase, SealedAltered, SealedTooNew,
    TpmUnavailable); data folder and configuration are as before then.
    """
    with locked_data_folder(target.data_dir) as data_dir:
        _refuse_to_replace(data_dir, target.configuration_file)
        staging = data_dir / _STAGING
        shutil.rmtree(staging, ignore_errors=True)
        try:
            staging.mkdir(mode=0o700)
            manifest, texts = _unpacked(file, passphrase, staging)
            configuration = _with_data_dir(texts[CONFIGURATION], data_dir)
            with _written_unless_it_fails(target.configuration_file, configuration):
                keys = _restored_keys(texts, target.vault(staging, _key_options(configuration)))
                _move_out(staging, data_dir)
        except OSError as error:
            raise BackupUnusable(f"The backup {file} cannot be restored: {error}.") from None
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return Restored(manifest, keys, _to_do(target))


def _refuse_to_replace(data_dir: Path, configuration: Path) -> None:
    for path in (configuration, data_dir / INDEX_FILE, *(data_dir / name for name in sorted(KEPT_FILES))):
        if path.exists():
            raise BackupUnusable(
                f"{path} exists already, and nothing is overwritten. Restore into an empty folder, with a new "
                "--config, or move the old files away."
            )


def _unpacked(file: Path, passphrase: Passphrase, folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    with file.open("rb") as source:
        manifest, texts = read_archive(source, passphrase, folder, KEPT_FILES)
    if not (folder / DATABASE_FILE).exists() or CONFIGURATION not in texts:
        raise BackupUnusable(f"{file} lacks the database or the configuration: use another backup.")
    check_snapshot(folder / DATABASE_FILE)
    return manifest, texts


@contextmanager
def _written_unless_it_fails(path: Path, text: str) -> Iterator[None]:
    replace_private_file(path, text.encode())
    try:
        yield
    except BaseException:
        path.unlink()
        raise


def _with_data_dir(content: bytes, data_dir: Path) -> str:
    """Return the configuration, comments and all, with the new data folder."""
    line = f"data_dir: {json.dumps(str(data_dir.absolute()), ensure_ascii=False)}"
    return _DATA_DIR_LINE.sub(lambda _: line, content.decode("utf-8", errors="replace"), count=1)


def _key_options(configuration: str) -> KeyOptions:
    # Only this section: what the others name (a password file) may be missing on this machine.
    try:
        document = yaml.safe_load(configuration)
        return key_options((document or {}).get("keys", {}))
    except (yaml.YAMLError, AttributeError, vol.Invalid) as error:
        raise BackupUnusable(
            f"The configuration in the backup has no usable section keys: {type(error).__name__}."
        ) from None


def _restored_keys(texts: dict[str, bytes], vault: Vault) -> RestoredKeys | None:
    return vault.restore(ExportedKeys.decode(texts[KEYS])) if KEYS in texts else None


def _move_out(staging: Path, data_dir: Path) -> None:
    # The database last: without it the bridge would begin an empty one, so the folder counts as restored only then.
    for path in sorted(staging.iterdir(), key=lambda path: path.name == DATABASE_FILE):
        path.rename(data_dir / path.name)


def _to_do(target: Target) -> list[str]:
    try:
        found = load_configuration(target.configuration_file).data_dir
    except ConfigurationError as error:
        return list(error.mistakes)
    if found != target.data_dir.absolute():
        return [f"data_dir: expected {target.data_dir.absolute()}, found {found}"]
    return []
