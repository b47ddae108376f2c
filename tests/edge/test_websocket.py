"""The websocket adapter against servers that answer as no fake Edge does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from dems_node.clock import SystemClock
from dems_node.secret import Secret
from openems_bridge.edge.interface import Connected, Cycle, Lost
from openems_bridge.edge.openems import OpenEmsEdge, OpenEmsOptions
from openems_bridge.edge.openems.websocket import WAITING_NOTIFICATIONS

from . import documents
from .documents import document
from .following import following, quick_backoff

LOGIN = {"token": "t", "user": {"id": "owner", "name": "Owner", "globalRole": "owner"}, "edges": []}

type Answer = Callable[[web.WebSocketResponse, dict[str, Any]], Awaitable[None]]


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[OpenEmsEdge]:
    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await answer(socket, message.json())
        return socket

    async def plain(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", handle)
    app.router.add_get("/plain", plain)
    running = TestServer(app)
    await running.start_server()
    options = OpenEmsOptions(
        host="127.0.0.1",
        username="owner",
        password=Secret("geheim"),
        websocket_port=running.port or 0,
        request_timeout=0.3,
        silence_timeout=0.5,
    )
    try:
        yield OpenEmsEdge(options, SystemClock(), backoff=quick_backoff())
    finally:
        await running.close()


async def reply(socket: web.WebSocketResponse, request: dict[str, Any], **body: Any) -> None:
    await socket.send_json({"jsonrpc": "2.0", "id": request["id"], **body})


async def push(socket: web.WebSocketResponse, method: str, params: dict[str, Any]) -> None:
    payload = {"jsonrpc": "2.0", "method": method, "params": params}
    envelope = {"jsonrpc": "2.0", "method": "edgeRpc", "params": {"edgeId": "0", "payload": payload}}
    await socket.send_json(envelope)


async def first_problem(answer: Answer) -> Lost:
    async with server(answer) as edge, following(edge) as follower:
        return await follower.lost()


async def test_no_reply_at_all() -> None:
    async def nothing(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        return

    lost = await first_problem(nothing)
    assert lost.problem == "unreachable"
    assert "No reply to authenticateWithPassword within 0.3 s" in lost.detail


async def test_another_program_answers() -> None:
    async def chat(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        await socket.send_str("welcome!")

    lost = await first_problem(chat)
    assert lost.problem == "wrong_answer"
    assert "not JSON" in lost.detail


async def test_a_role_that_may_not_read_the_configuration() -> None:
    async def refuse(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        if request["method"] == "authenticateWithPassword":
            assert request["params"] == {"username": "owner", "password": "geheim"}
            await reply(socket, request, result=LOGIN)
        else:
            await reply(socket, request, error={"code": 1002, "message": "Role denied", "data": []})

    lost = await first_problem(refuse)
    assert lost.problem == "login_refused"
    assert "owner's password" in lost.detail


async def test_a_guarded_call_without_login_is_not_taken_for_a_login_problem() -> None:
    async def refuse(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        if request["method"] == "authenticateWithPassword":
            await reply(socket, request, result=LOGIN)
        else:
            message = 'Cannot invoke "User.getRole()" because "user" is null'
            await reply(socket, request, error={"code": 1, "message": message, "data": []})

    lost = await first_problem(refuse)
    assert lost.problem == "unreachable"
    assert "code 1" in lost.detail


async def test_a_connection_that_closes_during_the_login() -> None:
    async def hang_up(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        await socket.close()

    lost = await first_problem(hang_up)
    assert lost.problem == "unreachable"
    assert "closed the connection" in lost.detail


async def test_a_server_without_websocket() -> None:
    async def never(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        raise AssertionError

    async with server(never) as edge:
        options = edge._options
        plain = OpenEmsOptions(
            host="127.0.0.1",
            username="u",
            password=Secret("p"),
            websocket_port=options.websocket_port,
            websocket_path="/plain",
        )
        other = OpenEmsEdge(plain, SystemClock(), backoff=quick_backoff())
        async with following(other) as follower:
            lost = await follower.lost()
        await edge.close()
    assert lost.problem == "unreachable"
    assert "not as a websocket" in lost.detail


async def test_counts_grow_and_old_cycles_are_not_taken_for_new_ones() -> None:
    counts: list[int] = []
    subscriptions: list[list[str]] = []

    async def edge_like(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        if request["method"] == "authenticateWithPassword":
            await reply(socket, request, result=LOGIN)
            return
        payload = request["params"]["payload"]
        result = document(documents.SEVERAL) if payload["method"] == "getEdgeConfig" else {}
        await reply(socket, request, result={"payload": {"id": payload["id"], "result": result}})
        if payload["method"] != "subscribeChannels":
            return
        counts.append(payload["params"]["count"])
        subscriptions.append(payload["params"]["channels"])
        if len(counts) == 1:
            await push(socket, "currentData", dict.fromkeys(subscriptions[0], 1))
            await push(socket, "edgeConfig", document(documents.SEVERAL))
            await push(socket, "edgeConfig", document(documents.AC_COUPLED))
        else:
            await push(socket, "currentData", dict.fromkeys(subscriptions[0], 1))
            await push(socket, "currentData", dict.fromkeys(subscriptions[1], 2))

    async with server(edge_like) as edge, following(edge) as follower:
        kinds = [type(await follower.next()) for _ in range(4)]
        assert kinds == [Connected, Cycle, Connected, Cycle]
        last = follower.seen[-1]
        assert isinstance(last, Cycle)
        assert last.telemetry.soc == 2
        assert last.telemetry.grid_power == 2
    assert counts == [1, 2], "an unchanged configuration asks for nothing"


async def test_a_consumer_that_sleeps_misses_old_values_but_no_configuration() -> None:
    async def flood(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        if request["method"] == "authenticateWithPassword":
            await reply(socket, request, result=LOGIN)
            return
        payload = request["params"]["payload"]
        result = document(documents.SEVERAL) if payload["method"] == "getEdgeConfig" else {}
        await reply(socket, request, result={"payload": {"id": payload["id"], "result": result}})
        if payload["method"] != "subscribeChannels" or payload["params"]["count"] == 2:
            return
        values = dict.fromkeys(payload["params"]["channels"], 0)
        if payload["params"]["count"] == 3:
            await push(socket, "currentData", values)
            return
        # Before the second subscription is answered, everything else arrives.
        await push(socket, "edgeConfig", document(documents.AC_COUPLED))
        await push(socket, "edgeConfig", document(documents.UNMANAGED))
        for soc in range(90):
            await push(socket, "currentData", {**values, "_sum/EssSoc": soc, "ess0/Soc": soc})

    async with server(flood) as edge, following(edge) as follower:
        latest = await follower.next()
        assert isinstance(latest, Connected)
        assert latest.topology.battery is not None
        assert not latest.topology.battery.managed
        first = await follower.values()
        assert first.soc is not None
        assert first.soc >= 90 - WAITING_NOTIFICATIONS


async def test_a_cancelled_follower_closes_its_connection() -> None:
    came, closed = asyncio.Event(), asyncio.Event()

    async def login_only(socket: web.WebSocketResponse, request: dict[str, Any]) -> None:
        await reply(socket, request, result=LOGIN)

    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await login_only(socket, message.json())
            came.set()
            break
        async for _ in socket:
            pass
        closed.set()
        return socket

    app = web.Application()
    app.router.add_get("/", handle)
    running = TestServer(app)
    await running.start_server()
    options = OpenEmsOptions(
        host="127.0.0.1", username="u", password=Secret("p"), websocket_port=running.port or 0
    )
    edge = OpenEmsEdge(options, SystemClock())
    async with asyncio.timeout(10):
        task = asyncio.ensure_future(anext(edge.events()))
        await came.wait()
        task.cancel()
        await asyncio.wait((task,))
        await closed.wait()
    await edge.close()
    await running.close()
