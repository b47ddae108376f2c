"""Performer and watcher on a real chain: over every way, through reorganisations, restarts and kills."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from dems_node.chain import journal
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError
from dems_node.chain.events import ChainEvent
from dems_node.chain.fees import FeePolicy
from dems_node.chain.performer import Performer, Rhythm
from dems_node.chain.transactions import Intent, Link, State
from dems_node.chain.watcher import Watcher
from dems_node.clock import SystemClock
from dems_node.database.database import Database
from dems_node.keys.account import AccountKey
from dems_protocol.contracts.demo_currency import BalanceOf, Mint, Transfer, TransferEvent
from tests.chain import CHAIN_ID, ROOT, Anvil, running_anvil
from tests.node.conftest import MIGRATIONS

ALICE = bytes([1]) * 20
CONFIRMATIONS = 3
SHORT = Rhythm(busy=0.05, idle=0.05)


def mint(currency: bytes, number: int) -> Intent:
    return Intent(
        key=f"mint {number}", to=currency, data=Mint(ALICE, number).calldata(), subject=f"Minting {number}"
    )


class Amounts:
    """What the transfers of a currency say, in memory, but exactly as consumers are called."""

    def __init__(self) -> None:
        self.applied: list[int] = []
        self.told: list[int] = []

    def apply(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        self.applied.append(_amount(event))

    def undo(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        assert self.applied.pop() == _amount(event)

    def tell(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        self.told.append(_amount(event))


def _amount(event: ChainEvent) -> int:
    return TransferEvent.decode(event.log.topics, event.log.data).value


@asynccontextmanager
async def running(*programs: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    async def run(program: Callable[[], Awaitable[None]]) -> None:
        await program()

    tasks = [asyncio.create_task(run(program)) for program in programs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], Awaitable[bool]], meanwhile: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():
            await meanwhile()
            await asyncio.sleep(0.03)


def performer(
    client: ChainClient, database: Database, key: AccountKey, policy: FeePolicy | None = None
) -> Performer:
    return Performer(
        client=client,
        database=database,
        signer=key,
        clock=SystemClock(),
        confirmations=CONFIRMATIONS,
        rhythm=SHORT,
        policy=policy,
    )


async def all_final(database: Database, account: bytes) -> bool:
    found = await database.run(journal.latest, account)
    return all(transaction.state is State.FINAL for transaction in found)


@pytest.mark.parametrize("way", ["http", "ws", "ipc"])
async def test_twenty_calls_and_a_reorganisation_of_five_blocks(
    tmp_path: Path, database: Database, way: str
) -> None:
    ipc = tmp_path / "anvil.ipc"
    async with running_anvil("--ipc", str(ipc)) as anvil:
        currency = await anvil.deploy("DemoCurrency")
        key = await anvil.account()
        client = ChainClient.to({"http": anvil.http, "ws": anvil.ws, "ipc": str(ipc)}[way], CHAIN_ID)
        does = performer(client, database, key)
        amounts = Amounts()
        sees = Watcher(
            client=client,
            database=database,
            contracts=[currency],
            first_block=1,
            consumers=[amounts],
            announce=amounts.tell,
            poll_seconds=0.05,
        )
        async with running(does.run, sees.run):
            for number in range(1, 11):
                await does.submit(mint(currency, number))

            async def ten_seen() -> bool:
                return len(amounts.applied) == 10

            await until(ten_seen, anvil.mine)
            await anvil.reorganise(5)
            for number in range(11, 21):
                await does.submit(mint(currency, number))

            async def done() -> bool:
                return await all_final(database, does.account) and len(amounts.applied) == 20

            await until(done, anvil.mine)
        assert sorted(amounts.applied) == list(range(1, 21))
        assert sorted(amounts.told) == list(range(1, 21))
        assert await client.read(currency, BalanceOf(ALICE)) == 210
        assert await client.nonce(does.account) == 20
        await does.step()
        assert (does.state.link, does.state.problem, does.state.waiting) == (Link.CONNECTED, None, 0)
        await client.close()


async def test_a_chain_that_restarts(tmp_path: Path, database: Database) -> None:
    state = str(tmp_path / "state.json")
    key = AccountKey(bytes([5]) * 32)
    amounts = Amounts()
    async with running_anvil("--state", state) as anvil:
        currency = await anvil.deploy("DemoCurrency")
        await anvil.fund(key.address)
        await anvil.mine(3)
        port = anvil.port
        client = ChainClient.to(anvil.ws, CHAIN_ID, timeout=2)
        does = performer(client, database, key)
        sees = Watcher(
            client=client,
            database=database,
            contracts=[currency],
            first_block=1,
            consumers=[amounts],
            announce=amounts.tell,
            poll_seconds=0.05,
        )
        await does.submit(mint(currency, 1))
        await does.step()
        await sees.step()
    for look in (does.step, sees.step):
        with pytest.raises(ChainError):
            await look()
    assert does.state.link is Link.LOST
    for number in range(2, 6):
        await does.submit(mint(currency, number))
    async with running_anvil("--state", state, port=port) as anvil, running(does.run, sees.run):

        async def done() -> bool:
            return await all_final(database, does.account) and len(amounts.applied) == 5

        await until(done, anvil.mine)
        assert await client.read(currency, BalanceOf(ALICE)) == 15
    assert amounts.told == [1, 2, 3, 4, 5]
    await client.close()


async def test_a_chain_begun_anew_is_noticed_by_both(anvil: Anvil, database: Database) -> None:
    currency = await anvil.deploy("DemoCurrency")
    key = await anvil.account()
    client = ChainClient.to(anvil.http, CHAIN_ID)
    does = performer(client, database, key)
    sees = Watcher(client=client, database=database, contracts=[currency], first_block=1, consumers=[])
    await does.submit(mint(currency, 1))
    await does.step()
    await sees.step()
    await client.close()
    async with running_anvil("--timestamp", "1700000000") as other:
        moved = ChainClient.to(other.http, CHAIN_ID)
        for look in (
            performer(moved, database, key).step,
            Watcher(client=moved, database=database, contracts=[currency], first_block=1, consumers=[]).step,
        ):
            with pytest.raises(ChainError, match="another chain with the same id"):
                await look()
        await moved.close()


async def test_refused_and_decoded(anvil: Anvil, database: Database) -> None:
    currency = await anvil.deploy("DemoCurrency")
    key = await anvil.account()
    client = ChainClient.to(anvil.http, CHAIN_ID)
    does = performer(client, database, key)
    await does.submit(
        Intent(key="t", to=currency, data=Transfer(ALICE, 5).calldata(), subject="Paying Alice")
    )
    await does.step()
    found = await database.run(journal.by_key, does.account, "t")
    assert found is not None
    assert found.state is State.REFUSED
    assert found.error is not None
    assert found.error["name"] == "ERC20InsufficientBalance"
    assert await client.nonce(does.account) == 0
    await client.close()


async def test_a_revert_that_the_simulation_did_not_see(database: Database) -> None:
    async with running_anvil("--no-mining") as anvil:
        currency = await anvil.deploy("DemoCurrency")
        key = await anvil.account()
        client = ChainClient.to(anvil.http, CHAIN_ID)
        does = performer(client, database, key)
        await anvil.receipt(await anvil.transact(currency, Mint(does.account, 5).calldata()))
        for name in ("first", "second"):
            data = Transfer(ALICE, 5).calldata()
            intent = Intent(key=name, to=currency, data=data, subject=name, gas=100_000)
            await does.submit(intent)
        await does.step()
        await anvil.mine()
        for _ in range(4):
            await does.step()
            await anvil.mine()
        first, second = [
            await database.run(journal.by_key, does.account, name) for name in ("first", "second")
        ]
        assert first is not None
        assert second is not None
        assert (first.state, second.state) == (State.FINAL, State.REVERTED)
        assert second.error is not None
        assert second.fee is not None
        assert second.fee > 0
        await client.close()


async def test_a_stuck_one_gets_through_with_a_better_offer(database: Database) -> None:
    async with running_anvil("--no-mining") as anvil:
        currency = await anvil.deploy("DemoCurrency")
        key = await anvil.account()
        client = ChainClient.to(anvil.http, CHAIN_ID)
        does = performer(client, database, key, FeePolicy(stuck_seconds=0, stuck_blocks=1))
        await does.submit(mint(currency, 9))
        await does.step()
        for _ in range(2):
            await anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**11))
            await anvil.mine()
            await does.step()
        await anvil.mine()
        for _ in range(4):
            await does.step()
            await anvil.mine()
        found = await database.run(journal.by_key, does.account, "mint 9")
        assert found is not None
        assert found.state is State.FINAL
        assert len(found.attempts) > 1
        assert await client.read(currency, BalanceOf(ALICE)) == 9
        await client.close()


async def test_dropped_by_the_node(database: Database) -> None:
    async with running_anvil("--no-mining") as anvil:
        currency = await anvil.deploy("DemoCurrency")
        key = await anvil.account()
        client = ChainClient.to(anvil.http, CHAIN_ID)
        does = performer(client, database, key)
        await does.submit(mint(currency, 9))
        await does.step()
        found = await database.run(journal.by_key, does.account, "mint 9")
        assert found is not None
        await anvil.rpc("anvil_dropTransaction", f"0x{found.attempts[0].hash.hex()}")
        for _ in range(6):
            await anvil.mine()
            await does.step()
        assert await all_final(database, does.account)
        assert await client.read(currency, BalanceOf(ALICE)) == 9
        await client.close()


CALLS = 60


async def test_killed_at_random_points(tmp_path: Path) -> None:
    """The performer in a process of its own, killed by SIGKILL again and again: each call happens once."""
    rng = Random(20)
    store = tmp_path / "node.db"
    async with running_anvil("--block-time", "1", "--mixed-mining") as anvil:
        currency = await anvil.deploy("DemoCurrency")
        key = await anvil.account(77)
        lives = 0
        database = await Database.open(store, migrations=MIGRATIONS)
        await database.close()
        async with asyncio.timeout(100):
            while True:
                child = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "tests.node.child",
                    str(store),
                    anvil.http,
                    currency.hex(),
                    str(CALLS),
                    cwd=ROOT,
                    stdout=asyncio.subprocess.PIPE,
                )
                assert child.stdout is not None
                assert await child.stdout.readline() == b"alive\n"
                lives += 1
                try:
                    async with asyncio.timeout(rng.uniform(0.02, 0.3) if lives <= 6 else None):
                        await child.wait()
                except TimeoutError:
                    os.kill(child.pid, signal.SIGKILL)
                    await child.wait()
                    await anvil.mine(rng.randrange(3))
                    continue
                assert child.returncode == 0
                break
        client = ChainClient.to(anvil.http, CHAIN_ID)
        account = bytes.fromhex(key.address[2:])
        assert await client.read(currency, BalanceOf(ALICE)) == CALLS * (CALLS + 1) // 2
        assert await client.nonce(account) == CALLS
        assert lives > 3
        await client.close()
