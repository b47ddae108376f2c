"""Controller.Api.Rest: channels by regular expression, set-points, JSON-RPC; behind Basic authentication."""

import asyncio
import base64
import binascii
import json
import re
import uuid
from typing import Any

from aiohttp import web

from openems_bridge.fake_edge.channels import Channel, Value
from openems_bridge.fake_edge.cycle import EdgeCore
from openems_bridge.fake_edge.jsonrpc import EdgeMethods, RpcError
from openems_bridge.fake_edge.users import Role, User, authenticate

_PREFIX = "/rest/channel/"


class Refused(Exception):
    """What Jetty turns into a page with status 500."""


class RestApi:
    """One REST controller. ``handle`` takes every path."""

    def __init__(self, core: EdgeCore, controller_id: str, *, read_only: bool = False) -> None:
        self._core = core
        self._controller = controller_id
        self._read_only = read_only
        self._methods = EdgeMethods(core, controller_id)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if self._core.faults.delay:
            await asyncio.sleep(self._core.faults.delay)
        try:
            return await self._answer(request)
        except Refused as error:
            return _jetty_page(request, str(error))

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        user = _user(request)
        if request.path == "/jsonrpc":
            return await self._jsonrpc(request, user)
        if request.path.startswith(_PREFIX):
            component, _, channel = request.path.removeprefix(_PREFIX).partition("/")
            if request.method == "GET":
                return self._read(component, channel)
            if request.method == "POST":
                return await self._write(request, user, component, channel)
        return web.Response(status=404)

    def _read(self, component_pattern: str, channel_pattern: str) -> web.Response:
        try:
            component_regex, channel_regex = re.compile(component_pattern), re.compile(channel_pattern)
        except re.error as error:
            return web.json_response({"error": f"Bad regular expression: {error}"}, status=400)
        found = [
            _document(
                f"{component.id}/{channel.id}", channel, self._core.value(f"{component.id}/{channel.id}")
            )
            for component in self._core.configuration.components.values()
            if component_regex.fullmatch(component.id)
            for channel in component.channels
            if channel_regex.fullmatch(channel.id)
        ]
        if not found:
            return web.Response(status=404)
        return web.json_response(found[0] if len(found) == 1 else found)

    async def _write(
        self, request: web.BaseRequest, user: User, component_id: str, channel_id: str
    ) -> web.Response:
        self._guard(user)
        body = await _json(request)
        if "value" not in body:
            raise Refused("JSON has no member [value]")
        try:
            channel = self._core.channel(component_id, channel_id)
        except LookupError:
            raise Refused(f"Channel [{component_id}/{channel_id}] is not defined.") from None
        if not channel.writable:
            raise Refused(f"[{component_id}/{channel_id}] is not a Write Channel")
        self._core.write(self._controller, f"{component_id}/{channel_id}", body["value"])
        return web.json_response({})

    async def _jsonrpc(self, request: web.BaseRequest, user: User) -> web.Response:
        self._guard(user)
        if request.method != "POST":
            return web.Response(status=404)
        message = await _json(request)
        request_id = str(message.get("id", uuid.uuid4()))
        method, params = message.get("method"), message.get("params")
        if not isinstance(method, str) or not isinstance(params, dict):
            raise Refused("JSON-RPC needs method and params")
        try:
            result = self._methods.call(user, method, params)
        except RpcError as error:
            return web.json_response(error.document(request_id), status=400)
        return web.json_response({"jsonrpc": "2.0", "id": request_id, "result": result})

    def _guard(self, user: User) -> None:
        if self._read_only:
            raise Refused("REST-Api is in Read-Only mode")
        if user.role < Role.OWNER:
            raise Refused(f"Access denied for User [{user.id}] with Role [{user.role.name}]")


def _user(request: web.BaseRequest) -> User:
    scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
    try:
        _name, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except binascii.Error, UnicodeDecodeError:
        password = ""
    user = authenticate(password) if scheme.lower() == "basic" else None
    if user is None:
        raise Refused("Authentication failed")
    return user


async def _json(request: web.BaseRequest) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise Refused("The body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Refused("The body is not a JsonObject")
    return body


def _document(address: str, channel: Channel, value: Value) -> dict[str, Any]:
    result: dict[str, Any] = {
        "address": address,
        "type": channel.type.value,
        "accessMode": channel.access.value,
        "text": channel.text,
        "unit": channel.unit,
    }
    if channel.readable:
        result["value"] = int(value) if isinstance(value, bool) else value
    return result


def _jetty_page(request: web.BaseRequest, message: str) -> web.Response:
    """Return the page that Jetty makes of an exception: the reason is in it, the status is always 500."""
    page = (
        "<html>\n<head>\n<title>Error 500 Server Error</title>\n</head>\n<body>\n<h2>HTTP ERROR 500</h2>\n<table>\n"
        f"<tr><th>URI:</th><td>{_escaped(request.path)}</td></tr>\n<tr><th>STATUS:</th><td>500</td></tr>\n"
        f"<tr><th>MESSAGE:</th><td>{_escaped(message)}</td></tr>\n"
        "<tr><th>CAUSED BY:</th><td>io.openems.common.exceptions.OpenemsError$OpenemsNamedException: "
        f"{_escaped(message)}</td></tr>\n</table>\n</body>\n</html>\n"
    )
    return web.Response(status=500, text=page, content_type="text/html", charset="iso-8859-1")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
