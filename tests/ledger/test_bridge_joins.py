"""The whole bridge in process: Home Assistant's calls and the command line lead a household into a community."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from dems_node.database.database import Database
from dems_protocol.slots import SlotGrid
from openems_bridge.api.control import SOCKET_FILE
from openems_bridge.app import Serving, run_bridge
from openems_bridge.cli import community
from openems_bridge.configuration.model import ApiConfiguration, BridgeConfiguration
from openems_bridge.data_folder import DATABASE_FILE
from openems_bridge.edge.simulation.options import SimulationOptions
from openems_bridge.keys.options import KeyOptions, StoreKind
from openems_bridge.ledger import journal
from openems_bridge.ledger.plant import Plant
from openems_bridge.store.migrations import MIGRATIONS
from tests.api.contract import check_response
from tests.api.house import pair
from tests.ledger.street import CONSENT_TEXT, Street


def configuration(folder: Path) -> BridgeConfiguration:
    passphrase = folder / "passphrase"
    passphrase.write_text("correct horse battery staple\n")
    passphrase.chmod(0o600)
    return BridgeConfiguration(
        household="Musterhaus",
        data_dir=folder / "data",
        grid=SlotGrid(900),
        edge=SimulationOptions(start=12 * 3600.0),
        api=ApiConfiguration(host="127.0.0.1", port=0, zeroconf=False),
        log_level="INFO",
        keys=KeyOptions(store=StoreKind.FILE, passphrase_file=passphrase),
    )


@asynccontextmanager
async def running(configured: BridgeConfiguration, street: Street) -> AsyncIterator[aiohttp.ClientSession]:
    """Run a bridge by the street's clock; give a session of a client that is paired."""
    stop = asyncio.Event()
    serving: asyncio.Queue[Serving] = asyncio.Queue()
    bridge = asyncio.create_task(
        run_bridge(configured, stop, on_serving=serving.put_nowait, clock=street.town.clock)
    )
    try:
        async with asyncio.timeout(30):
            told = await serving.get()
        url = f"https://127.0.0.1:{told.port}"
        token = await _pair(configured.data_dir, url, told.fingerprint)
        async with aiohttp.ClientSession(
            url,
            headers={"Authorization": f"Bearer {token}"},
            connector=aiohttp.TCPConnector(ssl=aiohttp.Fingerprint(told.fingerprint)),
        ) as session:
            yield session
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
    async with aiohttp.ClientSession() as session:
        _, answer = await pair(session, url, fingerprint, opened["code"])
    return str(answer["token"])


async def until(session: aiohttp.ClientSession, status: str) -> dict[str, Any]:
    """Wait until the household stands so; return the state."""
    async with asyncio.timeout(60):
        while True:
            async with session.get("/v1/state") as response:
                state: dict[str, Any] = await check_response(response)
            if state.get("community", {}).get("status") == status:
                return state
            await asyncio.sleep(0.1)


async def test_home_assistant_joins_for_a_household(street: Street, tmp_path: Path) -> None:
    town = street.town
    configured = configuration(tmp_path)
    invitation = (await street.invitation("by Home Assistant")).encode()
    async with running(configured, street) as session:
        async with session.post("/v1/anchor") as response:
            assert (await check_response(response))["code"] == "no_community"
        async with session.post("/v1/community/invitation", json={"invitation": "dems:xyz"}) as response:
            assert (await check_response(response))["code"] == "bad_invitation"
        async with session.post("/v1/community/invitation", json={"invitation": invitation}) as response:
            shown = await check_response(response)
        assert shown["consent_text"] == CONSENT_TEXT
        assert shown["household"] is None, "no keys yet"

        body = {
            "invitation": invitation,
            "consent": "0x" + "00" * 32,
            "plant_power": 9000,
            "battery_power": 5000,
            "battery_capacity": 10_000,
        }
        async with session.post("/v1/community/join", json=body) as response:
            assert (await check_response(response))["code"] == "other_consent"
        body["consent"] = shown["consent"]
        async with session.post("/v1/community/join", json=body) as response:
            assert response.status == 202
            joined = await check_response(response)
        assert joined["key_backed_up"] is False
        state = await until(session, "waiting")
        assert "anchor" not in state, "only the house's entities until the household is a member"
        async with session.post("/v1/community/join", json=body) as response:
            assert (await check_response(response))["code"] == "already_joined"

        await town.settle()
        await town.move_to(town.facts.grid.start(town.slot + 3))
        await town.settle()
        state = await until(session, "member")
        assert state["anchor"]["slot"] is None
        assert state["community"]["chain"] == "connected"
        async with session.get("/v1/diagnostics") as response:
            told = json.dumps(await check_response(response))
        assert "correct horse" not in told
    database = await Database.open(configured.data_dir / DATABASE_FILE, migrations=MIGRATIONS)
    try:
        membership = await database.run(journal.load_membership)
    finally:
        await database.close()
    assert membership is not None
    assert membership.secret is None, "the invitation's secret is not kept longer than it is needed"


async def test_the_command_line_joins_exports_and_leaves(
    street: Street, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured = configuration(tmp_path)
    invitation = (await street.invitation("by the command line")).encode()
    plant = Plant(plant_power=9000)
    async with running(configured, street) as session:
        status = await asyncio.to_thread(community.join, configured.data_dir, invitation, plant, None)
        said = capsys.readouterr()
        assert status == 1, "nobody agreed"
        assert CONSENT_TEXT in said.out
        assert "when you are at home" in said.out, "said by the bridge, whatever the operator's text says"
        consent = said.out.split("keccak ")[1].split(")")[0]

        status = await asyncio.to_thread(community.join, configured.data_dir, invitation, plant, consent)
        assert status == 0
        await until(session, "waiting")
        status = await asyncio.to_thread(community.export, configured, tmp_path / "proofs.json", "5", "9")
        assert status == 0
        assert json.loads((tmp_path / "proofs.json").read_text())["slots"] == []
        capsys.readouterr()
        assert await asyncio.to_thread(community.withdraw, configured.data_dir, None) == 1
        said = capsys.readouterr()
        assert "0 free, 0 held" in said.out
        assert "holds 0" in said.err
        assert await asyncio.to_thread(community.leave, configured.data_dir) == 0
    away = await asyncio.to_thread(community.leave, configured.data_dir)
    assert away == 1
    assert "does not run" in capsys.readouterr().err
