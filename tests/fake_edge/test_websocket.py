"""Sentence by sentence: facts/openems.md, "WebSocket JSON-RPC"."""

import json
import uuid
from contextlib import AsyncExitStack

import aiohttp
import pytest

from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.options import SchedulerKind
from tests.fake_edge.client import WsClient
from tests.fake_edge.conftest import connect, start


def message(**changes: object) -> str:
    request: dict[str, object] = {
        "jsonrpc": "2.0",
        "id": str(uuid.uuid4()),
        "method": "authenticateWithPassword",
        "params": {"password": "owner"},
    }
    request.update(changes)
    return json.dumps({name: value for name, value in request.items() if value != "drop"})


@pytest.mark.parametrize("path", ["", "websocket", "any/thing?x=1"])
async def test_no_path_is_checked(edge: FakeEdge, session: aiohttp.ClientSession, path: str) -> None:
    async with session.ws_connect(edge.ws_url + path) as socket:
        assert (await WsClient(socket).log_in())["user"]["globalRole"] == "owner"


@pytest.mark.parametrize(
    "text",
    [
        message(id=1),
        message(id="abc"),
        message(id="drop"),
        message(params="drop"),
        message(params=[]),
        message(method="drop"),
        "no json",
        "[]",
    ],
    ids=["number", "no uuid", "no id", "no params", "list of params", "no method", "no json", "a list"],
)
async def test_what_is_no_proper_request_gets_no_reply(client: WsClient, text: str) -> None:
    await client.socket.send_str(text)
    # The next answer is that to the next proper request: nothing was sent before it.
    await client.log_in()
    assert not client.notices


async def test_the_password_decides_and_the_name_does_not(client: WsClient) -> None:
    for password, role in [
        ("admin", "admin"),
        ("installer", "installer"),
        ("owner", "owner"),
        ("user", "guest"),
    ]:
        result = await client.log_in(password)
        uuid.UUID(result["token"])
        assert result["user"]["globalRole"] == role
        assert result["user"]["hasMultipleEdges"] is False
        assert result["edges"] == []


async def test_a_wrong_password_is_1003(client: WsClient) -> None:
    answer = await client.request("authenticateWithPassword", {"username": "owner", "password": "wrong"})
    assert answer["error"] == {"code": 1003, "message": "Authentication failed", "data": []}


async def test_a_token_works_until_the_edge_restarts(
    edge: FakeEdge, session: aiohttp.ClientSession, stack: AsyncExitStack, client: WsClient
) -> None:
    token = (await client.log_in())["token"]
    other = await connect(edge, session, stack)
    assert (await other.request("authenticateWithToken", {"token": token}))["result"]["token"] == token
    await edge.restart()
    after = await connect(edge, session, stack)
    assert (await after.request("authenticateWithToken", {"token": token}))["error"]["code"] == 1003


async def test_the_configuration_has_components_without_channels_and_factories_with_natures(
    client: WsClient,
) -> None:
    await client.log_in("user")
    document = await client.call("getEdgeConfig", {})
    ess = document["components"]["ess0"]
    assert ess["factoryId"] == "Simulator.EssSymmetric.Reacting"
    assert "channels" not in ess
    natures = document["factories"][ess["factoryId"]]["natureIds"]
    assert any(nature.endswith(".ManagedSymmetricEss") for nature in natures)
    assert document["components"]["ctrlApiRest0"]["properties"]["apiTimeout"] == 60
    assert set(document["factories"]) == {part["factoryId"] for part in document["components"].values()}


