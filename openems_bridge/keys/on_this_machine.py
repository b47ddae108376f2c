"""The vault with this machine's keyring and clock."""

import time
from pathlib import Path

from dems_node.keys.keyring_store import usable_keyring
from openems_bridge.keys.options import KeyOptions
from openems_bridge.keys.vault import Vault


def vault_of(folder: Path, options: KeyOptions) -> Vault:
    """Return the vault of a data folder on this machine."""
    return Vault(folder=folder, options=options, keyring=usable_keyring, now=time.time)
