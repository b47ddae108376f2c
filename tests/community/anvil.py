"""A real anvil whose clock the tests set."""

import asyncio
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yarl import URL

from dems_node.chain.jsonrpc import REQUEST_SECONDS, HttpTransport
from dems_node.chain.performer import Performer
from dems_node.chain.values import document, hexed, quantity
from dems_node.json_types import Json

ANVIL = Path(__file__).resolve().parents[2] / "node_modules" / ".bin" / "anvil"
CHAIN_ID = 31337
_MINED_SECONDS = 60.0


@contextmanager
def running_anvil(start: int, *, port: int = 0) -> Iterator[str]:
    """Run an anvil whose first block is at ``start`` (UTC s); give its URL."""
    command = [str(ANVIL), "--port", str(port), "--hardfork", "osaka", "--timestamp", str(start)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://{_listening_address(process)}"
    finally:
        process.terminate()
        process.wait(10)


def _listening_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"Listening on (\S+)", line):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[1]
    raise AssertionError("anvil ended at its start")


class _TestsTransport(HttpTransport):
    """The tests' own way to anvil, which stays as it is where a test lets those of the daemons break."""

    request = HttpTransport.request


class AnvilControl:
    """anvil's own methods."""

    def __init__(self, url: str) -> None:
        self._transport = _TestsTransport(URL(url), REQUEST_SECONDS)

    async def rpc(self, method: str, *params: Json) -> Json:
        return await self._transport.request(method, params)

    async def fund(self, account: bytes) -> None:
        await self.rpc("anvil_setBalance", f"0x{account.hex()}", hex(10**21))

    async def move_to(self, moment: int, blocks: int = 1) -> None:
        """Let the chain come to a moment, with so many blocks, and stay there: real seconds do not count."""
        await self.rpc("anvil_setBlockTimestampInterval", 0)
        await self.rpc("evm_setNextBlockTimestamp", moment)
        await self.rpc("anvil_mine", hex(max(blocks, 1)), "0x0")

    async def all_mined(self) -> None:
        """Wait until every transaction that was handed in is in a block: anvil answers before it makes the block."""
        async with asyncio.timeout(_MINED_SECONDS):
            while quantity(document(await self.rpc("txpool_status"))["pending"]):
                await asyncio.sleep(0.001)

    async def send(self, sender: bytes, to: bytes, data: bytes) -> None:
        """Bring a transaction of anyone's into a block."""
        account = hexed(sender)
        await self.rpc("anvil_impersonateAccount", account)
        await self.rpc("eth_sendTransaction", {"from": account, "to": hexed(to), "data": hexed(data)})
        await self.all_mined()
        await self.rpc("anvil_stopImpersonatingAccount", account)

    async def perform(self, performer: Performer) -> bool:
        """Let a performer bring its transactions as far as they come now; say whether one came into a block."""
        before = found = await self._count(performer.account)
        while True:
            performer.wake()
            await performer.step()
            await self.all_mined()
            seen, found = found, await self._count(performer.account)
            if found == seen:
                return found != before

    async def _count(self, account: bytes) -> int:
        """Return how many of an account's transactions are in blocks."""
        return quantity(await self.rpc("eth_getTransactionCount", hexed(account), "latest"))

    async def close(self) -> None:
        await self._transport.close()
