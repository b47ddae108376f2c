"""Pairing over HTTP: start, finish, and a client's own goodbye."""

import logging

import voluptuous as vol
from aiohttp import web

from dems_node.https.bodies import hex_bytes, read_body, refuse_query, text
from openems_bridge.api.clients import Clients
from openems_bridge.api.feed import StateFeed
from openems_bridge.api.middleware import CLIENT
from openems_bridge.api.pairing import PairingDesk
from openems_bridge.api.public_routes import info_document
from openems_bridge.house_state import Identity

_LOGGER = logging.getLogger(__name__)
_START = vol.Schema(
    {vol.Required("client_nonce"): hex_bytes(32), vol.Required("name"): text(80, shortest=1)},
    extra=vol.PREVENT_EXTRA,
)
_FINISH = vol.Schema({vol.Required("pairing_id"): text(64, shortest=1), vol.Required("proof"): hex_bytes(32)})


class PairingRoutes:
    """``/v1/pairing``: see docs/api.md, Pairing."""

    def __init__(self, identity: Identity, desk: PairingDesk, clients: Clients, feed: StateFeed) -> None:
        self._identity = identity
        self._desk = desk
        self._clients = clients
        self._feed = feed

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/v1/pairing/start", self._start),
            web.post("/v1/pairing/finish", self._finish),
            web.delete("/v1/pairing", self._revoke),
        ]

    async def _start(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _START)
        started = self._desk.start(body["client_nonce"], body["name"], request.remote or "")
        return web.json_response(
            {
                "pairing_id": started.pairing_id,
                "server_nonce": started.server_nonce.hex(),
                "salt": started.salt.hex(),
            }
        )

    async def _finish(self, request: web.Request) -> web.Response:
        refuse_query(request)
        body = await read_body(request, _FINISH)
        proven = self._desk.finish(body["pairing_id"], body["proof"], request.remote or "")
        client, token = await self._clients.add(proven.name)
        _LOGGER.info("Paired with %r from %s (client %s)", client.name, request.remote, client.id)
        return web.json_response(
            {
                "token": token,
                "client_id": client.id,
                "proof": proven.proof.hex(),
                "bridge": info_document(self._identity, self._desk),
            },
            status=201,
        )

    async def _revoke(self, request: web.Request) -> web.Response:
        refuse_query(request)
        client = request[CLIENT]
        await self._clients.revoke(client.id)
        self._feed.close(client.id)
        _LOGGER.info("Client %s (%r) took its leave", client.id, client.name)
        return web.Response(status=204)
