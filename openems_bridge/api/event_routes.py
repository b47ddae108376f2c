"""Which events a client has: it says so before it acts on them, so that it acts on none of them twice."""

import voluptuous as vol
from aiohttp import web

from dems_node.https.bodies import read_body, refuse_query, whole_number
from dems_node.https.problems import Problem
from openems_bridge.api.clients import Clients
from openems_bridge.api.feed import StateFeed
from openems_bridge.api.middleware import CLIENT

_ACKNOWLEDGED = vol.Schema({vol.Required("id"): whole_number(0, 2**53)})


class EventRoutes:
    """``/v1/events/acknowledged``."""

    def __init__(self, clients: Clients, feed: StateFeed) -> None:
        self._clients = clients
        self._feed = feed

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/v1/events/acknowledged", self._read),
            web.put("/v1/events/acknowledged", self._acknowledge),
        ]

    async def _read(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response({"id": request[CLIENT].acknowledged_event})

    async def _acknowledge(self, request: web.Request) -> web.Response:
        refuse_query(request)
        event_id: int = (await read_body(request, _ACKNOWLEDGED))["id"]
        newest = self._feed.last_event_id
        if event_id > newest:
            detail = f"There is no event {event_id} yet: the newest is {newest}."
            raise Problem(422, "out-of-range", "No such event", detail, params={"key": "id"})
        await self._clients.acknowledge(request[CLIENT].id, event_id)
        return web.Response(status=204)
