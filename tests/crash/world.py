"""A house whose energy is known to the Wh, seen through an Edge that is reset now and then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.edge.simulation.battery import BatterySettings
from openems_bridge.edge.simulation.house import Balancing, HouseSettings, SimulatedHouse
from openems_bridge.edge.simulation.profile import shipped_profile
from openems_bridge.telemetry import Register, Telemetry

T0 = 1_795_132_800
"""2026-11-20 00:00:00 UTC."""
STEP_SECONDS = 300

type Counters = Mapping[Register, int]


@dataclass(frozen=True, slots=True)
class Day:
    """What truly happened: the house's counters at each moment that was played, UTC s."""

    at: Mapping[int, Counters]

    def energy(self, register: Register, start: int, end: int) -> int:
        """Return the true energy (Wh) of [start, end)."""
        return self.at[end][register] - self.at[start][register]


def play(days: int, cycle_seconds: int) -> Day:
    """Return the true counters of a family's house with a battery that balances, every ``cycle_seconds``."""
    house = SimulatedHouse(
        HouseSettings(
            profile=shipped_profile("family"),
            battery=BatterySettings(capacity_wh=10_000, max_power_w=5000),
        )
    )
    at = {T0: house.counters()}
    for second in range(cycle_seconds, days * 86_400 + 1, cycle_seconds):
        house.advance(cycle_seconds, Balancing())
        at[T0 + second] = house.counters()
    return Day(at)


class Edge:
    """Shows the house's counters from where they were last reset, and keeps records where it is told to."""

    def __init__(self, day: Day, rng: Random, *, resets_per_day: float, keeps_history: bool) -> None:
        self.day = day
        self.resets: list[int] = []
        self._keeps_history = keeps_history
        self._offset = dict.fromkeys(Register, 5_000_000)
        self._samples_per_day = 86_400 / (sorted(day.at)[1] - T0)
        self._rng = rng
        self._resets_per_day = resets_per_day
        self._now = T0

    def moments(self) -> Iterator[int]:
        """Yield the moments at which there is a cycle."""
        yield from sorted(self.day.at)

    def cycle(self, at: int, *, watched: bool) -> Telemetry:
        """Return the cycle of a moment. An Edge that is watched may be reset right after the cycle before it."""
        if watched and self._rng.random() < self._resets_per_day / self._samples_per_day:
            self.resets.append(self._now)
            self._offset = {register: -value for register, value in self.day.at[self._now].items()}
        self._now = at
        return Telemetry(measured_at=at, received_at=at, counters=self.shown(at))

    def shown(self, at: int) -> dict[Register, int | None]:
        """Return what the counters show at a moment."""
        return {register: value + self._offset[register] for register, value in self.day.at[at].items()}

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        """Return the records, as far as their steps have ended."""
        if not self._keeps_history:
            return None
        first = self.day.at[T0]
        return EnergyHistory(
            start=start,
            step_seconds=step_seconds,
            steps={register: self._steps(register, start, end, step_seconds) for register in first},
        )

    def _steps(self, register: Register, start: int, end: int, step_seconds: int) -> Sequence[int | None]:
        return [
            self.day.energy(register, step, step + step_seconds) if step + step_seconds <= self._now else None
            for step in range(start, end, step_seconds)
        ]
