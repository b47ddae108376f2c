"""OpenEMS Edge over Modbus/TCP: readings and set-points, for Edges whose websocket cannot be reached."""

from openems_bridge.edge.modbus.adapter import ModbusEdge
from openems_bridge.edge.modbus.options import ModbusOptions

__all__ = ["ModbusEdge", "ModbusOptions"]
