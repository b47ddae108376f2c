"""Making a backup, while the bridge runs or not."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dems_node.https.tls import CERTIFICATE_FILE
from dems_node.keys.container import SealedReader
from dems_node.keys.errors import KeysMissing
from dems_node.keys.passphrase import Passphrase
from dems_node.keys.private_file import new_private_file
from openems_bridge import __version__
from openems_bridge.backup.archive import BACKUP_KIND, CONFIGURATION, KEYS, Manifest, write_archive
from openems_bridge.backup.errors import BackupUnusable
from openems_bridge.backup.snapshot import take_snapshot
from openems_bridge.data_folder import DATABASE_FILE
from openems_bridge.edges import SIMULATED_STATE_FILE
from openems_bridge.keys.vault import Vault

KEPT_FILES = frozenset({DATABASE_FILE, CERTIFICATE_FILE, SIMULATED_STATE_FILE})
"""What a backup takes from the data folder, beside the keys. The certificate, so that nothing has to be paired again."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: a bridge's configuration file and household, and its keys in its data folder."""

    configuration_file: Path
    household: str
    vault: Vault

    @property
    def data_dir(self) -> Path:
        """The data folder."""
        return self.vault.folder


def make_backup(source: Source, target: Path, passphrase: Passphrase) -> Manifest:
    """Write a new file, read it back whole, and only then note that the keys are backed up. Blocks.

    Raises BackupUnusable, or KeysUnusable where there are keys that cannot be read; no file is left then.
    """
    if target.exists():
        raise BackupUnusable(f"{target} exists already and was left as it is. Name another file.")
    keys = _keys(source.vault)
    try:
        with TemporaryDirectory(prefix=".backup-", dir=source.data_dir) as name:
            copy = Path(name) / DATABASE_FILE
            schema = take_snapshot(source.data_dir / DATABASE_FILE, copy)
            manifest = Manifest(
                bridge_version=__version__,
                created_at=int(source.vault.now()),
                household=source.household,
                schema=schema,
            )
            texts = {CONFIGURATION: source.configuration_file.read_bytes(), **keys}
            files = {**_other_files(source.data_dir), DATABASE_FILE: copy}
            with new_private_file(target) as file:
                write_archive(file, passphrase, manifest, texts, files, source.vault.cost)
                file.seek(0)
                SealedReader(file, BACKUP_KIND, passphrase).read_to_the_end()
    except OSError as error:
        raise BackupUnusable(f"The backup {target} cannot be made: {error}.") from None
    if keys:
        source.vault.mark_backed_up()
    return manifest


def _keys(vault: Vault) -> dict[str, bytes]:
    try:
        return {KEYS: vault.export().encode()}
    except KeysMissing:
        if vault.index() is not None:
            raise
        return {}  # a household that is in no community


def _other_files(data_dir: Path) -> dict[str, Path]:
    paths = {name: data_dir / name for name in sorted(KEPT_FILES - {DATABASE_FILE})}
    return {name: path for name, path in paths.items() if path.exists()}
