"""Orders, suggestions and the owner's trading limits (docs/api.md, The forecast, the plan and the market)."""

import re
from typing import Any

import voluptuous as vol
from aiohttp import web

from dems_node.https.bodies import read_body, read_query, refuse_query, whole_number
from dems_node.https.problems import Problem, invalid, out_of_range
from dems_protocol.slots import SlotGrid
from openems_bridge.api.foresight_routes import answered
from openems_bridge.api.ports import Trading
from openems_bridge.trader.settings import LARGEST_ENERGY, LARGEST_PRICE, DispatchChoice, OutOfBounds

LARGEST_QUANTITY = 2**32 - 1
_PRICE = whole_number(-LARGEST_PRICE, LARGEST_PRICE)
_SLOT_NUMBER = whole_number(0, 2**53)
_SLOT = vol.All(
    vol.Match(r"^[0-9]{1,15}$", msg="expected a slot, a whole number"), vol.Coerce(int), _SLOT_NUMBER
)
_PERIOD = vol.Schema(
    {
        vol.Optional("from", default=None): vol.Maybe(_SLOT),
        vol.Optional("to", default=None): vol.Maybe(_SLOT),
    }
)
_ORDER_ID = re.compile(r"[0-9a-f]{16}")
_SUGGESTION_ID = re.compile(r"[0-9a-z]{1,40}")


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise vol.Invalid("expected true or false")
    return value


def _choice(value: Any) -> DispatchChoice:
    try:
        return DispatchChoice(value)
    except ValueError:
        raise vol.Invalid(f"expected one of {', '.join(DispatchChoice)}") from None


def _time(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise vol.Invalid("expected a local time such as 22:00")
    return value


def _side(value: Any) -> int:
    if value not in ("bid", "offer"):
        raise vol.Invalid("expected bid (buy) or offer (sell)")
    return 1 if value == "offer" else 0


_TRADING = vol.Schema(
    {
        vol.Optional("auto_bid"): _switch,
        vol.Optional("dispatch"): _choice,
        vol.Optional("lowest_price"): _PRICE,
        vol.Optional("highest_price"): _PRICE,
        vol.Optional("energy_per_day"): whole_number(0, LARGEST_ENERGY),
        vol.Optional("reserve_soc"): whole_number(0, 100),
        vol.Optional("quiet_from"): _time,
        vol.Optional("quiet_to"): _time,
        vol.Optional("follow_live"): _switch,
    }
)
_ORDER = vol.Schema(
    {
        vol.Exclusive("slot", "when"): _SLOT_NUMBER,
        vol.Exclusive("start", "when"): whole_number(0, 2**40),
        vol.Required("side"): _side,
        vol.Required("energy"): whole_number(1, LARGEST_QUANTITY),
        vol.Required("limit"): _PRICE,
        vol.Optional("battery", default=0): whole_number(0, LARGEST_QUANTITY),
    }
)


class MarketRoutes:
    """``/v1/trading``, ``/v1/orders``, ``/v1/suggestions`` and ``/v1/market``."""

    def __init__(self, trading: Trading, grid: SlotGrid) -> None:
        self._trading = trading
        self._grid = grid

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.patch("/v1/trading", self._change),
            web.post("/v1/orders", self._place),
            web.get("/v1/orders", self._orders),
            web.delete("/v1/orders/{id}", self._withdraw),
            web.post("/v1/suggestions/{id}/accept", self._accept),
            web.post("/v1/suggestions/{id}/reject", self._reject),
            web.get("/v1/market", self._market),
        ]

    async def _change(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _TRADING)
        try:
            return web.json_response(await self._trading.change(body))
        except OutOfBounds as error:
            raise out_of_range(str(error), error.key) from None

    async def _place(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _ORDER)
        if body["battery"] > body["energy"]:
            raise invalid(f"battery ({body['battery']}) is more than energy ({body['energy']}).", "battery")
        placed = await answered(
            self._trading.place(
                self._slot(body), body["side"], body["energy"], body["limit"], body["battery"]
            )
        )
        return web.json_response(placed, status=201)

    async def _orders(self, request: web.Request) -> web.Response:
        first, last = _period(request)
        return web.json_response({"orders": list(await self._trading.orders(first, last))})

    async def _withdraw(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(await answered(self._trading.withdraw(_identifier(request, _ORDER_ID))))

    async def _accept(self, request: web.Request) -> web.Response:
        return await self._decide(request, accepted=True)

    async def _reject(self, request: web.Request) -> web.Response:
        return await self._decide(request, accepted=False)

    async def _decide(self, request: web.Request, *, accepted: bool) -> web.Response:
        refuse_query(request)
        identifier = _identifier(request, _SUGGESTION_ID)
        return web.json_response(await answered(self._trading.decide(identifier, accepted=accepted)))

    async def _market(self, request: web.Request) -> web.Response:
        first, last = _period(request)
        return web.json_response({"slots": list(await self._trading.market(first, last))})

    def _slot(self, body: dict[str, Any]) -> int:
        if "slot" in body:
            return int(body["slot"])
        if "start" not in body:
            raise invalid("Say which slot, or when it starts.", "slot")
        if body["start"] % self._grid.seconds:
            raise invalid(
                f"start ({body['start']}) is no start of a slot of {self._grid.seconds} s.", "start"
            )
        return self._grid.slot_at(body["start"])


def _period(request: web.Request) -> tuple[int | None, int | None]:
    period = read_query(request, _PERIOD)
    first, last = period["from"], period["to"]
    if first is not None and last is not None and first > last:
        raise invalid(f"from ({first}) is after to ({last}).", "from")
    return first, last


def _identifier(request: web.Request, pattern: re.Pattern[str]) -> str:
    identifier = request.match_info["id"]
    if not pattern.fullmatch(identifier):
        raise Problem(404, "not-found", "Not found", "There is none of this id.")
    return identifier
