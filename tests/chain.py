"""A real anvil for a test: a chain of its own, with a clock, a mempool and reorganisations in the test's hand."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dems_node.chain.jsonrpc import Transport, transport_for
from dems_node.chain.values import Receipt, hexed, octets, receipt_of
from dems_node.json_types import Json
from dems_node.keys.account import AccountKey
from dems_protocol.contracts import creation_code

ROOT = Path(__file__).resolve().parents[1]
ANVIL = ROOT / "node_modules" / ".bin" / "anvil"
CHAIN_ID = 31337
ETHER = 10**18


class Anvil:
    """A running anvil. ``rpc`` speaks to it as a test does, not as the daemons do."""

    def __init__(self, port: int, transport: Transport) -> None:
        self.port = port
        self._transport = transport

    @property
    def http(self) -> str:
        """Its address for HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Its address for WebSockets."""
        return f"ws://127.0.0.1:{self.port}"

    async def rpc(self, method: str, *params: Json) -> Any:
        """Call any method, anvil's own too."""
        return await self._transport.request(method, params)

    async def mine(self, blocks: int = 1) -> None:
        """Make blocks."""
        await self.rpc("anvil_mine", hexed(blocks))

    async def reorganise(self, depth: int, transactions: Sequence[Json] = ()) -> None:
        """Replace the last blocks by empty ones, but for ``transactions``: ``[raw, place]`` each."""
        await self.rpc("anvil_reorg", depth, list(transactions))

    async def fund(self, account: str, wei: int = 100 * ETHER) -> None:
        """Give an account a balance."""
        await self.rpc("anvil_setBalance", account, hexed(wei))

    async def account(self, number: int = 1) -> AccountKey:
        """Return an account of the test's own, with gas."""
        key = AccountKey(number.to_bytes(32))
        await self.fund(key.address)
        return key

    async def deploy(self, contract: str, arguments: bytes = b"") -> bytes:
        """Deploy a contract from anvil's first account and return its address."""
        sender = (await self.rpc("eth_accounts"))[0]
        data = hexed(creation_code(contract) + arguments)
        digest = octets(await self.rpc("eth_sendTransaction", {"from": sender, "data": data}))
        address = (await self.receipt(digest)).contract_address
        assert address is not None
        return address

    async def receipt(self, transaction: bytes) -> Receipt:
        """Wait until a transaction is in a block, and make one if none comes by itself."""
        for attempt in range(100):
            found = await self.rpc("eth_getTransactionReceipt", hexed(transaction))
            if found is not None:
                return receipt_of(found)
            if attempt == 50:
                await self.mine()
            await asyncio.sleep(0.01)
        raise AssertionError("the transaction comes into no block")

    async def transact(self, to: bytes, data: bytes, sender: int = 0) -> bytes:
        """Send a transaction from one of anvil's own accounts and return its hash."""
        account = (await self.rpc("eth_accounts"))[sender]
        return octets(
            await self.rpc("eth_sendTransaction", {"from": account, "to": hexed(to), "data": hexed(data)})
        )


@asynccontextmanager
async def running_anvil(*options: str, port: int = 0) -> AsyncIterator[Anvil]:
    """Run an anvil on a free port: a block a transaction unless ``options`` (anvil's own) say otherwise."""
    process = await asyncio.create_subprocess_exec(
        str(ANVIL),
        "--port",
        str(port),
        "--hardfork",
        "osaka",
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    reader: asyncio.Task[bytes] | None = None
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            found = await _port_of(process.stdout)
        reader = asyncio.create_task(process.stdout.read())  # a full pipe would stop it
        transport = transport_for(f"http://127.0.0.1:{found}")
        try:
            yield Anvil(found, transport)
        finally:
            await transport.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        if reader is not None:
            await reader


async def _port_of(output: asyncio.StreamReader) -> int:
    async for line in output:
        if found := re.match(rb"Listening on \S+:(\d+)", line):
            return int(found[1])
    raise AssertionError("anvil ended at its start")
