"""The simulated house as an Edge of its own: a household in the bridge's process, without any hardware."""

import asyncio
import itertools
import logging
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dems_node.clock import Clock
from openems_bridge.edge.interface import (
    Battery,
    BatteryActuator,
    Component,
    Connected,
    ControlPath,
    Cycle,
    EdgeEvent,
    EdgeWriteRefused,
    EnergyHistory,
    Finding,
    Inspection,
    Topology,
)
from openems_bridge.edge.simulation.house import Balancing, Control, FixedPower, HouseSettings, SimulatedHouse
from openems_bridge.edge.simulation.options import SimulationOptions, house_settings
from openems_bridge.edge.simulation.state_file import StateFile
from openems_bridge.telemetry import EdgeState, Register, SourceClass, Telemetry

_LOG = logging.getLogger(__name__)
_MINUTE = 60
_LONGEST_CATCH_UP = 3 * 86_400
_HISTORY_MINUTES = 4 * 1440
_LOOP_FRIENDLY = 10_000
"""So many seconds are played in the event loop; more go to a thread (a simulated day takes about 0.1 s)."""

type Sleep = Callable[[float], Awaitable[None]]


class MinuteMarks:
    """The counters at each full minute, for as long as four days."""

    def __init__(self) -> None:
        self._moments: list[int] = []
        self._counters: list[Mapping[Register, int]] = []

    def note(self, utc: int, counters: Mapping[Register, int]) -> None:
        """Remember the counters of a moment; later ones (of a clock that was set back) are forgotten."""
        index = bisect_left(self._moments, utc)
        del self._moments[index:], self._counters[index:]
        self._moments.append(utc)
        self._counters.append(counters)
        if len(self._moments) > _HISTORY_MINUTES:
            del self._moments[:_MINUTE], self._counters[:_MINUTE]

    def at(self, utc: int) -> Mapping[Register, int] | None:
        """Return the counters of exactly this moment, None where it was not noted."""
        index = bisect_left(self._moments, utc)
        if index == len(self._moments) or self._moments[index] != utc:
            return None
        return self._counters[index]


