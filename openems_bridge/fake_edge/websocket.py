"""Controller.Api.Websocket: JSON-RPC on any path of one port, as facts/openems.md tells from the Edge's source."""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from openems_bridge.fake_edge.cycle import EdgeCore
from openems_bridge.fake_edge.faults import Freeze
from openems_bridge.fake_edge.jsonrpc import (
    Code,
    EdgeMethods,
    RpcError,
    member,
    require,
    success,
    text,
    valid_id,
)
from openems_bridge.fake_edge.users import Role, User, authenticate

_LOG = logging.getLogger(__name__)
EDGE_ID = "0"
_SEND_TIMEOUT = 5.0
_CLOSE_TIMEOUT = 1.0


class Session:
    """One websocket client: who it is and what it subscribed to."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.user: User | None = None
        self.token: str | None = None
        self.count: int | None = None
        self.channels: tuple[str, ...] = ()

    def subscribe(self, count: int, channels: tuple[str, ...]) -> None:
        """Replace the subscription if ``count`` grew; a stale count changes nothing and is no error."""
        if self.count is None or count > self.count:
            self.count, self.channels = count, channels

    async def send(self, message: dict[str, Any]) -> None:
        """Send one message; a client that is gone or does not read is dropped."""
        try:
            async with asyncio.timeout(_SEND_TIMEOUT):
                await self.socket.send_json(message)
        except ConnectionError, TimeoutError, RuntimeError:
            await self.socket.close()


class WebsocketApi:
    """The websocket server's behaviour; ``handle`` is its only route."""

    def __init__(self, core: EdgeCore, controller_id: str = "ctrlApiWebsocket0") -> None:
        self._core = core
        self._methods = EdgeMethods(core, controller_id)
        self._sessions: set[Session] = set()
        self._tokens: dict[str, User] = {}

    @property
    def clients(self) -> int:
        """How many sockets are open."""
        return len(self._sessions)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one client until it leaves."""
        socket = web.WebSocketResponse(max_msg_size=1 << 20, timeout=_CLOSE_TIMEOUT)
        await socket.prepare(request)
        session = Session(socket)
        self._sessions.add(session)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(session, message.data)
        finally:
            self._sessions.discard(session)
        return socket

    async def publish_values(self) -> None:
        """Send every subscriber all of its values, as after each cycle."""
        if self._core.faults.freeze is Freeze.SILENT:
            return
        await asyncio.gather(
            *(self._send_values(session) for session in list(self._sessions) if session.channels)
        )

    async def publish_configuration(self) -> None:
        """Send the whole configuration to all sockets, as after a change."""
        params = self._core.configuration.document()
        await asyncio.gather(
            *(session.send(_wrapped("edgeConfig", params)) for session in list(self._sessions))
        )

    def forget_logins(self) -> None:
        """Forget every token, as a restart does."""
        self._tokens.clear()

    async def _send_values(self, session: Session) -> None:
        values = {channel: _sendable(self._core.value(channel)) for channel in session.channels}
        await session.send(_wrapped("currentData", values))

    async def _receive(self, session: Session, data: str) -> None:
        try:
            request = json.loads(data)
        except ValueError:
            request = None
        if (
            not isinstance(request, dict)
            or not valid_id(request.get("id"))
            or not isinstance(request.get("method"), str)
            or not isinstance(request.get("params"), dict)
        ):
            # The Edge logs it and answers nothing.
            _LOG.warning("not a JSON-RPC request, no reply: %.200s", data)
            return
        if self._core.faults.delay:
            await asyncio.sleep(self._core.faults.delay)
        try:
            result = await self._call(session, request["method"], request["params"])
            await session.send(success(request["id"], result))
        except RpcError as error:
            await session.send(error.document(request["id"]))

    async def _call(self, session: Session, method: str, params: dict[str, Any]) -> dict[str, Any]:
        methods: dict[str, Callable[[Session, dict[str, Any]], Awaitable[dict[str, Any]]]] = {
            "authenticateWithPassword": self._with_password,
            "authenticateWithToken": self._with_token,
            "logout": self._logout,
            "getEdges": self._edges,
            "getEdge": self._edge,
            "edgeRpc": self._edge_rpc,
        }
        handler = methods.get(method)
        if handler is None:
            raise RpcError(Code.GENERIC, f'Endpoint with method "{method}" is not defined!')
        return await handler(session, params)

    async def _with_password(self, session: Session, params: dict[str, Any]) -> dict[str, Any]:
        user = authenticate(text(params, "password"))
        if user is None:
            raise RpcError(Code.AUTHENTICATION_FAILED, "Authentication failed")
        token = str(uuid.uuid4())
        self._tokens[token] = user
        return self._logged_in(session, user, token)

    async def _with_token(self, session: Session, params: dict[str, Any]) -> dict[str, Any]:
        token = text(params, "token")
        user = self._tokens.get(token)
        if user is None:
            raise RpcError(Code.AUTHENTICATION_FAILED, "Authentication failed")
        return self._logged_in(session, user, token)

    @staticmethod
    def _logged_in(session: Session, user: User, token: str) -> dict[str, Any]:
        session.user, session.token = user, token
        document = {
            "id": user.id,
            "name": user.name,
            "hasMultipleEdges": False,
            "settings": {},
            "globalRole": user.role.name.lower(),
        }
        return {"token": token, "user": document, "edges": []}

    async def _logout(self, session: Session, _params: dict[str, Any]) -> dict[str, Any]:
        require(session.user, Role.GUEST, "logout")
        self._tokens.pop(session.token or "", None)
        session.user = session.token = None
        session.channels = ()
        return {}

    async def _edges(self, session: Session, _params: dict[str, Any]) -> dict[str, Any]:
        require(session.user, Role.GUEST, "getEdges")
        return {"edges": [_edge_document(session.user)]}

    async def _edge(self, session: Session, _params: dict[str, Any]) -> dict[str, Any]:
        require(session.user, Role.GUEST, "getEdge")
        return {"edge": _edge_document(session.user)}

    async def _edge_rpc(self, session: Session, params: dict[str, Any]) -> dict[str, Any]:
        member(params, "edgeId")
        payload = params.get("payload")
        if (
            not isinstance(payload, dict)
            or not valid_id(payload.get("id"))
            or not isinstance(payload.get("method"), str)
            or not isinstance(payload.get("params"), dict)
        ):
            raise RpcError(Code.GENERIC, "No response")
        if payload["method"] == "subscribeChannels":
            result = _subscribe(session, payload["params"])
        else:
            result = self._methods.call(session.user, payload["method"], payload["params"])
        return {"payload": success(payload["id"], result)}


def _subscribe(session: Session, params: dict[str, Any]) -> dict[str, Any]:
    count, channels = member(params, "count"), member(params, "channels")
    if isinstance(count, bool) or not isinstance(count, int):
        raise RpcError(Code.INVALID_MESSAGE, f"JSON member [count] is not an Integer: {count}")
    if not isinstance(channels, list):
        raise RpcError(Code.INVALID_MESSAGE, "JSON member [channels] is not a JsonArray")
    for channel in channels:
        if not isinstance(channel, str) or channel.count("/") != 1:
            raise RpcError(Code.BAD_ADDRESS, f"This [{channel}] is not a valid channel address", str(channel))
    session.subscribe(count, tuple(channels))
    return {}


def _wrapped(method: str, params: dict[str, Any]) -> dict[str, Any]:
    payload = {"jsonrpc": "2.0", "method": method, "params": params}
    return {"jsonrpc": "2.0", "method": "edgeRpc", "params": {"edgeId": EDGE_ID, "payload": payload}}


def _sendable(value: object) -> object:
    return int(value) if isinstance(value, bool) else value


def _edge_document(user: User | None) -> dict[str, Any]:
    role = user.role.name.lower() if user else "guest"
    return {
        "id": EDGE_ID,
        "comment": "",
        "producttype": "",
        "version": "2026.5.0",
        "role": role,
        "isOnline": True,
    }
