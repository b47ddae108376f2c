"""The house at one moment, as far as following the running slot asks."""

from dataclasses import dataclass

from openems_bridge.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class HouseNow:
    """The last cycle, and whether the house has a battery."""

    telemetry: Telemetry
    has_battery: bool
