"""What every request passes: errors become problem documents, and nothing but the public paths goes without a token."""

import logging
import secrets

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from openems_bridge.api.clients import Clients
from openems_bridge.api.problems import MEDIA_TYPE, Problem
from openems_bridge.store.clients import Client
from openems_bridge.store.errors import DiskFull, StoreError

PUBLIC_PATHS = frozenset({"/health", "/v1/info", "/v1/pairing/start", "/v1/pairing/finish"})
CLIENT: web.RequestKey[Client] = web.RequestKey("client", Client)
_LOGGER = logging.getLogger(__name__)


def problem_response(problem: Problem) -> web.Response:
    """Return a problem as an HTTP response."""
    headers = {"WWW-Authenticate": 'Bearer realm="dems"'} if problem.status == 401 else None
    response = web.json_response(problem.document(), status=problem.status, headers=headers)
    response.content_type = MEDIA_TYPE
    return response


@web.middleware
async def problems_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong into a problem document that tells no internals."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_response(problem)
    except web.HTTPRequestEntityTooLarge:
        return problem_response(Problem(413, "too-large", "Body too large", "A body has at most 256 KiB."))
    except web.HTTPException as error:
        return _http_error(error)
    except ConnectionError:
        raise
    except DiskFull as error:
        _LOGGER.warning("%s %s was not done: %s", request.method, request.path, error)
        return problem_response(
            Problem(507, "disk-full", "Disk full", "Free some space on the bridge's disk, then try again.")
        )
    except StoreError as error:
        _LOGGER.warning("%s %s was not done: %s", request.method, request.path, error)
        return problem_response(
            Problem(503, "store-failed", "The store failed", "Try again; the bridge's log says more.")
        )
    except Exception:
        incident = secrets.token_hex(4)
        _LOGGER.exception("Unexpected error %s while answering %s %s", incident, request.method, request.path)
        return problem_response(
            Problem(500, "internal", "Internal error", f"The bridge's log says more under {incident}.")
        )


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


def _http_error(error: web.HTTPException) -> web.Response:
    if error.status == 404:
        problem = Problem(404, "not-found", "Not found", "The bridge has nothing under this path.")
    elif isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        problem = Problem(405, "method-not-allowed", "Method not allowed", f"Allowed here: {allowed}.")
    else:
        problem = Problem(error.status, "http", error.reason, "The request is not valid HTTP for this path.")
    response = problem_response(problem)
    if allow := error.headers.get("Allow"):
        response.headers["Allow"] = allow
    return response
