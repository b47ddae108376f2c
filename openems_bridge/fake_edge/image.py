"""The process image: every channel's value of one cycle, computed from the simulated house."""

from collections.abc import Mapping
from dataclasses import asdict

from openems_bridge.edge.simulation.house import SimulatedHouse
from openems_bridge.fake_edge.channels import Value
from openems_bridge.fake_edge.configuration import ComponentConfig, Configuration

VERSION = "2026.5.0-SNAPSHOT"
_VOLTAGE_MV = 230_000


def phases(name: str, power: int) -> dict[str, int]:
    """Return a power and its three phases, which add up to it."""
    third = round(power / 3)
    return {name: power, f"{name}L1": power - 2 * third, f"{name}L2": third, f"{name}L3": third}


class EnergyCounters:
    """The Edge's Wh counters: the house's joules, less what resets and dips took away."""

    def __init__(self) -> None:
        self._lost: dict[str, int] = {}

    def read(self, house: SimulatedHouse) -> dict[str, int]:
        """Return each counter in whole Wh, by the name of ``house.Joules``."""
        joules = asdict(house.energy)
        return {name: max(0, value // 3600 - self._lost.get(name, 0)) for name, value in joules.items()}

    def lose(self, house: SimulatedHouse, wh: int | None) -> None:
        """Let every counter fall back by ``wh``, to 0 where that is None; none falls below 0."""
        for name, value in self.read(house).items():
            self._lost[name] = self._lost.get(name, 0) + (value if wh is None else min(value, wh))


class Extremes:
    """The greatest and least powers ever seen, which ``_sum`` keeps."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def note(self, house: SimulatedHouse) -> Mapping[str, int]:
        """Take the present powers into account and return the extremes by channel id."""
        now = {
            "GridMinActivePower": min(0, house.grid),
            "GridMaxActivePower": max(0, house.grid),
            "ProductionMaxActivePower": house.solar,
            "ConsumptionMaxActivePower": house.load,
        }
        for name, value in now.items():
            keep = min if "Min" in name else max
            self._seen[name] = keep(self._seen.get(name, 0), value)
        return self._seen


def build(
    house: SimulatedHouse,
    configuration: Configuration,
    wh: Mapping[str, int],
    extremes: Mapping[str, int],
    setpoints: Mapping[str, int],
    utc: int,
) -> dict[str, Value]:
    """Return address -> value of every readable channel of meters, storage and core (controllers add their own).

    ``setpoints`` are the AC powers handed to each managed ESS in the last cycle.
    """
    image: dict[str, Value] = {}

    def put(component: str, values: Mapping[str, Value]) -> None:
        image.update({f"{component}/{channel}": value for channel, value in values.items()})

    put("_meta", _meta(configuration, utc))
    put("_sum", _sum(house, configuration, wh, extremes))
    for component in configuration.components.values():
        if component.has_nature("SymmetricEss"):
            put(component.id, _ess(component, house, configuration, wh, setpoints))
        elif component.factory == "GoodWe.Charger-PV1":
            put(component.id, {"State": 0, "ActualPower": house.solar, "ActualEnergy": wh["production_dc"]})
        elif component.has_nature("ElectricityMeter"):
            put(component.id, _meter(component, house, wh))
        elif f"{component.id}/State" not in image:
            put(component.id, {"State": 0})
    return image


def share(configuration: Configuration, component: str, total: int) -> int:
    """Return one ESS's part of a quantity of the house's battery; the parts add up to the total."""
    names = [storage.id for storage in configuration.storages]
    if component not in names:
        return total
    part = total // len(names)
    return part + (total - part * len(names) if component == names[0] else 0)


def _meta(configuration: Configuration, utc: int) -> dict[str, Value]:
    return {
        "State": 0,
        "Version": VERSION,
        "SystemTimeUtc": utc,
        "Currency": 0 if configuration.components["_meta"].properties["currency"] == "EUR" else -1,
        "IsEssChargeFromGridAllowed": True,
    }


def _sum(
    house: SimulatedHouse, configuration: Configuration, wh: Mapping[str, int], extremes: Mapping[str, int]
) -> dict[str, Value]:
    values: dict[str, Value] = {
        "State": 0,
        **phases("GridActivePower", house.grid),
        **phases("ConsumptionActivePower", house.load),
        "UnmanagedConsumptionActivePower": house.load,
        "GridMode": int(house.grid_mode) if house.battery else -1,
        "GridBuyPrice": 320.0,
        "GridBuyActiveEnergy": wh["grid_buy"],
        "GridSellActiveEnergy": wh["grid_sell"],
        "ConsumptionActiveEnergy": wh["consumption"],
        **extremes,
    }
    if house.settings.profile.has_plant:
        ac, dc = (0, house.solar) if house.hybrid else (house.solar, 0)
        values |= {
            "ProductionActivePower": ac + dc,
            **(phases("ProductionAcActivePower", ac) if not house.hybrid else {}),
            **({"ProductionDcActualPower": dc} if house.hybrid else {}),
            "ProductionActiveEnergy": wh["production_ac"] + wh["production_dc"],
            **({"ProductionAcActiveEnergy": wh["production_ac"]} if not house.hybrid else {}),
            **({"ProductionDcActiveEnergy": wh["production_dc"]} if house.hybrid else {}),
        }
    else:
        values["ProductionMaxActivePower"] = None
    if house.battery and configuration.storages:
        values |= {
            "EssSoc": house.battery.soc,
            **phases("EssActivePower", house.ess),
            "EssDischargePower": house.battery_power,
            "EssReactivePower": 0,
            "EssCapacity": house.battery.settings.capacity_wh,
            "EssMaxApparentPower": house.max_apparent_power,
            "EssActiveChargeEnergy": wh["ess_charge"],
            "EssActiveDischargeEnergy": wh["ess_discharge"],
            "EssDcChargeEnergy": wh["battery_charge"],
            "EssDcDischargeEnergy": wh["battery_discharge"],
        }
    return values


def _ess(
    component: ComponentConfig,
    house: SimulatedHouse,
    configuration: Configuration,
    wh: Mapping[str, int],
    setpoints: Mapping[str, int],
) -> dict[str, Value]:
    battery = house.battery
    if battery is None:
        return {"State": 0}

    def part(total: int) -> int:
        return share(configuration, component.id, total)

    values: dict[str, Value] = {
        "State": 0,
        "Soc": battery.soc,
        "Capacity": part(battery.settings.capacity_wh),
        "GridMode": int(house.grid_mode),
        "ActivePower": part(house.ess),
        "ReactivePower": 0,
        "MaxApparentPower": part(house.max_apparent_power),
        "ActiveChargeEnergy": part(wh["ess_charge"]),
        "ActiveDischargeEnergy": part(wh["ess_discharge"]),
    }
    if component.has_nature("ManagedSymmetricEss"):
        values |= {
            "AllowedChargePower": part(house.allowed_charge_power),
            "AllowedDischargePower": part(house.allowed_discharge_power),
            "DebugSetActivePower": setpoints.get(component.id),
            "ApplyPowerFailed": False,
        }
    if component.has_nature("HybridEss"):
        values |= {
            "DcDischargePower": part(house.battery_power),
            "DcChargeEnergy": part(wh["battery_charge"]),
            "DcDischargeEnergy": part(wh["battery_discharge"]),
        }
    return values


def _meter(component: ComponentConfig, house: SimulatedHouse, wh: Mapping[str, int]) -> dict[str, Value]:
    grid = component.properties.get("type") == "GRID"
    power = house.grid if grid else house.solar
    per_phase = phases("ActivePower", power)
    values: dict[str, Value] = {"State": 0, "Frequency": 50_000, **per_phase}
    values["Voltage"], values["Current"] = _VOLTAGE_MV, round(power * 1_000_000 / _VOLTAGE_MV)
    for phase in ("L1", "L2", "L3"):
        values[f"Voltage{phase}"] = _VOLTAGE_MV
        values[f"Current{phase}"] = round(per_phase[f"ActivePower{phase}"] * 1_000_000 / _VOLTAGE_MV)
    values["ActiveProductionEnergy"] = wh["grid_buy"] if grid else wh["production_ac"]
    values["ActiveConsumptionEnergy"] = wh["grid_sell"] if grid else 0
    return values
