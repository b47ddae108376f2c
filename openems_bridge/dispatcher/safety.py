"""Reasons to keep the hands off the battery, whoever asks."""

from collections.abc import Iterator
from dataclasses import dataclass

from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.edge.interface import BatteryKind, ControlPath, Topology
from openems_bridge.telemetry import EdgeState, GridMode, Telemetry

LONGEST_SILENCE_SECONDS = 5
"""Values older than this say nothing about the house any more."""
LONGEST_TIMEOUT_SECONDS = 60
"""The longest an Edge may remember a set-point after the bridge has died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """What safety is judged by. Times are monotonic seconds.

    ``fresh_at`` is when values last arrived that were measured at a new moment (an Edge that repeats an old cycle
    is as silent as one that says nothing), or when the connection came back, if no values have come since.
    """

    now: float
    topology: Topology | None
    telemetry: Telemetry | None
    fresh_at: float | None
    lost_problem: str | None
    disk_has_room: bool


def reason_to_stop(vital: Vital) -> Reason | None:
    """Return why no set-point may be written or held now, the most telling reason first, or None."""
    return next(_problems(vital), None)


def _problems(vital: Vital) -> Iterator[Reason]:
    if vital.lost_problem is not None:
        yield Reason(ReasonCode.EDGE_LOST, {"problem": vital.lost_problem})
    if vital.topology is None:
        yield Reason(ReasonCode.STARTING)
        return
    yield from _path_problems(vital.topology)
    yield from _house_problems(vital, vital.topology)
    if not vital.disk_has_room:
        yield Reason(ReasonCode.DISK_FULL)


def _path_problems(topology: Topology) -> Iterator[Reason]:
    battery, control = topology.battery, topology.control
    if battery is None:
        yield Reason(ReasonCode.BATTERY_MISSING)
        return
    if not battery.managed:
        yield Reason(ReasonCode.BATTERY_UNMANAGED, {"battery": battery.id})
    if control is None:
        yield Reason(ReasonCode.CONTROL_PATH_MISSING)
        return
    yield from _timeout_problems(control)
    if not control.releasable and not control.confirmed:
        yield Reason(ReasonCode.PATH_UNCONFIRMED, {"controller": control.controller})


def _timeout_problems(control: ControlPath) -> Iterator[Reason]:
    named: dict[str, int | str] = {
        "controller": control.controller,
        "longest_seconds": LONGEST_TIMEOUT_SECONDS,
    }
    if control.timeout_seconds <= 0:
        yield Reason(ReasonCode.API_TIMEOUT_ZERO, named)
    elif control.timeout_seconds > LONGEST_TIMEOUT_SECONDS:
        yield Reason(ReasonCode.API_TIMEOUT_TOO_LONG, {**named, "timeout_seconds": control.timeout_seconds})


def _house_problems(vital: Vital, topology: Topology) -> Iterator[Reason]:
    telemetry = vital.telemetry
    if vital.fresh_at is None or vital.now - vital.fresh_at > LONGEST_SILENCE_SECONDS:
        yield Reason(ReasonCode.DATA_STALE, {"longest_seconds": LONGEST_SILENCE_SECONDS})
    if telemetry is None:
        yield Reason(ReasonCode.STARTING)
        return
    if telemetry.edge_state is None:
        yield Reason(ReasonCode.EDGE_STATE_UNKNOWN)
    elif telemetry.edge_state is EdgeState.FAULT:
        yield Reason(ReasonCode.EDGE_FAULT)
    if telemetry.grid_mode is GridMode.OFF_GRID:
        yield Reason(ReasonCode.OFF_GRID)
    elif telemetry.grid_mode is not GridMode.ON_GRID:
        yield Reason(ReasonCode.GRID_MODE_UNKNOWN)
    hybrid = topology.battery is not None and topology.battery.kind is BatteryKind.HYBRID
    if hybrid and (telemetry.ess_power is None or telemetry.battery_power is None):
        yield Reason(ReasonCode.INVERTER_POWER_UNKNOWN)
