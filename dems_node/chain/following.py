"""What became of signed transactions: into a block, final, out of it again, stuck, dropped."""

import logging

from dems_node.chain import journal
from dems_node.chain.account import ChainAccount
from dems_node.chain.errors import NodeRefused, Reverted
from dems_node.chain.fees import FeePolicy
from dems_node.chain.reverts import ContractError
from dems_node.chain.transactions import Attempt, Problem, State, Transaction
from dems_node.chain.values import BlockHeader, Receipt

_LOGGER = logging.getLogger(__name__)


class Following:
    """Follows the signed transactions of an account. ``confirmations``: blocks, its own included, until final."""

    def __init__(self, account: ChainAccount, policy: FeePolicy, confirmations: int) -> None:
        self._account = account
        self._policy = policy
        self._confirmations = confirmations

    async def follow(self, transaction: Transaction, head: BlockHeader, found: int) -> Problem | None:
        """Look after one signed transaction; ``found`` is the account's next nonce by the chain."""
        receipt = await self._account.receipt(transaction)
        if receipt is not None:
            await self._in_block(transaction, receipt, head)
            return None
        if transaction.state is State.MINED:
            _LOGGER.warning("The chain was reorganised: %s is sent again.", transaction.intent.subject)
            transaction = await self._account.store(journal.unmined, transaction)
        if transaction.nonce is None or transaction.nonce < found:
            return None  # in a block whose receipts the node does not have yet, or displaced
        last = transaction.attempts[-1]
        if transaction.nonce == found and self._is_stuck(last, head):
            return await self._raise_fee(transaction, transaction.nonce, head)
        return await self._keep_known(last)

    async def _in_block(self, transaction: Transaction, receipt: Receipt, head: BlockHeader) -> None:
        if transaction.block_hash != receipt.block_hash:
            error = None if receipt.succeeded else await self._why_reverted(transaction, receipt)
            if error is not None:
                _LOGGER.warning("%s failed on chain. %s", transaction.intent.subject, error)
            transaction = await self._account.store(journal.mined, transaction, receipt, error)
        if head.number - receipt.block_number + 1 >= self._confirmations:
            state = State.FINAL if receipt.succeeded else State.REVERTED
            await self._account.store(journal.settle, transaction, state)

    async def _why_reverted(self, transaction: Transaction, receipt: Receipt) -> ContractError:
        """Run the call again on the state before its block: most likely it fails for the same reason."""
        intent = transaction.intent
        try:
            await self._account.client.call(
                intent.to,
                intent.data,
                sender=self._account.address,
                value=intent.value,
                block=receipt.block_number - 1,
            )
        except Reverted as error:
            return error.error
        except NodeRefused as error:
            return ContractError("unknown", {"message": error.message})
        return ContractError("unknown")

    def _is_stuck(self, attempt: Attempt, head: BlockHeader) -> bool:
        waited = self._account.clock.utc() - attempt.signed_at
        return self._policy.is_stuck(waited, head.number - attempt.signed_block)

    async def _raise_fee(self, transaction: Transaction, nonce: int, head: BlockHeader) -> Problem | None:
        last = transaction.attempts[-1]
        fees = self._policy.raised(last.fees, await self._account.client.fees())
        if fees is None:
            await self._keep_known(last)
            return Problem("stuck", {"nonce": nonce, "max_fee": str(last.fees.max_fee)})
        _LOGGER.info("%s waits: offering %d wei per gas.", transaction.intent.subject, fees.max_fee)
        attempt = await self._account.signed(transaction.intent, nonce, last.gas, fees, head)
        await self._account.store(journal.sign_again, transaction, attempt)
        return await self._account.hand_in(attempt)

    async def _keep_known(self, attempt: Attempt) -> Problem | None:
        if await self._account.client.knows(attempt.hash):
            return None
        return await self._account.hand_in(attempt)
