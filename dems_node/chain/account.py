"""An account that signs: its key, the node it speaks to, and its transactions in the journal."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Protocol

from dems_node.chain import journal
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import NodeRefused
from dems_node.chain.transactions import Attempt, Intent, Problem, Transaction
from dems_node.chain.values import BlockHeader, Fees, Receipt
from dems_node.clock import Clock
from dems_node.database.database import Database

_ALREADY_THERE = ("already known", "already imported", "known transaction", "already exists", "nonce too low")
_POOR = ("insufficient funds", "insufficient balance", "upfront cost exceeds")


class TransactionSigner(Protocol):
    """An account's key, wherever it lies."""

    @property
    def address(self) -> str:
        """The account, 0x…."""
        ...

    def sign_transaction(self, transaction: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """Return the raw signed transaction and its hash. Called on a thread of its own."""
        ...


class ChainAccount:
    """What everybody who moves the account's transactions needs. ``on_transaction`` hears of every stored change."""

    def __init__(
        self,
        *,
        client: ChainClient,
        database: Database,
        signer: TransactionSigner,
        clock: Clock,
        on_transaction: Callable[[Transaction], None],
    ) -> None:
        self.client = client
        self.database = database
        self.clock = clock
        self.address = bytes.fromhex(signer.address.removeprefix("0x"))
        self._signer = signer
        self._on_transaction = on_transaction

    async def ask(self, intent: Intent) -> journal.Asked:
        """Write an intent into the journal, once."""
        asked = await self.database.run(journal.ask, self.address, intent, self.clock.utc())
        if asked.is_new:
            self._on_transaction(asked.transaction)
        return asked

    async def store[**P](
        self,
        change: Callable[Concatenate[sqlite3.Connection, Transaction, P], None],
        transaction: Transaction,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Transaction:
        """Run one of the journal's changes, tell of it, and return the transaction as it is now."""

        def work(connection: sqlite3.Connection) -> Transaction:
            change(connection, transaction, *args, **kwargs)
            changed = journal.by_id(connection, transaction.id)
            assert changed is not None  # noqa: S101 - transactions are never deleted
            return changed

        changed = await self.database.run(work)
        self._on_transaction(changed)
        return changed

    async def receipt(self, transaction: Transaction) -> Receipt | None:
        """Return what became of whichever attempt is in a block, None while none is."""
        for attempt in reversed(transaction.attempts):
            receipt = await self.client.receipt(attempt.hash)
            if receipt is not None:
                return receipt
        return None

    async def signed(self, intent: Intent, nonce: int, gas: int, fees: Fees, head: BlockHeader) -> Attempt:
        """Sign a transaction (EIP-1559) for an intent. Nothing is stored or sent yet."""
        unsigned = {
            "type": 2,
            "chainId": self.client.chain_id,
            "nonce": nonce,
            "to": intent.to,
            "data": intent.data,
            "value": intent.value,
            "gas": gas,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.priority_fee,
        }
        raw, digest = await asyncio.to_thread(self._signer.sign_transaction, unsigned)
        now = self.clock.utc()
        return Attempt(hash=digest, raw=raw, fees=fees, gas=gas, signed_at=now, signed_block=head.number)

    async def hand_in(self, attempt: Attempt) -> Problem | None:
        """Give stored bytes to the node; return what it has against them. Giving them again is harmless."""
        try:
            await self.client.send(attempt.raw)
        except NodeRefused as error:
            said = error.message.lower()
            if any(words in said for words in _ALREADY_THERE):
                return None
            if any(words in said for words in _POOR):
                needed = attempt.gas * attempt.fees.max_fee
                return balance_low(await self.client.balance(self.address), needed)
            return Problem("node_refused", {"message": error.message})
        return None


def balance_low(balance: int, needed: int) -> Problem:
    """Return the problem of an account that cannot pay; both in wei."""
    return Problem("balance_low", {"balance": str(balance), "needed": str(needed)})
