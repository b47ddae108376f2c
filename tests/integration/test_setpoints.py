"""A battery that only Home Assistant reaches: steered by the owner's scripts, and always given back."""

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web
from homeassistant.core import CoreState, HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.const import DOMAIN
from custom_components.dems.meter_feed import REPEAT_STEERED_SECONDS, SHORTEST_SECONDS
from custom_components.dems.meters import CONF_METERS
from custom_components.dems.scripts import CONF_SETPOINTS, Outcome, Scripts
from openems_bridge.dispatcher.safety import LONGEST_SILENCE_SECONDS
from openems_bridge.edge.pushed.setpoints import Outcome as BridgeOutcome

from .bridge import FakeBridge, problem, until
from .samples import state

METERS = {"grid_power": ["sensor.grid"], "battery_power": ["sensor.battery"], "soc": "sensor.soc"}
CHOSEN = {
    "set_script": "script.set_battery",
    "release_script": "script.release_battery",
    "max_charge_power": 3000,
    "max_discharge_power": 2500,
    "capacity": 8000,
    "confirmed": True,
}
STORED = "dems.01DEMS.setpoint"


class Battery:
    """What the owner's scripts drive: it notes what they ask, and fails or hangs when it is told to."""

    def __init__(self) -> None:
        self.did: list[int | None] = []
        self.fails: set[str] = set()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def set(self, call: ServiceCall) -> None:
        self._fail("set")
        self.did.append(int(call.data["power"]))
        await self.may_end.wait()

    async def release(self, call: ServiceCall) -> None:
        self._fail("release")
        self.did.append(None)

    def _fail(self, what: str) -> None:
        if what in self.fails:
            raise HomeAssistantError(f"no {what} today")


@pytest.fixture
async def battery(hass: HomeAssistant) -> Battery:
    made = Battery()
    hass.services.async_register("inverter", "set", made.set)
    hass.services.async_register("inverter", "release", made.release)
    scripts = {
        "set_battery": {"sequence": [{"action": "inverter.set", "data": {"power": "{{ power }}"}}]},
        "release_battery": {"sequence": [{"action": "inverter.release"}]},
    }
    assert await async_setup_component(hass, "script", {"script": scripts})
    return made


@pytest.fixture
def pushed(bridge: FakeBridge) -> FakeBridge:
    bridge.document = state()
    bridge.document["bridge"]["source"] = "home_assistant"
    return bridge


@pytest.fixture
async def steered(
    hass: HomeAssistant, pushed: FakeBridge, entry: MockConfigEntry, battery: Battery
) -> MockConfigEntry:
    """A household whose owner has named the scripts, connected."""
    hass.config_entries.async_update_entry(entry, options={CONF_METERS: METERS, CONF_SETPOINTS: CHOSEN})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: pushed.offers and pushed.sockets)
    return entry


def _stored(hass_storage: dict[str, Any]) -> str | None:
    data = hass_storage[STORED]["data"]
    release: str | None = data.get("release")
    return release


def _issue(hass: HomeAssistant, key: str) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{key}_01DEMS")


def test_words_are_the_bridges() -> None:
    assert [*Outcome] == [*BridgeOutcome]