async def test_the_edge_id_is_not_looked_at_and_answered_as_0(edge: FakeEdge, client: WsClient) -> None:
    await client.log_in()
    payload = {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": "getEdgeConfig", "params": {}}
    answer = await client.request("edgeRpc", {"edgeId": "edge77", "payload": payload})
    assert "components" in answer["result"]["payload"]["result"]
    await client.subscribe(1, "_sum/EssSoc")
    await edge.step()
    assert (await client.notice("currentData")) == {"_sum/EssSoc": 50}


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {"jsonrpc": "2.0", "id": "not a uuid", "method": "getEdgeConfig", "params": {}},
        {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": "getEdgeConfig"},
        {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "params": {}},
    ],
)
async def test_a_bad_inner_payload_is_no_response(client: WsClient, payload: object) -> None:
    answer = await client.request("edgeRpc", {"edgeId": "0", "payload": payload})
    assert (answer["error"]["code"], answer["error"]["message"]) == (1, "No response")


async def test_errors_inside_edge_rpc_come_back_unwrapped_with_the_outer_id(client: WsClient) -> None:
    payload = {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": "nonsense", "params": {}}
    outer = str(uuid.uuid4())
    request = {
        "jsonrpc": "2.0",
        "id": outer,
        "method": "edgeRpc",
        "params": {"edgeId": "0", "payload": payload},
    }
    await client.socket.send_json(request)
    answer = await client.answer(outer)
    assert answer["error"]["code"] == 1
    assert answer["error"]["message"] == 'Endpoint with method "nonsense" is not defined!'


async def test_an_unknown_method_outside_edge_rpc_is_code_1(client: WsClient) -> None:
    answer = await client.request("getEdgeConfig", {})
    assert answer["error"]["message"] == 'Endpoint with method "getEdgeConfig" is not defined!'
    assert answer["error"]["code"] == 1


async def test_get_edges_and_get_edge_are_outside_edge_rpc(client: WsClient) -> None:
    await client.log_in()
    assert (await client.request("getEdges", {}))["result"]["edges"][0]["id"] == "0"
    assert (await client.request("getEdge", {"edgeId": "0"}))["result"]["edge"]["id"] == "0"
    assert (await client.error("getEdges", {}))["code"] == 1


async def test_channels_of_a_component_are_asked_for_without_a_login(client: WsClient) -> None:
    payload = {"method": "getChannelsOfComponent", "params": {"componentId": "ess0"}}
    result = await client.call("componentJsonApi", {"componentId": "_componentManager", "payload": payload})
    channels = {channel["id"]: channel for channel in result["channels"]}
    assert channels["Soc"]["unit"] == "%"
    assert (channels["Soc"]["type"], channels["Soc"]["category"]) == ("INTEGER", "OPENEMS_TYPE")
    assert channels["SetActivePowerEquals"]["accessMode"] == "WO"
    assert channels["GridMode"]["category"] == "ENUM"
    assert channels["GridMode"]["options"]["Off-Grid"] == 2
    assert channels["ApplyPowerFailed"]["category"] == "STATE"
    assert channels["ApplyPowerFailed"]["level"] == "FAULT"
    assert channels["ActiveChargeEnergy"]["type"] == "LONG"


async def test_channels_of_an_unknown_component_are_error_2000(client: WsClient) -> None:
    payload = {"method": "getChannelsOfComponent", "params": {"componentId": "ess9"}}
    error = await client.error("componentJsonApi", {"componentId": "_componentManager", "payload": payload})
    assert error["code"] == 2000


# Subscriptions


async def test_all_subscribed_values_arrive_every_cycle_without_a_login(
    edge: FakeEdge, client: WsClient
) -> None:
    await client.subscribe(1, "_sum/EssSoc", "ess0/Capacity", "no0/Such", "io0/InputOutput0", "_sum/GridMode")
    for _ in range(3):
        await edge.step()
        values = await client.notice("currentData")
        assert values == {
            "_sum/EssSoc": 50,
            "ess0/Capacity": 10_000,
            "no0/Such": None,
            "io0/InputOutput0": 0,
            "_sum/GridMode": 1,
        }
        assert values["io0/InputOutput0"] is not False


async def test_a_subscription_replaces_the_last_one_only_if_count_grew(
    edge: FakeEdge, client: WsClient
) -> None:
    await client.subscribe(5, "_sum/EssSoc")
    await client.subscribe(5, "_sum/GridMode")
    await client.subscribe(4, "_sum/GridMode")
    await edge.step()
    assert set(await client.notice("currentData")) == {"_sum/EssSoc"}
    await client.subscribe(6, "_sum/GridMode")
    await edge.step()
    assert set(await client.notice("currentData")) == {"_sum/GridMode"}


async def test_counts_are_those_of_one_connection(
    edge: FakeEdge, session: aiohttp.ClientSession, stack: AsyncExitStack, client: WsClient
) -> None:
    await client.subscribe(100, "_sum/EssSoc")
    other = await connect(edge, session, stack)
    await other.subscribe(0, "_sum/GridMode")
    await edge.step()
    assert set(await other.notice("currentData")) == {"_sum/GridMode"}


async def test_an_empty_subscription_ends_the_values(edge: FakeEdge, client: WsClient) -> None:
    await client.subscribe(1, "_sum/EssSoc")
    await client.subscribe(2)
    await edge.step()
    assert await client.silent()


async def test_a_bad_channel_address_is_1000(client: WsClient) -> None:
    assert (await client.error("subscribeChannels", {"count": 1, "channels": ["EssSoc"]}))["code"] == 1000


@pytest.mark.parametrize(
    "params", [{"channels": []}, {"count": "1", "channels": []}, {"count": 1, "channels": "x"}]
)
async def test_a_malformed_subscription_is_an_error(client: WsClient, params: dict[str, object]) -> None:
    assert (await client.error("subscribeChannels", params))["code"] >= 5000


async def test_values_keep_their_relation(edge: FakeEdge, client: WsClient) -> None:
    names = ("GridActivePower", "ConsumptionActivePower", "ProductionActivePower", "EssActivePower")
    await client.subscribe(
        1, *(f"_sum/{name}" for name in names), *(f"_sum/GridActivePowerL{i}" for i in (1, 2, 3))
    )
    for _ in range(5):
        await edge.step()
        values = await client.notice("currentData")
        grid, load, solar, ess = (values[f"_sum/{name}"] for name in names)
        assert grid == load - solar - ess
        assert grid == sum(values[f"_sum/GridActivePowerL{i}"] for i in (1, 2, 3))


# Roles


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("getEdgeConfig", {}),
        ("updateComponentConfig", {"componentId": "ess0", "properties": []}),
        ("setChannelValue", {"componentId": "ess0", "channelId": "SetActivePowerEquals", "value": 1}),
    ],
)
async def test_a_guarded_call_without_login_is_code_1_with_a_null_pointer(
    client: WsClient, method: str, params: dict[str, object]
) -> None:
    error = await client.error(method, params)
    assert error["code"] == 1
    assert "null" in error["message"]


