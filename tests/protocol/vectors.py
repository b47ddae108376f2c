"""The test vectors that Python and Solidity share: `python -m tests.protocol.vectors` writes vectors.json.

Words are 0x-strings of 32 bytes, structs besides their fields as `encoded`: Solidity's abi.encode, for abi.decode.
Everything is derived from labels, so a vector changes only if the protocol does.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dems_protocol.commitments import CommitmentContext, Opening, Pedersen, Register, sum_openings
from dems_protocol.curve import FIELD, IDENTITY, ORDER, G, H, Point
from dems_protocol.leaves import Leaf
from dems_protocol.netting import Netting, Side
from dems_protocol.range_proof import RangeContext, prove_range
from dems_protocol.readings import READING_TYPE, OpenedReading, SlotEnergy
from dems_protocol.sealing import inclusion_hash, seal
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from dems_protocol.statements import RECEIPT_TYPE, STATEMENT_TYPE, Receipt, Statement, build_tree
from dems_protocol.sum_tree import Node, Step, SumTree, empty_leaf
from dems_protocol.words import encode_words, tag
from tests.protocol.samples import (
    DOMAIN,
    OPERATOR,
    OPERATOR_KEY,
    SLOT,
    Meter,
    make_leaves,
    make_meter,
    number,
    read_meter,
)

PATH = Path(__file__).with_name("vectors.json")
PUBLISHED_AT, PUBLISHED_BLOCK = (SLOT + 1) * 900 + 840, 4711
HALF_P256 = 0x7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8
HALF_SECP256K1 = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0

type Json = dict[str, Any]


def build_vectors() -> Json:
    """Return all vectors as JSON values."""
    pedersen = Pedersen()
    meters = [
        make_meter(
            i,
            scheme=Scheme.P256 if i % 2 else Scheme.SECP256K1,
            household=min(i, 3),
            plant=0 if i == 1 else 8000,
        )
        for i in range(5)
    ]
    first = _read_slot(pedersen, meters, SLOT, None)
    second = _read_slot(pedersen, meters, SLOT + 1, first)
    return {
        "constants": _constants(),
        "points": _points(),
        "commitments": _commitments(pedersen),
        "blindings": _blindings(),
        "meters": [_meter(meter) for meter in meters],
        "operator": {
            "address": _hex(OPERATOR.public_key.address()),
            "encryptionKey": _point(OPERATOR_KEY.public),
        },
        "slots": [_slot(meters, readings) for readings in (first, second)],
        "trees": [_tree(pedersen, count) for count in (0, 1, 2, 3)],
        "receipt": _receipt(first[0]),
        "signatures": _signatures(meters),
        "netting": _netting(),
        "renewableEnergyAccount": [
            _account(meter, *pair) for meter, *pair in zip(meters, first, second, strict=True)
        ],
        "sealed": [_sealed(meters[i], first[i], i) for i in (0, 1)],
        "rangeProof": _range_proof(pedersen, first[2]),
    }


def render(vectors: Json) -> str:
    """Return the file's text."""
    return json.dumps(vectors, indent=1) + "\n"


def _read_slot(
    pedersen: Pedersen, meters: list[Meter], slot: int, before: list[OpenedReading] | None
) -> list[OpenedReading]:
    return [
        read_meter(
            pedersen,
            meter,
            SlotEnergy(
                withdrawal_rest=100 * i + 7,
                withdrawal_delivered=3 * i,
                feed_in_rest=50 * i,
                feed_in_delivered=i,
                generation=80 * i,
            ),
            slot=slot,
            previous=before[i] if before else None,
        )
        for i, meter in enumerate(meters)
    ]


def _hex(value: int | bytes) -> str:
    return "0x" + (value.to_bytes(32) if isinstance(value, int) else value).hex()


def _point(point: Point) -> list[str]:
    return [_hex(point.x), _hex(point.y)]


def _opening(opening: Opening) -> Json:
    return {"value": opening.value, "blinding": _hex(opening.blinding)}


def _node(node: Node) -> Json:
    *coordinates, withdrawal_owners, feed_in_owners = node.sums.words()
    return {
        "hash": _hex(node.hash),
        "sums": [_hex(coordinate) for coordinate in coordinates],
        "withdrawalOwners": withdrawal_owners,
        "feedInOwners": feed_in_owners,
    }


def _dynamic_array(items: list[bytes]) -> str:
    return _hex(encode_words(32, len(items)) + b"".join(items))


def _nodes(nodes: Iterable[Node]) -> str:
    return _dynamic_array([node.encode() for node in nodes])


def _steps(steps: Iterable[Step]) -> str:
    return _dynamic_array([step.left.encode() + step.right.encode() for step in steps])


def _signature(signature: Signature) -> Json:
    return {
        "r": _hex(signature.r),
        "s": _hex(signature.s),
        "v": signature.v,
        "bytes": _hex(signature.encode()),
    }


