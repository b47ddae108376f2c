"""One household of the demo: a fake OpenEMS Edge and the bridge that looks after it, as programs of their own."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from demo.command_line import command_line, write_passphrase
from demo.processes import Program, free_port, program

READY_SECONDS = 30
JOIN_SECONDS = 120
SLOT_SECONDS = 60
PASSPHRASE_FILE = "passphrase"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgePorts:
    """Where the fake Edge listens on 127.0.0.1."""

    websocket: int = 0
    rest: int = 0
    own_rest: int = 0
    """A REST controller that nobody but the bridge uses."""
    modbus: int = 0
    control: int = 0


@dataclass(frozen=True, slots=True)
class FakeEdgeProgram:
    """A running fake Edge."""

    program: Program
    ports: EdgePorts

    async def control(self, command: str, **parameters: object) -> None:
        """Send a command to the control port: ``faults``, ``restart`` or ``component``."""
        url = f"http://127.0.0.1:{self.ports.control}/{command}"
        async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as answer:
            answer.raise_for_status()

    async def truth(self) -> dict[str, Any]:
        """Return what the simulated house really does now."""
        url = f"http://127.0.0.1:{self.ports.control}/state"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            found: dict[str, Any] = await answer.json()
            return found


@dataclass(frozen=True, slots=True)
class BridgeProgram:
    """A running bridge."""

    program: Program
    port: int
    folder: Path

    async def pairing_code(self) -> str:
        """Open a pairing code, as ``openems-bridge pair`` does on the same machine."""
        return (await self.open_pairing())[0]

    async def open_pairing(self) -> tuple[str, bytes]:
        """Open a pairing code; return it with the certificate's fingerprint."""
        opened = await self._control("pairing")
        return opened["code"], bytes.fromhex(opened["fingerprint"])

    async def join(
        self, invitation: str, plant_power: int, battery_power: int, battery_capacity: int
    ) -> None:
        """Accept an invitation, as ``openems-bridge join`` does once its owner has agreed. W and Wh."""
        shown = await self._control("v1/community/invitation", {"invitation": invitation})
        wanted = {
            "invitation": invitation,
            "consent": shown["consent"],
            "plant_power": plant_power,
            "battery_power": battery_power,
            "battery_capacity": battery_capacity,
        }
        await self._control("v1/community/join", wanted)

    async def _control(self, path: str, body: object = None) -> Any:
        connector = aiohttp.UnixConnector(str(self.folder / "control.sock"))
        timeout = aiohttp.ClientTimeout(total=JOIN_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.post(f"http://bridge/{path}", json=body) as answer,
            ):
                if answer.status >= 400:
                    raise self.program.failure(f"refused {path}: {await answer.text()}")
                return await answer.json()
        except aiohttp.ClientError as error:
            raise self.program.failure(f"does not answer {path} ({error})") from None


@asynccontextmanager
async def fake_edge(
    folder: Path, *arguments: str, ports: EdgePorts | None = None
) -> AsyncGenerator[FakeEdgeProgram]:
    """Run a fake Edge, on free ports unless some are named, and wait until it listens."""
    wanted = ports or EdgePorts()
    command = (
        *(sys.executable, "-m", "openems_bridge.fake_edge"),
        *("--ws-port", str(wanted.websocket), "--rest-port", str(wanted.rest)),
        *("--own-rest-port", str(wanted.own_rest)),
        *("--modbus-port", str(wanted.modbus), "--control-port", str(wanted.control)),
        *arguments,
    )
    async with program("the fake Edge", command, folder / "fake-edge.log") as running:
        said = json.loads((await running.line(re.compile(r"^\{.*\}$", re.MULTILINE), READY_SECONDS))[0])
        found = EdgePorts(
            websocket=said["ws_port"],
            rest=said["rest_port"],
            own_rest=said["own_rest_port"],
            modbus=said["modbus_port"],
            control=said["control_port"],
        )
        yield FakeEdgeProgram(running, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeOptions:
    """What differs between the bridges of demo, tests and benchmarks."""

    folder: Path
    edge: EdgePorts
    household: str = "Musterhaus"
    slot_seconds: int = SLOT_SECONDS
    zeroconf: bool = False
    member: bool = False
    """Whether the household has keys, so that it can join a community."""
    rpc: str | None = None
    """A node of the household's own; without one the invitation's is asked."""
    port: int = field(default_factory=free_port)
    host: str | None = "127.0.0.1"
    """Where its API listens; None is every interface, as zeroconf needs it."""

    def configuration(self) -> str:
        """Return the text of bridge.yaml."""
        ledger = {"confirmations": 1, **({} if self.rpc is None else {"rpc": self.rpc})}
        keys = {"store": "file", "passphrase_file": str(self.folder / PASSPHRASE_FILE)}
        edge = {
            "type": "openems",
            "host": "127.0.0.1",
            "websocket_port": self.edge.websocket,
            "rest_port": self.edge.own_rest,
            "rest_controller": "ctrlApiRest1",
            "username": "owner",
            "password": "owner",
        }
        return yaml.safe_dump(
            {
                "household": self.household,
                "data_dir": str(self.folder),
                "slot_seconds": self.slot_seconds,
                "edge": edge,
                "api": {
                    **({} if self.host is None else {"host": self.host}),
                    "port": self.port,
                    "zeroconf": self.zeroconf,
                },
                **({"keys": keys, "ledger": ledger} if self.member else {}),
            },
            sort_keys=False,
        )


@asynccontextmanager
async def bridge(options: BridgeOptions) -> AsyncGenerator[BridgeProgram]:
    """Run a bridge on a folder (a new one, or one that an earlier bridge left) and wait until it serves."""
    file = _prepare(options)
    if options.member and not (options.folder / "keys.json").exists():
        await command_line("openems_bridge", "keys", "create", "--config", str(file))
    command = (sys.executable, "-m", "openems_bridge", "run", "--config", file)
    async with program("the bridge", command, options.folder / "bridge.log") as running:
        async with running.watched(READY_SECONDS):
            while not (options.folder / "control.sock").exists() or not await _listens(options.port):
                await asyncio.sleep(0.1)
        yield BridgeProgram(running, options.port, options.folder)


def _prepare(options: BridgeOptions) -> Path:
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.member and not (options.folder / PASSPHRASE_FILE).exists():
        write_passphrase(options.folder)
    file = options.folder / "bridge.yaml"
    file.write_text(options.configuration())
    return file


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
