"""The whole bridge in process, on a simulated house, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from dems_node.clock import SystemClock
from dems_node.database.database import Database
from dems_protocol.slots import SlotGrid
from openems_bridge.api.control import SOCKET_FILE
from openems_bridge.app import BridgeStopped, Serving, run_bridge
from openems_bridge.configuration.model import ApiConfiguration, BridgeConfiguration
from openems_bridge.data_folder import DATABASE_FILE, DataFolderUnusable
from openems_bridge.dispatcher.commands import CommandSource
from openems_bridge.dispatcher.lease import LeaseRecord
from openems_bridge.edge.interface import Connected, Cycle, Edge, EdgeEvent, EnergyHistory, Inspection, Lost
from openems_bridge.edge.simulation.adapter import SimulatedEdge
from openems_bridge.edge.simulation.options import SimulationOptions
from openems_bridge.store import events, leases, readings
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import SourceClass
from tests.api.contract import check, check_response
from tests.api.house import TELEMETRY, TOPOLOGY, pair, reading

NOON = 12 * 3600.0


def _configuration(folder: Path) -> BridgeConfiguration:
    return BridgeConfiguration(
        household="Musterhaus",
        data_dir=folder / "data",
        grid=SlotGrid(900),
        edge=SimulationOptions(start=NOON),
        api=ApiConfiguration(host="127.0.0.1", port=0, zeroconf=False),
        log_level="INFO",
    )


@dataclass(slots=True)
class Running:
    """A bridge that runs, and a session of a client that paired with it."""

    serving: Serving
    session: aiohttp.ClientSession

    async def state(self) -> dict[str, Any]:
        async with self.session.get("/v1/state") as response:
            state: dict[str, Any] = await check_response(response)
        return state

    async def until(self, section: str, key: str, value: object) -> dict[str, Any]:
        """Wait until the state says so; return it."""
        async with asyncio.timeout(20):
            while (state := await self.state()).get(section, {}).get(key) != value:
                await asyncio.sleep(0.05)
        return state


@asynccontextmanager
async def _running(
    configuration: BridgeConfiguration, edge: Edge | None = None, token: str | None = None
) -> AsyncIterator[Running]:
    stop = asyncio.Event()
    serving: asyncio.Queue[Serving] = asyncio.Queue()
    bridge = asyncio.create_task(run_bridge(configuration, stop, on_serving=serving.put_nowait, edge=edge))
    try:
        async with asyncio.timeout(20):
            told = await serving.get()
        url = f"https://127.0.0.1:{told.port}"
        token = token or await _pair(configuration.data_dir, url, told.fingerprint)
        async with aiohttp.ClientSession(
            url,
            headers={"Authorization": f"Bearer {token}"},
            connector=aiohttp.TCPConnector(ssl=aiohttp.Fingerprint(told.fingerprint)),
        ) as session:
            yield Running(told, session)
    finally:
        stop.set()
        await bridge


async def _pair(data_dir: Path, url: str, fingerprint: bytes) -> str:
    connector = aiohttp.UnixConnector(str(data_dir / SOCKET_FILE))
    async with (
        aiohttp.ClientSession("http://bridge", connector=connector) as control,
        control.post("/pairing") as response,
    ):
        opened = await response.json()
    assert opened["fingerprint"] == fingerprint.hex()
    async with aiohttp.ClientSession() as session:
        status, answer = await pair(session, url, fingerprint, opened["code"])
    assert status == 201
    return str(answer["token"])


async def test_pair_read_steer_shut_down(tmp_path: Path) -> None:
    configuration = _configuration(tmp_path)
    edge = SimulatedEdge(replace(SimulationOptions(start=NOON), timeout_seconds=60), SystemClock())
    async with _running(configuration, edge) as bridge:
        state = await bridge.until("bridge", "edge", "connected")
        assert state["bridge"]["name"] == "Musterhaus"
        assert state["dispatch"]["mode"] == "off"
        socket = await bridge.session.ws_connect("/v1/ws?interval=1")
        snapshot = await socket.receive_json(timeout=5)
        check("Message", snapshot)

        body = {"target": {"type": "battery_power", "power_w": -300}, "note": "sun"}
        async with bridge.session.post("/v1/dispatch/command", json=body) as response:
            assert response.status == 409, "off is a dry run"
        async with bridge.session.patch("/v1/limits", json={"grid_charging": True}) as response:
            assert (await check_response(response))["grid_charging"] is True
        async with bridge.session.put("/v1/dispatch/mode", json={"mode": "manual"}) as response:
            assert (await check_response(response))["mode"] == "manual"
        async with bridge.session.post("/v1/dispatch/command", json=body) as response:
            dispatch = await check_response(response)
        assert dispatch["setpoint"] == -300
        assert dispatch["note"] == "sun"
        await bridge.until("battery", "power", -300)

        told = []
        async with asyncio.timeout(20):
            while "dispatch_started" not in told:
                message = await socket.receive_json()
                check("Message", message)
                told.append(message.get("event"))
    # The bridge was stopped while it held the battery.
    assert edge._setpoint is None
    database = await Database.open(configuration.data_dir / DATABASE_FILE, migrations=MIGRATIONS)
    assert await database.run(leases.unreleased) == []
    assert len(await database.run(leases.latest)) == 1
    assert await database.run(events.latest, "dispatch_ended") is not None
    await database.close()


async def test_what_the_owner_set_survives_a_restart(tmp_path: Path) -> None:
    configuration = _configuration(tmp_path)
    async with _running(configuration) as bridge:
        before = await bridge.until("bridge", "edge", "connected")
        token = bridge.session.headers["Authorization"].removeprefix("Bearer ")
        async with bridge.session.put("/v1/dispatch/mode", json={"mode": "automatic"}) as response:
            assert response.status == 200
        async with bridge.session.patch("/v1/limits", json={"reserve_soc": 44}) as response:
            assert response.status == 200
    async with _running(configuration, token=token) as bridge:
        after = await bridge.state()
    assert after["dispatch"]["mode"] == "automatic"
    assert after["limits"]["reserve_soc"] == 44
    assert after["bridge"]["id"] == before["bridge"]["id"]
    made_later = {"forecast", "plan"}
    assert set(after) - made_later == set(before) - made_later, "the house is known before the Edge answers"


async def test_a_reading_stored_but_not_told_is_told_at_the_next_start(tmp_path: Path) -> None:
    configuration = _configuration(tmp_path)
    slot = configuration.grid.slot_at(SystemClock().utc()) - 3
    configuration.data_dir.mkdir()
    database = await Database.open(configuration.data_dir / DATABASE_FILE, migrations=MIGRATIONS)
    await database.run(events.append, SystemClock().utc(), "slot_closed", {"slot": slot})
    await database.run(readings.insert, 900, [reading(slot), reading(slot + 1)])
    await database.close()
    async with (
        _running(configuration) as bridge,
        bridge.session.ws_connect("/v1/ws?after=1") as socket,
    ):
        async with asyncio.timeout(10):
            while (message := await socket.receive_json())["type"] != "event":
                continue
        assert (message["event"], message["data"]["slot"]) == ("slot_closed", slot + 1)
        assert (await bridge.state())["reading"]["slot"] >= slot + 1


async def test_a_crash_with_the_battery_held_is_told_as_an_end(tmp_path: Path) -> None:
    configuration = _configuration(tmp_path)
    configuration.data_dir.mkdir()
    database = await Database.open(configuration.data_dir / DATABASE_FILE, migrations=MIGRATIONS)
    await database.run(events.append, SystemClock().utc(), "dispatch_started", {})
    record = LeaseRecord(
        command_id="c", source=CommandSource.MANUAL, battery="ess0", controller="simulation", ends_at_utc=0.0
    )
    await database.run(leases.acquire, record, SystemClock().utc())
    await database.close()
    async with (
        _running(configuration) as bridge,
        bridge.session.ws_connect("/v1/ws?after=1") as socket,
    ):
        async with asyncio.timeout(10):
            while (message := await socket.receive_json())["type"] != "event":
                continue
        assert message["event"] == "dispatch_ended"
        assert message["data"]["setpoint"] is None
    database = await Database.open(configuration.data_dir / DATABASE_FILE, migrations=MIGRATIONS)
    assert await database.run(leases.unreleased) == []
    await database.close()


class ScriptedEdge:
    """An Edge that says what a test wants, and then nothing, or breaks."""

    source = SourceClass.OPENEMS
    actuator = None

    def __init__(self, script: Sequence[EdgeEvent | Exception]) -> None:
        self._script = script
        self.closed = False

    async def events(self) -> AsyncIterator[EdgeEvent]:
        for step in self._script:
            if isinstance(step, Exception):
                raise step
            yield step
        await asyncio.Event().wait()

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        return None

    async def inspect(self) -> Sequence[Inspection]:
        return []

    async def close(self) -> None:
        self.closed = True


async def test_a_lost_edge_is_degraded_health(tmp_path: Path) -> None:
    now = SystemClock()
    telemetry = replace(TELEMETRY, measured_at=now.utc(), received_at=now.monotonic())
    script: list[EdgeEvent | Exception] = [
        Connected(topology=TOPOLOGY),
        Cycle(telemetry=telemetry),
        Lost(problem="login_refused", detail="x"),
    ]
    edge = ScriptedEdge(script)
    async with _running(_configuration(tmp_path), edge) as bridge:
        state = await bridge.until("bridge", "edge", "lost")
        assert state["bridge"]["edge_problem"] == "login_refused"
        assert state["battery"]["soc"] is None
        async with bridge.session.get("/health") as response:
            assert response.status == 503
        async with bridge.session.get("/v1/readings") as response:
            assert (await check_response(response))["readings"] == []
        async with bridge.session.get("/v1/diagnostics") as response:
            diagnostics = await check_response(response)
        assert diagnostics["topology"]["battery"]["id"] == "ess0"
    assert edge.closed


async def test_a_part_that_fails_ends_the_bridge_and_closes_everything(tmp_path: Path) -> None:
    configuration = _configuration(tmp_path)
    edge = ScriptedEdge([Connected(topology=TOPOLOGY), RuntimeError("the adapter has a fault")])
    with pytest.raises(ExceptionGroup) as failed:
        async with asyncio.timeout(20):
            await run_bridge(configuration, asyncio.Event(), edge=edge)
    assert failed.group_contains(RuntimeError, match="the adapter has a fault")
    assert edge.closed
    assert not (configuration.data_dir / SOCKET_FILE).exists()


async def _hold_until_broken(
    configuration: BridgeConfiguration, edge: SimulatedEdge, broken: asyncio.Event
) -> None:
    async with _running(configuration, edge) as bridge:
        await bridge.until("bridge", "edge", "connected")
        async with bridge.session.patch("/v1/limits", json={"grid_charging": True}) as response:
            assert response.status == 200
        async with bridge.session.put("/v1/dispatch/mode", json={"mode": "manual"}) as response:
            assert response.status == 200
        body = {"target": {"type": "battery_power", "power_w": -300}}
        async with bridge.session.post("/v1/dispatch/command", json=body) as response:
            assert response.status == 201
        assert edge._setpoint is not None
        broken.set()
        async with asyncio.timeout(20):
            while edge._setpoint is not None:
                await asyncio.sleep(0.05)


async def test_a_part_that_fails_while_the_battery_is_held_releases_it(tmp_path: Path) -> None:
    class Breaking(SimulatedEdge):
        broken = asyncio.Event()

        async def events(self) -> AsyncIterator[EdgeEvent]:
            async for event in super().events():
                yield event
                if self.broken.is_set():
                    raise RuntimeError("the adapter has a fault")

    configuration = _configuration(tmp_path)
    edge = Breaking(SimulationOptions(start=NOON), SystemClock())
    with pytest.raises(ExceptionGroup) as failed:
        await _hold_until_broken(configuration, edge, edge.broken)
    assert failed.group_contains(RuntimeError, match="the adapter has a fault")
    database = await Database.open(configuration.data_dir / DATABASE_FILE, migrations=MIGRATIONS)
    assert await database.run(leases.unreleased) == []
    await database.close()


async def test_an_edge_that_falls_silent_for_good_is_not_taken_for_an_end(tmp_path: Path) -> None:
    class Ending(ScriptedEdge):
        async def events(self) -> AsyncIterator[EdgeEvent]:
            yield Connected(topology=TOPOLOGY)

    with pytest.raises(ExceptionGroup) as failed:
        async with asyncio.timeout(20):
            await run_bridge(_configuration(tmp_path), asyncio.Event(), edge=Ending([]))
    assert failed.group_contains(BridgeStopped, match="'edge'")


async def test_two_bridges_do_not_share_a_folder(tmp_path: Path) -> None:
    configuration = _configuration(tmp_path)
    async with _running(configuration):
        with pytest.raises(DataFolderUnusable, match="another bridge"):
            await run_bridge(configuration, asyncio.Event())


async def test_secrets_reach_no_log_and_no_state(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    configuration = _configuration(tmp_path)
    async with _running(configuration) as bridge:
        token = bridge.session.headers["Authorization"].removeprefix("Bearer ")
        texts = [json.dumps(await bridge.state())]
        for path in ("/v1/diagnostics", "/metrics"):
            async with bridge.session.get(path) as response:
                texts.append(await response.text())
        with suppress(aiohttp.ClientError):
            await bridge.session.get("/v1/state", headers={"Authorization": f"Bearer {token}x"})
    assert token not in "".join(texts) + caplog.text
    files = [path.read_bytes() for path in configuration.data_dir.iterdir() if path.is_file()]
    assert files
    assert all(token.encode() not in content for content in files)
