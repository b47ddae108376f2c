"""A chain whose clock is in the tests' hand, and a community deployed on it."""

from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from community.deploying import ChainDeployer
from community.deployment import CommunityPlan, Deployment, deploy_community
from dems_node.chain.client import ChainClient
from dems_node.chain.jsonrpc import Transport, transport_for
from dems_node.chain.values import Receipt
from dems_node.json_types import Json
from dems_node.keys.account import AccountKey
from dems_protocol.contracts import creation_code, decode_event
from dems_protocol.contracts.abi import Call, Event

CHAIN_ID = 31337
SLOT_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Done:
    """What a transaction came to: its gas, and the events that the contracts know."""

    gas_used: int
    events: list[Event]


class ChainAccount(ChainDeployer):
    """An account of the tests: it sees what its transactions logged, and reads."""

    def __init__(self, client: ChainClient, key: AccountKey) -> None:
        super().__init__(client, key, lambda line: None)

    def on(self, client: ChainClient) -> ChainAccount:
        """Return the same account on another connection."""
        return ChainAccount(client, self._key)

    async def transact(self, to: bytes, data: bytes) -> Done:
        """Send a transaction."""
        receipt = await self._send(to, data)
        return Done(receipt.gas_used, await self._events(receipt))

    async def read[R](self, to: bytes, call: Call[R]) -> R:
        """Call a function without a transaction."""
        return await self._client.read(to, call)

    async def _events(self, receipt: Receipt) -> list[Event]:
        logs = await self._client.logs_of_block(receipt.block_hash, ())
        found = [
            decode_event(log.topics, log.data)
            for log in logs
            if log.transaction_hash == receipt.transaction_hash
        ]
        return [event for event in found if event is not None]


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of a test: accounts, and the clock in its hand."""

    client: ChainClient
    transport: Transport

    @classmethod
    def at(cls, url: str) -> Chain:
        """Return the chain of an anvil."""
        transport = transport_for(url)
        return cls(ChainClient(transport, CHAIN_ID), transport)

    async def close(self) -> None:
        """End the connection."""
        await self.client.close()

    async def rpc(self, method: str, *parameters: Json) -> Any:
        """Call a method of anvil's own."""
        return await self.transport.request(method, parameters)

    async def account(self, name: str) -> ChainAccount:
        """Return an account by its name, with gas."""
        account = self.key(name)
        await self.rpc("anvil_setBalance", account.address, hex(10**20))
        return ChainAccount(self.client, AccountKey(bytes(account.key)))

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
        return (await self.client.head()).timestamp // SLOT_SECONDS


@dataclass(frozen=True, slots=True)
class DeployedCommunity:
    """A community with its currency and the accounts that matter."""

    chain: Chain
    deployment: Deployment
    currency: bytes
    administrator: ChainAccount
    authority: ChainAccount
    operator: ChainAccount
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
