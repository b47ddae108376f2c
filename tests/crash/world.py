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


@dataclass(frozen=True, slots=True)
class Reset:
    """The counters were set back right after the cycle ``at``; ``next_at`` is the first cycle that shows it."""

    at: int
    next_at: int
    to_zero: bool


class Edge:
    """Shows the house's counters from where they were last set back, and keeps records where it is told to.

    Most resets restore a value of long ago (a step back of at least 20 kWh, more than the house uses in any pause, so
    that it cannot be mistaken); one in ten goes to zero, and is the last.
    """

    def __init__(self, day: Day, rng: Random, *, resets_per_day: float, keeps_history: bool) -> None:
        self.day = day
        self.resets: list[Reset] = []
        self._keeps_history = keeps_history
        self._offset = dict.fromkeys(Register, 50_000_000)
        self._samples_per_day = 86_400 / (sorted(day.at)[1] - T0)
        self._rng = rng
        self._resets_per_day = resets_per_day
        self._now = T0

    def moments(self) -> Iterator[int]:
        """Yield the moments at which there is a cycle."""
        yield from sorted(self.day.at)

    def cycle(self, at: int, *, watched: bool) -> Telemetry:
        """Return the cycle of a moment. An Edge that is watched may be reset right after the cycle before it."""
        ended = bool(self.resets) and self.resets[-1].to_zero
        if watched and not ended and self._rng.random() < self._resets_per_day / self._samples_per_day:
            self._reset(at, to_zero=self._rng.random() < 0.1)
        self._now = at
        return Telemetry(measured_at=at, received_at=at, counters=self.shown(at))

    def _reset(self, at: int, *, to_zero: bool) -> None:
        self.resets.append(Reset(self._now, at, to_zero))
        for register, value in self.day.at[self._now].items():
            if to_zero:
                self._offset[register] = -value
            else:
                self._offset[register] -= self._rng.randrange(20_000, 100_000)

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
