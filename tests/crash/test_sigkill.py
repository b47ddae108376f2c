"""The same with real processes and a real SIGKILL, on one and the same database file."""

import asyncio
import signal
import sys
from pathlib import Path
from random import Random

from dems_node.database.database import Database
from openems_bridge.metering import checkpoint
from openems_bridge.metering.slot_meter import totals
from openems_bridge.store import meter_state, readings
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register
from tests.crash.child import CYCLE_SECONDS, DAYS, GRID, true_energy
from tests.crash.world import T0

LIVES = 8
DOWN_CYCLES = (0, 1, 6, 90, 400)
ROOT = Path(__file__).resolve().parents[2]


async def one_life(directory: Path, seed: int, index: int) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.child", str(directory), str(seed), str(index), cwd=ROOT
    )
    async with asyncio.timeout(60):
        return await process.wait()


def cycles_reached(directory: Path) -> int:
    reached = directory / "reached"
    return int(reached.read_text()) if reached.exists() else 0


async def test_processes_killed_again_and_again_lose_and_double_nothing(tmp_path: Path) -> None:
    rng = Random(5)
    index, killed = 0, 0
    last = DAYS * 86_400 // CYCLE_SECONDS
    first_committed = False
    for seed in range(1, LIVES + 1):
        code = await one_life(tmp_path, seed, index)
        assert code in (0, -signal.SIGKILL)
        killed += code != 0
        reached = cycles_reached(tmp_path)
        # Until the first checkpoint the house is not known to the bridge: the next life begins at the start again.
        first_committed = first_committed or reached > index + 1
        index = min(last, reached + 1 + rng.choice(DOWN_CYCLES)) if first_committed else 0
    assert await one_life(tmp_path, 0, index) == 0
    assert killed >= LIVES // 2

    database = await Database.open(tmp_path / "bridge.db", migrations=MIGRATIONS)
    stored = await database.run(readings.between, GRID.seconds, 0, 2**40)
    document = await database.run(meter_state.load)
    await database.close()
    assert document is not None
    state = checkpoint.load(document)
    first = GRID.slot_at(T0)
    assert [reading.slot for reading in stored] == list(range(first, first + len(stored)))
    assert state.open_slot == first + len(stored) == GRID.slot_at(T0 + DAYS * 86_400)
    for register in Register:
        portions = sum(portion.energy for portion in state.registers[register].portions.values())
        measured = sum(reading.energy[register] for reading in stored) + portions
        assert measured == totals(state)[register] == true_energy(register, DAYS * 86_400)
