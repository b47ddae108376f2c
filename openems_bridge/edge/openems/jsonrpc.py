"""OpenEMS' JSON-RPC over any text channel: ids, the edgeRpc envelope, errors, missing replies.

Source: facts/openems.md, "WebSocket JSON-RPC". Every request carries a UUID as its id: the Edge answers nothing at
all to any other. Errors of a call inside ``edgeRpc`` come back unwrapped, under the outer id.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from openems_bridge.edge.interface import EdgeError, EdgeUnreachable
from openems_bridge.edge.outage import EdgeWrongAnswer

_LOGGER = logging.getLogger(__name__)

type Json = dict[str, Any]

GENERIC = 1
NOT_AUTHENTICATED = 1001
ROLE_DENIED = 1002
AUTHENTICATION_FAILED = 1003

LOCAL_EDGE_ID = "0"


class RpcError(EdgeError):
    """The Edge answered a call with an error: its numeric ``code`` and its ``text``."""

    def __init__(self, method: str, code: int, text: str) -> None:
        super().__init__(f"The Edge refused {method}: {text} (code {code}).")
        self.method = method
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Notification:
    """A message of the Edge that answers nothing: ``currentData`` or ``edgeConfig``, out of its envelope."""

    method: str
    params: Json


class JsonRpcPeer:
    """Matches answers to requests. Owns the pending requests: each ends with a result, an error or its time-out."""

    def __init__(self, send: Callable[[str], Awaitable[None]], timeout: float) -> None:
        self._send = send
        self._timeout = timeout
        self._pending: dict[str, asyncio.Future[Json]] = {}
        self._failure: EdgeError | None = None

    async def call(self, method: str, params: Json) -> Json:
        """Return the result of a call.

        Raises RpcError, EdgeWrongAnswer, or EdgeUnreachable where the connection broke or nothing came in time.
        """
        return await self._exchange(method, _request(method, params))

    async def edge_call(self, method: str, params: Json) -> Json:
        """Return the result of a call that the Edge takes inside ``edgeRpc``. Raises as ``call`` does."""
        payload = _request(method, params)
        result = await self._exchange(
            method, _request("edgeRpc", {"edgeId": LOCAL_EDGE_ID, "payload": payload})
        )
        answer = result.get("payload")
        if not isinstance(answer, dict):
            raise EdgeWrongAnswer(f"The answer to {method} has no payload.")
        return _result(method, answer)

    def receive(self, text: str) -> Notification | None:
        """Take one message: answers go to who waits for them, notifications are returned.

        Raises EdgeWrongAnswer for anything that is not a JSON-RPC message.
        """
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise EdgeWrongAnswer("A message was not JSON: is this an OpenEMS websocket?") from error
        if not isinstance(message, dict):
            raise EdgeWrongAnswer("A message was not a JSON object: is this an OpenEMS websocket?")
        if isinstance(message.get("method"), str):
            return _notification(message)
        reply = self._pending.get(str(message.get("id")))
        if reply is None or reply.done():
            _LOGGER.debug("Answer to no pending request: %s", message.get("id"))
        else:
            reply.set_result(message)
        return None

    def fail(self, error: EdgeError) -> None:
        """End every pending and every later call with an error: the connection is gone."""
        self._failure = error
        for reply in self._pending.values():
            if not reply.done():
                reply.set_exception(error)

    async def _exchange(self, method: str, request: Json) -> Json:
        if self._failure is not None:
            raise self._failure
        reply = asyncio.get_running_loop().create_future()
        self._pending[request["id"]] = reply
        try:
            async with asyncio.timeout(self._timeout):
                await self._send(json.dumps(request))
                answer = await reply
        except TimeoutError as error:
            raise EdgeUnreachable(f"No reply to {method} within {self._timeout:g} s.") from error
        except OSError as error:
            raise EdgeUnreachable(f"The connection broke before {method} was sent.") from error
        finally:
            del self._pending[request["id"]]
        return _result(method, answer)


def _request(method: str, params: Json) -> Json:
    return {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": method, "params": params}


def _result(method: str, answer: Json) -> Json:
    error = answer.get("error")
    if error is not None:
        if not isinstance(error, dict):
            error = {"message": str(error)}
        code = error.get("code")
        raise RpcError(
            method, code if isinstance(code, int) else GENERIC, str(error.get("message", "no text"))
        )
    result = answer.get("result")
    if not isinstance(result, dict):
        raise EdgeWrongAnswer(f"The answer to {method} has no result.")
    return result


def _notification(message: Json) -> Notification | None:
    params = message.get("params")
    if not isinstance(params, dict):
        return None
    if message["method"] == "edgeRpc":
        payload = params.get("payload")
        return (
            _notification(payload)
            if isinstance(payload, dict) and isinstance(payload.get("method"), str)
            else None
        )
    return Notification(message["method"], params)
