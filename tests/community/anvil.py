"""A real anvil whose clock the tests set."""

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dems_node.chain.jsonrpc import transport_for
from dems_node.json_types import Json

ANVIL = Path(__file__).resolve().parents[2] / "node_modules" / ".bin" / "anvil"
CHAIN_ID = 31337


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


class AnvilControl:
    """anvil's own methods."""

    def __init__(self, url: str) -> None:
        self._transport = transport_for(url)

    async def rpc(self, method: str, *params: Json) -> Json:
        return await self._transport.request(method, params)

    async def fund(self, account: bytes) -> None:
        await self.rpc("anvil_setBalance", f"0x{account.hex()}", hex(10**21))

    async def move_to(self, moment: int, blocks: int = 1) -> None:
        """Let the chain come to a moment, with so many blocks, and stay there: real seconds do not count."""
        await self.rpc("anvil_setBlockTimestampInterval", 0)
        await self.rpc("evm_setNextBlockTimestamp", moment)
        await self.rpc("anvil_mine", hex(max(blocks, 1)), "0x0")

    async def close(self) -> None:
        await self._transport.close()
