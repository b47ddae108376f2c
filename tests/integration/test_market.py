"""Forecast, plan and market in Home Assistant: what is shown, what is set, what the actions ask, and what is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import probatio as vol
import pytest
from homeassistant.auth.models import User
from homeassistant.components.image import async_get_image
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er

from custom_components.dems.const import DOMAIN
from custom_components.dems.energy import async_get_solar_forecast

from .bridge import FakeBridge, problem, until
from .conftest import SetUp
from .samples import MARKET, SUGGESTION, state, trader

SLOT = "2026-09-21T15:15:00+00:00"
ORDER = {"start": SLOT, "side": "offer", "energy": 500, "limit": 0.12, "battery": 200}
WINDOW = {"start": "2026-09-21T15:00:00+00:00", "end": "2026-09-21T19:00:00+00:00"}


@pytest.fixture(autouse=True)
def _trader(bridge: FakeBridge) -> None:
    bridge.document = trader()


def _value(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


def _attributes(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return dict(found.attributes)


async def _call(hass: HomeAssistant, action: str, data: dict[str, Any], *, respond: bool = False) -> Any:
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=respond)


def _asked(bridge: FakeBridge) -> list[tuple[str, str, Any]]:
    known = ("/v1/info", "/v1/state", "/v1/ws")
    return [call for call in bridge.calls if call[1] not in known]


async def test_nothing_before_the_bridge_says_something_of_it(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    """A house without forecast, plan and market has no entities of them; they come with the sections."""
    bridge.document = state()
    entry = await set_up()
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    ours = ("forecast", "plan", "market", "suggestion", "auto_bid")
    assert [one.unique_id for one in entities if any(word in one.unique_id for word in ours)] == []
    await until(lambda: bridge.sockets)
    await bridge.change(plan=trader()["plan"])
    await until(lambda: hass.states.get("sensor.musterhaus_plan"))
    assert hass.states.get("sensor.musterhaus_expected_consumption_today") is None
    await bridge.change(plan=None)
    await until(lambda: _value(hass, "sensor.musterhaus_plan") == STATE_UNAVAILABLE)


async def test_plan_says_what_and_why(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    assert _value(hass, "sensor.musterhaus_plan") == "self_consumption"
    assert _value(hass, "sensor.musterhaus_reason_of_plan") == "serves_house"
    assert _value(hass, "sensor.musterhaus_what_the_plan_cannot_meet") == "reserve"
    coming = _attributes(hass, "sensor.musterhaus_plan")["next"]
    assert [(one["mode"], one["grid_energy"], one["reason"]) for one in coming] == [
        ("deliver", -480, {"code": "sold_from_battery", "energy": 480})
    ]
    await until(lambda: bridge.sockets)
    await bridge.change(plan={"mode": "deliver", "reason": {"code": "moon_phase", "params": {}}})
    await until(lambda: _value(hass, "sensor.musterhaus_plan") == "deliver")
    assert _value(hass, "sensor.musterhaus_reason_of_plan") == "other"
    await bridge.change(plan={"slot": None})
    await until(lambda: _value(hass, "sensor.musterhaus_plan") == STATE_UNAVAILABLE)


async def test_money_is_in_the_markets_currency(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.document = trader(market={"currency": "CHF"})
    await set_up()
    price = _attributes(hass, "sensor.musterstrasse_last_market_price")
    assert _value(hass, "sensor.musterstrasse_last_market_price") == "0.161"
    assert (price["unit_of_measurement"], price["lower"], price["upper"]) == ("CHF/kWh", 0.152, 0.17)
    income = _attributes(hass, "sensor.musterstrasse_income_today")
    assert _value(hass, "sensor.musterstrasse_income_today") == "1.23"
    assert (income["unit_of_measurement"], income["device_class"]) == ("CHF", "monetary")
    assert "state_class" not in income
    assert _attributes(hass, "number.musterstrasse_sell_no_cheaper_than")["unit_of_measurement"] == "CHF/kWh"
    await until(lambda: bridge.sockets)
    await bridge.change(market={"last": {**MARKET["last"], "status": "violated", "price": None}})
    await until(lambda: _value(hass, "binary_sensor.musterstrasse_market_result") == "on")
    assert _value(hass, "sensor.musterstrasse_last_market_price") == STATE_UNKNOWN


async def test_suggestion_of_nulls(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = trader(suggestion=dict.fromkeys(SUGGESTION))
    await set_up()
    assert _value(hass, "sensor.musterstrasse_suggestion") == STATE_UNKNOWN
    await until(lambda: bridge.sockets)
    await bridge.change(suggestion=SUGGESTION)
    await until(lambda: _value(hass, "sensor.musterstrasse_suggestion") == "pending")
    assert _value(hass, "sensor.musterstrasse_suggested_action") == "deliver"
    assert _value(hass, "sensor.musterstrasse_reason_of_suggestion") == "sold_from_battery"


@pytest.mark.parametrize(
    ("domain", "service", "entity", "data", "change"),
    [
        ("switch", "turn_off", "trade_automatically", {}, {"auto_bid": False}),
        ("switch", "turn_on", "trade_automatically", {}, {"auto_bid": True}),
        ("switch", "turn_off", "follow_the_running_slot", {}, {"follow_live": False}),
        ("select", "select_option", "suggestions", {"option": "follow"}, {"dispatch": "follow"}),
        ("number", "set_value", "sell_no_cheaper_than", {"value": 0.0925}, {"lowest_price": 92500}),
        ("number", "set_value", "buy_no_dearer_than", {"value": 0.3}, {"highest_price": 300000}),
        ("number", "set_value", "most_energy_traded_per_day", {"value": 7.5}, {"energy_per_day": 7500}),
        ("number", "set_value", "reserve_kept_from_trading", {"value": 35}, {"reserve_soc": 35}),
        ("time", "set_value", "quiet_hours_begin", {"time": "23:15:00"}, {"quiet_from": "23:15"}),
    ],
)
async def test_settings_of_trading(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    domain: str,
    service: str,
    entity: str,
    data: dict[str, Any],
    change: dict[str, Any],
) -> None:
    await set_up()
    target = {"entity_id": f"{domain}.musterstrasse_{entity}"}
    assert _value(hass, target["entity_id"]) not in (STATE_UNKNOWN, STATE_UNAVAILABLE)
    await hass.services.async_call(domain, service, {**target, **data}, blocking=True)
    assert _asked(bridge) == [("PATCH", "/v1/trading", change)]


@pytest.mark.parametrize(
    ("action", "data", "method", "path", "body", "answer"),
    [
        (
            "place_order",
            ORDER,
            "POST",
            "/v1/orders",
            {"start": 1790003700, "side": "offer", "energy": 500, "limit": 120000, "battery": 200},
            {
                "order": "o1",
                "start": SLOT,
                "side": "offer",
                "energy": 500,
                "battery": 200,
                "limit": 0.12,
                "state": "planned",
            },
        ),
        ("withdraw_order", {"order": "o7"}, "DELETE", "/v1/orders/o7", None, None),
        (
            "announce_load",
            {"power": 2000, "energy": 1500, "name": "Dishwasher", **WINDOW},
            "POST",
            "/v1/loads",
            {"power": 2000, "energy": 1500, "name": "Dishwasher", "from": 1790002800, "to": 1790017200},
            {"load": "a1", "start": SLOT},
        ),
        (
            "hold_battery",
            {"reason": "The car charges", **WINDOW},
            "POST",
            "/v1/holds",
            {"from": 1790002800, "to": 1790017200, "reason": "The car charges"},
            {"hold": "b2"},
        ),
    ],
)
async def test_actions_that_answer(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    action: str,
    data: dict[str, Any],
    method: str,
    path: str,
    body: dict[str, Any] | None,
    answer: dict[str, Any] | None,
) -> None:
    await set_up()
    answered = await _call(hass, action, data, respond=True)
    assert _asked(bridge) == [(method, path, body)]
    assert answer is None or answered == answer


@pytest.mark.parametrize(
    ("action", "data", "path"),
    [
        ("forget_load", {"load": "a1"}, "/v1/loads/a1"),
        ("release_hold", {"hold": "b2"}, "/v1/holds/b2"),
    ],
)
async def test_taking_back(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, action: str, data: dict[str, Any], path: str
) -> None:
    await set_up()
    await _call(hass, action, data)
    assert _asked(bridge) == [("DELETE", path, None)]


async def test_answers_to_suggestions(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Without an id the one that waits is meant, by its question if it has one; an expired one is never answered."""
    later = (datetime.now(UTC) + timedelta(minutes=5)).timestamp()
    bridge.document = trader(suggestion={"expires_at": later, "question": "q9"})
    await set_up()
    await _call(hass, "reject_suggestion", {"suggestion": "s7"})
    bridge.document["suggestion"]["state"] = "pending"
    await until(lambda: bridge.sockets)
    await bridge.change(suggestion={"state": "pending"})
    await until(lambda: _value(hass, "sensor.musterstrasse_suggestion") == "pending")
    await _call(hass, "accept_suggestion", {})
    assert [path for _, path, _ in _asked(bridge)] == [
        "/v1/suggestions/s7/reject",
        "/v1/suggestions/q9/accept",
    ]
    await until(lambda: _value(hass, "sensor.musterstrasse_suggestion") == "accepted")
    await bridge.change(suggestion={"state": "pending", "expires_at": 1})
    await until(lambda: _value(hass, "sensor.musterstrasse_suggestion") == "pending")
    with pytest.raises(ServiceValidationError) as refused:
        await _call(hass, "accept_suggestion", {})
    assert refused.value.translation_key == "no_suggestion"


