"""What ``openems-bridge check`` says about the keys."""

from pathlib import Path

import pytest

from openems_bridge.cli.check_keys import check_keys
from openems_bridge.configuration.loading import parse_configuration
from openems_bridge.configuration.model import BridgeConfiguration
from openems_bridge.edge.interface import Finding
from openems_bridge.keys.vault import Vault
from tests.keys.places import OTHER_PASSPHRASE, cheap_vault_of, file_vault


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setattr("openems_bridge.cli.check_keys.vault_of", cheap_vault_of)
    return file_vault(tmp_path / "data")


@pytest.fixture
def configuration(vault: Vault) -> BridgeConfiguration:
    text = (
        "household: Haus\ndata_dir: data\nedge: {type: pushed}\n"
        f"keys: {{store: file, passphrase_file: {vault.options.passphrase_file}}}\n"
    )
    return parse_configuration(text, base=vault.folder.parent)


def _findings(configuration: BridgeConfiguration) -> list[Finding]:
    return [line.finding for line in check_keys(configuration)]


def test_a_household_without_keys(configuration: BridgeConfiguration) -> None:
    assert _findings(configuration) == []


def test_keys_that_open_with_and_without_a_backup(vault: Vault, configuration: BridgeConfiguration) -> None:
    vault.create()
    assert _findings(configuration) == [Finding.OK, Finding.WARNING]
    vault.mark_backed_up()
    assert _findings(configuration) == [Finding.OK]


def test_keys_that_do_not_open(vault: Vault, configuration: BridgeConfiguration) -> None:
    vault.create()
    assert vault.options.passphrase_file is not None
    vault.options.passphrase_file.write_bytes(OTHER_PASSPHRASE.reveal())
    assert _findings(configuration) == [Finding.ERROR]
