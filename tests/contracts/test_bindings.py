"""The checked-in bindings are what the sources give, and encode what the chain's own ABI says."""

import json

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from dems_protocol.commitments import Pedersen
from dems_protocol.contracts import (
    artifact,
    creation_code,
    decode_error,
    decode_event,
    demands,
    meter_ledger,
    netting,
    structs,
)
from dems_protocol.contracts.abi import MalformedData
from dems_protocol.contracts.conversions import (
    from_leaf,
    from_proof,
    from_statement,
    to_leaf,
    to_proof,
    to_statement,
)
from dems_protocol.leaves import Leaf
from dems_protocol.readings import SlotEnergy
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import InclusionProof, SumTree
from tests.contracts import bindings
from tests.protocol.samples import DOMAIN, make_leaves, make_meter, read_meter
from tests.protocol.vectors import PATH

LARGEST_CONTRACT = 24_576


@pytest.mark.timeout(300)
def test_checked_in_bindings_are_those_of_the_sources() -> None:
    bindings.build()
    for path, text in bindings.render().items():
        assert (bindings.TARGET / path).read_text() == text, f"{path} is old: run `make bindings`"


@pytest.mark.parametrize("name", bindings.CONTRACTS)
def test_contracts_fit_on_the_chain(name: str) -> None:
    """EIP-170; what is linked would have placeholders in its code, which are no bytes."""
    assert creation_code(name)
    runtime = json.loads((bindings.OUT / f"{name}.sol" / f"{name}.json").read_text())["deployedBytecode"]
    assert len(bytes.fromhex(runtime["object"][2:])) <= LARGEST_CONTRACT
    assert all(entry["type"] for entry in artifact(name)["abi"])


@given(
    demander=st.binary(min_size=20, max_size=20),
    slot=st.integers(0, 2**64 - 1),
    index=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(structs.Kind),
)
def test_events_are_decoded(demander: bytes, slot: int, index: int, kind: structs.Kind) -> None:
    topics = [demands.DemandedEvent.TOPIC, encode(["uint64"], [slot]), encode(["address"], [demander])]
    data = encode(["uint8", "uint32", "uint8", "uint8"], [1, index, kind, 4])
    assert decode_event(topics, data) == demands.DemandedEvent(slot, 1, index, kind, 4, demander)
    with pytest.raises(MalformedData, match="DemandedEvent"):
        demands.DemandedEvent.decode(topics, data[:-32])
    assert decode_event([b"\1" * 32], data) is None
    assert decode_event([], data) is None


@given(account=st.binary(min_size=20, max_size=20), amount=st.integers(0, 2**256 - 1))
def test_errors_are_decoded(account: bytes, amount: int) -> None:
    data = meter_ledger.InsufficientBalanceError.SELECTOR
    data += encode(["address", "uint256", "uint256"], [account, amount, 7])
    assert decode_error(data) == meter_ledger.InsufficientBalanceError(account, amount, 7)
    with pytest.raises(MalformedData):
        decode_error(data[:-1])
    assert decode_error(b"") is None
    assert decode_error(b"\0\1\2\3") is None


def test_calls_are_encoded_and_decoded() -> None:
    call = netting.ShareOf(5, structs.Side.FEED_IN, 77)
    assert call.calldata()[4:] == encode(["uint64", "uint8", "uint64"], [5, 1, 77])
    assert netting.ShareOf.of_calldata(call.calldata()) == call
    assert netting.ShareOf.returned(encode(["uint256", "uint256"], [3, 4])) == (3, 4)
    with pytest.raises(MalformedData, match="ShareOf"):
        netting.ShareOf.returned(b"")
    with pytest.raises(MalformedData, match="WeightOf"):
        netting.WeightOf.of_calldata(call.calldata())


def _tree() -> tuple[list[Leaf], SumTree]:
    meters = [make_meter(i) for i in range(3)]
    energy = SlotEnergy(withdrawal_rest=3, feed_in_rest=2, generation=1)
    pedersen = Pedersen()
    leaves = make_leaves(meters, [read_meter(pedersen, meter, energy) for meter in meters])
    return leaves, SumTree([leaf.node(DOMAIN) for leaf in leaves])


def test_conversions_lose_nothing() -> None:
    leaves, tree = _tree()
    statement = Statement.of(1, tree, attempt=1)
    assert from_statement(to_statement(statement)) == statement
    for index, leaf in enumerate(leaves):
        assert from_leaf(to_leaf(leaf)) == leaf
        proof: InclusionProof = tree.prove(index)
        assert from_proof(to_proof(proof)) == proof


def test_structs_encode_as_the_protocols_own_words() -> None:
    """The vectors that Solidity decodes are what the bindings send."""
    vectors = json.loads(PATH.read_text())
    published = structs.Published(to_statement(Statement.of(1, _tree()[1])), 1, 2)
    for slot in vectors["slots"]:
        for vector in slot["leaves"]:
            encoded = bytes.fromhex(vector["encoded"][2:])
            call = demands.AnswerLeaf(published, to_leaf(Leaf.decode(encoded)), structs.InclusionProof(0, ()))
            assert encoded in call.calldata()
