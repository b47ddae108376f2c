"""The server is held to openapi.yaml: every operation, with what it accepts and refuses."""

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError
from openapi_spec_validator import validate

from dems_node.clock import SystemClock
from dems_protocol.slots import SlotGrid
from openems_bridge.api.server import api_routes
from openems_bridge.dispatcher.commands import Limits
from openems_bridge.edge.interface import Connected, Cycle
from openems_bridge.edge.pushed import PushedEdge
from openems_bridge.house_state import House, Identity, state_document
from openems_bridge.metering.readings import Quality
from openems_bridge.telemetry import Register, SourceClass
from tests.api.contract import DOCUMENT, DOCUMENT_PATH, accepts, check, check_response
from tests.api.house import OFF, TELEMETRY, TOPOLOGY, FakeHouse, fake_house, pair, reading


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


async def test_the_document_names_every_route_and_no_other(house: FakeHouse) -> None:
    documented = {(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations}
    served = {(route.path, route.method.lower()) for route in api_routes(house.parts)}
    assert documented == served


async def test_everything_without_a_token(house: FakeHouse, stranger: aiohttp.ClientSession) -> None:
    async with stranger.get("/health") as response:
        assert await check_response(response) == {"status": "ok"}
    house.diagnostics.healthy = False
    async with stranger.get("/health") as response:
        assert response.status == 503
        await check_response(response)
    await house.open_code()
    async with stranger.get("/v1/info") as response:
        info = await check_response(response)
    assert info["pairing"] is True
    assert info["fingerprint"] == house.identity.fingerprint.hex()


async def test_pairing(house: FakeHouse, stranger: aiohttp.ClientSession) -> None:
    code = (await house.open_code()).code
    async with stranger.post("/v1/pairing/start", json={"client_nonce": "0" * 64, "name": "x"}) as response:
        await check_response(response)
    status, answer = await pair(stranger, house.url, house.identity.fingerprint, code)
    assert status == 201
    check("Paired", answer)


async def test_state_and_metrics(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    async with session.get("/v1/state") as response:
        state = await check_response(response)
    assert state["solar"] == {"component": "pvInverter0", "name": "Roof", "power": 1812, "energy": 1000}
    assert state["reading"] is None
    house.show(telemetry=None, edge="lost", edge_problem="silent", reading=reading(1_988_888))
    async with session.get("/v1/state") as response:
        state = await check_response(response)
    assert state["grid"]["power"] is None
    assert state["grid"]["energy_import"] == 1000
    assert state["reading"]["end"] - state["reading"]["start"] == 900
    async with session.get("/metrics") as response:
        text = await check_response(response)
    assert "dems_grid_import_joules_total 3600000\n" in text
    assert "dems_grid_power_watts" not in text, "unknown has no sample"
    assert "dems_edge_connected 0\n" in text


@pytest.mark.parametrize(
    "target",
    [
        {"type": "battery_power", "power_w": -2000},
        {"type": "grid_power", "power_w": 0},
        {"type": "grid_energy", "energy_wh": -500, "slot": 1_988_889},
        {"type": "self_consumption"},
    ],
)
async def test_a_command_and_its_withdrawal(
    house: FakeHouse, session: aiohttp.ClientSession, target: dict[str, object]
) -> None:
    body = {"target": target, "note": "Grüße 🙂"}
    assert accepts("CommandBody", body)
    async with session.post("/v1/dispatch/command", json=body) as response:
        assert response.status == 409
        refused = await check_response(response)
    assert refused["code"] == "mode_off"
    async with session.put("/v1/dispatch/mode", json={"mode": "manual"}) as response:
        assert (await check_response(response))["mode"] == "manual"
    async with session.post("/v1/dispatch/command", json=body) as response:
        assert response.status == 201
        dispatch = await check_response(response)
    assert dispatch["target"] == target
    assert dispatch["note"] == "Grüße 🙂"
    assert dispatch["source"] == "manual"
    async with session.delete("/v1/dispatch/command") as response:
        assert (await check_response(response))["target"] is None


async def test_limits(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    body = {"max_charge_power": None, "reserve_soc": 25, "max_grid_draw": 4200}
    assert accepts("LimitsBody", body)
    async with session.patch("/v1/limits", json=body) as response:
        limits = await check_response(response)
    assert limits == {
        "max_charge_power": None,
        "max_discharge_power": 5000,
        "reserve_soc": 25,
        "grid_charging": False,
        "battery_feed_in": False,
        "max_feed_in": None,
        "max_grid_draw": 4200,
    }


async def test_readings(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    await house.store_readings(range(10, 20))
    async with session.get("/v1/readings?from=12&to=15") as response:
        found = await check_response(response)
    assert [one["slot"] for one in found["readings"]] == [12, 13, 14, 15]
    async with session.get("/v1/readings?from=12&limit=2") as response:
        assert [one["slot"] for one in (await check_response(response))["readings"]] == [12, 13]
    async with session.get("/v1/readings?limit=2") as response:
        assert [one["slot"] for one in (await check_response(response))["readings"]] == [18, 19]
    async with session.get("/v1/readings?from=2&to=1") as response:
        assert response.status == 422
        await check_response(response)


async def test_pushed_readings_are_refused_where_the_edge_is_read(
    session: aiohttp.ClientSession,
) -> None:
    async with session.put("/v1/readings", json={"samples": [{"measured_at": 1.0}]}) as response:
        assert response.status == 409
        assert (await check_response(response))["type"] == "urn:dems:problem:not-pushed"


async def test_acknowledged_events(house: FakeHouse, stranger: aiohttp.ClientSession) -> None:
    """A client begins where it was paired, says how far it is, and never goes back."""
    for _ in range(3):
        await house.happen("slot_closed", {})
    headers = {"Authorization": f"Bearer {await house.token()}"}
    path = "/v1/events/acknowledged"

    async def acknowledged() -> int | None:
        async with stranger.get(path, headers=headers) as response:
            answer: int | None = (await check_response(response))["id"]
        return answer

    assert await acknowledged() == 3, "what happened before the pairing is not the client's"
    await house.happen("slot_closed", {})
    for event_id, status in ((4, 204), (4, 204), (2, 204), (5, 422)):
        assert accepts("AcknowledgedBody", {"id": event_id})
        async with stranger.put(path, headers=headers, json={"id": event_id}) as response:
            assert response.status == status
            await check_response(response)
    assert await acknowledged() == 4


async def test_diagnostics(session: aiohttp.ClientSession) -> None:
    async with session.get("/v1/diagnostics") as response:
        await check_response(response)


async def test_a_fault_of_the_program_tells_no_internals(
    house: FakeHouse, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    house.diagnostics.fails = True
    async with session.get("/v1/diagnostics") as response:
        assert response.status == 500
        problem = await check_response(response)
    assert "secret" not in str(problem)
    incident = problem["detail"].rsplit(" ", 1)[1].rstrip(".")
    assert any(incident in record.getMessage() and record.exc_info for record in caplog.records)


async def test_websocket_messages(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    await house.happen("edge_lost", {"problem": "silent"})
    async with session.ws_connect("/v1/ws?after=0") as socket:
        house.show(edge="lost")
        told = [await socket.receive_json(timeout=5) for _ in range(3)]
    assert {message["type"] for message in told} == {"snapshot", "event", "change"}
    for message in told:
        check("Message", message)


@pytest.fixture
async def pushing(tmp_path: Path) -> AsyncIterator[tuple[PushedEdge, aiohttp.ClientSession]]:
    pushed = PushedEdge(SystemClock())
    async with fake_house(tmp_path, pushed=pushed) as running:
        headers = {"Authorization": f"Bearer {await running.token()}"}
        async with aiohttp.ClientSession(
            running.url, headers=headers, connector=aiohttp.TCPConnector(ssl=running.pin)
        ) as opened:
            yield pushed, opened


async def test_pushed_readings(pushing: tuple[PushedEdge, aiohttp.ClientSession]) -> None:
    edge, session = pushing
    now = time.time()
    body = {
        "samples": [
            {"measured_at": now - 1, "grid_power": 5, "withdrawal": 1200, "resolution": 100},
            {"measured_at": now + 3600, "grid_power": 6},
        ]
    }
    assert accepts("PushBody", body)
    async with session.put("/v1/readings", json=body) as response:
        answer = await check_response(response)
    assert answer["accepted"] == 2
    assert [(one["index"], one["key"], one["code"]) for one in answer["refused"]] == [
        (1, "grid_power", "from_future")
    ]
    events = edge.events()
    assert isinstance(await anext(events), Connected)
    cycle = await anext(events)
    assert isinstance(cycle, Cycle)
    assert cycle.telemetry.grid_power == 5
    assert cycle.telemetry.coarse == {Register.WITHDRAWAL}
    sample = {"measured_at": now, "grid_power": 7}
    wrong: list[object] = [
        [],
        [1],
        "x",
        [sample] * 1001,
        [{}],
        [{"measured_at": now}],
        [{**sample, "grid_power": 1.5}],
        [{**sample, "moon": 1}],
        [sample, {**sample, "resolution": 0}],
    ]
    for bad in wrong:
        assert not accepts("PushBody", {"samples": bad})
        async with session.put("/v1/readings", json={"samples": bad}) as response:
            assert response.status == 422
            await check_response(response)
    async with session.put(
        "/v1/readings", json={"samples": [{"measured_at": now - 0.5, "grid_power": 8}]}
    ) as response:
        assert (await check_response(response))["accepted"] == 1, "none of the wrong ones had any effect"


def test_every_problem_is_documented() -> None:
    root = DOCUMENT_PATH.parents[2]
    rooms = (root / "openems_bridge" / "api", root / "dems_node" / "https")
    source = "".join(path.read_text() for room in rooms for path in room.glob("*.py"))
    kinds = set(re.findall(r"Problem\(\s*\d{3},\s*\"([a-z-]+)\"", source))
    assert len(kinds) > 15
    prose = (root / "docs" / "api.md").read_text()
    assert {kind for kind in kinds if f"`{kind}`" not in prose} <= {"http", "no-such-client"}


def test_the_contract_has_teeth() -> None:
    with pytest.raises(ValidationError):
        check("Limits", {"reserve_soc": 101})


_WATTS = st.none() | st.integers(-20000, 20000)


@settings(max_examples=50)
@given(grid=_WATTS, soc=st.none() | st.integers(0, 100), has_solar=st.booleans(), has_reading=st.booleans())
def test_every_state_fits_the_contract(
    grid: int | None, soc: int | None, has_solar: bool, has_reading: bool
) -> None:
    identity = Identity(
        id="b7" * 8, name="x", version="0", fingerprint=b"f" * 32, source=SourceClass.OPENEMS, started_at=0.0
    )
    house = House(
        dispatch=OFF,
        limits=Limits(),
        topology=TOPOLOGY if has_solar else replace(TOPOLOGY, plants=(), battery=None),
        telemetry=replace(TELEMETRY, grid_power=grid, soc=soc),
        reading=replace(reading(7), energy={Register.FEED_IN: 1}, quality=Quality.PARTIAL)
        if has_reading
        else None,
    )
    document = state_document(identity, SlotGrid(), house)
    check("State", document)
    assert ("solar" in document) == has_solar
    assert document["home"] == {"power": 612, "energy": None}
