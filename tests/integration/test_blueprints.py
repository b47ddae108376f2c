"""Each blueprint, run in Home Assistant: it fires, does what it says, and does nothing when it must not."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util import yaml as yaml_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from .automations import automate
from .bridge import FakeBridge, until
from .conftest import SetUp
from .samples import MARKET, NETTING, SUGGESTION, member

FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "dems"
BLUEPRINTS = sorted(FOLDER.glob("*.yaml"))
SOC = "sensor.soc"


def _blueprint(path: Path) -> Blueprint:
    return Blueprint(
        yaml_util.load_yaml_dict(path),
        expected_domain="automation",
        path=str(path),
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )


@contextmanager
def _ours() -> Iterator[None]:
    def load(self: DomainBlueprints, path: str) -> Blueprint:
        return _blueprint(FOLDER / path)

    with patch.object(DomainBlueprints, "_load_blueprint", load):
        yield


async def _run(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Make an automation of a blueprint."""
    with _ours():
        await automate(
            hass,
            {"id": "it", "alias": "it", "use_blueprint": {"path": f"{name}.yaml", "input": inputs}},
        )


@pytest.fixture
async def household(bridge: FakeBridge, set_up: SetUp) -> FakeBridge:
    bridge.document = {**member(), "market": MARKET}
    await set_up()
    await until(lambda: bridge.sockets)
    return bridge


async def _pass_by(bridge: FakeBridge, hass: HomeAssistant) -> None:
    """Let what the bridge has told so far take its effect."""
    last = await bridge.tell("slot_closed", {"slot": 1})
    await until(lambda: bridge.acknowledged == last)
    await hass.async_block_till_done()


def _suggestion(**changed: Any) -> dict[str, Any]:
    now = time.time()
    return {**SUGGESTION, "from": now + 60, "to": now + 960, "expires_at": now + 600, **changed}


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_blueprint_is_good(path: Path) -> None:
    blueprint = _blueprint(path)
    assert blueprint.validate() is None, "good for this version of Home Assistant"
    assert blueprint.name.startswith("DEMS: ")
    metadata = blueprint.metadata
    assert metadata["source_url"].endswith(f"/blueprints/automation/dems/{path.name}")
    assert metadata["homeassistant"]["min_version"] == "2026.10.0"
    assert metadata["description"]
    for name, described in blueprint.inputs.items():
        assert described["name"], name
        assert described["selector"], name


def test_there_are_all_of_them_and_each_can_be_imported() -> None:
    assert len(BLUEPRINTS) >= 9
    readme = (FOLDER.parents[2] / "README.md").read_text()
    documented = (FOLDER.parents[2] / "docs" / "blueprints.md").read_text()
    for path in BLUEPRINTS:
        address = f"blueprints%2Fautomation%2Fdems%2F{path.name}"
        assert address in readme, path.name
        assert address in documented, path.name


async def test_follow_suggestions(hass: HomeAssistant, household: FakeBridge) -> None:
    accepted = async_mock_service(hass, "dems", "accept_suggestion")
    hass.states.async_set(SOC, "50")
    await _run(hass, "follow_suggestions", minimum_gain=0.05, state_of_charge=[SOC], minimum_charge=30)
    await household.tell("dispatch_suggested", _suggestion(id="little", gain=10000))
    await household.tell("dispatch_suggested", _suggestion(id="old", expires_at=time.time() - 1))
    await household.tell("dispatch_suggested", _suggestion(id="good"))
    await until(lambda: accepted)
    hass.states.async_set(SOC, "20")
    await household.tell("dispatch_suggested", _suggestion(id="empty battery"))
    await _pass_by(household, hass)
    assert [call.data for call in accepted] == [{"suggestion": "good", "config_entry_id": "01DEMS"}]


async def test_late_suggestion_is_not_followed(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    """Nor is one that is late and still open: the automation was not there to decide."""

    def accepted() -> list[str]:
        return [path for _, path, _ in bridge.calls if path.endswith("/accept")]

    bridge.document = member()
    bridge.acknowledged = 0
    await bridge.tell("dispatch_suggested", _suggestion(id="late"), at=time.time() - 3600)
    await _run(hass, "follow_suggestions", minimum_gain=0)
    await set_up()
    await until(lambda: bridge.sockets)
    await bridge.tell("dispatch_suggested", _suggestion(id="now"))
    await until(accepted)
    assert accepted() == ["/v1/suggestions/now/accept"]


@pytest.fixture
def phone(hass: HomeAssistant) -> str:
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mobile_app", "p")}, name="My Phone"
    )
    return device.id


