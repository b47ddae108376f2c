"""Forecast, plan, tariff and what people announce (docs/api.md, The forecast, the plan and the market)."""

import re
from collections.abc import Awaitable
from itertools import pairwise
from typing import Any

import voluptuous as vol
from aiohttp import web

from dems_node.https.bodies import read_body, read_query, refuse_query, text, whole_number
from dems_node.https.problems import Problem, invalid
from dems_protocol.slots import SlotGrid
from openems_bridge.api.ports import Foresight
from openems_bridge.foresight.announcements import PromisedSun
from openems_bridge.foresight.tariff import LARGEST_PRICE, MOST_PERIODS, PricePeriod, PriceSeries, Tariff
from openems_bridge.refusal import Refused

LATEST_MOMENT = 2**40
STRONGEST_LOAD = 1_000_000
LONGEST_PERIOD_SECONDS = 86_400
LONGEST_SUN_SECONDS = 3600
_PRICE = whole_number(-LARGEST_PRICE, LARGEST_PRICE)
_MOMENT = whole_number(0, LATEST_MOMENT)
_SLOT = vol.All(
    vol.Match(r"^[0-9]{1,15}$", msg="expected a slot, a whole number"),
    vol.Coerce(int),
    whole_number(0, 2**53),
)
_PERIOD_QUERY = vol.Schema(
    {
        vol.Optional("from", default=None): vol.Maybe(_SLOT),
        vol.Optional("to", default=None): vol.Maybe(_SLOT),
    }
)
_ID = re.compile(r"[0-9a-f]{16}")


def _currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        raise vol.Invalid("expected a currency of three capital letters, such as EUR")
    return value


_PRICE_PERIOD = vol.Schema(
    {vol.Required("from"): _MOMENT, vol.Required("to"): _MOMENT, vol.Required("price"): _PRICE}
)


def _prices(value: Any) -> PriceSeries:
    if not isinstance(value, list):
        return PriceSeries(fixed=_PRICE(value))
    if not 1 <= len(value) <= MOST_PERIODS:
        raise vol.Invalid(f"expected 1 to {MOST_PERIODS} periods, found {len(value)}")
    periods = []
    for index, entry in enumerate(value):
        try:
            fields = _PRICE_PERIOD(entry)
        except vol.MultipleInvalid as error:
            error.prepend([index])
            raise
        if not 0 < fields["to"] - fields["from"] <= LONGEST_PERIOD_SECONDS:
            raise vol.Invalid(
                f"expected from before to, at most {LONGEST_PERIOD_SECONDS} s", path=[index, "to"]
            )
        periods.append(PricePeriod(fields["from"], fields["to"], fields["price"]))
    periods.sort()
    for before, after in pairwise(periods):
        if before.end > after.start:
            raise vol.Invalid(f"two periods overlap at {after.start}")
    return PriceSeries(periods=tuple(periods))


_TARIFF = vol.Schema(
    {
        vol.Optional("currency"): _currency,
        vol.Required("import"): _prices,
        vol.Required("export"): _prices,
    }
)
_SUN_PERIOD = vol.Schema(
    {
        vol.Required("from"): _MOMENT,
        vol.Required("to"): _MOMENT,
        vol.Required("energy"): whole_number(0, STRONGEST_LOAD),
    }
)


def _sun(value: Any) -> list[PromisedSun]:
    if not isinstance(value, list) or len(value) > MOST_PERIODS:
        raise vol.Invalid(f"expected a list of at most {MOST_PERIODS} periods")
    found = []
    for index, entry in enumerate(value):
        try:
            fields = _SUN_PERIOD(entry)
        except vol.MultipleInvalid as error:
            error.prepend([index])
            raise
        if not 0 < fields["to"] - fields["from"] <= LONGEST_SUN_SECONDS:
            raise vol.Invalid(f"expected from before to, at most {LONGEST_SUN_SECONDS} s", path=[index, "to"])
        found.append(PromisedSun(fields["from"], fields["to"], fields["energy"]))
    return sorted(found, key=lambda promise: promise.start)


