"""Our hashes of typed messages against eth-account's implementation of EIP-712."""

from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.curve import Point
from dems_protocol.readings import READING_TYPE, Reading
from dems_protocol.statements import RECEIPT_TYPE, STATEMENT_TYPE, Receipt, Statement
from dems_protocol.sum_tree import Sums
from dems_protocol.typed_data import DOMAIN_TYPE, LedgerDomain
from tests.protocol.samples import DOMAIN

words = st.integers(0, 2**256 - 1)
uint64 = st.integers(0, 2**64 - 1)
uint32 = st.integers(0, 2**32 - 1)
hashes = st.binary(min_size=32, max_size=32)
points = st.builds(Point, words, words)

readings = st.builds(
    Reading,
    meter=hashes,
    key=hashes,
    slot=uint64,
    revision=uint32,
    previous_slot=uint64,
    previous=hashes,
    commitments=st.tuples(*[points] * 5),
    running=st.tuples(*[points] * 3),
)


def fields(type_string: str) -> list[dict[str, str]]:
    inside = type_string.split("(", 1)[1].rstrip(")")
    return [dict(zip(("type", "name"), field.split(" "), strict=True)) for field in inside.split(",")]


def oracle_digest(domain: LedgerDomain, type_string: str, message: dict[str, Any]) -> bytes:
    name = type_string.split("(", 1)[0]
    signable = encode_typed_data(
        full_message={
            "types": {"EIP712Domain": fields(DOMAIN_TYPE), name: fields(type_string)},
            "primaryType": name,
            "domain": {
                "name": "DEMS",
                "version": "1",
                "chainId": domain.chain_id,
                "verifyingContract": "0x" + domain.ledger.hex(),
            },
            "message": message,
        }
    )
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


@settings(deadline=None)
@given(readings)
def test_reading(reading: Reading) -> None:
    message = {
        "meter": reading.meter,
        "key": reading.key,
        "slot": reading.slot,
        "revision": reading.revision,
        "previousSlot": reading.previous_slot,
        "previous": reading.previous,
        "points": reading.coordinates,
    }
    assert DOMAIN.digest(reading.struct_hash()) == oracle_digest(DOMAIN, READING_TYPE, message)


@settings(deadline=None)
@given(hashes, hashes, uint64, uint32, uint64)
def test_receipt(reading: bytes, meter: bytes, slot: int, revision: int, received_at: int) -> None:
    receipt = Receipt(reading, meter, slot, revision, received_at)
    message = {
        "reading": reading,
        "meter": meter,
        "slot": slot,
        "revision": revision,
        "receivedAt": received_at,
    }
    assert DOMAIN.digest(receipt.struct_hash()) == oracle_digest(DOMAIN, RECEIPT_TYPE, message)


@settings(deadline=None)
@given(uint64, st.integers(0, 1), hashes, st.builds(Sums, points, points, uint32, uint32), uint32)
def test_statement(slot: int, attempt: int, root: bytes, sums: Sums, count: int) -> None:
    statement = Statement(slot, attempt, root, sums, count)
    assert Statement.decode(statement.encode()) == statement
    message = {
        "slot": slot,
        "attempt": attempt,
        "root": root,
        "sums": list(sums.words()[:4]),
        "withdrawalOwners": sums.withdrawal_owners,
        "feedInOwners": sums.feed_in_owners,
        "count": count,
    }
    assert DOMAIN.digest(statement.struct_hash()) == oracle_digest(DOMAIN, STATEMENT_TYPE, message)


def test_a_message_is_bound_to_chain_and_ledger() -> None:
    body = bytes(32)
    others = [LedgerDomain(1, DOMAIN.ledger), LedgerDomain(DOMAIN.chain_id, b"\x01" * 20)]
    assert len({domain.digest(body) for domain in (DOMAIN, *others)}) == 3


def test_domains_are_checked() -> None:
    with pytest.raises(ValueError, match="20 bytes, not 3"):
        LedgerDomain(1, b"abc")
    with pytest.raises(ValueError, match="chain id"):
        LedgerDomain(0, bytes(20))
