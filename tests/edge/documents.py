"""Edge configurations as ``getEdgeConfig`` answers them, for the houses that occur."""

from collections.abc import Mapping
from typing import Any

ESS_API = "io.openems.edge.ess.api."
COMPONENT = "io.openems.edge.common.component.OpenemsComponent"
CONTROLLER = "io.openems.edge.controller.api.Controller"
METER = "io.openems.edge.meter.api.ElectricityMeter"

NATURES: Mapping[str, tuple[str, ...]] = {
    "Core.Sum": ("io.openems.edge.common.sum.Sum",),
    "Core.Meta": ("io.openems.edge.common.meta.Meta",),
    "Simulator.EssSymmetric.Reacting": (ESS_API + "ManagedSymmetricEss", ESS_API + "SymmetricEss"),
    "Fenecon.Dess.Ess": (ESS_API + "AsymmetricEss", ESS_API + "SymmetricEss"),
    "GoodWe.BatteryInverter": (
        ESS_API + "HybridEss",
        ESS_API + "ManagedSymmetricEss",
        ESS_API + "SymmetricEss",
    ),
    "Ess.Cluster": (ESS_API + "MetaEss", ESS_API + "ManagedSymmetricEss", ESS_API + "SymmetricEss"),
    "GoodWe.GridMeter": (METER,),
    "Meter.Socomec.Threephase": (METER,),
    "SolarEdge.PV-Inverter": ("io.openems.edge.pvinverter.api.ManagedSymmetricPvInverter", METER),
    "GoodWe.Charger-PV1": ("io.openems.edge.ess.dccharger.api.EssDcCharger",),
    "Controller.Api.Rest.ReadWrite": (CONTROLLER,),
    "Controller.Api.Rest.ReadOnly": (CONTROLLER,),
    "Controller.Api.Websocket": (CONTROLLER,),
    "Controller.Api.ModbusTcp.ReadWrite": (CONTROLLER,),
    "Controller.Symmetric.Balancing": (CONTROLLER,),
    "Controller.Ess.EmergencyCapacityReserve": (CONTROLLER,),
    "Controller.Ess.LimitTotalDischarge": (CONTROLLER,),
    "Controller.Ess.FixActivePower": (CONTROLLER,),
    "Controller.Debug.Log": (CONTROLLER,),
    "Scheduler.AllAlphabetically": ("io.openems.edge.scheduler.api.Scheduler",),
    "Scheduler.FixedOrder": ("io.openems.edge.scheduler.api.Scheduler",),
    "Scheduler.Daily": ("io.openems.edge.scheduler.api.Scheduler",),
}

type Components = dict[str, tuple[str, dict[str, Any]]]

CORE: Components = {
    "_sum": ("Core.Sum", {}),
    "_meta": ("Core.Meta", {}),
    "scheduler0": ("Scheduler.AllAlphabetically", {"controllers.ids": []}),
    "ctrlDebugLog0": ("Controller.Debug.Log", {}),
    "ctrlApiWebsocket0": ("Controller.Api.Websocket", {"port": 8085, "apiTimeout": 60}),
    "ctrlApiRest0": ("Controller.Api.Rest.ReadWrite", {"port": 8084, "apiTimeout": 60}),
    "ctrlBalancing0": ("Controller.Symmetric.Balancing", {"ess.id": "ess0", "meter.id": "meter0"}),
}
AC_COUPLED: Components = {
    **CORE,
    "ess0": ("Simulator.EssSymmetric.Reacting", {"capacity": 10000}),
    "meter0": ("Meter.Socomec.Threephase", {"type": "GRID"}),
    "meter1": ("Meter.Socomec.Threephase", {"type": "CONSUMPTION_METERED"}),
    "pvInverter0": ("SolarEdge.PV-Inverter", {}),
}
HYBRID: Components = {
    **CORE,
    "ess0": ("GoodWe.BatteryInverter", {"controlMode": "SMART"}),
    "meter0": ("GoodWe.GridMeter", {}),
    "charger0": ("GoodWe.Charger-PV1", {}),
    "charger1": ("GoodWe.Charger-PV1", {"enabled": False}),
}
CLUSTER: Components = {
    **AC_COUPLED,
    "ess0": ("Ess.Cluster", {"ess.ids": ["ess1", "ess2"]}),
    "ess1": ("GoodWe.BatteryInverter", {}),
    "ess2": ("Simulator.EssSymmetric.Reacting", {}),
}
SEVERAL: Components = {
    **AC_COUPLED,
    "ess1": ("Simulator.EssSymmetric.Reacting", {}),
}
UNMANAGED: Components = {**AC_COUPLED, "ess0": ("Fenecon.Dess.Ess", {})}
NO_ESS: Components = {
    key: value for key, value in AC_COUPLED.items() if key not in ("ess0", "ctrlBalancing0")
}


def document(components: Components) -> dict[str, Any]:
    """Return the configuration document of these components."""
    return {
        "components": {
            key: {
                "alias": f"alias of {key}",
                "factoryId": factory,
                "properties": {"enabled": True, **properties},
            }
            for key, (factory, properties) in components.items()
        },
        "factories": {
            factory: {"name": factory, "description": "", "natureIds": [*NATURES[factory], COMPONENT]}
            for factory, _ in components.values()
        },
    }
