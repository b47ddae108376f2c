"""The events of contracts, each once and in order, whatever the node, the chain or the daemon does meanwhile."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import groupby

from dems_node.backoff import Backoff
from dems_node.chain import journal, watch_journal
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainDown, ChainError, NodeRefused, ReorganisedTooDeep, WrongChain
from dems_node.chain.events import ChainEvent, events_of_block
from dems_node.chain.transactions import Link, Problem
from dems_node.chain.values import BlockHeader, Log
from dems_node.chain.watch_journal import Announce, Consumer, Mark
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from dems_node.outage import Outage

_LOGGER = logging.getLogger(__name__)

DEPTH = 64
"""Blocks that a reorganisation may take back."""
RANGE_BLOCKS = 2000
"""Blocks that are asked for at once, further back than that."""
_MARK_EVERY = 32
"""Without events, the cursor is stored every so many blocks: an SD card lives longer, and looking again is harmless."""
_LONGEST_PAUSE = 30.0
_POLL_SECONDS = 1.0
_PUSHED_SECONDS = 15.0
"""How often it looks by itself while new blocks are pushed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherState:
    """How far the watcher is: ``cursor`` and ``head`` are block numbers, ``head_at`` the newest block's unix s.

    Problems: ``unreachable``, ``wrong_chain``, ``node_refused``, ``store``, ``reorganised_too_deep`` (message),
    ``chain_behind`` (cursor, head): the node's chain ends before what was seen of it already.
    """

    link: Link = Link.CONNECTING
    cursor: int | None = None
    head: int | None = None
    head_at: int | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What was stored just now: first ``undone`` was taken back, newest first, or ``applied`` was taken in, in order."""

    applied: Sequence[ChainEvent] = ()
    undone: Sequence[ChainEvent] = ()


def _tell_nobody(connection: sqlite3.Connection, event: ChainEvent) -> None:
    """Announce to nobody."""


class Watcher:
    """Follows the events of ``contracts`` from ``first_block`` on (that of their deployment).

    Consumers are called inside the database transaction that moves the cursor, so that each event is applied once, and
    undone once if a reorganisation takes it away, whenever the daemon dies. ``announce`` hears of an event once, whatever
    block it ends up in; the history of a community that was joined late is announced too, dated by ``ChainEvent.at``.
    ``on_news`` hears afterwards what was stored, ``on_change`` of each new ``state``; both are hints.

    New blocks are pushed where the node can; else it is asked every second. Either way the chain itself is walked.
    """

    def __init__(
        self,
        *,
        client: ChainClient,
        database: Database,
        contracts: Sequence[bytes],
        first_block: int,
        consumers: Sequence[Consumer],
        announce: Announce = _tell_nobody,
        on_news: Callable[[News], None] = lambda news: None,
        on_change: Callable[[WatcherState], None] = lambda state: None,
        depth: int = DEPTH,
        range_blocks: int = RANGE_BLOCKS,
        poll_seconds: float = _POLL_SECONDS,
    ) -> None:
        self._client = client
        self._database = database
        self._contracts = tuple(contracts)
        self._first_block = first_block
        self._consumers = tuple(consumers)
        self._announce = announce
        self._on_news = on_news
        self._on_change = on_change
        self._depth = depth
        self._range = range_blocks
        self._widest = range_blocks
        self._poll_seconds = poll_seconds
        self._state = WatcherState()
        self._wake = asyncio.Event()
        self._pushed = False
        self._recognised = False
        self._tip: Mark | None = None
        self._stored = -1

    @property
    def state(self) -> WatcherState:
        """How far it is."""
        return self._state

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def run(self) -> None:
        """Watch until cancelled. An outage is told once, and tried again with growing pauses."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            if self._client.subscribes:
                tasks.create_task(self._listen())

    async def _follow(self) -> None:
        outage = Outage(f"The chain's events at {self._client.name}", _LOGGER)
        backoff = Backoff(longest=_LONGEST_PAUSE)
        while True:
            self._wake.clear()
            try:
                await self.step()
            except (ChainError, StoreError) as error:
                outage.begins(_problem_of(error), str(error))
                await asyncio.sleep(backoff.next_pause())
                continue
            if self._state.problem is None:
                outage.ends()
            else:
                outage.begins(self._state.problem.code, f"{dict(self._state.problem.params)}.")
            backoff.reset()
            await self._rest(_PUSHED_SECONDS if self._pushed else self._poll_seconds)

    async def _rest(self, pause: float) -> None:
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _listen(self) -> None:
        """Take each pushed block as a call to look. Where that breaks, the watcher asks by itself until it works again."""
        backoff = Backoff(longest=_LONGEST_PAUSE)
        while True:
            try:
                async with aclosing(self._client.new_heads()) as heads:
                    async for _ in heads:
                        self._pushed = True
                        backoff.reset()
                        self._wake.set()
            except ChainError:
                self._pushed = False
            await asyncio.sleep(backoff.next_pause())

    async def step(self) -> None:
        """Walk to the newest block. Raises ChainError and StoreError, after telling the state."""
        try:
            await self._step()
        except (ChainError, StoreError) as error:
            self._lost(error)
            raise

    async def _step(self) -> None:
        if not self._recognised:
            await self._recognise()
        tip = self._tip or await self._start()
        head = await self._client.head()
        problem = None
        while tip.hash != head.hash:
            if head.number - tip.number > self._depth and await self._is_in_chain(tip):
                tip = await self._fill(tip, head)
                continue
            following = await self._client.block(tip.number + 1) if tip.number < head.number else None
            if following is not None and following.parent == tip.hash:
                tip = await self._take_in(following)
                continue
            ground = await self._ground(tip, head)
            if ground == tip:
                problem = self._behind(tip, head)
                break
            tip = await self._take_back(ground)
            head = await self._client.head()
        self._tell(
            WatcherState(
                link=Link.CONNECTED,
                cursor=tip.number,
                head=head.number,
                head_at=head.timestamp,
                problem=problem,
            )
        )

    async def _recognise(self) -> None:
        identity = await self._client.identity()
        await self._database.run(journal.recognise, identity.chain_id, identity.genesis)
        self._recognised = True

    async def _start(self) -> Mark:
        """Return the stored cursor; at the very first start the block before the contracts' first."""
        known = await self._database.run(watch_journal.marks)
        if known:
            self._stored = known[0].number
            self._tip = known[0]
            return known[0]
        number = max(self._first_block - 1, 0)
        block = await self._client.block(number)
        if block is None:
            raise ChainDown(
                f"{self._client.name} does not know block {number} yet, where the community begins."
            )
        mark = Mark(number, block.hash)
        await self._store(mark, [], far=False)
        return mark

    async def _is_in_chain(self, mark: Mark) -> bool:
        block = await self._client.block(mark.number)
        return block is not None and block.hash == mark.hash

    # Far behind: ranges

    async def _fill(self, tip: Mark, head: BlockHeader) -> Mark:
        """Take in, range by range, what is too deep to be taken back."""
        while tip.number < head.number - self._depth:
            last = min(tip.number + self._range, head.number - self._depth)
            try:
                logs = await self._client.logs(tip.number + 1, last, self._contracts)
            except NodeRefused:
                if self._range == 1:
                    raise
                self._range = max(self._range // 2, 1)
                continue
            self._range = min(self._range * 2, self._widest)
            end = await self._client.block(last)
            if end is None:
                raise ChainDown(f"{self._client.name} does not know block {last} any more.")
            tip = Mark(last, end.hash)
            await self._store(tip, await self._dated(logs), far=True)
            self._tell(replace(self._state, link=Link.CONNECTED, cursor=last, head=head.number))
        return tip

    async def _dated(self, logs: Sequence[Log]) -> Sequence[ChainEvent]:
        events: list[ChainEvent] = []
        for number, group in groupby(logs, key=lambda log: log.block_number):
            block = await self._client.block(number)
            in_block = list(group)
            if block is None or any(log.block_hash != block.hash for log in in_block):
                raise ChainDown(f"{self._client.name} changed block {number} while it was read.")
            events.extend(events_of_block(block.timestamp, in_block))
        return events

    # Near the head: block by block

    async def _take_in(self, block: BlockHeader) -> Mark:
        mark = Mark(block.number, block.hash)
        try:
            logs = await self._client.logs_of_block(block.hash, self._contracts)
        except NodeRefused as error:
            if await self._is_in_chain(mark):
                raise
            raise ChainDown(f"Block {block.number} was replaced while it was read.") from error
        if logs or block.number - self._stored >= _MARK_EVERY:
            await self._store(mark, events_of_block(block.timestamp, logs), far=False)
        self._tip = mark
        return mark

    async def _store(self, mark: Mark, events: Sequence[ChainEvent], *, far: bool) -> None:
        change = watch_journal.advance_far if far else watch_journal.advance
        await self._database.run(change, mark, events, self._consumers, self._announce, self._depth)
        self._stored = mark.number
        self._tip = mark
        if events:
            self._on_news(News(applied=events))

    # Reorganisations

    async def _ground(self, tip: Mark, head: BlockHeader) -> Mark:
        """Return the newest mark that the chain still has; the tip itself where the chain only ends before it."""
        await self._recognise()  # a chain that was begun anew looks like this too
        known = await self._database.run(watch_journal.marks)
        within = [mark for mark in known if mark.number <= head.number]
        for mark in within:
            if await self._is_in_chain(mark):
                return tip if mark == within[0] and head.number < tip.number else mark
        if not within:
            return tip
        raise ReorganisedTooDeep(
            f"The chain at {self._client.name} has none of the blocks that were seen of it, {self._depth} deep "
            f"(the last was {known[0].number}, its head is {head.number}). Either the node follows another chain, or it "
            f"lost part of it: check the node. To follow it all the same, begin with a new data folder."
        )

    async def _take_back(self, ground: Mark) -> Mark:
        undone = await self._database.run(watch_journal.undo_above, ground.number, self._consumers)
        self._tip = ground
        self._stored = ground.number
        if undone:
            _LOGGER.warning(
                "The chain was reorganised above block %d: %d events are taken back.",
                ground.number,
                len(undone),
            )
            self._on_news(News(undone=undone))
        return ground

    def _behind(self, tip: Mark, head: BlockHeader) -> Problem | None:
        """Return the problem of a chain that ends before the tip; None where it only changed while it was read."""
        if head.number >= tip.number:
            return None
        return Problem("chain_behind", {"cursor": tip.number, "head": head.number})

    def _lost(self, error: ChainError | StoreError) -> None:
        self._recognised = False
        self._tip = None
        link = self._state.link
        if isinstance(error, ChainError):
            link = Link.WRONG_CHAIN if isinstance(error, WrongChain | ReorganisedTooDeep) else Link.LOST
        self._tell(
            replace(self._state, link=link, problem=Problem(_problem_of(error), {"message": str(error)}))
        )

    def _tell(self, state: WatcherState) -> None:
        if state != self._state:
            self._state = state
            self._on_change(state)


def _problem_of(error: ChainError | StoreError) -> str:
    return error.problem if isinstance(error, ChainError) else "store"
