"""What may go wrong with an Edge, and how it looks from outside."""

import asyncio
from contextlib import AsyncExitStack, suppress

import aiohttp
import pytest

from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.faults import CounterLoss, Freeze
from openems_bridge.fake_edge.options import FakeEdgeOptions
from tests.fake_edge.client import WsClient, until_closed
from tests.fake_edge.conftest import connect, start

SET_POINT = "ess0/SetActivePowerEquals"
LOGIN = {"Authorization": aiohttp.encode_basic_auth("x", "owner")}


async def test_a_restart_breaks_connections_and_forgets_values(edge: FakeEdge, client: WsClient) -> None:
    edge.core.write("ctrlApiRest0", SET_POINT, -3000)
    await edge.step(4)
    ws_url, rest_url, modbus_port = edge.ws_url, edge.rest_url, edge.modbus_port
    _reader, writer = await asyncio.open_connection("127.0.0.1", modbus_port)
    before = edge.core.value("_sum/ConsumptionActiveEnergy")
    await edge.restart()
    await until_closed(client.socket)
    assert await asyncio.wait_for(_reader.read(), 5) == b""
    writer.close()
    assert (edge.ws_url, edge.rest_url, edge.modbus_port) == (ws_url, rest_url, modbus_port)
    await edge.step(4)
    assert edge.core.value("ess0/DebugSetActivePower") != -3000
    after = edge.core.value("_sum/ConsumptionActiveEnergy")
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert after >= before


async def test_an_edge_answers_again_after_any_number_of_restarts(
    edge: FakeEdge, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> None:
    for _ in range(8):
        client = await connect(edge, session, stack)
        await client.log_in()
        await edge.restart()
        async with session.get(edge.rest_url + "/rest/channel/_sum/State", headers=LOGIN) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("loss", "dip_wh"), [(CounterLoss.RESET, 0), (CounterLoss.DIP, 40), (CounterLoss.DIP, 10**9)]
)
async def test_counters_may_reset_or_dip_and_then_rise_by_what_the_house_uses(
    edge: FakeEdge, loss: CounterLoss, dip_wh: int
) -> None:
    channel = "_sum/ConsumptionActiveEnergy"
    await edge.step(3600)
    before, house_before = edge.core.value(channel), edge.house.energy.consumption
    await edge.restart(loss, dip_wh=dip_wh)
    await edge.step(1)
    dipped = edge.core.value(channel)
    await edge.step(3600)
    after = edge.core.value(channel)
    assert isinstance(before, int)
    assert isinstance(dipped, int)
    assert isinstance(after, int)
    expected = 0 if loss is CounterLoss.RESET else max(0, before - dip_wh)
    assert dipped == pytest.approx(expected, abs=1)
    used = (edge.house.energy.consumption - house_before) / 3600
    assert after - dipped == pytest.approx(used, abs=2)


async def _connect_until_refused(session: aiohttp.ClientSession, url: str) -> None:
    """Connect again and again: what comes in before the Edge is silent may still be cut off in any way."""
    async with asyncio.timeout(20):
        while True:
            with suppress(aiohttp.ServerDisconnectedError, aiohttp.WSServerHandshakeError):
                await (await session.ws_connect(url)).close()
            await asyncio.sleep(0.01)


async def test_while_it_is_silent_nobody_answers(edge: FakeEdge, session: aiohttp.ClientSession) -> None:
    edge.begin_restart(CounterLoss.KEEP, silent_seconds=30)
    # A second restart while one is under way changes nothing.
    edge.begin_restart(CounterLoss.RESET)
    with pytest.raises(aiohttp.ClientConnectorError):
        await _connect_until_refused(session, edge.ws_url)
    with pytest.raises(aiohttp.ClientConnectorError):
        await session.get(edge.rest_url + "/rest/channel/_sum/State", headers=LOGIN)


async def test_values_may_repeat_or_stop(edge: FakeEdge, client: WsClient) -> None:
    await client.subscribe(1, "_meta/SystemTimeUtc", "_sum/ConsumptionActivePower")
    edge.faults.freeze = Freeze.REPEAT
    await edge.step(5)
    first = await client.notice("currentData")
    await edge.step(5)
    assert await client.notice("currentData") == first
    edge.faults.freeze = Freeze.SILENT
    await edge.step(5)
    assert await client.silent()
    client_again = edge.core.value("_meta/SystemTimeUtc")
    assert client_again == edge.core.utc