@pytest.mark.parametrize(
    ("reply", "answer", "without"), [("ACCEPT", "accept", "reject"), ("REJECT", "reject", "accept")]
)
async def test_ask_first(
    hass: HomeAssistant, household: FakeBridge, phone: str, reply: str, answer: str, without: str
) -> None:
    done = {one: async_mock_service(hass, "dems", f"{one}_suggestion") for one in ("accept", "reject")}
    told = async_mock_service(hass, "notify", "mobile_app_my_phone")
    never = {"quiet_from": "00:00:00", "quiet_to": "00:00:00"}
    await _run(hass, "ask_first", phone=phone, without_answer=without, **never)
    with patch("custom_components.dems.suggestion_trigger.BUNDLED_FOR", 0.05):
        for one in ("a", "b"):
            await household.tell("dispatch_suggested", _suggestion(id=one, question="q"))
        await until(lambda: told)
    assert len(told) == 1, "two slots are one question"
    assert "960 Wh" in told[0].data["message"]
    assert [one["action"] for one in told[0].data["data"]["actions"]] == ["DEMS_ACCEPT_q", "DEMS_REJECT_q"]
    hass.bus.async_fire("mobile_app_notification_action", {"action": "DEMS_ACCEPT_other"})
    hass.bus.async_fire("mobile_app_notification_action", {"action": f"DEMS_{reply}_q"})
    await until(lambda: done[answer])
    assert done[answer][0].data == {"suggestion": "q", "config_entry_id": "01DEMS"}
    assert told[-1].data["message"] == "clear_notification"
    assert done[without] == []


@pytest.mark.parametrize(("without", "expected"), [("accept", 1), ("nothing", 0)])
async def test_nobody_answers(
    hass: HomeAssistant, household: FakeBridge, phone: str, without: str, expected: int
) -> None:
    accepted = async_mock_service(hass, "dems", "accept_suggestion")
    told = async_mock_service(hass, "notify", "mobile_app_my_phone")
    inputs = {"wait_for": {"seconds": 0}, "quiet_from": "00:00:00", "quiet_to": "00:00:00"}
    await _run(hass, "ask_first", phone=phone, without_answer=without, **inputs)
    await household.tell("dispatch_suggested", _suggestion())
    await until(lambda: len(told) == 2)
    await hass.async_block_till_done()
    assert len(accepted) == expected


async def test_answer_that_comes_after_the_end(
    hass: HomeAssistant, household: FakeBridge, phone: str
) -> None:
    """What has expired in the meantime is not accepted, whatever the default is."""
    accepted = async_mock_service(hass, "dems", "accept_suggestion")
    expires_at = time.time() + 2
    told: list[ServiceCall] = []

    async def tell_slowly(call: ServiceCall) -> None:
        while time.time() <= expires_at:
            await asyncio.sleep(0.05)
        told.append(call)

    hass.services.async_register("notify", "mobile_app_my_phone", tell_slowly)
    never = {"quiet_from": "00:00:00", "quiet_to": "00:00:00"}
    await _run(hass, "ask_first", phone=phone, without_answer="accept", wait_for={"seconds": 0}, **never)
    await household.tell("dispatch_suggested", _suggestion(expires_at=expires_at))
    await until(lambda: len(told) == 2)
    await hass.async_block_till_done()
    assert accepted == []


async def test_nobody_is_asked_in_quiet_hours(hass: HomeAssistant, household: FakeBridge, phone: str) -> None:
    told = async_mock_service(hass, "notify", "mobile_app_my_phone")
    rejected = async_mock_service(hass, "dems", "reject_suggestion")
    now = dt_util.now()
    await _run(
        hass,
        "ask_first",
        phone=phone,
        quiet_from=now.replace(hour=(now.hour - 1) % 24).strftime("%H:%M:%S"),
        quiet_to=now.replace(hour=(now.hour + 1) % 24).strftime("%H:%M:%S"),
    )
    await household.tell("dispatch_suggested", _suggestion())
    await until(lambda: rejected)
    assert told == []


def _switches(hass: HomeAssistant) -> list[tuple[str, list[str]]]:
    """Let switches be switched; return what was done to which."""
    done: list[tuple[str, list[str]]] = []

    async def switch(call: ServiceCall) -> None:
        entities = call.data["entity_id"]
        entities = [entities] if isinstance(entities, str) else entities
        done.append((call.service, entities))
        for one in entities:
            hass.states.async_set(one, call.service.removeprefix("turn_"))

    for service in ("turn_on", "turn_off"):
        hass.services.async_register("homeassistant", service, switch)
    return done


