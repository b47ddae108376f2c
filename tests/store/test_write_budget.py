"""Kind to SD cards: below 20 MB written on a busy day, measured at the system call."""

import logging
from pathlib import Path

from dems_node.database.database import Database
from openems_bridge.dispatcher.commands import CommandSource
from openems_bridge.dispatcher.lease import LeaseRecord
from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.metering.recorder import Recorder
from openems_bridge.store import clients, events, leases
from openems_bridge.store.clients import Client
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register
from tests.metering.samples import METER, T0, sample

_LOGGER = logging.getLogger(__name__)
BUDGET_BYTES = 20_000_000
CYCLE_SECONDS = 10
LEASES_A_DAY = 48
EVENTS_A_DAY = 500


class NoRecords:
    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        return None


class PlayedClock:
    def __init__(self) -> None:
        self.now = float(T0)

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


def bytes_written() -> int:
    """Return the bytes that this process has handed to write system calls."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar:"))


async def play_a_day(database: Database, clock: PlayedClock, recorder: Recorder, day: int) -> None:
    for cycle in range(86_400 // CYCLE_SECONDS):
        second = day * 86_400 + cycle * CYCLE_SECONDS
        clock.now = float(T0 + second)
        await recorder.record(sample(T0 + second, dict.fromkeys(Register, 40000000 + second // 3)))
        if second % (86_400 // LEASES_A_DAY) == 0:
            record = LeaseRecord(
                command_id=f"command {second}",
                source=CommandSource.PLAN,
                battery="ess0",
                controller="ctrlApiRest0",
                ends_at_utc=clock.now + 900,
            )
            lease = await database.run(leases.acquire, record, clock.now)
            await database.run(leases.change, lease, record, clock.now)
            await database.run(leases.release, lease, clock.now)
        if cycle % (86_400 // CYCLE_SECONDS // EVENTS_A_DAY) == 0:
            await database.run(
                events.append,
                clock.now,
                "dispatch",
                {"status": "following", "setpoint": second, "reason": "plan"},
            )
        if cycle % 6 == 0:
            await database.run(clients.saw, "home assistant", clock.now)


async def test_a_busy_day_stays_within_the_budget(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "bridge.db", migrations=MIGRATIONS)
    await database.run(
        clients.add, Client(id="home assistant", name="HA", token_hash=b"hash", created_at=float(T0))
    )
    clock = PlayedClock()
    recorder = await Recorder.restored(
        meter=METER, database=database, records=NoRecords(), clock=clock, on_readings=lambda _: None
    )
    days = []
    for day in range(2):
        before = bytes_written()
        await play_a_day(database, clock, recorder, day)
        days.append(bytes_written() - before)
    await database.close()
    _LOGGER.info("written on two days: %s bytes", days)
    assert all(1_000_000 < written < BUDGET_BYTES for written in days)
