"""The way into a community and out of it, through the options of the household."""

from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.ledger import LONGEST_CONSENT

from .bridge import FakeBridge, problem, serve, until
from .conftest import SetUp
from .samples import COMMUNITY, INVITATION, member, state

PLANT = {"plant_power": 8000, "battery_power": 5000, "battery_capacity": 10000}


async def _choose(hass: HomeAssistant, entry: MockConfigEntry, choice: str) -> Any:
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "init")
    assert choice in flow["menu_options"]
    return await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": choice})


async def _enter(hass: HomeAssistant, flow: Any, **values: Any) -> Any:
    return await hass.config_entries.options.async_configure(flow["flow_id"], values)


def _posts(bridge: FakeBridge) -> list[tuple[str, Any]]:
    return [(path, body) for method, path, body in bridge.calls if method == "POST"]


async def test_settings(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    flow = await _choose(hass, entry, "settings")
    assert set(flow["data_schema"].schema) == {"interval"}, "prices only where there is a community"
    with patch.object(hass.config_entries, "async_reload", wraps=hass.config_entries.async_reload) as reload:
        done = await _enter(hass, flow, interval=5)
        await hass.async_block_till_done()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"interval": 5}
    reload.assert_called_once()


async def test_prices(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member()
    entry = await set_up()
    flow = await _choose(hass, entry, "settings")
    flow = await _enter(hass, flow, interval=5, price_withdrawal_inside=0.25, price_feed_in_outside=-0.01)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    prices = {"price_withdrawal_inside": 0.25, "price_feed_in_outside": -0.01}
    assert entry.options == {"interval": 5, **prices}
    await hass.async_block_till_done()
    flow = await _choose(hass, entry, "settings")
    await _enter(hass, flow, interval=5)
    await hass.async_block_till_done()
    assert entry.options == {"interval": 5}, "a price that is taken out is gone"


async def test_settings_while_the_household_is_not_set_up(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry
) -> None:
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "settings")


async def test_join(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    entry = await set_up()
    flow = await _choose(hass, entry, "join")
    assert flow["step_id"] == "join"
    flow = await _enter(hass, flow, invitation="dems:bad")
    assert flow["errors"] == {"base": "invitation_invalid"}
    flow = await _enter(hass, flow, invitation=" dems:good ")
    assert (flow["step_id"], flow["errors"]) == ("consent", {})
    shown = flow["description_placeholders"]
    assert shown["consent"] == INVITATION["consent_text"]
    assert (shown["name"], shown["operator"]) == ("Musterstraße", "https://operator.example:8585")
    suggested = {str(key): key.description for key in flow["data_schema"].schema}
    assert suggested["battery_capacity"] == {"suggested_value": 10000}

    flow = await _enter(hass, flow, **PLANT, consent=False)
    assert flow["errors"] == {"consent": "consent_needed"}
    assert [path for path, _ in _posts(bridge)] == ["/v1/community/invitation"] * 2
    flow = await _enter(hass, flow, **PLANT, plant_unit="SEE1", consent=True)
    assert flow["errors"] == {"plant_unit": "unit_number_invalid"}
    assert [path for path, _ in _posts(bridge)] == ["/v1/community/invitation"] * 2
    told = {"plant_kind": "wind", "plant_unit": "SEE900000000001", "commissioned": "2019-05-04"}
    flow = await _enter(hass, flow, **PLANT, **told, consent=True)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "join_requested")
    assert flow["description_placeholders"] == {"name": "Musterstraße"}
    body = {"invitation": "dems:good", "consent": INVITATION["consent"], **PLANT, **told}
    assert _posts(bridge)[-1] == ("/v1/community/join", body)

    def is_waiting() -> bool:
        membership = hass.states.get("sensor.musterstrasse_membership")
        return membership is not None and membership.state == "waiting"

    await until(is_waiting)
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["menu_options"] == ["settings", "tariff", "leave"]


