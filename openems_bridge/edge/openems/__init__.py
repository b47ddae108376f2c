"""OpenEMS Edge: readings by websocket JSON-RPC, set-points by REST."""

from dems_node.secret import Secret
from openems_bridge.edge.openems.adapter import OpenEmsEdge
from openems_bridge.edge.openems.options import ChosenComponents, OpenEmsOptions

__all__ = ["ChosenComponents", "OpenEmsEdge", "OpenEmsOptions", "Secret"]
