"""What keeps secrets at rest: the interface of the keyring and of the keystore folder."""

from typing import Protocol

from dems_node.keys.account import AccountKey


class SecretStore(Protocol):
    """Keeps secrets by their names. Every call blocks (disk, scrypt, D-Bus): call it off the loop.

    Every call raises KeysUnusable where the store cannot be used, with what to do.
    """

    def keep_account(self, name: str, account: AccountKey) -> None:
        """Keep an account's key. Raises KeysExist where there is one of that name."""

    def account(self, name: str) -> AccountKey:
        """Return an account's key. Raises KeysMissing, WrongPassphrase."""

    def keep(self, name: str, secret: bytes) -> None:
        """Keep any other secret. Raises KeysExist where there is one of that name."""

    def secret(self, name: str) -> bytes:
        """Return a secret. Raises KeysMissing, WrongPassphrase."""

    def remove(self, name: str) -> None:
        """Forget an account's key or a secret; one that is not there is no error."""
