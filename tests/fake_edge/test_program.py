"""The program as it is run: its one line of JSON, its control port, its end."""

import asyncio
import json
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from openems_bridge.fake_edge.app import main
from tests.fake_edge.conftest import start

LOGIN = {"Authorization": aiohttp.encode_basic_auth("x", "owner")}


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    ports = (
        "--ws-port",
        "0",
        "--rest-port",
        "0",
        "--modbus-port",
        "0",
        "--control-port",
        "0",
        "--own-rest-port",
        "0",
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "openems_bridge.fake_edge", *ports, *arguments, stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        yield process, ready
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_it_runs_obeys_the_control_port_and_ends_cleanly(session: aiohttp.ClientSession) -> None:
    async with program("--cycle", "20", "--start", "1+10:30", "--household", "retired_couple") as (
        process,
        ready,
    ):
        assert set(ready) == {"ready", "ws_port", "rest_port", "own_rest_port", "modbus_port", "control_port"}
        control = f"http://127.0.0.1:{ready['control_port']}"
        async with session.get(f"{control}/state") as answer:
            state = await answer.json()
        assert state["soc"] == 50
        assert 86_400 + 37_800 <= state["moment"] < 86_400 + 39_600
        async with session.post(
            f"{control}/faults", json={"override_power": 700, "edge_fault": True}
        ) as answer:
            assert (await answer.json())["faults"]["override_power"] == 700
        await _until(session, control, "setpoint_w", 700)
        async with session.post(
            f"{control}/component", json={"component": "ctrlApiRest1", "properties": {"apiTimeout": 7}}
        ) as answer:
            assert answer.status == 200
        url = f"http://127.0.0.1:{ready['own_rest_port']}/rest/channel/ess0/SetActivePowerEquals"
        async with session.post(url, json={"value": 1}, headers=LOGIN) as answer:
            assert answer.status == 200
        async with session.post(f"{control}/restart", json={"counters": "reset"}) as answer:
            assert answer.status == 200
        await _until(session, control, "values", {name: {} for name in state["values"]})
        process.send_signal(signal.SIGTERM)
        _out, err = await asyncio.wait_for(process.communicate(), 30)
        assert (process.returncode, err) == (0, b"")


async def _until(session: aiohttp.ClientSession, control: str, name: str, value: object) -> None:
    async with asyncio.timeout(30):
        while True:
            async with session.get(f"{control}/state") as answer:
                if (await answer.json())[name] == value:
                    return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("/faults", {"nonsense": 1}, "nonsense"),
        ("/faults", {"freeze": "melt"}, "freeze"),
        ("/faults", {"foreign_writer": "ctrlNobody0"}, "ctrlNobody0"),
        ("/faults", {"edge_fault": True, "delay": -1}, "delay"),
        ("/restart", {"dip_wh": -1}, "dip_wh"),
        ("/component", {"component": "ctrlApiRest0"}, "properties"),
        ("/component", {"component": "ctrlApiRest0", "properties": {"apiTimeout": -1}}, "apiTimeout"),
        ("/component", {"component": "ess9", "properties": {}}, "ess9"),
    ],
)
async def test_the_control_port_names_what_is_wrong_and_changes_nothing(
    session: aiohttp.ClientSession, controlled: str, path: str, body: object, problem: str
) -> None:
    async with session.get(f"{controlled}/state") as answer:
        before = await answer.json()
    async with session.post(controlled + path, json=body) as answer:
        assert answer.status == 400
        assert problem in (await answer.json())["error"]
    async with session.get(f"{controlled}/state") as answer:
        assert await answer.json() == before


@pytest.mark.parametrize(("method", "path"), [("GET", "/faults"), ("POST", "/state"), ("POST", "/nothing")])
async def test_the_control_port_knows_four_paths(
    session: aiohttp.ClientSession, controlled: str, method: str, path: str
) -> None:
    async with session.request(method, controlled + path, json={}) as answer:
        assert answer.status == 404


@pytest.fixture
async def controlled(stack: AsyncExitStack) -> str:
    edge = await start(stack, control_port=0)
    return f"http://127.0.0.1:{edge.ports()['control_port']}"


def test_a_file_that_is_no_profile_ends_with_1_and_a_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["--profile", str(tmp_path / "none.npz")]) == 1
    assert "none.npz cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--start", "noon"], ["--household", "castle"], ["--ess", "three"]])
def test_a_wrong_argument_ends_with_2(capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(wrong)
    assert ending.value.code == 2
    assert wrong[1] in capsys.readouterr().err


def test_a_port_that_is_taken_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["--ws-port", port, "--rest-port", "0", "--modbus-port", "0"]) == 1
    assert "in use" in capsys.readouterr().err
