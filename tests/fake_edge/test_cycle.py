"""Sentence by sentence: facts/openems.md, "Steering a battery from outside" and "Channels"."""

import pytest

from openems_bridge.edge.interface import BatteryKind
from openems_bridge.edge.simulation.battery import BatterySettings
from openems_bridge.edge.simulation.house import HouseSettings, SimulatedHouse
from openems_bridge.edge.simulation.profile import shipped_profile
from openems_bridge.fake_edge.configuration import Configuration
from openems_bridge.fake_edge.cycle import EdgeCore, UnknownChannel, UnknownComponent
from openems_bridge.fake_edge.options import EssLayout, FakeEdgeOptions, SchedulerKind

SET_POINT = "ess0/SetActivePowerEquals"
REST, WEBSOCKET, MODBUS = "ctrlApiRest0", "ctrlApiWebsocket0", "ctrlApiModbusTcp0"


def core(*, household: str = "family", soc: int = 50, **changes: object) -> EdgeCore:
    options = FakeEdgeOptions(**changes)  # type: ignore[arg-type]
    battery = None
    if options.ess is not EssLayout.NONE:
        battery = BatterySettings(capacity_wh=10_000, max_power_w=5_000, initial_soc=soc)
    house = SimulatedHouse(
        HouseSettings(
            profile=shipped_profile(household),
            battery=battery,
            kind=BatteryKind.HYBRID if options.hybrid else BatteryKind.AC_COUPLED,
            start=11 * 3600.0,
        )
    )
    configuration = Configuration(options, 10_000, house.max_apparent_power, house.settings.profile.has_plant)
    return EdgeCore(house, configuration, start_utc=1_795_000_000, history=None)


def number(edge: EdgeCore, address: str) -> int:
    value = edge.value(address)
    assert isinstance(value, int), f"{address} is {value!r}"
    return value


def mean_grid(edge: EdgeCore, cycles: int = 120) -> float:
    total = 0
    for _ in range(cycles):
        edge.advance()
        total += number(edge, "_sum/GridActivePower")
    return total / cycles


def test_balancing_brings_the_grid_to_0() -> None:
    edge = core()
    edge.advance(10)
    assert abs(mean_grid(edge)) < 30


def test_without_writes_and_without_balancing_the_battery_goes_to_0() -> None:
    edge = core(balancing=False)
    edge.write(REST, SET_POINT, -2000)
    edge.advance(5)
    assert number(edge, "ess0/ActivePower") == -2000
    edge.advance(60)
    assert number(edge, "ess0/ActivePower") == number(edge, "ess0/DebugSetActivePower") == 0


def test_a_set_point_shows_after_about_two_cycles() -> None:
    edge = core(balancing=False)
    edge.advance(3)
    edge.write(REST, SET_POINT, 2000)
    seen = []
    for _ in range(3):
        edge.advance()
        seen.append((number(edge, "ess0/DebugSetActivePower"), number(edge, "ess0/ActivePower")))
    assert seen == [(2000, 0), (2000, 2000), (2000, 2000)]


def test_a_set_point_beats_balancing_and_balancing_takes_over_when_it_ends() -> None:
    edge = core()
    edge.write(REST, SET_POINT, -3000)
    edge.advance(30)
    assert number(edge, "ess0/ActivePower") == -3000
    edge.write(REST, SET_POINT, None)
    edge.advance(5)
    assert abs(mean_grid(edge)) < 30


def test_the_first_controller_of_the_scheduler_wins() -> None:
    edge = core()
    # By id: ctrlApiModbusTcp0 runs before ctrlApiRest0, and that before ctrlApiWebsocket0.
    edge.write(WEBSOCKET, SET_POINT, 1000)
    edge.advance(4)
    assert number(edge, "ess0/ActivePower") == 1000
    edge.write(REST, SET_POINT, 2000)
    edge.advance(4)
    assert number(edge, "ess0/ActivePower") == 2000
    edge.write(MODBUS, SET_POINT, 3000)
    edge.advance(4)
    assert number(edge, "ess0/ActivePower") == 3000


def test_controllers_ids_come_first_then_by_id() -> None:
    edge = core(fix_active_power=700)
    assert edge.configuration.run_order() == [
        "ctrlFixActivePower0",
        "ctrlApiModbusTcp0",
        "ctrlApiRest0",
        "ctrlApiWebsocket0",
        "ctrlBalancing0",
    ]
    edge.write(REST, SET_POINT, -3000)
    edge.advance(5)
    assert number(edge, "ess0/ActivePower") == number(edge, "ess0/DebugSetActivePower") == 700


def test_under_fixed_order_only_the_list_runs() -> None:
    edge = core(scheduler=SchedulerKind.FIXED_ORDER)
    assert edge.configuration.run_order() == ["ctrlApiRest0", "ctrlApiModbusTcp0", "ctrlBalancing0"]
    edge.write(WEBSOCKET, SET_POINT, -3000)
    edge.advance(5)
    assert number(edge, "ess0/DebugSetActivePower") != -3000
    edge.write(REST, SET_POINT, -3000)
    edge.advance(5)
    assert number(edge, "ess0/DebugSetActivePower") == -3000


