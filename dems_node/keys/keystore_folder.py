"""Secrets in encrypted files, where there is no keyring (a container, a headless machine)."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from dems_node.keys.account import AccountKey
from dems_node.keys.container import NotSealed, ScryptCost, SealedAltered, seal, unseal
from dems_node.keys.errors import KeysExist, KeysMissing, KeysUnusable, WrongPassphrase
from dems_node.keys.passphrase import Passphrase
from dems_node.keys.private_file import new_private_file

_LARGEST_FILE = 64 * 1024
_KIND = "secret"


class KeystoreFolder:
    """A ``SecretStore`` of files in one folder (mode 0700), all under one passphrase.

    An account's key is a keystore of version 3 (scrypt, AES-128-CTR: the "Web3 Secret Storage" that other wallets
    read); any other secret is a ``container``.
    """

    def __init__(self, folder: Path, passphrase: Passphrase, cost: ScryptCost | None = None) -> None:
        self._folder = folder
        self._passphrase = passphrase
        self._cost = cost or ScryptCost()

    def keep_account(self, name: str, account: AccountKey) -> None:
        """Keep an account's key, and read it back. Raises KeysExist."""
        from eth_keyfile.keyfile import create_keyfile_json

        keystore = create_keyfile_json(
            account.private_key(), self._passphrase.reveal(), kdf="scrypt", iterations=self._cost.n
        )
        self._write(self._account_path(name), json.dumps(keystore, indent=1).encode())
        if self.account(name).address != account.address:
            raise KeysUnusable(
                f"{self._account_path(name)} does not hold what was written: is its disk sound?"
            )

    def account(self, name: str) -> AccountKey:
        """Return an account's key. Raises KeysMissing, WrongPassphrase."""
        path = self._account_path(name)
        keystore = _keystore_of(self._read(path), path)
        private_key = _decrypt(keystore, self._passphrase, path)
        account = AccountKey(private_key)
        if str(keystore.get("address", account.address)).lower() != account.address[2:].lower():
            raise KeysUnusable(f"{path} names another account than it holds: take a sound copy of it.")
        return account

    def keep(self, name: str, secret: bytes) -> None:
        """Keep a secret, and read it back. Raises KeysExist."""
        sealed = BytesIO()
        seal(secret, sealed, _KIND, self._passphrase, self._cost)
        self._write(self._secret_path(name), sealed.getvalue())
        if self.secret(name) != secret:
            raise KeysUnusable(
                f"{self._secret_path(name)} does not hold what was written: is its disk sound?"
            )

    def secret(self, name: str) -> bytes:
        """Return a secret. Raises KeysMissing, WrongPassphrase."""
        path = self._secret_path(name)
        content = self._read(path)
        try:
            return unseal(BytesIO(content), _KIND, self._passphrase)
        except WrongPassphrase:
            raise _wrong_passphrase(path) from None
        except (NotSealed, SealedAltered) as error:
            raise KeysUnusable(f"{path}: {error}") from None

    def remove(self, name: str) -> None:
        """Forget an account's key or a secret."""
        for path in (self._account_path(name), self._secret_path(name)):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise KeysUnusable(f"{path} cannot be removed: {error.strerror}.") from None

    def _account_path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _secret_path(self, name: str) -> Path:
        return self._folder / f"{name}.sealed"

    def _write(self, path: Path, content: bytes) -> None:
        try:
            for folder in (self._folder.parent, self._folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with new_private_file(path) as file:
                file.write(content)
        except FileExistsError:
            raise KeysExist(f"{path} exists already. A key is never overwritten.") from None
        except OSError as error:
            raise KeysUnusable(f"{path} cannot be written: {error.strerror}.") from None

    def _read(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(_LARGEST_FILE)
        except FileNotFoundError:
            raise KeysMissing(
                f"There is no {path}. Put it back, or restore the keys from a backup."
            ) from None
        except OSError as error:
            raise KeysUnusable(f"{path} cannot be read: {error.strerror}.") from None


def _keystore_of(content: bytes, path: Path) -> dict[str, Any]:
    """Return a keystore whose cost is bounded: a changed file must not take the machine's memory."""
    try:
        keystore = json.loads(content)
        parameters = keystore["crypto"]["kdfparams"]
        if keystore["version"] != 3 or keystore["crypto"]["kdf"] != "scrypt" or parameters["dklen"] != 32:
            raise ValueError
        ScryptCost(parameters["n"], parameters["r"], parameters["p"])
    except ValueError, TypeError, KeyError:
        raise KeysUnusable(
            f"{path} is not a keystore of version 3 with scrypt: take a sound copy of it."
        ) from None
    result: dict[str, Any] = keystore
    return result


def _decrypt(keystore: dict[str, Any], passphrase: Passphrase, path: Path) -> bytes:
    from eth_keyfile.keyfile import decode_keyfile_json

    try:
        return bytes(decode_keyfile_json(keystore, passphrase.reveal()))
    except ValueError as error:
        if "MAC mismatch" in str(error):
            raise _wrong_passphrase(path) from None
    except KeyError, TypeError:
        pass
    raise KeysUnusable(f"{path} is damaged: take a sound copy of it.")


def _wrong_passphrase(path: Path) -> WrongPassphrase:
    return WrongPassphrase(
        f"The passphrase does not open {path}: is the passphrase file (keys.passphrase_file) the one that the keys "
        "were created with?"
    )