def _surplus(slot: int | None = None) -> dict[str, Any]:
    newest = int(time.time()) // 900 - 4
    nothing = {"withdrawal_inside": 0, "withdrawal_outside": 0, "feed_in_inside": 0}
    return {**NETTING, **nothing, "slot": newest if slot is None else slot, "feed_in_outside": 90}


async def test_run_appliance(hass: HomeAssistant, household: FakeBridge) -> None:
    done = _switches(hass)
    hass.states.async_set("switch.washer", "off")
    window = {"window_from": "00:00:00", "window_to": "23:59:59", "at_the_latest": False}
    await _run(
        hass, "run_appliance", appliance=["switch.washer"], limit=0.1, duration={"seconds": 0}, **window
    )
    await household.tell("netting_settled", {"slot": 1})
    await _pass_by(household, hass)
    assert done == [], "neither surplus nor a low price"
    await household.change(netting=_surplus())
    await household.tell("netting_settled", {"slot": 2})
    await until(lambda: len(done) == 2)
    await household.tell("netting_settled", {"slot": 3})
    await _pass_by(household, hass)
    assert done == [("turn_on", ["switch.washer"]), ("turn_off", ["switch.washer"])], "once a day"


@pytest.mark.parametrize(("at_the_latest", "expected"), [(True, 1), (False, 0)])
async def test_appliance_at_its_deadline(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, at_the_latest: bool, expected: int
) -> None:
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to("2026-11-20 17:54:00+00:00")
    done = _switches(hass)
    await _run(
        hass,
        "run_appliance",
        appliance=["switch.washer"],
        duration={"hours": 2},
        window_to="20:00:00",
        at_the_latest=at_the_latest,
    )
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert done == []
    freezer.move_to("2026-11-20 17:55:01+00:00")
    async_fire_time_changed(hass)
    if expected:
        await until(lambda: done)
    else:
        await hass.async_block_till_done()
    assert [service for service, _ in done] == ["turn_on"] * expected


async def test_charge_car(hass: HomeAssistant, household: FakeBridge) -> None:
    done = _switches(hass)
    hass.states.async_set("switch.charger", "off")
    hass.states.async_set("binary_sensor.plug", "on")
    hass.states.async_set("sensor.car", "50")
    await _run(
        hass,
        "charge_car",
        charger="switch.charger",
        limit=0.1,
        plugged_in=["binary_sensor.plug"],
        state_of_charge=["sensor.car"],
        shortest={"seconds": 0},
    )

    async def settle(expected: int) -> None:
        await household.tell("netting_settled", {"slot": 1})
        await _pass_by(household, hass)
        assert len(done) == expected, done

    await settle(0)
    await household.change(netting=_surplus())
    hass.states.async_set("binary_sensor.plug", "off")
    await settle(0)
    hass.states.async_set("binary_sensor.plug", "on")
    await settle(1)
    await settle(1)
    hass.states.async_set("sensor.car", "85")
    await settle(2)
    await settle(2)
    assert [service for service, _ in done] == ["turn_on", "turn_off"]


async def test_keep_reserve(hass: HomeAssistant) -> None:
    done = async_mock_service(hass, "number", "set_value")
    hass.states.async_set("binary_sensor.storm", "off")
    hass.states.async_set("binary_sensor.outage", "off")
    await _run(
        hass,
        "keep_reserve",
        warnings=["binary_sensor.storm", "binary_sensor.outage"],
        reserve="number.reserve",
        during=80,
        otherwise=15,
        all_clear={"seconds": 0},
    )
    hass.states.async_set("binary_sensor.storm", "on")
    await until(lambda: len(done) == 1)
    hass.states.async_set("binary_sensor.outage", "on")
    await until(lambda: len(done) == 2)
    hass.states.async_set("binary_sensor.storm", "off")
    await hass.async_block_till_done()
    assert [call.data["value"] for call in done] == [80, 80], "another warning is still on"
    hass.states.async_set("binary_sensor.outage", "unavailable")
    hass.states.async_set("binary_sensor.storm", "on")
    hass.states.async_set("binary_sensor.storm", "off")
    await hass.async_block_till_done()
    assert [call.data["value"] for call in done][3:] == [], "a warning that is not known is not over"
    hass.states.async_set("binary_sensor.outage", "off")
    await until(lambda: done[-1].data["value"] == 15)
    assert done[-1].data["entity_id"] == ["number.reserve"]


def _prices(price: int) -> dict[str, Any]:
    return {"slots": [{"slot": 1, "start": time.time() + 60, "price": price}]}