def test_nothing_is_steered_without_confirmation() -> None:
    assert Scripts.read({}) is None
    assert Scripts.read({CONF_SETPOINTS: {**CHOSEN, "confirmed": False}}) is None
    scripts = Scripts.read({CONF_SETPOINTS: CHOSEN})
    assert scripts is not None
    assert [scripts.allows(power) for power in (-3001, -3000, 0, 2500, 2501)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    bare = Scripts.read({CONF_SETPOINTS: {key: value for key, value in CHOSEN.items() if key != "capacity"}})
    assert bare is not None
    assert bare.offer == {"max_charge_power": 3000, "max_discharge_power": 2500}


async def test_set_renewed_and_released(
    pushed: FakeBridge, steered: MockConfigEntry, battery: Battery, hass_storage: dict[str, Any]
) -> None:
    assert pushed.offers == [{"max_charge_power": 3000, "max_discharge_power": 2500, "capacity": 8000}]
    assert await pushed.want(-1500) == "done"
    assert _stored(hass_storage) == "script.release_battery", "owed before anything was set"
    assert await pushed.want(-1500) == "done"
    assert battery.did == [-1500], "a renewal runs no script"
    assert steered.runtime_data.setpoints.power == -1500
    assert await pushed.want(700) == "done"
    assert await pushed.want(None) == "done"
    assert battery.did == [-1500, 700, None]
    assert _stored(hass_storage) is None
    assert steered.runtime_data.setpoints.power is None


async def test_more_than_the_owner_allows_is_not_set(
    pushed: FakeBridge, steered: MockConfigEntry, battery: Battery
) -> None:
    assert await pushed.want(2501) == "failed"
    assert battery.did == []


async def test_silence_of_the_bridge_releases(
    pushed: FakeBridge, steered: MockConfigEntry, battery: Battery, caplog: pytest.LogCaptureFixture
) -> None:
    with patch("custom_components.dems.setpoints.LONGEST_REMEMBERED", 0.1):
        assert await pushed.want(500) == "done"
        await until(lambda: battery.did == [500, None])
    assert "has said nothing of its set-point of 500 W" in caplog.text


async def test_offered_again_after_a_lost_connection(pushed: FakeBridge, steered: MockConfigEntry) -> None:
    await pushed.hang_up()
    await until(lambda: len(pushed.offers) == 2)


async def test_offered_again_where_the_bridge_could_not_answer(
    hass: HomeAssistant, pushed: FakeBridge, entry: MockConfigEntry, battery: Battery
) -> None:
    async def garbage(request: Any) -> Any:
        return web.Response(status=500, text="no problem document")

    hass.config_entries.async_update_entry(entry, options={CONF_METERS: METERS, CONF_SETPOINTS: CHOSEN})
    pushed.instead["/v1/setpoints/offer"] = pushed.instead["/v1/setpoints/acknowledged"] = garbage
    with patch("custom_components.dems.setpoints.OFFER_RETRY", 0.05):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(lambda: pushed.sockets)
        await pushed.send({"type": "setpoint", "id": "unheard", "power": 5, "remembered": 30})
        await until(lambda: battery.did == [5])
        pushed.instead.clear()
        await until(lambda: pushed.offers)


@pytest.mark.parametrize("ending", ["unload", "stop"])
async def test_released_on_unload_and_stop(
    hass: HomeAssistant,
    pushed: FakeBridge,
    steered: MockConfigEntry,
    battery: Battery,
    hass_storage: dict[str, Any],
    ending: str,
) -> None:
    assert await pushed.want(500) == "done"
    if ending == "unload":
        assert await hass.config_entries.async_unload(steered.entry_id)
    else:
        await hass.async_stop(force=True)
    assert battery.did == [500, None]
    assert _stored(hass_storage) is None


@pytest.mark.parametrize("named", [True, False])
async def test_released_at_the_next_start(
    hass: HomeAssistant,
    pushed: FakeBridge,
    entry: MockConfigEntry,
    battery: Battery,
    hass_storage: dict[str, Any],
    named: bool,
) -> None:
    """Also where the owner has taken the scripts out of the options meanwhile: then the bridge is told afterwards."""
    hass_storage[STORED] = {"version": 1, "key": STORED, "data": {"release": "script.release_battery"}}
    hass.set_state(CoreState.starting)
    options = {CONF_METERS: METERS, **({CONF_SETPOINTS: CHOSEN} if named else {})}
    hass.config_entries.async_update_entry(entry, options=options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: pushed.sockets)
    assert battery.did == [], "scripts work once Home Assistant has started"
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await until(lambda: battery.did == [None] and pushed.offers)
    assert (pushed.offers[-1] is None) is not named
    await until(lambda: _stored(hass_storage) is None)


async def test_released_at_the_next_start_without_the_bridge(
    hass: HomeAssistant,
    pushed: FakeBridge,
    entry: MockConfigEntry,
    battery: Battery,
    hass_storage: dict[str, Any],
) -> None:
    async def gone(request: Any) -> Any:
        return problem(503, "store-failed")

    hass_storage[STORED] = {"version": 1, "key": STORED, "data": {"release": "script.release_battery"}}
    pushed.instead["/v1/state"] = gone
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: battery.did == [None] and _stored(hass_storage) is None)


