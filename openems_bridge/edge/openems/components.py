"""Which components of an Edge are the house: battery, grid meter, plants. Pure.

Natures and factories: facts/openems.md and OpenEMS' ``Sum``, which likewise leaves clusters (``MetaEss``) out of its
totals and adds up all meters of a type.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from openems_bridge.edge.interface import Battery, BatteryKind, Component, Finding, Inspection, Topology
from openems_bridge.edge.openems.configuration import ConfiguredComponent, EdgeConfiguration
from openems_bridge.edge.openems.control import find_control
from openems_bridge.edge.openems.options import ChosenComponents
from openems_bridge.telemetry import SourceClass

ESS = "SymmetricEss"
MANAGED_ESS = "ManagedSymmetricEss"
HYBRID_ESS = "HybridEss"
CLUSTER = "MetaEss"
METER = "ElectricityMeter"
CHARGER = "EssDcCharger"
TOTALS = "_sum"
"""The component that holds the Edge's totals; it stands in for several grid meters."""
PV_INVERTER = "ManagedSymmetricPvInverter"


@dataclass(frozen=True, slots=True)
class Storage:
    """One real ESS: the battery itself, or a member of the cluster that is the battery."""

    id: str
    hybrid: bool


@dataclass(frozen=True, slots=True)
class Plant:
    """A solar plant: a meter (AC), or a charger (DC) behind a hybrid inverter."""

    id: str
    charger: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The topology, and what only OpenEMS' channels need to know about it."""

    topology: Topology
    storages: tuple[Storage, ...] = ()
    """The real ESS behind the battery."""
    all_storages: bool = False
    """Whether these are all ESS of the Edge, so that its totals are the battery's."""
    any_storage: bool = False
    """Whether the Edge has any ESS at all, chosen or not."""
    chosen_plants: tuple[Plant, ...] = ()
    """The plants that the owner picked; empty: the Edge's totals count."""
    findings: tuple[Inspection, ...] = ()
    """What ``check`` says about the configuration."""


def survey(
    configuration: EdgeConfiguration, chosen: ChosenComponents, *, rest_controller: str, rest_port: int
) -> Installation:
    """Find the house in an Edge's configuration. What the owner chose goes first, and is checked."""
    findings: list[Inspection] = []
    ess = _battery_component(configuration, chosen.battery, findings)
    storages = _storages(configuration, ess)
    battery = _battery(ess, storages, findings)
    grid_meter = _grid_meter(configuration, chosen.grid_meter, findings)
    plants = _plants(configuration, chosen.plants, findings)
    real = _real_storages(configuration)
    control = None
    if battery is not None and battery.managed:
        steered = frozenset((battery.id, *(storage.id for storage in storages)))
        control, remarks = find_control(configuration, steered, rest_controller, rest_port)
        findings.extend(remarks)
    return Installation(
        topology=Topology(
            source=SourceClass.OPENEMS,
            grid_meter=grid_meter,
            battery=battery,
            plants=tuple(_named(plant) for plant in plants),
            control=control,
            notes=tuple(
                line.message for line in findings if line.finding in (Finding.WARNING, Finding.ERROR)
            ),
        ),
        storages=storages,
        all_storages=bool(storages) and {s.id for s in storages} == {component.id for component in real},
        any_storage=bool(real),
        chosen_plants=tuple(Plant(p.id, CHARGER in p.natures) for p in plants) if chosen.plants else (),
        findings=tuple(findings),
    )


def meter_type(component: ConfiguredComponent) -> str:
    """Return a meter's type (``GRID``, ``PRODUCTION`` …); where it is not configurable its factory tells."""
    configured = component.text("type")
    if configured is not None:
        return configured.upper()
    if "GridMeter" in component.factory:
        return "GRID"
    if PV_INVERTER in component.natures or "ProductionMeter" in component.factory:
        return "PRODUCTION"
    return ""


def _real_storages(configuration: EdgeConfiguration) -> tuple[ConfiguredComponent, ...]:
    return tuple(c for c in configuration.with_nature(ESS) if not _is_cluster(c))


def _is_cluster(component: ConfiguredComponent) -> bool:
    return CLUSTER in component.natures or component.factory == "Ess.Cluster"


def _battery_component(
    configuration: EdgeConfiguration, chosen: str | None, findings: list[Inspection]
) -> ConfiguredComponent | None:
    candidates = configuration.with_nature(ESS)
    if chosen is not None:
        return _chosen(configuration, "battery", chosen, candidates, findings)
    clusters = [candidate for candidate in candidates if _is_cluster(candidate)]
    best = clusters or list(candidates)
    if len(best) == 1:
        return best[0]
    if best:
        findings.append(
            Inspection(
                finding=Finding.WARNING,
                subject="battery",
                message=f"The Edge has several batteries ({_list(best)}): choose one as edge.components.battery. "
                "Until then only their sum is read and none is steered.",
            )
        )
    else:
        findings.append(
            Inspection(finding=Finding.NOTE, subject="battery", message="The Edge has no battery.")
        )
    return None


