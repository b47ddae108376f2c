"""The performer against a scripted chain: every state, every kind of trouble, and a death at every single step."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_node.chain import journal
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainDown, NodeRefused, WrongChain
from dems_node.chain.fees import LARGEST_GAS, FeePolicy, gas_limit
from dems_node.chain.performer import Performer
from dems_node.chain.transactions import Intent, IntentConflict, Link, PerformerState, State, Transaction
from dems_node.chain.values import Fees
from dems_node.database.database import Database
from dems_node.json_types import Json
from tests.crash.fate import Fate, Killed, mortal_connection
from tests.node.conftest import MIGRATIONS
from tests.node.fake_node import ACCOUNT, CHAIN_ID, CONTRACT, FakeNode, FakeSigner
from tests.node.times import HandClock

TOO_SOON = bytes.fromhex("4e487b71") + (17).to_bytes(32)
"""A revert's data."""
SHARES = 5


def intent(number: int, *, key: str | None = None) -> Intent:
    return Intent(key=key or f"intent {number}", to=CONTRACT, data=bytes([number]), subject=f"Call {number}")


class Desk:
    """A performer, its chain and its clock."""

    def __init__(self, node: FakeNode, database: Database, **options: object) -> None:
        self.node = node
        self.database = database
        self.clock = HandClock()
        self.signer = FakeSigner()
        self.told: list[tuple[str, State]] = []
        self.performer = Performer(
            client=ChainClient(node, CHAIN_ID),
            database=database,
            signer=self.signer,
            clock=self.clock,
            confirmations=3,
            on_transaction=lambda t: self.told.append((t.intent.key, t.state)),
            **options,  # type: ignore[arg-type]
        )

    async def of(self, number: int) -> Transaction:
        found = await self.database.run(journal.by_key, ACCOUNT, f"intent {number}")
        assert found is not None
        return found

    async def states(self, *numbers: int) -> list[State]:
        return [(await self.of(number)).state for number in numbers]

    def problem(self) -> str | None:
        found = self.performer.state.problem
        return None if found is None else found.code

    async def play(self, rounds: int = 6) -> None:
        """Let blocks come, with a look after each."""
        for _ in range(rounds):
            self.node.mine()
            self.clock.now += 2
            await self.performer.step()


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(FakeNode(), database)


async def test_from_intent_to_final(desk: Desk) -> None:
    asked = await desk.performer.submit(intent(1))
    assert asked.state is State.QUEUED
    await desk.performer.step()
    assert await desk.states(1) == [State.SENT]
    assert desk.performer.state.waiting == 1
    desk.node.mine()
    await desk.performer.step()
    assert await desk.states(1) == [State.MINED]
    await desk.play(1)
    assert await desk.states(1) == [State.MINED]
    await desk.play(1)
    done = await desk.of(1)
    assert done.state is State.FINAL
    assert done.fee == 40_000 * 10
    assert done.block_number == 1
    assert done.transaction_hash == done.attempts[0].hash
    assert desk.told == [("intent 1", state) for state in ("queued", "sent", "mined", "final")]
    state = desk.performer.state
    assert (state.link, state.waiting, state.problem, state.balance) == (Link.CONNECTED, 0, None, 10**18)


async def test_a_repeat_is_harmless_and_another_call_under_the_key_is_refused(desk: Desk) -> None:
    first = await desk.performer.submit(intent(1))
    await desk.play()
    again = await desk.performer.submit(intent(1))
    assert again.id == first.id
    assert again.state is State.FINAL
    await desk.play()
    assert desk.node.done() == [b"\x01"]
    with pytest.raises(IntentConflict):
        await desk.performer.submit(intent(2, key="intent 1"))


async def test_many_keep_their_order_and_few_are_under_way_at_once(desk: Desk) -> None:
    for number in range(40):
        await desk.performer.submit(intent(number))
    await desk.performer.step()
    assert len(desk.node.pool) == 16
    await desk.play(8)
    assert desk.node.done() == [bytes([number]) for number in range(40)]


