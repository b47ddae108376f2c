"""How long an event takes from its block to the first action of an automation in Home Assistant.

``python -m benchmarks.event_to_action [--samples N]``: a chain, the operator of a community on it, one household with its
bridge, and a real Home Assistant (from .venv-demo) with an automation on our trigger *Chain event occurred*. Each sample
is a transaction of the household's account. Its block's moment is when the node announced it to a second client, the
action's moment is Home Assistant's own ``time_fired``; both are this machine's clock. The bridge follows the node by
WebSocket.
"""

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.edge_to_entity import DEMO_PYTHON
from demo.chain import ChainProgram, anvil
from demo.community import CommunityProgram, community, give_gas_money
from demo.home_assistant import HomeAssistant, Login, home_assistant, write_configuration
from demo.household import SLOT_SECONDS, BridgeOptions, BridgeProgram, bridge, fake_edge
from demo.processes import ProgramFailed, free_port
from dems_protocol.contracts import meter_ledger

FIRED = "event_to_action"
BLOCK_SECONDS = 1
MEMBER_SECONDS = 4 * SLOT_SECONDS
ANSWER_SECONDS = 30
AUTOMATION = {
    "id": "measured",
    "alias": "Measured",
    "mode": "parallel",
    "max": 100,
    "triggers": [{"trigger": "dems.chain_event", "options": {"event": "Deposited"}}],
    "actions": [{"event": FIRED, "event_data": {"block": "{{ trigger.block }}"}}],
}

type Moments = dict[int, float]
"""UTC seconds by block."""


async def measure(samples: int, folder: Path) -> dict[str, float]:
    """Run the community and return the figures."""
    write_configuration(folder / "hass")
    configuration = folder / "hass" / "configuration.yaml"
    text = configuration.read_text().replace("automation:\n", f"automation: {json.dumps([AUTOMATION])}\n")
    configuration.write_text(text)
    async with (
        anvil(folder, "--block-time", str(BLOCK_SECONDS)) as chain,
        community(folder / "community", chain, SLOT_SECONDS) as street,
        fake_edge(folder, "--speed", "1", "--start", "12:00") as edge,
        bridge(
            BridgeOptions(
                folder=folder / "bridge", edge=edge.ports, member=True, rpc=chain.url.replace("http", "ws")
            )
        ) as daemon,
        home_assistant(folder / "hass", free_port(), DEMO_PYTHON) as hass,
    ):
        await hass.onboard(Login())
        await hass.add_bridge("127.0.0.1", daemon.port, await daemon.pairing_code())
        await _join(daemon, street)
        household = await _member(hass)
        async with _blocks(chain) as blocks, _actions(hass) as actions:
            await _transact(chain, street, household, samples)
            async with asyncio.timeout(ANSWER_SECONDS):
                while len(actions) < samples:
                    await asyncio.sleep(0.1)
        latencies = [1000 * (at - blocks[block]) for block, at in actions.items()]
        return {
            "p50_ms": round(statistics.median(latencies), 1),
            "p95_ms": round(statistics.quantiles(latencies, n=20)[-1], 1),
            "samples": len(latencies),
        }


async def _join(daemon: BridgeProgram, street: CommunityProgram) -> None:
    """Join as soon as the operator is in office, which begins with a slot."""
    invitation = await street.invite()
    async with asyncio.timeout(MEMBER_SECONDS):
        while True:
            try:
                await daemon.join(invitation, plant_power=9000, battery_power=5000, battery_capacity=10000)
            except ProgramFailed as refused:
                if "other_operator" not in str(refused):
                    raise
                await asyncio.sleep(2)
            else:
                return


async def _member(hass: HomeAssistant) -> str:
    """Wait until the household is a member, and return its account."""
    async with asyncio.timeout(MEMBER_SECONDS):
        while True:
            entity = (await hass.entities()).get("membership")
            state = {} if entity is None else await hass.state(entity)
            if state.get("state") == "member":
                household: str = state["attributes"]["household"]
                return household
            await asyncio.sleep(0.5)


async def _transact(chain: ChainProgram, street: CommunityProgram, household: str, samples: int) -> None:
    """Let the household's account deposit nothing in the ledger, again and again at any moment."""
    deployed = json.loads((street.configuration.parent / "data" / "deployment.json").read_text())
    ledger = deployed["contracts"]["ledger"]
    await give_gas_money(chain, household)
    await _call(chain, "anvil_impersonateAccount", household)
    data = "0x" + meter_ledger.Deposit(0).calldata().hex()
    for _ in range(samples):
        await _call(chain, "eth_sendTransaction", {"from": household, "to": ledger, "data": data})
        # One event a block, at any moment of it.
        await asyncio.sleep(random.uniform(1.1, 2.1) * BLOCK_SECONDS)


async def _call(chain: ChainProgram, method: str, *params: Any) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    async with aiohttp.ClientSession() as session, session.post(chain.url, json=request) as answer:
        said = await answer.json()
    if "error" in said:
        raise RuntimeError(f"the chain refused {method}: {said['error']}")
    return said["result"]


@asynccontextmanager
async def _blocks(chain: ChainProgram) -> AsyncGenerator[Moments]:
    """Collect when each block was announced."""
    found: Moments = {}

    async def follow(socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            message = await socket.receive_json()
            if message.get("method") == "eth_subscription":
                found[int(message["params"]["result"]["number"], 16)] = time.time()

    async with aiohttp.ClientSession() as session, session.ws_connect(chain.url) as socket:
        await socket.send_json({"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]})
        await socket.receive_json()
        async with _running(follow(socket)):
            yield found


@asynccontextmanager
async def _actions(hass: HomeAssistant) -> AsyncGenerator[Moments]:
    """Collect when the automation's first action was performed, by the block that started it."""
    found: Moments = {}

    async def follow(socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            event = (await socket.receive_json()).get("event")
            if event:
                block = int(event["data"]["block"])
                found[block] = datetime.fromisoformat(event["time_fired"]).timestamp()

    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{hass.url}/api/websocket") as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": hass.tokens["access_token"]})
        await socket.receive_json()
        await socket.send_json({"id": 1, "type": "subscribe_events", "event_type": FIRED})
        await socket.receive_json()
        async with _running(follow(socket)):
            yield found


@asynccontextmanager
async def _running(work: Any) -> AsyncGenerator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def main() -> None:
    """Measure and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=60, help="how many events (60)")
    samples = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(samples, Path(folder)))))


if __name__ == "__main__":
    main()