def test_for_plain_channels_the_last_controller_wins() -> None:
    edge = core()
    edge.write(REST, "io0/InputOutput0", True)
    edge.write(WEBSOCKET, "io0/InputOutput0", False)
    edge.advance()
    assert edge.value("io0/InputOutput0") is False
    edge.write(WEBSOCKET, "io0/InputOutput0", None)
    edge.advance()
    assert edge.value("io0/InputOutput0") is True


def test_a_grid_target_of_the_balancing_controller_shifts_it() -> None:
    edge = core()
    edge.advance(5)
    edge.write(REST, "ctrlBalancing0/SetGridActivePower", -800)
    edge.advance(5)
    edge.write(REST, "ctrlBalancing0/SetGridActivePower", -800)
    assert mean_grid(edge, 50) == pytest.approx(-800, abs=60)
    edge.write(REST, "ctrlBalancing0/SetGridActivePower", None)
    edge.advance(5)
    assert mean_grid(edge) == pytest.approx(0, abs=40)


def test_a_set_point_is_kept_within_what_is_allowed() -> None:
    edge = core(soc=98, balancing=False)
    edge.write(REST, SET_POINT, -5000)
    edge.advance(5)
    assert number(edge, "ess0/AllowedChargePower") == pytest.approx(-2000, abs=60)
    assert number(edge, "ess0/DebugSetActivePower") == pytest.approx(-2000, abs=60)
    low, high = edge.possible_power("ess0")
    assert low <= number(edge, "ess0/DebugSetActivePower") <= high


@pytest.mark.parametrize("bad", ["abc", float("nan"), float("inf"), True, [1], {"a": 1}])
def test_a_wrong_type_stops_the_controller(bad: object) -> None:
    edge = core()
    edge.write(REST, SET_POINT, bad)
    edge.advance()
    assert edge.value(f"{REST}/RunFailed") is True
    edge.write(REST, SET_POINT, "-1500")
    edge.advance(4)
    assert edge.value(f"{REST}/RunFailed") is False
    assert number(edge, "ess0/ActivePower") == -1500


def test_a_reserve_stops_the_discharge() -> None:
    edge = core(soc=20, reserve_soc=30)
    edge.write(REST, SET_POINT, 3000)
    edge.advance(4)
    assert number(edge, "ess0/ActivePower") <= 0
    assert edge.configuration.run_order()[0] == "ctrlEmergencyCapacityReserve0"


def test_the_battery_power_of_a_hybrid_is_not_its_active_power() -> None:
    edge = core(hybrid=True)
    edge.advance(20)
    active, battery = number(edge, "_sum/EssActivePower"), number(edge, "_sum/EssDischargePower")
    assert (
        active - battery
        == number(edge, "_sum/ProductionDcActualPower")
        == number(edge, "charger0/ActualPower")
        > 0
    )
    assert number(edge, "ess0/DcDischargePower") == battery
    assert edge.value("_sum/ProductionAcActivePower") is None
    natures = edge.configuration.document()["factories"]["GoodWe.BatteryInverter"]["natureIds"]
    assert any(nature.endswith(".HybridEss") for nature in natures)


def test_an_ac_set_point_moves_a_hybrids_battery_by_what_the_roof_gives() -> None:
    edge = core(hybrid=True, balancing=False)
    edge.advance(5)
    edge.write(REST, SET_POINT, 500)
    edge.advance(4)
    assert number(edge, "ess0/ActivePower") == pytest.approx(500, abs=150)
    assert number(edge, "ess0/DcDischargePower") == number(edge, "ess0/ActivePower") - number(
        edge, "charger0/ActualPower"
    )


def test_a_goodwe_under_internal_control_takes_no_set_points() -> None:
    edge = core(hybrid=True, inverter_controlled=True)
    assert edge.configuration.components["ess0"].properties["controlMode"] == "INTERNAL"
    edge.write(REST, SET_POINT, -3000)
    edge.advance(10)
    assert edge.value("ess0/DebugSetActivePower") is None
    assert abs(mean_grid(edge)) < 60


def test_an_ess_that_is_not_managed_has_no_set_points() -> None:
    edge = core(managed=False)
    natures = edge.configuration.document()["factories"]["Fenecon.Dess.Ess"]["natureIds"]
    assert not any("Managed" in nature for nature in natures)
    with pytest.raises(UnknownChannel):
        edge.channel("ess0", "SetActivePowerEquals")
    edge.advance(10)
    assert abs(mean_grid(edge)) < 60


def test_two_batteries_share_the_house() -> None:
    edge = core(ess=EssLayout.TWO, balancing=False)
    edge.write(REST, "ess0/SetActivePowerEquals", -1000)
    edge.write(REST, "ess1/SetActivePowerEquals", -500)
    edge.advance(5)
    assert number(edge, "ess0/DebugSetActivePower") == -1000
    assert number(edge, "ess1/DebugSetActivePower") == -500
    assert number(edge, "_sum/EssActivePower") == -1500
    assert number(edge, "ess0/Capacity") + number(edge, "ess1/Capacity") == number(edge, "_sum/EssCapacity")
    assert number(edge, "ess0/ActivePower") + number(edge, "ess1/ActivePower") == -1500


