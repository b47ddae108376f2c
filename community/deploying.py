"""``dems-community deploy``: puts a community on a chain and makes this operator its meter operator.

Every transaction waits for its block. It is a person's act, done once: what was deployed before a failure stays on the
chain and is not used.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from community.chain.facts import Addresses, CommunityFacts, read_facts
from community.configuration.model import DeploymentOptions, MarketOptions
from community.deployment import (
    CommunityPlan,
    Deployment,
    DeploymentError,
    MarketGates,
    Money,
    Windows,
    deploy_community,
)
from community.keys import OperatorKeys
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError
from dems_node.chain.fees import LARGEST_GAS
from dems_node.chain.values import Receipt
from dems_node.keys.account import AccountKey
from dems_protocol.contracts import (
    community_registry,
    creation_code,
    demo_currency,
    market,
    market_terms,
    meter_ledger,
)
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.structs import ZoneTerms

RECEIPT_SECONDS = 180.0
_LOOK_SECONDS = 0.25
_SLOTS_AHEAD = 2


class ChainDeployer:
    """An account that deploys and calls, one transaction after the other. See ``deployment.Deployer``."""

    def __init__(self, client: ChainClient, key: AccountKey, say: Callable[[str], None]) -> None:
        self._client = client
        self._key = key
        self._say = say

    @property
    def address(self) -> bytes:
        """The account's address."""
        return self._key.public_key.address()

    async def next_nonce(self) -> int:
        """Return the nonce of the account's next transaction."""
        return await self._client.nonce(self.address)

    async def deploy(self, code: bytes) -> bytes:
        """Deploy creation code; return the address. Raises DeploymentError."""
        receipt = await self._send(None, code)
        if receipt.contract_address is None:
            raise DeploymentError("The chain's receipt names no contract.")
        self._say(f"  contract 0x{receipt.contract_address.hex()} ({receipt.gas_used} gas)")
        return receipt.contract_address

    async def call(self, to: bytes, data: bytes) -> None:
        """Send a transaction. Raises DeploymentError if it reverts."""
        await self._send(to, data)

    async def perform[R](self, to: bytes, call: Call[R]) -> Receipt:
        """Send a call of the bindings; return what became of it. Raises DeploymentError if it reverts."""
        return await self._send(to, call.calldata())

    async def _send(self, to: bytes | None, data: bytes) -> Receipt:
        try:
            receipt = await self._receipt(await self._client.send(await self._signed(to, data)))
        except ChainError as error:
            raise DeploymentError(f"0x{self.address.hex()}: {error}") from None
        if not receipt.succeeded:
            raise DeploymentError(f"Transaction 0x{receipt.transaction_hash.hex()} reverted.")
        return receipt

    async def _signed(self, to: bytes | None, data: bytes) -> bytes:
        fees = await self._client.fees()
        if to is None:
            gas = min(LARGEST_GAS, (await self._client.head()).gas_limit)
        else:
            needed = await self._client.gas_needed(to, data, sender=self.address)
            gas = min(LARGEST_GAS, needed + needed // 4)
        transaction = {
            "type": 2,
            "chainId": self._client.chain_id,
            "nonce": await self.next_nonce(),
            "gas": gas,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.priority_fee,
            "value": 0,
            "data": data,
        }
        if to is not None:
            transaction["to"] = to
        raw, _ = await asyncio.to_thread(self._key.sign_transaction, transaction)
        return raw

    async def _receipt(self, transaction: bytes) -> Receipt:
        try:
            async with asyncio.timeout(RECEIPT_SECONDS):
                while True:
                    receipt = await self._client.receipt(transaction)
                    if receipt is not None:
                        return receipt
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise DeploymentError(
                f"Transaction 0x{transaction.hex()} is in no block after {RECEIPT_SECONDS:g} s."
            ) from None


@dataclass(frozen=True, slots=True)
class Deployed:
    """What came of it: the contracts, the block before the first of them, and the slot from which on the operator acts."""

    deployment: Deployment
    since_block: int
    first_slot: int


async def deploy(
    client: ChainClient,
    keys: OperatorKeys,
    options: DeploymentOptions,
    *,
    say: Callable[[str], None],
) -> Deployed:
    """Deploy the contracts with the authority's account, appoint the operator, and lock its bond.

    Raises DeploymentError, ChainError.
    """
    await client.identity()
    for account in (keys.authority.public_key.address(), keys.operator.public_key.address()):
        if not await client.balance(account):
            raise DeploymentError(f"0x{account.hex()} has nothing to pay for gas: send it some.")
    since_block = (await client.head()).number
    deployer = ChainDeployer(client, keys.authority, say)
    currency = options.currency
    if currency is None:
        say("A currency for demonstration:")
        currency = await deployer.deploy(creation_code("DemoCurrency") + _currency_arguments())
    plan = _plan(options, currency, keys.authority.public_key.address())
    say("The community's contracts:")
    deployment = await deploy_community(deployer, plan)
    facts = await read_facts(
        client,
        Addresses(
            registry=deployment.registry,
            ledger=deployment.ledger,
            netting=deployment.netting,
            account=deployment.account,
            market=deployment.market,
        ),
    )
    first_slot = await appoint(client, deployer, facts, keys)
    say("The market:")
    first_market_slot = await open_market(
        client, deployer, deployment.market_terms, options.market, operator=keys.operator.public_key.address()
    )
    say(f"  its terms hold from slot {first_market_slot} on")
    if options.currency is None:
        await lock_bond(client, keys, facts, currency, mint=deployer, say=say)
        await lock_market_bond(client, keys, deployment.market, currency, mint=deployer, say=say)
    return Deployed(deployment, since_block, first_slot)


async def appoint(
    client: ChainClient, authority: ChainDeployer, facts: CommunityFacts, keys: OperatorKeys
) -> int:
    """Make this operator the meter operator; return the slot from which on. Raises DeploymentError."""
    head = await client.head()
    first_slot = facts.grid.slot_at(head.timestamp) + _SLOTS_AHEAD
    await authority.perform(
        facts.addresses.registry,
        community_registry.AppointOperator(
            keys.operator.public_key.address(), tuple(keys.sealing.newest.public), first_slot
        ),
    )
    return first_slot


async def lock_bond(
    client: ChainClient,
    keys: OperatorKeys,
    facts: CommunityFacts,
    currency: bytes,
    *,
    mint: ChainDeployer | None,
    say: Callable[[str], None],
) -> None:
    """Lock the operator's bond from its account's currency; ``mint`` makes that first, where the currency allows it.

    Raises DeploymentError.
    """
    operator = ChainDeployer(client, keys.operator, say)
    await _lock(operator, facts.addresses.ledger, currency, facts.bond_amount, mint)


async def lock_market_bond(
    client: ChainClient,
    keys: OperatorKeys,
    market_address: bytes,
    currency: bytes,
    *,
    mint: ChainDeployer | None,
    say: Callable[[str], None],
) -> None:
    """Lock the market operator's bond, as `lock_bond` does the meter operator's. Raises DeploymentError, ChainError."""
    operator = ChainDeployer(client, keys.operator, say)
    amount = await client.read(market_address, market.BondAmount())
    await _lock(operator, market_address, currency, amount, mint)


async def open_market(
    client: ChainClient,
    authority: ChainDeployer,
    terms: bytes,
    options: MarketOptions,
    *,
    operator: bytes,
) -> int:
    """Set charges, the market operator and, where the utility has no account of its own, prices; return the slot from which
    on they hold. Raises DeploymentError, ChainError.
    """
    closed = await client.read(terms, market_terms.LatestClosed())
    first_slot = closed + _SLOTS_AHEAD
    count = len(options.zones)
    charges = tuple(0 if a == b else options.charge for a in range(count) for b in range(count))
    await authority.perform(terms, market_terms.SetCharges(options.zones, charges, first_slot))
    await authority.perform(terms, market_terms.AppointOperator(operator, first_slot))
    if options.utility is None:
        prices = tuple(ZoneTerms(zone, options.sell, options.buy) for zone in options.zones)
        await authority.perform(terms, market_terms.SetPrices(prices, first_slot))
    return first_slot


async def _lock(
    operator: ChainDeployer, accounts: bytes, currency: bytes, amount: int, mint: ChainDeployer | None
) -> None:
    """Lock a bond in the ledger or the market: their accounts are alike."""
    if mint is not None:
        await mint.perform(currency, demo_currency.Mint(operator.address, amount))
    await operator.perform(currency, demo_currency.Approve(accounts, amount))
    await operator.perform(accounts, meter_ledger.Deposit(amount))
    await operator.perform(accounts, meter_ledger.LockBond(amount))


def _plan(options: DeploymentOptions, currency: bytes, authority: bytes) -> CommunityPlan:
    windows = replace(Windows(), **options.windows)
    plan = CommunityPlan(
        administrator=authority,
        authority=authority,
        pool=authority if options.pool is None else options.pool,
        currency=currency,
        utility=options.market.utility,
        slot_seconds=options.slot_seconds,
        minimum_owners=options.minimum_owners,
        windows=windows,
        gates=replace(MarketGates(), **options.market.gates),
        money=Money(order_deposit=options.market.order_deposit),
    )
    delay = max(plan.change_delay_seconds, options.slot_seconds)
    return replace(plan, change_delay_seconds=delay)


def _currency_arguments() -> bytes:
    return demo_currency.constructor_arguments()
