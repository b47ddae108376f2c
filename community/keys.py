"""The operator's keys: the authority's account, its own account, and the key that direct inclusions are sealed to."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dems_node.keys.account import AccountKey
from dems_node.keys.container import ScryptCost
from dems_node.keys.errors import KeysExist, KeysMissing, KeysUnusable
from dems_node.keys.keyring_store import KeyringStore
from dems_node.keys.keystore_folder import KeystoreFolder
from dems_node.keys.passphrase import read_passphrase
from dems_node.keys.stores import SecretStore
from dems_protocol.curve import ORDER
from dems_protocol.sealing import OperatorKey

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "dems-community"
KEYSTORE_FOLDER = "keys"
_AUTHORITY = "authority"
_OPERATOR = "operator"
_SEALING = "sealing"


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    """The keys, opened. None of them is in the representation but by its address."""

    authority: AccountKey
    operator: AccountKey
    sealing: OperatorKey = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCabinet:
    """Where the keys lie. Every call blocks and raises KeysUnusable."""

    folder: Path
    passphrase_file: Path | None
    keyring: Callable[[], KeyringBackend | None]
    cost: ScryptCost = field(default_factory=ScryptCost)

    def open(self) -> OperatorKeys:
        """Return the keys. Raises KeysMissing where they were not made, WrongPassphrase."""
        store = self._store()
        try:
            return OperatorKeys(
                store.account(_AUTHORITY),
                store.account(_OPERATOR),
                OperatorKey(int.from_bytes(store.secret(_SEALING))),
            )
        except KeysMissing as error:
            raise KeysMissing(f"{error} New ones: dems-community keys --create") from None

    def create(self, draw: Callable[[int], int]) -> OperatorKeys:
        """Make the keys that are missing and return all of them; a key that exists is kept.

        ``draw`` returns a random number below its argument.
        """
        store = self._store()
        for name in (_AUTHORITY, _OPERATOR):
            with suppress(KeysExist):
                store.keep_account(name, AccountKey.new())
        with suppress(KeysExist):
            store.keep(_SEALING, (1 + draw(ORDER - 1)).to_bytes(32))
        return self.open()

    def _store(self) -> SecretStore:
        if self.passphrase_file is not None:
            return KeystoreFolder(
                self.folder / KEYSTORE_FOLDER, read_passphrase(self.passphrase_file), self.cost
            )
        backend = self.keyring()
        if backend is None:
            raise KeysUnusable(
                "There is no keyring on this machine that keeps a secret. Give keys.passphrase_file in the "
                "configuration: a file with the passphrase of the key files, which only this daemon's user can read."
            )
        return KeyringStore(backend, SERVICE, str(self.folder))
