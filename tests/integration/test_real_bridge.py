"""The integration against the bridge's own API server: paired, live, steered, refused, revoked."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError

from openems_bridge.dispatcher.commands import Mode
from tests.api.house import TELEMETRY, FakeHouse, fake_house

from .bridge import until


@pytest.fixture
async def house(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[FakeHouse]:
    async with fake_house(tmp_path) as running:
        yield running
        for loaded in hass.config_entries.async_loaded_entries("dems"):
            await hass.config_entries.async_unload(loaded.entry_id)


@pytest.fixture
async def entry(hass: HomeAssistant, house: FakeHouse) -> ConfigEntry[Any]:
    """Pair with the bridge as a person does."""
    prepared = await house.open_code()
    flow = await hass.config_entries.flow.async_init("dems", context={"source": SOURCE_USER})
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"host": "127.0.0.1", "port": house.port}
    )
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {"code": prepared.code})
    assert flow["type"] is FlowResultType.CREATE_ENTRY, flow
    await hass.async_block_till_done()
    result: ConfigEntry[Any] = flow["result"]
    return result


def _value(hass: HomeAssistant, entity_id: str) -> str | None:
    state = hass.states.get(entity_id)
    return None if state is None else state.state


async def test_day_with_a_bridge(hass: HomeAssistant, house: FakeHouse, entry: ConfigEntry[Any]) -> None:
    await until(lambda: _value(hass, "sensor.grid_meter_power") == "-1200")
    await until(lambda: entry.runtime_data.is_live)

    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call("dems", "set_battery_power", {"power": 2000}, blocking=True)
    assert refused.value.translation_key == "refused_mode_off"
    await hass.services.async_call(
        "select", "select_option", {"entity_id": "select.battery_mode", "option": "manual"}, blocking=True
    )
    assert house.steering.dispatch.mode is Mode.MANUAL
    await hass.services.async_call(
        "dems", "set_battery_power", {"power": 2000, "reason": "guests"}, blocking=True
    )
    await until(lambda: _value(hass, "sensor.battery_set_point_in_force") == "2000")
    await until(lambda: _value(hass, "number.battery_manual_set_point") == "2000")
    await hass.services.async_call("dems", "release_battery", {}, blocking=True)
    await until(lambda: _value(hass, "sensor.battery_set_point_in_force") == "unknown")
    await hass.services.async_call(
        "number", "set_value", {"entity_id": "number.battery_reserve", "value": 25}, blocking=True
    )
    assert house.steering.limits.reserve_soc == 25

    house.show(telemetry=None, edge="lost", edge_problem="unreachable")
    await until(lambda: _value(hass, "sensor.grid_meter_power") == "unknown")
    house.show(telemetry=TELEMETRY, edge="connected", edge_problem=None)
    await until(lambda: _value(hass, "binary_sensor.musterhaus_energy_system_connection") == "on")

    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert house.clients.listed() == []


async def test_diagnostics_of_a_real_bridge(
    hass: HomeAssistant, house: FakeHouse, entry: ConfigEntry[Any]
) -> None:
    assert (await entry.runtime_data.client.diagnostics())["versions"] == {"bridge": "0.1.0"}
