"""How long a value takes from the Edge's cycle to the state in Home Assistant, and what bridge and integration weigh.

``python -m benchmarks.edge_to_entity [--seconds N]``: the fake Edge at 1 Hz, the bridge, and a real Home Assistant
(from .venv-demo) whose integration updates every cycle. The moment of a cycle is taken at a second websocket client of
the Edge, the moment of the state from Home Assistant's own ``last_changed``; both are this machine's clock.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil

from demo.home_assistant import HomeAssistant, Login, home_assistant, write_configuration
from demo.household import BridgeOptions, BridgeProgram, EdgePorts, bridge, fake_edge
from demo.processes import free_port
from dems_node.clock import SystemClock
from dems_node.secret import Secret
from openems_bridge.edge.interface import Cycle
from openems_bridge.edge.openems.adapter import OpenEmsEdge
from openems_bridge.edge.openems.options import OpenEmsOptions

DEMO_PYTHON = Path(__file__).resolve().parents[1] / ".venv-demo" / "bin" / "python"
SETTLE_SECONDS = 15
LATEST_SECONDS = 5
MEGABYTE = 1_000_000

type Sample = tuple[float, int]


async def measure(seconds: int, folder: Path) -> dict[str, float]:
    """Run the household for some seconds and return the figures."""
    write_configuration(folder / "hass")
    async with (
        fake_edge(folder, "--speed", "1", "--start", "12:00") as edge,
        bridge(BridgeOptions(folder=folder / "bridge", edge=edge.ports)) as daemon,
        home_assistant(folder / "hass", free_port(), DEMO_PYTHON) as hass,
    ):
        await hass.onboard(Login())
        await asyncio.sleep(SETTLE_SECONDS)
        before = _resident(hass.program.pid)
        await _add_updating_every_cycle(hass, daemon)
        setup_ms = await _setup_ms(hass)
        entities = await hass.entities()
        await asyncio.sleep(SETTLE_SECONDS)
        busy = _cpu_seconds(daemon.program.pid)
        async with _cycles(edge.ports) as cycles, _states(hass, entities["grid_power"]) as states:
            await asyncio.sleep(seconds)
        latencies = match(cycles, states)
        return {
            "p50_ms": round(statistics.median(latencies), 1),
            "p95_ms": round(statistics.quantiles(latencies, n=20)[-1], 1),
            "bridge_rss_mb": round(_resident(daemon.program.pid), 1),
            "bridge_cpu_percent": round(100 * (_cpu_seconds(daemon.program.pid) - busy) / seconds, 2),
            "integration_rss_mb": round(_resident(hass.program.pid) - before, 1),
            "setup_ms": round(setup_ms, 1),
            "samples": len(latencies),
        }


def match(cycles: list[Sample], states: list[Sample]) -> list[float]:
    """Return, for each state, the milliseconds since the last cycle that brought its value.

    A value that several recent cycles brought is left out: nobody can say which of them the state shows.
    """
    latencies = []
    for changed_at, value in states:
        brought = [at for at, seen in cycles if seen == value and 0 <= changed_at - at < LATEST_SECONDS]
        if len(brought) == 1:
            latencies.append(1000 * (changed_at - brought[0]))
    return latencies


async def _add_updating_every_cycle(hass: HomeAssistant, daemon: BridgeProgram) -> None:
    await hass.add_bridge("127.0.0.1", daemon.port, await daemon.pairing_code())
    entries = await hass.command(type="config_entries/get", domain="dems")
    entry: str = entries[0]["entry_id"]
    flow = await hass.rest("POST", "config/config_entries/options/flow", {"handler": entry})
    step = f"config/config_entries/options/flow/{flow['flow_id']}"
    form = await hass.rest("POST", step, {"next_step_id": "settings"})
    await hass.rest("POST", step, {form["data_schema"][0]["name"]: 1})


async def _setup_ms(hass: HomeAssistant) -> float:
    """Return how long unloading and setting up the entry again takes, first snapshot and all entities included."""
    entries = await hass.command(type="config_entries/get", domain="dems")
    start = time.perf_counter()
    await hass.rest("POST", f"config/config_entries/entry/{entries[0]['entry_id']}/reload")
    return 1000 * (time.perf_counter() - start)


@asynccontextmanager
async def _cycles(ports: EdgePorts) -> AsyncGenerator[list[Sample]]:
    """Collect when which grid power left the Edge."""
    options = OpenEmsOptions(
        host="127.0.0.1",
        username="owner",
        password=Secret("owner"),
        websocket_port=ports.websocket,
        rest_port=ports.rest,
    )
    found: list[Sample] = []
    edge = OpenEmsEdge(options, SystemClock())

    async def follow() -> None:
        async for event in edge.events():
            if isinstance(event, Cycle) and event.telemetry.grid_power is not None:
                found.append((time.time(), event.telemetry.grid_power))

    task = asyncio.create_task(follow())
    try:
        yield found
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await edge.close()


@asynccontextmanager
async def _states(hass: HomeAssistant, entity_id: str) -> AsyncGenerator[list[Sample]]:
    """Collect when which grid power became a state."""
    found: list[Sample] = []

    async def follow() -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{hass.url}/api/websocket") as socket,
        ):
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": hass.tokens["access_token"]})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": "subscribe_entities", "entity_ids": [entity_id]})
            while True:
                message = await socket.receive_json()
                changes = message.get("event", {}).get("c", {}).get(entity_id, {}).get("+", {})
                if "s" in changes and "lc" in changes:
                    found.append((float(changes["lc"]), round(float(changes["s"]))))

    task = asyncio.create_task(follow())
    try:
        yield found
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _resident(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / MEGABYTE


def _cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def main() -> None:
    """Measure and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long to measure (60)")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(seconds, Path(folder)))))


if __name__ == "__main__":
    main()
