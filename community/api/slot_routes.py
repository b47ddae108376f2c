"""Statements for everybody, leaves for members: they hide the values, and a phantom leaf would else be seen by nobody."""

import asyncio
import sqlite3
from collections import OrderedDict

from aiohttp import web

from community.api.access import Gate
from community.api.values import hexed
from community.slots.keeper import SlotView, view_slot
from community.slots.steps import phase_of
from community.store import readings, slots
from dems_node.database.database import Database
from dems_node.https.bodies import refuse_query
from dems_node.https.problems import Problem
from dems_node.json_types import Json
from dems_protocol.leaves import Leaf
from dems_protocol.signatures import Signature
from dems_protocol.statements import Statement

_LARGEST_SLOT = 2**63 - 1
_SLOTS_REMEMBERED = 4


def statement_document(statement: Statement) -> dict[str, Json]:
    """Return a statement as it travels; points as 0x… words."""
    *coordinates, withdrawal_owners, feed_in_owners = statement.sums.words()
    return {
        "slot": statement.slot,
        "attempt": statement.attempt,
        "root": hexed(statement.root),
        "sums": [hexed(number.to_bytes(32)) for number in coordinates],
        "withdrawal_owners": withdrawal_owners,
        "feed_in_owners": feed_in_owners,
        "count": statement.count,
    }


def slot_document(view: SlotView, made: tuple[Statement, Signature] | None) -> dict[str, Json]:
    """Return ``GET /v1/slots/{slot}``."""
    published, netting = view.chain.published, view.chain.netting
    return {
        "slot": view.slot,
        "statement": None if made is None else statement_document(made[0]),
        "signature": None if made is None else hexed(made[1].encode()),
        "published_at": None if published is None else published.published_at,
        "published_block": None if published is None else published.published_block,
        "transaction": None if published is None else hexed(published.transaction),
        "phase": str(phase_of(view.chain, view.stored)),
        "reason": view.stored.unnetted_reason if netting is None else None,
        "netting": None
        if netting is None
        else {"withdrawal": netting.withdrawal, "feed_in": netting.feed_in},
    }


class SlotRoutes:
    """``/v1/slots``."""

    def __init__(self, database: Database, gate: Gate) -> None:
        self._database = database
        self._gate = gate
        self._leaves_of: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._reading = asyncio.Lock()

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/v1/slots/{slot}", self._slot), web.get("/v1/slots/{slot}/leaves", self._leaves)]

    async def _slot(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(await self._database.run(_read_slot, _slot_of(request)))

    async def _leaves(self, request: web.Request) -> web.Response:
        refuse_query(request)
        await self._gate.member(request)
        leaves = await self._leaves_in(_slot_of(request))
        return web.Response(body=leaves, content_type="application/octet-stream")

    async def _leaves_in(self, slot: int) -> bytes:
        """Return the leaves, which every member asks for after each slot: read from the store once."""
        async with self._reading:
            made = await self._database.run(slots.statement_of, slot)
            if made is None:
                raise Problem(
                    404, "not-found", "No statement", f"The statement of slot {slot} is not made yet."
                )
            key = (slot, made[0].attempt)
            if key not in self._leaves_of:
                self._leaves_of[key] = await self._database.run(_read_leaves, *key)
                if len(self._leaves_of) > _SLOTS_REMEMBERED:
                    self._leaves_of.popitem(last=False)
            return self._leaves_of[key]


def _read_slot(connection: sqlite3.Connection, slot: int) -> dict[str, Json]:
    return slot_document(view_slot(connection, slot), slots.statement_of(connection, slot))


def _read_leaves(connection: sqlite3.Connection, slot: int, attempt: int) -> bytes:
    rows = readings.of_leaves(connection, slot, attempt)
    return b"".join(Leaf(stored.reading, owners, stored.signature).encode() for stored, owners in rows)


def _slot_of(request: web.Request) -> int:
    text = request.match_info["slot"]
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= _LARGEST_SLOT):
        raise Problem(404, "not-found", "Not found", "A slot is a decimal number.")
    return int(text)
