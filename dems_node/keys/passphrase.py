"""A passphrase: from a file or from a prompt, never from a command line."""

import unicodedata
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import NoReturn, override

from dems_node.keys.errors import KeysUnusable

SHORTEST = 12
"""Characters. What it protects may be tried offline, at the speed that scrypt allows."""
_LONGEST_FILE = 4096


class Passphrase:
    """A passphrase that shows itself only to who asks by name: no repr, log line, dump or pickle carries it.

    Unicode is brought to one form (NFC), so that it is the same from every keyboard. Raises KeysUnusable, without the
    text, for one that is too short or holds a control character.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if len(text) < SHORTEST or not text.isprintable():
            raise KeysUnusable(
                f"A passphrase must have at least {SHORTEST} characters, all of them printable: take four or more "
                "words that nobody else would put together."
            )
        self._text = unicodedata.normalize("NFC", text)

    def reveal(self) -> bytes:
        """Return the passphrase itself, in UTF-8."""
        return self._text.encode()

    @override
    def __repr__(self) -> str:
        return "Passphrase(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a passphrase is not pickled")


def read_passphrase(path: Path) -> Passphrase:
    """Return the passphrase that is the one line of a file. Blocks on the disk. Raises KeysUnusable."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LONGEST_FILE).strip("\r\n")
    except UnicodeDecodeError:
        raise KeysUnusable(f"The passphrase file {path} is not text in UTF-8.") from None
    except OSError as error:
        raise KeysUnusable(
            f"The passphrase file {path} cannot be read ({error.strerror}). Make one that only the bridge's user can "
            f"read: (umask 077; openssl rand -base64 24 > {path})"
        ) from None
    try:
        return Passphrase(text)
    except KeysUnusable as error:
        raise KeysUnusable(f"{path}: {error}") from None


def ask_passphrase(purpose: str, *, twice: bool, ask: Callable[[str], str] = getpass) -> Passphrase:
    """Ask at the terminal; ``twice`` for a new one. Raises KeysUnusable, also where there is nobody to ask."""
    try:
        first = ask(f"Passphrase {purpose}: ")
        if twice and ask("The same again: ") != first:
            raise KeysUnusable("The two passphrases differ. Nothing was done.")
    except EOFError:
        raise KeysUnusable("There is no terminal to ask at. Give a file with --passphrase-file.") from None
    return Passphrase(first)
