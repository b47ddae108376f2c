"""What the daemons ask a node for, with a time-out on everything and failures that can be told apart."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from dems_node.chain.errors import ChainDown, NodeRefused, Reverted, WrongChain
from dems_node.chain.jsonrpc import REQUEST_SECONDS, Transport, transport_for
from dems_node.chain.reverts import ContractError
from dems_node.chain.values import (
    BlockHeader,
    Fees,
    Log,
    Receipt,
    header_of,
    hexed,
    log_of,
    octets,
    quantity,
    receipt_of,
)
from dems_node.json_types import Json
from dems_protocol.contracts.abi import Call

_REVERTED = 3
"""The code of a reverted call (execution-apis); some nodes say it in the message only."""
_FAILED_INSIDE = ("revert", "out of gas", "invalid opcode", "gas required exceeds", "vm execution error")


@dataclass(frozen=True, slots=True)
class ChainIdentity:
    """Which chain a node follows: the id, and the genesis block's hash, which a new chain with that id has not."""

    chain_id: int
    genesis: bytes


class ChainClient:
    """A node of one chain.

    Every call raises ChainDown where there is no answer in time or no sensible one, NodeRefused where the node answers
    with an error, WrongChain where another chain answers. ``block`` arguments are a number, or a tag of the node's.
    """

    def __init__(self, transport: Transport, chain_id: int) -> None:
        self._transport = transport
        self._chain_id = chain_id

    @classmethod
    def to(cls, url: str, chain_id: int, *, timeout: float = REQUEST_SECONDS) -> ChainClient:
        """Return a client for a node's http, ws or socket address; ``timeout`` in s. Connects at first use."""
        return cls(transport_for(url, timeout=timeout), chain_id)

    @property
    def name(self) -> str:
        """The node as a person may see it."""
        return self._transport.name

    @property
    def chain_id(self) -> int:
        """The chain that is meant."""
        return self._chain_id

    @property
    def subscribes(self) -> bool:
        """Whether ``new_heads`` works."""
        return self._transport.subscribes

    async def close(self) -> None:
        """End the connection."""
        await self._transport.close()

    async def identity(self) -> ChainIdentity:
        """Ask which chain the node follows. Raises WrongChain if it is not the one that is meant."""
        found = self._read(quantity, await self._asked("eth_chainId"))
        if found != self._chain_id:
            raise WrongChain(
                f"{self.name} follows chain {found}, this community's is {self._chain_id}: check the node's URL."
            )
        genesis = await self.block(0)
        if genesis is None:
            raise ChainDown(f"{self.name} does not know the chain's first block yet.")
        return ChainIdentity(found, genesis.hash)

    async def head(self) -> BlockHeader:
        """Return the newest block."""
        found = await self.block("latest")
        if found is None:
            raise ChainDown(f"{self.name} has no blocks yet.")
        return found

    async def finalised(self) -> BlockHeader | None:
        """Return the last block that the chain itself calls final, None where it has no such thing."""
        try:
            return await self.block("finalized")
        except NodeRefused:
            return None

    async def block(self, block: int | str) -> BlockHeader | None:
        """Return a block's header, None where the node does not know it."""
        answer = await self._asked("eth_getBlockByNumber", _block(block), False)
        return None if answer is None else self._read(header_of, answer)

    async def logs_of_block(self, block_hash: bytes, addresses: Sequence[bytes]) -> Sequence[Log]:
        """Return the logs of these contracts in exactly this block, in order. NodeRefused if the block is gone."""
        return await self._logs({"blockHash": hexed(block_hash)}, addresses)

    async def logs(self, first: int, last: int, addresses: Sequence[bytes]) -> Sequence[Log]:
        """Return the logs of these contracts in blocks ``first`` to ``last``, both included, in order."""
        return await self._logs({"fromBlock": hexed(first), "toBlock": hexed(last)}, addresses)

    async def _logs(self, where: dict[str, Json], addresses: Sequence[bytes]) -> Sequence[Log]:
        answer = await self._asked("eth_getLogs", {**where, "address": [hexed(a) for a in addresses]})
        if not isinstance(answer, list):
            raise self._nonsense("eth_getLogs")
        found = [self._read(log_of, item) for item in answer]
        return sorted(found, key=lambda log: (log.block_number, log.index))

    async def code(self, address: bytes) -> bytes:
        """Return the contract's code at an address, empty where there is none."""
        return self._read(octets, await self._asked("eth_getCode", hexed(address), "latest"))

    async def balance(self, account: bytes) -> int:
        """Return an account's balance in wei."""
        return self._read(quantity, await self._asked("eth_getBalance", hexed(account), "latest"))

    async def nonce(self, account: bytes, block: int | str = "latest") -> int:
        """Return how many transactions of the account are in the chain up to a block: the next one's nonce."""
        return self._read(
            quantity, await self._asked("eth_getTransactionCount", hexed(account), _block(block))
        )

    async def call(
        self,
        to: bytes,
        data: bytes,
        *,
        sender: bytes | None = None,
        value: int = 0,
        block: int | str = "latest",
    ) -> bytes:
        """Return what a contract's function answers, without a transaction. Raises Reverted."""
        return self._read(octets, await self._run("eth_call", _call(to, data, sender, value), _block(block)))

    async def read[R](self, to: bytes, call: Call[R], *, block: int | str = "latest") -> R:
        """Return what a call of the bindings returns. Raises Reverted, and MalformedData where no contract is."""
        return call.returned(await self.call(to, call.calldata(), block=block))

    async def gas_needed(self, to: bytes, data: bytes, *, sender: bytes, value: int = 0) -> int:
        """Return the gas that a transaction would use now. Raises Reverted."""
        return self._read(quantity, await self._run("eth_estimateGas", _call(to, data, sender, value)))

    async def fees(self) -> Fees:
        """Return what a transaction should offer now: room for the base fee to double."""
        head = await self.head()
        try:
            priority = self._read(quantity, await self._asked("eth_maxPriorityFeePerGas"))
        except NodeRefused:
            priority = 0  # a chain of our own that has no market for gas
        return Fees(max_fee=2 * head.base_fee + priority, priority_fee=priority)

    async def send(self, raw: bytes) -> bytes:
        """Hand in a signed transaction and return its hash."""
        return self._read(octets, await self._asked("eth_sendRawTransaction", hexed(raw)))

    async def receipt(self, transaction: bytes) -> Receipt | None:
        """Return what became of a transaction, None while it is in no block."""
        answer = await self._asked("eth_getTransactionReceipt", hexed(transaction))
        return None if answer is None else self._read(receipt_of, answer)

    async def knows(self, transaction: bytes) -> bool:
        """Return whether the node has the transaction, in a block or waiting for one."""
        return await self._asked("eth_getTransactionByHash", hexed(transaction)) is not None

    async def new_heads(self) -> AsyncGenerator[BlockHeader]:
        """Yield new blocks as the node pushes them. Some may be missing: look at the chain, not only at these."""
        async for answer in self._transport.new_heads():
            yield self._read(header_of, answer)

    async def _run(self, method: str, *params: Json) -> Json:
        try:
            return await self._asked(method, *params)
        except NodeRefused as error:
            if error.data:
                raise Reverted(ContractError.of(error.data)) from error
            said = error.message.lower()
            if error.code == _REVERTED or any(words in said for words in _FAILED_INSIDE):
                raise Reverted(ContractError("none", {"message": error.message})) from error
            raise

    async def _asked(self, method: str, *params: Json) -> Json:
        return await self._transport.request(method, params)

    def _read[T](self, reader: Callable[[Json], T], answer: Json) -> T:
        try:
            return reader(answer)
        except (ValueError, KeyError, TypeError) as error:
            raise ChainDown(f"{self.name} answered nonsense: {error}.") from None

    def _nonsense(self, method: str) -> ChainDown:
        return ChainDown(f"{self.name} answered {method} with something that is no answer.")


def _block(block: int | str) -> str:
    return hexed(block) if isinstance(block, int) else block


def _call(to: bytes, data: bytes, sender: bytes | None, value: int) -> Json:
    call = {"to": hexed(to), "data": hexed(data)}
    if sender is not None:
        call["from"] = hexed(sender)
    if value:
        call["value"] = hexed(value)
    return call
