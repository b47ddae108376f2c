"""The market over HTTP: sealed orders and reveals come in, sets, clearings and results go out (docs/operator-api.md)."""

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import Callable

import voluptuous as vol
from aiohttp import web

from community.api.access import Gate
from community.api.values import decoded, hex_of, hexed, signature, whole
from community.chain.wishes import Wish
from community.market.balance import BalanceDesk
from community.market.book_closing import set_leaves
from community.market.chain_slot import PublishedClearing
from community.market.desk import OrderDesk, SignedOrderReceipt, SignedRevealReceipt
from community.market.office import MarketOffice, view_market
from community.market.steps import MarketMoment, phase_of
from community.readings.acceptance import Refusal
from community.store import market as store
from dems_node.https.bodies import read_body, refuse_query
from dems_node.https.problems import Problem
from dems_node.json_types import Json
from dems_protocol.contracts import structs, suggestions
from dems_protocol.contracts.conversions import to_signature
from dems_protocol.market.orders import ORDER_WORDS, EncryptionKey, Order, OrderWithdrawal, SealedOrder
from dems_protocol.market.terms import Terms

_LARGEST_SLOT = 2**63 - 1
_LARGEST_ENERGY = 2**32 - 1
_ANSWERS_REMEMBERED = 8
_STATUS = {
    "gate-closed": 409,
    "too-early": 409,
    "not-yet": 409,
    "too-late": 409,
    "unknown-order": 404,
    "not-running": 409,
    "chain-unreachable": 503,
}
_TITLES = {
    "gate-closed": "Gate closed",
    "too-early": "Too early",
    "not-yet": "Set not final",
    "too-late": "Too late",
    "unknown-order": "No such order",
    "too-many-orders": "Too many orders",
    "not-registered": "Meter not registered",
    "bad-signature": "Signature not accepted",
    "not-running": "Not the running slot",
    "not-yours": "Not your meter",
    "above-connection": "More than a connection carries",
    "crossed": "Trades with itself",
    "deposit-missing": "Deposit missing",
    "chain-unreachable": "Chain not reached",
}

_slot = whole(0, _LARGEST_SLOT)
_energy = whole(0, _LARGEST_ENERGY)
_ORDER = vol.Schema(
    {
        vol.Required("order"): hex_of(32),
        vol.Required("meter"): hex_of(32),
        vol.Required("slot"): _slot,
        vol.Required("signature"): signature,
    }
)
_WITHDRAWAL = vol.Schema(
    {vol.Required("order"): hex_of(32), vol.Required("slot"): _slot, vol.Required("signature"): signature}
)
_REVEAL = vol.Schema(
    {
        vol.Required("order"): decoded(Order.decode, ORDER_WORDS * 32),
        vol.Required("forecast"): {vol.Required("generation"): _energy, vol.Required("withdrawal"): _energy},
    }
)
_KEY = vol.Schema(
    {
        vol.Required("meter"): hex_of(32),
        vol.Required("key"): hex_of(32),
        vol.Required("from"): _slot,
        vol.Required("signature"): signature,
    }
)


