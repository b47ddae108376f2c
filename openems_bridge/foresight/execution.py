"""From a slot of the plan to the command that the dispatcher is given. Pure."""

from dataclasses import dataclass

from openems_bridge.dispatcher.commands import GridEnergy, SelfConsumption, Target
from openems_bridge.foresight.plan import PlanMode, PlannedSlot

_FULL = 100


@dataclass(frozen=True, slots=True)
class PlannedCommand:
    """A target with the reserve (%) that it keeps."""

    target: Target
    reserve_soc: int


def command_of(planned: PlannedSlot) -> PlannedCommand:
    """Return how a slot is carried out, with the loop closed at the meter.

    A quantity at the meter is a target of the slot; without one the house is balanced at 0 W. Where the battery must not
    discharge it still takes the house's surplus: its reserve is the whole battery.
    """
    match planned.mode:
        case PlanMode.SELF_CONSUMPTION:
            return PlannedCommand(SelfConsumption(), planned.reserve_soc)
        case PlanMode.HOLD | PlanMode.CHARGE_SURPLUS if planned.grid_energy is None:
            return PlannedCommand(SelfConsumption(), _FULL)
        case PlanMode.HOLD:
            reserve = _FULL
        case PlanMode.SERVE_COMMUNITY | PlanMode.DELIVER | PlanMode.CHARGE_SURPLUS | PlanMode.CHARGE_GRID:
            reserve = planned.reserve_soc
    if planned.grid_energy is None:
        return PlannedCommand(SelfConsumption(), reserve)
    return PlannedCommand(GridEnergy(planned.grid_energy, planned.slot), reserve)
