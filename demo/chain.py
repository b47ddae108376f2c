"""A chain of the demo's own: anvil, from npm, as a program."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.processes import Program, program

ANVIL = Path(__file__).resolve().parents[1] / "node_modules" / ".bin" / "anvil"
READY_SECONDS = 30
CHAIN_ID = 31337


@dataclass(frozen=True, slots=True)
class ChainProgram:
    """A running chain and where it answers."""

    program: Program
    url: str


@asynccontextmanager
async def anvil(folder: Path, *arguments: str, port: int = 0) -> AsyncGenerator[ChainProgram]:
    """Run anvil with the rules of Osaka, on a free port unless one is named, and wait until it listens."""
    command: tuple[str | Path, ...] = (
        ANVIL,
        "--port",
        str(port),
        "--hardfork",
        "osaka",
        "--chain-id",
        str(CHAIN_ID),
        *arguments,
    )
    async with program("the chain", command, folder / "anvil.log") as running:
        address = await running.line(re.compile(r"Listening on (\S+)"), READY_SECONDS)
        yield ChainProgram(running, f"http://{address[1]}")
