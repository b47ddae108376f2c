"""What every request passes: errors become problem documents that tell no internals."""

import logging
import secrets

from aiohttp import web
from aiohttp.typedefs import Handler

from dems_node.database.errors import DiskFull, StoreError
from dems_node.https.problems import MEDIA_TYPE, Problem

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
        return problem_response(
            Problem(413, "too-large", "Body too large", f"A body has at most {_limit(request)}.")
        )
    except web.HTTPException as error:
        return _http_error(error)
    except ConnectionError:
        raise
    except DiskFull as error:
        _LOGGER.warning("%s %s was not done: %s", request.method, request.path, error)
        return problem_response(
            Problem(
                507, "disk-full", "Disk full", "Free some space on the disk of this machine, then try again."
            )
        )
    except StoreError as error:
        _LOGGER.warning("%s %s was not done: %s", request.method, request.path, error)
        return problem_response(
            Problem(503, "store-failed", "The store failed", "Try again; the log says more.")
        )
    except Exception:
        incident = secrets.token_hex(4)
        _LOGGER.exception("Unexpected error %s while answering %s %s", incident, request.method, request.path)
        return problem_response(
            Problem(500, "internal", "Internal error", f"The log says more under {incident}.")
        )


def _http_error(error: web.HTTPException) -> web.Response:
    if error.status == 404:
        problem = Problem(404, "not-found", "Not found", "There is nothing under this path.")
    elif isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        problem = Problem(405, "method-not-allowed", "Method not allowed", f"Allowed here: {allowed}.")
    else:
        problem = Problem(error.status, "http", error.reason, "The request is not valid HTTP for this path.")
    response = problem_response(problem)
    if allow := error.headers.get("Allow"):
        response.headers["Allow"] = allow
    return response


def _limit(request: web.Request) -> str:
    return f"{request.client_max_size // 1024} KiB"
