"""Meters that only Home Assistant knows: their readings are pushed to the bridge (``PUT /v1/readings``)."""

from openems_bridge.edge.pushed.adapter import PushedEdge
from openems_bridge.edge.pushed.readings import (
    PushedSample,
    PushedValue,
    PushOutcome,
    Quantity,
    Refusal,
    RefusalCode,
)

__all__ = ["PushOutcome", "PushedEdge", "PushedSample", "PushedValue", "Quantity", "Refusal", "RefusalCode"]
