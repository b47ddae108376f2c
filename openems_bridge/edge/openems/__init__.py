"""OpenEMS Edge: readings by websocket JSON-RPC, set-points by REST."""

from openems_bridge.edge.openems.adapter import OpenEmsEdge
from openems_bridge.edge.openems.options import ChosenComponents, OpenEmsOptions, Secret

__all__ = ["ChosenComponents", "OpenEmsEdge", "OpenEmsOptions", "Secret"]
