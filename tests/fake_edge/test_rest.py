"""Sentence by sentence: facts/openems.md, "REST"."""

import asyncio
import uuid
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from openems_bridge.fake_edge.app import FakeEdge
from tests.fake_edge.conftest import start

type Headers = dict[str, str]


def login(password: str, name: str = "x") -> Headers:
    return {"Authorization": aiohttp.encode_basic_auth(name, password)}


OWNER = login("owner")
GUEST = login("user")
SET_POINT = "/rest/channel/ess0/SetActivePowerEquals"


async def get(session: aiohttp.ClientSession, edge: FakeEdge, path: str) -> Any:
    async with session.get(edge.rest_url + path, headers=GUEST) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def post(
    session: aiohttp.ClientSession, url: str, body: object, auth: Headers = OWNER
) -> tuple[int, str]:
    async with session.post(url, json=body, headers=auth) as answer:
        return answer.status, await answer.text()


async def test_one_match_is_an_object(edge: FakeEdge, session: aiohttp.ClientSession) -> None:
    assert await get(session, edge, "/rest/channel/_sum/State") == {
        "address": "_sum/State",
        "type": "INTEGER",
        "accessMode": "RO",
        "text": "0:Ok, 1:Info, 2:Warning, 3:Fault",
        "unit": "",
        "value": 0,
    }


async def test_both_parts_are_regular_expressions_that_match_in_full(
    edge: FakeEdge, session: aiohttp.ClientSession
) -> None:
    pattern = quote("(Grid|Ess|Production|Consumption).*")
    found = await get(session, edge, f"/rest/channel/_sum/{pattern}")
    addresses = {channel["address"] for channel in found}
    assert {"_sum/GridActivePower", "_sum/EssSoc", "_sum/ConsumptionActiveEnergy"} <= addresses
    assert "_sum/State" not in addresses
    several = await get(session, edge, "/rest/channel/(ess|meter)0/ActivePower")
    assert {channel["address"] for channel in several} == {"ess0/ActivePower", "meter0/ActivePower"}
    # "Soc" does not match "EssSoc".
    async with session.get(edge.rest_url + "/rest/channel/_sum/Soc", headers=GUEST) as answer:
        assert answer.status == 404


async def test_a_write_only_channel_has_no_value(edge: FakeEdge, session: aiohttp.ClientSession) -> None:
    channel = await get(session, edge, SET_POINT)
    assert channel["accessMode"] == "WO"
    assert "value" not in channel


@pytest.mark.parametrize("path", ["/rest/channel/ess9/Soc", "/rest/channel/ess0/Nothing"])
async def test_no_match_is_404(edge: FakeEdge, session: aiohttp.ClientSession, path: str) -> None:
    async with session.get(edge.rest_url + path, headers=OWNER) as answer:
        assert answer.status == 404


async def test_a_bad_regular_expression_is_400(edge: FakeEdge, session: aiohttp.ClientSession) -> None:
    async with session.get(edge.rest_url + "/rest/channel/ess0/(", headers=OWNER) as answer:
        assert answer.status == 400


async def test_a_set_point_is_queued_applied_and_released_by_null(
    edge: FakeEdge, session: aiohttp.ClientSession
) -> None:
    before = edge.core.value("ess0/ActivePower")
    assert await post(session, edge.rest_url + SET_POINT, {"value": -3000}) == (200, "{}")
    # 200 means queued.
    assert edge.core.value("ess0/ActivePower") == before
    await edge.step(4)
    assert edge.core.value("ess0/ActivePower") == -3000
    assert edge.core.value("ess0/DebugSetActivePower") == -3000
    assert await post(session, edge.rest_url + SET_POINT, {"value": None}) == (200, "{}")
    await edge.step(5)
    assert edge.core.value("ess0/DebugSetActivePower") != -3000


async def test_an_empty_text_releases_too(edge: FakeEdge, session: aiohttp.ClientSession) -> None:
    await post(session, edge.rest_url + SET_POINT, {"value": -3000})
    await post(session, edge.rest_url + SET_POINT, {"value": ""})
    assert not edge.core.workers["ctrlApiRest0"].values


