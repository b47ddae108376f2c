"""Secrets in encrypted files."""

import json
import stat
from pathlib import Path

import pytest
from eth_account import Account

from dems_node.keys.account import AccountKey
from dems_node.keys.container import ScryptCost
from dems_node.keys.errors import KeysExist, KeysMissing, KeysUnusable, WrongPassphrase
from dems_node.keys.keystore_folder import KeystoreFolder
from tests.keys.places import CHEAP, OTHER_PASSPHRASE, PASSPHRASE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def store(folder: Path) -> KeystoreFolder:
    return KeystoreFolder(folder, PASSPHRASE, CHEAP)


def test_what_is_kept_comes_back(store: KeystoreFolder, folder: Path) -> None:
    account = AccountKey.new()
    store.keep_account("account", account)
    store.keep("meter", b"secret")
    again = KeystoreFolder(folder, PASSPHRASE)
    assert again.account("account").address == account.address
    assert again.secret("meter") == b"secret"


def test_other_wallets_read_the_account(store: KeystoreFolder, folder: Path) -> None:
    account = AccountKey.new()
    store.keep_account("account", account)
    keystore = json.loads((folder / "account.json").read_text())
    assert keystore["version"] == 3
    assert keystore["crypto"]["kdf"] == "scrypt"
    assert bytes(Account.decrypt(keystore, PASSPHRASE.reveal().decode())) == account.private_key()


def test_keystores_of_other_wallets_are_read(store: KeystoreFolder, folder: Path) -> None:
    private = AccountKey.new().private_key()
    folder.mkdir()
    keystore = Account.encrypt(private, PASSPHRASE.reveal().decode(), kdf="scrypt", iterations=16)
    (folder / "account.json").write_text(json.dumps(keystore))
    assert store.account("account").private_key() == private


def test_only_the_owner_can_read_and_nothing_is_in_clear(store: KeystoreFolder, folder: Path) -> None:
    account = AccountKey.new()
    store.keep_account("account", account)
    store.keep("meter", b"a secret of 32 bytes, or nearly so")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        content = path.read_bytes()
        for clear in (
            account.private_key(),
            account.private_key().hex().encode(),
            b"a secret",
            PASSPHRASE.reveal(),
        ):
            assert clear not in content


def test_nothing_is_overwritten(store: KeystoreFolder) -> None:
    store.keep("meter", b"first")
    with pytest.raises(KeysExist):
        store.keep("meter", b"second")
    account = AccountKey.new()
    store.keep_account("account", account)
    with pytest.raises(KeysExist):
        store.keep_account("account", AccountKey.new())
    assert store.secret("meter") == b"first"
    assert store.account("account").address == account.address


def test_a_wrong_passphrase_names_the_file(store: KeystoreFolder, folder: Path) -> None:
    store.keep_account("account", AccountKey.new())
    store.keep("meter", b"secret")
    wrong = KeystoreFolder(folder, OTHER_PASSPHRASE)
    with pytest.raises(WrongPassphrase, match=r"account\.json"):
        wrong.account("account")
    with pytest.raises(WrongPassphrase, match=r"meter\.sealed"):
        wrong.secret("meter")


def test_missing_files(store: KeystoreFolder) -> None:
    for attempt in (lambda: store.account("account"), lambda: store.secret("meter")):
        with pytest.raises(KeysMissing, match="restore the keys"):
            attempt()
    store.remove("meter")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("version", 4),
        ("version", None),
        ("crypto", None),
        ("crypto", {"kdf": "pbkdf2", "kdfparams": {}}),
        ("crypto", {"kdf": "scrypt", "kdfparams": {"dklen": 32, "n": 2**40, "r": 8, "p": 1, "salt": "00"}}),
        ("crypto", {"kdf": "scrypt", "kdfparams": {"dklen": 32, "n": 16, "r": 8, "p": 1, "salt": "00"}}),
        ("address", "00" * 20),
    ],
)
def test_a_damaged_keystore_is_refused(store: KeystoreFolder, folder: Path, part: str, value: object) -> None:
    store.keep_account("account", AccountKey.new())
    path = folder / "account.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {part: value}))
    with pytest.raises(KeysUnusable, match=r"account\.json"):
        store.account("account")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"DEMS sealed file\n"])
def test_what_is_no_keystore_is_refused(store: KeystoreFolder, folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "account.json").write_bytes(content)
    (folder / "meter.sealed").write_bytes(content)
    with pytest.raises(KeysUnusable, match=r"account\.json"):
        store.account("account")
    with pytest.raises(KeysUnusable, match=r"meter\.sealed"):
        store.secret("meter")


def test_the_cost_that_is_used_is_the_one_that_is_recommended(folder: Path) -> None:
    KeystoreFolder(folder, PASSPHRASE).keep_account("account", AccountKey.new())
    parameters = json.loads((folder / "account.json").read_text())["crypto"]["kdfparams"]
    assert parameters["n"] * parameters["r"] * 128 >= 128 * 1024**2
    assert ScryptCost().n == parameters["n"]
