"""The battery as the planner sees it, from live values and the owner's limits. Pure."""

from openems_bridge.dispatcher.commands import Limits
from openems_bridge.edge.interface import Topology
from openems_bridge.foresight.plan import BatteryNow
from openems_bridge.telemetry import Telemetry

_ASSUMED_HOURS = 2
"""Where the Edge tells no power, the battery is taken to be filled or emptied in so many hours."""


def battery_now(
    topology: Topology | None, telemetry: Telemetry | None, limits: Limits, reserve_soc: int
) -> BatteryNow | None:
    """Return the battery, None where there is none, it cannot be steered, or its content is unknown.

    ``reserve_soc`` (%) is what the owner keeps for trading; the higher of it and the limits' counts. The power that the
    Edge allows at this moment is no limit of the coming hours: a full battery allows no charging now.
    """
    if topology is None or telemetry is None or topology.battery is None or topology.control is None:
        return None
    if not topology.battery.managed or telemetry.soc is None or not telemetry.capacity:
        return None
    rated = telemetry.max_apparent_power or max(
        abs(telemetry.allowed_charge_power or 0), telemetry.allowed_discharge_power or 0
    )
    rated = rated or telemetry.capacity // _ASSUMED_HOURS
    edge_reserve = topology.control.reserve_soc or 0
    return BatteryNow(
        capacity=telemetry.capacity,
        energy=telemetry.capacity * telemetry.soc // 100,
        charge_power=min(rated, rated if limits.max_charge_power is None else limits.max_charge_power),
        discharge_power=min(
            rated, rated if limits.max_discharge_power is None else limits.max_discharge_power
        ),
        reserve_soc=max(limits.reserve_soc, reserve_soc, edge_reserve),
        grid_charging=limits.grid_charging,
        feed_in=limits.battery_feed_in,
        max_feed_in=limits.max_feed_in,
        max_grid_draw=limits.max_grid_draw,
    )
