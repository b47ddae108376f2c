"""What is served without a token: health and who the bridge is."""

from aiohttp import web

from dems_node.https.bodies import refuse_query
from dems_node.json_types import Json
from openems_bridge.api.pairing import PairingDesk
from openems_bridge.api.ports import Diagnostics
from openems_bridge.house_state import Identity

API_VERSION = 1
OLDEST_API_VERSION = 1


def info_document(identity: Identity, desk: PairingDesk) -> dict[str, Json]:
    """Return who the bridge is, as ``GET /v1/info`` says it."""
    return {
        "id": identity.id,
        "name": identity.name,
        "version": identity.version,
        "api": {"current": API_VERSION, "oldest": OLDEST_API_VERSION},
        "fingerprint": identity.fingerprint.hex(),
        "pairing": desk.is_open,
    }


class PublicRoutes:
    """``/health`` and ``/v1/info``."""

    def __init__(self, identity: Identity, desk: PairingDesk, diagnostics: Diagnostics) -> None:
        self._identity = identity
        self._desk = desk
        self._diagnostics = diagnostics

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/health", self._health), web.get("/v1/info", self._info)]

    async def _health(self, request: web.Request) -> web.Response:
        refuse_query(request)
        if self._diagnostics.healthy:
            return web.json_response({"status": "ok"})
        return web.json_response({"status": "degraded"}, status=503)

    async def _info(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(info_document(self._identity, self._desk))
