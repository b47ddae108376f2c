"""The household's consent to a new meter key, as the registry checks it."""

import json
from pathlib import Path

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from dems_node.keys.account import AccountKey
from dems_node.keys.meter import new_software_key
from dems_protocol.registry_changes import KEY_CHANGE_TYPE, KeyChange, SignedKeyChange
from dems_protocol.signatures import PublicKey, Scheme, is_signed_by_account
from openems_bridge.cli.main import main
from tests.keys.places import file_vault

REGISTRY, METER = bytes(range(20)), bytes(range(32))
KEY = new_software_key(Scheme.P256).public_key
SOURCE = Path(__file__).resolve().parents[2] / "contracts" / "src" / "CommunityRegistry.sol"


def _change(key: PublicKey = KEY) -> KeyChange:
    return KeyChange(METER, key, 1988888, 3)


def test_the_digest_is_that_of_another_implementation() -> None:
    message = encode_typed_data(
        {
            "name": "DEMS registry",
            "version": "1",
            "chainId": 31337,
            "verifyingContract": f"0x{REGISTRY.hex()}",
        },
        {
            "KeyChange": [
                {"name": "meter", "type": "bytes32"},
                {"name": "key", "type": "bytes32"},
                {"name": "from", "type": "uint64"},
                {"name": "nonce", "type": "uint256"},
            ]
        },
        {"meter": METER, "key": KEY.key_id(), "from": 1988888, "nonce": 3},
    )
    assert keccak(b"\x19" + message.version + message.header + message.body) == _change().digest(
        31337, REGISTRY
    )


def test_type_and_domain_are_the_contracts() -> None:
    source = SOURCE.read_text()
    assert f'keccak256("{KEY_CHANGE_TYPE}")' in source
    assert 'EIP712("DEMS registry", "1")' in source


@pytest.mark.parametrize("wrong", [{"meter": b"short"}, {"first_slot": -1}, {"nonce": 2**256}])
def test_values_that_do_not_fit_are_refused(wrong: dict[str, object]) -> None:
    fields: dict[str, object] = {"meter": METER, "key": KEY, "first_slot": 1, "nonce": 0}
    with pytest.raises(ValueError, match="must be"):
        KeyChange(**(fields | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(("chain_id", "registry"), [(-1, REGISTRY), (1, b"short")])
def test_it_is_signed_for_one_registry(chain_id: int, registry: bytes) -> None:
    with pytest.raises(ValueError, match="must be"):
        _change().digest(chain_id, registry)


@pytest.mark.parametrize("signed", [True, False])
def test_it_travels(signed: bool) -> None:
    signature = AccountKey.new().sign(bytes(32)) if signed else None
    change = SignedKeyChange(METER, KEY, 7, signature)
    assert SignedKeyChange.from_json(json.loads(json.dumps(change.to_json()))) == change


@pytest.mark.parametrize(
    "damage",
    [
        {"meter": "0x00"},
        {"meter": None},
        {"from": "7"},
        {"from": -1},
        {"from": True},
        {"key": None},
        {"key": {"scheme": 9, "x": f"{KEY.x:#066x}", "y": f"{KEY.y:#066x}"}},
        {"key": {"scheme": 2, "x": f"{KEY.x:#066x}", "y": f"{KEY.x:#066x}"}},
        {"signature": "0x00"},
    ],
)
def test_a_damaged_one_is_refused(damage: dict[str, object]) -> None:
    document = SignedKeyChange(METER, KEY, 7, None).to_json() | damage
    with pytest.raises(ValueError, match=r"."):
        SignedKeyChange.from_json(document)


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vault = file_vault(tmp_path / "data")
    index = vault.create()
    configuration = tmp_path / "bridge.yaml"
    configuration.write_text(
        f"household: Haus\ndata_dir: data\nedge: {{type: pushed}}\nkeys: {{passphrase_file: {vault.options.passphrase_file}}}\n"
    )
    where = ("--chain-id", "31337", "--registry", f"0x{REGISTRY.hex()}", "--meter", f"0x{METER.hex()}")
    when = ("--from-slot", "1988888", "--nonce", "3", "--config", str(configuration))
    assert main(("keys", "sign-change", *where, *when)) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["household"] == index.account
    change = SignedKeyChange.from_json(printed)
    assert change.key == index.meter_key
    assert change.signature is not None
    digest = _change(index.meter_key).digest(31337, REGISTRY)
    assert is_signed_by_account(bytes.fromhex(index.account[2:]), digest, change.signature)
    assert main(("keys", "sign-change", *where[:4], "--meter", "0x00", *when)) == 1
    assert "cannot be signed" in capsys.readouterr().err
