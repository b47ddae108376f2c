"""The Unix socket in the data folder, for the command line on the same machine only."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from dems_node.https.bodies import refuse_query
from dems_node.https.middleware import problems_middleware
from dems_node.https.problems import Problem
from openems_bridge.api.clients import Clients
from openems_bridge.api.feed import StateFeed
from openems_bridge.api.pairing import CODE_SECONDS, PairingDesk, prepare_code
from openems_bridge.house_state import Identity

SOCKET_FILE = "control.sock"
LONGEST_PATH = 107
"""Bytes that the kernel takes for the path of a Unix socket."""


class ControlServer:
    """Opens pairing codes, lists and revokes clients, serves the ledger's calls. Who may use it is decided by the file's mode (0600)."""

    def __init__(
        self,
        data_dir: Path,
        identity: Identity,
        desk: PairingDesk,
        clients: Clients,
        feed: StateFeed,
        port: int,
        ledger: Sequence[web.RouteDef] = (),
    ) -> None:
        """``ledger`` are the routes of the API that the command line uses too."""
        self._port = port
        self._path = data_dir / SOCKET_FILE
        self._identity = identity
        self._desk = desk
        self._clients = clients
        self._feed = feed
        application = web.Application(middlewares=[problems_middleware])
        application.add_routes(
            [
                web.post("/pairing", self._open_code),
                web.get("/clients", self._list),
                web.delete("/clients/{id}", self._revoke),
                *ledger,
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)

    async def start(self) -> None:
        """Listen. The data folder's lock is held, so a socket file that is there is a dead one's."""
        self._path.unlink(missing_ok=True)
        await self._runner.setup()
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Between bind and chmod nobody can connect yet: listen comes with the site.
        listening.bind(str(self._path))
        self._path.chmod(0o600)
        await web.SockSite(self._runner, listening).start()

    async def close(self) -> None:
        """Stop listening and remove the file."""
        await self._runner.cleanup()
        self._path.unlink(missing_ok=True)

    async def _open_code(self, request: web.Request) -> web.Response:
        refuse_query(request)
        prepared = await asyncio.to_thread(prepare_code)
        self._desk.open(prepared)
        return web.json_response(
            {
                "code": prepared.code,
                "valid_seconds": CODE_SECONDS,
                "id": self._identity.id,
                "name": self._identity.name,
                "port": self._port,
                "fingerprint": self._identity.fingerprint.hex(),
            },
            status=201,
        )

    async def _list(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(
            {
                "clients": [
                    {
                        "id": client.id,
                        "name": client.name,
                        "created_at": client.created_at,
                        "last_seen_at": client.last_seen_at,
                    }
                    for client in self._clients.listed()
                ]
            }
        )

    async def _revoke(self, request: web.Request) -> web.Response:
        refuse_query(request)
        client_id = request.match_info["id"]
        if not await self._clients.revoke(client_id):
            raise Problem(404, "no-such-client", "No such client", f"No client has the id {client_id!r}.")
        self._feed.close(client_id)
        return web.Response(status=204)
