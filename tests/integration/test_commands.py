"""What a person can do, by entity and by action, and what comes back when it cannot be done."""

from typing import Any
from unittest.mock import patch

import probatio as vol
import pytest
from aiohttp import web
from homeassistant.components.number.const import ATTR_VALUE, SERVICE_SET_VALUE
from homeassistant.components.select import ATTR_OPTION, SERVICE_SELECT_OPTION
from homeassistant.const import (
    ATTR_CONFIG_ENTRY_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.commands import REFUSALS
from custom_components.dems.const import DOMAIN
from openems_bridge.dispatcher.reasons import ReasonCode

from .bridge import FakeBridge, problem, serve, until
from .conftest import SetUp
from .samples import BRIDGE_ID, state

SETPOINT = "number.battery_manual_set_point"
MODE = "select.battery_mode"


def _written(bridge: FakeBridge) -> list[tuple[str, str, Any]]:
    """Return what was asked of the bridge, without what was only read."""
    return [call for call in bridge.calls if call[0] != "GET"]


async def _shows(hass: HomeAssistant, entity_id: str, value: str) -> None:
    """Wait until an entity has a state: it comes by the WebSocket, or with the answer where that is not there yet."""

    def is_shown() -> bool:
        state = hass.states.get(entity_id)
        return state is not None and state.state == value

    await until(is_shown)


async def _set_point(hass: HomeAssistant, power: float) -> None:
    await hass.services.async_call(
        "number", SERVICE_SET_VALUE, {ATTR_ENTITY_ID: SETPOINT, ATTR_VALUE: power}, blocking=True
    )


async def test_mode(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    await _shows(hass, MODE, "off")
    await hass.services.async_call(
        "select", SERVICE_SELECT_OPTION, {ATTR_ENTITY_ID: MODE, ATTR_OPTION: "manual"}, blocking=True
    )
    assert _written(bridge) == [("PUT", "/v1/dispatch/mode", {"mode": "manual"})]
    await _shows(hass, MODE, "manual")


async def test_setpoint(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = state(dispatch={"mode": "manual"})
    await set_up()
    await _set_point(hass, -1500)
    target = {"type": "battery_power", "power_w": -1500}
    assert _written(bridge) == [("POST", "/v1/dispatch/command", {"target": target, "duration_s": 900})]
    await _shows(hass, SETPOINT, "-1500")
    await hass.services.async_call(
        "button", "press", {ATTR_ENTITY_ID: "button.battery_release"}, blocking=True
    )
    assert _written(bridge)[-1] == ("DELETE", "/v1/dispatch/command", None)
    await _shows(hass, SETPOINT, "unknown")


async def test_setpoint_in_mode_off_is_refused_with_the_reason(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError, match="mode off and writes nothing") as refused:
        await _set_point(hass, 2000)
    assert refused.value.translation_key == "refused_mode_off"
    await _shows(hass, SETPOINT, "unknown")


async def test_battery_that_cannot_be_steered_has_no_setpoint(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = state(battery={"steerable": False})
    await set_up()
    await _shows(hass, SETPOINT, "unavailable")
    await _shows(hass, MODE, "off")


@pytest.mark.parametrize(
    ("entity_id", "limit"),
    [
        ("number.battery_maximum_charge_power", "max_charge_power"),
        ("number.battery_maximum_discharge_power", "max_discharge_power"),
        ("number.battery_maximum_feed_in", "max_feed_in"),
        ("number.battery_maximum_grid_draw", "max_grid_draw"),
        ("number.battery_reserve", "reserve_soc"),
    ],
)
async def test_limits(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, entity_id: str, limit: str
) -> None:
    await set_up()
    await hass.services.async_call(
        "number", SERVICE_SET_VALUE, {ATTR_ENTITY_ID: entity_id, ATTR_VALUE: 42}, blocking=True
    )
    assert _written(bridge) == [("PATCH", "/v1/limits", {limit: 42})]
    await _shows(hass, entity_id, "42")


@pytest.mark.parametrize(
    ("entity_id", "limit"),
    [
        ("switch.battery_allow_charging_from_grid", "grid_charging"),
        ("switch.battery_allow_feed_in", "battery_feed_in"),
    ],
)
async def test_permissions(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, entity_id: str, limit: str
) -> None:
    await set_up()
    await _shows(hass, entity_id, "off")
    for service, allowed, shown in ((SERVICE_TURN_ON, True, "on"), (SERVICE_TURN_OFF, False, "off")):
        await hass.services.async_call("switch", service, {ATTR_ENTITY_ID: entity_id}, blocking=True)
        assert _written(bridge)[-1] == ("PATCH", "/v1/limits", {limit: allowed})
        await _shows(hass, entity_id, shown)


async def test_action_with_everything(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = state(dispatch={"mode": "manual"})
    entry = await set_up()
    battery = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, f"{BRIDGE_ID}_battery"), entry.entry_id
    )
    assert battery is not None
    await hass.services.async_call(
        DOMAIN,
        "set_battery_power",
        {ATTR_DEVICE_ID: battery.id, "power": 2000, "duration": {"minutes": 30}, "reason": "guests"},
        blocking=True,
    )
    target = {"type": "battery_power", "power_w": 2000}
    body = {"target": target, "duration_s": 1800, "note": "guests"}
    assert _written(bridge) == [("POST", "/v1/dispatch/command", body)]
    await hass.services.async_call(
        DOMAIN, "release_battery", {ATTR_CONFIG_ENTRY_ID: entry.entry_id}, blocking=True
    )
    assert _written(bridge)[-1] == ("DELETE", "/v1/dispatch/command", None)


async def test_action_for_the_only_household(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = state(dispatch={"mode": "manual"}, limits={"max_feed_in": 3000})
    await set_up()
    await hass.services.async_call(DOMAIN, "set_battery_power", {"power": -10}, blocking=True)
    target = {"type": "battery_power", "power_w": -10}
    assert _written(bridge) == [("POST", "/v1/dispatch/command", {"target": target, "duration_s": 900})]
    await _shows(hass, "number.battery_maximum_feed_in", "3000")
    await hass.services.async_call(DOMAIN, "remove_limits", {"limits": ["max_feed_in"]}, blocking=True)
    assert _written(bridge)[-1] == ("PATCH", "/v1/limits", {"max_feed_in": None})
    await _shows(hass, "number.battery_maximum_feed_in", "unknown")


async def test_action_needs_a_household(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    entry = await set_up()
    with pytest.raises(ServiceValidationError) as nobody:
        await hass.services.async_call(
            DOMAIN, "release_battery", {ATTR_CONFIG_ENTRY_ID: "none"}, blocking=True
        )
    assert nobody.value.translation_key == "no_household"
    async with serve(FakeBridge(certificate=bridge.certificate, bridge_id="second")) as neighbour:
        second = MockConfigEntry(
            domain=DOMAIN, unique_id="second", data={**entry.data, "port": neighbour.port}
        )
        second.add_to_hass(hass)
        assert await hass.config_entries.async_setup(second.entry_id)
        with pytest.raises(ServiceValidationError) as unclear:
            await hass.services.async_call(DOMAIN, "release_battery", {}, blocking=True)
        assert unclear.value.translation_key == "household_not_named"
        assert await hass.config_entries.async_unload(second.entry_id)
    assert _written(bridge) == []


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"power": "much"},
        {"power": 100_001},
        {"power": 1, "duration": "05:00:00"},
        {"power": 1, "duration": 0},
        {"power": 1, "reason": "x" * 201},
        {"power": 1, "unknown": 1},
    ],
)
async def test_action_with_nonsense_asks_nothing_of_the_bridge(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, data: dict[str, Any]
) -> None:
    await set_up()
    with pytest.raises(vol.Invalid):
        await hass.services.async_call(DOMAIN, "set_battery_power", data, blocking=True)
    assert _written(bridge) == []


@pytest.mark.parametrize(
    ("answer", "kind", "key"),
    [
        (
            problem(
                409, "refused", code="duration_too_long", params={"seconds": 20000, "longest_seconds": 14400}
            ),
            ServiceValidationError,
            "refused_duration_too_long",
        ),
        (problem(409, "refused", code="moon_phase", params={}), ServiceValidationError, "refused"),
        (problem(422, "out-of-range", params={"key": "max_feed_in"}), ServiceValidationError, "refused"),
        (problem(503, "not-ready"), HomeAssistantError, "bridge_problem"),
        (problem(401, "unauthorized"), HomeAssistantError, "token_refused"),
        (web.Response(text="<html>"), HomeAssistantError, "update_failed"),
        (web.json_response({"mode": 5}), HomeAssistantError, "update_failed"),
    ],
)
async def test_answers_are_translated(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    answer: web.Response,
    kind: type[HomeAssistantError],
    key: str,
) -> None:
    await set_up()

    async def answering(request: web.Request) -> web.Response:
        return answer

    bridge.instead["/v1/dispatch/command"] = answering
    with pytest.raises(HomeAssistantError) as raised:
        await _set_point(hass, 2000)
    assert type(raised.value) is kind
    assert raised.value.translation_key == key
    assert "{" not in str(raised.value), "every placeholder is filled"
    await bridge.change(grid={"power": 5})
    await _shows(hass, "sensor.grid_meter_power", "5")


async def test_command_that_cannot_be_sent(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()

    async def broken(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    bridge.instead["/v1/dispatch/command"] = broken
    with pytest.raises(HomeAssistantError) as raised:
        await _set_point(hass, 2000)
    assert raised.value.translation_key == "cannot_connect"


async def test_command_to_an_impostor(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, entry: MockConfigEntry
) -> None:
    """A set-point is never sent to another certificate."""
    await set_up()
    client = entry.runtime_data.client
    client._pin = type(client._pin)(bytes(32))
    with pytest.raises(HomeAssistantError) as raised:
        await _set_point(hass, 2000)
    assert raised.value.translation_key == "certificate_changed"
    assert _written(bridge) == []


def test_every_refusal_is_a_reason_of_the_bridge() -> None:
    assert {code.value for code in ReasonCode} >= REFUSALS


async def test_answer_is_shown_where_there_is_no_websocket(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    async def no_upgrade(request: web.Request) -> web.Response:
        return web.Response(status=403)

    bridge.instead["/v1/ws"] = no_upgrade
    with patch("custom_components.dems.coordinator.pause", return_value=3600):
        await set_up()
        await hass.services.async_call(
            "select", "select_option", {ATTR_ENTITY_ID: MODE, ATTR_OPTION: "automatic"}, blocking=True
        )
        state = hass.states.get(MODE)
    assert state is not None
    assert state.state == "automatic"