async def test_sell_above_price(hass: HomeAssistant, household: FakeBridge) -> None:
    sold = async_mock_service(hass, "dems", "set_battery_power")
    released = async_mock_service(hass, "dems", "release_battery")
    hass.states.async_set(SOC, "30")
    await _run(hass, "sell_above_price", limit=0.2, power=1500, state_of_charge=SOC, keep=40)

    async def price(value: int) -> None:
        await household.change(market={"price_next": value})
        await household.tell("prices_changed", _prices(value))
        await _pass_by(household, hass)

    await price(250000)
    assert sold == [], "the battery holds too little"
    hass.states.async_set(SOC, "80")
    await price(150000)
    await household.change(market={"price_next": 260000})
    await household.tell("prices_changed", _prices(260000))
    await until(lambda: sold)
    assert sold[0].data["power"] == 1500
    assert sold[0].data["config_entry_id"] == "01DEMS"
    hass.states.async_set(SOC, "39")
    await until(lambda: released)
    assert len(sold) == 1


async def test_notify_trouble(hass: HomeAssistant, household: FakeBridge) -> None:
    told = async_mock_service(hass, "test", "tell")
    tell = [{"action": "test.tell", "data": {"message": "{{ message }}"}}]
    await _run(hass, "notify_trouble", tell=tell, lost_for={"seconds": 0})
    await household.tell("chain_lost", {})
    await household.tell("statement_not_verified", {"slot": 7, "reason": {"code": "wrong_sums"}})
    await household.tell("reading_verified", {"slot": 7})
    await until(lambda: told)
    await household.change(community={"operator": "lost"})
    await household.tell("operator_lost", {})
    await until(lambda: len(told) == 2)
    messages = [call.data["message"] for call in told]
    assert "slot 7 does not hold up (wrong_sums)" in messages[0]
    assert messages[1].endswith("no connection to the operator"), "the chain was back in time"


async def test_notify_trouble_of_the_night(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """What happened while Home Assistant was off is told afterwards."""
    told = async_mock_service(hass, "test", "tell")
    bridge.document = member()
    bridge.acknowledged = 0
    await bridge.tell("reading_refused", {"slot": 5, "reason": "late"}, at=time.time() - 7200)
    tell = [{"action": "test.tell", "data": {"message": "{{ message }}"}}]
    await _run(hass, "notify_trouble", tell=tell)
    await set_up()
    await until(lambda: told)
    assert "the reading of slot 5 was refused (late)" in told[0].data["message"]


async def test_relieve_grid(hass: HomeAssistant, household: FakeBridge) -> None:
    done = _switches(hass)
    for one, state in (("heater", "on"), ("boiler", "off"), ("gone", "unavailable")):
        hass.states.async_set(f"switch.{one}", state)
    await _run(
        hass,
        "relieve_grid",
        loads=["switch.heater", "switch.boiler", "switch.gone"],
        event="ReliefAsked",
        duration={"seconds": 0},
    )
    await household.tell("chain_event", {"contract": "market", "event": "OrderSetCommitted"})
    await _pass_by(household, hass)
    assert done == []
    await household.tell("chain_event", {"contract": "registry", "event": "ReliefAsked"})
    await until(lambda: len(done) == 2)
    assert done == [("turn_off", ["switch.heater"]), ("turn_on", ["switch.heater"])]


async def test_monthly_report(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-30 07:59:00+00:00")
    told = async_mock_service(hass, "test", "tell")
    asked = async_mock_service(
        hass,
        "recorder",
        "get_statistics",
        response={"statistics": {"dems:b_saved": [{"change": 12.345}]}},
        supports_response=SupportsResponse.ONLY,
    )
    hass.states.async_set("sensor.certificates", "12", {"friendly_name": "Certificates"})
    assert await async_setup_component(hass, "homeassistant", {})
    tell = [{"action": "test.tell", "data": {"message": "{{ message }}"}}]
    await _run(
        hass,
        "monthly_report",
        statistics=["dems:b_saved", "dems:b_cost"],
        certificates=["sensor.certificates"],
        tell=tell,
    )
    for moment in ("2026-11-30 08:00:01+00:00", "2026-12-01 08:00:01+00:00"):
        freezer.move_to(moment)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
    assert len(told) == len(asked) == 1, "on the first of the month only"
    assert asked[0].data["start_time"] == "2026-11-01T00:00:00+01:00"
    assert asked[0].data["end_time"] == "2026-12-01T00:00:00+01:00"
    lines = told[0].data["message"].split()
    assert lines[0] == "2026-11"
    assert "12.35" in told[0].data["message"] or "12.34" in told[0].data["message"]
    assert "b_cost: –" in " ".join(lines)
    assert "Certificates: 12" in " ".join(lines)
