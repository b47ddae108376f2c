"""The operator dies within a call of its API, at any access to its store: the household asks again, and all is as once."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from eth_hash.auto import keccak

from community.store import members
from dems_protocol.signatures import Scheme, SoftwareSigner
from tests.community.households import Household, number
from tests.community.shop import CONSENT, FACTS, Shop, open_shop
from tests.community.town import START, Fuse

ANNA = Household("anna", FACTS.domain)
SECRET = bytes(range(16))
SLOT = FACTS.grid.slot_at(START)
CONSENT_HASH = keccak(CONSENT.encode())
ENROLMENT = ANNA.enrolment_body(ANNA.enrolment(CONSENT_HASH, SECRET), SECRET)
READING = ANNA.submission_body(ANNA.read(SLOT, withdrawal=70, feed_in=20))
KEY = SoftwareSigner.from_private_key(Scheme.P256, number("another key")).public_key
KEY_CHANGE = ANNA.key_change(FACTS.chain_id, FACTS.addresses.registry, KEY, SLOT + 5)

type Ask = Callable[[Shop], Awaitable[tuple[int, dict[str, Any]]]]


async def enrol(shop: Shop) -> tuple[int, dict[str, Any]]:
    return await shop.post("/v1/enrolments", ENROLMENT)


async def submit(shop: Shop) -> tuple[int, dict[str, Any]]:
    return await shop.post("/v1/readings", READING)


async def change_key(shop: Shop) -> tuple[int, dict[str, Any]]:
    return await shop.post("/v1/key-changes", KEY_CHANGE.to_json())


async def leave(shop: Shop) -> tuple[int, dict[str, Any]]:
    path = f"/v1/enrolments/0x{ANNA.address.hex()}/leave"
    return await shop.post(path, {}, ANNA)


def rows(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


async def prepare(shop: Shop) -> None:
    """Invite the household, and let its meter be registered already: what the calls need."""
    shop.register(ANNA, SLOT - 5)
    shop.clock.now = FACTS.grid.end(SLOT) + 5
    if not await shop.database.run(members.count_open_invitations):
        await shop.database.run(_invite_once)


def _invite_once(connection: sqlite3.Connection) -> None:
    if not rows(connection, "invitation"):
        members.invite(connection, keccak(SECRET), "anna", 1)


async def ask_once(folder: Path, ask: Ask, table: str, burns_at: int | None = None) -> tuple[Any, Any, int]:
    """Run the operator, prepare it, ask; return the answer (None if it died), the table, and how often it came to its store."""
    fuse = Fuse()
    async with open_shop(folder, fuse=fuse) as shop:
        await prepare(shop)
        if ask is leave:
            await enrol(shop)
        fuse.count, fuse.burns_at = 0, burns_at
        try:
            answer = await ask(shop)
        except aiohttp.ClientError:
            answer = None
        used, fuse.burns_at = fuse.count, None
        return answer, await shop.database.run(rows, table), used


@pytest.mark.parametrize(
    ("ask", "table"),
    [(enrol, "enrolment"), (submit, "reading"), (change_key, "key_change"), (leave, "enrolment")],
)
async def test_a_call_that_died_is_repeated_without_harm(
    tmp_path: Path, real_sockets: None, ask: Ask, table: str
) -> None:
    whole, expected, steps = await ask_once(tmp_path / "whole", ask, table)
    assert whole[0] in (201, 202)
    assert len(expected) == 1
    assert steps >= 4
    for step in range(1, steps + 1):
        folder = tmp_path / str(step)
        died, _, _ = await ask_once(folder, ask, table, burns_at=step)
        assert died is None, f"nothing died at {step}"
        again, found, _ = await ask_once(folder, ask, table)
        assert again == whole, f"died at {step}"
        assert found == expected, f"died at {step}"
