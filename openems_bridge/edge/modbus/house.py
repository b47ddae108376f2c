"""What an Edge's registers tell about the house: topology, which registers to read, what they mean. Pure.

The facts give no record tables for meters and hybrids, so grid, plants and a hybrid's own battery power come from
``_sum``. What a chosen battery among several would need of those stays unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openems_bridge.edge.interface import Battery, BatteryKind, Component, ControlPath, Topology
from openems_bridge.edge.modbus.codec import RegisterType, decode_number
from openems_bridge.edge.modbus.layout import (
    ESS_ACTIVE_POWER,
    ESS_CAPACITY,
    ESS_MAX_APPARENT_POWER,
    ESS_SOC,
    MANAGED_LEAST_POWER,
    MANAGED_MOST_POWER,
    MANAGED_SET_ACTIVE_POWER,
    STATE,
    SUM_CONSUMPTION,
    SUM_CONSUMPTION_POWER,
    SUM_DISCHARGE_POWER,
    SUM_ESS_CHARGE,
    SUM_ESS_DISCHARGE,
    SUM_GRID_BUY,
    SUM_GRID_MODE,
    SUM_GRID_POWER,
    SUM_GRID_SELL,
    SUM_PRODUCTION,
    SUM_PRODUCTION_POWER,
    Layout,
    LayoutError,
    ModbusComponent,
    Nature,
    Record,
    Span,
    plan_reads,
)
from openems_bridge.edge.modbus.options import ModbusOptions
from openems_bridge.telemetry import EdgeState, GridMode, Register, SourceClass, Telemetry

CONTROLLER = "Modbus/TCP"

type Registers = Mapping[int, int]
"""Register values by address."""


@dataclass(frozen=True, slots=True)
class _Place:
    span: Span
    kind: RegisterType


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusHouse:
    """A household as found in a layout."""

    topology: Topology
    chain: tuple[ModbusComponent, ...]
    """All components from the first to the last that is read. While each still has its id and length, nothing has
    moved; checked in this order no header is read where another record may be by now (that would be a fault)."""
    ess: ModbusComponent | None
    places: Mapping[str, _Place]
    """Where each quantity of a Telemetry is; registers by their names."""
    reads: tuple[Span, ...]

    @property
    def setpoint(self) -> Span | None:
        """The two registers of ``SetActivePowerEquals``, None where the battery takes none."""
        if self.ess is None or Nature.MANAGED_SYMMETRIC_ESS not in self.ess.natures:
            return None
        return self.ess.span(Nature.MANAGED_SYMMETRIC_ESS, MANAGED_SET_ACTIVE_POWER)


def find_house(layout: Layout, options: ModbusOptions) -> ModbusHouse:
    """Return the house of a layout. Raises LayoutError where ``_sum`` is not among the Edge's ``component.ids``."""
    totals = next(iter(layout.with_nature(Nature.SUM)), None)
    if totals is None or Nature.OPENEMS_COMPONENT not in totals.natures:
        raise LayoutError(
            "_sum is not served: add _sum and the battery to component.ids of the Modbus controller."
        )
    candidates = layout.with_nature(Nature.SYMMETRIC_ESS)
    ess, notes = _choose(candidates, options.battery)
    battery = _battery(ess)
    places = {**_total_places(totals), **_ess_places(totals, ess, alone=len(candidates) == 1)}
    last = max(component.start for component in (totals, ess) if component is not None)
    return ModbusHouse(
        topology=Topology(
            source=SourceClass.OPENEMS,
            grid_meter=Component(id=totals.id, alias="Grid"),
            battery=battery,
            plants=(Component(id=totals.id, alias="Solar plants"),),
            control=_control(options) if battery is not None and battery.managed else None,
            notes=notes,
        ),
        chain=tuple(component for component in layout.components if component.start <= last),
        ess=ess,
        places=places,
        reads=plan_reads(place.span for place in places.values()),
    )


