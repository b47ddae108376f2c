"""Set-points over REST, against small servers that answer as Edges do."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from dems_node.secret import Secret
from openems_bridge.edge.interface import EdgeLoginRefused, EdgeUnreachable, EdgeWriteRefused
from openems_bridge.edge.openems.options import OpenEmsOptions
from openems_bridge.edge.openems.rest import RestClient, RestSetpoints

JETTY = "<html><head><title>Error 500 {0}</title></head><body><h2>HTTP ERROR 500 {0}</h2></body></html>"

type Handler = Callable[[web.Request], web.StreamResponse]


class Requests(list[tuple[str, str, Any, str | None]]):
    """What a server saw: method, path, body, who connected from where."""


@asynccontextmanager
async def edge(handler: Handler, *, timeout: float = 5.0) -> AsyncIterator[tuple[RestClient, Requests]]:
    seen = Requests()

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        peer = request.transport.get_extra_info("peername") if request.transport else None
        seen.append((request.method, request.path, body, str(peer)))
        return handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    server = TestServer(app)
    await server.start_server()
    options = OpenEmsOptions(
        host="127.0.0.1",
        rest_port=server.port or 0,
        username="owner",
        password=Secret("geheim"),
        request_timeout=timeout,
    )
    client = RestClient(options)
    try:
        yield client, seen
    finally:
        await client.close()
        await server.close()


def page(status: int, text: str = "{}") -> Handler:
    return lambda request: web.Response(status=status, text=text)


async def test_another_battery_that_was_steered_before_can_be_released() -> None:
    async with edge(page(200)) as (client, seen):
        await RestSetpoints(client, "ess0").release("ess7")
        assert [(method, path, body) for method, path, body, _ in seen] == [
            ("POST", "/rest/channel/ess7/SetActivePowerEquals", {"value": None})
        ]


async def test_write_and_release_over_one_connection() -> None:
    def check(request: web.Request) -> web.StreamResponse:
        expected = base64.b64encode(b"owner:geheim").decode()
        assert request.headers["Authorization"] == f"Basic {expected}"
        return web.json_response({})

    async with edge(check) as (client, seen):
        battery = RestSetpoints(client, "ess0")
        await asyncio.gather(*(battery.write(-power) for power in range(8)))
        await battery.release()
    path = "/rest/channel/ess0/SetActivePowerEquals"
    expected = [("POST", path, {"value": -power}) for power in range(8)] + [("POST", path, {"value": None})]
    assert [request[:3] for request in seen] == expected, "in the order in which they were asked for"
    assert len({request[3] for request in seen}) == 1, "one connection serves them all"


@pytest.mark.parametrize(
    "answer",
    [
        page(401),
        page(403),
        page(500, JETTY.format("Authentication failed")),
        page(500, "...AUTHENTICATION FAILED"),
    ],
)
async def test_login_refused_in_every_version(answer: Handler) -> None:
    async with edge(answer) as (client, _):
        with pytest.raises(EdgeLoginRefused) as caught:
            await RestSetpoints(client, "ess0").write(1)
    assert "geheim" not in str(caught.value)


async def test_a_real_500_is_a_refusal_with_its_words() -> None:
    async with edge(page(500, JETTY.format("Channel is read-only"))) as (client, _):
        with pytest.raises(EdgeWriteRefused, match=r"HTTP 500 \(.*Channel is read-only"):
            await RestSetpoints(client, "ess0").write(1)


@pytest.mark.parametrize("status", [400, 404, 302])
async def test_other_statuses_are_refusals(status: int) -> None:
    async with edge(page(status, "no")) as (client, _):
        with pytest.raises(EdgeWriteRefused, match=f"HTTP {status}"):
            await RestSetpoints(client, "ess0").release()


async def test_overload_is_unreachable() -> None:
    async with edge(page(503)) as (client, _):
        with pytest.raises(EdgeUnreachable, match="503"):
            await RestSetpoints(client, "ess0").write(1)


async def test_closed_port() -> None:
    async with edge(page(200)) as (client, _):
        pass
    with pytest.raises(EdgeUnreachable, match=r"edge\.rest_port"):
        await RestSetpoints(client, "ess0").write(1)
    await client.close()


async def test_no_answer_is_a_timeout() -> None:
    release = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    options = OpenEmsOptions(
        host="127.0.0.1", rest_port=port, username="u", password=Secret("p"), request_timeout=0.05
    )
    client = RestClient(options)
    with pytest.raises(EdgeUnreachable, match=r"within 0\.05 s"):
        await RestSetpoints(client, "ess0").write(1)
    release.set()
    await client.close()
    server.close()
    await server.wait_closed()


async def test_a_connection_that_the_edge_dropped_is_opened_again() -> None:
    def drop(request: web.Request) -> web.StreamResponse:
        response = web.json_response({})
        assert request.transport is not None
        asyncio.get_running_loop().call_later(0.01, request.transport.close)
        return response

    async with edge(drop) as (client, seen):
        battery = RestSetpoints(client, "ess0")
        for power in range(3):
            await battery.write(power)
            await asyncio.sleep(0.02)
    assert [request[2]["value"] for request in seen] == [0, 1, 2]


@pytest.mark.parametrize("value", [1.0, True, float("nan"), "5", None])
async def test_only_whole_watts_are_sent(value: Any) -> None:
    async with edge(page(200)) as (client, seen):
        with pytest.raises(EdgeWriteRefused, match="whole number"):
            await RestSetpoints(client, "ess0").write(value)
        assert seen == []


def test_no_password_in_any_representation() -> None:
    options = OpenEmsOptions(host="h", username="u", password=Secret("geheim"))
    assert "geheim" not in repr(options)
    assert "geheim" not in str(options.password)
    assert f"{options.password!r}" == "Secret(***)"
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
