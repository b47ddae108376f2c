"""A whole household for a test: fake Edge, bridge and Home Assistant as programs of their own, over real sockets."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.home_assistant import HomeAssistant, Login, home_assistant, write_configuration
from demo.household import SLOT_SECONDS, BridgeOptions, BridgeProgram, FakeEdgeProgram, bridge, fake_edge
from demo.processes import free_port

DEMO_PYTHON = Path(__file__).resolve().parents[2] / ".venv-demo" / "bin" / "python"
EDGE_TIMEOUT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Household:
    """What a test talks to."""

    edge: FakeEdgeProgram
    bridge: BridgeProgram
    bridge_options: BridgeOptions
    hass: HomeAssistant
    entities: dict[str, str]

    async def value(self, key: str) -> str:
        """Return the state of the entity with this translation key."""
        state: str = (await self.hass.state(self.entities[key]))["state"]
        return state

    async def number(self, key: str) -> float | None:
        """Return the entity's state as a number, None while it is unknown or unavailable."""
        value = await self.value(key)
        return None if value in ("unknown", "unavailable") else float(value)

    async def choose_mode(self, mode: str) -> None:
        """Pick a mode, as a person does in the select entity."""
        await self.hass.action("select", "select_option", entity_id=self.entities["mode"], option=mode)


async def eventually[T](what: str, ask: Callable[[], Awaitable[T]], seconds: float = 30) -> T:
    """Ask again until the answer is true; fail with the last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        answer = await ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"after {seconds:g} s still not: {what} (last answer: {answer!r})"
        await asyncio.sleep(0.2)


class EnergyLog:
    """What the simulated house's energy was at which second: the truth that readings are compared with."""

    def __init__(self) -> None:
        self._samples: list[tuple[float, dict[str, float]]] = []

    def note(self, truth: dict[str, Any]) -> None:
        """Keep one answer of the Edge's control port."""
        self._samples.append((truth["utc"], truth["energy_ws"]))

    def reaches(self, utc: float) -> bool:
        """Say whether the house has lived until then."""
        return bool(self._samples) and self._samples[-1][0] >= utc

    def energy_wh(self, slot: int, register: str) -> float:
        """Return the energy of a register in a slot, Wh."""
        start, end = (self._at(edge, register) for edge in (slot * SLOT_SECONDS, (slot + 1) * SLOT_SECONDS))
        return (end - start) / 3600

    def _at(self, utc: float, register: str) -> float:
        return next(energy[register] for at, energy in self._samples if at >= utc)


@asynccontextmanager
async def energy_log(edge: FakeEdgeProgram) -> AsyncGenerator[EnergyLog]:
    """Log the house's energy while the block runs."""
    log = EnergyLog()

    async def follow() -> None:
        while True:
            log.note(await edge.truth())
            await asyncio.sleep(0.3)

    task = asyncio.create_task(follow())
    try:
        yield log
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def household(folder: Path, *edge: str) -> AsyncGenerator[Household]:
    """Run it all, paired, with the integration's entities there."""
    write_configuration(folder / "hass")
    arguments = ("--api-timeout", str(EDGE_TIMEOUT_SECONDS), "--start", "21:00", *edge)
    async with fake_edge(folder, *arguments) as running_edge:
        options = BridgeOptions(folder=folder / "bridge", edge=running_edge.ports)
        async with (
            bridge(options) as running_bridge,
            home_assistant(folder / "hass", free_port(), DEMO_PYTHON) as hass,
        ):
            await hass.onboard(Login())
            await hass.add_bridge("127.0.0.1", running_bridge.port, await running_bridge.pairing_code())

            async def entities() -> dict[str, str]:
                found = await hass.entities()
                return found if "battery_soc" in found else {}

            found = await eventually("the entities exist", entities)
            yield Household(running_edge, running_bridge, options, hass, found)


async def setpoint(edge: FakeEdgeProgram) -> Any:
    """Return the set-point that the Edge hands to the inverter on behalf of the bridge, None if there is none."""
    values = (await edge.truth())["values"]["ctrlApiRest1"]
    return values.get("ess0/SetActivePowerEquals")