async def test_a_role_that_is_too_low_is_1002(client: WsClient) -> None:
    await client.log_in("user")
    assert (await client.error("updateComponentConfig", {"componentId": "ess0", "properties": []}))[
        "code"
    ] == 1002
    await client.log_in("installer")
    set_value = {"componentId": "ess0", "channelId": "SetActivePowerEquals", "value": 1}
    assert (await client.error("setChannelValue", set_value))["code"] == 1002


async def test_after_a_logout_one_is_nobody_and_the_token_is_void(client: WsClient) -> None:
    token = (await client.log_in())["token"]
    assert (await client.request("logout", {}))["result"] == {}
    assert (await client.error("getEdgeConfig", {}))["code"] == 1
    assert (await client.request("authenticateWithToken", {"token": token}))["error"]["code"] == 1003


# Writing


async def test_an_admin_sets_a_channel_value_that_is_applied_in_the_next_cycles(
    edge: FakeEdge, client: WsClient
) -> None:
    await client.log_in("admin")
    set_value = {"componentId": "ess0", "channelId": "SetActivePowerEquals", "value": -2000}
    assert await client.call("setChannelValue", set_value) == {}
    await edge.step(3)
    assert edge.core.value("ess0/ActivePower") == -2000


@pytest.mark.parametrize(
    ("component", "channel", "code"), [("ess9", "X", 2000), ("ess0", "Nothing", 1), ("ess0", "Soc", 1)]
)
async def test_what_cannot_be_set_is_refused(
    client: WsClient, component: str, channel: str, code: int
) -> None:
    await client.log_in("admin")
    error = await client.error(
        "setChannelValue", {"componentId": component, "channelId": channel, "value": 1}
    )
    assert error["code"] == code