@pytest.mark.parametrize(
    "auth",
    [
        {},
        login("wrong", "owner"),
        login("", "owner"),
        login("admin2", "x"),
    ],
)
async def test_a_wrong_password_is_a_jetty_page_with_status_500(
    edge: FakeEdge, session: aiohttp.ClientSession, auth: Headers
) -> None:
    async with session.get(edge.rest_url + "/rest/channel/_sum/State", headers=auth) as answer:
        assert (answer.status, answer.content_type) == (500, "text/html")
        assert "Authentication failed" in await answer.text()
    assert (await post(session, edge.rest_url + SET_POINT, {"value": 1}, auth))[0] == 500
    assert not edge.core.workers["ctrlApiRest0"].values


@pytest.mark.parametrize(
    ("path", "body", "auth"),
    [
        (SET_POINT, {"value": 1}, GUEST),
        ("/rest/channel/ess0/Nothing", {"value": 1}, OWNER),
        ("/rest/channel/ess9/SetActivePowerEquals", {"value": 1}, OWNER),
        ("/rest/channel/ess0/Soc", {"value": 1}, OWNER),
        (SET_POINT, {"power": 1}, OWNER),
        (SET_POINT, [1], OWNER),
    ],
)
async def test_everything_else_is_500_too_but_not_for_the_password(
    edge: FakeEdge, session: aiohttp.ClientSession, path: str, body: object, auth: Headers
) -> None:
    status, text = await post(session, edge.rest_url + path, body, auth)
    assert status == 500
    assert "Authentication failed" not in text
    assert not edge.core.workers["ctrlApiRest0"].values


async def test_a_read_only_controller_refuses_writes_and_json_rpc(
    session: aiohttp.ClientSession, stack: AsyncExitStack
) -> None:
    edge = await start(stack, rest_read_only=True)
    assert edge.core.component("ctrlApiRest0").factory == "Controller.Api.Rest.ReadOnly"
    await get(session, edge, "/rest/channel/_sum/State")
    assert (await post(session, edge.rest_url + SET_POINT, {"value": 1}))[0] == 500
    request = {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": "getEdgeConfig", "params": {}}
    assert (await post(session, edge.rest_url + "/jsonrpc", request))[0] == 500


async def test_json_rpc_needs_no_edge_rpc_and_answers_the_whole_envelope(
    edge: FakeEdge, session: aiohttp.ClientSession
) -> None:
    request = {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": "getEdgeConfig", "params": {}}
    async with session.post(edge.rest_url + "/jsonrpc", json=request, headers=OWNER) as answer:
        assert answer.status == 200
        envelope = await answer.json()
    assert envelope["id"] == request["id"]
    assert "ess0" in envelope["result"]["components"]
    async with session.post(edge.rest_url + "/rest/jsonrpc", json=request, headers=OWNER) as answer:
        assert answer.status == 404


async def test_a_json_rpc_error_is_400(edge: FakeEdge, session: aiohttp.ClientSession) -> None:
    request = {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": "nonsense", "params": {}}
    async with session.post(edge.rest_url + "/jsonrpc", json=request, headers=OWNER) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]["code"] == 1


async def test_json_rpc_is_not_for_guests(edge: FakeEdge, session: aiohttp.ClientSession) -> None:
    request = {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": "getEdgeConfig", "params": {}}
    assert (await post(session, edge.rest_url + "/jsonrpc", request, GUEST))[0] == 500


async def test_a_sixth_connection_is_not_served_until_another_leaves(edge: FakeEdge) -> None:
    port = int(edge.rest_url.rsplit(":", 1)[1])
    request = b"GET /rest/channel/_sum/State HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDpvd25lcg==\r\n\r\n"
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
    for reader, writer in opened[:5]:
        writer.write(request)
        assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 200")
    reader, writer = opened[5]
    writer.write(request)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readline(), 0.3)
    opened[0][1].close()
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 200")
    for _reader, writer in opened:
        writer.close()


async def test_one_session_serves_any_number_of_requests(
    edge: FakeEdge, session: aiohttp.ClientSession
) -> None:
    for _ in range(50):
        await get(session, edge, "/rest/channel/_sum/State")


async def test_a_second_rest_controller_has_values_and_a_timer_of_its_own(
    session: aiohttp.ClientSession, stack: AsyncExitStack
) -> None:
    edge = await start(stack, own_rest_port=0)
    await post(session, edge.own_rest_url + SET_POINT, {"value": -1000})
    await edge.step(4)
    assert edge.core.value("ess0/ActivePower") == -1000
    assert not edge.core.workers["ctrlApiRest0"].values
    for _ in range(60):
        await post(session, edge.rest_url + "/rest/channel/io0/InputOutput0", {"value": True})
        await edge.step()
    assert not edge.core.workers["ctrlApiRest1"].values
