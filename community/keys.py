"""The operator's keys: the authority's account, its own account, and the keys that direct inclusions are sealed to."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from dems_node.keys.account import AccountKey
from dems_node.keys.container import ScryptCost
from dems_node.keys.errors import KeysExist, KeysMissing, KeysUnusable
from dems_node.keys.keyring_store import KeyringStore
from dems_node.keys.keystore_folder import KeystoreFolder
from dems_node.keys.passphrase import read_passphrase
from dems_node.keys.stores import SecretStore
from dems_protocol.curve import ORDER, Point
from dems_protocol.sealing import OperatorKey
from dems_protocol.words import hash_words

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "dems-community"
KEYSTORE_FOLDER = "keys"
_AUTHORITY = "authority"
_OPERATOR = "operator"
_SEALING = "sealing"


class SealingKeys:
    """The keys that openings are, or were, sealed to, oldest first: a slot keeps the one that it began with."""

    def __init__(self, *keys: OperatorKey) -> None:
        if not keys:
            raise ValueError("an operator has at least one sealing key")
        self._keys = keys

    @property
    def first(self) -> OperatorKey:
        """The key that the operator was appointed with."""
        return self._keys[0]

    @property
    def newest(self) -> OperatorKey:
        """The key that was made last. The registry may not have it yet."""
        return self._keys[-1]

    def of(self, public: Point) -> OperatorKey | None:
        """Return the key to a public one, None if it is none of the operator's."""
        return next((key for key in self._keys if key.public == public), None)

    def of_hash(self, key_hash: bytes) -> OperatorKey | None:
        """Return the key that the registry names by its hash, None if it is none of the operator's."""
        return next((key for key in self._keys if sealing_key_hash(key.public) == key_hash), None)


def sealing_key_hash(public: Point) -> bytes:
    """Return ``keccak256(abi.encode(x, y))``: how the registry keeps a sealing key."""
    return hash_words(public.x, public.y)


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    """The keys, opened. None of them is in the representation but by its address."""

    authority: AccountKey
    operator: AccountKey
    sealing: SealingKeys = field(repr=False)


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
                store.account(_AUTHORITY), store.account(_OPERATOR), SealingKeys(*_sealing_keys(store))
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
            store.keep(_sealing_name(1), _new_sealing_key(draw))
        return self.open()

    def add_sealing_key(self, draw: Callable[[int], int]) -> OperatorKeys:
        """Make one more sealing key, beside the former ones, and return all keys. Raises KeysMissing."""
        store = self._store()
        store.keep(_sealing_name(len(_sealing_keys(store)) + 1), _new_sealing_key(draw))
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


def _new_sealing_key(draw: Callable[[int], int]) -> bytes:
    return (1 + draw(ORDER - 1)).to_bytes(32)


def _sealing_name(number: int) -> str:
    return _SEALING if number == 1 else f"{_SEALING}-{number}"


def _sealing_keys(store: SecretStore) -> list[OperatorKey]:
    """Return the sealing keys in the order in which they were made. Raises KeysMissing where there is none."""
    found = [_sealing_key(store, 1)]
    for number in count(2):
        try:
            found.append(_sealing_key(store, number))
        except KeysMissing:
            break
    return found


def _sealing_key(store: SecretStore, number: int) -> OperatorKey:
    return OperatorKey(int.from_bytes(store.secret(_sealing_name(number))))