async def test_a_full_disk_keeps_from_setting_and_not_from_releasing(
    pushed: FakeBridge, steered: MockConfigEntry, battery: Battery
) -> None:
    journal = "custom_components.dems.setpoints.SetpointJournal"
    with patch(f"{journal}.owe", side_effect=OSError("no space")) as owe:
        await pushed.send({"type": "setpoint", "id": "full", "power": 500, "remembered": 30})
        await until(lambda: owe.called)
    assert battery.did == []
    assert await pushed.want(500) == "done"
    steered.runtime_data.setpoints._retry = 0.05
    with patch(f"{journal}.paid", side_effect=OSError("no space")) as paid:
        await pushed.send({"type": "setpoint", "id": "full again", "power": None, "remembered": 30})
        await until(lambda: paid.call_count > 1)
    await until(lambda: steered.runtime_data.setpoints._journal.release is None)
    assert battery.did[:2] == [500, None]


async def test_a_set_script_that_fails(
    hass: HomeAssistant, pushed: FakeBridge, steered: MockConfigEntry, battery: Battery
) -> None:
    battery.fails.add("set")
    assert await pushed.want(500) == "failed"
    await until(lambda: battery.did == [None])
    found = _issue(hass, "set_script_failed")
    assert found is not None
    assert found.translation_placeholders == {"bridge": "Musterhaus", "script": "script.set_battery"}
    battery.fails.clear()
    assert await pushed.want(500) == "done"
    assert _issue(hass, "set_script_failed") is None


async def test_a_release_script_that_fails_is_tried_again_and_nothing_is_set_meanwhile(
    hass: HomeAssistant,
    pushed: FakeBridge,
    steered: MockConfigEntry,
    battery: Battery,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await pushed.want(500) == "done"
    battery.fails.add("release")
    assert await pushed.want(None) == "failed"
    found = _issue(hass, "release_script_failed")
    assert found is not None
    assert found.severity is ir.IssueSeverity.CRITICAL
    assert await pushed.want(600) == "failed"
    assert battery.did == [500]
    battery.fails.clear()
    assert await pushed.want(None) == "done"
    assert battery.did == [500, None]
    assert _issue(hass, "release_script_failed") is None
    assert caplog.text.count("script.release_battery did not do its work") == 1


async def test_a_failed_release_is_repeated_by_itself(
    pushed: FakeBridge, steered: MockConfigEntry, battery: Battery
) -> None:
    assert await pushed.want(500) == "done"
    battery.fails.add("release")
    steered.runtime_data.setpoints._retry = 0.05
    assert await pushed.want(None) == "failed"
    battery.fails.clear()
    await until(lambda: battery.did == [500, None])


@pytest.mark.parametrize(
    ("missing", "outcome"), [("script.set_battery", "missing"), ("script.release_battery", "missing")]
)
async def test_a_script_that_is_gone(
    hass: HomeAssistant,
    pushed: FakeBridge,
    steered: MockConfigEntry,
    battery: Battery,
    missing: str,
    outcome: str,
) -> None:
    hass.states.async_set(missing, "unavailable")
    assert await pushed.want(500) == outcome
    assert 500 not in battery.did
    key = "set_script_failed" if missing == "script.set_battery" else "release_script_failed"
    assert _issue(hass, key) is not None


async def test_a_script_that_takes_long(
    hass: HomeAssistant, pushed: FakeBridge, steered: MockConfigEntry, battery: Battery
) -> None:
    battery.may_end.clear()
    with patch("custom_components.dems.setpoints.ACKNOWLEDGED_AFTER", 0.05):
        assert await pushed.want(500) == "started"
        battery.may_end.set()
        await until(lambda: steered.runtime_data.setpoints.power == 500)
    battery.may_end.clear()
    with patch("custom_components.dems.scripts.SCRIPT_SECONDS", 0.05):
        assert await pushed.want(600) == "failed"
    await until(lambda: battery.did[-1] is None)


async def test_a_script_that_still_runs_is_not_started_again(
    hass: HomeAssistant, pushed: FakeBridge, steered: MockConfigEntry, battery: Battery
) -> None:
    hass.states.async_set("script.set_battery", "on", {"mode": "single"})
    assert await pushed.want(500) == "failed"
    assert 500 not in battery.did


async def test_a_renamed_script_is_found(
    hass: HomeAssistant, pushed: FakeBridge, steered: MockConfigEntry, battery: Battery
) -> None:
    er.async_get(hass).async_update_entity("script.set_battery", new_entity_id="script.power")
    await hass.async_block_till_done()
    options = {**steered.options, CONF_SETPOINTS: {**CHOSEN, "set_script": "script.power"}}
    hass.config_entries.async_update_entry(steered, options=options)
    assert await hass.config_entries.async_reload(steered.entry_id)
    await until(lambda: len(pushed.offers) == 2 and pushed.sockets)
    assert await pushed.want(500) == "done"
    assert battery.did == [500]


async def test_set_points_that_cannot_be_read_break_the_connection(
    pushed: FakeBridge, steered: MockConfigEntry, battery: Battery
) -> None:
    await pushed.send({"type": "setpoint", "id": 7, "power": "all"})
    await until(lambda: len(pushed.offers) == 2)
    assert battery.did == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: problem(404, "not-found"), "is too old to steer"),
        (lambda: problem(409, "refused", code="steered_by_another"), "about refused"),
    ],
)
async def test_a_bridge_that_takes_no_offer(
    hass: HomeAssistant,
    pushed: FakeBridge,
    entry: MockConfigEntry,
    battery: Battery,
    caplog: pytest.LogCaptureFixture,
    answer: Callable[[], Any],
    said: str,
) -> None:
    async def refuse(request: Any) -> Any:
        return answer()

    pushed.instead["/v1/setpoints/offer"] = refuse
    pushed.instead["/v1/setpoints/acknowledged"] = refuse
    hass.config_entries.async_update_entry(entry, options={CONF_METERS: METERS, CONF_SETPOINTS: CHOSEN})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: said in caplog.text and pushed.sockets)
    await pushed.send({"type": "setpoint", "id": "x", "power": 5, "remembered": 30})
    await until(lambda: battery.did == [5])


