"""Every entity of a full house, platform by platform, and what the house does not have."""

import re
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import pytest
import yaml
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.dems import PLATFORMS, async_remove_config_entry_device
from custom_components.dems.const import DOMAIN

from .bridge import FakeBridge, until
from .conftest import SetUp
from .samples import BRIDGE_ID, COMMANDED, state, trader


def _value(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


def _attribute(hass: HomeAssistant, entity_id: str, name: str) -> Any:
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.attributes[name]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.usefixtures("all_entities_enabled")
async def test_platform(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
    platform: Platform,
) -> None:
    bridge.document = trader(dispatch=COMMANDED)
    with (
        patch("custom_components.dems.PLATFORMS", [platform]),
        patch("homeassistant.components.image._RND", Mock(getrandbits=Mock(return_value=1))),
    ):
        entry = await set_up()
    await snapshot_platform(hass, er.async_get(hass), snapshot, entry.entry_id)


async def test_devices(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    bridge_device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, BRIDGE_ID), entry.entry_id)
    assert bridge_device is not None
    assert {device.name: device.via_device_id for device in devices} == {
        "Musterhaus": None,
        "Grid meter": bridge_device.id,
        "Battery": bridge_device.id,
        "Roof": bridge_device.id,
    }
    assert {(device.model, device.model_id, device.sw_version) for device in devices} == {
        ("OpenEMS bridge", None, "0.1.0"),
        ("Grid meter", "meter0", None),
        ("Battery", "ess0", None),
        ("Solar plant", "pvInverter0", None),
    }


