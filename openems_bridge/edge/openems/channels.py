"""Which channels of an Edge tell about the house, and what their values mean. Pure.

Source: facts/openems.md, "Channels". All units are OpenEMS' own and the bridge's alike (W, Wh, %, VA), and so are
the signs. The battery's values come from the chosen ESS, totals from ``_sum``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from openems_bridge.edge.interface import Topology
from openems_bridge.edge.openems.components import TOTALS, Installation, Plant, Storage
from openems_bridge.telemetry import EdgeState, GridMode, Register, Telemetry

type Addresses = tuple[str, ...]
"""Channels whose values are added; with none the quantity is unknown."""

EDGE_CLOCK = "_meta/SystemTimeUtc"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelMap:
    """Where each quantity of a Telemetry comes from."""

    grid_power: Addresses = ()
    battery_power: Addresses = ()
    ess_power: Addresses = ()
    solar_power: Addresses = ()
    consumption_power: Addresses = ()
    soc: Addresses = ()
    capacity: Addresses = ()
    grid_mode: Addresses = ("_sum/GridMode",)
    edge_state: Addresses = ("_sum/State",)
    allowed_charge_power: Addresses = ()
    allowed_discharge_power: Addresses = ()
    max_apparent_power: Addresses = ()
    applied_setpoint: Addresses = ()
    counters: Mapping[Register, Addresses] = field(default_factory=dict)

    def addresses(self) -> tuple[str, ...]:
        """Return every channel to subscribe to, the Edge's clock included, each once, sorted."""
        single = (getattr(self, item.name) for item in fields(self) if item.name != "counters")
        groups = (*single, *self.counters.values())
        return tuple(sorted({EDGE_CLOCK, *(address for group in groups for address in group)}))


def map_channels(installation: Installation) -> ChannelMap:
    """Return where an installation's quantities are found."""
    topology = installation.topology
    generation_power, generation = _generation(installation.chosen_plants)
    withdrawal, feed_in = _grid_counters(topology)
    charge, discharge = _battery_counters(installation)
    return ChannelMap(
        grid_power=_grid_power(topology),
        solar_power=generation_power,
        consumption_power=("_sum/ConsumptionActivePower",),
        counters={
            Register.WITHDRAWAL: withdrawal,
            Register.FEED_IN: feed_in,
            Register.GENERATION: generation,
            Register.BATTERY_CHARGE: charge,
            Register.BATTERY_DISCHARGE: discharge,
            Register.CONSUMPTION: ("_sum/ConsumptionActiveEnergy",),
        },
        **_battery_channels(installation),
    )


def _battery_channels(installation: Installation) -> dict[str, Addresses]:
    battery = installation.topology.battery
    if battery is None:
        if not installation.any_storage:
            return {}
        return {
            "battery_power": ("_sum/EssDischargePower",),
            "ess_power": ("_sum/EssActivePower",),
            "soc": ("_sum/EssSoc",),
            "capacity": ("_sum/EssCapacity",),
        }
    channels = {
        "battery_power": tuple(_battery_power(storage) for storage in installation.storages),
        "ess_power": (f"{battery.id}/ActivePower",),
        "soc": (f"{battery.id}/Soc",),
        "capacity": (f"{battery.id}/Capacity",),
        "max_apparent_power": (f"{battery.id}/MaxApparentPower",),
    }
    if battery.managed:
        channels |= {
            "allowed_charge_power": (f"{battery.id}/AllowedChargePower",),
            "allowed_discharge_power": (f"{battery.id}/AllowedDischargePower",),
            # A cluster hands its set-point on: what was applied is known of its members.
            "applied_setpoint": tuple(f"{s.id}/DebugSetActivePower" for s in installation.storages),
        }
    return channels


def _battery_power(storage: Storage) -> str:
    return f"{storage.id}/{'DcDischargePower' if storage.hybrid else 'ActivePower'}"


