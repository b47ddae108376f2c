"""A scripted chain behind the transport's interface: blocks, a mempool, reorganisations, outages, and a fate."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_hash.auto import keccak

from dems_node.chain.errors import ChainDown, NodeRefused
from dems_node.chain.values import hexed
from dems_node.json_types import Json

CHAIN_ID = 4711
ACCOUNT = bytes([7]) * 20
CONTRACT = bytes([8]) * 20
RICH = 10**18


class FakeSigner:
    """Signs by naming what was signed, and remembers it."""

    def __init__(self) -> None:
        self.signed: list[Mapping[str, Any]] = []

    @property
    def address(self) -> str:
        return hexed(ACCOUNT)

    def sign_transaction(self, transaction: Mapping[str, Any]) -> tuple[bytes, bytes]:
        self.signed.append(transaction)
        shown = {k: v.hex() if isinstance(v, bytes) else v for k, v in transaction.items()}
        raw = json.dumps(shown, sort_keys=True).encode()
        return raw, keccak(raw)


@dataclass
class Block:
    number: int
    hash: bytes
    parent: bytes
    timestamp: int
    transactions: list[bytes] = field(default_factory=list)
    logs: list[tuple[bytes, bytes]] = field(default_factory=list)


class FakeNode:
    """One account's transactions, and the logs of one contract. Implements dems_node.chain.jsonrpc.Transport."""

    name = "the fake node"
    subscribes = False

    def __init__(self, *, seed: int = 0, point: Callable[[str], None] = lambda name: None) -> None:
        self.point = point
        self.is_down = False
        self.balance = RICH
        self.base_fee = 10
        self.least_fee = 0
        self.reverts: Callable[[bytes], bytes | None] = lambda data: None
        self.refuse_sending: str | None = None
        self.pool: dict[int, bytes] = {}
        self.raw: dict[bytes, bytes] = {}
        self.asked: list[str] = []
        self._salt = seed
        self.blocks: list[Block] = []
        self.mine()

    # What a test does

    def mine(self, count: int = 1, *, take: bool = True, logs: Sequence[tuple[bytes, bytes]] = ()) -> None:
        """Make blocks; the first takes what the mempool has (if ``take``), and logs (transaction hash, data)."""
        for _ in range(count):
            parent = self.blocks[-1].hash if self.blocks else bytes(32)
            number = len(self.blocks)
            self._salt += 1
            block = Block(
                number,
                keccak(parent + self._salt.to_bytes(8)),
                parent,
                1_000_000 + 2 * number,
                logs=list(logs),
            )
            logs = ()
            self.blocks.append(block)
            while take and (digest := self.pool.get(self.nonce())) is not None:
                if self._transaction(digest)["maxFeePerGas"] < self.least_fee:
                    break
                del self.pool[self.nonce()]
                block.transactions.append(digest)

    def reorganise(self, depth: int, *, length: int | None = None, lose: bool = False) -> None:
        """Replace the last blocks by as many empty ones; their transactions go back to the mempool, or are lost."""
        gone = self.blocks[-depth:]
        del self.blocks[-depth:]
        for block in gone:
            for digest in block.transactions:
                if lose:
                    del self.raw[digest]
                else:
                    self.pool.setdefault(self._transaction(digest)["nonce"], digest)
        self.mine(depth if length is None else length, take=False)

    def drop(self) -> None:
        """Forget the mempool."""
        for digest in self.pool.values():
            del self.raw[digest]
        self.pool.clear()

    def foreign(self, nonce: int | None = None) -> bytes:
        """Put somebody else's transaction of the account into the mempool in place of ours."""
        number = self.nonce() if nonce is None else nonce
        raw = json.dumps({"nonce": number, "data": "f0", "maxFeePerGas": 10**12}).encode()
        self.raw[keccak(raw)] = raw
        self.pool[number] = keccak(raw)
        return keccak(raw)

    def nonce(self) -> int:
        """Return how many transactions of the account are in the chain."""
        return sum(len(block.transactions) for block in self.blocks)

    def done(self) -> list[bytes]:
        """Return the data of every transaction in the chain that succeeded, in order."""
        datas = [
            bytes.fromhex(self._transaction(digest)["data"])
            for block in self.blocks
            for digest in block.transactions
        ]
        return [data for data in datas if self.reverts(data) is None]

    def _transaction(self, digest: bytes) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw[digest])
        return found

    # What a daemon asks

    async def request(self, method: str, params: Sequence[Json]) -> Json:
        self.point(f"before {method}")
        if self.is_down:
            raise ChainDown("the fake node is down")
        self.asked.append(method)
        answer = self._answers()[method](*params)
        self.point(f"after {method}")
        return answer

    async def new_heads(self) -> AsyncGenerator[Json]:
        raise ChainDown("the fake node pushes nothing")
        yield None

    async def close(self) -> None:
        return None

    def _answers(self) -> dict[str, Callable[..., Json]]:
        return {
            "eth_chainId": lambda: hexed(CHAIN_ID),
            "eth_getBlockByNumber": lambda number, full: self._block(number),
            "eth_getTransactionCount": lambda account, block: self._count(block),
            "eth_getBalance": lambda account, block: hexed(self.balance),
            "eth_maxPriorityFeePerGas": lambda: hexed(2),
            "eth_call": lambda call, block: self._run(call) or "0x",
            "eth_estimateGas": lambda call: self._run(call) or hexed(50_000),
            "eth_sendRawTransaction": self._send,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getTransactionByHash": lambda digest: (
                {"hash": digest} if _bytes(digest) in self.raw else None
            ),
            "eth_getLogs": self._logs,
        }

    def _block(self, number: str) -> Json:
        wanted = len(self.blocks) - 1 if number == "latest" else int(number, 16)
        if wanted >= len(self.blocks):
            return None
        block = self.blocks[wanted]
        return {
            "number": hexed(block.number),
            "hash": hexed(block.hash),
            "parentHash": hexed(block.parent),
            "timestamp": hexed(block.timestamp),
            "baseFeePerGas": hexed(self.base_fee),
            "gasLimit": hexed(30_000_000),
        }

    def _count(self, block: str) -> Json:
        if block == "pending":
            count = self.nonce()
            while count in self.pool:
                count += 1
            return hexed(count)
        last = len(self.blocks) if block == "latest" else int(block, 16) + 1
        return hexed(sum(len(block.transactions) for block in self.blocks[:last]))

    def _run(self, call: Mapping[str, Any]) -> Json:
        data = self.reverts(_bytes(call["data"]))
        if data is not None:
            raise NodeRefused("eth_call", 3, "execution reverted", data or None)
        return None

    def _send(self, raw: str) -> Json:
        if self.refuse_sending is not None:
            raise NodeRefused("eth_sendRawTransaction", -32000, self.refuse_sending)
        content = _bytes(raw)
        digest = keccak(content)
        if digest in self.raw:
            raise NodeRefused("eth_sendRawTransaction", -32000, "already known")
        transaction = json.loads(content)
        nonce = transaction["nonce"]
        if nonce < self.nonce():
            raise NodeRefused("eth_sendRawTransaction", -32000, "nonce too low")
        other = self.pool.get(nonce)
        if other is not None:
            if 10 * transaction["maxFeePerGas"] < 11 * self._transaction(other)["maxFeePerGas"]:
                raise NodeRefused("eth_sendRawTransaction", -32000, "replacement transaction underpriced")
            del self.raw[other]
        self.raw[digest] = content
        self.pool[nonce] = digest
        return hexed(digest)

    def _receipt(self, digest: str) -> Json:
        for block in self.blocks:
            if _bytes(digest) in block.transactions:
                data = bytes.fromhex(self._transaction(_bytes(digest))["data"])
                return {
                    "transactionHash": digest,
                    "blockNumber": hexed(block.number),
                    "blockHash": hexed(block.hash),
                    "status": "0x1" if self.reverts(data) is None else "0x0",
                    "gasUsed": hexed(40_000),
                    "effectiveGasPrice": hexed(self.base_fee),
                }
        return None

    def _logs(self, wanted: Mapping[str, Any]) -> Json:
        if "blockHash" in wanted:
            blocks = [block for block in self.blocks if block.hash == _bytes(wanted["blockHash"])]
            if not blocks:
                raise NodeRefused("eth_getLogs", -32000, "unknown block")
        else:
            first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
            blocks = self.blocks[first : last + 1]
        return [
            {
                "address": hexed(CONTRACT),
                "topics": [hexed(bytes(32))],
                "data": hexed(data),
                "blockNumber": hexed(block.number),
                "blockHash": hexed(block.hash),
                "transactionHash": hexed(digest),
                "logIndex": hexed(index),
            }
            for block in blocks
            for index, (digest, data) in enumerate(block.logs)
        ]


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
