"""A real anvil, and a community deployed on it."""

import asyncio
import re
import socket
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_socket
from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import AsyncHTTPProvider, AsyncWeb3
from web3.types import RPCEndpoint

from community.account_deployer import AccountDeployer
from community.deployment import CommunityPlan, Deployment, deploy_community
from dems_protocol.contracts import creation_code
from tests.contracts.bindings import ROOT

ANVIL = ROOT / "node_modules" / ".bin" / "anvil"
START_SLOT = 1_988_400
SLOT_SECONDS = 900


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Replace Home Assistant's check for left-over threads: web3 keeps one for its sessions."""


@pytest.fixture(scope="session")
def anvil() -> Iterator[str]:
    """The URL of an anvil that runs for the session; its clock is set by the tests."""
    command = [
        str(ANVIL),
        "--port",
        "0",
        "--hardfork",
        "osaka",
        "--timestamp",
        str(START_SLOT * SLOT_SECONDS),
    ]
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
    pytest.fail("anvil ended at its start")


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of a test: accounts, and the clock in its hand."""

    web3: AsyncWeb3[Any]

    async def rpc(self, method: str, *parameters: object) -> Any:
        """Call a method of anvil's own."""
        response = await self.web3.provider.make_request(RPCEndpoint(method), parameters)
        assert "error" not in response, response
        return response["result"]

    async def account(self, name: str) -> AccountDeployer:
        """Return an account by its name, with gas."""
        account = self.key(name)
        await self.rpc("anvil_setBalance", account.address, hex(10**20))
        return AccountDeployer(self.web3, account, timeout=30)

    @staticmethod
    def key(name: str) -> LocalAccount:
        """Return the key of an account."""
        account: LocalAccount = Account.from_key(name.encode().ljust(32, b"\1")[:32])
        return account

    async def pass_time(self, seconds: int, blocks: int) -> None:
        """Let time and blocks pass."""
        await self.rpc("evm_increaseTime", hex(seconds))
        await self.rpc("anvil_mine", hex(max(blocks, 1)))

    async def start_of_slot(self, slot: int) -> None:
        """Let time pass until a slot begins."""
        await self.rpc("evm_setNextBlockTimestamp", slot * SLOT_SECONDS)
        await self.rpc("anvil_mine", "0x1")

    async def slot(self) -> int:
        """Return the slot of the latest block."""
        block = await self.web3.eth.get_block("latest")
        return block["timestamp"] // SLOT_SECONDS


@pytest.fixture
async def chain(anvil: str, socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chain]:
    monkeypatch.setattr(socket.socket, "connect", pytest_socket._true_connect)
    web3 = AsyncWeb3(AsyncHTTPProvider(anvil))
    yield Chain(web3)
    await asyncio.wait_for(web3.provider.disconnect(), 10)


@dataclass(frozen=True, slots=True)
class DeployedCommunity:
    """A community with its currency and the accounts that matter."""

    chain: Chain
    deployment: Deployment
    currency: bytes
    administrator: AccountDeployer
    authority: AccountDeployer
    operator: AccountDeployer
    pool: bytes


@pytest.fixture
async def community(chain: Chain) -> DeployedCommunity:
    deployer, administrator, authority, operator = [
        await chain.account(name) for name in ("deployer", "administrator", "authority", "operator")
    ]
    currency = await deployer.deploy(creation_code("DemoCurrency"))
    pool = bytes(range(20))
    plan = CommunityPlan(
        administrator=administrator.address,
        authority=authority.address,
        pool=pool,
        currency=currency,
        minimum_owners=3,
    )
    deployment = await deploy_community(deployer, plan)
    return DeployedCommunity(chain, deployment, currency, administrator, authority, operator, pool)
