"""Which house is simulated: from a household's name or a file to the settings of a SimulatedHouse."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openems_bridge.edge.interface import BatteryKind
from openems_bridge.edge.simulation.battery import BatterySettings
from openems_bridge.edge.simulation.house import HouseSettings
from openems_bridge.edge.simulation.profile import DAY_SECONDS, HouseProfile, load_profile, shipped_profile

_DEFAULT_POWER = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationOptions:
    """Energy in Wh, power in W, SoC in %.

    ``profile`` is a file instead of a shipped ``household``; ``start`` the moment of the profile (s) to begin with
    (None: the present local weekday and time); ``speed`` how many seconds of the profile pass in a second.
    ``battery_wh`` None is what the household has, 0 no battery. With a ``state_file`` the house goes on where it was.
    """

    household: str = "family"
    profile: Path | None = None
    household_index: int = 0
    seed: str = "dems"
    start: float | None = None
    speed: float = 1.0
    battery_wh: int | None = None
    battery_w: int | None = None
    initial_soc: int = 50
    hybrid: bool = False
    timeout_seconds: int = 60
    """A set-point that is not written again for so long is forgotten, as by an Edge's API controller."""
    state_file: Path | None = None


def house_settings(options: SimulationOptions, utc: float) -> HouseSettings:
    """Return the settings of the house, begun at ``utc``. Raises ProfileError or ValueError for what makes no house."""
    profile = _profile(options)
    return HouseSettings(
        profile=profile,
        battery=_battery(options, profile),
        kind=BatteryKind.HYBRID if options.hybrid else BatteryKind.AC_COUPLED,
        seed=options.seed,
        start=local_moment(utc) if options.start is None else options.start,
        speed=options.speed,
    )


def local_moment(utc: float) -> float:
    """Return the local weekday and time of a moment as seconds since Monday 00:00."""
    now = datetime.fromtimestamp(utc).astimezone()
    return float(now.weekday() * DAY_SECONDS + now.hour * 3600 + now.minute * 60 + now.second)


def _profile(options: SimulationOptions) -> HouseProfile:
    if options.profile:
        return load_profile(options.profile, options.household_index)
    return shipped_profile(options.household)


def _battery(options: SimulationOptions, profile: HouseProfile) -> BatterySettings | None:
    capacity = profile.battery_wh if options.battery_wh is None else options.battery_wh
    if capacity == 0:
        return None
    power = options.battery_w or profile.battery_w or _DEFAULT_POWER
    return BatterySettings(capacity_wh=capacity, max_power_w=power, initial_soc=options.initial_soc)
