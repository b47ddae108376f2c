"""The running slot over HTTP: what members would trade now, and what is expected of them all (docs/operator-api.md)."""

import voluptuous as vol
from aiohttp import web

from community.api.access import Gate
from community.api.market_routes import number_of, or_problem
from community.api.values import hex_of, whole
from community.market.live import LiveOrder, LivePrice
from community.market.live_desk import Batteries, LiveDesk
from community.market.outlook import CommunityOutlook, NetBand
from dems_node.https.bodies import read_body, refuse_query
from dems_node.https.problems import Problem
from dems_node.json_types import Json
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import ORDERS_A_METER
from dems_protocol.market.terms import LARGEST_PRICE

_LARGEST_ENERGY = 2**32 - 1
_WISH = vol.Schema(
    {
        vol.Required("meter"): hex_of(32),
        vol.Required("net"): whole(-_LARGEST_ENERGY, _LARGEST_ENERGY),
        vol.Required("stored"): vol.Any(None, whole(0, _LARGEST_ENERGY)),
        vol.Required("orders"): vol.All(
            [
                {
                    vol.Required("side"): whole(0, 1),
                    vol.Required("quantity"): whole(1, _LARGEST_ENERGY),
                    vol.Required("limit"): whole(-LARGEST_PRICE, LARGEST_PRICE),
                }
            ],
            vol.Length(max=ORDERS_A_METER),
        ),
    }
)


class LiveRoutes:
    """``/v1/live`` and ``/v1/outlook``."""

    def __init__(self, desk: LiveDesk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.put("/v1/live/{slot}", self._wish), web.get("/v1/outlook", self._outlook)]

    async def _wish(self, request: web.Request) -> web.Response:
        refuse_query(request)
        household = await self._gate.member(request)
        slot = number_of(request, "slot")
        fields = await read_body(request, _WISH)
        orders = tuple(
            LiveOrder(OrderSide(order["side"]), order["quantity"], order["limit"])
            for order in fields["orders"]
        )
        found = await self._desk.tell(
            slot, household, fields["meter"], net=fields["net"], stored=fields["stored"], orders=orders
        )
        return web.json_response(live_document(or_problem(found)))

    async def _outlook(self, request: web.Request) -> web.Response:
        refuse_query(request)
        await self._gate.member(request)
        found = await self._desk.outlook()
        if found is None:
            raise Problem(404, "not-found", "No outlook", "Too few members or days are known.")
        return web.json_response(outlook_document(*found))


def live_document(found: LivePrice | None) -> dict[str, Json]:
    """Return what came of the running slot as it travels; null before the first clearing."""
    names = ("at", "meters", "price", "bid_ratio", "offer_ratio")
    return {name: None if found is None else getattr(found, name) for name in names}


def outlook_document(found: CommunityOutlook, batteries: Batteries) -> dict[str, Json]:
    """Return what is expected of the community as it travels."""
    return {
        "from": found.first_slot,
        "capacity": batteries.capacity,
        "power": batteries.power,
        "stored": found.stored,
        "owners": _band_document(found.owners),
        "others": _band_document(found.others),
    }


def _band_document(band: NetBand) -> dict[str, Json]:
    return {"expected": list(band.expected), "low": list(band.low), "high": list(band.high)}
