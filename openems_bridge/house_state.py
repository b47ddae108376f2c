"""The two-level state document of a house (docs/api.md, State), built from what the parts of the bridge know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from dems_node.json_types import Json, Section, StateDocument
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import (
    BatteryPower,
    Command,
    DispatchState,
    GridEnergy,
    GridPower,
    Limits,
    SelfConsumption,
    Target,
)
from openems_bridge.dispatcher.reasons import Reason
from openems_bridge.edge.interface import Component, Topology
from openems_bridge.metering.readings import Reading
from openems_bridge.telemetry import GridMode, Register, SourceClass, Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What stays the same while the bridge runs. ``fingerprint``: SHA-256 of the certificate, 32 bytes."""

    id: str
    name: str
    version: str
    fingerprint: bytes
    source: SourceClass
    started_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that the state document tells, at one moment.

    ``telemetry`` is None while the Edge is not connected; ``topology`` is then the last known one, so that nothing
    seems to be removed from the house. ``totals`` are the bridge's own counters, Wh. ``ledger`` are the sections that the
    ledger shows, none before the household joined a community; ``outlook`` those of forecast, plan and market.
    """

    edge: str = "connecting"
    edge_problem: str | None = None
    topology: Topology | None = None
    telemetry: Telemetry | None = None
    totals: Mapping[Register, int] = field(default_factory=dict)
    reading: Reading | None = None
    dispatch: DispatchState
    limits: Limits
    disk_has_room: bool = True
    ledger: Mapping[str, Section] = field(default_factory=dict)
    outlook: Mapping[str, Section] = field(default_factory=dict)


def state_document(identity: Identity, grid: SlotGrid, house: House) -> StateDocument:
    """Return the state document. Unknown is None, never 0; what the house does not have is absent."""
    values = house.telemetry or Telemetry(measured_at=0, received_at=0)
    document: dict[str, Section | None] = {
        "bridge": _bridge(identity, grid, house, values),
        "home": {"power": values.consumption_power, "energy": house.totals.get(Register.CONSUMPTION)},
        "reading": None if house.reading is None else reading_section(grid, house.reading),
        "dispatch": dispatch_section(house.dispatch),
        "limits": limits_section(house.limits),
        **house.ledger,
        **house.outlook,
    }
    topology = house.topology or Topology(source=identity.source)
    if topology.grid_meter is not None:
        document["grid"] = {
            **_component(topology.grid_meter),
            "power": values.grid_power,
            "mode": _GRID_MODES[values.grid_mode],
            "energy_import": house.totals.get(Register.WITHDRAWAL),
            "energy_export": house.totals.get(Register.FEED_IN),
        }
    if topology.battery is not None:
        document["battery"] = {
            **_component(topology.battery),
            "power": values.battery_power,
            "soc": values.soc,
            "capacity": values.capacity,
            "allowed_charge": values.allowed_charge_power,
            "allowed_discharge": values.allowed_discharge_power,
            "steerable": topology.battery.managed and topology.control is not None,
            "energy_charged": house.totals.get(Register.BATTERY_CHARGE),
            "energy_discharged": house.totals.get(Register.BATTERY_DISCHARGE),
        }
    if topology.plants:
        document["solar"] = {
            "component": topology.plants[0].id,
            "name": ", ".join(plant.alias or plant.id for plant in topology.plants),
            "power": values.solar_power,
            "energy": house.totals.get(Register.GENERATION),
        }
    return document


def reading_section(grid: SlotGrid, reading: Reading) -> Section:
    """Return a reading as the API shows it. A register that the house does not have is None."""
    return {
        "slot": reading.slot,
        "start": grid.start(reading.slot),
        "end": grid.end(reading.slot),
        "quality": reading.quality.value,
        "covered_seconds": reading.covered_seconds,
        "source": reading.source.value,
        **{register.value: reading.energy.get(register) for register in Register},
    }


def dispatch_section(state: DispatchState) -> Section:
    """Return what is done at the battery and why, as the API shows it."""
    command = state.command
    return {
        "mode": state.mode.value,
        "status": state.status.value,
        "reason": reason_section(state.reason),
        **_command(command),
        "requested": state.requested_power,
        "setpoint": state.setpoint,
        "clamps": [reason_section(clamp) for clamp in state.clamps],
    }


def limits_section(limits: Limits) -> Section:
    """Return the owner's limits as the API shows them."""
    return {
        "max_charge_power": limits.max_charge_power,
        "max_discharge_power": limits.max_discharge_power,
        "reserve_soc": limits.reserve_soc,
        "grid_charging": limits.grid_charging,
        "battery_feed_in": limits.battery_feed_in,
        "max_feed_in": limits.max_feed_in,
        "max_grid_draw": limits.max_grid_draw,
    }


def reason_section(reason: Reason) -> Section:
    """Return a reason as the API shows it: its code and its parameters."""
    return {"code": reason.code.value, "params": dict(reason.params)}


_GRID_MODES = {GridMode.ON_GRID: "on_grid", GridMode.OFF_GRID: "off_grid", GridMode.UNDEFINED: "undefined"}


def _bridge(identity: Identity, grid: SlotGrid, house: House, values: Telemetry) -> Section:
    return {
        "id": identity.id,
        "name": identity.name,
        "version": identity.version,
        "source": identity.source.value,
        "edge": house.edge,
        "edge_problem": house.edge_problem,
        "edge_state": None if values.edge_state is None else values.edge_state.name.lower(),
        "slot_seconds": grid.seconds,
        "clock_offset": None if values.clock_offset is None else round(values.clock_offset, 1),
        "disk": "ok" if house.disk_has_room else "full",
        "started_at": identity.started_at,
        "notes": [] if house.topology is None else list(house.topology.notes),
    }


def _component(component: Component) -> dict[str, Json]:
    return {"component": component.id, "name": component.alias or component.id}


def _command(command: Command | None) -> Section:
    if command is None:
        return {"source": None, "target": None, "note": None, "ends_at": None}
    return {
        "source": command.source.value,
        "target": _target(command.target),
        "note": command.reason or None,
        "ends_at": command.ends_at_utc,
    }


def _target(target: Target) -> Section:
    match target:
        case BatteryPower(power_w=power):
            return {"type": "battery_power", "power_w": power}
        case GridPower(power_w=power):
            return {"type": "grid_power", "power_w": power}
        case GridEnergy(energy_wh=energy, slot=slot):
            return {"type": "grid_energy", "energy_wh": energy, "slot": slot}
        case SelfConsumption():
            return {"type": "self_consumption"}
        case _ as unknown:
            assert_never(unknown)
