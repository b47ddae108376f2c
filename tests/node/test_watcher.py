"""The watcher against a scripted chain: order, ranges, reorganisations, restarts, and a death at every single step."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random
from shutil import copy

import pytest

from dems_node.chain import watch_journal
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainDown, NodeRefused, ReorganisedTooDeep, WrongChain
from dems_node.chain.events import ChainEvent
from dems_node.chain.transactions import Link
from dems_node.chain.watcher import News, Watcher, WatcherState
from dems_node.database.database import Database
from dems_node.json_types import Json
from tests.crash.fate import Fate, Killed, mortal_connection
from tests.node.conftest import MIGRATIONS
from tests.node.fake_node import CHAIN_ID, CONTRACT, FakeNode

SHARES = 4


def _create_consumers_tables(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE line (number INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB, block INTEGER)"
    )
    connection.execute("CREATE TABLE told (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT, data BLOB)")


ALL_MIGRATIONS = (*MIGRATIONS, _create_consumers_tables)


class Lines:
    """A consumer that writes what it hears, and takes back only what it wrote last."""

    def apply(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        connection.execute(
            "INSERT INTO line (data, block) VALUES (?, ?)", (event.log.data, event.log.block_number)
        )

    def undo(self, connection: sqlite3.Connection, event: ChainEvent) -> None:
        number, data, block = connection.execute(
            "SELECT number, data, block FROM line ORDER BY number DESC"
        ).fetchone()
        assert (data, block) == (event.log.data, event.log.block_number), "undone in reverse order"
        connection.execute("DELETE FROM line WHERE number = ?", (number,))


def _tell(connection: sqlite3.Connection, event: ChainEvent) -> None:
    connection.execute("INSERT INTO told (id, data) VALUES (?, ?)", (event.id, event.log.data))


def _all(connection: sqlite3.Connection, what: str) -> list[bytes]:
    return [row[0] for row in connection.execute(what)]


class Watch:
    """A watcher, its chain, and what its consumers have."""

    def __init__(self, node: FakeNode, database: Database, **options: object) -> None:
        self.node = node
        self.database = database
        self.news: list[News] = []
        self.states: list[WatcherState] = []
        self.watcher = Watcher(
            client=ChainClient(node, CHAIN_ID),
            database=database,
            contracts=[CONTRACT],
            first_block=1,
            consumers=[Lines()],
            announce=_tell,
            on_news=self.news.append,
            on_change=self.states.append,
            **{"depth": 8, "range_blocks": 5, **options},  # type: ignore[arg-type]
        )

    async def lines(self) -> list[bytes]:
        return await self.database.run(_all, "SELECT data FROM line ORDER BY number")

    async def told(self) -> list[bytes]:
        return await self.database.run(_all, "SELECT data FROM told ORDER BY number")

    def problem(self) -> str | None:
        found = self.watcher.state.problem
        return None if found is None else found.code


def in_chain(node: FakeNode) -> list[bytes]:
    return [data for block in node.blocks for _, data in block.logs]


def log(number: int, transaction: int | None = None) -> tuple[bytes, bytes]:
    return (number if transaction is None else transaction).to_bytes(32), number.to_bytes(2)


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    database = await Database.open(tmp_path / "watch.db", migrations=ALL_MIGRATIONS)
    yield Watch(FakeNode(), database)
    await database.close()


async def test_events_come_in_order_with_stable_ids(watch: Watch) -> None:
    watch.node.mine(logs=[log(1, 50), log(2, 50), log(3, 51)])
    watch.node.mine()
    watch.node.mine(logs=[log(4, 52)])
    await watch.watcher.step()
    assert await watch.lines() == [log(n)[1] for n in (1, 2, 3, 4)]
    applied = [event for news in watch.news for event in news.applied]
    assert [event.id for event in applied] == [
        f"0x{50:064x}-0",
        f"0x{50:064x}-1",
        f"0x{51:064x}-0",
        f"0x{52:064x}-0",
    ]
    assert [event.at for event in applied] == [1_000_002] * 3 + [1_000_006]
    assert watch.watcher.state == WatcherState(link=Link.CONNECTED, cursor=3, head=3, head_at=1_000_006)


@pytest.mark.parametrize("blocks", [1, 7, 8, 9, 14, 60])
async def test_history_is_filled_up_in_ranges(watch: Watch, blocks: int) -> None:
    for number in range(blocks):
        watch.node.mine(logs=[log(number)] if number % 3 == 0 else [])
    await watch.watcher.step()
    assert await watch.lines() == in_chain(watch.node)
    assert await watch.told() == in_chain(watch.node)
    watch.node.mine(3, logs=[log(999)])
    await watch.watcher.step()
    assert await watch.lines() == in_chain(watch.node)


async def test_a_range_that_the_node_finds_too_large_is_halved(watch: Watch) -> None:
    inner = watch.node.request

    async def stingy(method: str, params: Sequence[Json]) -> Json:
        wanted = params[0] if params else None
        if method == "eth_getLogs" and isinstance(wanted, dict) and "fromBlock" in wanted:
            first, last = int(str(wanted["fromBlock"]), 16), int(str(wanted["toBlock"]), 16)
            if last - first >= 2:
                raise NodeRefused(method, -32005, "range too large")
        return await inner(method, params)

    watch.node.request = stingy  # type: ignore[method-assign]
    for number in range(40):
        watch.node.mine(logs=[log(number)])
    await watch.watcher.step()
    assert await watch.lines() == in_chain(watch.node)


@pytest.mark.parametrize("depth", [1, 2, 5, 7])
async def test_a_reorganisation_is_undone_and_nothing_is_told_twice(watch: Watch, depth: int) -> None:
    for number in range(20):
        watch.node.mine(logs=[log(2 * number), log(2 * number + 1)])
        await watch.watcher.step()
    gone = [logs for block in watch.node.blocks[-depth:] for logs in block.logs]
    watch.node.reorganise(depth)
    watch.node.mine(logs=[log(1000), *gone])
    watch.node.mine(logs=[log(1001)])
    await watch.watcher.step()
    assert await watch.lines() == in_chain(watch.node)
    undone = [event for news in watch.news for event in news.undone]
    assert [event.log.data for event in undone] == [data for _, data in reversed(gone)]
    told = await watch.told()
    assert told == [log(number)[1] for number in range(40)] + [log(1000)[1], log(1001)[1]]


async def test_the_same_place_with_other_content_is_told(watch: Watch) -> None:
    watch.node.mine(logs=[log(1, 50)])
    await watch.watcher.step()
    watch.node.reorganise(1)
    watch.node.mine(logs=[log(2, 50)])
    await watch.watcher.step()
    assert await watch.told() == [log(1)[1], log(2)[1]]
    assert await watch.lines() == [log(2)[1]]


async def test_a_reorganisation_while_nobody_watched(tmp_path: Path, watch: Watch) -> None:
    for number in range(10):
        watch.node.mine(logs=[log(number)] if number % 4 == 0 else [])
    await watch.watcher.step()
    watch.node.reorganise(5, length=60)
    watch.node.mine(logs=[log(77)])
    again = Watch(watch.node, watch.database)
    await again.watcher.step()
    assert await again.lines() == in_chain(watch.node)
    assert await again.told() == [log(n)[1] for n in (0, 4, 8, 77)]


async def test_a_reorganisation_of_empty_blocks_only(watch: Watch) -> None:
    watch.node.mine(logs=[log(1)])
    watch.node.mine(4)
    await watch.watcher.step()
    watch.node.reorganise(3)
    watch.node.mine(logs=[log(2)])
    await watch.watcher.step()
    assert await watch.lines() == in_chain(watch.node)
    assert not any(news.undone for news in watch.news)


async def test_one_that_is_too_deep_is_said_and_changes_nothing(watch: Watch) -> None:
    for number in range(30):
        watch.node.mine(logs=[log(number)])
        await watch.watcher.step()
    before = await watch.lines()
    watch.node.reorganise(25, length=40)
    for _ in range(2):
        with pytest.raises(ReorganisedTooDeep, match="begin with a new data folder"):
            await watch.watcher.step()
    assert watch.watcher.state.link is Link.WRONG_CHAIN
    assert watch.problem() == "reorganised_too_deep"
    assert await watch.lines() == before


async def test_a_node_that_is_behind(watch: Watch) -> None:
    for number in range(6):
        watch.node.mine(logs=[log(number)])
    await watch.watcher.step()
    whole = watch.node.blocks
    for length in (4, 1):
        watch.node.blocks = whole[:length]
        await watch.watcher.step()
        problem = watch.watcher.state.problem
        assert problem is not None
        assert (problem.code, problem.params) == ("chain_behind", {"cursor": 6, "head": length - 1})
    assert len(await watch.lines()) == 6
    watch.node.blocks = whole
    watch.node.mine(logs=[log(6)])
    await watch.watcher.step()
    assert watch.problem() is None
    assert await watch.lines() == in_chain(watch.node)


async def test_a_chain_that_went_back_and_grew_again_otherwise(watch: Watch) -> None:
    for number in range(6):
        watch.node.mine(logs=[log(number)])
    await watch.watcher.step()
    watch.node.reorganise(3, length=1)
    await watch.watcher.step()
    assert await watch.lines() == in_chain(watch.node)
    watch.node.mine(4, logs=[log(50)])
    await watch.watcher.step()
    assert watch.problem() is None
    assert await watch.lines() == in_chain(watch.node)


@pytest.mark.parametrize("length", [1, 3, 10])
async def test_a_chain_begun_anew(watch: Watch, length: int) -> None:
    watch.node.mine(5, logs=[log(1)])
    await watch.watcher.step()
    watch.node.blocks = FakeNode(seed=9).blocks
    watch.node.mine(length - 1)
    with pytest.raises(WrongChain, match="another chain with the same id"):
        await watch.watcher.step()
    assert watch.problem() == "wrong_chain"
    assert watch.watcher.state.link is Link.WRONG_CHAIN
    assert await watch.lines() == [log(1)[1]]


async def test_a_day_without_the_chain(watch: Watch) -> None:
    watch.node.mine(logs=[log(1)])
    await watch.watcher.step()
    watch.node.is_down = True
    for _ in range(50):
        with pytest.raises(ChainDown):
            await watch.watcher.step()
    assert watch.watcher.state.link is Link.LOST
    assert len(watch.states) == 2, "told once"
    watch.node.is_down = False
    for number in range(2, 300):
        watch.node.mine(logs=[log(number)])
    await watch.watcher.step()
    assert await watch.lines() == in_chain(watch.node)
    assert watch.watcher.state == WatcherState(link=Link.CONNECTED, cursor=299, head=299, head_at=1_000_598)


async def test_a_chain_that_is_too_short_for_the_community(watch: Watch) -> None:
    watcher = Watcher(
        client=ChainClient(watch.node, CHAIN_ID),
        database=watch.database,
        contracts=[CONTRACT],
        first_block=100,
        consumers=[],
    )
    with pytest.raises(ChainDown, match="does not know block 99 yet"):
        await watcher.step()


async def test_quiet_blocks_are_hardly_written(watch: Watch) -> None:
    written: list[str] = []
    await watch.database.run(lambda connection: connection.set_trace_callback(written.append))
    for _ in range(96):
        watch.node.mine()
        await watch.watcher.step()
    await watch.database.run(lambda connection: connection.set_trace_callback(None))
    assert sum(statement.startswith("INSERT INTO watch_mark") for statement in written) <= 5


async def test_forgetting(watch: Watch) -> None:
    watch.node.mine(logs=[log(1)])
    await watch.watcher.step()
    await watch.database.run(watch_journal.forget)
    again = Watch(watch.node, watch.database)
    await again.watcher.step()
    assert await again.told() == [log(1)[1]] * 2


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_the_chain_does_the_consumers_end_where_it_ends(tmp_path: Path, seed: int) -> None:
    """Blocks, reorganisations, outages and restarts at random."""
    rng = Random(seed)
    database = await Database.open(tmp_path / "watch.db", migrations=ALL_MIGRATIONS)
    watch = Watch(FakeNode(), database)
    number = 0
    for _ in range(60):
        match rng.choice(["mine", "mine", "reorganise", "down", "restart", "many"]):
            case "mine":
                count = rng.choice([0, 0, 1, 3])
                watch.node.mine(logs=[log(number + i) for i in range(count)])
                number += count
            case "many":
                for _ in range(rng.randrange(20)):
                    watch.node.mine(logs=[log(number)] if rng.random() < 0.3 else [])
                    number += 1
            case "reorganise":
                depth = rng.randint(1, min(6, len(watch.node.blocks) - 1) or 1)
                if len(watch.node.blocks) > depth:
                    gone = [entry for block in watch.node.blocks[-depth:] for entry in block.logs]
                    watch.node.reorganise(depth, length=depth)
                    watch.node.mine(logs=[entry for entry in gone if rng.random() < 0.8])
            case "down":
                watch.node.is_down = True
                with pytest.raises(ChainDown):
                    await watch.watcher.step()
                watch.node.is_down = False
            case _:
                watch = Watch(watch.node, database)
        if rng.random() < 0.7:
            await watch.watcher.step()
    watch.node.mine()
    await watch.watcher.step()
    assert watch.problem() is None
    assert await watch.lines() == in_chain(watch.node)
    told = await watch.told()
    assert len(told) == len(set(told))
    assert set(told) >= set(in_chain(watch.node))
    await database.close()


@pytest.mark.parametrize("share", range(SHARES))
async def test_death_at_every_step(tmp_path: Path, share: int) -> None:
    """A life ends at its n-th statement of the store or call of the node, the next one goes on: for each n once."""
    empty = tmp_path / "empty.db"
    await (await Database.open(empty, migrations=ALL_MIGRATIONS)).close()
    deaths = 0
    for points in range(1 + share, 2000, SHARES):
        fate = Fate(points)
        path = Path(copy(empty, tmp_path / f"{points}.db"))
        node = FakeNode(point=fate.point)
        died = await _story(path, node, fate)
        node.point = lambda name: None
        await _story(path, node, Fate(10**9))
        database = await Database.open(path, migrations=ALL_MIGRATIONS)
        watch = Watch(node, database)
        await watch.watcher.step()
        assert await watch.lines() == in_chain(node), f"killed {fate.cause}"
        told = await watch.told()
        assert len(told) == len(set(told)), f"killed {fate.cause}"
        assert set(told) >= set(in_chain(node)), f"killed {fate.cause}"
        await database.close()
        if not died:
            break
        deaths += 1
    assert deaths > 100 / SHARES


async def _story(path: Path, node: FakeNode, fate: Fate) -> bool:
    """History in ranges, a few blocks, a reorganisation that moves events; return whether fate struck."""
    database: Database | None = None
    try:
        database = await Database.open(
            path, migrations=ALL_MIGRATIONS, connection_class=mortal_connection(fate, lambda: None)
        )
        watch = Watch(node, database, depth=4, range_blocks=4)
        if len(node.blocks) == 1:
            for number in range(10):
                node.mine(logs=[log(number)] if number % 2 else [])
        await watch.watcher.step()
        gone = node.blocks[-1].logs
        node.reorganise(2)
        node.mine(logs=[log(100 + len(node.blocks)), *gone])
        await watch.watcher.step()
    except Killed:
        return True
    finally:
        if database is not None:
            await database.close()
    return False
