"""Operator and bridge as programs of their own, by a clock that the test turns: ``python -m tests.e2e.played_programs``.

The composition roots are those of the real programs; only the clock and the Edge are played. The time is that of a file
(its mtime), so that all programs and the test agree on it, and it stands still while a program that was killed starts.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from openems_bridge.edge.interface import (
    Component,
    Connected,
    Cycle,
    EdgeEvent,
    EnergyHistory,
    Inspection,
    Topology,
)
from openems_bridge.telemetry import Register, SourceClass, Telemetry

CLOCK_FILE = "clock"
WORLD_FILE = "world.json"
SERVING = "Serving at port"
WITHDRAWAL_WATTS = 3600
"""The house draws a Wh each second."""
_LOOK_SECONDS = 0.02
_LOGGER = logging.getLogger("played")


class FileClock:
    """The time of a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / CLOCK_FILE

    def utc(self) -> float:
        """Return the played UTC time."""
        return self._file.stat().st_mtime

    def monotonic(self) -> float:
        """Return the same: the played time never runs backwards."""
        return self.utc()

    def turn(self, to: float) -> None:
        """Set the time. For the test."""
        self._file.touch()
        os.utime(self._file, (to, to))


def withdrawn(at: float) -> int:
    """Return what the grid meter shows at a time, Wh."""
    return int(at) - 1_700_000_000


class PlayedEdge:
    """A house that draws a constant power, measured whenever the played time has gone on."""

    source = SourceClass.SIMULATION
    actuator = None

    def __init__(self, clock: FileClock) -> None:
        self._clock = clock

    async def events(self) -> AsyncIterator[EdgeEvent]:
        """Yield the house's cycles."""
        grid_meter = Component(id="meter0", alias="Grid")
        yield Connected(topology=Topology(source=self.source, grid_meter=grid_meter))
        last = 0.0
        while True:
            now = self._clock.utc()
            if now > last:
                last = now
                counters = {Register.WITHDRAWAL: withdrawn(now), Register.FEED_IN: 0, Register.GENERATION: 0}
                yield Cycle(
                    telemetry=Telemetry(
                        measured_at=now, received_at=now, grid_power=WITHDRAWAL_WATTS, counters=counters
                    )
                )
            await asyncio.sleep(_LOOK_SECONDS)

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        """Return nothing: no records."""
        return None

    async def inspect(self) -> Sequence[Inspection]:
        """Return nothing."""
        return []

    async def close(self) -> None:
        """Close nothing."""


async def run_operator(folder: Path, world: Any, stop: asyncio.Event) -> None:
    """Run the operator's daemon."""
    from community import app
    from community.chain.facts import Addresses
    from community.configuration.model import ContractOptions
    from tests.community.town import operator_keys
    from tests.e2e_ledger.operator import community_configuration

    addresses = {name: bytes.fromhex(address) for name, address in world["addresses"].items()}
    configuration = replace(
        community_configuration(folder / "operator", world["rpc"], world["port"]),
        contracts=ContractOptions(addresses=Addresses(**addresses), since_block=world["since_block"]),
    )
    await app.run_operator(
        configuration,
        operator_keys(),
        stop,
        on_serving=lambda serving: _LOGGER.info("%s %d", SERVING, serving.port),
        clock=FileClock(folder),
    )


async def run_bridge(folder: Path, world: Any, stop: asyncio.Event) -> None:
    """Run the household's bridge."""
    from dems_protocol.slots import SlotGrid
    from openems_bridge import app
    from openems_bridge.configuration.model import ApiConfiguration, BridgeConfiguration, PushedOptions
    from openems_bridge.keys.options import KeyOptions, StoreKind
    from openems_bridge.ledger.options import LedgerOptions

    clock, house = FileClock(folder), folder / world["house"]
    configuration = BridgeConfiguration(
        household="Musterhaus",
        data_dir=house,
        grid=SlotGrid(world["slot_seconds"]),
        edge=PushedOptions(),
        api=ApiConfiguration(host="127.0.0.1", port=0, zeroconf=False),
        log_level="INFO",
        keys=KeyOptions(
            store=StoreKind.FILE,
            passphrase_file=house / "passphrase",
            meter_key=world["meter_key"],
        ),
        ledger=LedgerOptions(confirmations=1),
    )
    await app.run_bridge(
        configuration,
        stop,
        on_serving=lambda serving: _LOGGER.info("%s %d", SERVING, serving.port),
        clock=clock,
        edge=PlayedEdge(clock),
    )


async def _run(part: str, folder: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    world = json.loads((folder / WORLD_FILE).read_text())
    await {"operator": run_operator, "bridge": run_bridge}[part](folder, world, stop)


if __name__ == "__main__":
    logging.basicConfig(level="INFO", stream=sys.stdout, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiohttp").setLevel("WARNING")
    asyncio.run(_run(sys.argv[1], Path(sys.argv[2])))
