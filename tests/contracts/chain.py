"""A chain whose clock is in the tests' hand, and a community deployed on it."""

from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import AsyncWeb3
from web3.types import RPCEndpoint

from community.account_deployer import AccountDeployer
from community.deployment import CommunityPlan, Deployment, deploy_community
from dems_protocol.contracts import creation_code

SLOT_SECONDS = 900


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


async def deploy(chain: Chain) -> DeployedCommunity:
    """Deploy a community whose minimum group size is three."""
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
