"""Secrets in the operating system's keyring (Secret Service, KWallet, macOS, Windows)."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

from dems_node.keys.account import AccountKey
from dems_node.keys.errors import KeysExist, KeysMissing, KeysUnusable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

ANSWER_SECONDS = 60.0
"""Long enough for a person to type the keyring's password."""
_REFUSED = ("keyring.backends.null", "keyring.backends.fail", "keyrings.alt")
"""Backends that keep nothing, or keep it in the clear or behind a weak cipher."""


class KeyringStore:
    """A ``SecretStore`` whose entries are named ``<vault>/<name>`` under one service."""

    def __init__(
        self, backend: KeyringBackend, service: str, vault: str, seconds: float = ANSWER_SECONDS
    ) -> None:
        self._backend = backend
        self._seconds = seconds
        self._service = service
        self._vault = vault

    def keep_account(self, name: str, account: AccountKey) -> None:
        """Keep an account's key. Raises KeysExist."""
        self.keep(name, account.private_key())

    def account(self, name: str) -> AccountKey:
        """Return an account's key. Raises KeysMissing."""
        return AccountKey(self.secret(name))

    def keep(self, name: str, secret: bytes) -> None:
        """Keep a secret, and read it back. Raises KeysExist."""
        if self._read(name) is not None:
            raise KeysExist(f"The keyring has an entry {self._entry(name)} of {self._service} already.")
        self._asked(lambda: self._backend.set_password(self._service, self._entry(name), secret.hex()))
        if self._read(name) != secret.hex():
            raise KeysUnusable(
                f"The keyring {self._backend.name} did not keep what was put into it: use a keystore file "
                "(keys.passphrase_file)."
            )

    def secret(self, name: str) -> bytes:
        """Return a secret. Raises KeysMissing."""
        text = self._read(name)
        if text is None:
            raise KeysMissing(
                f"The keyring {self._backend.name} has no entry {self._entry(name)} of {self._service}. Is it the "
                "keyring of the user who created the keys? Otherwise restore them: openems-bridge keys restore"
            )
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise KeysUnusable(f"The keyring's entry {self._entry(name)} is damaged: restore it.") from None

    def remove(self, name: str) -> None:
        """Forget a secret."""
        if self._read(name) is None:
            return
        self._asked(lambda: self._backend.delete_password(self._service, self._entry(name)))

    def _read(self, name: str) -> str | None:
        return self._asked(lambda: self._backend.get_password(self._service, self._entry(name)))

    def _asked[T](self, call: Callable[[], T]) -> T:
        """Return what the keyring answers in time. Where it asks a person to unlock it, there may be nobody."""
        answer: Future[T] = Future()

        def work() -> None:
            try:
                answer.set_result(call())
            except BaseException as error:
                answer.set_exception(error)

        # A daemon: a keyring that never answers must not keep the program from ending.
        Thread(target=work, name="keyring", daemon=True).start()
        try:
            return answer.result(self._seconds)
        except Exception as error:
            raise self._unusable(error) from None

    def _entry(self, name: str) -> str:
        return f"{self._vault}/{name}"

    def _unusable(self, error: Exception) -> KeysUnusable:
        # A back end raises whatever its library does. Its text is not shown: it may quote what it was given.
        return KeysUnusable(
            f"The keyring {self._backend.name} cannot be used ({type(error).__name__}): unlock it (log in at the "
            "desktop), or keep the keys in a keystore file (keys.passphrase_file)."
        )


def usable_keyring() -> KeyringBackend | None:
    """Return the operating system's keyring, None where there is none that keeps a secret secret. Blocks."""
    import keyring

    chosen = keyring.get_keyring()
    # The chain would fall through to its weakest link.
    for backend in getattr(chosen, "backends", [chosen]):
        if is_usable(backend):
            usable: KeyringBackend = backend
            return usable
    return None


def is_usable(backend: KeyringBackend) -> bool:
    """Say whether a backend is one that its makers recommend (priority of at least 1) and keeps things encrypted."""
    if type(backend).__module__.startswith(_REFUSED):
        return False
    try:
        return float(backend.priority) >= 1
    except RuntimeError, ValueError:
        return False
