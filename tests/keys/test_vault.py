"""A household's keys: made once, opened, moved, replaced."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from dems_node.keys.errors import (
    KeysExist,
    KeysMissing,
    KeysUnusable,
    TpmKeyLost,
    TpmUnavailable,
    WrongPassphrase,
)
from dems_node.keys.keystore_folder import KeystoreFolder
from dems_protocol.signatures import Scheme, is_signed_by
from openems_bridge.keys.exported import ExportedKeys, read_keys_file, write_keys_file
from openems_bridge.keys.index import INDEX_FILE, read_index
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind
from openems_bridge.keys.vault import Vault
from tests.keys.places import (
    CHEAP,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    MemoryKeyring,
    file_vault,
    keyring_vault,
    simulated_tpm,
)

DIGEST = b"\x44" * 32


def _same_secrets(first: ExportedKeys, second: ExportedKeys) -> bool:
    return first.encode() == second.encode()


@pytest.mark.parametrize(
    ("kind", "scheme"), [(MeterKeyKind.SECP256K1, Scheme.SECP256K1), (MeterKeyKind.P256, Scheme.P256)]
)
def test_keys_are_made_once_and_open_again(tmp_path: Path, kind: MeterKeyKind, scheme: Scheme) -> None:
    vault = file_vault(tmp_path / "data", meter_key=kind)
    assert vault.index() is None
    index = vault.create()
    keys = file_vault(tmp_path / "data").open()
    assert keys.index == index == vault.index()
    assert keys.account.address == index.account
    assert keys.meter.public_key == index.meter_key
    assert index.meter_key.scheme is scheme
    assert is_signed_by(index.meter_key, DIGEST, keys.meter.sign(DIGEST))
    assert index.backed_up_at is None


def test_the_meter_key_is_not_the_account(tmp_path: Path) -> None:
    keys = file_vault(tmp_path / "data")
    keys.create()
    opened = keys.open()
    assert opened.account.public_key != opened.meter.public_key
    assert opened.secret.material != opened.account.private_key()


def test_a_tpm_keeps_the_meter_key(tmp_path: Path, tpm_tcti: str) -> None:
    vault = file_vault(tmp_path / "data", meter_key=MeterKeyKind.TPM, tcti=tpm_tcti)
    index = vault.create()
    assert index.meter_key_in_tpm
    keys = vault.open()
    assert is_signed_by(index.meter_key, DIGEST, keys.meter.sign(DIGEST))
    assert b"private_key" not in vault.export().meter.encode()


def test_a_tpm_that_was_cleared_says_what_to_do(tmp_path: Path, tpm_tcti: str) -> None:
    vault = file_vault(tmp_path / "data", meter_key=MeterKeyKind.TPM, tcti=tpm_tcti)
    vault.create()
    with simulated_tpm() as other, pytest.raises(TpmKeyLost, match="replace-meter-key"):
        file_vault(tmp_path / "data", tcti=other).open()


def test_without_a_tpm_nothing_is_made(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data", meter_key=MeterKeyKind.TPM, tcti=f"swtpm:path={tmp_path}/none")
    with pytest.raises(TpmUnavailable):
        vault.create()
    assert not (tmp_path / "data").exists()


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data")
    index = vault.create()
    keys = vault.export()
    for attempt in (vault.create, lambda: vault.restore(keys)):
        with pytest.raises(KeysExist, match="never overwritten"):
            attempt()
    assert vault.index() == index


def test_a_failed_creation_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeysUnusable("the disk is full")

    vault = file_vault(tmp_path / "data")
    monkeypatch.setattr(KeystoreFolder, "keep", fails)
    with pytest.raises(KeysUnusable, match="disk is full"):
        vault.create()
    assert vault.index() is None
    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file()]


def test_no_keys_say_how_to_get_some(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data")
    for attempt in (vault.open, vault.export, vault.replace_meter_key, vault.take_over, vault.mark_backed_up):
        with pytest.raises(KeysMissing, match="keys create"):
            attempt()


def test_the_keyring_is_taken_where_there_is_one(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    index = keyring_vault(tmp_path / "data", keyring).create()
    assert index.store is StoreKind.KEYRING
    assert len(keyring.entries) == 2
    assert [path.name for path in (tmp_path / "data").iterdir()] == [INDEX_FILE]
    assert keyring_vault(tmp_path / "data", keyring).open().account.address == index.account


def test_two_bridges_share_a_keyring(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    one, two = (keyring_vault(tmp_path / name, keyring) for name in ("one", "two"))
    assert one.create().account != two.create().account
    assert one.open().account.address != two.open().account.address


def test_without_keyring_and_passphrase_file_it_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match=r"keys\.passphrase_file"):
        keyring_vault(tmp_path / "data", None).create()
    assert not (tmp_path / "data").exists()


def test_keys_in_the_keyring_are_not_looked_for_elsewhere(tmp_path: Path) -> None:
    keyring_vault(tmp_path / "data", MemoryKeyring()).create()
    with pytest.raises(KeysUnusable, match="none to be used now"):
        keyring_vault(tmp_path / "data", None).open()


def test_a_changed_passphrase_file(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data")
    vault.create()
    assert vault.options.passphrase_file is not None
    vault.options.passphrase_file.write_bytes(OTHER_PASSPHRASE.reveal())
    with pytest.raises(WrongPassphrase):
        vault.open()


def test_a_foreign_index_is_noticed(tmp_path: Path) -> None:
    one, two = file_vault(tmp_path / "one"), file_vault(tmp_path / "two")
    one.create()
    two.create()
    path = tmp_path / "one" / INDEX_FILE
    fields = json.loads(path.read_text())
    other = json.loads((tmp_path / "two" / INDEX_FILE).read_text())
    path.write_text(json.dumps(fields | {"account": other["account"]}))
    with pytest.raises(KeysUnusable, match="not the ones"):
        one.open()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1}', '{"version": "one"}'])
def test_a_damaged_index_is_named(tmp_path: Path, content: str) -> None:
    vault = file_vault(tmp_path / "data")
    vault.create()
    (tmp_path / "data" / INDEX_FILE).write_text(content)
    with pytest.raises(KeysUnusable, match=INDEX_FILE):
        vault.create()


def test_an_index_of_a_newer_version(tmp_path: Path) -> None:
    (tmp_path / INDEX_FILE).write_text('{"version": 2}')
    with pytest.raises(KeysUnusable, match="newer version"):
        read_index(tmp_path)


def test_the_index_is_private(tmp_path: Path) -> None:
    file_vault(tmp_path / "data").create()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / INDEX_FILE).stat().st_mode) == 0o600


def test_keys_move_to_another_machine_as_another_instance(tmp_path: Path) -> None:
    old, new = file_vault(tmp_path / "old" / "data"), file_vault(tmp_path / "new" / "data")
    before = old.create()
    file = tmp_path / "keys.backup"
    write_keys_file(file, old.export(), OTHER_PASSPHRASE, CHEAP)
    restored = new.restore(read_keys_file(file, OTHER_PASSPHRASE))
    assert restored.old_meter_key_id is None
    assert restored.index.account == before.account
    assert restored.index.meter_key == before.meter_key
    assert restored.index.instance != before.instance
    assert restored.index.backed_up_at is not None
    assert _same_secrets(new.export(), old.export())


def test_keys_move_from_a_keyring_into_files_and_back(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    first = keyring_vault(tmp_path / "a", keyring)
    first.create()
    second = file_vault(tmp_path / "b" / "data")
    second.restore(first.export())
    third = keyring_vault(tmp_path / "c", keyring)
    third.restore(second.export())
    assert _same_secrets(first.export(), third.export())


def test_a_restored_tpm_key_is_kept_on_the_same_machine(tmp_path: Path, tpm_tcti: str) -> None:
    old = file_vault(tmp_path / "old", meter_key=MeterKeyKind.TPM, tcti=tpm_tcti)
    before = old.create()
    new = file_vault(tmp_path / "new", meter_key=MeterKeyKind.TPM, tcti=tpm_tcti)
    restored = new.restore(old.export())
    assert restored.old_meter_key_id is None
    assert restored.index.meter_key == before.meter_key
    assert is_signed_by(before.meter_key, DIGEST, new.open().meter.sign(DIGEST))


@pytest.mark.parametrize("kind", list(MeterKeyKind))
def test_after_a_lost_tpm_only_the_meter_key_is_new(
    tmp_path: Path, tpm_tcti: str, kind: MeterKeyKind
) -> None:
    old = file_vault(tmp_path / "old", meter_key=MeterKeyKind.TPM, tcti=tpm_tcti)
    before = old.create()
    with simulated_tpm() as other:
        new = file_vault(tmp_path / "new", meter_key=kind, tcti=other)
        restored = new.restore(old.export())
        assert restored.old_meter_key_id == before.meter_key.key_id()
        assert restored.index.meter_key != before.meter_key
        assert restored.index.meter_key_in_tpm is (kind is MeterKeyKind.TPM)
        assert restored.index.account == before.account
        assert restored.index.backed_up_at is None, "the new meter key is in no backup yet"
        keys = new.open()
        assert keys.secret == old.export().meter.secret
        assert is_signed_by(restored.index.meter_key, DIGEST, keys.meter.sign(DIGEST))


def test_a_configured_tpm_that_is_missing_stops_the_restoration(tmp_path: Path, tpm_tcti: str) -> None:
    old = file_vault(tmp_path / "old", meter_key=MeterKeyKind.TPM, tcti=tpm_tcti)
    old.create()
    new = file_vault(tmp_path / "new", meter_key=MeterKeyKind.TPM, tcti=f"swtpm:path={tmp_path}/none")
    with pytest.raises(TpmUnavailable):
        new.restore(old.export())
    assert new.index() is None


def test_a_replaced_meter_key(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data")
    before = vault.create()
    vault.mark_backed_up()
    secrets = vault.export()
    changed = replace(vault, options=replace(vault.options, meter_key=MeterKeyKind.P256))
    replaced = changed.replace_meter_key()
    assert replaced.old_meter_key_id == before.meter_key.key_id()
    assert replaced.index.instance == before.instance
    assert replaced.index.backed_up_at is None
    after = changed.export()
    assert after.account.address == secrets.account.address
    assert after.meter.secret == secrets.meter.secret
    assert after.meter.public_key.scheme is Scheme.P256
    vaults = [path for path in (tmp_path / "data" / "keys").iterdir() if list(path.iterdir())]
    assert len(vaults) == 1, "the old key is not left lying about"


def test_taking_over_changes_the_instance_only(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data")
    before = vault.create()
    after = vault.take_over()
    assert after.instance != before.instance
    assert replace(after, instance=before.instance) == before
    assert vault.index() == after


def test_a_backup_is_noted(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data", now=1_800_000_000.7)
    vault.create()
    vault.mark_backed_up()
    index = vault.index()
    assert index is not None
    assert index.backed_up_at == 1_800_000_000


def test_the_passphrase_of_the_keystore_is_not_that_of_the_backup(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data")
    vault.create()
    write_keys_file(tmp_path / "backup", vault.export(), OTHER_PASSPHRASE, CHEAP)
    with pytest.raises(WrongPassphrase):
        read_keys_file(tmp_path / "backup", PASSPHRASE)


def test_a_backup_is_never_overwritten(tmp_path: Path) -> None:
    vault = file_vault(tmp_path / "data")
    vault.create()
    (tmp_path / "backup").write_text("precious")
    with pytest.raises(KeysUnusable, match="left as it is"):
        write_keys_file(tmp_path / "backup", vault.export(), PASSPHRASE, CHEAP)
    assert (tmp_path / "backup").read_text() == "precious"


def test_defaults_are_those_that_the_documents_say() -> None:
    assert KeyOptions() == KeyOptions(
        store=None, passphrase_file=None, meter_key=MeterKeyKind.SECP256K1, tcti=None
    )
    assert Vault.__dataclass_fields__["cost"].default_factory().n == 2**17  # type: ignore[operator]
