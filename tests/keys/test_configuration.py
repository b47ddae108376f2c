"""The configuration's section ``keys``."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dems_node.configuration.values import ConfigurationError
from openems_bridge.configuration.example import EXAMPLE
from openems_bridge.configuration.loading import parse_configuration
from openems_bridge.keys.options import KeyOptions, MeterKeyKind, StoreKind


def _parse(keys: Any) -> KeyOptions:
    document = {"household": "Haus", "data_dir": "data", "edge": {"type": "pushed"}, "keys": keys}
    return parse_configuration(yaml.safe_dump(document), base=Path("/etc/dems")).keys


def test_nothing_needs_to_be_said() -> None:
    text = "household: Haus\ndata_dir: data\nedge: {type: pushed}\n"
    assert parse_configuration(text, base=Path("/")).keys == KeyOptions() == _parse({})


def test_all_of_it() -> None:
    assert _parse(
        {"store": "file", "passphrase_file": "/etc/pp", "meter_key": "tpm", "tcti": "device:/dev/tpmrm0"}
    ) == KeyOptions(
        store=StoreKind.FILE,
        passphrase_file=Path("/etc/pp"),
        meter_key=MeterKeyKind.TPM,
        tcti="device:/dev/tpmrm0",
    )


def test_the_example_of_the_section_is_valid() -> None:
    start = EXAMPLE.index("# keys:")
    block = EXAMPLE[start : EXAMPLE.index("\n\n", start)]
    uncommented = "\n".join(line.removeprefix("# ") for line in block.splitlines())
    assert _parse(yaml.safe_load(uncommented)["keys"]).passphrase_file is not None


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        (
            {"store": "fil"},
            "keys.store: expected one of auto, keyring, file, found 'fil' (did you mean 'file'?)",
        ),
        (
            {"store": "file"},
            "keys.passphrase_file: expected a path because keys.store is file, found nothing",
        ),
        ({"passphrase_file": "pp"}, "keys.passphrase_file: expected a path from the root (/…), found 'pp'"),
        ({"meter_key": "rsa"}, "keys.meter_key: expected one of secp256k1, p256, tpm, found 'rsa'"),
        (
            {"passphrase": "the passphrase itself"},
            "keys.passphrase: unknown key (did you mean 'passphrase_file'?)",
        ),
        ("keyring", "keys: expected a mapping with store, passphrase_file, meter_key, tcti, found 'keyring'"),
    ],
)
def test_mistakes_are_named(keys: Any, mistake: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        _parse(keys)
    assert refused.value.mistakes == [mistake]