async def test_a_refusal_ends_it_without_a_transaction(desk: Desk) -> None:
    desk.node.reverts = lambda data: TOO_SOON if data == b"\x01" else None
    await desk.performer.submit(intent(1))
    await desk.performer.submit(intent(2))
    await desk.play()
    assert await desk.states(1, 2) == [State.REFUSED, State.FINAL]
    error = (await desk.of(1)).error
    assert error == {
        "name": "Panic",
        "arguments": {"code": 17},
        "text": "The contract refused: panic (code 17).",
    }
    assert len(desk.signer.signed) == 1
    desk.node.reverts = lambda data: None
    await desk.play()
    assert desk.node.done() == [b"\x02"], "never tried again"


async def test_what_needs_an_earlier_one_waits_for_it(desk: Desk) -> None:
    desk.node.reverts = lambda data: (
        TOO_SOON if data == b"\x02" and b"\x01" not in _datas(desk.node) else None
    )
    await desk.performer.submit(intent(1))
    await desk.performer.submit(intent(2))
    await desk.performer.step()
    assert await desk.states(1, 2) == [State.SENT, State.QUEUED]
    await desk.play()
    assert desk.node.done() == [b"\x01", b"\x02"]


def _datas(node: FakeNode) -> list[bytes]:
    return [
        bytes.fromhex(node._transaction(digest)["data"])
        for block in node.blocks
        for digest in block.transactions
    ]