def _battery_counters(installation: Installation) -> tuple[Addresses, Addresses]:
    if not installation.any_storage:
        return (), ()
    hybrid = any(storage.hybrid for storage in installation.storages)
    # The totals are the surest counters of a hybrid's DC side; without a choice they are all there is.
    if installation.topology.battery is None or (hybrid and installation.all_storages):
        return ("_sum/EssDcChargeEnergy",), ("_sum/EssDcDischargeEnergy",)
    prefixes = tuple(f"{s.id}/{'Dc' if s.hybrid else 'Active'}" for s in installation.storages)
    return tuple(f"{p}ChargeEnergy" for p in prefixes), tuple(f"{p}DischargeEnergy" for p in prefixes)


def _grid_power(topology: Topology) -> Addresses:
    if topology.grid_meter is None or topology.grid_meter.id == TOTALS:
        return ("_sum/GridActivePower",)
    return (f"{topology.grid_meter.id}/ActivePower",)


def _grid_counters(topology: Topology) -> tuple[Addresses, Addresses]:
    if topology.grid_meter is None or topology.grid_meter.id == TOTALS:
        return ("_sum/GridBuyActiveEnergy",), ("_sum/GridSellActiveEnergy",)
    meter = topology.grid_meter.id
    return (f"{meter}/ActiveProductionEnergy",), (f"{meter}/ActiveConsumptionEnergy",)


def _generation(chosen: Sequence[Plant]) -> tuple[Addresses, Addresses]:
    if not chosen:
        return ("_sum/ProductionActivePower",), ("_sum/ProductionActiveEnergy",)
    powers = tuple(f"{plant.id}/{'ActualPower' if plant.charger else 'ActivePower'}" for plant in chosen)
    energies = tuple(
        f"{plant.id}/{'ActualEnergy' if plant.charger else 'ActiveProductionEnergy'}" for plant in chosen
    )
    return powers, energies


def read_values(
    channels: ChannelMap, data: Mapping[str, object], *, measured_at: float, received_at: float
) -> Telemetry:
    """Return one ``currentData`` as a Telemetry. What is null, missing or no number is None."""

    def value(addresses: Addresses) -> int | None:
        return total(data, addresses)

    soc = value(channels.soc)
    return Telemetry(
        measured_at=measured_at,
        received_at=received_at,
        grid_power=value(channels.grid_power),
        battery_power=value(channels.battery_power),
        ess_power=value(channels.ess_power),
        solar_power=value(channels.solar_power),
        consumption_power=value(channels.consumption_power),
        soc=soc if soc is not None and 0 <= soc <= 100 else None,
        capacity=value(channels.capacity),
        grid_mode=_grid_mode(value(channels.grid_mode)),
        edge_state=_edge_state(value(channels.edge_state)),
        allowed_charge_power=value(channels.allowed_charge_power),
        allowed_discharge_power=value(channels.allowed_discharge_power),
        max_apparent_power=value(channels.max_apparent_power),
        applied_setpoint=value(channels.applied_setpoint),
        counters={register: value(addresses) for register, addresses in channels.counters.items()},
    )


def total(data: Mapping[str, object], addresses: Addresses) -> int | None:
    """Return the sum of some channels, None where one of them is unknown or there are none."""
    values = [number(data.get(address)) for address in addresses]
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def number(value: object) -> int | None:
    """Return a channel's value as an integer; None for null, text, and what is not finite."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return round(value)
    return None


def _grid_mode(value: int | None) -> GridMode:
    return GridMode(value) if value is not None and value in GridMode else GridMode.UNDEFINED


def _edge_state(value: int | None) -> EdgeState | None:
    return EdgeState(value) if value is not None and value in EdgeState else None


def edge_clock(data: Mapping[str, object]) -> float | None:
    """Return the Edge's own clock in UTC seconds; versions differ in sending seconds or milliseconds."""
    value = number(data.get(EDGE_CLOCK))
    if value is None:
        return None
    return value / 1000 if value > 100_000_000_000 else float(value)