async def test_a_fault_shows_as_state_3(edge: FakeEdge) -> None:
    edge.faults.edge_fault = True
    await edge.step()
    assert edge.core.value("_sum/State") == edge.core.value("ess0/State") == 3
    edge.faults.edge_fault = False
    await edge.step()
    assert edge.core.value("_sum/State") == edge.core.value("ess0/State") == 0


async def test_off_grid_is_grid_mode_2_and_no_grid_power(edge: FakeEdge) -> None:
    edge.faults.off_grid = True
    await edge.step(3)
    assert edge.core.value("_sum/GridMode") == edge.core.value("ess0/GridMode") == 2
    assert edge.core.value("_sum/GridActivePower") == 0
    edge.faults.off_grid = False
    await edge.step(3)
    assert edge.core.value("_sum/GridMode") == 1


async def test_a_value_may_be_undefined_on_every_way_out(
    edge: FakeEdge, client: WsClient, session: aiohttp.ClientSession
) -> None:
    edge.faults.undefined = {"_sum/GridActivePower"}
    await client.subscribe(1, "_sum/GridActivePower")
    await edge.step()
    assert await client.notice("currentData") == {"_sum/GridActivePower": None}
    async with session.get(edge.rest_url + "/rest/channel/_sum/GridActivePower", headers=LOGIN) as answer:
        assert (await answer.json())["value"] is None


async def test_a_second_client_that_keeps_writing_keeps_our_value_alive(edge: FakeEdge) -> None:
    edge.core.write("ctrlApiRest0", SET_POINT, -2000)
    edge.faults.foreign_writer = "ctrlApiRest0"
    await edge.step(600)
    assert edge.core.value("ess0/DebugSetActivePower") == -2000
    assert edge.core.value("io0/InputOutput0") is True
    edge.faults.foreign_writer = None
    await edge.step(61)
    assert edge.core.value("ess0/DebugSetActivePower") != -2000


async def test_something_may_override_us(edge: FakeEdge) -> None:
    edge.core.write("ctrlApiRest0", SET_POINT, -2000)
    edge.faults.override_power = 1500
    await edge.step(4)
    assert edge.core.value("ess0/DebugSetActivePower") == edge.core.value("ess0/ActivePower") == 1500


async def test_a_battery_may_not_follow(edge: FakeEdge) -> None:
    edge.core.write("ctrlApiRest0", SET_POINT, -2000)
    edge.faults.not_following = True
    await edge.step(5)
    assert edge.core.value("ess0/DebugSetActivePower") == -2000
    assert edge.core.value("ess0/ActivePower") == 0


async def test_the_api_timeout_may_change_while_it_runs(edge: FakeEdge, client: WsClient) -> None:
    edge.core.update_component("ctrlApiRest0", {"apiTimeout": 0})
    document = await client.notice("edgeConfig")
    assert document["components"]["ctrlApiRest0"]["properties"]["apiTimeout"] == 0
    edge.core.write("ctrlApiRest0", SET_POINT, -2000)
    await edge.step(1000)
    assert edge.core.value("ess0/DebugSetActivePower") == -2000


async def test_answers_may_be_slow(edge: FakeEdge, session: aiohttp.ClientSession, client: WsClient) -> None:
    edge.faults.delay = 60
    for asking in (
        session.get(edge.rest_url + "/rest/channel/_sum/State", headers=LOGIN),
        client.request("getEdges", {}),
    ):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await asking


async def test_cycles_come_by_themselves(stack: AsyncExitStack, session: aiohttp.ClientSession) -> None:
    edge = await start(stack, cycle_ms=20)
    client = await connect(edge, session, stack)
    await client.subscribe(1, "_meta/SystemTimeUtc")
    moments = [(await client.notice("currentData"))["_meta/SystemTimeUtc"] for _ in range(5)]
    assert moments == sorted(set(moments))
    assert edge.house.elapsed == edge.core.cycles >= 5


class SetClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return 0.0


async def test_in_real_time_the_edge_keeps_the_machines_clock(stack: AsyncExitStack) -> None:
    clock = SetClock()
    edge = await stack.enter_async_context(FakeEdge(FakeEdgeOptions(start=0.0), clock))
    clock.now += 3600
    async with asyncio.timeout(20):
        while edge.core.cycles < 2:
            await asyncio.sleep(0.05)
    assert edge.core.utc == pytest.approx(clock.now, abs=2)
    assert edge.house.elapsed == edge.core.cycles < 20
