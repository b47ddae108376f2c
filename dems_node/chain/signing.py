"""From an intent to signed bytes in the journal and at the node: simulated first, in the order of asking."""

import logging

from dems_node.chain import journal
from dems_node.chain.account import ChainAccount, balance_low
from dems_node.chain.errors import BalanceTooLow, NodeRefused, Reverted
from dems_node.chain.fees import LARGEST_GAS, FeePolicy, gas_limit
from dems_node.chain.reverts import ContractError
from dems_node.chain.transactions import Attempt, Intent, Problem, State, Transaction
from dems_node.chain.values import BlockHeader

_LOGGER = logging.getLogger(__name__)

IN_FLIGHT = 16
"""Transactions that wait for a block at the same time; nodes drop what goes far beyond."""


class Signing:
    """Signs what is queued for an account."""

    def __init__(self, account: ChainAccount, policy: FeePolicy) -> None:
        self._account = account
        self._policy = policy

    async def sign_queued(self, head: BlockHeader) -> Problem | None:
        """Sign and hand in as many as may be under way at once; return what stopped it, if something is wrong."""
        open_ = await self._account.database.run(journal.unfinished, self._account.address)
        under_way = sum(transaction.state is State.SENT for transaction in open_)
        for transaction in open_:
            if transaction.state is not State.QUEUED:
                continue
            if under_way >= IN_FLIGHT:
                return None
            try:
                attempt = await self._prepared(transaction, head)
            except BalanceTooLow as error:
                return balance_low(error.balance, error.needed)
            except NodeRefused as error:
                return Problem("node_refused", {"message": error.message})
            except Reverted as error:
                if under_way:
                    return None  # what is under way may be what it needs; it is tried again after that
                await self._refuse(transaction, error.error)
                continue
            problem = await self._account.hand_in(attempt)
            if problem is not None:
                return problem
            under_way += 1
        return None

    async def _refuse(self, transaction: Transaction, error: ContractError) -> None:
        _LOGGER.warning("%s was not sent. %s", transaction.intent.subject, error)
        await self._account.store(journal.refuse, transaction, error)

    async def _prepared(self, transaction: Transaction, head: BlockHeader) -> Attempt:
        """Simulate the call, sign it, and store nonce and bytes. Raises Reverted and BalanceTooLow; then nothing is stored."""
        intent = transaction.intent
        if intent.value:
            await self._check_balance(intent.value)
        gas = await self._gas(intent, head)
        fees = self._policy.offered(await self._account.client.fees())
        await self._check_balance(gas * fees.max_fee + intent.value)
        nonce = await self._account.database.run(journal.next_nonce, self._account.address)
        assert nonce is not None  # noqa: S101 - set at first sight of the account
        attempt = await self._account.signed(intent, nonce, gas, fees, head)
        await self._account.store(journal.sign_first, transaction, self._account.address, nonce, attempt)
        return attempt

    async def _gas(self, intent: Intent, head: BlockHeader) -> int:
        client, sender = self._account.client, self._account.address
        await client.call(intent.to, intent.data, sender=sender, value=intent.value)
        if intent.gas is not None:
            return intent.gas
        needed = await client.gas_needed(intent.to, intent.data, sender=sender, value=intent.value)
        if needed > LARGEST_GAS:
            raise Reverted(ContractError("TooMuchGas", {"needed": needed, "limit": LARGEST_GAS}))
        return gas_limit(needed, head.gas_limit)

    async def _check_balance(self, needed: int) -> None:
        balance = await self._account.client.balance(self._account.address)
        if balance < needed:
            raise BalanceTooLow(self._account.address, balance, needed)