async def test_neither_disconnect_nor_logout_clears_a_set_point(
    edge: FakeEdge, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> None:
    client = await connect(edge, session, stack)
    await client.log_in("admin")
    set_value = {"componentId": "ess0", "channelId": "SetActivePowerEquals", "value": -2000}
    await client.call("setChannelValue", set_value)
    await client.request("logout", {})
    await client.socket.close()
    await edge.step(30)
    assert edge.core.value("ess0/ActivePower") == -2000


async def test_under_fixed_order_a_set_channel_value_succeeds_and_never_runs(
    session: aiohttp.ClientSession, stack: AsyncExitStack
) -> None:
    edge = await start(stack, scheduler=SchedulerKind.FIXED_ORDER, balancing=False)
    client = await connect(edge, session, stack)
    await client.log_in("admin")
    document = await client.call("getEdgeConfig", {})
    order = document["components"]["scheduler0"]["properties"]["controllers.ids"]
    assert "ctrlApiRest0" in order
    assert "ctrlApiWebsocket0" not in order
    set_value = {"componentId": "ess0", "channelId": "SetActivePowerEquals", "value": -2000}
    assert await client.call("setChannelValue", set_value) == {}
    await edge.step(5)
    assert edge.core.value("ess0/ActivePower") == 0


# Configuration


async def test_a_change_of_the_configuration_is_broadcast_to_all_sockets(
    edge: FakeEdge, session: aiohttp.ClientSession, stack: AsyncExitStack, client: WsClient
) -> None:
    stranger = await connect(edge, session, stack)
    await stranger.subscribe(1, "_sum/EssSoc")
    await client.log_in()
    properties = [{"name": "apiTimeout", "value": 30}]
    update = {"componentId": "ctrlApiRest0", "properties": properties}
    assert await client.call("updateComponentConfig", update) == {}
    for socket in (client, stranger):
        document = await socket.notice("edgeConfig")
        assert document["components"]["ctrlApiRest0"]["properties"]["apiTimeout"] == 30
    assert edge.core.workers["ctrlApiRest0"].timeout == 30


async def test_an_underscore_in_a_property_name_is_a_dot(edge: FakeEdge, client: WsClient) -> None:
    await client.log_in()
    update = {"componentId": "ctrlBalancing0", "properties": [{"name": "ess_id", "value": "ess0"}]}
    await client.call("updateComponentConfig", update)
    assert edge.core.component("ctrlBalancing0").properties["ess.id"] == "ess0"
    assert "ess_id" not in edge.core.component("ctrlBalancing0").properties


async def test_an_impossible_configuration_is_refused_and_changes_nothing(
    edge: FakeEdge, client: WsClient
) -> None:
    await client.log_in()
    update = {"componentId": "ctrlApiRest0", "properties": [{"name": "apiTimeout", "value": "soon"}]}
    assert (await client.error("updateComponentConfig", update))["code"] == 2002
    assert edge.core.component("ctrlApiRest0").properties["apiTimeout"] == 60
    unknown = {"componentId": "ctrlNothing0", "properties": []}
    assert (await client.error("updateComponentConfig", unknown))["code"] == 2000


async def test_websocket_pings_are_answered(edge: FakeEdge, session: aiohttp.ClientSession) -> None:
    async with session.ws_connect(edge.ws_url, autoping=False) as socket:
        await socket.ping(b"still there?")
        answer = await socket.receive(timeout=5)
        assert (answer.type, answer.data) == (aiohttp.WSMsgType.PONG, b"still there?")
