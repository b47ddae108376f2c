"""Transactions of one account, from a journal: each intent comes into the chain once, whatever happens meanwhile."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from dems_node.backoff import Backoff
from dems_node.chain import journal
from dems_node.chain.account import ChainAccount, TransactionSigner
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError, WrongChain
from dems_node.chain.fees import FeePolicy
from dems_node.chain.following import Following
from dems_node.chain.nonces import Nonces
from dems_node.chain.signing import Signing
from dems_node.chain.transactions import Intent, Link, PerformerState, Problem, Transaction
from dems_node.chain.values import BlockHeader
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from dems_node.outage import Outage

_LOGGER = logging.getLogger(__name__)

CONFIRMATIONS = 12
"""Blocks, its own included, until a transaction counts as final, where the daemon says nothing else."""
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often the performer looks at the chain, in s: while something is under way, and otherwise."""

    busy: float = 1.0
    idle: float = 15.0


class Performer:
    """The only writer of its account.

    Intent (unique key) → simulated → nonce and signed bytes stored together → handed in → in a block → final. What was
    stored is what a restart goes on with: bytes that were signed are handed in again as they are, so that nothing is
    lost and nothing happens twice. A contract's refusal ends a transaction with the decoded error; it is never tried
    again blindly. While earlier transactions are under way, a refusal in the simulation waits for them first.

    ``on_transaction`` hears of each transaction that changed, ``on_change`` of each new ``state``; both after it was
    stored. They are hints: after a crash one may be missing, and the journal is the truth.

    Where somebody else uses the account (``second_writer``), nothing is signed any more until ``accept_second_writer``
    is called; with ``adopt`` that happens by itself (an operator's account that people use by hand too).
    """

    def __init__(
        self,
        *,
        client: ChainClient,
        database: Database,
        signer: TransactionSigner,
        clock: Clock,
        policy: FeePolicy | None = None,
        confirmations: int = CONFIRMATIONS,
        rhythm: Rhythm | None = None,
        adopt: bool = False,
        on_change: Callable[[PerformerState], None] = lambda state: None,
        on_transaction: Callable[[Transaction], None] = lambda transaction: None,
    ) -> None:
        if confirmations < 1:
            raise ValueError(f"confirmations must be at least 1, not {confirmations}")
        account = ChainAccount(
            client=client, database=database, signer=signer, clock=clock, on_transaction=on_transaction
        )
        policy = policy or FeePolicy()
        self._account = account
        self._client = client
        self._database = database
        self._following = Following(account, policy, confirmations)
        self._nonces = Nonces(account, confirmations, adopt=adopt)
        self._signing = Signing(account, policy)
        self._rhythm = rhythm or Rhythm()
        self._on_change = on_change
        self._state = PerformerState()
        self._wake = asyncio.Event()
        self._stepping = asyncio.Lock()
        self._recognised = False
        self._seen: BlockHeader | None = None
        self._problem: Problem | None = None

    @property
    def account(self) -> bytes:
        """The account that signs."""
        return self._account.address

    @property
    def state(self) -> PerformerState:
        """The account as a person sees it."""
        return self._state

    async def submit(self, intent: Intent) -> Transaction:
        """Write the intent into the journal and return its transaction; a repeat returns the first one's.

        Raises IntentConflict where the key was used for another call, StoreError where it could not be stored.
        """
        asked = await self._account.ask(intent)
        if asked.is_new:
            self.wake()
        return asked.transaction

    def wake(self) -> None:
        """Look now: something was written into the journal, or a new block is there."""
        self._wake.set()

    async def accept_second_writer(self) -> None:
        """Go on although somebody else uses the account. Transactions whose nonce was taken for good are queued again.

        The contracts then refuse whatever the other one has done already. Raises ChainError, StoreError.
        """
        async with self._stepping:
            head = await self._client.head()
            await self._nonces.accept(head, await self._client.nonce(self.account))
            self._seen = None
        self.wake()

    async def run(self) -> None:
        """Work until cancelled. An outage is told once, and tried again with growing pauses."""
        outage = Outage(f"The chain at {self._client.name}", _LOGGER)
        backoff = Backoff(longest=_LONGEST_PAUSE)
        while True:
            try:
                await self.step()
            except (ChainError, StoreError) as error:
                outage.begins(_problem_of(error), str(error))
                await asyncio.sleep(backoff.next_pause())
                continue
            outage.ends()
            backoff.reset()
            await self._rest(self._rhythm.busy if self._state.waiting else self._rhythm.idle)

    async def _rest(self, pause: float) -> None:
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return

    async def step(self) -> None:
        """Bring every transaction as far as it can come now. Raises ChainError, StoreError, after telling the state."""
        async with self._stepping:
            woken = self._wake.is_set()
            self._wake.clear()
            try:
                await self._step(woken)
            except (ChainError, StoreError) as error:
                self._lost(error)
                raise

    async def _step(self, woken: bool) -> None:
        if not self._recognised:
            await self._recognise()
        head = await self._client.head()
        balance = self._state.balance
        is_new = self._seen is None or head.hash != self._seen.hash
        self._seen = None  # until this step has come to its end
        if is_new:
            self._problem = await self._look(head)
            balance = await self._client.balance(self.account)
        if self._problem is None and (is_new or woken):
            self._problem = await self._signing.sign_queued(head)
        waiting = await self._database.run(journal.count_unfinished, self.account)
        self._seen = head
        self._tell(
            PerformerState(link=Link.CONNECTED, balance=balance, waiting=waiting, problem=self._problem)
        )

    async def _recognise(self) -> None:
        identity = await self._client.identity()
        await self._database.run(journal.recognise, identity.chain_id, identity.genesis)
        self._recognised = True

    async def _look(self, head: BlockHeader) -> Problem | None:
        """Follow what is signed, and compare the chain's count of transactions with the journal's."""
        found = await self._client.nonce(self.account)
        if found < await self._nonces.expected(found):
            await self._recognise()  # nothing is handed in to a chain that was begun anew
        problem = None
        for transaction in await self._database.run(journal.unfinished, self.account):
            if transaction.nonce is not None:
                problem = await self._following.follow(transaction, head, found) or problem
        return await self._nonces.check(head, found) or problem

    def _lost(self, error: ChainError | StoreError) -> None:
        """Tell that the chain (or the store) is away; what is under way stays in the journal."""
        self._recognised = False
        self._seen = None
        if isinstance(error, StoreError):
            link = self._state.link
        else:
            link = Link.WRONG_CHAIN if isinstance(error, WrongChain) else Link.LOST
        problem = Problem(_problem_of(error), {"message": str(error)})
        self._tell(replace(self._state, link=link, problem=problem))

    def _tell(self, state: PerformerState) -> None:
        if state == self._state:
            return
        before, self._state = self._state.problem, state
        if state.link is Link.CONNECTED and state.problem is not None and state.problem != before:
            _LOGGER.warning(
                "Transactions of 0x%s wait (%s): %s",
                self.account.hex(),
                state.problem.code,
                dict(state.problem.params),
            )
        self._on_change(state)


def _problem_of(error: ChainError | StoreError) -> str:
    return error.problem if isinstance(error, ChainError) else "store"
