"""Who may ask: nothing but the public paths goes without a paired client's token."""

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from dems_node.https.problems import Problem
from openems_bridge.api.clients import Clients
from openems_bridge.store.clients import Client

PUBLIC_PATHS = frozenset({"/health", "/v1/info", "/v1/pairing/start", "/v1/pairing/finish"})
CLIENT: web.RequestKey[Client] = web.RequestKey("client", Client)


def token_middleware(clients: Clients) -> Middleware:
    """Return the middleware that lets only paired clients pass."""

    @web.middleware
    async def check_token(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in PUBLIC_PATHS:
            client = _client_of(request, clients)
            await clients.seen(client)
            request[CLIENT] = client
        return await handler(request)

    return check_token


def _client_of(request: web.Request, clients: Clients) -> Client:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    client = clients.recognise(token.strip()) if scheme.lower() == "bearer" else None
    if client is None:
        raise Problem(
            401, "unauthorised", "Not paired", "Pair first, then send Authorization: Bearer <token>."
        )
    return client
