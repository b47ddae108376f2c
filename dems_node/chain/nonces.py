"""Does the account's count of transactions fit the journal? If not: somebody else signs, or the chain went back."""

import logging
from collections.abc import Sequence

from dems_node.chain import journal
from dems_node.chain.account import ChainAccount
from dems_node.chain.transactions import Problem, State, Transaction
from dems_node.chain.values import BlockHeader

_LOGGER = logging.getLogger(__name__)


class Nonces:
    """Compares the chain's count with the journal's. With ``adopt``, other people's use of the account is accepted."""

    def __init__(self, account: ChainAccount, confirmations: int, *, adopt: bool) -> None:
        self._account = account
        self._confirmations = confirmations
        self._adopt = adopt
        self._told = False

    async def expected(self, found: int) -> int:
        """Return the nonce that the journal uses next; at first sight of the account, what the node knows."""
        expected = await self._account.database.run(journal.next_nonce, self._account.address)
        return await self._start_at(found) if expected is None else expected

    async def check(self, head: BlockHeader, found: int) -> Problem | None:
        """Return what is wrong with the count ``found``, None if it fits. Called after the signed ones were followed."""
        expected = await self.expected(found)
        signed = [t for t in await self._unfinished() if t.nonce is not None]
        if found > expected or await self._displaced(head, found):
            return await self._second_writer(head, expected, found)
        self._told = False
        lowest = min((t.nonce for t in signed if t.nonce is not None), default=expected)
        if found < lowest:
            return await self._behind(head, lowest, found, is_idle=not signed)
        return None

    async def accept(self, head: BlockHeader, found: int) -> None:
        """Adapt to other people's use: queue again what was displaced, and go on behind it."""
        for transaction in await self._displaced(head, found):
            await self._account.store(journal.requeue, transaction)
        signed = [t.nonce + 1 for t in await self._unfinished() if t.nonce is not None]
        await self._account.database.run(
            journal.set_next_nonce, self._account.address, max(found, *signed, 0)
        )

    async def _second_writer(self, head: BlockHeader, expected: int, found: int) -> Problem | None:
        address = f"0x{self._account.address.hex()}"
        if self._adopt:
            _LOGGER.warning(
                "Somebody else used the account %s (nonce %d, not %d): going on.", address, found, expected
            )
            await self.accept(head, found)
            return None
        if not self._told:
            self._told = True
            _LOGGER.error(
                "Somebody else uses the account %s (nonce %d, not %d): nothing is signed until its owner accepts that.",
                address,
                found,
                expected,
            )
        return Problem("second_writer", {"expected": expected, "found": found})

    async def _displaced(self, head: BlockHeader, found: int) -> Sequence[Transaction]:
        """Return what can never come into the chain: its nonce belongs to a final transaction that is not ours."""
        doubtful = [t for t in await self._unfinished() if _is_sent_below(t, found)]
        if not doubtful:
            return ()
        settled = await self._account.client.nonce(
            self._account.address, max(head.number - self._confirmations + 1, 0)
        )
        return [t for t in doubtful if _is_sent_below(t, settled) and await self._account.receipt(t) is None]

    async def _behind(self, head: BlockHeader, expected: int, found: int, *, is_idle: bool) -> Problem:
        """Revive what counted as final and is no longer in the chain, once the chain has passed its block again."""
        ended = await self._account.database.run(journal.ended_from_nonce, self._account.address, found)
        if is_idle and not ended:
            await self._start_at(found)  # those nonces were never ours: they were pending at first sight
        for transaction in ended:
            passed = transaction.block_number is not None and transaction.block_number <= head.number
            if passed and await self._account.receipt(transaction) is None:
                _LOGGER.warning(
                    "A reorganisation took %s out of the chain although it was final: it is sent again.",
                    transaction.intent.subject,
                )
                revived = await self._account.store(journal.unmined, transaction)
                await self._account.hand_in(revived.attempts[-1])
        return Problem("chain_behind", {"expected": expected, "found": found})

    async def _start_at(self, found: int) -> int:
        expected = max(found, await self._account.client.nonce(self._account.address, "pending"))
        await self._account.database.run(journal.set_next_nonce, self._account.address, expected)
        return expected

    async def _unfinished(self) -> Sequence[Transaction]:
        return await self._account.database.run(journal.unfinished, self._account.address)


def _is_sent_below(transaction: Transaction, nonce: int) -> bool:
    return transaction.state is State.SENT and transaction.nonce is not None and transaction.nonce < nonce
