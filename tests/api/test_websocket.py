"""The WebSocket over real sockets: snapshot, changes, events, replay, cut-off."""

import asyncio
import ssl
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from openems_bridge.api.feed import EVENTS_WAITING
from openems_bridge.api.websocket import SOCKETS_ALLOWED
from openems_bridge.dispatcher.commands import Mode
from openems_bridge.store.events import Event
from tests.api.house import TELEMETRY, TOPOLOGY, FakeHouse


async def _next(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    message: dict[str, Any] = await socket.receive_json(timeout=5)
    return message


async def test_snapshot_then_urgent_change_with_waiting_measurements(
    house: FakeHouse, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect("/v1/ws?interval=60") as socket:
        snapshot = await _next(socket)
        assert snapshot["type"] == "snapshot"
        assert snapshot["api"] == 1
        assert snapshot["event_id"] == 0
        assert snapshot["state"]["grid"]["power"] == -1200
        house.show(telemetry=replace(TELEMETRY, grid_power=-900))
        await house.steering.set_mode(Mode.MANUAL)
        change = await _next(socket)
        assert change["state"]["grid"] == {"power": -900}
        assert change["state"]["dispatch"]["mode"] == "manual"


async def test_a_plant_that_goes_is_a_null_section(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    async with session.ws_connect("/v1/ws") as socket:
        await _next(socket)
        house.show(topology=replace(TOPOLOGY, plants=()))
        assert await _next(socket) == {"type": "change", "state": {"solar": None}}


async def test_measurements_come_after_the_interval(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    async with session.ws_connect("/v1/ws?interval=1") as socket:
        await _next(socket)
        for power in range(5):
            house.show(telemetry=replace(TELEMETRY, grid_power=power))
            await asyncio.sleep(0)
        assert await _next(socket) == {"type": "change", "state": {"grid": {"power": 4}}}


async def test_missed_events_are_replayed_before_live_ones(
    house: FakeHouse, session: aiohttp.ClientSession
) -> None:
    for slot in range(1, 4):
        await house.happen("slot_closed", {"slot": slot})
    async with session.ws_connect("/v1/ws?after=1") as socket:
        assert (await _next(socket))["event_id"] == 3
        await house.happen("edge_lost", {"problem": "silent"})
        told = [await _next(socket) for _ in range(3)]
    assert [event["id"] for event in told] == [2, 3, 4]
    assert [event["event"] for event in told] == ["slot_closed", "slot_closed", "edge_lost"]
    assert told[2]["data"] == {"problem": "silent"}


async def test_without_after_only_live_events_come(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    await house.happen("slot_closed", {"slot": 1})
    async with session.ws_connect("/v1/ws") as socket:
        await _next(socket)
        await house.happen("slot_closed", {"slot": 2})
        assert (await _next(socket))["id"] == 2


async def test_a_subscriber_that_is_too_slow_is_cut_off(
    house: FakeHouse, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect("/v1/ws") as socket:
        await _next(socket)
        event = await house.happen("slot_closed", {"slot": 1})
        # All at once, so that the writer has no turn in between.
        for _ in range(EVENTS_WAITING + 1):
            house.feed.announce(event)
        kinds = set()
        while (message := await socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
            kinds.add(message.json()["event"])
        assert socket.close_code == aiohttp.WSCloseCode.TRY_AGAIN_LATER
        assert kinds <= {"slot_closed"}
    async with asyncio.timeout(5):
        while house.feed.subscribers:
            await asyncio.sleep(0.01)


async def test_revoking_a_client_ends_its_socket(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    async with session.ws_connect("/v1/ws") as socket:
        await _next(socket)
        async with session.delete("/v1/pairing") as response:
            assert response.status == 204
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE


async def test_a_client_that_talks_is_closed(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    async with session.ws_connect("/v1/ws") as socket:
        await _next(socket)
        await socket.send_str("hello")
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_no_token_no_socket(stranger: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await stranger.ws_connect("/v1/ws")
    assert refused.value.status == 401


async def test_sockets_are_bounded(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    opened = [await session.ws_connect("/v1/ws") for _ in range(SOCKETS_ALLOWED)]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await session.ws_connect("/v1/ws")
    assert refused.value.status == 429
    for socket in opened:
        await socket.close()


@pytest.mark.parametrize(
    "query", ["interval=0", "interval=61", "interval=x", "after=-1", "else=1", "interval=1&interval=2"]
)
async def test_wrong_parameters_are_422(session: aiohttp.ClientSession, query: str) -> None:
    async with session.get(f"/v1/ws?{query}") as response:
        assert response.status == 422


async def test_a_plain_get_is_told_to_upgrade(session: aiohttp.ClientSession) -> None:
    async with session.get("/v1/ws") as response:
        assert response.status == 426
        assert (await response.json(content_type=None))["type"] == "urn:dems:problem:not-a-websocket"


async def test_a_client_that_does_not_read_is_cut_off(
    house: FakeHouse, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kernel buffers fill up; a write that finds no room for long enough ends the connection."""
    monkeypatch.setattr("openems_bridge.api.websocket.SEND_SECONDS", 0.2)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, ssl=context, limit=1024)
    token = session.headers["Authorization"]
    writer.write(
        f"GET /v1/ws HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readline()
    large = Event(id=1, at=0.0, kind="slot_closed", data={"filler": "x" * 200_000})
    async with asyncio.timeout(30):
        while house.feed.subscribers:
            house.feed.announce(large)
            await asyncio.sleep(0.01)
    writer.transport.abort()
