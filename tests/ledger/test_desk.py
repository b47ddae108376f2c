"""The house goes on whatever happens to the ledger, and says what is wrong."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from dems_node.clock import SystemClock
from dems_node.database.database import Database
from dems_node.json_types import Section
from dems_protocol.slots import SlotGrid
from openems_bridge.keys.on_this_machine import vault_of
from openems_bridge.keys.options import KeyOptions, StoreKind
from openems_bridge.ledger import building, desk, journal
from openems_bridge.ledger.desk import CommunityDesk, LedgerRefused
from openems_bridge.ledger.options import LedgerOptions
from openems_bridge.store.migrations import MIGRATIONS
from tests.ledger.samples import MEMBERSHIP


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "bridge.sqlite3", migrations=MIGRATIONS)
    yield database
    await database.close()


def desk_of(database: Database, folder: Path, shown: asyncio.Queue[Mapping[str, Section]]) -> CommunityDesk:
    passphrase = folder / "passphrase"
    passphrase.write_text("correct horse battery staple\n")
    passphrase.chmod(0o600)
    return CommunityDesk(
        database=database,
        clock=SystemClock(),
        grid=SlotGrid(900),
        vault=vault_of(folder, KeyOptions(store=StoreKind.FILE, passphrase_file=passphrase)),
        options=LedgerOptions(),
        show=shown.put_nowait,
        tell=lambda kind, data: None,
        announce=lambda event: None,
        edge_clock_offset=lambda: None,
    )


async def first_shown(office: CommunityDesk, shown: asyncio.Queue[Mapping[str, Section]]) -> Section:
    running = asyncio.create_task(office.run())
    try:
        async with asyncio.timeout(20):
            return (await shown.get())["community"]
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_without_keys_the_ledger_waits_and_says_so(database: Database, tmp_path: Path) -> None:
    await database.run(journal.keep_membership, MEMBERSHIP)
    shown: asyncio.Queue[Mapping[str, Section]] = asyncio.Queue()
    section = await first_shown(desk_of(database, tmp_path, shown), shown)
    assert section["problem"] == {"code": "keys_unusable", "params": {}}
    assert section["read_only"] is True


async def test_a_fault_of_the_ledger_does_not_end_the_bridge(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object) -> object:
        raise RuntimeError("a bug")

    await database.run(journal.keep_membership, MEMBERSHIP)
    shown: asyncio.Queue[Mapping[str, Section]] = asyncio.Queue()
    office = desk_of(database, tmp_path, shown)
    await asyncio.to_thread(office._vault.create)
    monkeypatch.setattr(building, "build_household_ledger", broken)
    section = await first_shown(office, shown)
    assert section["problem"] == {"code": "internal", "params": {}}
    assert "started again" in caplog.text


async def test_without_a_community_everything_is_refused(database: Database, tmp_path: Path) -> None:
    office = desk_of(database, tmp_path, asyncio.Queue())
    for work in (
        office.leave(),
        office.anchor_now(),
        office.claim(),
        office.proofs(1, 2),
        office.redeem(1, 1, ""),
    ):
        with pytest.raises(LedgerRefused) as raised:
            await work
        assert raised.value.code == "no_community"
    assert await office.settlement(None, None) == []


async def test_a_file_of_proofs_is_bounded(database: Database, tmp_path: Path) -> None:
    await database.run(journal.keep_membership, MEMBERSHIP)
    office = desk_of(database, tmp_path, asyncio.Queue())
    with pytest.raises(LedgerRefused) as raised:
        await office.proofs(0, desk.PROOFS_AT_ONCE)
    assert raised.value.code == "too_many_slots"
    assert (await office.proofs(0, desk.PROOFS_AT_ONCE - 1))["slots"] == []