_SOLAR_FORECAST = vol.Schema({vol.Required("slots"): _sun})
_LOAD = vol.Schema(
    {
        vol.Required("power"): whole_number(1, STRONGEST_LOAD),
        vol.Required("energy"): whole_number(1, STRONGEST_LOAD),
        vol.Required("from"): _MOMENT,
        vol.Required("to"): _MOMENT,
        vol.Optional("name", default=""): text(100),
    }
)
_HOLD = vol.Schema(
    {
        vol.Required("from"): _MOMENT,
        vol.Required("to"): _MOMENT,
        vol.Optional("reason", default=""): text(200),
    }
)


class ForesightRoutes:
    """``/v1/forecast``, ``/v1/plan``, ``/v1/tariff``, ``/v1/solar-forecast``, ``/v1/loads`` and ``/v1/holds``."""

    def __init__(self, foresight: Foresight, grid: SlotGrid) -> None:
        self._foresight = foresight
        self._grid = grid

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/v1/forecast", self._forecast),
            web.get("/v1/plan", self._plan),
            web.put("/v1/tariff", self._set_tariff),
            web.put("/v1/solar-forecast", self._keep_solar_forecast),
            web.post("/v1/loads", self._announce_load),
            web.delete("/v1/loads/{id}", self._forget_load),
            web.post("/v1/holds", self._hold),
            web.delete("/v1/holds/{id}", self._release_hold),
        ]

    async def _forecast(self, request: web.Request) -> web.Response:
        period = read_query(request, _PERIOD_QUERY)
        first, last = period["from"], period["to"]
        if first is not None and last is not None and first > last:
            raise invalid(f"from ({first}) is after to ({last}).", "from")
        try:
            slots = self._foresight.forecast(first, last)
        except Refused as refused:
            raise problem_of_refusal(refused) from None
        return web.json_response({"slot_seconds": self._grid.seconds, "slots": list(slots)})

    async def _plan(self, request: web.Request) -> web.Response:
        refuse_query(request)
        try:
            return web.json_response(self._foresight.plan())
        except Refused as refused:
            raise problem_of_refusal(refused) from None

    async def _set_tariff(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _TARIFF)
        tariff = Tariff(currency=body.get("currency", "EUR"), imports=body["import"], exports=body["export"])
        return web.json_response({"until": await self._foresight.set_tariff(tariff)})

    async def _keep_solar_forecast(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _SOLAR_FORECAST)
        return web.json_response({"accepted": await self._foresight.keep_solar_forecast(body["slots"])})

    async def _announce_load(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _LOAD)
        _require_window(body)
        placed = await answered(
            self._foresight.announce_load(
                body["name"], body["power"], body["energy"], body["from"], body["to"]
            )
        )
        return web.json_response(placed, status=201)

    async def _hold(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _HOLD)
        _require_window(body)
        held = await answered(self._foresight.hold(body["from"], body["to"], body["reason"]))
        return web.json_response(held, status=201)

    async def _forget_load(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return _gone(await self._foresight.forget_load(_identifier(request)))

    async def _release_hold(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return _gone(await self._foresight.release_hold(_identifier(request)))


async def answered[T](work: Awaitable[T]) -> T:
    """Return what the work returns. Raises Problem (409) where it was refused."""
    try:
        return await work
    except Refused as refused:
        raise problem_of_refusal(refused) from None


def problem_of_refusal(refused: Refused) -> Problem:
    """Return a refusal as a problem document."""
    return Problem(409, "refused", "Refused", str(refused), code=refused.code, params=refused.params)


def _require_window(body: dict[str, Any]) -> None:
    if body["from"] >= body["to"]:
        raise invalid(f"from ({body['from']}) is not before to ({body['to']}).", "from")


def _identifier(request: web.Request) -> str:
    identifier = request.match_info["id"]
    if not _ID.fullmatch(identifier):
        raise _not_found()
    return identifier


def _gone(found: bool) -> web.Response:
    if not found:
        raise _not_found()
    return web.Response(status=204)


def _not_found() -> Problem:
    return Problem(404, "not-found", "Not found", "There is none of this id, or its time is over.")
