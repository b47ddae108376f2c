"""The state as Prometheus text (exposition format 0.0.4). It shows consumption, so it needs a token."""

from collections.abc import Iterator
from dataclasses import dataclass

from dems_node.json_types import Json, StateDocument

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Metric:
    section: str
    key: str
    name: str
    help: str
    kind: str = "gauge"
    factor: int = 1


_WH = 3600
_METRICS = (
    _Metric("home", "power", "dems_home_power_watts", "Consumption of the house."),
    _Metric("home", "energy", "dems_home_energy_joules_total", "Consumption of the house.", "counter", _WH),
    _Metric("grid", "power", "dems_grid_power_watts", "Power at the grid meter, + import."),
    _Metric(
        "grid", "energy_import", "dems_grid_import_joules_total", "Bought from the grid.", "counter", _WH
    ),
    _Metric("grid", "energy_export", "dems_grid_export_joules_total", "Sold to the grid.", "counter", _WH),
    _Metric("solar", "power", "dems_solar_power_watts", "Solar generation."),
    _Metric("solar", "energy", "dems_solar_energy_joules_total", "Solar generation.", "counter", _WH),
    _Metric("battery", "power", "dems_battery_power_watts", "Power of the battery, + discharging."),
    _Metric("battery", "soc", "dems_battery_soc_percent", "State of charge."),
    _Metric("battery", "energy_charged", "dems_battery_charged_joules_total", "Charged.", "counter", _WH),
    _Metric(
        "battery", "energy_discharged", "dems_battery_discharged_joules_total", "Discharged.", "counter", _WH
    ),
    _Metric(
        "dispatch",
        "setpoint",
        "dems_setpoint_watts",
        "Set-point in force, + discharging; absent when released.",
    ),
    _Metric(
        "bridge", "clock_offset", "dems_clock_offset_seconds", "Clock of the Edge minus that of the bridge."
    ),
    _Metric("bridge", "started_at", "dems_start_time_seconds", "When the bridge started, UTC."),
)


def metrics_text(state: StateDocument, subscribers: int) -> str:
    """Return the metrics. What is unknown has no sample."""
    lines = [line for metric in _METRICS for line in _lines(metric, _value(state, metric))]
    bridge = state["bridge"] or {}
    dispatch = state["dispatch"] or {}
    lines += _sample(
        "dems_edge_connected", "Whether the Edge answers.", "gauge", int(bridge["edge"] == "connected")
    )
    lines += _sample("dems_disk_full", "Whether the disk is full.", "gauge", int(bridge["disk"] == "full"))
    lines += _sample("dems_websocket_clients", "Clients that follow by WebSocket.", "gauge", subscribers)
    lines += [
        "# HELP dems_dispatch_info Mode and status of the dispatcher.",
        "# TYPE dems_dispatch_info gauge",
        f'dems_dispatch_info{{mode="{dispatch["mode"]}",status="{dispatch["status"]}"}} 1',
    ]
    return "\n".join(lines) + "\n"


def _value(state: StateDocument, metric: _Metric) -> Json:
    return (state.get(metric.section) or {}).get(metric.key)


def _lines(metric: _Metric, value: Json) -> Iterator[str]:
    if isinstance(value, int | float):
        yield from _sample(metric.name, metric.help, metric.kind, value * metric.factor)


def _sample(name: str, explanation: str, kind: str, value: float) -> list[str]:
    return [f"# HELP {name} {explanation}", f"# TYPE {name} {kind}", f"{name} {value}"]
