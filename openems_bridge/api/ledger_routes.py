"""The community's ledger: joining and leaving, proofs, settlement, certificates (docs/api.md, The ledger)."""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import voluptuous as vol
from aiohttp import web

from dems_node.https.bodies import read_body, read_query, refuse_query, text, whole_number
from dems_node.https.problems import Problem, invalid
from dems_protocol.plants import PlantKind, require_unit_number
from dems_protocol.slots import SlotGrid
from openems_bridge.api.ports import Ledger
from openems_bridge.ledger.desk import LedgerRefused
from openems_bridge.ledger.plant import Plant

LONGEST_INVITATION = 4096
STRONGEST_PLANT = 2**32 - 1
_SLOT = vol.All(
    vol.Match(r"^[0-9]{1,15}$", msg="expected a slot, a whole number"),
    vol.Coerce(int),
    whole_number(0, 2**53),
)
_POWER = whole_number(0, STRONGEST_PLANT)


def _hash(value: Any) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-fA-F]{64}", value):
        raise vol.Invalid("expected 0x and 64 hex digits")
    return bytes.fromhex(value[2:])


def _told[T](read: Callable[[str], T]) -> Callable[[Any], T]:
    """Return a validator for a text that ``read`` understands, or says what is wrong with."""

    def check(value: Any) -> T:
        try:
            return read(text(40)(value))
        except ValueError as error:
            raise vol.Invalid(str(error)) from None

    return check


_INVITATION = vol.Schema({vol.Required("invitation"): text(LONGEST_INVITATION, shortest=1)})
_JOIN = vol.Schema(
    {
        vol.Required("invitation"): text(LONGEST_INVITATION, shortest=1),
        vol.Required("consent"): _hash,
        vol.Required("plant_power"): _POWER,
        vol.Required("battery_power"): _POWER,
        vol.Required("battery_capacity"): _POWER,
        vol.Optional("plant_kind", default=None): vol.Maybe(_told(PlantKind.of_word)),
        vol.Optional("commissioned", default=None): vol.Maybe(_told(date.fromisoformat)),
        vol.Optional("plant_unit", default=None): vol.Maybe(_told(require_unit_number)),
    }
)
_REDEEM = vol.Schema(
    {
        vol.Required("id"): _hash,
        vol.Required("amount_wh"): whole_number(1, 2**63 - 1),
        vol.Required("purpose"): text(200),
    }
)
_WITHDRAW = vol.Schema({vol.Optional("amount", default=None): vol.Maybe(whole_number(1, 2**53 - 1))})
_PERIOD = vol.Schema(
    {
        vol.Optional("from", default=None): vol.Maybe(_SLOT),
        vol.Optional("to", default=None): vol.Maybe(_SLOT),
    }
)
_WHOLE_PERIOD = vol.Schema({vol.Required("from"): _SLOT, vol.Required("to"): _SLOT})


class LedgerRoutes:
    """``/v1/community``, ``/v1/anchor``, ``/v1/proofs``, ``/v1/settlement``, ``/v1/certificates`` and ``/v1/deposits``."""

    def __init__(self, ledger: Ledger, grid: SlotGrid) -> None:
        self._ledger = ledger
        self._grid = grid

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/v1/community/invitation", self._preview),
            web.post("/v1/community/join", self._join),
            web.post("/v1/community/leave", self._leave),
            web.post("/v1/anchor", self._anchor),
            web.get("/v1/proofs", self._proofs),
            web.get("/v1/settlement", self._settlement),
            web.post("/v1/certificates/claim", self._claim),
            web.post("/v1/certificates/redeem", self._redeem),
            web.get("/v1/deposits", self._deposits),
            web.post("/v1/deposits/withdraw", self._withdraw),
        ]

    async def _preview(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _INVITATION)
        return web.json_response(await _done(self._ledger.preview(body["invitation"])))

    async def _join(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _JOIN)
        try:
            plant = Plant(
                plant_power=body["plant_power"],
                battery_power=body["battery_power"],
                battery_capacity=body["battery_capacity"],
                kind=body["plant_kind"],
                commissioned=body["commissioned"],
                unit=body["plant_unit"],
            )
        except ValueError as error:
            raise invalid(f"The plant cannot be told like this: {error}.") from None
        section = await _done(self._ledger.join(body["invitation"], body["consent"], plant))
        return web.json_response(section, status=202)

    async def _leave(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(await _done(self._ledger.leave()), status=202)

    async def _anchor(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response({"waiting": await _done(self._ledger.anchor_now())}, status=202)

    async def _proofs(self, request: web.Request) -> web.Response:
        period = read_query(request, _WHOLE_PERIOD)
        first, last = _in_order(period["from"], period["to"])
        return web.json_response(await _done(self._ledger.proofs(first, last)))

    async def _settlement(self, request: web.Request) -> web.Response:
        period = read_query(request, _PERIOD)
        first, last = period["from"], period["to"]
        if first is not None and last is not None:
            _in_order(first, last)
        slots = await _done(self._ledger.settlement(first, last))
        return web.json_response({"slot_seconds": self._grid.seconds, "slots": list(slots)})

    async def _claim(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response({"transaction": await _done(self._ledger.claim())}, status=202)

    async def _redeem(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _REDEEM)
        transaction = await _done(
            self._ledger.redeem(int.from_bytes(body["id"]), body["amount_wh"], body["purpose"])
        )
        return web.json_response({"transaction": transaction}, status=202)

    async def _deposits(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(await _done(self._ledger.deposits()))

    async def _withdraw(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _WITHDRAW)
        return web.json_response(await _done(self._ledger.withdraw(body["amount"])), status=202)


async def _done[T](work: Awaitable[T]) -> T:
    try:
        return await work
    except LedgerRefused as refused:
        raise Problem(
            409, "refused", "Refused", str(refused), code=refused.code, params=refused.params
        ) from None


def _in_order(first: int, last: int) -> tuple[int, int]:
    if first > last:
        raise invalid(f"from ({first}) is after to ({last}).", "from")
    return first, last
