"""Which house is found in an Edge's configuration."""

from typing import Any

import pytest

from openems_bridge.edge.interface import BatteryKind, Finding
from openems_bridge.edge.openems.channels import map_channels
from openems_bridge.edge.openems.components import Installation, Plant, Storage, survey
from openems_bridge.edge.openems.configuration import parse_configuration
from openems_bridge.edge.openems.options import ChosenComponents
from openems_bridge.edge.outage import EdgeWrongAnswer
from openems_bridge.telemetry import Register

from . import documents
from .documents import Components, document


def look(components: Components, **options: Any) -> Installation:
    chosen = ChosenComponents(
        **{k: options.pop(k) for k in ("battery", "grid_meter", "plants") if k in options}
    )
    return survey(
        parse_configuration(document(components)),
        chosen,
        rest_controller=options.get("rest_controller", "ctrlApiRest0"),
        rest_port=options.get("rest_port", 8084),
    )


def said(installation: Installation, subject: str) -> list[tuple[Finding, str]]:
    return [(line.finding, line.message) for line in installation.findings if line.subject == subject]


def test_ac_coupled_house() -> None:
    installation = look(documents.AC_COUPLED)
    topology = installation.topology
    assert topology.battery is not None
    assert (topology.battery.id, topology.battery.alias) == ("ess0", "alias of ess0")
    assert topology.battery.kind is BatteryKind.AC_COUPLED
    assert topology.battery.managed
    assert topology.grid_meter is not None
    assert topology.grid_meter.id == "meter0"
    assert [plant.id for plant in topology.plants] == ["pvInverter0"]
    assert installation.storages == (Storage("ess0", hybrid=False),)
    assert installation.all_storages


def test_hybrid_house_with_a_disabled_charger() -> None:
    installation = look(documents.HYBRID)
    topology = installation.topology
    assert topology.battery is not None
    assert topology.battery.kind is BatteryKind.HYBRID
    assert topology.grid_meter is not None
    assert topology.grid_meter.id == "meter0", "a GoodWe.GridMeter has no type property"
    assert [plant.id for plant in topology.plants] == ["charger0"]


def test_cluster_is_preferred_and_hybrid_through_a_member() -> None:
    installation = look(documents.CLUSTER)
    assert installation.topology.battery is not None
    assert installation.topology.battery.id == "ess0"
    assert installation.topology.battery.kind is BatteryKind.HYBRID
    assert installation.storages == (Storage("ess1", hybrid=True), Storage("ess2", hybrid=False))
    assert installation.all_storages


def test_several_batteries_need_a_choice() -> None:
    installation = look(documents.SEVERAL)
    assert installation.topology.battery is None
    assert installation.topology.control is None
    assert any(
        "ess0, ess1" in note and "edge.components.battery" in note for note in installation.topology.notes
    )

    chosen = look(documents.SEVERAL, battery="ess1")
    assert chosen.topology.battery is not None
    assert chosen.topology.battery.id == "ess1"
    assert not chosen.all_storages


def test_unmanaged_battery_is_read_but_not_steered() -> None:
    installation = look(documents.UNMANAGED)
    assert installation.topology.battery is not None
    assert not installation.topology.battery.managed
    assert installation.topology.control is None
    assert said(installation, "battery")[0][0] is Finding.WARNING


@pytest.mark.parametrize("properties", [{"controlMode": "INTERNAL"}, {"readOnlyMode": True}])
def test_inverter_that_ignores_set_points_is_not_steered(properties: dict[str, Any]) -> None:
    installation = look({**documents.HYBRID, "ess0": ("GoodWe.BatteryInverter", properties)})
    assert installation.topology.battery is not None
    assert not installation.topology.battery.managed
    assert next(iter(properties)) in said(installation, "battery")[0][1]


def test_house_without_battery() -> None:
    installation = look(documents.NO_ESS)
    assert installation.topology.battery is None
    assert not installation.any_storage
    assert said(installation, "battery") == [(Finding.NOTE, "The Edge has no battery.")]


def test_hand_chosen_components_are_checked() -> None:
    installation = look(
        documents.AC_COUPLED, battery="meter0", grid_meter="meter9", plants=("meter1", "ess0")
    )
    topology = installation.topology
    assert topology.battery is None
    assert topology.grid_meter is None
    assert [plant.id for plant in topology.plants] == ["meter1"]
    assert installation.chosen_plants == (Plant("meter1", charger=False),)
    errors = [line.message for line in installation.findings if line.finding is Finding.ERROR]
    assert any("'meter0'" in error and "ess0" in error for error in errors)
    assert any("'meter9'" in error and "does not exist" in error for error in errors)
    assert any("'ess0'" in error and "plants" in error for error in errors)


def test_disabled_choice_is_named() -> None:
    installation = look(documents.HYBRID, plants=("charger1",))
    assert any("disabled" in line.message for line in installation.findings if line.finding is Finding.ERROR)


def test_several_and_no_grid_meters() -> None:
    two = look({**documents.AC_COUPLED, "meter1": ("Meter.Socomec.Threephase", {"type": "GRID"})})
    assert two.topology.grid_meter is not None
    assert two.topology.grid_meter.id == "_sum"
    assert map_channels(two).grid_power == ("_sum/GridActivePower",)
    assert map_channels(two).counters[Register.FEED_IN] == ("_sum/GridSellActiveEnergy",)
    assert "several grid meters" in said(two, "grid_meter")[0][1]
    none = look({**documents.AC_COUPLED, "meter0": ("Meter.Socomec.Threephase", {"type": "PRODUCTION"})})
    assert none.topology.grid_meter is None
    assert "no grid meter" in said(none, "grid_meter")[0][1]


@pytest.mark.parametrize("broken", [{}, {"components": []}, {"components": {}, "factories": None}])
def test_other_documents_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(EdgeWrongAnswer):
        parse_configuration(broken)
