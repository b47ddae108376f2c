"""A whole house in steps of one second: load and roof replayed, battery and inverter modelled, energy counted.

Watts, watt-hours and seconds always keep their relation. The speed only decides which moment of the profile is played
after so many seconds: ``moment = start + speed * elapsed``. A step of the profile therefore lasts ``step / speed``
seconds here, and in those seconds it has exactly the step's mean power.
"""

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from openems_bridge.edge.interface import BatteryKind
from openems_bridge.edge.simulation.battery import Battery, BatterySettings
from openems_bridge.edge.simulation.profile import HouseProfile
from openems_bridge.edge.simulation.variation import Texture, vary
from openems_bridge.telemetry import GridMode, Register


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSettings:
    """What stands in the house. Powers in W (VA for the inverter).

    ``start`` is the moment of the profile (s) that is played at second 0, ``speed`` how many seconds of the profile
    pass in one second. ``max_apparent_power`` None: what battery and, on a hybrid, roof need.
    """

    profile: HouseProfile
    battery: BatterySettings | None = None
    kind: BatteryKind = BatteryKind.AC_COUPLED
    max_apparent_power: int | None = None
    seed: str = "dems"
    start: float = 0.0
    speed: float = 1.0

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ValueError(f"speed must be > 0, not {self.speed}")


@dataclass(frozen=True, slots=True)
class FixedPower:
    """The ESS is asked for an AC power, W, + discharge."""

    power_w: int


@dataclass(frozen=True, slots=True)
class Balancing:
    """The ESS is asked, second by second, for what brings the grid meter to a target (W, + import)."""

    grid_w: int = 0


type Control = FixedPower | Balancing


@dataclass(slots=True)
class Joules:
    """Cumulated energy in Ws. ``ess_*`` is the inverter's AC side, ``battery_*`` the battery's own."""

    grid_buy: int = 0
    grid_sell: int = 0
    production_ac: int = 0
    production_dc: int = 0
    ess_charge: int = 0
    ess_discharge: int = 0
    battery_charge: int = 0
    battery_discharge: int = 0
    consumption: int = 0


