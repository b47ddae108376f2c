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
    """Return how a slot of the plan is carried out."""
    return command_for(planned.slot, planned.mode, planned.grid_energy, planned.reserve_soc)


def command_for(slot: int, mode: PlanMode, grid_energy: int | None, reserve_soc: int) -> PlannedCommand:
    """Return how a mode is carried out in a slot, with the loop closed at the meter (``grid_energy``: Wh, + import).

    A quantity at the meter is a target of the slot; without one the house is balanced at 0 W. Where the battery must not
    discharge (it is kept, or only the surplus is dealt with) its reserve is all of it.
    """
    target: Target = SelfConsumption()
    if grid_energy is not None:
        target = GridEnergy(grid_energy, slot)
    match mode:
        case PlanMode.CHARGE_SURPLUS | PlanMode.DELIVER:
            reserve = _FULL
        case PlanMode.HOLD:
            # With a quantity, what the house needs beyond it comes from the battery.
            reserve = _FULL if grid_energy is None else reserve_soc
        case PlanMode.SELF_CONSUMPTION | PlanMode.SERVE_COMMUNITY | PlanMode.CHARGE_GRID:
            reserve = reserve_soc
    return PlannedCommand(target, reserve)
