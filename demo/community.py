"""The demo's community: a chain, and the operator's daemon with its contracts on it."""

import asyncio
import json
import re
import ssl
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import yaml

from demo.chain import CHAIN_ID, ChainProgram
from demo.command_line import command_line, write_passphrase
from demo.processes import Program, ProgramFailed, free_port, program

READY_SECONDS = 60
GAS_MONEY = 10**20
MINIMUM_OWNERS = 3
WINDOWS = {
    "publish_seconds": 30,
    "publish_limit_seconds": 3600,
    "challenge_seconds": 30,
    "challenge_blocks": 5,
    "answer_seconds": 20,
    "answer_blocks": 3,
    "replace_seconds": 60,
    "replace_blocks": 5,
    "open_seconds": 600,
    "open_blocks": 20,
}
"""A demo's slot lasts a minute; so its netting is final a minute after the slot's end instead of an hour."""
MARKET_GATES = {
    "gate_seconds": 180,
    "direct_seconds": 20,
    "set_challenge_seconds": 20,
    "reveal_seconds": 30,
    "publish_seconds": 60,
    "result_challenge_seconds": 60,
    "result_challenge_blocks": 5,
    "answer_seconds": 30,
    "answer_blocks": 3,
    "demand_seconds": 600,
}
"""The market closes three minutes before a slot, and is cleared half a minute before it at the latest."""


@dataclass(frozen=True, slots=True)
class CommunityProgram:
    """A running operator's daemon."""

    program: Program
    configuration: Path

    async def invite(self) -> str:
        """Return an invitation for one household, as ``dems-community invite`` prints it."""
        return (await command_line("community", "invite", "--config", str(self.configuration))).strip()

    async def members(self) -> list[dict[str, object]]:
        """Return who belongs to the community, or wants to."""
        text = await command_line("community", "members", "--json", "--config", str(self.configuration))
        found: list[dict[str, object]] = json.loads(text)
        return found


@asynccontextmanager
async def community(
    folder: Path, chain: ChainProgram, slot_seconds: int, name: str = "Musterstraße"
) -> AsyncGenerator[CommunityProgram]:
    """Deploy a community on a chain and run its operator, until the block ends."""
    port = free_port()
    configuration = _prepare(folder, _configuration(name, chain, port, slot_seconds))
    options = ("--config", str(configuration))
    accounts = await command_line("community", "keys", "--create", *options)
    for account in re.findall(r"^(?:authority|operator)\s+(0x[0-9a-fA-F]{40})", accounts, re.MULTILINE):
        await give_gas_money(chain, account)
    await command_line("community", "deploy", *options)
    run = (sys.executable, "-m", "community", "run", *options)
    async with program("the operator", run, folder / "community.log") as running:
        async with running.watched(READY_SECONDS):
            while not await _answers(port):
                await asyncio.sleep(0.2)
        yield CommunityProgram(running, configuration)


async def give_gas_money(chain: ChainProgram, account: str) -> None:
    """Give an account what transactions cost, as only a devnet can."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "anvil_setBalance", "params": [account, hex(GAS_MONEY)]}
    async with aiohttp.ClientSession() as session, session.post(chain.url, json=request) as answer:
        said = await answer.json()
        if "error" in said:
            raise ProgramFailed(f"the chain gave {account} no money: {said['error']}")


def _prepare(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    write_passphrase(folder)
    configuration = folder / "community.yaml"
    configuration.write_text(text)
    return configuration


def _configuration(name: str, chain: ChainProgram, port: int, slot_seconds: int) -> str:
    return yaml.safe_dump(
        {
            "name": name,
            "data_dir": "data",
            "chain": {"rpc": chain.url, "id": CHAIN_ID, "confirmations": 1},
            "api": {"host": "127.0.0.1", "port": port, "url": f"https://127.0.0.1:{port}"},
            "members": {"auto_approve": True},
            "keys": {"passphrase_file": "passphrase"},
            "deployment": {
                "slot_seconds": slot_seconds,
                "minimum_owners": MINIMUM_OWNERS,
                "windows": WINDOWS,
                "market": {"gates": MARKET_GATES},
            },
            "workers": 1,
        },
        allow_unicode=True,
        sort_keys=False,
    )


async def _answers(port: int) -> bool:
    unverified = ssl.create_default_context()
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"https://127.0.0.1:{port}/v1/info", ssl=unverified) as answer,
        ):
            return answer.status == 200
    except aiohttp.ClientError, TimeoutError:
        return False
