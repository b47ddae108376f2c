"""The Edge's configuration: which components there are, of which factory, with which properties and channels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openems_bridge.fake_edge import channels
from openems_bridge.fake_edge.channels import Channel
from openems_bridge.fake_edge.options import EssLayout, FakeEdgeOptions, SchedulerKind

_ESS = "io.openems.edge.ess.api."
_COMPONENT = "io.openems.edge.common.component.OpenemsComponent"
_CONTROLLER = "io.openems.edge.controller.api.Controller"
_METER = "io.openems.edge.meter.api.ElectricityMeter"
_MODBUS = "io.openems.edge.common.modbusslave.ModbusSlave"

FACTORIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Core.Meta": ("Core Meta", ("io.openems.edge.common.meta.Meta", _MODBUS)),
    "Core.Sum": ("Core Sum", ("io.openems.edge.common.sum.Sum", _MODBUS)),
    "Core.ComponentManager": ("Core Component-Manager", ("io.openems.edge.common.jsonapi.JsonApi",)),
    "Scheduler.AllAlphabetically": (
        "Scheduler All Alphabetically",
        ("io.openems.edge.scheduler.api.Scheduler",),
    ),
    "Scheduler.FixedOrder": ("Scheduler Fixed Order", ("io.openems.edge.scheduler.api.Scheduler",)),
    "Simulator.EssSymmetric.Reacting": (
        "Simulator EssSymmetric Reacting",
        (_ESS + "ManagedSymmetricEss", _ESS + "SymmetricEss", _MODBUS),
    ),
    "Fenecon.Dess.Ess": ("FENECON DESS", (_ESS + "AsymmetricEss", _ESS + "SymmetricEss")),
    "GoodWe.BatteryInverter": (
        "GoodWe Hybrid Inverter",
        (_ESS + "HybridEss", _ESS + "ManagedSymmetricEss", _ESS + "SymmetricEss", _MODBUS),
    ),
    "GoodWe.Charger-PV1": ("GoodWe PV charger", ("io.openems.edge.ess.dccharger.api.EssDcCharger",)),
    "Ess.Cluster": (
        "ESS Cluster",
        (_ESS + "MetaEss", _ESS + "ManagedSymmetricEss", _ESS + "SymmetricEss", _MODBUS),
    ),
    "Simulator.GridMeter.Reacting": ("Simulator GridMeter Reacting", (_METER, _MODBUS)),
    "Simulator.PvInverter": (
        "Simulator PV inverter",
        ("io.openems.edge.pvinverter.api.ManagedSymmetricPvInverter", _METER),
    ),
    "Simulator.IO.DigitalInputOutput": ("Simulator IO", ("io.openems.edge.io.api.DigitalOutput",)),
    "Controller.Api.Websocket": ("Controller Api Websocket", (_CONTROLLER,)),
    "Controller.Api.Rest.ReadWrite": ("Controller Api REST/JSON Read-Write", (_CONTROLLER,)),
    "Controller.Api.Rest.ReadOnly": ("Controller Api REST/JSON Read-Only", (_CONTROLLER,)),
    "Controller.Api.ModbusTcp.ReadWrite": ("Controller Api Modbus/TCP Read-Write", (_CONTROLLER,)),
    "Controller.Api.ModbusTcp.ReadOnly": ("Controller Api Modbus/TCP Read-Only", (_CONTROLLER,)),
    "Controller.Symmetric.Balancing": ("Controller Balancing Symmetric", (_CONTROLLER,)),
    "Controller.Ess.EmergencyCapacityReserve": ("Controller Emergency Capacity Reserve", (_CONTROLLER,)),
    "Controller.Ess.FixActivePower": ("Controller Ess Fix Active Power", (_CONTROLLER,)),
    "Timedata.Rrd4j": ("Timedata RRD4J", ("io.openems.edge.timedata.api.Timedata",)),
}
"""Factory id -> name and natures, besides OpenemsComponent, which every one has."""

_SIMPLE_NAMES = {
    factory: frozenset(nature.rpartition(".")[2] for nature in natures)
    for factory, (_, natures) in FACTORIES.items()
}


@dataclass(slots=True)
class ComponentConfig:
    """One component. ``properties`` is what its owner configured and may change while the Edge runs."""

    id: str
    alias: str
    factory: str
    properties: dict[str, Any] = field(default_factory=dict)
    channels: tuple[Channel, ...] = channels.PLAIN

    def has_nature(self, nature: str) -> bool:
        """Whether the factory implements a nature given by its simple name, such as ``HybridEss``."""
        return nature in _SIMPLE_NAMES[self.factory]


class Configuration:
    """All components of an Edge, by id."""

    def __init__(
        self, options: FakeEdgeOptions, capacity_wh: int, max_apparent_power: int, has_plant: bool
    ) -> None:
        self.components: dict[str, ComponentConfig] = {}
        self._add_core(options)
        self._add_storage(options, capacity_wh, max_apparent_power)
        self._add_devices(options, has_plant)
        self._add_api(options)
        self._add_controllers(options)
        self.storages = tuple(
            component
            for component in self.components.values()
            if component.has_nature("SymmetricEss") and not component.has_nature("MetaEss")
        )
        """The ESS that hold energy, without a cluster above them."""

    def _add(self, component: ComponentConfig) -> None:
        common = {"id": component.id, "alias": component.alias, "enabled": True}
        component.properties = {**common, **component.properties}
        self.components[component.id] = component

    def _add_core(self, options: FakeEdgeOptions) -> None:
        self._add(ComponentConfig("_meta", "Meta", "Core.Meta", {"currency": "EUR"}, channels.META))
        self._add(ComponentConfig("_sum", "Sum", "Core.Sum", {}, channels.SUM))
        self._add(ComponentConfig("_componentManager", "Component-Manager", "Core.ComponentManager"))
        if options.timedata:
            self._add(ComponentConfig("rrd4j0", "History", "Timedata.Rrd4j"))

    def _add_storage(self, options: FakeEdgeOptions, capacity_wh: int, max_apparent_power: int) -> None:
        def ess(name: str, alias: str, share: int) -> ComponentConfig:
            table = channels.ESS
            if options.managed or options.hybrid:
                table += channels.MANAGED_ESS
            if options.hybrid:
                table += channels.HYBRID_ESS
                properties: dict[str, Any] = {
                    "controlMode": "INTERNAL" if options.inverter_controlled else "SMART"
                }
                return ComponentConfig(name, alias, "GoodWe.BatteryInverter", properties, table)
            if not options.managed:
                return ComponentConfig(name, alias, "Fenecon.Dess.Ess", {}, table)
            properties = {"capacity": capacity_wh // share, "maxApparentPower": max_apparent_power // share}
            return ComponentConfig(name, alias, "Simulator.EssSymmetric.Reacting", properties, table)

        match options.ess:
            case EssLayout.NONE:
                return
            case EssLayout.SINGLE:
                self._add(ess("ess0", "Battery", 1))
            case EssLayout.TWO:
                self._add(ess("ess0", "Battery cellar", 2))
                self._add(ess("ess1", "Battery garage", 2))
            case EssLayout.CLUSTER:
                table = channels.ESS + channels.MANAGED_ESS
                members = {"ess.ids": ["ess1", "ess2"]}
                self._add(ComponentConfig("ess0", "Battery cluster", "Ess.Cluster", members, table))
                self._add(ess("ess1", "Battery cellar", 2))
                self._add(ess("ess2", "Battery garage", 2))

    def _add_devices(self, options: FakeEdgeOptions, has_plant: bool) -> None:
        self._add(
            ComponentConfig(
                "meter0", "Grid meter", "Simulator.GridMeter.Reacting", {"type": "GRID"}, channels.METER
            )
        )
        if has_plant and options.hybrid and options.ess is not EssLayout.NONE:
            inverter = {"essInverter.id": "ess0"}
            self._add(ComponentConfig("charger0", "Roof", "GoodWe.Charger-PV1", inverter, channels.CHARGER))
        elif has_plant:
            self._add(
                ComponentConfig(
                    "pvInverter0", "Roof", "Simulator.PvInverter", {"type": "PRODUCTION"}, channels.METER
                )
            )
        self._add(ComponentConfig("io0", "Relay", "Simulator.IO.DigitalInputOutput", {}, channels.RELAY))

    def _add_api(self, options: FakeEdgeOptions) -> None:
        timeout = {"apiTimeout": options.api_timeout}

        def api(name: str, alias: str, factory: str, port: int, extra: dict[str, Any]) -> None:
            properties = {"port": port, **timeout, **extra}
            self._add(ComponentConfig(name, alias, factory, properties, channels.API_CONTROLLER))

        if options.ws_port is not None:
            api("ctrlApiWebsocket0", "Websocket", "Controller.Api.Websocket", options.ws_port, {})
        rest = "ReadOnly" if options.rest_read_only else "ReadWrite"
        limit = {"connectionlimit": options.rest_connection_limit}
        if options.rest_port is not None:
            api("ctrlApiRest0", "REST", f"Controller.Api.Rest.{rest}", options.rest_port, limit)
        if options.own_rest_port is not None:
            api(
                "ctrlApiRest1", "REST for DEMS", "Controller.Api.Rest.ReadWrite", options.own_rest_port, limit
            )
        modbus = "ReadOnly" if options.modbus_read_only else "ReadWrite"
        if options.modbus_port is not None:
            extra = {
                "component.ids": list(options.modbus_components),
                "maxConcurrentConnections": options.modbus_connection_limit,
            }
            api(
                "ctrlApiModbusTcp0",
                "Modbus/TCP",
                f"Controller.Api.ModbusTcp.{modbus}",
                options.modbus_port,
                extra,
            )

    def _add_controllers(self, options: FakeEdgeOptions) -> None:
        steered = options.ess is not EssLayout.NONE and (options.managed or options.hybrid)
        if options.balancing and steered:
            properties = {"ess.id": "ess0", "meter.id": "meter0", "targetGridSetpoint": 0}
            self._add(
                ComponentConfig(
                    "ctrlBalancing0",
                    "Self-consumption",
                    "Controller.Symmetric.Balancing",
                    properties,
                    channels.BALANCING,
                )
            )
        if options.reserve_soc is not None and steered:
            properties = {"ess.id": "ess0", "isReserveSocEnabled": True, "reserveSoc": options.reserve_soc}
            self._add(
                ComponentConfig(
                    "ctrlEmergencyCapacityReserve0",
                    "Emergency reserve",
                    "Controller.Ess.EmergencyCapacityReserve",
                    properties,
                    channels.CONTROLLER,
                )
            )
        if options.fix_active_power is not None and steered:
            properties = {"ess.id": "ess0", "power": options.fix_active_power}
            self._add(
                ComponentConfig(
                    "ctrlFixActivePower0",
                    "Fix power",
                    "Controller.Ess.FixActivePower",
                    properties,
                    channels.CONTROLLER,
                )
            )
        self._add_scheduler(options)

    def _add_scheduler(self, options: FakeEdgeOptions) -> None:
        ahead = ("ctrlFixActivePower0", "ctrlEmergencyCapacityReserve0")
        order = [name for name in ahead if name in self.components]
        factory = "Scheduler.AllAlphabetically"
        if options.scheduler is SchedulerKind.FIXED_ORDER:
            factory = "Scheduler.FixedOrder"
            wanted = (
                "ctrlApiRest0",
                "ctrlApiRest1",
                "ctrlApiModbusTcp0",
                "ctrlBalancing0",
            )
            order += [name for name in wanted if name in self.components]
        self._add(ComponentConfig("scheduler0", "Scheduler", factory, {"controllers.ids": order}))

    def run_order(self) -> list[str]:
        """Return the controllers in the order in which the scheduler runs them."""
        scheduler = self.components["scheduler0"]
        listed = [name for name in scheduler.properties["controllers.ids"] if name in self.components]
        if scheduler.factory == "Scheduler.FixedOrder":
            return listed
        controllers = sorted(
            name for name, component in self.components.items() if component.has_nature("Controller")
        )
        return listed + [name for name in controllers if name not in listed]

    def document(self) -> dict[str, Any]:
        """Return what ``getEdgeConfig`` answers: components without channels, and their factories."""
        used = {component.factory for component in self.components.values()}
        return {
            "components": {
                name: {
                    "alias": component.alias,
                    "factoryId": component.factory,
                    "properties": {k: v for k, v in component.properties.items() if k not in ("id", "alias")},
                }
                for name, component in sorted(self.components.items())
            },
            "factories": {
                factory: {
                    "name": FACTORIES[factory][0],
                    "description": "",
                    "natureIds": [*FACTORIES[factory][1], _COMPONENT],
                }
                for factory in sorted(used)
            },
        }
