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
from openems_bridge.house_state import state_document
from openems_bridge.ledger.desk import LedgerRefused
from tests.api.house import TELEMETRY, FakeHouse, fake_house

from .bridge import until
from .samples import ANCHOR, CERTIFICATE, COMMUNITY, NETTING


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


async def test_community_with_a_bridge(
    hass: HomeAssistant, house: FakeHouse, entry: ConfigEntry[Any]
) -> None:
    """Joined by the household's options, shown, told of, exported, redeemed: what both sides understand of docs/api.md."""
    await until(lambda: entry.runtime_data.is_live)
    options = hass.config_entries.options
    house.ledger.refusal = LedgerRefused("bad_invitation", "The invitation cannot be used: it is too short.")
    flow = await options.async_init(entry.entry_id)
    flow = await options.async_configure(flow["flow_id"], {"next_step_id": "join"})
    flow = await options.async_configure(flow["flow_id"], {"invitation": "dems:short"})
    assert flow["errors"] == {"base": "invitation_invalid"}
    house.ledger.refusal = None
    flow = await options.async_configure(flow["flow_id"], {"invitation": "dems:good"})
    assert flow["step_id"] == "consent", flow
    plant = {"plant_power": 8000, "battery_power": 5000, "battery_capacity": 10000}
    flow = await options.async_configure(flow["flow_id"], {**plant, "consent": True})
    assert flow["reason"] == "join_requested", flow
    assert house.ledger.calls[-1][:3] == ("join", "dems:good", bytes.fromhex("55" * 32))

    document = state_document(house.identity, house.grid, house.house)
    house.feed.publish({**document, "community": COMMUNITY, "anchor": ANCHOR, "netting": NETTING})
    await until(lambda: _value(hass, "sensor.musterstrasse_last_reading") == "verified")
    await hass.async_block_till_done()
    await house.happen("statement_not_verified", {"slot": 1988888})
    await until(
        lambda: (
            (event := hass.states.get("event.musterstrasse_ledger_event")) is not None
            and event.attributes.get("event_type") == "statement_not_verified"
        )
    )

    await hass.services.async_call("dems", "anchor_now", {}, blocking=True)
    redeem = {"certificate": CERTIFICATE, "energy": 1000, "purpose": "November"}
    answer = await hass.services.async_call(
        "dems", "redeem_certificates", redeem, blocking=True, return_response=True
    )
    assert answer == {"transaction": "5"}
    assert house.ledger.calls[-1] == ("redeem", int(CERTIFICATE, 16), 1000, "November")
    period = {"start": "2026-11-01T00:00:00+00:00", "end": "2026-11-01T06:00:00+00:00"}
    answer = await hass.services.async_call(
        "dems", "export_proofs", period, blocking=True, return_response=True
    )
    assert ("proofs", 1992768, 1992791) in house.ledger.calls
    assert answer is not None
    assert (answer["from"], answer["to"]) == (1992768, 1992791)
    settled = await entry.runtime_data.client.settlement(0, 10)
    assert [(slot.slot, slot.withdrawal_inside) for slot in settled] == [(7, 40), (8, None)]
    house.ledger.refusal = LedgerRefused("nothing_to_claim", "Nothing yet.")
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call("dems", "claim_certificates", {}, blocking=True)
    assert refused.value.translation_key == "refused_nothing_to_claim"