async def test_a_revert_on_chain_is_told_with_its_reason(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    desk.node.reverts = lambda data: TOO_SOON
    await desk.play(1)
    assert await desk.states(1) == [State.MINED]
    await desk.play(2)
    done = await desk.of(1)
    assert done.state is State.REVERTED
    assert done.error is not None
    assert done.error["name"] == "Panic"
    assert done.fee == 400_000
    await desk.play()
    assert desk.node.nonce() == 1


async def test_a_stuck_one_offers_more_with_the_same_nonce(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    desk.node.least_fee = 30
    await desk.play(5)
    assert len((await desk.of(1)).attempts) == 1, "not long enough"
    desk.clock.now += 60
    await desk.play(4)
    attempts = (await desk.of(1)).attempts
    assert [attempt.fees.max_fee for attempt in attempts[:2]] == [22, 25]
    desk.clock.now += 60
    await desk.play(4)
    desk.clock.now += 60
    await desk.play(4)
    assert await desk.states(1) == [State.FINAL]
    assert desk.node.done() == [b"\x01"]
    assert {signed["nonce"] for signed in desk.signer.signed} == {0}


async def test_an_earlier_attempt_that_makes_it_counts(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    first = desk.node.pool[0]
    desk.node.least_fee = 1000
    await desk.play(3)
    desk.clock.now += 60
    await desk.play(1)
    transaction = await desk.of(1)
    assert len(transaction.attempts) == 2
    desk.node.pool[0] = first
    desk.node.raw[first] = transaction.attempts[0].raw
    desk.node.least_fee = 0
    await desk.play()
    assert (await desk.of(1)).transaction_hash == first
    assert desk.node.done() == [b"\x01"]


async def test_the_cap_is_kept_and_told(database: Database) -> None:
    desk = Desk(FakeNode(), database, policy=FeePolicy(highest_fee=24))
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    desk.node.least_fee = 100
    await desk.play(3)
    desk.clock.now += 60
    await desk.play(1)
    assert desk.problem() == "stuck"
    assert all(signed["maxFeePerGas"] <= 24 for signed in desk.signer.signed)
    desk.node.least_fee = 0
    await desk.play()
    assert desk.problem() is None
    assert await desk.states(1) == [State.FINAL]


async def test_a_halted_chain_is_no_reason_to_offer_more(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    for _ in range(20):
        desk.clock.now += 3600
        await desk.performer.step()
    assert len((await desk.of(1)).attempts) == 1


async def test_a_dropped_one_is_sent_again_as_it_was(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    desk.node.drop()
    desk.node.mine()
    await desk.performer.step()
    assert len(desk.node.pool) == 1
    await desk.play()
    assert desk.node.done() == [b"\x01"]
    assert len(desk.signer.signed) == 1


@pytest.mark.parametrize("lose", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 5])
async def test_a_reorganisation(desk: Desk, depth: int, lose: bool) -> None:
    await desk.play(5)
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    await desk.play(min(depth, 2))
    assert await desk.states(1) == [State.MINED]
    desk.node.reorganise(depth, length=depth + 1, lose=lose)
    await desk.performer.step()
    assert await desk.states(1) == [State.SENT]
    await desk.play()
    assert await desk.states(1) == [State.FINAL]
    assert desk.node.done() == [b"\x01"]
    assert len(desk.signer.signed) == 1


async def test_a_reorganisation_deeper_than_final(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.play()
    assert await desk.states(1) == [State.FINAL]
    desk.node.reorganise(6, length=2, lose=True)
    await desk.performer.step()
    assert desk.problem() == "chain_behind"
    await desk.play(8)
    assert desk.problem() is None
    assert await desk.states(1) == [State.FINAL]
    assert desk.node.done() == [b"\x01"]


async def test_nothing_is_signed_while_the_chain_is_behind(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.play()
    known = desk.node.blocks
    desk.node.blocks = known[:1]
    await desk.performer.submit(intent(2))
    await desk.performer.step()
    assert desk.problem() == "chain_behind"
    assert await desk.states(2) == [State.QUEUED]
    desk.node.blocks = known
    await desk.play()
    assert desk.problem() is None
    assert desk.node.done() == [b"\x01", b"\x02"]


async def test_a_second_writer_stops_everything_until_accepted(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.play()
    desk.node.foreign()
    await desk.performer.submit(intent(2))
    desk.node.mine()
    await desk.performer.step()
    assert desk.problem() == "second_writer"
    await desk.play()
    assert await desk.states(2) == [State.QUEUED]
    assert desk.performer.state.problem is not None
    assert desk.performer.state.problem.params == {"expected": 1, "found": 2}
    await desk.performer.accept_second_writer()
    await desk.play()
    assert desk.problem() is None
    assert await desk.states(2) == [State.FINAL]
    assert [signed["nonce"] for signed in desk.signer.signed] == [0, 2]


async def test_a_nonce_that_somebody_else_took(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    desk.node.drop()
    desk.node.foreign()
    await desk.play(2)
    assert desk.problem() is None, "it may be a reorganisation still"
    await desk.play(2)
    assert desk.problem() == "second_writer"
    assert await desk.states(1) == [State.SENT]
    await desk.performer.accept_second_writer()
    await desk.play()
    assert desk.problem() is None
    assert await desk.states(1) == [State.FINAL]
    assert desk.node.done() == [b"\xf0", b"\x01"]


async def test_an_account_that_is_shared_on_purpose(database: Database) -> None:
    desk = Desk(FakeNode(), database, adopt=True)
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    desk.node.drop()
    desk.node.foreign()
    await desk.play(8)
    desk.node.foreign()
    await desk.play()
    await desk.performer.submit(intent(2))
    await desk.play()
    assert desk.problem() is None
    assert desk.node.done() == [b"\xf0", b"\x01", b"\xf0", b"\x02"]


async def test_an_account_with_a_past_begins_behind_it(desk: Desk) -> None:
    desk.node.foreign()
    desk.node.mine()
    desk.node.foreign()
    await desk.performer.submit(intent(1))
    await desk.play()
    assert desk.problem() is None
    assert [signed["nonce"] for signed in desk.signer.signed] == [2]


async def test_a_transaction_that_was_pending_at_first_sight_and_vanished(desk: Desk) -> None:
    desk.node.foreign()
    await desk.performer.step()
    desk.node.drop()
    await desk.performer.submit(intent(1))
    await desk.play()
    assert desk.problem() is None
    assert desk.node.done() == [b"\x01"]


async def test_an_empty_wallet(desk: Desk) -> None:
    desk.node.balance = 1000
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    problem = desk.performer.state.problem
    assert problem is not None
    assert (problem.code, problem.params) == ("balance_low", {"balance": "1000", "needed": str(62_500 * 22)})
    assert await desk.states(1) == [State.QUEUED]
    desk.node.balance = 10**18
    await desk.play()
    assert desk.problem() is None
    assert desk.node.done() == [b"\x01"]


async def test_a_node_that_refuses(desk: Desk) -> None:
    desk.node.refuse_sending = "the pool is full"
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    assert desk.performer.state.problem is not None
    assert desk.performer.state.problem.params == {"message": "the pool is full"}
    desk.node.refuse_sending = None
    await desk.play()
    assert desk.problem() is None
    assert desk.node.done() == [b"\x01"]


async def test_a_node_that_will_not_even_simulate(desk: Desk) -> None:
    inner = desk.node.request

    async def stubborn(method: str, params: Sequence[Json]) -> Json:
        if method == "eth_estimateGas":
            raise NodeRefused(method, -32000, "rate limited")
        return await inner(method, params)

    desk.node.request = stubborn  # type: ignore[method-assign]
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    assert desk.problem() == "node_refused"
    desk.node.request = inner  # type: ignore[method-assign]
    await desk.play()
    assert desk.node.done() == [b"\x01"]


async def test_a_call_that_fails_without_a_word_is_no_endless_trouble(desk: Desk) -> None:
    desk.node.reverts = lambda data: b"" if data == b"\x01" else None
    await desk.performer.submit(intent(1))
    await desk.performer.submit(intent(2))
    await desk.play()
    assert await desk.states(1, 2) == [State.REFUSED, State.FINAL]


async def test_the_programs_loop_tells_an_outage_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 60:
            desk.node.is_down = False

    desk.node.is_down = True
    await desk.performer.submit(intent(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dems_node.chain.performer.asyncio", _SleeplessAsyncio(sleep))
        loop = asyncio.create_task(desk.performer.run())
        async with asyncio.timeout(20):
            while desk.performer.state.waiting != 1 or desk.performer.state.link is not Link.CONNECTED:
                await asyncio.sleep(0.005)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    lines = [record.getMessage() for record in caplog.records if record.name == "dems_node.chain.performer"]
    assert len(lines) == 2
    assert "lost (unreachable)" in lines[0]
    assert lines[1] == "The chain at the fake node is back."
    assert max(pauses) == 30.0
    assert sum(pauses) > 1000, "the pauses grow"


class _SleeplessAsyncio:
    """asyncio, but for a sleep that takes no time."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.sleep = sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


async def test_an_outage_loses_nothing(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.performer.step()
    desk.node.is_down = True
    with pytest.raises(ChainDown):
        await desk.performer.step()
    assert desk.performer.state.link is Link.LOST
    assert desk.problem() == "unreachable"
    for number in range(2, 98):
        await desk.performer.submit(intent(number))
    desk.node.drop()
    desk.node.is_down = False
    await desk.play(16)
    assert desk.performer.state == PerformerState(link=Link.CONNECTED, balance=10**18)
    assert desk.node.done() == [bytes([number]) for number in range(1, 98)]


async def test_a_chain_begun_anew_is_another_chain(desk: Desk) -> None:
    await desk.performer.submit(intent(1))
    await desk.play()
    await desk.performer.submit(intent(2))
    await desk.performer.step()
    desk.node.blocks = FakeNode(seed=99).blocks
    desk.node.drop()
    desk.node.mine(20)
    with pytest.raises(WrongChain, match="begins with block"):
        await desk.performer.step()
    assert desk.performer.state.link is Link.WRONG_CHAIN
    assert not desk.node.pool, "nothing was handed in to it"


async def test_nothing_is_asked_twice_of_an_unchanged_chain(desk: Desk) -> None:
    await desk.play(2)
    desk.node.asked.clear()
    await desk.performer.step()
    assert desk.node.asked == ["eth_getBlockByNumber"]


def test_confirmations(database: Database) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Performer(
            client=ChainClient(FakeNode(), CHAIN_ID),
            database=database,
            signer=FakeSigner(),
            clock=HandClock(),
            confirmations=0,
        )


@pytest.mark.parametrize("share", range(SHARES))
async def test_death_at_every_step(tmp_path: Path, share: int) -> None:
    """A life ends at its n-th statement of the store or call of the node, the next one goes on: for each n once."""
    empty = tmp_path / "empty.db"
    await (await Database.open(empty, migrations=MIGRATIONS)).close()
    deaths = 0
    for points in range(1 + share, 1000, SHARES):
        fate = Fate(points)
        story = Story(Path(copy(empty, tmp_path / f"{points}.db")), fate)
        await story.live()
        if not story.died:
            break
        deaths += 1
        await story.live()
        assert story.node.done() == [b"\x01", b"\x02"], f"killed {fate.cause}"
        assert await story.final(), f"killed {fate.cause}"
    assert deaths > 100 / SHARES


class Story:
    """Two intents, one of them stuck for a while, and a reorganisation, in one life or two."""

    def __init__(self, path: Path, fate: Fate) -> None:
        self.path = path
        self.fate = fate
        self.died = False
        self.node = FakeNode(point=self._pass)
        self.clock = HandClock()

    def _pass(self, name: str) -> None:
        if not self.died:
            self.fate.point(name)

    async def live(self) -> None:
        """Live until the end of the story, or until fate strikes. The second life has no fate any more."""
        fate = Fate(10**9) if self.died else self.fate
        database: Database | None = None
        try:
            database = await Database.open(
                self.path, migrations=MIGRATIONS, connection_class=mortal_connection(fate, lambda: None)
            )
            await self._live(database)
        except Killed:
            self.died = True
        finally:
            if database is not None:
                await database.close()

    async def _live(self, database: Database) -> None:
        performer = Performer(
            client=ChainClient(self.node, CHAIN_ID),
            database=database,
            signer=FakeSigner(),
            clock=self.clock,
            confirmations=3,
        )
        self.node.least_fee = 25
        for number in (1, 2):
            await performer.submit(intent(number))
        for round_ in range(11):
            await performer.step()
            if round_ == 5:
                self.node.reorganise(2, length=3, lose=True)
                continue
            self.node.mine()
            self.clock.now += 30

    async def final(self) -> bool:
        database = await Database.open(self.path, migrations=MIGRATIONS)
        found = [await database.run(journal.by_key, ACCOUNT, f"intent {number}") for number in (1, 2)]
        await database.close()
        return all(transaction is not None and transaction.state is State.FINAL for transaction in found)


@given(
    last=st.builds(Fees, st.integers(0, 10**15), st.integers(0, 10**12)),
    suggested=st.builds(Fees, st.integers(0, 10**15), st.integers(0, 10**12)),
    highest=st.integers(1, 10**15),
)
def test_a_raised_offer(last: Fees, suggested: Fees, highest: int) -> None:
    policy = FeePolicy(highest_fee=highest)
    raised = policy.raised(last, suggested)
    if raised is None:
        assert 9 * last.max_fee > 8 * highest - 9 or last.max_fee + 1 > highest
        return
    assert raised.max_fee <= highest
    assert raised.priority_fee <= raised.max_fee
    assert 10 * raised.max_fee >= 11 * last.max_fee
    offered = policy.offered(suggested)
    assert offered.priority_fee <= offered.max_fee <= highest


@given(needed=st.integers(21_000, 2 * LARGEST_GAS), block=st.integers(1_000_000, 60_000_000))
def test_a_gas_limit(needed: int, block: int) -> None:
    limit = gas_limit(needed, block)
    assert limit <= min(LARGEST_GAS, block)
    assert limit >= min(needed, LARGEST_GAS, block)
