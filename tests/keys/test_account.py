"""An account's key: an address, signatures, transactions, and nothing else to be seen."""

import copy
import dataclasses
import pickle

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from dems_node.keys.account import AccountKey
from dems_node.keys.errors import KeysUnusable
from dems_protocol.signatures import is_signed_by_account
from openems_bridge.diagnostics import plain

PRIVATE = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
"""The first account of anvil, which everybody knows."""


def test_the_address_is_that_of_other_implementations() -> None:
    key = AccountKey(PRIVATE)
    assert key.address == ADDRESS
    assert key.address == Account.from_key(PRIVATE).address


def test_it_signs_digests_as_the_contracts_accept_them() -> None:
    key = AccountKey(PRIVATE)
    assert is_signed_by_account(bytes.fromhex(ADDRESS[2:]), b"\x11" * 32, key.sign(b"\x11" * 32))


def test_it_signs_typed_messages_as_other_wallets_do() -> None:
    message = encode_typed_data(
        {"name": "DEMS", "version": "1", "chainId": 1},
        {"Access": [{"name": "path", "type": "string"}]},
        {"path": "/v1"},
    )
    theirs = Account.sign_message(message, PRIVATE)
    digest = bytes(theirs.message_hash)
    assert AccountKey(PRIVATE).sign(digest).encode() == bytes(theirs.signature)


def test_it_signs_transactions_that_recover_to_its_address() -> None:
    transaction = {
        "to": ADDRESS,
        "value": 1,
        "gas": 21000,
        "maxFeePerGas": 10,
        "maxPriorityFeePerGas": 1,
        "nonce": 0,
        "chainId": 31337,
    }
    raw, hash_ = AccountKey(PRIVATE).sign_transaction(transaction)
    assert Account.recover_transaction(raw) == ADDRESS
    assert len(hash_) == 32


def test_new_ones_differ() -> None:
    assert AccountKey.new().address != AccountKey.new().address


@pytest.mark.parametrize("private", [b"", bytes(32), b"\xff" * 32, PRIVATE + b"\0", PRIVATE[:-1]])
def test_what_is_no_key_is_refused_without_being_shown(private: bytes) -> None:
    with pytest.raises(KeysUnusable) as refused:
        AccountKey(private)
    assert len(private) < 31 or private.hex()[:16] not in str(refused.value)
    assert refused.value.__cause__ is None


def test_nothing_shows_the_key() -> None:
    key = AccountKey(PRIVATE)

    @dataclasses.dataclass
    class Holder:
        account: AccountKey

    for shown in (repr(key), str(key), f"{[key]}", repr(Holder(key)), repr(plain(Holder(key)))):
        assert "ac0974be" not in shown.lower()
        assert str(int.from_bytes(PRIVATE)) not in shown
    for dump in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            dump(key)