async def test_plan_and_forecast_by_action(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    plan = await _call(hass, "get_plan", {}, respond=True)
    assert plan["expected_cost"] == 1.5
    assert plan["slots"] == [
        {
            "start": "2026-09-21T14:30:00+00:00",
            "end": "2026-09-21T14:45:00+00:00",
            "mode": "charge_grid",
            "reserve_soc": 20,
            "grid_energy": 900,
            "expected_soc": 70,
            "import_price": 0.12,
            "import_estimated": True,
            "export_price": 0.08,
            "reason": {"code": "cheap_energy", "parameters": {}},
        }
    ]
    forecast = await _call(hass, "get_forecast", WINDOW, respond=True)
    assert bridge.forecast_queries == [{"from": "1988892", "to": "1988907"}]
    assert [one["generation"] for one in forecast["slots"]] == [{"p10": 300, "p50": 640, "p90": 900}, None]
    assert json.loads(json.dumps([plan, forecast])) == [plan, forecast]


@pytest.mark.parametrize(
    ("action", "data", "key"),
    [
        ("place_order", {**ORDER, "battery": 501}, "battery_above_energy"),
        ("place_order", {**ORDER, "start": "2026-09-21T15:10:00+00:00"}, "no_start_of_slot"),
        (
            "hold_battery",
            {"start": WINDOW["end"], "end": WINDOW["start"]},
            "window_empty",
        ),
    ],
)
async def test_what_makes_no_sense_never_reaches_the_bridge(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    action: str,
    data: dict[str, Any],
    key: str,
) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await _call(hass, action, data)
    assert refused.value.translation_key == key
    assert _asked(bridge) == []


@pytest.mark.parametrize("data", [{**ORDER, "side": "both"}, {**ORDER, "energy": 0}, {**ORDER, "limit": 11}])
async def test_orders_out_of_range(hass: HomeAssistant, set_up: SetUp, data: dict[str, Any]) -> None:
    await set_up()
    with pytest.raises(vol.Invalid):
        await _call(hass, "place_order", data)


async def test_refusals_are_explained(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()

    async def closed(request: Any) -> Any:
        return problem(409, "refused", code="gate_closed", params={"slot": 1988893, "first_slot": 1988897})

    bridge.instead["/v1/orders"] = closed
    with pytest.raises(ServiceValidationError) as refused:
        await _call(hass, "place_order", ORDER)
    assert refused.value.translation_key == "refused_gate_closed"


@pytest.mark.parametrize("action", ["place_order", "withdraw_order"])
async def test_money_is_for_administrators(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, hass_read_only_user: User, action: str
) -> None:
    await set_up()
    data = ORDER if action == "place_order" else {"order": "o1"}
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=Context(user_id=hass_read_only_user.id)
        )
    assert _asked(bridge) == []


async def test_solar_forecast_for_the_energy_dashboard(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    entry = await set_up()
    assert await async_get_solar_forecast(hass, entry.entry_id) == {
        "wh_hours": {"2026-09-21T14:30:00+00:00": 640}
    }
    assert await async_get_solar_forecast(hass, "nobody") is None

    async def failing(request: Any) -> Any:
        return problem(409, "refused", code="no_forecast", params={})

    bridge.instead["/v1/forecast"] = failing
    assert await async_get_solar_forecast(hass, entry.entry_id) is None


async def test_plan_as_a_plot(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """It is drawn when somebody looks, and anew only for a new plan; it is a picture, in the user's language."""
    hass.config.language = "de"
    await set_up()
    image = "image.musterhaus_plan_als_bild"
    assert _value(hass, image) == "2026-09-21T14:13:21+00:00"
    drawn = await async_get_image(hass, image)
    assert drawn.content_type == "image/svg+xml"
    document = ElementTree.fromstring(drawn.content)
    texts = [one.text for one in document.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Erwarteter Verbrauch", "Aus dem Netz laden", "640 Wh"} <= set(texts)
    assert "Das eigene Haus versorgen" not in texts, "only modes that occur are named"
    await async_get_image(hass, image)
    assert [path for _, path, _ in _asked(bridge)] == ["/v1/plan", "/v1/forecast"]
    await until(lambda: bridge.sockets)
    await bridge.change(plan={"made_at": 1790000901.0})
    await until(lambda: _value(hass, image) == "2026-09-21T14:28:21+00:00")
    await async_get_image(hass, image)
    assert len(_asked(bridge)) == 4
