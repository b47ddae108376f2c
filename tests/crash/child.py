"""One life of a bridge's recorder in a process of its own: ``python -m tests.crash.child DIRECTORY SEED INDEX``.

It kills itself with SIGKILL at the point that SEED says (0: never), in the very statement of the store if it falls
there. The moments it has reached are left in the file ``reached``, as a killed process can say nothing any more.
"""

import asyncio
import math
import os
import signal
import sys
from pathlib import Path
from random import Random

from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_protocol.slots import SlotGrid
from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.metering.recorder import Recorder
from openems_bridge.metering.slot_meter import SlotMeter
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register, SourceClass, Telemetry
from tests.crash.fate import Fate, mortal_connection
from tests.crash.world import T0

CYCLE_SECONDS = 10
DAYS = 1
GRID = SlotGrid()


def true_energy(register: Register, second: int) -> int:
    """Return the Wh that a register has counted so many seconds after T0: a sine on top of a constant power."""
    period = 3600.0 * (5 + list(Register).index(register))
    joules = 900 * second + 800 * period / math.tau * (1 - math.cos(second / period * math.tau))
    return int(joules / 3600)


def shown(second: int) -> dict[Register, int | None]:
    return {register: 3_000_000 + true_energy(register, second) for register in Register}


class NoRecords:
    """An Edge without a history."""

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        return None


class PlayedClock:
    """The time of the sample that is played."""

    def __init__(self) -> None:
        self.second = 0

    def utc(self) -> float:
        return T0 + self.second

    def monotonic(self) -> float:
        return float(self.second)


async def live(directory: Path, fate: Fate, index: int) -> None:
    clock = PlayedClock()
    typed: Clock = clock
    reached = os.open(directory / "reached", os.O_CREAT | os.O_WRONLY)
    database = await Database.open(
        directory / "bridge.db", migrations=MIGRATIONS, connection_class=mortal_connection(fate, lambda: None)
    )
    recorder = await Recorder.restored(
        meter=SlotMeter(grid=GRID, source=SourceClass.SIMULATION),
        database=database,
        records=NoRecords(),
        clock=typed,
        on_readings=lambda closed: fate.point("listener"),
    )
    while index * CYCLE_SECONDS <= DAYS * 86_400:
        clock.second = index * CYCLE_SECONDS
        os.pwrite(reached, f"{index:10}".encode(), 0)
        at = float(T0 + clock.second)
        await recorder.record(Telemetry(measured_at=at, received_at=at, counters=shown(clock.second)))
        fate.sampled()
        index += 1
    await recorder.close()
    await database.close()
    os.close(reached)


def main() -> None:
    directory, seed, index = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    fate = Fate(10**9)
    if seed:
        fate = Fate.drawn(Random(seed), strike=lambda: os.kill(os.getpid(), signal.SIGKILL))
    asyncio.run(live(directory, fate, index))


if __name__ == "__main__":
    main()
