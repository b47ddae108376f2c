"""A battery in steps of one second: losses, derating, ramp and the delay of a real inverter, in exact integers."""

from dataclasses import dataclass

DERATING_PERCENT = 5
"""Allowed charge falls linearly over the last 5 % of SoC to 0, allowed discharge over the first (facts/openems.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySettings:
    """``capacity_wh`` usable, ``max_power_w`` at the terminals, ``efficiency_percent`` one way, SoC in %.

    ``ramp_w_per_second`` None: full power within two seconds.
    """

    capacity_wh: int
    max_power_w: int
    efficiency_percent: int = 95
    initial_soc: int = 50
    ramp_w_per_second: int | None = None

    def __post_init__(self) -> None:
        if self.capacity_wh <= 0 or self.max_power_w <= 0:
            raise ValueError(
                f"a battery needs a capacity and a power > 0, not {self.capacity_wh} Wh, {self.max_power_w} W"
            )
        if not 1 <= self.efficiency_percent <= 100:
            raise ValueError(f"efficiency_percent must be 1 to 100, not {self.efficiency_percent}")
        if not 0 <= self.initial_soc <= 100:
            raise ValueError(f"initial_soc must be 0 to 100, not {self.initial_soc}")
        if self.ramp_w_per_second is not None and self.ramp_w_per_second <= 0:
            raise ValueError(f"ramp_w_per_second must be > 0, not {self.ramp_w_per_second}")


class Battery:
    """The state of a battery. Power in W at its terminals, + discharging.

    The content is counted in units of 1/(100·e) J with e the efficiency in percent: a watt-second in adds e² units,
    one out takes 100² units, so nothing is ever rounded and content and terminals always agree.
    """

    __slots__ = (
        "_ask",
        "_careful",
        "_content",
        "_full",
        "_into",
        "_out_of",
        "_ramp",
        "_unit",
        "_window",
        "power",
        "settings",
    )

    def __init__(self, settings: BatterySettings) -> None:
        self.settings = settings
        percent = settings.efficiency_percent
        self._unit = 100 * percent
        self._into = percent * percent
        self._out_of = 100 * 100
        self._full = settings.capacity_wh * 3600 * self._unit
        self._content = self._full * settings.initial_soc // 100
        self._window = self._full * DERATING_PERCENT // 100
        self._careful = max(self._window, settings.max_power_w * self._out_of)
        self._ramp = settings.ramp_w_per_second or -(-settings.max_power_w // 2)
        self._ask = 0
        self.power = 0

    @property
    def content(self) -> int:
        """The energy inside, in units of ``1 / units_per_joule`` J."""
        return self._content

    @property
    def units_per_joule(self) -> int:
        """How many units of ``content`` are a joule."""
        return self._unit

    @property
    def soc(self) -> int:
        """State of charge, %, rounded."""
        return (200 * self._content + self._full) // (2 * self._full)

    def allowed_charge(self) -> int:
        """Return how much (W, >= 0) may be charged now."""
        free = self._full - self._content
        limit = self.settings.max_power_w
        if free < self._careful:
            limit = min(limit, limit * free // self._window, free // self._into)
        return limit

    def allowed_discharge(self) -> int:
        """Return how much (W, >= 0) may be discharged now."""
        limit = self.settings.max_power_w
        if self._content < self._careful:
            limit = min(limit, limit * self._content // self._window, self._content // self._out_of)
        return limit

    def advance(self, target: int, supply: int | None = None) -> int:
        """Play one second with this target (W) and return the power of that second.

        The inverter hears of a target one second late and then ramps, so a set-point shows after about two. ``supply``
        is the most (W, >= 0) that can be charged from where there is no grid; None: any power.
        """
        ask, self._ask = self._ask, target
        power = self.power
        ramp = self._ramp
        if ask > power + ramp:
            power += ramp
        elif ask < power - ramp:
            power -= ramp
        else:
            power = ask
        if power > 0:
            power = min(power, self.allowed_discharge())
            self._content -= power * self._out_of
        elif power < 0:
            power = max(power, -self.allowed_charge())
            if supply is not None:
                power = max(power, -supply)
            self._content -= power * self._into
        self.power = power
        return power

    def snapshot(self) -> dict[str, int]:
        """Return the state as JSON-able integers."""
        return {"content": self._content, "ask": self._ask, "power": self.power}

    def restore(self, snapshot: dict[str, int]) -> None:
        """Take over what ``snapshot`` returned. Raises KeyError, or ValueError where it is of another battery."""
        content = int(snapshot["content"])
        if not 0 <= content <= self._full:
            raise ValueError(f"content {content} does not fit a battery of {self.settings.capacity_wh} Wh")
        self._content, self._ask, self.power = content, int(snapshot["ask"]), int(snapshot["power"])