async def test_disabled_by_default(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert {entity.entity_id for entity in entities if entity.disabled} == {
        "sensor.battery_allowed_charge_power",
        "sensor.battery_allowed_discharge_power",
        "sensor.musterhaus_clock_offset",
    }


async def test_house_without_battery_and_sun(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = state(battery=None, solar=None, reading=None)
    entry = await set_up()
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {device.name for device in devices} == {"Musterhaus", "Grid meter"}
    assert _value(hass, "sensor.musterhaus_quality_of_last_reading") == STATE_UNKNOWN
    assert hass.states.async_entity_ids("number") == []


async def test_parts_come_and_go_while_running(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = state(solar=None)
    entry = await set_up()
    await until(lambda: bridge.sockets)
    for _ in range(2):
        await bridge.change(solar={"component": "pvInverter0", "name": "Roof", "power": 5, "energy": 6})
        await until(lambda: hass.states.get("sensor.roof_power"))
        await hass.async_block_till_done()
        assert _value(hass, "sensor.roof_power") == "5"
        await bridge.change(solar=None)
        await until(lambda: not hass.states.get("sensor.roof_power"))
        await hass.async_block_till_done()
        assert er.async_get(hass).async_get("sensor.roof_power") is None
    assert len(dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)) == 3


async def test_nothing_is_removed_while_the_edge_is_away(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up()
    await until(lambda: bridge.sockets)
    await bridge.change(bridge={"edge": "lost", "edge_problem": "unreachable"}, battery=None)
    await until(lambda: _value(hass, "sensor.battery_power") == STATE_UNAVAILABLE)
    await bridge.change(bridge={"edge": "connected", "edge_problem": None}, battery=state()["battery"])
    await until(lambda: _value(hass, "sensor.battery_power") == "0")
    await hass.async_block_till_done()
    assert "does not generate unique IDs" not in caplog.text


async def test_part_that_went_while_home_assistant_was_away(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    entry = await set_up()
    bridge.document = state(solar=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {device.name for device in devices} == {"Musterhaus", "Grid meter", "Battery"}


async def test_renamed_part_and_updated_bridge(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    entry = await set_up()
    await until(lambda: bridge.sockets)
    await bridge.change(solar={"name": "South roof"}, bridge={"version": "0.2.0"})

    def described() -> set[tuple[str | None, str | None]]:
        devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        return {(device.name, device.sw_version) for device in devices}

    await until(lambda: {("South roof", None), ("Musterhaus", "0.2.0")} <= described())


async def test_only_parts_that_are_gone_can_be_removed_by_hand(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    entry = await set_up()
    registry = dr.async_get(hass)
    old = registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, f"{BRIDGE_ID}_heat_pump")}
    )
    battery = registry.async_get_device_by_identifier((DOMAIN, f"{BRIDGE_ID}_battery"), entry.entry_id)
    assert battery is not None
    assert await async_remove_config_entry_device(hass, entry, old)
    assert not await async_remove_config_entry_device(hass, entry, battery)


async def test_slot_reading(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """The energy of a slot is a total that starts with the slot, so that statistics add the slots up."""
    await set_up()
    sensor = "sensor.grid_meter_feed_in_in_last_slot"
    assert _value(hass, sensor) == "240"
    assert _attribute(hass, sensor, "state_class") == "total"
    assert _attribute(hass, sensor, "last_reset") == "2026-09-21T14:00:00+00:00"
    assert _attribute(hass, sensor, "quality") == "complete"
    await until(lambda: bridge.sockets)
    await bridge.change(reading={"start": 1790000100, "end": 1790001000, "feed_in": 7, "quality": "partial"})
    await until(lambda: _value(hass, sensor) == "7")
    assert _attribute(hass, sensor, "last_reset") == "2026-09-21T14:15:00+00:00"
    assert _value(hass, "sensor.musterhaus_quality_of_last_reading") == "partial"


async def test_why(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """The state says why; what only a newer bridge knows is said to be so, with its code."""
    bridge.document = state(dispatch=COMMANDED)
    await set_up()
    assert _value(hass, "sensor.battery_dispatch_status") == "limited"
    assert _value(hass, "sensor.battery_set_point_in_force") == "1500"
    assert _value(hass, "sensor.battery_dispatch_reason") == "following"
    assert _attribute(hass, "sensor.battery_dispatch_reason", "limits") == [
        {"code": "max_discharge_power", "limit_w": 1500, "requested_w": 2000}
    ]
    await until(lambda: bridge.sockets)
    await bridge.change(
        dispatch={"status": "dreaming", "reason": {"code": "moon_phase", "params": {"phase": 3}}}
    )
    await until(lambda: _value(hass, "sensor.battery_dispatch_reason") == "other")
    assert _attribute(hass, "sensor.battery_dispatch_reason", "code") == "moon_phase"
    assert _attribute(hass, "sensor.battery_dispatch_reason", "parameters") == {"phase": 3}
    assert _value(hass, "sensor.battery_dispatch_status") == STATE_UNKNOWN
    await bridge.change(dispatch={"reason": None, "target": None, "source": None})
    await until(lambda: _value(hass, "sensor.battery_dispatch_reason") == STATE_UNKNOWN)
    assert _value(hass, "number.battery_manual_set_point") == STATE_UNKNOWN


async def test_unknown_is_never_zero(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    document = state()
    for section, keys in document.items():
        for key in keys:
            kept = ("id", "name", "slot", "start", "end", "edge", "type")
            if key not in kept:
                document[section][key] = None
    bridge.document = document
    entry = await set_up()
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    shown = {
        entity.entity_id: _value(hass, entity.entity_id)
        for entity in entities
        if not entity.disabled and entity.domain != "button"
    }
    assert set(shown.values()) == {STATE_UNKNOWN, STATE_UNAVAILABLE, "on"}
    assert [name for name, value in shown.items() if value == "on"] == [
        "binary_sensor.musterhaus_energy_system_connection"
    ]
    assert [name for name, value in shown.items() if value == STATE_UNAVAILABLE] == [
        "number.battery_manual_set_point"
    ]


async def test_problem_of_the_energy_system(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = state(bridge={"edge_state": "fault", "disk": "full"})
    await set_up()
    assert _value(hass, "binary_sensor.musterhaus_energy_system") == "on"
    assert _value(hass, "binary_sensor.musterhaus_bridge_disk") == "on"
    await until(lambda: bridge.sockets)
    await bridge.change(bridge={"edge_state": "info", "disk": "ok"})
    await until(lambda: _value(hass, "binary_sensor.musterhaus_energy_system") == "off")
    assert _value(hass, "binary_sensor.musterhaus_bridge_disk") == "off"


async def test_reloads_leave_nothing_behind(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up()
    for _ in range(20):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    await until(lambda: len(bridge.sockets) == 1)
    assert len(entry._background_tasks) == 3, (
        "one follows the bridge, one hands out its events, one feeds solar forecasts"
    )


async def test_documented_dashboard_shows_what_there_is(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, all_entities_enabled: None
) -> None:
    bridge.document = trader()
    await set_up()
    text = (Path(__file__).parents[2] / "docs" / "dashboard.yaml").read_text()
    dashboard = yaml.safe_load(text)
    assert [view["path"] for view in dashboard["views"]] == ["house", "plan", "market", "ledger"]
    shown = set(
        re.findall(r"\b(?:sensor|binary_sensor|event|image|number|select|switch|button|time)\.\w+", text)
    )
    assert {one for one in shown if hass.states.get(one) is None} == set()
    kinds = {card["type"] for view in dashboard["views"] for one in view["sections"] for card in one["cards"]}
    standard = {
        "heading",
        "tile",
        "entities",
        "gauge",
        "history-graph",
        "logbook",
        "markdown",
        "energy-distribution",
        "picture-entity",
    }
    assert kinds <= standard, "no card that must be installed"
