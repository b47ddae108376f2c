"""Keys on their way into a backup and out of it: the plain text that only ever exists inside an encrypted file."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from dems_node.keys.account import AccountKey
from dems_node.keys.container import ScryptCost, SealedReader, SealedWriter
from dems_node.keys.errors import KeysUnusable
from dems_node.keys.meter import MeterKeys
from dems_node.keys.passphrase import Passphrase
from dems_node.keys.private_file import new_private_file

KEYS_KIND = "keys"
_VERSION = 1
_DAMAGED = "The keys in the backup are not in a form that this version knows. Use the version that wrote it."


@dataclass(frozen=True, slots=True)
class ExportedKeys:
    """All secrets of a household; of a meter key in a TPM only the reference, because it never leaves the TPM."""

    account: AccountKey = field(repr=False)
    meter: MeterKeys = field(repr=False)

    def encode(self) -> bytes:
        """Return JSON that holds the secrets in clear."""
        fields = {
            "version": _VERSION,
            "account": self.account.private_key().hex(),
            "meter": json.loads(self.meter.encode()),
        }
        return json.dumps(fields, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> ExportedKeys:
        """Read what ``encode`` wrote. Raises KeysUnusable, which shows nothing of it."""
        try:
            fields = json.loads(data)
            if fields["version"] != _VERSION:
                raise KeysUnusable(_DAMAGED)
            account = bytes.fromhex(fields["account"])
            meter = json.dumps(fields["meter"]).encode()
        except ValueError, TypeError, KeyError:
            raise KeysUnusable(_DAMAGED) from None
        return cls(AccountKey(account), MeterKeys.decode(meter))


def write_keys_file(path: Path, keys: ExportedKeys, passphrase: Passphrase, cost: ScryptCost) -> None:
    """Write a new file with the encrypted keys, and read it back. Raises KeysUnusable."""
    try:
        with new_private_file(path) as file:
            writer = SealedWriter(file, KEYS_KIND, passphrase, cost)
            writer.write(keys.encode())
            writer.finish()
            file.seek(0)
            SealedReader(file, KEYS_KIND, passphrase).read_to_the_end()
    except FileExistsError:
        raise KeysUnusable(f"{path} exists already and was left as it is. Name another file.") from None
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be written: {error.strerror}.") from None


def read_keys_file(path: Path, passphrase: Passphrase) -> ExportedKeys:
    """Return the keys of a file. Raises KeysUnusable (also WrongPassphrase, SealedAltered, SealedTooNew)."""
    try:
        with path.open("rb") as file:
            content = SealedReader(file, KEYS_KIND, passphrase).readall()
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be read: {error.strerror}.") from None
    return ExportedKeys.decode(content or b"")