class MarketRoutes:
    """``/v1/market``, ``/v1/orders``, ``/v1/reveals``, ``/v1/encryption-keys``, ``/v1/balance``."""

    def __init__(self, office: MarketOffice, desk: OrderDesk, balance: BalanceDesk, gate: Gate) -> None:
        self._office = office
        self._desk = desk
        self._balance = balance
        self._gate = gate
        self._answers: OrderedDict[tuple[int, int | None], bytes] = OrderedDict()
        self._reading = asyncio.Lock()

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/v1/market", self._market),
            web.post("/v1/orders", self._order),
            web.post("/v1/orders/withdraw", self._withdraw),
            web.post("/v1/reveals", self._reveal),
            web.put("/v1/encryption-keys", self._key),
            web.get("/v1/market/{slot}", self._slot),
            web.get("/v1/market/{slot}/orders", self._orders),
            web.get("/v1/market/{slot}/results/{zone}", self._results),
            web.get("/v1/balance", self._balances),
        ]

    async def _market(self, request: web.Request) -> web.Response:
        refuse_query(request)
        office, windows = self._office, self._office.facts.windows
        slot = office.office.facts.grid.slot_at(office.office.clock.utc() + windows.gate_seconds) + 1
        terms, operator = office.terms(slot), office.announcements.operator_at(slot)
        return web.json_response(
            {
                "market": hexed(office.facts.market),
                "suggestions": hexed(office.facts.suggestions),
                "windows": {name: getattr(windows, name) for name in type(windows).__slots__},
                "operator": None if operator is None else hexed(operator),
                "from": slot,
                "terms": None if terms is None else terms_document(terms),
                "currency": office.currency,
            }
        )

    async def _order(self, request: web.Request) -> web.Response:
        refuse_query(request)
        fields = await read_body(request, _ORDER)
        sealed = SealedOrder(fields["order"], fields["meter"], fields["slot"])
        found = or_problem(await self._desk.take(sealed, fields["signature"]))
        return web.json_response(order_receipt_document(found), status=201)

    async def _withdraw(self, request: web.Request) -> web.Response:
        refuse_query(request)
        fields = await read_body(request, _WITHDRAWAL)
        withdrawal = OrderWithdrawal(fields["order"], fields["slot"])
        or_problem(await self._desk.withdraw(withdrawal, fields["signature"]))
        return web.json_response({"withdrawn": True})

    async def _reveal(self, request: web.Request) -> web.Response:
        refuse_query(request)
        fields = await read_body(request, _REVEAL)
        forecast = fields["forecast"]
        found = or_problem(
            await self._desk.reveal(fields["order"], forecast["generation"], forecast["withdrawal"])
        )
        return web.json_response(reveal_receipt_document(found), status=201)

    async def _key(self, request: web.Request) -> web.Response:
        refuse_query(request)
        fields = await read_body(request, _KEY)
        announced = EncryptionKey(fields["meter"], fields["key"], fields["from"])
        or_problem(await self._desk.find_key_refusal(announced, fields["signature"]))
        state = await self._office.office.want(
            Wish(
                key=f"market:key:{announced.meter.hex()}:{announced.start}",
                to=self._office.facts.suggestions,
                call=suggestions.AnnounceEncryptionKey(
                    announced.meter, announced.key, announced.start, to_signature(fields["signature"])
                ),
                subject=f"encryption key of meter {hexed(announced.meter)}",
            )
        )
        return web.json_response({"refusal": state.refusal}, status=202)

    async def _slot(self, request: web.Request) -> web.Response:
        refuse_query(request)
        slot = number_of(request, "slot")
        office = self._office
        view = await office.office.database.run(view_market, slot)
        now, times = office.office.clock.utc(), office.times(slot)
        moment = MarketMoment(
            now=now, block_time=int(now), window=office.facts.windows.result_challenge_seconds
        )
        committed = view.chain.order_set
        return web.json_response(
            {
                "slot": slot,
                "phase": str(phase_of(times, view.chain, view.stored, moment)),
                "reason": view.stored.void_reason,
                "set": None
                if committed is None
                else {"root": hexed(committed.root), "count": committed.count},
                "clearing": None if view.chain.clearing is None else clearing_document(view.chain.clearing),
                "times": {name: getattr(times, name) for name in type(times).__slots__},
            }
        )

    async def _orders(self, request: web.Request) -> web.Response:
        refuse_query(request)
        await self._gate.member(request)
        slot = number_of(request, "slot")
        if (await self._office.office.database.run(view_market, slot)).chain.order_set is None:
            raise Problem(404, "not-found", "No set", f"The set of slot {slot} is not committed.")
        return await self._served((slot, None), lambda connection: _read_set(connection, slot))

    async def _results(self, request: web.Request) -> web.Response:
        refuse_query(request)
        await self._gate.member(request)
        slot, zone = number_of(request, "slot"), number_of(request, "zone")
        if (await self._office.office.database.run(view_market, slot)).chain.clearing is None:
            raise Problem(404, "not-found", "No clearing", f"Slot {slot} is not cleared.")
        return await self._served(
            (slot, zone), lambda connection: b"".join(store.results_of(connection, slot, zone))
        )

    async def _balances(self, request: web.Request) -> web.Response:
        refuse_query(request)
        await self._gate.member(request)
        return web.json_response(await self._balance.document())

    async def _served(
        self, key: tuple[int, int | None], read: Callable[[sqlite3.Connection], bytes]
    ) -> web.Response:
        """Answer with leaves, which every member asks for: read from the store once."""
        async with self._reading:
            if key not in self._answers:
                self._answers[key] = await self._office.office.database.run(read)
                if len(self._answers) > _ANSWERS_REMEMBERED:
                    self._answers.popitem(last=False)
            return web.Response(body=self._answers[key], content_type="application/octet-stream")


