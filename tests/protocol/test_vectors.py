"""The vectors that the Solidity tests read are those of this Python, and the values in them are right."""

import json
from typing import Any

import pytest

from dems_protocol.commitments import Pedersen, Register
from dems_protocol.curve import Point, is_valid
from dems_protocol.leaves import Leaf
from dems_protocol.range_proof import BitProof, RangeContext, is_range_proof
from dems_protocol.sealing import EqualityProof, Sealed, find_false_registers, is_shared_point
from dems_protocol.signatures import PublicKey, Scheme, Signature, is_signed_by
from tests.protocol.samples import DOMAIN
from tests.protocol.vectors import PATH, build_vectors, render


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads(PATH.read_text())
    return vectors


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def point(words: list[str]) -> Point:
    x, y = (int(word, 16) for word in words)
    return Point(x, y)


def test_the_file_is_current() -> None:
    """If the protocol was meant to change: `python -m tests.protocol.vectors`, and tell the contracts."""
    assert PATH.read_text() == render(build_vectors())


def test_signatures_are_judged_as_stated(stored: dict[str, Any]) -> None:
    cases = stored["signatures"]
    assert {case["accepted"] for case in cases} == {True, False}
    for case in cases:
        key = PublicKey(Scheme(case["scheme"]), int(case["x"], 16), int(case["y"], 16))
        signature = Signature.decode(unhex(case["signature"]["bytes"]))
        assert is_signed_by(key, unhex(case["digest"]), signature) == case["accepted"], case["name"]


def test_points_are_judged_as_stated(stored: dict[str, Any]) -> None:
    assert all(is_valid(point(words)) for words in stored["points"]["valid"])
    assert not any(is_valid(point(words)) for words in stored["points"]["invalid"])


def test_proofs_in_the_file_hold(stored: dict[str, Any], pedersen: Pedersen) -> None:
    leaves = [Leaf.decode(unhex(leaf["encoded"])) for leaf in stored["slots"][0]["leaves"]]
    for case in stored["sealed"]:
        reading = leaves[case["leaf"]].reading
        sealed, shared = Sealed.decode(unhex(case["encoded"])), point(case["shared"])
        proof = EqualityProof(int(case["challenge"], 16), int(case["response"], 16))
        assert is_shared_point(DOMAIN, reading.struct_hash(), sealed, shared, proof)
        assert find_false_registers(pedersen, reading, sealed, shared) == []
    case = stored["rangeProof"]
    words = unhex(case["encoded"])
    numbers = [int.from_bytes(words[at : at + 32]) for at in range(0, len(words), 32)]
    rows = [
        BitProof(Point(*numbers[at : at + 2]), *numbers[at + 2 : at + 6]) for at in range(0, len(numbers), 6)
    ]
    context = RangeContext(DOMAIN, leaves[case["leaf"]].reading.struct_hash(), Register(case["register"]))
    assert is_range_proof(pedersen, context, point(case["commitment"]), rows)
