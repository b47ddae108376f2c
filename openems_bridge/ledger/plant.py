"""What a household says of its plant and battery when it joins a community."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Nominal powers in W, the battery's usable capacity in Wh; 0 where the house has no such thing."""

    plant_power: int = 0
    battery_power: int = 0
    battery_capacity: int = 0