class SimulatedEdge:
    """Implements ``Edge``. The house lives by the UTC clock: a second of the clock is a second of the house.

    With a state file the house goes on where the last process left it, even if that was killed: the time in between
    (up to three days) is played with the Edge's own balancing, so counters and history have no hole and never run
    backwards; a set-point is not kept over a restart. Without one it begins anew with counters at 0. ``sleep`` is for tests with a clock of their own.

    Raises ProfileError or ValueError for options that make no house.
    """

    def __init__(self, options: SimulationOptions, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._options = options
        self._clock = clock
        self._sleep = sleep
        self._utc = int(clock.utc())
        self._file = StateFile(options.state_file) if options.state_file else None
        self._marks = MinuteMarks()
        self._setpoint: int | None = None
        self._written_at = 0.0
        self._started = False
        self._file_works = True
        self.house = SimulatedHouse(house_settings(options, clock.utc()))
        """The truth about the house, for tests."""
        self._actuator = _Actuator(self) if self.house.battery else None

    @property
    def source(self) -> SourceClass:
        """Readings from here are simulated."""
        return SourceClass.SIMULATION

    @property
    def actuator(self) -> BatteryActuator | None:
        """The door to the battery, None where the household has none."""
        return self._actuator

    async def events(self) -> AsyncIterator[EdgeEvent]:
        """Yield the house, then a cycle each second."""
        await self._start()
        yield Connected(topology=self._topology())
        while True:
            await self._play()
            yield Cycle(telemetry=self._telemetry())
            await self._sleep(min(1.0, max(0.01, self._utc + 1 - self._clock.utc())))

    async def energy_history(self, start: int, end: int, step_seconds: int) -> EnergyHistory | None:
        """Return energy per step in Wh; None for steps that are no whole minutes, as the house notes only those."""
        if start % _MINUTE or step_seconds % _MINUTE or step_seconds <= 0:
            return None
        await self._start()
        moments = [self._marks.at(at) for at in range(start, end + 1, step_seconds)]
        registers = self.house.counters().keys()
        steps = {
            register: [
                None if before is None or after is None else after[register] - before[register]
                for before, after in itertools.pairwise(moments)
            ]
            for register in registers
        }
        return EnergyHistory(start=start, step_seconds=step_seconds, steps=steps)

    async def inspect(self) -> Sequence[Inspection]:
        """Say which house is played; there is nothing that could be out of reach."""
        settings = self.house.settings
        profile = settings.profile
        days = profile.duration / 86_400
        lines = [
            Inspection(
                finding=Finding.OK,
                subject="house",
                message=f"simulated household {profile.name}: {days:.0f} days in steps of {profile.step_seconds} s",
            )
        ]
        battery = settings.battery
        if battery:
            message = f"{battery.capacity_wh} Wh, {battery.max_power_w} W, {settings.kind}"
            lines.append(Inspection(finding=Finding.OK, subject="battery", message=message))
        else:
            lines.append(
                Inspection(finding=Finding.NOTE, subject="battery", message="the household has none")
            )
        if self._file is None:
            message = "no state_file is configured: counters begin at 0 with every start of the bridge"
            lines.append(Inspection(finding=Finding.NOTE, subject="state", message=message))
        return lines

    async def close(self) -> None:
        """Save the state."""
        if self._started:
            self._save()
        if self._file:
            self._file.close()

    def take_setpoint(self, power_w: int) -> None:
        """Hold an AC power until released or until the time-out. Raises EdgeWriteRefused for what is no integer."""
        if isinstance(power_w, bool) or not isinstance(power_w, int):
            raise EdgeWriteRefused(f"a set-point is an integer of W, not {power_w!r}")
        self._setpoint, self._written_at = power_w, self._clock.monotonic()

    def forget_setpoint(self) -> None:
        """Give the battery back to the house's own balancing."""
        self._setpoint = None

    async def _start(self) -> None:
        if self._started:
            return
        self._started = True
        document = self._file.load() if self._file else None
        if document is not None:
            self._resume(document)
        self._mark()
        await self._play()

    def _resume(self, document: dict[str, Any]) -> None:
        settings = self.house.settings
        try:
            start = float(document["start"]) if self._options.start is None else settings.start
            continued = replace(settings, start=start)
            if document["house"] != _fingerprint(continued):
                raise ValueError("it is of another house")
            utc = int(document["utc"])
            house = SimulatedHouse(continued)
            house.restore(document["state"])
        except (KeyError, TypeError, ValueError) as error:
            if self._file:
                self._file.set_aside(str(error))
            return
        self.house = house
        self._utc = max(min(utc, self._utc), self._utc - _LONGEST_CATCH_UP)

    async def _play(self) -> None:
        """Bring the house to the clock's second."""
        now = int(self._clock.utc())
        if now < self._utc or now - self._utc > _LONGEST_CATCH_UP:
            _LOG.warning("simulated house: the clock was set from %d to %d", self._utc, now)
            self._utc = now - 1
        if now - self._utc > _LOOP_FRIENDLY:
            await asyncio.to_thread(self._advance, now)
        else:
            self._advance(now)
        self._save()

    def _advance(self, until: int) -> None:
        monotonic = self._clock.monotonic()
        while self._utc < until:
            begins = monotonic - (until - self._utc)
            control, longest = self._control(begins)
            seconds = min(longest, until - self._utc, _MINUTE - self._utc % _MINUTE)
            self.house.advance(seconds, control)
            self._utc += seconds
            self._mark()

    def _control(self, begins: float) -> tuple[Control, int]:
        """Return what steers the battery at a monotonic moment, and for how many seconds at most."""
        if self._setpoint is not None and begins >= self._written_at + self._options.timeout_seconds:
            self._setpoint = None
        if self._setpoint is None:
            return Balancing(), _MINUTE
        least, most = self.house.allowed_charge_power, self.house.allowed_discharge_power
        return FixedPower(max(least, min(most, self._setpoint))), 1

    def _mark(self) -> None:
        if self._utc % _MINUTE == 0:
            self._marks.note(self._utc, self.house.counters())

    def _save(self) -> None:
        if self._file is None:
            return
        settings = self.house.settings
        document = {
            "house": _fingerprint(settings),
            "start": settings.start,
            "utc": self._utc,
            "state": self.house.snapshot(),
        }
        try:
            self._file.store(document)
        except OSError as error:
            if self._file_works:
                _LOG.warning("simulated house: the state cannot be saved: %s", error)
            self._file_works = False
        else:
            self._file_works = True

    def _telemetry(self) -> Telemetry:
        house = self.house
        battery = house.battery
        plant = house.settings.profile.has_plant
        return Telemetry(
            measured_at=float(self._utc),
            received_at=self._clock.monotonic(),
            grid_power=house.grid,
            battery_power=house.battery_power if battery else None,
            ess_power=house.ess if battery else None,
            solar_power=house.solar if plant else None,
            consumption_power=house.load,
            soc=battery.soc if battery else None,
            capacity=battery.settings.capacity_wh if battery else None,
            grid_mode=house.grid_mode,
            edge_state=EdgeState.OK,
            allowed_charge_power=house.allowed_charge_power if battery else None,
            allowed_discharge_power=house.allowed_discharge_power if battery else None,
            max_apparent_power=house.max_apparent_power if battery else None,
            applied_setpoint=house.asked if battery else None,
            counters=house.counters(),
        )

    def _topology(self) -> Topology:
        settings = self.house.settings
        battery = control = None
        if self.house.battery:
            battery = Battery(id="ess0", alias="Simulated battery", kind=settings.kind, managed=True)
            control = ControlPath(
                controller="simulation",
                timeout_seconds=self._options.timeout_seconds,
                releasable=True,
                balancing="simulation",
            )
        plants = (Component(id="pv0", alias="Simulated roof"),) if settings.profile.has_plant else ()
        return Topology(
            source=SourceClass.SIMULATION,
            grid_meter=Component(id="meter0", alias="Simulated grid meter"),
            battery=battery,
            plants=plants,
            control=control,
            notes=(f"simulated household {settings.profile.name}",),
        )


class _Actuator:
    """Implements ``BatteryActuator``."""

    def __init__(self, edge: SimulatedEdge) -> None:
        self._edge = edge

    async def write(self, ac_power_w: int) -> None:
        self._edge.take_setpoint(ac_power_w)

    async def release(self, battery: str | None = None) -> None:
        self._edge.forget_setpoint()


def _fingerprint(settings: HouseSettings) -> list[Any]:
    """Return what must be the same for a saved state to be this house's."""
    battery = settings.battery
    return [
        settings.profile.name,
        len(settings.profile.load_w),
        settings.profile.step_seconds,
        sum(settings.profile.load_w),
        sum(settings.profile.pv_w),
        settings.seed,
        settings.speed,
        str(settings.kind),
        [battery.capacity_wh, battery.max_power_w, battery.efficiency_percent] if battery else None,
    ]