class SimulatedHouse:
    """A deterministic state machine: the same settings and the same controls give the same house.

    The attributes are the powers (W) of the last second played: ``load``, ``solar`` (PV that really flowed), ``ess``
    (inverter, AC, + discharge), ``battery_power`` (+ discharge), ``grid`` (+ import); ``grid == load - AC PV - ess``.
    ``asked`` is the AC power that the inverter was asked for in it.
    """

    __slots__ = (
        "_energy",
        "_load_step",
        "_max_apparent",
        "_solar_step",
        "_step_end",
        "_step_start",
        "asked",
        "battery",
        "battery_power",
        "elapsed",
        "ess",
        "grid",
        "grid_mode",
        "load",
        "settings",
        "solar",
        "stuck",
    )

    def __init__(self, settings: HouseSettings) -> None:
        self.settings = settings
        self.battery = Battery(settings.battery) if settings.battery else None
        self._max_apparent = settings.max_apparent_power or _needed_power(settings)
        self.elapsed = 0
        self.grid_mode = GridMode.ON_GRID
        self.stuck = False
        """A fault to be switched on: the battery ignores what it is asked."""
        self.load = self.solar = self.ess = self.battery_power = self.grid = self.asked = 0
        self._energy = Joules()
        self._play_step(0)

    @property
    def hybrid(self) -> bool:
        """Whether the roof hangs on the battery's inverter (DC)."""
        return self.battery is not None and self.settings.kind is BatteryKind.HYBRID

    @property
    def max_apparent_power(self) -> int:
        """What the inverter can do, VA."""
        return self._max_apparent

    @property
    def moment(self) -> float:
        """The moment of the profile (s since its first midnight) that is played next."""
        return (self.settings.start + self.settings.speed * self.elapsed) % self.settings.profile.duration

    @property
    def allowed_charge_power(self) -> int:
        """AC, <= 0 W: the most that may be charged now; on a hybrid the roof's share comes off."""
        if self.battery is None:
            return 0
        return max(min(0, self._dc_solar() - self.battery.allowed_charge()), -self._max_apparent)

    @property
    def allowed_discharge_power(self) -> int:
        """AC, >= 0 W: the most that may be discharged now; on a hybrid with the roof's share."""
        if self.battery is None:
            return 0
        return min(self.battery.allowed_discharge() + self._dc_solar(), self._max_apparent)

    @property
    def energy(self) -> Joules:
        """A copy of the counters, Ws."""
        return Joules(**asdict(self._energy))

    def counters(self) -> dict[Register, int]:
        """Return the cumulated energy in whole Wh. Never falls."""
        energy = self._energy
        counted = {
            Register.WITHDRAWAL: energy.grid_buy,
            Register.FEED_IN: energy.grid_sell,
            Register.CONSUMPTION: energy.consumption,
        }
        if self.settings.profile.has_plant:
            counted[Register.GENERATION] = energy.production_ac + energy.production_dc
        if self.battery:
            counted[Register.BATTERY_CHARGE] = energy.battery_charge
            counted[Register.BATTERY_DISCHARGE] = energy.battery_discharge
        return {register: joules // 3600 for register, joules in counted.items()}

    def advance(self, seconds: int, control: Control) -> None:
        """Play so many seconds. Of the same control in one go or one by one makes no difference."""
        fixed = control.power_w if isinstance(control, FixedPower) else None
        grid_target = control.grid_w if isinstance(control, Balancing) else 0
        for _ in range(seconds):
            if self.elapsed >= self._step_end:
                self._play_step(self.elapsed)
            index = self.elapsed - self._step_start
            target = self.grid + self.ess - grid_target if fixed is None else fixed
            self._second(self._load_step[index], self._solar_step[index], target)
            self.elapsed += 1

    def _second(self, load: int, solar: int, target: int) -> None:
        limit = self._max_apparent
        off_grid = self.grid_mode is GridMode.OFF_GRID
        hybrid = self.hybrid
        battery_power = ess = 0
        if self.battery:
            if off_grid:
                target = load - (0 if hybrid else solar)
            elif self.stuck:
                target = solar if hybrid else 0
            self.asked = target = max(-limit, min(limit, target))
            supply = solar if off_grid else None
            battery_power = self.battery.advance(target - solar if hybrid else target, supply)
            if hybrid:
                solar = min(solar, limit - battery_power)
            ess = battery_power + (solar if hybrid else 0)
        direct = 0 if hybrid else solar
        grid = load - direct - ess
        if off_grid:
            load, solar, grid = self._island(load, solar, grid)
            if hybrid:
                ess = battery_power + solar
            else:
                direct = solar
            grid = 0
        self.load, self.solar, self.ess, self.battery_power, self.grid = load, solar, ess, battery_power, grid
        self._count(load, direct, solar - direct, ess, battery_power, grid)

    @staticmethod
    def _island(load: int, solar: int, missing: int) -> tuple[int, int, int]:
        """Without a grid, load that is not served is shed and a surplus of the roof is not taken."""
        if missing > 0:
            return load - missing, solar, 0
        curtailed = min(solar, -missing)
        # What the roof alone cannot give back is a battery that still ramps down: the load takes it.
        return load - missing - curtailed, solar - curtailed, 0

    def _count(self, load: int, direct: int, behind: int, ess: int, battery: int, grid: int) -> None:
        energy = self._energy
        energy.consumption += load
        energy.production_ac += direct
        energy.production_dc += behind
        if grid > 0:
            energy.grid_buy += grid
        else:
            energy.grid_sell -= grid
        if ess > 0:
            energy.ess_discharge += ess
        else:
            energy.ess_charge -= ess
        if battery > 0:
            energy.battery_discharge += battery
        else:
            energy.battery_charge -= battery

    def _dc_solar(self) -> int:
        return self.solar if self.hybrid else 0

    def _play_step(self, second: int) -> None:
        settings = self.settings
        profile, start, speed = settings.profile, settings.start, settings.speed
        step = int((start + speed * second) // profile.step_seconds)
        begin = min(second, ceil((step * profile.step_seconds - start) / speed))
        end = max(second + 1, ceil(((step + 1) * profile.step_seconds - start) / speed))
        index = step % len(profile.load_w)
        self._step_start, self._step_end = begin, end
        self._load_step = vary(
            profile.load_w[index], end - begin, seed=settings.seed, step=step, texture=Texture.LOAD
        )
        self._solar_step = vary(
            profile.pv_w[index], end - begin, seed=settings.seed, step=step, texture=Texture.SOLAR
        )

    def snapshot(self) -> dict[str, Any]:
        """Return the state as a JSON-able document; the settings are not part of it."""
        return {
            "elapsed": self.elapsed,
            "powers": [self.load, self.solar, self.ess, self.battery_power, self.grid],
            "energy": asdict(self._energy),
            "battery": self.battery.snapshot() if self.battery else None,
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Go on from a snapshot of a house with the same settings. Raises KeyError, TypeError or ValueError."""
        energy = Joules(**{name: int(value) for name, value in snapshot["energy"].items()})
        elapsed = int(snapshot["elapsed"])
        powers = [int(value) for value in snapshot["powers"]]
        if len(powers) != 5 or elapsed < 0 or (snapshot["battery"] is None) != (self.battery is None):
            raise ValueError("the snapshot is of another house")
        if self.battery:
            self.battery.restore(snapshot["battery"])
        self._energy, self.elapsed = energy, elapsed
        self.load, self.solar, self.ess, self.battery_power, self.grid = powers
        self._play_step(elapsed)


def _needed_power(settings: HouseSettings) -> int:
    battery = settings.battery.max_power_w if settings.battery else 0
    roof = max(settings.profile.pv_w) if settings.kind is BatteryKind.HYBRID else 0
    return max(battery, roof, 1)
