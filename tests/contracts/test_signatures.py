"""A signature is accepted in Python exactly when it is in Solidity, on a real chain with both precompiles."""

import json
import random
from collections.abc import Iterator

from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from dems_protocol.signatures import PublicKey, Scheme, Signature, SoftwareSigner, is_signed_by
from tests.contracts import bindings
from tests.contracts.chain import Chain

ORDERS = {
    Scheme.SECP256K1: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    Scheme.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}
QUESTIONS = "((uint8,uint256,uint256),bytes32,(bytes32,bytes32,uint8))[]"
ROUNDS = 20

type Question = tuple[PublicKey, bytes, Signature]


def _questions(source: random.Random) -> Iterator[Question]:
    """True signatures and what a liar makes of them: every part changed, exchanged, out of range or on its edge."""
    for scheme in Scheme:
        order = ORDERS[scheme]
        for _ in range(ROUNDS):
            signer = SoftwareSigner.from_private_key(scheme, source.randrange(1, order))
            other = SoftwareSigner.from_private_key(scheme, source.randrange(1, order)).public_key
            digest = source.randbytes(32)
            good = signer.sign(digest)
            flipped = good.v ^ 1 if scheme is Scheme.P256 else 55 - good.v
            edges = (0, 1, order // 2, order // 2 + 1, order - 1, order, 2**256 - 1)
            yield signer.public_key, digest, good
            yield other, digest, good
            yield signer.public_key, source.randbytes(32), good
            yield signer.public_key, digest, Signature(good.r, order - good.s, flipped)
            yield signer.public_key, digest, Signature(good.r, order - good.s, good.v)
            yield signer.public_key, digest, Signature(good.s, good.r, good.v)
            yield signer.public_key, digest, Signature(good.r, good.s, source.randrange(256))
            yield signer.public_key, digest, Signature(good.r ^ 1 << source.randrange(256), good.s, good.v)
            yield signer.public_key, digest, Signature(good.r, good.s ^ 1 << source.randrange(256), good.v)
            yield signer.public_key, digest, Signature(source.choice(edges), good.s, good.v)
            yield signer.public_key, digest, Signature(good.r, source.choice(edges), good.v)


async def _decide(
    chain: Chain, oracle: bytes, questions: list[Question]
) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
    values = [
        [(key.scheme, key.x, key.y), digest, (s.r.to_bytes(32), s.s.to_bytes(32), s.v)]
        for key, digest, s in questions
    ]
    data = keccak(f"decide({QUESTIONS})".encode())[:4] + encode([QUESTIONS], [values])
    call = {"to": f"0x{oracle.hex()}", "data": f"0x{data.hex()}", "gas": hex(2**32)}
    answer = await chain.rpc("eth_call", call, "latest")
    keys, signed = decode(["bool[]", "bool[]"], bytes.fromhex(answer[2:]))
    return keys, signed


async def test_python_and_solidity_accept_the_same_signatures(chain: Chain) -> None:
    deployer = await chain.account("oracle")
    artifact = json.loads((bindings.OUT / "SignatureOracle.sol" / "SignatureOracle.json").read_text())
    oracle = await deployer.deploy(bytes.fromhex(artifact["bytecode"]["object"][2:]))
    accepted = 0
    source = random.Random(keccak(b"signatures"))
    questions = list(_questions(source))
    for start in range(0, len(questions), 100):
        part = questions[start : start + 100]
        keys, signed = await _decide(chain, oracle, part)
        assert all(keys)
        for found, (key, digest, signature) in zip(signed, part, strict=True):
            assert found == is_signed_by(key, digest, signature), (key, digest, signature)
        accepted += sum(signed)
    assert 2 * ROUNDS <= accepted < len(questions) / 4
