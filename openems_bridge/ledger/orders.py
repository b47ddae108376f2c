"""Transactions of the household: each ordered once, with the deposit that it needs brought into the ledger before."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dems_node.chain import journal
from dems_node.chain.transactions import Intent, Transaction
from dems_node.database.database import Database
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.demo_currency import Approve, BalanceOf
from dems_protocol.contracts.meter_ledger import Deposit
from openems_bridge.ledger.contract_reading import ContractReader
from openems_bridge.ledger.membership_state import Membership

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient
    from dems_node.chain.performer import Performer


class DepositMissing(Exception):
    """The household cannot pay a deposit. Amounts in the currency's smallest unit."""

    def __init__(self, needed: int, found: int) -> None:
        super().__init__(f"a deposit of {needed} is needed and the household has {found}")
        self.needed = needed
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A call of a contract. ``key`` names it for good, ``subject`` is what a person reads about it.

    ``deposit`` is what the household's account in the ledger must hold for it, in the currency's smallest unit.
    """

    key: str
    to: bytes
    call: Call[Any]
    subject: str
    deposit: int = 0


class Orders:
    """Gives the household's orders to the performer."""

    def __init__(
        self, client: ChainClient, reader: ContractReader, performer: Performer, database: Database
    ) -> None:
        self._client = client
        self._reader = reader
        self._performer = performer
        self._database = database

    async def order(self, membership: Membership, order: Order) -> Transaction:
        """Return the order's transaction: the first one where it was ordered before.

        Raises DepositMissing, StoreError, and what the chain's client raises: then nothing was ordered.
        """
        known = await self._database.run(journal.by_key, self._performer.account, order.key)
        if known is not None:
            return known
        if order.deposit:
            await self._bring_deposit(membership, order)
        return await self._submit(order.key, order.to, order.call, order.subject)

    async def _bring_deposit(self, membership: Membership, order: Order) -> None:
        contracts = membership.community.contracts
        found = await self._reader.deposit_of(membership.household)
        missing = order.deposit - found
        if missing <= 0:
            return
        purse = await self._client.read(contracts.currency, BalanceOf(membership.household))
        if purse < missing:
            raise DepositMissing(order.deposit, found + purse)
        # The amount is part of the key: after a crash in between another one may be missing.
        await self._submit(
            f"{order.key}:allow:{missing}",
            contracts.currency,
            Approve(contracts.ledger, missing),
            f"Allowance of {missing} for a deposit",
        )
        await self._submit(
            f"{order.key}:deposit:{missing}",
            contracts.ledger,
            Deposit(missing),
            f"Deposit of {missing} for: {order.subject}",
        )

    async def _submit(self, key: str, to: bytes, call: Call[Any], subject: str) -> Transaction:
        return await self._performer.submit(Intent(key=key, to=to, data=call.calldata(), subject=subject))
