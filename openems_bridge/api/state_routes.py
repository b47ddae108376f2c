"""The state document, diagnostics and metrics."""

from aiohttp import web

from dems_node.https.bodies import refuse_query
from openems_bridge.api.feed import StateFeed
from openems_bridge.api.metrics import METRICS_TYPE, metrics_text
from openems_bridge.api.ports import Diagnostics


class StateRoutes:
    """``/v1/state``, ``/v1/diagnostics`` and ``/metrics``."""

    def __init__(self, feed: StateFeed, diagnostics: Diagnostics) -> None:
        self._feed = feed
        self._diagnostics = diagnostics

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/v1/state", self._state),
            web.get("/v1/diagnostics", self._diagnostics_document),
            web.get("/metrics", self._metrics),
        ]

    async def _state(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(self._feed.state)

    async def _diagnostics_document(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(await self._diagnostics.document())

    async def _metrics(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = metrics_text(self._feed.state, self._feed.subscribers)
        return web.Response(body=body.encode(), headers={"Content-Type": METRICS_TYPE})
