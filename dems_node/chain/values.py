"""What a node tells, as values: blocks, logs, receipts. Addresses are 20 bytes, hashes 32.

Raises ValueError or KeyError where an answer has another shape.

Source: the Ethereum JSON-RPC specification (execution-apis). Quantities come as 0x… without leading zeros.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dems_node.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHeader:
    """A block: number, hashes of 32 bytes, ``timestamp`` in unix seconds, base fee in wei per gas."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int
    base_fee: int
    gas_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """An event as a contract logged it; ``index`` counts within the block."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a transaction that is in a block. ``gas_price`` in wei is what each gas did cost."""

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    gas_price: int
    contract_address: bytes | None = None


@dataclass(frozen=True, slots=True)
class Fees:
    """EIP-1559: what a gas may cost at most, and what of it goes to who builds the block. Wei."""

    max_fee: int
    priority_fee: int


def quantity(value: Json) -> int:
    """Return the integer of a 0x… quantity."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(f"{value!r} is not a quantity")
    return int(value, 16)


def octets(value: Json) -> bytes:
    """Return the bytes of a 0x… text."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(f"{value!r} is not hex data")
    return bytes.fromhex(value[2:])


def hexed(value: bytes | int) -> str:
    """Return bytes or a quantity as the node takes them."""
    return hex(value) if isinstance(value, int) else f"0x{value.hex()}"


def document(value: Json) -> Mapping[str, Json]:
    """Return a JSON object."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is not an object")
    return value


def header_of(answer: Json) -> BlockHeader:
    """Return the header of a block as eth_getBlockBy… and eth_subscribe(newHeads) give it."""
    block = document(answer)
    return BlockHeader(
        number=quantity(block["number"]),
        hash=octets(block["hash"]),
        parent=octets(block["parentHash"]),
        timestamp=quantity(block["timestamp"]),
        base_fee=quantity(block.get("baseFeePerGas") or "0x0"),
        gas_limit=quantity(block["gasLimit"]),
    )


def log_of(answer: Json) -> Log:
    """Return a log as eth_getLogs gives it."""
    log = document(answer)
    topics = log["topics"]
    if not isinstance(topics, list):
        raise ValueError(f"{topics!r} is not a list of topics")
    return Log(
        address=octets(log["address"]),
        topics=tuple(octets(topic) for topic in topics),
        data=octets(log["data"]),
        block_number=quantity(log["blockNumber"]),
        block_hash=octets(log["blockHash"]),
        transaction_hash=octets(log["transactionHash"]),
        index=quantity(log["logIndex"]),
    )


def receipt_of(answer: Json) -> Receipt:
    """Return a receipt as eth_getTransactionReceipt gives it."""
    receipt = document(answer)
    contract = receipt.get("contractAddress")
    return Receipt(
        transaction_hash=octets(receipt["transactionHash"]),
        block_number=quantity(receipt["blockNumber"]),
        block_hash=octets(receipt["blockHash"]),
        succeeded=quantity(receipt["status"]) == 1,
        gas_used=quantity(receipt["gasUsed"]),
        gas_price=quantity(receipt.get("effectiveGasPrice") or "0x0"),
        contract_address=None if contract is None else octets(contract),
    )
