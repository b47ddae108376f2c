"""Passphrases: from a file or a prompt, never shown."""

import copy
import pickle
from pathlib import Path

import pytest

from dems_node.keys.errors import KeysUnusable
from dems_node.keys.passphrase import Passphrase, ask_passphrase, read_passphrase

TEXT = "correct horse battery staple"


def test_it_shows_itself_only_by_name() -> None:
    passphrase = Passphrase(TEXT)
    assert passphrase.reveal() == TEXT.encode()
    assert "horse" not in f"{passphrase} {passphrase!r} {[passphrase]}"
    for dump in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            dump(passphrase)


def test_one_text_from_every_keyboard() -> None:
    assert (
        Passphrase("Grüße aus Köln am Rhein").reveal()
        == Passphrase("Gru\u0308ße aus Ko\u0308ln am Rhein").reveal()
    )


@pytest.mark.parametrize(
    "text", ["", "short", "elevenchars", "two lines are\nno passphrase", "tab\tin the middle of it"]
)
def test_weak_or_strange_ones_are_refused_without_being_shown(text: str) -> None:
    with pytest.raises(KeysUnusable) as refused:
        Passphrase(text)
    assert not text or text not in str(refused.value)


def test_a_file_holds_one_line(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    for end in ("", "\n", "\r\n"):
        file.write_bytes((TEXT + end).encode())
        assert read_passphrase(file).reveal() == TEXT.encode()


@pytest.mark.parametrize(
    "content", [b"", b"short\n", b"\xff\xfe\xfa\xfb\xfc\xfd" * 4, b"first line of it\nsecond line\n"]
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes(content)
    with pytest.raises(KeysUnusable, match=str(file)):
        read_passphrase(file)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="openssl rand"):
        read_passphrase(tmp_path / "none")


def test_a_new_one_is_asked_for_twice() -> None:
    answers = iter([TEXT, TEXT])
    assert ask_passphrase("for b", twice=True, ask=lambda _: next(answers)).reveal() == TEXT.encode()
    answers = iter([TEXT, TEXT + "r"])
    with pytest.raises(KeysUnusable, match="differ"):
        ask_passphrase("for b", twice=True, ask=lambda _: next(answers))


def test_nobody_to_ask() -> None:
    def nobody(_: str) -> str:
        raise EOFError

    with pytest.raises(KeysUnusable, match="--passphrase-file"):
        ask_passphrase("of b", twice=False, ask=nobody)
