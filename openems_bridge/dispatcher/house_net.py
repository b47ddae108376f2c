"""What the grid meter would show with an idle battery: the value that every loop and limit at the meter rests on."""

from dataclasses import dataclass

from openems_bridge.dispatcher.reasons import ReasonCode
from openems_bridge.telemetry import Telemetry

WINDOW_CYCLES = 5
"""A set-point shows after two cycles, and one of the two meters may be two cycles older than the other."""
AGREEING_CYCLES = 3
"""What so many cycles in a row say is no trick of two meters: that lasts two cycles at most."""


def raw_house_net(telemetry: Telemetry) -> int | None:
    """Return grid + battery of one cycle, W, + import; None where either is unknown.

    The battery's own movement cancels out, whatever the delay of a set-point. On a hybrid the DC-coupled plant
    counts to the house.
    """
    if telemetry.grid_power is None or telemetry.battery_power is None:
        return None
    return telemetry.grid_power + telemetry.battery_power


def missing_for_house_net(telemetry: Telemetry) -> ReasonCode:
    """Return which part of the sum is unknown."""
    if telemetry.grid_power is None:
        return ReasonCode.GRID_POWER_UNKNOWN
    return ReasonCode.BATTERY_POWER_UNKNOWN


@dataclass(frozen=True, slots=True)
class HouseNet:
    """The house without its battery, W, + import, as far as it can be told from the battery's own movement.

    Grid meter and battery are seldom measured at quite the same moment. Where one lags by a cycle, a movement of the
    battery looks like one of the house, and a loop that believes it swings ever wider (z³ ± z ∓ 1 has roots outside
    the unit circle). So a change is believed only beyond what the battery moved within the last cycles, or when three
    cycles agree on it. With a battery at rest every change is believed at once.
    """

    power_w: int | None = None
    battery: tuple[int, ...] = ()
    """The battery's measured power in the last cycles."""
    asked: tuple[int, ...] = ()
    """What was asked of it: it may have moved without its meter knowing yet."""
    raw: tuple[int, ...] = ()
    """What the last cycles said."""

    def after(self, telemetry: Telemetry, setpoint: int | None) -> HouseNet:
        """Return the value after one more cycle; ``setpoint`` is the battery power in force, None when it is free."""
        raw = raw_house_net(telemetry)
        if raw is None or telemetry.battery_power is None:
            return HouseNet()
        battery = (*self.battery, telemetry.battery_power)[-WINDOW_CYCLES:]
        asked = (*self.asked, telemetry.battery_power if setpoint is None else setpoint)[-WINDOW_CYCLES:]
        moved = max(max(battery) - min(battery), max(asked) - min(asked))
        raws = (*self.raw, raw)[-AGREEING_CYCLES:]
        believed = raw if self.power_w is None else _within(self.power_w, raw - moved, raw + moved)
        if len(raws) == AGREEING_CYCLES:
            believed = _within(believed, min(raws), max(raws))
        return HouseNet(believed, battery, asked, raws)


def _within(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))
