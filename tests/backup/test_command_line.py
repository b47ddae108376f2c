"""``openems-bridge backup`` and ``restore``, as a person types them."""

from pathlib import Path

import pytest

from openems_bridge.cli.main import main
from openems_bridge.configuration.loading import load_configuration
from openems_bridge.keys.options import MeterKeyKind
from tests.backup.house import Machine, lived_in, readings
from tests.keys.places import OTHER_PASSPHRASE, cheap_vault_of, file_vault, simulated_tpm


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("keys", "backup"):
        monkeypatch.setattr(f"openems_bridge.cli.{module}.vault_of", cheap_vault_of)


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    file = tmp_path / "backup-passphrase"
    file.write_bytes(OTHER_PASSPHRASE.reveal())
    return file


def _back_up(old: Machine, file: Path, passphrase_file: Path) -> int:
    return main(
        ("backup", str(file), "--config", str(old.configuration), "--passphrase-file", str(passphrase_file))
    )


def _restore(folder: Path, file: Path, passphrase_file: Path, *more: str) -> int:
    where = ("--data-dir", str(folder / "data"), "--config", str(folder / "bridge.yaml"))
    return main(("restore", str(file), *where, "--passphrase-file", str(passphrase_file), *more))


def test_from_one_machine_to_another(
    tmp_path: Path, passphrase_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, file = lived_in(tmp_path / "old"), tmp_path / "new", tmp_path / "dems.backup"
    new.mkdir()
    assert _back_up(old, file, passphrase_file) == 0
    assert "Musterhaus" in capsys.readouterr().out
    assert _restore(new, file, passphrase_file) == 0
    told = capsys.readouterr()
    assert old.vault.export().account.address in told.out
    assert "must not run any more" in told.out
    assert "NEW" not in told.out
    assert told.err == ""
    assert load_configuration(new / "bridge.yaml").data_dir == new / "data"
    assert readings(new / "data" / old.database.name) == readings(old.database)


def test_what_goes_wrong_is_said_and_nothing_is_left(
    tmp_path: Path, passphrase_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, file = lived_in(tmp_path / "old"), tmp_path / "new", tmp_path / "dems.backup"
    new.mkdir()
    assert _back_up(old, file, passphrase_file) == 0
    assert _back_up(old, file, passphrase_file) == 1
    assert "exists already" in capsys.readouterr().err
    passphrase_file.write_text("quite another passphrase")
    assert _restore(new, file, passphrase_file) == 1
    assert "does not open" in capsys.readouterr().err
    assert not (new / "bridge.yaml").exists()


def test_after_a_lost_tpm_it_says_that_the_registry_must_be_told(
    tmp_path: Path, passphrase_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, file = tmp_path / "new", tmp_path / "dems.backup"
    new.mkdir()
    with simulated_tpm() as tcti:
        old = lived_in(tmp_path / "old", meter_key=MeterKeyKind.TPM, tcti=tcti)
        old.configuration.write_text(f"{old.configuration.read_text()}  tcti: {tcti}\n")
        assert _back_up(old, file, passphrase_file) == 0
        before = old.vault.index()
        assert before is not None
    assert _restore(new, file, passphrase_file) == 1
    assert "no TPM that can be reached" in capsys.readouterr().err
    assert _restore(new, file, passphrase_file, "--meter-key", "p256") == 0
    after = file_vault(new / "data").index()
    assert after is not None
    told = capsys.readouterr().out
    for line in (
        "The meter key is NEW",
        "registry",
        before.meter_key.key_id().hex(),
        after.meter_key.key_id().hex(),
    ):
        assert line in told
    assert after.account == before.account


def test_a_password_file_that_the_new_machine_lacks_is_named(
    tmp_path: Path, passphrase_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, file = lived_in(tmp_path / "old"), tmp_path / "new", tmp_path / "dems.backup"
    new.mkdir()
    password_file = tmp_path / "edge-password"
    password_file.write_text("secret of the edge\n")
    text = old.configuration.read_text()
    start = text.index("  password:")
    line = text[start : text.index("\n", start)]
    old.configuration.write_text(text.replace(line, f"  password_file: {password_file}"))
    assert _back_up(old, file, passphrase_file) == 0
    password_file.unlink()
    assert _restore(new, file, passphrase_file) == 0
    told = capsys.readouterr().err
    assert "Before it can start" in told
    assert str(password_file) in told


def test_the_new_machine_may_keep_the_keys_elsewhere(
    tmp_path: Path, passphrase_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, file = lived_in(tmp_path / "old"), tmp_path / "new", tmp_path / "dems.backup"
    new.mkdir()
    assert _back_up(old, file, passphrase_file) == 0
    here = tmp_path / "passphrase-of-this-machine"
    here.write_text("a passphrase for this machine")
    assert _restore(new, file, passphrase_file, "--keys-passphrase-file", str(here)) == 0
    assert f"keys.passphrase_file to {here}" in capsys.readouterr().out
    config = new / "bridge.yaml"
    assert (
        main(("keys", "backup", str(tmp_path / "k"), "--passphrase-file", str(here), "--config", str(config)))
        == 1
    )
    assert "does not open" in capsys.readouterr().err, "the configuration still names the old machine's file"
