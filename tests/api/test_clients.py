"""Tokens: kept as a hash, dead once revoked, alive over a restart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dems_node.database.database import Database
from dems_node.database.errors import DiskFull
from openems_bridge.api.clients import Clients
from openems_bridge.store.migrations import MIGRATIONS
from tests.api.clock import FakeClock

DAY = 24 * 3600


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "bridge.sqlite3", migrations=MIGRATIONS)
    yield opened
    await opened.close()


async def test_a_token_is_good_over_a_restart_until_revoked(database: Database) -> None:
    clock = FakeClock()
    clients = await Clients.load(database, clock)
    client, token = await clients.add("HA")
    other, other_token = await clients.add("Other")
    assert len(token) == 43
    for known in (clients, await Clients.load(database, clock)):
        assert known.recognise(token) == client
        for wrong in ("", token[:-1], token + "x", token.swapcase(), "\udcff"):
            assert known.recognise(wrong) is None
    assert await clients.revoke(client.id)
    assert not await clients.revoke(client.id)
    for known in (clients, await Clients.load(database, clock)):
        assert known.recognise(token) is None
        assert known.recognise(other_token) == other


async def test_the_store_holds_no_token(database: Database, tmp_path: Path) -> None:
    clients = await Clients.load(database, FakeClock())
    client, token = await clients.add("HA")
    assert token not in repr(client)
    assert client.token_hash.hex() not in repr(client)
    await database.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert client.token_hash in content
    assert token.encode() not in content


async def test_last_seen_is_noted_daily(database: Database) -> None:
    clock = FakeClock()
    clients = await Clients.load(database, clock)
    client, token = await clients.add("HA")

    async def speak() -> float | None:
        known = clients.recognise(token)
        assert known is not None
        await clients.seen(known)
        return (await Clients.load(database, clock)).listed()[0].last_seen_at

    first = clock.utc()
    assert await speak() == first
    clock.advance(DAY - 1)
    assert await speak() == first
    clock.advance(1)
    assert await speak() == clock.utc()
    assert client.id == clients.listed()[0].id


async def test_a_full_disk_keeps_nobody_from_asking_but_from_revoking_silently(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = await Clients.load(database, FakeClock())
    client, token = await clients.add("HA")

    async def full(*args: object) -> None:
        raise DiskFull("full")

    monkeypatch.setattr(database, "run", full)
    await clients.seen(client)
    with pytest.raises(DiskFull):
        await clients.revoke(client.id)
    assert clients.recognise(token) is not None, "a revocation that would not last is not claimed"
    with pytest.raises(DiskFull):
        await clients.add("Other")
    assert len(clients.listed()) == 1
