"""From the configuration to the adapter of the Edge, whose libraries are imported only if it is the one."""

from dataclasses import replace
from pathlib import Path

from dems_node.clock import Clock
from dems_node.configuration.values import ConfigurationError
from openems_bridge.configuration.model import EdgeOptions, PushedOptions
from openems_bridge.edge.interface import BatteryActuator, Edge, EdgeUnreachable

SIMULATED_STATE_FILE = "simulated_house.json"


def build_edge(options: EdgeOptions, data_dir: Path, clock: Clock) -> Edge:
    """Return the Edge that the configuration names. Connects nothing yet. Raises ConfigurationError."""
    if isinstance(options, PushedOptions):
        from openems_bridge.edge.pushed import PushedEdge

        return PushedEdge(clock)
    match type(options).__name__:
        case "OpenEmsOptions":
            return _openems(options, clock)
        case "ModbusOptions":
            return _modbus(options, clock)
        case _:
            return _simulation(options, data_dir, clock)


def _openems(options: EdgeOptions, clock: Clock) -> Edge:
    from openems_bridge.edge.openems import OpenEmsEdge, OpenEmsOptions

    assert isinstance(options, OpenEmsOptions)  # noqa: S101
    return OpenEmsEdge(options, clock)


def _modbus(options: EdgeOptions, clock: Clock) -> Edge:
    from openems_bridge.edge.modbus import ModbusEdge, ModbusOptions

    assert isinstance(options, ModbusOptions)  # noqa: S101
    return ModbusEdge(options, clock)


def _simulation(options: EdgeOptions, data_dir: Path, clock: Clock) -> Edge:
    from openems_bridge.edge.simulation.adapter import SimulatedEdge
    from openems_bridge.edge.simulation.options import SimulationOptions

    assert isinstance(options, SimulationOptions)  # noqa: S101
    kept = options if options.state_file else replace(options, state_file=data_dir / SIMULATED_STATE_FILE)
    try:
        return SimulatedEdge(kept, clock)
    except (ValueError, OSError) as error:
        raise ConfigurationError([f"edge: {error}"]) from error


class CurrentActuator:
    """The Edge's door to the battery as it is now: it may come and go with the Edge's configuration."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def write(self, ac_power_w: int) -> None:
        """Ask for an AC power, as ``BatteryActuator.write``."""
        await self._door().write(ac_power_w)

    async def release(self, battery: str | None = None) -> None:
        """Take our set-point back, as ``BatteryActuator.release``."""
        await self._door().release(battery)

    def _door(self) -> BatteryActuator:
        actuator = self._edge.actuator
        if actuator is None:
            raise EdgeUnreachable("The Edge offers no way to the battery at the moment.")
        return actuator
