"""What an Edge says about the house in one cycle. Unknown is None, never 0."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Register(StrEnum):
    """The energy quantities of a household, each counted upwards in Wh."""

    WITHDRAWAL = "withdrawal"
    """Bought from the grid, at the grid meter."""
    FEED_IN = "feed_in"
    """Sold to the grid, at the grid meter."""
    GENERATION = "generation"
    """Produced by the solar plants."""
    BATTERY_CHARGE = "battery_charge"
    BATTERY_DISCHARGE = "battery_discharge"
    CONSUMPTION = "consumption"
    """Used by the house, without the battery."""


class GridMode(IntEnum):
    """OpenEMS' ``GridMode``: whether the house hangs on the grid."""

    UNDEFINED = -1
    ON_GRID = 1
    OFF_GRID = 2


class EdgeState(IntEnum):
    """OpenEMS' ``State`` of a component or of the whole Edge."""

    OK = 0
    INFO = 1
    WARNING = 2
    FAULT = 3


class SourceClass(StrEnum):
    """Where a reading comes from, and so how far it can be trusted."""

    OPENEMS = "openems"
    HOME_ASSISTANT = "home_assistant"
    SIMULATION = "simulation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """One cycle of the Edge. Powers in W (battery + discharge, grid + import), energy in Wh, SoC in %.

    ``battery_power`` is the battery's own (on a hybrid inverter its DC side, ``DcDischargePower``); ``ess_power``
    is what the inverter exchanges on its AC side, which on a hybrid includes the DC-coupled plant. Set-points are AC:
    ``P_ac = (ess_power - battery_power) + P_battery`` (facts/openems.md, Steering a battery, 7).
    """

    measured_at: float
    """UTC seconds at which the values held (the Edge's cycle, or the time stamp that came with a pushed value)."""
    received_at: float
    """Monotonic seconds at which they arrived."""
    grid_power: int | None = None
    battery_power: int | None = None
    ess_power: int | None = None
    solar_power: int | None = None
    consumption_power: int | None = None
    soc: int | None = None
    capacity: int | None = None
    """Usable capacity, Wh."""
    grid_mode: GridMode = GridMode.UNDEFINED
    edge_state: EdgeState | None = None
    allowed_charge_power: int | None = None
    """AC, <= 0: the most the battery may charge now."""
    allowed_discharge_power: int | None = None
    """AC, >= 0: the most the battery may discharge now."""
    max_apparent_power: int | None = None
    """VA of the inverter."""
    applied_setpoint: int | None = None
    """AC: ``DebugSetActivePower``, the set-point that the Edge really handed to the inverter."""
    counters: Mapping[Register, int | None] = field(default_factory=dict)
    """The Edge's cumulated energy, Wh. A register that it does not count is missing or None."""
    coarse: frozenset[Register] = frozenset()
    """Counters that are known but cannot place energy to the Wh and second: their steps are wide (Wh), or they were
    measured clearly before ``measured_at``. What is metered from them is at best ESTIMATED."""
    clock_offset: float | None = None
    """The Edge's own clock minus the bridge's (s), as old as the Edge's last cycle; None where it tells none."""