async def test_chosen_in_the_options(
    hass: HomeAssistant, pushed: FakeBridge, entry: MockConfigEntry, battery: Battery
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: pushed.offers == [None])
    options = hass.config_entries.options

    async def answer(step: str, chosen: dict[str, Any]) -> Any:
        flow = await options.async_init(entry.entry_id)
        assert "setpoints" in flow["menu_options"]
        flow = await options.async_configure(flow["flow_id"], {"next_step_id": step})
        assert not flow["errors"]
        return await options.async_configure(flow["flow_id"], chosen)

    for chosen, errors in (
        (CHOSEN, {"base": "battery_needed"}),
        (
            {"set_script": "script.set_battery"},
            {
                "base": "battery_needed",
                "release_script": "script_needed",
                "max_charge_power": "power_needed",
                "max_discharge_power": "power_needed",
                "confirmed": "confirmation_needed",
            },
        ),
    ):
        assert (await answer("setpoints", chosen))["errors"] == errors
    hass.config_entries.async_update_entry(entry, options={CONF_METERS: METERS})
    for wrong, errors in (
        ({"release_script": "script.set_battery"}, {"release_script": "same_script"}),
        ({"release_script": "script.other"}, {"release_script": "script_missing"}),
    ):
        assert (await answer("setpoints", {**CHOSEN, **wrong}))["errors"] == errors
    assert (await answer("setpoints", CHOSEN))["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: len(pushed.offers) == 2 and pushed.sockets)
    assert await pushed.want(500) == "done"
    assert (await answer("settings", {"interval": 5}))["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options[CONF_SETPOINTS] == CHOSEN
    await until(lambda: battery.did == [500, None])
    await until(lambda: len(pushed.offers) == 3 and pushed.sockets)
    assert (await answer("setpoints", {"confirmed": False}))["type"] is FlowResultType.CREATE_ENTRY
    assert CONF_SETPOINTS not in entry.options
    await until(lambda: pushed.offers[-1] is None and pushed.sockets)


async def test_values_are_repeated_fast_enough_to_steer_by(
    hass: HomeAssistant, pushed: FakeBridge, entry: MockConfigEntry, battery: Battery
) -> None:
    """The dispatcher takes its hands off after five seconds without new values."""
    assert 1.5 * (REPEAT_STEERED_SECONDS + SHORTEST_SECONDS) < LONGEST_SILENCE_SECONDS
    hass.config_entries.async_update_entry(entry, options={CONF_METERS: METERS, CONF_SETPOINTS: CHOSEN})
    with (
        patch("custom_components.dems.meter_feed.SHORTEST_SECONDS", 0.01),
        patch("custom_components.dems.meter_feed.REPEAT_STEERED_SECONDS", 0.01),
    ):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(lambda: len(pushed.pushed) > 3)
