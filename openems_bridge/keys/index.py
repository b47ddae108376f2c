"""``keys.json``: what everybody may know of the keys, beside the database, so that showing them needs no passphrase."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dems_node.keys.errors import KeysUnusable
from dems_node.keys.private_file import replace_private_file
from dems_protocol.signatures import PublicKey, Scheme
from openems_bridge.keys.options import StoreKind

INDEX_FILE = "keys.json"
_VERSION = 1
_LARGEST_FILE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyIndex:
    """Which keys this bridge has.

    ``vault`` names the entries in the keyring, for the life of the keys. ``instance`` names this copy of the bridge: a
    copy that is restored, or declared to take over, gets a new one (``ledger.single_writer``). Moments are UTC s;
    ``backed_up_at`` is None until these very keys are in a backup.
    """

    vault: str
    instance: str
    store: StoreKind
    account: str
    meter_key: PublicKey
    meter_key_in_tpm: bool
    created_at: int
    backed_up_at: int | None = None


def new_name() -> str:
    """Return 16 random hex digits for a vault or an instance."""
    return secrets.token_hex(8)


def read_index(folder: Path) -> KeyIndex | None:
    """Return the index in the data folder, None where no keys were made. Raises KeysUnusable for a damaged one."""
    path = folder / INDEX_FILE
    try:
        with path.open("rb") as file:
            fields = json.loads(file.read(_LARGEST_FILE))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise KeysUnusable(_damaged(path)) from None
    return _decoded(fields, path)


def write_index(folder: Path, index: KeyIndex) -> None:
    """Put the index in the place of the one before, in one step. Raises KeysUnusable."""
    fields = {
        "version": _VERSION,
        "vault": index.vault,
        "instance": index.instance,
        "store": index.store,
        "account": index.account,
        "meter_key": {
            "id": f"0x{index.meter_key.key_id().hex()}",
            "scheme": int(index.meter_key.scheme),
            "x": f"{index.meter_key.x:#066x}",
            "y": f"{index.meter_key.y:#066x}",
            "in_tpm": index.meter_key_in_tpm,
        },
        "created_at": index.created_at,
        "backed_up_at": index.backed_up_at,
    }
    path = folder / INDEX_FILE
    try:
        replace_private_file(path, json.dumps(fields, indent=1).encode() + b"\n")
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be written: {error.strerror}.") from None


def _decoded(fields: Any, path: Path) -> KeyIndex:
    try:
        if fields["version"] > _VERSION:
            raise KeysUnusable(
                f"{path} was written by a newer version of the bridge: install that version again."
            )
        key = fields["meter_key"]
        return KeyIndex(
            vault=str(fields["vault"]),
            instance=str(fields["instance"]),
            store=StoreKind(fields["store"]),
            account=str(fields["account"]),
            meter_key=PublicKey(Scheme(key["scheme"]), int(key["x"], 16), int(key["y"], 16)),
            meter_key_in_tpm=bool(key["in_tpm"]),
            created_at=int(fields["created_at"]),
            backed_up_at=None if fields["backed_up_at"] is None else int(fields["backed_up_at"]),
        )
    except ValueError, TypeError, KeyError:
        raise KeysUnusable(_damaged(path)) from None


def _damaged(path: Path) -> str:
    return f"{path} is damaged: restore it from a backup (openems-bridge keys restore, into an empty data folder)."
