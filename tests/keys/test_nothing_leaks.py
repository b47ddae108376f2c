"""Whatever is printed, logged, raised or put into a diagnostic file: no key, no secret, no passphrase is in it."""

import io
import logging
import traceback
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from dems_node.keys.meter import TpmKeyReference
from dems_protocol.signatures import SoftwareSigner
from openems_bridge.cli.main import main
from openems_bridge.diagnostics import plain
from openems_bridge.keys.exported import ExportedKeys
from openems_bridge.keys.index import INDEX_FILE
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind
from openems_bridge.keys.vault import Vault
from tests.keys.places import PASSPHRASE, cheap_vault_of, file_vault


def _forms(secret: bytes) -> set[str]:
    """Every way in which Python is likely to show some bytes."""
    number = int.from_bytes(secret)
    return {
        secret.hex(),
        f"{number:x}",
        str(number),
        repr(secret)[2:-1],
        repr(list(secret)),
        str(list(secret[:8]))[1:-1],
    }


def _secrets(keys: ExportedKeys) -> set[str]:
    found = (
        _forms(keys.account.private_key())
        | _forms(keys.meter.secret.material)
        | {PASSPHRASE.reveal().decode()}
    )
    match keys.meter.key:
        case SoftwareSigner(private_key=private_key):
            found |= _forms(private_key.to_bytes(32))
        case TpmKeyReference(authorisation=authorisation):
            found |= _forms(authorisation) | {authorisation.decode()}
    return found


def _assert_clean(text: str, secrets: set[str]) -> None:
    for secret in secrets:
        assert secret not in text


def _bridge(folder: Path, kind: MeterKeyKind, tcti: str) -> tuple[Path, Vault]:
    vault = file_vault(folder / "data", meter_key=kind, tcti=tcti)
    configuration = folder / "bridge.yaml"
    configuration.write_text(
        "household: Haus\ndata_dir: data\nedge:\n  type: pushed\n"
        f"keys:\n  passphrase_file: {vault.options.passphrase_file}\n  store: file\n"
        f"  meter_key: {kind}\n  tcti: {tcti}\n"
    )
    return configuration, vault


@pytest.mark.parametrize("kind", list(MeterKeyKind))
def test_the_command_line_shows_nothing(
    tmp_path: Path,
    tpm_tcti: str,
    kind: MeterKeyKind,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("openems_bridge.cli.keys.vault_of", cheap_vault_of)
    configuration, vault = _bridge(tmp_path, kind, tpm_tcti)
    passphrase = str(vault.options.passphrase_file)
    config = ("--config", str(configuration))
    backup = str(tmp_path / "keys.backup")
    lines = (
        ("keys", "create", *config),
        ("keys", "create", *config),
        ("keys", "show", *config),
        ("keys", "backup", backup, "--passphrase-file", passphrase, *config),
        ("keys", "restore", backup, "--passphrase-file", passphrase, *config),
        ("keys", "take-over", *config),
        ("keys", "replace-meter-key", *config),
    )
    printed = io.StringIO()
    secrets: set[str] = set()
    statuses = []
    with redirect_stdout(printed), redirect_stderr(printed):
        for line in lines:
            statuses.append(main(line))
            secrets |= _secrets(vault.export())
    assert statuses == [0, 1, 0, 0, 1, 0, 0]
    assert vault.export().account.address in printed.getvalue()
    _assert_clean(printed.getvalue() + caplog.text, secrets)
    _assert_clean((tmp_path / "data" / INDEX_FILE).read_text(), secrets)
    _assert_clean(Path(backup).read_bytes().decode("latin-1"), secrets)


@pytest.mark.parametrize("kind", list(MeterKeyKind))
def test_representations_and_diagnostics_show_nothing(
    tmp_path: Path, tpm_tcti: str, kind: MeterKeyKind
) -> None:
    _, vault = _bridge(tmp_path, kind, tpm_tcti)
    vault.create()
    exported, opened = vault.export(), vault.open()
    secrets = _secrets(exported)
    for thing in (
        exported,
        exported.account,
        exported.meter,
        exported.meter.key,
        opened,
        opened.meter,
        opened.secret,
        vault,
    ):
        _assert_clean(f"{thing} {thing!r} {[thing]} {plain(thing)}", secrets)


@pytest.mark.parametrize("kind", list(MeterKeyKind))
def test_exceptions_show_nothing(tmp_path: Path, tpm_tcti: str, kind: MeterKeyKind) -> None:
    """Every file of the vault is damaged in turn; what is raised is looked at with all its causes."""
    _, vault = _bridge(tmp_path, kind, tpm_tcti)
    vault.create()
    secrets = _secrets(vault.export())
    raised = 0
    for path in [path for path in (tmp_path / "data").rglob("*") if path.is_file()]:
        sound = path.read_bytes()
        for damaged in (b"", sound[: len(sound) // 2], sound.replace(b"a", b"b"), sound[::-1]):
            path.write_bytes(damaged)
            try:
                vault.open()
            except Exception as error:
                raised += 1
                _assert_clean("".join(traceback.format_exception(error)), secrets)
        path.write_bytes(sound)
    assert raised > 8
    vault.open()


def test_the_configuration_in_a_diagnostic_file_names_no_passphrase_file() -> None:
    shown = plain(KeyOptions(store=StoreKind.FILE, passphrase_file=Path("/etc/dems/passphrase-of-keys")))
    assert "passphrase-of-keys" not in str(shown)
