"""The backup's file: a tar archive inside an encrypted container, with a manifest in front."""

import json
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from dems_node.keys.container import ScryptCost, SealedAltered, SealedReader, SealedWriter
from dems_node.keys.passphrase import Passphrase
from dems_node.keys.private_file import new_private_file
from openems_bridge.backup.errors import BackupUnusable

BACKUP_KIND = "bridge backup"
MANIFEST = "manifest.json"
CONFIGURATION = "bridge.yaml"
KEYS = "keys"
_CONTENT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the backup holds. ``created_at``: UTC s; ``schema``: the database's version."""

    bridge_version: str
    created_at: int
    household: str
    schema: int
    content_version: int = _CONTENT_VERSION


def write_archive(
    target: IO[bytes],
    passphrase: Passphrase,
    manifest: Manifest,
    texts: Mapping[str, bytes],
    files: Mapping[str, Path],
    cost: ScryptCost,
) -> None:
    """Write manifest, texts and files, encrypted. Secrets among ``texts`` never touch the disk in clear."""
    sealed = SealedWriter(target, BACKUP_KIND, passphrase, cost)
    with tarfile.open(fileobj=sealed, mode="w|") as archive:
        for name, content in {MANIFEST: json.dumps(asdict(manifest)).encode(), **texts}.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), 0o600, manifest.created_at
            archive.addfile(entry, BytesIO(content))
        for name, path in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = path.stat().st_size, 0o600, manifest.created_at
            with path.open("rb") as file:
                archive.addfile(entry, file)
    sealed.finish()


def read_archive(
    source: IO[bytes], passphrase: Passphrase, folder: Path, files: frozenset[str]
) -> tuple[Manifest, dict[str, bytes]]:
    """Unpack the ``files`` that there are into a folder, and return the manifest and the texts: configuration, keys.

    What was unpacked is to be used only if this returns. Raises BackupUnusable, and what SealedReader does.
    """
    sealed = SealedReader(source, BACKUP_KIND, passphrase)
    texts: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=sealed, mode="r|") as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                if content is None or entry.name not in files | {MANIFEST, CONFIGURATION, KEYS}:
                    continue  # of a later version, which this one has no use for
                if entry.name in files:
                    with new_private_file(folder / entry.name) as file:
                        shutil.copyfileobj(content, file)
                else:
                    texts[entry.name] = content.read()
    except tarfile.TarError:
        raise SealedAltered(
            "The content of the file is not an archive: it is damaged. Use another copy."
        ) from None
    sealed.read_to_the_end()
    return _manifest(texts.pop(MANIFEST, b"")), texts


def _manifest(content: bytes) -> Manifest:
    try:
        fields: Any = json.loads(content)
        version = int(fields["content_version"])
        if version > _CONTENT_VERSION:
            raise BackupUnusable(
                f"The backup's content has version {version}, this bridge knows up to {_CONTENT_VERSION}: a newer "
                "version wrote it. Install that version and try again."
            )
        return Manifest(
            bridge_version=str(fields["bridge_version"]),
            created_at=int(fields["created_at"]),
            household=str(fields["household"]),
            schema=int(fields["schema"]),
            content_version=version,
        )
    except ValueError, TypeError, KeyError:
        raise BackupUnusable("The backup has no manifest that can be read: use another backup.") from None