def _constants() -> Json:
    return {
        "chainId": DOMAIN.chain_id,
        "ledger": _hex(DOMAIN.ledger),
        "domainSeparator": _hex(DOMAIN.separator()),
        "h": _point(H),
        "emptyLeaf": _hex(empty_leaf().hash),
        "readingTypehash": _hex(tag(READING_TYPE)),
        "receiptTypehash": _hex(tag(RECEIPT_TYPE)),
        "statementTypehash": _hex(tag(STATEMENT_TYPE)),
    }


def _points() -> Json:
    return {
        "valid": [_point(point) for point in (IDENTITY, G, H)],
        "invalid": [
            _point(Point(x, y))
            for x, y in (
                (0, 1),
                (1, 0),
                (1, 3),
                (FIELD, FIELD),
                (0, FIELD),
                (1 + FIELD, 2),
                (1, 2 + FIELD),
                (2**256 - 1, 2**256 - 1),
            )
        ],
    }


def _commitments(pedersen: Pedersen) -> list[Json]:
    openings = [Opening(0, 0), Opening(1, 0), Opening(0, 1), Opening(2**32 - 1, ORDER - 1)]
    openings += [Opening(number(f"value {i}") >> 192, number(f"blinding {i}") % ORDER) for i in range(8)]
    return [
        {"value": _hex(o.value), "blinding": _hex(o.blinding), "point": _point(pedersen.commit(o))}
        for o in openings
    ]


def _blindings() -> list[Json]:
    meter = make_meter(0)
    return [
        {
            "secret": _hex(meter.secret.material),
            "meter": _hex(meter.id),
            "slot": SLOT,
            "register": int(register),
            "revision": revision,
            "value": value,
            "blinding": _hex(
                meter.secret.opening(
                    CommitmentContext(DOMAIN, meter.id, SLOT, revision), register, value
                ).blinding
            ),
        }
        for register in Register
        for revision, value in ((0, 0), (1, 0), (1, 2**32 - 1))
    ]


def _meter(meter: Meter) -> Json:
    key = meter.record.key
    result = {
        "meter": _hex(meter.id),
        "household": _hex(meter.record.household),
        "plantPower": meter.record.plant_power,
        "scheme": int(key.scheme),
        "x": _hex(key.x),
        "y": _hex(key.y),
        "keyId": _hex(key.key_id()),
    }
    if key.scheme is Scheme.SECP256K1:
        result["address"] = _hex(key.address())
    return result


def _slot(meters: list[Meter], readings: list[OpenedReading]) -> Json:
    leaves = make_leaves(meters, readings)
    tree = build_tree(DOMAIN, leaves)
    slot = readings[0].reading.slot
    openings = [
        sum_openings(opened.openings[register] for opened in readings)
        for register in (Register.WITHDRAWAL_REST, Register.FEED_IN_REST)
    ]
    return {
        "slot": slot,
        "leaves": [_leaf(leaf, opened) for leaf, opened in zip(leaves, readings, strict=True)],
        "statement": _statement(Statement.of(slot, tree)),
        "sumOpenings": [_opening(opening) for opening in openings],
        **_proofs(tree),
    }


def _leaf(leaf: Leaf, opened: OpenedReading) -> Json:
    reading_hash = leaf.reading.struct_hash()
    return {
        "reading": _hex(leaf.reading.encode()),
        "owners": leaf.owners,
        "signature": _signature(leaf.signature),
        "encoded": _hex(leaf.encode()),
        "readingHash": _hex(reading_hash),
        "digest": _hex(DOMAIN.digest(reading_hash)),
        "node": _node(leaf.node(DOMAIN)),
        "openings": [_opening(opening) for opening in opened.openings],
    }


def _proofs(tree: SumTree) -> Json:
    return {
        "height": tree.height,
        "levels": [
            [_node(tree.node(level, index)) for index in range(1 << (tree.height - level))]
            for level in range(tree.height + 1)
        ],
        "siblings": [_nodes(tree.prove(index).siblings) for index in range(1 << tree.height)],
        "descents": [_steps(tree.descend(0, index)) for index in range(1 << tree.height)],
    }


def _statement(statement: Statement) -> Json:
    struct_hash = statement.struct_hash()
    return {
        "encoded": _hex(statement.encode()),
        "count": statement.count,
        "statementHash": _hex(struct_hash),
        "digest": _hex(DOMAIN.digest(struct_hash)),
        "operatorSignature": _signature(OPERATOR.sign(DOMAIN.digest(struct_hash))),
        "publishedAt": PUBLISHED_AT,
        "publishedBlock": PUBLISHED_BLOCK,
        "recordHash": _hex(statement.record_hash(PUBLISHED_AT, PUBLISHED_BLOCK)),
    }


def _tree(pedersen: Pedersen, count: int) -> Json:
    """Trees of the smallest counts, over leaves that are no readings."""
    meters = [make_meter(20 + i) for i in range(count)]
    readings = [
        read_meter(pedersen, m, SlotEnergy(withdrawal_rest=i, feed_in_rest=9 * i))
        for i, m in enumerate(meters)
    ]
    tree = build_tree(DOMAIN, make_leaves(meters, readings))
    return {"count": count, "statement": _statement(Statement.of(SLOT, tree)), **_proofs(tree)}


