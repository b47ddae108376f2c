"""Secrets in the operating system's keyring."""

from dataclasses import dataclass
from threading import Event

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from dems_node.keys.account import AccountKey
from dems_node.keys.errors import KeysExist, KeysMissing, KeysUnusable
from dems_node.keys.keyring_store import KeyringStore, is_usable, usable_keyring
from tests.keys.places import MemoryKeyring


class _Plaintext(MemoryKeyring):
    """As keyrings.alt has one."""

    priority = 0.5  # type: ignore[assignment]


_Plaintext.__module__ = "keyrings.alt.file"


class _Recommended(_Plaintext):
    priority = 9


_Recommended.__module__ = "keyrings.alt.file"


def _store(backend: MemoryKeyring | None = None, vault: str = "vault") -> KeyringStore:
    return KeyringStore(backend or MemoryKeyring(), "openems-bridge", vault)


def test_what_is_kept_comes_back() -> None:
    store, account = _store(), AccountKey.new()
    store.keep_account("account", account)
    store.keep("meter", b"\x00secret\xff")
    assert store.account("account").address == account.address
    assert store.secret("meter") == b"\x00secret\xff"


def test_two_vaults_do_not_see_each_other() -> None:
    backend = MemoryKeyring()
    _store(backend, "one").keep("meter", b"secret of one")
    with pytest.raises(KeysMissing):
        _store(backend, "two").secret("meter")


def test_nothing_is_overwritten() -> None:
    store = _store()
    store.keep("meter", b"first")
    with pytest.raises(KeysExist):
        store.keep("meter", b"second")
    assert store.secret("meter") == b"first"


def test_removing_twice_is_harmless() -> None:
    store = _store()
    store.keep("meter", b"secret")
    store.remove("meter")
    store.remove("meter")
    with pytest.raises(KeysMissing, match="restore them"):
        store.secret("meter")


def test_a_keyring_that_forgets_is_found_out() -> None:
    backend = MemoryKeyring()
    backend.forgets = True
    with pytest.raises(KeysUnusable, match="did not keep"):
        _store(backend).keep("meter", b"secret")


def test_a_locked_keyring_says_what_to_do_and_shows_nothing() -> None:
    backend = MemoryKeyring()
    store = _store(backend)
    store.keep("meter", b"secret")
    backend.locked = True
    for attempt in (
        lambda: store.secret("meter"),
        lambda: store.keep("other", b"hidden"),
        lambda: store.remove("meter"),
    ):
        with pytest.raises(KeysUnusable, match="unlock it") as refused:
            attempt()
        assert b"hidden".hex() not in str(refused.value)
        assert refused.value.__cause__ is None


def test_a_keyring_that_waits_for_somebody_is_given_up() -> None:
    unlocked = Event()

    class Waiting(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            unlocked.wait(30)
            return None

    with pytest.raises(KeysUnusable, match=r"TimeoutError.*unlock it"):
        KeyringStore(Waiting(), "openems-bridge", "vault", seconds=0.01).secret("meter")
    unlocked.set()


def test_an_entry_that_is_not_ours_is_damage() -> None:
    backend = MemoryKeyring()
    backend.entries["openems-bridge", "vault/meter"] = "not hex"
    with pytest.raises(KeysUnusable, match="damaged"):
        _store(backend).secret("meter")


NULL = null.Keyring()  # type: ignore[no-untyped-call]
FAIL = fail.Keyring()  # type: ignore[no-untyped-call]


def test_only_keyrings_that_keep_a_secret_secret_are_used() -> None:
    assert is_usable(MemoryKeyring())
    for backend in (NULL, FAIL, _Plaintext(), _Recommended()):
        assert not is_usable(backend)


@dataclass
class _Chain:
    """As keyring.backends.chainer: it would fall through to its weakest link."""

    backends: list[KeyringBackend]


def test_the_chain_is_searched_for_its_usable_link(monkeypatch: pytest.MonkeyPatch) -> None:
    usable = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: _Chain([_Recommended(), NULL, usable]))
    assert usable_keyring() is usable
    monkeypatch.setattr(keyring, "get_keyring", lambda: _Chain([NULL]))
    assert usable_keyring() is None


def test_a_machine_without_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: FAIL)
    assert usable_keyring() is None