def read_house(
    house: ModbusHouse, registers: Registers, *, measured_at: float, received_at: float
) -> Telemetry:
    """Return one poll as a Telemetry."""

    def value(name: str) -> int | None:
        place = house.places.get(name)
        if place is None:
            return None
        return decode_number(place.kind, [registers[a] for a in range(place.span.address, place.span.end)])

    soc, mode, state = value("soc"), value("grid_mode"), value("edge_state")
    return Telemetry(
        measured_at=measured_at,
        received_at=received_at,
        grid_power=value("grid_power"),
        battery_power=value("battery_power"),
        ess_power=value("ess_power"),
        solar_power=value("solar_power"),
        consumption_power=value("consumption_power"),
        soc=soc if soc is not None and soc <= 100 else None,
        capacity=value("capacity"),
        grid_mode=GridMode(mode) if mode is not None and mode in GridMode else GridMode.UNDEFINED,
        edge_state=EdgeState(state) if state is not None and state in EdgeState else None,
        allowed_charge_power=value("allowed_charge_power"),
        allowed_discharge_power=value("allowed_discharge_power"),
        max_apparent_power=value("max_apparent_power"),
        counters={register: value(register.value) for register in Register if register.value in house.places},
    )


def _choose(
    candidates: Sequence[ModbusComponent], chosen: str | None
) -> tuple[ModbusComponent | None, tuple[str, ...]]:
    ids = ", ".join(candidate.id for candidate in candidates)
    if chosen is not None:
        picked = next((candidate for candidate in candidates if candidate.id == chosen), None)
        if picked is not None:
            return picked, ()
        served = f"it serves {ids}" if ids else "it serves no battery"
        return None, (
            f"The Edge serves no battery {chosen!r} over Modbus: {served}. Check its component.ids.",
        )
    if len(candidates) == 1:
        return candidates[0], ()
    if candidates:
        return None, (f"The Edge serves several batteries ({ids}): choose one as edge.battery.",)
    return None, ("The Edge serves no battery over Modbus: add its id to component.ids of the controller.",)


def _battery(ess: ModbusComponent | None) -> Battery | None:
    if ess is None:
        return None
    return Battery(
        id=ess.id,
        alias=ess.id,
        kind=BatteryKind.HYBRID if Nature.HYBRID_ESS in ess.natures else BatteryKind.AC_COUPLED,
        managed=Nature.MANAGED_SYMMETRIC_ESS in ess.natures,
    )


def _control(options: ModbusOptions) -> ControlPath:
    return ControlPath(
        controller=CONTROLLER,
        timeout_seconds=options.api_timeout_seconds,
        releasable=False,
        confirmed=options.confirm_no_release,
    )


def _total_places(totals: ModbusComponent) -> dict[str, _Place]:
    records = {
        "grid_power": SUM_GRID_POWER,
        "solar_power": SUM_PRODUCTION_POWER,
        "consumption_power": SUM_CONSUMPTION_POWER,
        "grid_mode": SUM_GRID_MODE,
        Register.WITHDRAWAL.value: SUM_GRID_BUY,
        Register.FEED_IN.value: SUM_GRID_SELL,
        Register.GENERATION.value: SUM_PRODUCTION,
        Register.CONSUMPTION.value: SUM_CONSUMPTION,
    }
    state = {"edge_state": _Place(totals.span(Nature.OPENEMS_COMPONENT, STATE), STATE.kind)}
    return state | _places(totals, Nature.SUM, records)


def _ess_places(totals: ModbusComponent, ess: ModbusComponent | None, *, alone: bool) -> dict[str, _Place]:
    if ess is None:
        return {}
    places = _places(
        ess,
        Nature.SYMMETRIC_ESS,
        {
            "soc": ESS_SOC,
            "ess_power": ESS_ACTIVE_POWER,
            "capacity": ESS_CAPACITY,
            "max_apparent_power": ESS_MAX_APPARENT_POWER,
        },
    )
    if Nature.MANAGED_SYMMETRIC_ESS in ess.natures:
        limits = {"allowed_charge_power": MANAGED_LEAST_POWER, "allowed_discharge_power": MANAGED_MOST_POWER}
        places |= _places(ess, Nature.MANAGED_SYMMETRIC_ESS, limits)
    if Nature.HYBRID_ESS not in ess.natures:
        places["battery_power"] = places["ess_power"]
        if alone:
            counters = {
                Register.BATTERY_CHARGE.value: SUM_ESS_CHARGE,
                Register.BATTERY_DISCHARGE.value: SUM_ESS_DISCHARGE,
            }
            places |= _places(totals, Nature.SUM, counters)
    elif alone:
        places |= _places(totals, Nature.SUM, {"battery_power": SUM_DISCHARGE_POWER})
    return places


def _places(component: ModbusComponent, nature: Nature, records: Mapping[str, Record]) -> dict[str, _Place]:
    return {name: _Place(component.span(nature, record), record.kind) for name, record in records.items()}
