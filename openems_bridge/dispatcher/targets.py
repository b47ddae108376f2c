"""From a target to the power that it asks of the battery now, in closed loop on the grid meter where it must be."""

from dataclasses import dataclass

from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import BatteryPower, GridEnergy, GridPower, SelfConsumption, Target
from openems_bridge.dispatcher.house_net import missing_for_house_net
from openems_bridge.dispatcher.precedence import Moment
from openems_bridge.dispatcher.reasons import ReasonCode
from openems_bridge.dispatcher.slot_progress import SlotProgress
from openems_bridge.telemetry import Telemetry

SHORTEST_HORIZON_SECONDS = 10.0
"""Near a slot's end the missing energy is spread over at least this long: a set-point shows after two cycles, so
a shorter horizon would answer every Wh with a surge that arrives when the slot is over."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The battery power, W, that a target asks for; ``closed_loop`` where it follows the live grid meter."""

    power_w: int
    closed_loop: bool


@dataclass(frozen=True, slots=True)
class LeaveToEdge:
    """The target is best served by the Edge's own controller: release."""

    controller: str


@dataclass(frozen=True, slots=True)
class Unknowable:
    """A value that the target needs is unknown; the safe answer is a battery power of 0 W."""

    missing: ReasonCode


def wish(
    target: Target,
    telemetry: Telemetry,
    house_net: int | None,
    progress: SlotProgress | None,
    balancing: str | None,
    moment: Moment,
    grid: SlotGrid,
) -> Wish | LeaveToEdge | Unknowable:
    """Return what a target asks of the battery in this cycle, before any limit.

    ``house_net`` comes from ``HouseNet``. ``progress`` is the energy that the current slot has seen at the grid meter, ``balancing`` the Edge's own
    self-consumption controller, if it has one.
    """
    match target:
        case BatteryPower(power):
            return Wish(power, closed_loop=False)
        case SelfConsumption() if balancing is not None:
            return LeaveToEdge(balancing)
        case SelfConsumption():
            return _at_the_grid(0, telemetry, house_net)
        case GridPower(power):
            return _at_the_grid(power, telemetry, house_net)
        case GridEnergy(energy, slot):
            if progress is None or progress.slot != slot:
                return Unknowable(ReasonCode.GRID_POWER_UNKNOWN)
            return _at_the_grid(grid_power_for(energy, progress, moment.utc, grid), telemetry, house_net)


def grid_power_for(energy_wh: int, progress: SlotProgress, utc: float, grid: SlotGrid) -> int:
    """Return the grid power, W, that brings a slot to ``energy_wh`` (net, + import) from where it stands now."""
    missing_wh = energy_wh - progress.expected_before_wh(energy_wh, grid) - progress.net_wh
    horizon = max(grid.end(progress.slot) - utc, SHORTEST_HORIZON_SECONDS)
    return round(missing_wh * 3600 / horizon)


def _at_the_grid(grid_power: int, telemetry: Telemetry, house_net: int | None) -> Wish | Unknowable:
    if house_net is None:
        return Unknowable(missing_for_house_net(telemetry))
    return Wish(house_net - grid_power, closed_loop=True)