def terms_document(terms: Terms) -> dict[str, Json]:
    """Return terms as they travel."""
    return {
        "zones": [{"zone": zone.zone, "sell": zone.sell, "buy": zone.buy} for zone in terms.zones],
        "charges": list(terms.charges),
    }


def order_receipt_document(found: SignedOrderReceipt) -> dict[str, Json]:
    """Return the receipt of a sealed order as it travels."""
    receipt = found.receipt
    return {
        "receipt": {
            "order": hexed(receipt.order),
            "meter": hexed(receipt.meter),
            "slot": receipt.slot,
            "received_at": receipt.received_at,
        },
        "signature": hexed(found.signature.encode()),
    }


def reveal_receipt_document(found: SignedRevealReceipt) -> dict[str, Json]:
    """Return the receipt of a revealed order as it travels, with what was found wrong with it."""
    receipt, problem = found.receipt, found.problem
    return {
        "receipt": {"order": hexed(receipt.order), "slot": receipt.slot, "received_at": receipt.received_at},
        "signature": hexed(found.signature.encode()),
        "plausible": problem is None,
        "problem": None
        if problem is None
        else {"code": problem.code, "params": {"quantity": problem.quantity, "limit": problem.limit}},
    }


def clearing_document(found: PublishedClearing) -> dict[str, Json]:
    """Return a clearing as it travels."""
    return {
        "zones": [_zone_document(zone) for zone in found.clearing.zones],
        "flows": [
            {"from": flow.from_, "to": flow.to, "energy": flow.energy} for flow in found.clearing.flows
        ],
        "published_at": found.published_at,
        "published_block": found.published_block,
        "transaction": hexed(found.transaction),
    }


def _zone_document(zone: structs.ZoneClearing) -> dict[str, Json]:
    return {
        "zone": zone.zone,
        "price": zone.price,
        "lower": zone.lower,
        "upper": zone.upper,
        "bid_ratio": zone.bid_ratio,
        "offer_ratio": zone.offer_ratio,
        "bought": zone.bought,
        "sold": zone.sold,
        "utility_sold": zone.utility_sold,
        "utility_bought": zone.utility_bought,
        "root": hexed(zone.root),
        "count": zone.count,
    }


def _read_set(connection: sqlite3.Connection, slot: int) -> bytes:
    return b"".join(leaf.encode() for leaf in set_leaves(store.in_set(connection, slot)))


def or_problem[T](found: T | Refusal) -> T:
    """Return what was found. Raises Problem for a refusal."""
    if isinstance(found, Refusal):
        raise Problem(
            _STATUS.get(found.kind, 422), found.kind, _TITLES[found.kind], found.detail, params=found.params
        )
    return found


def number_of(request: web.Request, name: str) -> int:
    """Return a number out of the path. Raises Problem 404."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= _LARGEST_SLOT):
        raise Problem(404, "not-found", "Not found", f"A {name} is a decimal number.")
    return int(text)