def _receipt(opened: OpenedReading) -> Json:
    reading = opened.reading
    receipt = Receipt(
        reading.struct_hash(), reading.meter, reading.slot, reading.revision, (SLOT + 1) * 900 + 42
    )
    struct_hash = receipt.struct_hash()
    return {
        "receivedAt": receipt.received_at,
        "receiptHash": _hex(struct_hash),
        "digest": _hex(DOMAIN.digest(struct_hash)),
        "operatorSignature": _signature(OPERATOR.sign(DOMAIN.digest(struct_hash))),
    }


def _signatures(meters: list[Meter]) -> list[Json]:
    return [case for meter in meters[:2] for case in _signature_cases(meter.signer)]


def _signature_cases(signer: SoftwareSigner) -> list[Json]:
    key, digest = signer.public_key, tag("a digest")
    good = signer.sign(digest)
    is_secp = key.scheme is Scheme.SECP256K1
    half = HALF_SECP256K1 if is_secp else HALF_P256
    order = 2 * half + 1
    flipped = 55 - good.v if is_secp else 0
    cases = {
        "good": good,
        "high s": Signature(good.r, order - good.s, flipped),
        "r = 0": Signature(0, good.s, good.v),
        "s = 0": Signature(good.r, 0, good.v),
        "r = n": Signature(order, good.s, good.v),
        "r + n": Signature((good.r + order) % 2**256, good.s, good.v),
        "s = half": Signature(good.r, half, good.v),
        "s = half + 1": Signature(good.r, half + 1, good.v),
        "s + n": Signature(good.r, (good.s + order) % 2**256, good.v),
        "v of the other": Signature(good.r, good.s, flipped if is_secp else 27),
        "v = 1": Signature(good.r, good.s, 1),
        "changed r": Signature(good.r ^ 1, good.s, good.v),
        "changed s": Signature(good.r, good.s ^ 1, good.v),
    }
    return [
        {
            "name": f"{key.scheme.name} {name}",
            "scheme": int(key.scheme),
            "x": _hex(key.x),
            "y": _hex(key.y),
            "digest": _hex(digest),
            "signature": _signature(signature),
            "accepted": name == "good",
        }
        for name, signature in cases.items()
    ]


def _netting() -> list[Json]:
    cases = [
        (0, 0),
        (0, 5),
        (5, 0),
        (150, 100),
        (200, 300),
        (300, 200),
        (7, 7),
        (1, 2**64 - 1),
        (2**64 - 1, 2**64 - 2),
        (10_007, 3),
    ]
    return [_netting_case(Netting(withdrawal, feed_in)) for withdrawal, feed_in in cases]


def _netting_case(netting: Netting) -> Json:
    energies = [0, 1, 99, 2**32 - 1]
    return {
        "withdrawal": _hex(netting.withdrawal),
        "feedIn": _hex(netting.feed_in),
        "matched": _hex(netting.matched),
        "withdrawalWeight": netting.weight(Side.WITHDRAWAL),
        "feedInWeight": netting.weight(Side.FEED_IN),
        "remainder": _hex(netting.remainder),
        "energies": energies,
        "withdrawalInside": [netting.share(Side.WITHDRAWAL, x).inside for x in energies],
        "feedInInside": [netting.share(Side.FEED_IN, x).inside for x in energies],
    }


def _account(meter: Meter, earlier: OpenedReading, later: OpenedReading) -> Json:
    return {
        "meter": _hex(meter.id),
        "feedIn": _opening(later.running.feed_in - earlier.running.feed_in),
        "generation": _opening(later.running.generation - earlier.running.generation),
        "firstFeedIn": _opening(earlier.running.feed_in),
        "firstGeneration": _opening(earlier.running.generation),
    }


def _sealed(meter: Meter, opened: OpenedReading, index: int) -> Json:
    reading_hash = opened.reading.struct_hash()
    sealed = seal(meter.secret, opened.reading, opened.openings, OPERATOR_KEY.public)
    proof = OPERATOR_KEY.prove(DOMAIN, reading_hash, sealed)
    return {
        "leaf": index,
        "encoded": _hex(sealed.encode()),
        "sealedHash": _hex(sealed.hash()),
        "inclusionHash": _hex(inclusion_hash(reading_hash, sealed, PUBLISHED_AT, PUBLISHED_BLOCK)),
        "shared": _point(OPERATOR_KEY.shared(sealed)),
        "challenge": _hex(proof.challenge),
        "response": _hex(proof.response),
    }


def _range_proof(pedersen: Pedersen, opened: OpenedReading) -> Json:
    register = Register.WITHDRAWAL_REST
    context = RangeContext(DOMAIN, opened.reading.struct_hash(), register)
    rows = prove_range(pedersen, context, opened.openings[register])
    return {
        "leaf": 2,
        "register": int(register),
        "commitment": _point(opened.reading.commitments[register]),
        "encoded": _hex(encode_words(*(word for row in rows for word in row.words()))),
    }


if __name__ == "__main__":
    PATH.write_text(render(build_vectors()))
