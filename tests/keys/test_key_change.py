"""The household's consent to a new meter key, as the registry checks it."""

import json
from pathlib import Path

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from dems_node.keys.account import AccountKey
from dems_node.keys.meter import new_software_key
from dems_protocol.signatures import PublicKey, Scheme, Signature, is_signed_by_account
from openems_bridge.cli.main import main
from openems_bridge.keys.key_change import KEY_CHANGE_TYPE, KeyChange
from tests.keys.places import file_vault

REGISTRY, METER = bytes(range(20)), bytes(range(32))
KEY = new_software_key(Scheme.P256).public_key
SOURCE = Path(__file__).resolve().parents[2] / "contracts" / "src" / "CommunityRegistry.sol"


def _change(key: PublicKey = KEY) -> KeyChange:
    return KeyChange(chain_id=31337, registry=REGISTRY, meter=METER, key=key, from_slot=1988888, nonce=3)


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
    assert keccak(b"\x19" + message.version + message.header + message.body) == _change().digest()


def test_type_and_domain_are_the_contracts() -> None:
    source = SOURCE.read_text()
    assert f'keccak256("{KEY_CHANGE_TYPE}")' in source
    assert 'EIP712("DEMS registry", "1")' in source


def test_the_account_signs_it() -> None:
    account = AccountKey.new()
    assert is_signed_by_account(
        bytes.fromhex(account.address[2:]), _change().digest(), _change().signed_by(account)
    )


@pytest.mark.parametrize(
    "wrong",
    [{"registry": b"short"}, {"meter": b"short"}, {"from_slot": -1}, {"nonce": 2**256}, {"chain_id": -1}],
)
def test_values_that_do_not_fit_are_refused(wrong: dict[str, object]) -> None:
    fields = {"chain_id": 1, "registry": REGISTRY, "meter": METER, "key": KEY, "from_slot": 1, "nonce": 0}
    with pytest.raises(ValueError, match="must be"):
        KeyChange(**(fields | wrong))  # type: ignore[arg-type]


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
    signature = Signature.decode(bytes.fromhex(printed["consent"][2:]))
    digest = _change(index.meter_key).digest()
    assert is_signed_by_account(bytes.fromhex(index.account[2:]), digest, signature)
    assert main(("keys", "sign-change", *where[:4], "--meter", "0x00", *when)) == 1
    assert "cannot be signed" in capsys.readouterr().err