def _storages(configuration: EdgeConfiguration, ess: ConfiguredComponent | None) -> tuple[Storage, ...]:
    if ess is None:
        return ()
    real = {component.id: component for component in _real_storages(configuration)}
    member_ids = ess.ids("ess.ids") if _is_cluster(ess) else (ess.id,)
    return tuple(Storage(key, HYBRID_ESS in real[key].natures) for key in member_ids if key in real)


def _battery(
    ess: ConfiguredComponent | None, storages: Sequence[Storage], findings: list[Inspection]
) -> Battery | None:
    if ess is None:
        return None
    hybrid = any(storage.hybrid for storage in storages)
    obstacle = _obstacle(ess)
    battery = Battery(
        id=ess.id,
        alias=ess.alias,
        kind=BatteryKind.HYBRID if hybrid else BatteryKind.AC_COUPLED,
        managed=obstacle is None,
    )
    kind = "a hybrid inverter" if hybrid else "AC-coupled"
    name = f"{ess.id} ({ess.alias}), {kind}"
    findings.append(
        Inspection(finding=Finding.OK, subject="battery", message=f"{name}.")
        if obstacle is None
        else Inspection(
            finding=Finding.WARNING, subject="battery", message=f"{name}, cannot be steered: {obstacle}."
        )
    )
    return battery


def _obstacle(ess: ConfiguredComponent) -> str | None:
    """Return why an ESS takes no set-points, None where it does."""
    if MANAGED_ESS not in ess.natures:
        return f"{ess.factory} takes no set-points"
    if ess.flag("readOnlyMode", default=False):
        return "its readOnlyMode is on"
    if ess.text("controlMode") == "INTERNAL":
        return "its controlMode is INTERNAL; SMART or REMOTE would let the Edge steer it"
    return None


def _grid_meter(
    configuration: EdgeConfiguration, chosen: str | None, findings: list[Inspection]
) -> Component | None:
    if chosen is not None:
        picked = _chosen(configuration, "grid_meter", chosen, configuration.with_nature(METER), findings)
        return _named(picked) if picked else None
    meters = [meter for meter in configuration.with_nature(METER) if meter_type(meter) == "GRID"]
    found: Component | None
    match meters:
        case [meter]:
            line = Inspection(
                finding=Finding.OK, subject="grid_meter", message=f"{meter.id} ({meter.alias})."
            )
            found = _named(meter)
        case []:
            line = Inspection(
                finding=Finding.WARNING,
                subject="grid_meter",
                message="The Edge has no grid meter: withdrawal and feed-in stay unknown. "
                "Set a meter's type to GRID or choose one as edge.components.grid_meter.",
            )
            found = None
        case _:
            line = Inspection(
                finding=Finding.WARNING,
                subject="grid_meter",
                message=f"The Edge has several grid meters ({_list(meters)}): their sum is read. "
                "Choose one as edge.components.grid_meter if that is wrong.",
            )
            found = Component(id=TOTALS, alias="All grid meters")
    findings.append(line)
    return found


def _plants(
    configuration: EdgeConfiguration, chosen: Sequence[str], findings: list[Inspection]
) -> tuple[ConfiguredComponent, ...]:
    chargers = configuration.with_nature(CHARGER)
    meters = configuration.with_nature(METER)
    if chosen:
        candidates = (*meters, *chargers)
        picked = (_chosen(configuration, "plants", plant, candidates, findings) for plant in chosen)
        return tuple(plant for plant in picked if plant is not None)
    found = (*(meter for meter in meters if meter_type(meter) == "PRODUCTION"), *chargers)
    message = f"{_list(found)}." if found else "The Edge has no solar plant."
    findings.append(Inspection(finding=Finding.OK, subject="plants", message=message))
    return found


def _chosen(
    configuration: EdgeConfiguration,
    subject: str,
    chosen: str,
    candidates: Sequence[ConfiguredComponent],
    findings: list[Inspection],
) -> ConfiguredComponent | None:
    picked = next((candidate for candidate in candidates if candidate.id == chosen), None)
    if picked is not None:
        if subject != "battery":
            findings.append(
                Inspection(
                    finding=Finding.OK, subject=subject, message=f"{picked.id} ({picked.alias}), as chosen."
                )
            )
        return picked
    existing = configuration.components.get(chosen)
    if existing is None:
        wrong = "does not exist on this Edge"
    elif not existing.enabled:
        wrong = "is disabled on the Edge"
    else:
        wrong = f"is a {existing.factory}, which cannot be that"
    possible = f" Possible: {_list(candidates)}." if candidates else ""
    findings.append(
        Inspection(
            finding=Finding.ERROR,
            subject=subject,
            message=f"edge.components.{subject} names {chosen!r}, which {wrong}.{possible}",
        )
    )
    return None


def _named(component: ConfiguredComponent) -> Component:
    return Component(id=component.id, alias=component.alias)


def _list(components: Sequence[ConfiguredComponent]) -> str:
    return ", ".join(component.id for component in components)