async def test_house_without_plant_and_battery_is_asked_for_nothing(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = state(solar=None, battery=None)
    flow = await _choose(hass, await set_up(), "join")
    flow = await _enter(hass, flow, invitation="dems:good")
    suggested = {
        str(key): (key.description or {}).get("suggested_value") for key in flow["data_schema"].schema
    }
    assert suggested == {
        "plant_power": 0,
        "battery_power": 0,
        "battery_capacity": 0,
        "plant_kind": None,
        "plant_unit": None,
        "commissioned": None,
        "consent": None,
    }


@pytest.mark.parametrize(
    ("answer", "error", "detail"),
    [
        (problem(404, "not-found"), "ledger_missing", "about not-found"),
        (problem(422, "invalid"), "invitation_invalid", "about invalid"),
        (problem(409, "refused", code="keys_unusable", params={}), "keys_unusable", "about refused"),
        (problem(409, "refused", code="operator_silent", params={}), "operator_unreachable", "about refused"),
        (problem(409, "refused", code="chain_unreachable", params={}), "chain_unreachable", "about refused"),
        (problem(409, "refused", code="chain_wrong_chain", params={}), "wrong_chain", "about refused"),
        (problem(409, "refused", code="no_ledger", params={}), "invitation_contradicted", "about refused"),
        (problem(409, "refused", code="moon-phase", params={}), "bridge_refused", "about refused"),
        (problem(503, "store-failed"), "bridge_refused", "about store-failed"),
        (problem(401, "unauthorised"), "token_refused", ""),
        (web.json_response({"name": "?"}), "not_a_bridge", ""),
        (
            web.json_response({**INVITATION, "consent_text": "x" * (LONGEST_CONSENT + 1)}),
            "not_a_bridge",
            "",
        ),
    ],
)
async def test_invitation_that_is_refused(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, answer: web.Response, error: str, detail: str
) -> None:
    entry = await set_up()

    async def answering(request: web.Request) -> web.Response:
        return answer

    bridge.instead["/v1/community/invitation"] = answering
    flow = await _choose(hass, entry, "join")
    flow = await _enter(hass, flow, invitation="dems:good")
    assert (flow["step_id"], flow["errors"]) == ("join", {"base": error})
    assert flow["description_placeholders"] == {"detail": detail}


async def test_consent_that_came_too_late(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    entry = await set_up()

    async def changed(request: web.Request) -> web.Response:
        return problem(409, "refused", code="other_consent", params={})

    bridge.instead["/v1/community/join"] = changed
    flow = await _choose(hass, entry, "join")
    flow = await _enter(hass, flow, invitation="dems:good")
    flow = await _enter(hass, flow, **PLANT, consent=True)
    assert (flow["step_id"], flow["errors"]) == ("consent", {"base": "consent_changed"})


async def test_leave(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member()
    entry = await set_up()
    await until(lambda: bridge.sockets)

    async def away(request: web.Request) -> web.Response:
        return problem(409, "refused", code="operator_unreachable", params={})

    bridge.instead["/v1/community/leave"] = away
    flow = await _choose(hass, entry, "leave")
    assert (flow["step_id"], flow["errors"]) == ("leave", {})
    assert flow["description_placeholders"]["name"] == "Musterstraße"
    flow = await _enter(hass, flow)
    assert flow["errors"] == {"base": "operator_unreachable"}
    del bridge.instead["/v1/community/leave"]
    flow = await _enter(hass, flow)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "left")
    await until(lambda: entry.runtime_data.data.community.status == "left")
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["menu_options"] == ["settings", "tariff", "join"]


@pytest.mark.parametrize("choice", ["join", "leave"])
async def test_household_that_is_unloaded_meanwhile(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, choice: str
) -> None:
    bridge.document = member(community={"status": "left" if choice == "join" else "member"})
    entry = await set_up()
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert await hass.config_entries.async_unload(entry.entry_id)
    flow = await _enter(hass, flow, next_step_id=choice)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_household_that_is_unloaded_before_the_consent(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    entry = await set_up()
    flow = await _choose(hass, entry, "join")
    flow = await _enter(hass, flow, invitation="dems:good")
    assert await hass.config_entries.async_unload(entry.entry_id)
    flow = await _enter(hass, flow, **PLANT, consent=True)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_community_of_another_status_is_no_obstacle(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = state()
    bridge.document["community"] = {**COMMUNITY, "status": "refused"}
    entry = await set_up()
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["menu_options"] == ["settings", "tariff", "join"]


async def test_join_through_a_bridge_that_is_gone(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    entry = await set_up()
    flow = await _choose(hass, entry, "join")
    async with serve(FakeBridge(certificate=bridge.certificate)) as gone:
        closed = gone.port
    client = entry.runtime_data.client
    client._base = client._base.with_port(closed)
    flow = await _enter(hass, flow, invitation="dems:good")
    assert flow["errors"] == {"base": "cannot_connect"}