def test_a_cluster_hands_its_set_point_to_its_members() -> None:
    edge = core(ess=EssLayout.CLUSTER)
    assert edge.configuration.components["ess0"].properties["ess.ids"] == ["ess1", "ess2"]
    edge.write(REST, SET_POINT, -3001)
    edge.advance(5)
    assert number(edge, "ess0/DebugSetActivePower") == number(edge, "_sum/EssActivePower") == -3001
    assert number(edge, "ess1/DebugSetActivePower") + number(edge, "ess2/DebugSetActivePower") == -3001


def test_without_ess_its_values_are_undefined() -> None:
    edge = core(ess=EssLayout.NONE)
    edge.advance(3)
    for channel in ("EssSoc", "EssActivePower", "EssDischargePower", "EssActiveChargeEnergy", "EssCapacity"):
        assert edge.value(f"_sum/{channel}") is None
    assert "ess0" not in edge.configuration.components
    assert "ctrlBalancing0" not in edge.configuration.components


def test_without_plant_production_is_undefined() -> None:
    edge = core(household="commuters")
    edge.advance(3)
    assert edge.value("_sum/ProductionActivePower") is None
    assert edge.value("_sum/ProductionActiveEnergy") is None
    assert "pvInverter0" not in edge.configuration.components


def test_the_edges_counters_are_the_houses() -> None:
    edge = core()
    edge.advance(4000)
    energy = edge.house.energy
    assert number(edge, "_sum/GridBuyActiveEnergy") == energy.grid_buy // 3600
    assert number(edge, "_sum/GridSellActiveEnergy") == energy.grid_sell // 3600
    assert number(edge, "meter0/ActiveProductionEnergy") == energy.grid_buy // 3600
    assert number(edge, "meter0/ActiveConsumptionEnergy") == energy.grid_sell // 3600
    assert number(edge, "_sum/ProductionActiveEnergy") == energy.production_ac // 3600 > 0
    assert number(edge, "pvInverter0/ActiveProductionEnergy") == energy.production_ac // 3600
    assert number(edge, "ess0/ActiveChargeEnergy") == energy.ess_charge // 3600


def test_the_meters_phases_add_up() -> None:
    edge = core()
    edge.advance(7)
    phases = sum(number(edge, f"meter0/ActivePowerL{phase}") for phase in (1, 2, 3))
    assert phases == number(edge, "meter0/ActivePower") == number(edge, "_sum/GridActivePower")
    assert number(edge, "meter0/Frequency") == 50_000
    assert number(edge, "meter0/VoltageL1") == 230_000


def test_every_readable_channel_of_the_document_has_a_value() -> None:
    edge = core(hybrid=True, reserve_soc=10)
    edge.advance(2)
    unset = {"ProductionAcActivePower", "ProductionAcActiveEnergy", "ApiWorkerLog"}
    for component in edge.configuration.components.values():
        for channel in component.channels:
            if channel.readable and not any(channel.id.startswith(name) for name in unset):
                assert edge.value(f"{component.id}/{channel.id}") is not None, f"{component.id}/{channel.id}"


def test_a_cycle_is_a_second() -> None:
    edge = core()
    edge.advance(100)
    assert (edge.cycles, edge.utc, edge.house.elapsed) == (100, 1_795_000_100, 100)
    assert edge.value("_meta/SystemTimeUtc") == 1_795_000_100


def test_what_does_not_exist_is_unknown() -> None:
    edge = core()
    with pytest.raises(UnknownComponent):
        edge.component("ess9")
    with pytest.raises(UnknownChannel):
        edge.channel("ess0", "Nothing")


@pytest.mark.parametrize(
    ("controller", "properties"),
    [
        ("ctrlEmergencyCapacityReserve0", {"reserveSoc": "much"}),
        ("ctrlFixActivePower0", {"ess.id": "ess9"}),
        ("ctrlFixActivePower0", {"power": None}),
    ],
)
def test_a_controller_that_is_configured_to_nonsense_fails_and_the_edge_goes_on(
    controller: str, properties: dict[str, object]
) -> None:
    edge = core(reserve_soc=10, fix_active_power=700)
    edge.advance()
    assert edge.value("_sum/State") == 0
    edge.update_component(controller, properties)
    edge.advance(2)
    assert edge.value(f"{controller}/RunFailed") is True
    assert edge.value(f"{controller}/State") == edge.value("_sum/State") == 3
    assert edge.cycles == 3


def test_the_schedulers_list_may_change_while_it_runs() -> None:
    edge = core()
    edge.write(REST, SET_POINT, -3000)
    edge.update_component("scheduler0", {"controllers.ids": ["ctrlBalancing0"]})
    edge.advance(5)
    assert edge.configuration.run_order()[0] == "ctrlBalancing0"
    assert number(edge, "ess0/DebugSetActivePower") != -3000
