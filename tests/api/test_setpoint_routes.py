"""Set-points through Home Assistant's scripts: offered, sent over the WebSocket, acknowledged."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from dems_node.clock import SystemClock
from openems_bridge.edge.interface import EdgeScriptFailed, EdgeScriptMissing, EdgeUnreachable
from openems_bridge.edge.pushed import PushedEdge
from openems_bridge.edge.pushed.setpoints import Offer, SetpointDesk
from tests.api.contract import accepts, check, check_response
from tests.api.house import FakeHouse, fake_house

OFFER = {"max_charge_power": 3000, "max_discharge_power": 2500, "capacity": 8000}


@dataclass(frozen=True)
class Client:
    """A paired Home Assistant."""

    session: aiohttp.ClientSession

    async def offer(self, body: dict[str, Any] = OFFER) -> Any:
        async with self.session.put("/v1/setpoints/offer", json=body) as response:
            return response.status, await check_response(response)

    async def acknowledge(self, setpoint_id: str, outcome: str) -> int:
        body = {"id": setpoint_id, "outcome": outcome}
        async with self.session.put("/v1/setpoints/acknowledged", json=body) as response:
            await check_response(response)
            return response.status


@dataclass(frozen=True)
class Steered:
    """A bridge whose battery only Home Assistant reaches."""

    house: FakeHouse
    desk: SetpointDesk

    async def client(self, name: str) -> Client:
        token = (await self.house.clients.add(name))[1]
        return Client(
            aiohttp.ClientSession(
                self.house.url,
                headers={"Authorization": f"Bearer {token}"},
                connector=aiohttp.TCPConnector(ssl=self.house.pin),
            )
        )


@pytest.fixture
async def steered(tmp_path: Path) -> AsyncIterator[Steered]:
    edge = PushedEdge(SystemClock())
    async with fake_house(tmp_path, pushed=edge, setpoints=edge.setpoints) as house:
        edge.setpoints.connect(house.feed)
        yield Steered(house, edge.setpoints)


async def _setpoint(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    message: dict[str, Any] = await socket.receive_json(timeout=5)
    check("Message", message)
    assert message["type"] == "setpoint"
    return message


@pytest.mark.parametrize(
    ("outcome", "raised"),
    [("done", None), ("started", None), ("failed", EdgeScriptFailed), ("missing", EdgeScriptMissing)],
)
async def test_a_setpoint_is_written_once_it_is_acknowledged(
    steered: Steered, outcome: str, raised: type[Exception] | None
) -> None:
    client = await steered.client("A")
    async with client.session as session, session.ws_connect("/v1/ws") as socket:
        await socket.receive_json(timeout=5)
        assert accepts("OfferBody", OFFER)
        assert await client.offer() == (204, None)
        assert steered.desk.offered == Offer(**OFFER)
        writing = asyncio.create_task(steered.desk.write(-1500))
        message = await _setpoint(socket)
        assert message["power"] == -1500
        assert not writing.done()
        assert await client.acknowledge("another", "done") == 409
        assert await client.acknowledge(message["id"], outcome) == 204
        if raised is None:
            await writing
        else:
            with pytest.raises(raised):
                await writing
        assert await client.acknowledge(message["id"], "done") == 409, "nobody waits any more"
        releasing = asyncio.create_task(steered.desk.release())
        message = await _setpoint(socket)
        assert message["power"] is None
        await client.acknowledge(message["id"], "done")
        await releasing


async def test_without_connection_offer_or_answer_nothing_is_written(
    steered: Steered, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await steered.client("A")
    with pytest.raises(EdgeUnreachable, match="No Home Assistant offers"):
        await steered.desk.write(100)
    async with client.session as session:
        await client.offer()
        with pytest.raises(EdgeUnreachable, match="not connected"):
            await steered.desk.write(100)
        async with session.ws_connect("/v1/ws") as socket:
            await socket.receive_json(timeout=5)
            monkeypatch.setattr("openems_bridge.edge.pushed.setpoints.ACKNOWLEDGED_WITHIN_SECONDS", 0.05)
            with pytest.raises(EdgeUnreachable, match="did not acknowledge"):
                await steered.desk.write(100)


async def test_who_withdraws_has_nothing_to_release(steered: Steered) -> None:
    client = await steered.client("A")
    async with client.session as session:
        with pytest.raises(EdgeUnreachable):
            await steered.desk.release()
        async with session.delete("/v1/setpoints/offer") as response:
            assert response.status == 204
        assert steered.desk.offered is None
        await steered.desk.release()
        with pytest.raises(EdgeUnreachable):
            await steered.desk.write(100)


async def test_one_home_assistant_steers_at_a_time(steered: Steered) -> None:
    first, second = await steered.client("A"), await steered.client("B")
    async with first.session, second.session:
        await first.offer()
        async with first.session.ws_connect("/v1/ws") as socket:
            await socket.receive_json(timeout=5)
            status, problem = await second.offer()
            assert (status, problem["code"]) == (409, "steered_by_another")
            writing = asyncio.create_task(steered.desk.write(1))
            message = await _setpoint(socket)
            assert await second.acknowledge(message["id"], "done") == 409
            await first.acknowledge(message["id"], "done")
            await writing
        async with asyncio.timeout(5):
            while steered.house.feed.subscribers:
                await asyncio.sleep(0.01)
        assert (await second.offer())[0] == 204, "the first one is gone"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**OFFER, "max_charge_power": -1},
        {**OFFER, "capacity": 0},
        {**OFFER, "x": 1},
        {**OFFER, "capacity": 1.5},
    ],
)
async def test_offers_that_are_none(steered: Steered, body: dict[str, Any]) -> None:
    client = await steered.client("A")
    async with client.session:
        assert not accepts("OfferBody", body)
        assert (await client.offer(body))[0] == 422
        async with client.session.put(
            "/v1/setpoints/acknowledged", json={"id": "x", "outcome": "perhaps"}
        ) as response:
            assert response.status == 422
    assert steered.desk.offered is None


async def test_a_bridge_that_steers_itself_takes_no_offer(
    house: FakeHouse, session: aiohttp.ClientSession
) -> None:
    async with session.put("/v1/setpoints/offer", json=OFFER) as response:
        assert (await check_response(response))["type"] == "urn:dems:problem:not-pushed"
