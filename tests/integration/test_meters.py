"""A household whose meters are entities of Home Assistant: chosen, converted, and fed to the bridge."""

import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.config_flow import DemsConfigFlow
from custom_components.dems.const import DOMAIN
from custom_components.dems.meters import (
    CONF_METERS,
    UNKNOWN,
    Measured,
    Meters,
    Quantity,
    add,
    all_meters,
    average,
    measure,
    samples,
)
from openems_bridge.edge.pushed import Quantity as BridgeQuantity

from .bridge import CODE, FakeBridge, problem, until
from .conftest import SetUp
from .samples import state

GRID, IMPORT, EXPORT = "sensor.grid", "sensor.imported", "sensor.exported"
CHOSEN = {"grid_power": [GRID], "withdrawal": [IMPORT], "feed_in": [EXPORT]}


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    with patch("custom_components.dems.meter_feed.SHORTEST_SECONDS", 0.01):
        yield


def _state(value: str, unit: str | None) -> State:
    return State("sensor.any", value, {} if unit is None else {"unit_of_measurement": unit})


def _pushed_house() -> dict[str, Any]:
    document = state()
    document["bridge"]["source"] = "home_assistant"
    return document


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "expected"),
    [
        (Quantity.GRID_POWER, "1234", "W", Measured(value=1234)),
        (Quantity.GRID_POWER, "-1.234", "kW", Measured(value=-1234)),
        (Quantity.GRID_POWER, "1.2", "kW", Measured(value=1200, resolution=100)),
        (Quantity.WITHDRAWAL, "12345.6", "kWh", Measured(value=12345600, resolution=100)),
        (Quantity.WITHDRAWAL, "12.345678", "MWh", Measured(value=12345678)),
        (Quantity.WITHDRAWAL, "7", "kWh", Measured(value=7000, resolution=1000)),
        (Quantity.SOC, "57", "%", Measured(value=57)),
        (Quantity.SOC, "57.6", "%", Measured(value=58)),
        (Quantity.GRID_POWER, "unavailable", "W", UNKNOWN),
        (Quantity.GRID_POWER, "unknown", "W", UNKNOWN),
        (Quantity.GRID_POWER, "nan", "W", UNKNOWN),
        (Quantity.GRID_POWER, "inf", "W", UNKNOWN),
        (Quantity.GRID_POWER, "5", "kWh", UNKNOWN),
        (Quantity.GRID_POWER, "5", None, UNKNOWN),
        (Quantity.SOC, "5", "V", UNKNOWN),
    ],
)
def test_units(quantity: Quantity, value: str, unit: str | None, expected: Measured) -> None:
    assert measure(quantity, _state(value, unit)) == expected


def test_what_is_not_there_is_unknown() -> None:
    assert measure(Quantity.GRID_POWER, None) == UNKNOWN


@settings(max_examples=50)
@given(st.integers(-(10**6), 10**6), st.sampled_from([("W", 0), ("kW", 3), ("MW", 6)]))
def test_a_power_is_the_same_in_every_unit_and_its_sign_can_be_turned(
    watts: int, unit: tuple[str, int]
) -> None:
    name, digits = unit
    shown = f"{watts / 10**digits:.{digits}f}"
    assert measure(Quantity.BATTERY_POWER, _state(shown, name)).value == watts
    assert measure(Quantity.BATTERY_POWER, _state(shown, name), is_inverted=True).value == -watts


def test_several_are_added_up_only_where_all_are_known() -> None:
    assert add([Measured(value=100, resolution=10), Measured(value=20)]) == Measured(value=120, resolution=10)
    assert add([Measured(value=100), UNKNOWN]) == UNKNOWN
    assert add([]) == UNKNOWN


def test_samples_have_one_resolution_each() -> None:
    measured = {
        Quantity.GRID_POWER: Measured(value=5),
        Quantity.SOC: UNKNOWN,
        Quantity.WITHDRAWAL: Measured(value=1200, resolution=100),
    }
    assert samples(measured, 3.5) == [
        {"measured_at": 3.5, "resolution": 1, "grid_power": 5, "soc": None},
        {"measured_at": 3.5, "resolution": 100, "withdrawal": 1200},
    ]


def test_words_are_the_bridges() -> None:
    assert {one.value for one in Quantity} <= {one.value for one in BridgeQuantity}
    assert Meters.read({}) is None
    assert Meters.read({CONF_METERS: {"inverted": []}}) is None


async def _fed(hass: HomeAssistant, bridge: FakeBridge, chosen: dict[str, Any]) -> MockConfigEntry:
    bridge.document = _pushed_house()
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    hass.config_entries.async_update_entry(entry, options={CONF_METERS: chosen})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: bridge.pushed)
    assert isinstance(entry, MockConfigEntry)
    return entry


def _show(hass: HomeAssistant, entity_id: str, value: str, unit: str) -> None:
    hass.states.async_set(entity_id, value, {"unit_of_measurement": unit})


def _last(bridge: FakeBridge) -> dict[str, Any]:
    return {key: value for sample in bridge.pushed[-1] for key, value in sample.items()}


async def test_fed_as_it_changes(hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry) -> None:
    _show(hass, GRID, "-250", "W")
    _show(hass, IMPORT, "100.000", "kWh")
    _show(hass, EXPORT, "50.000", "kWh")
    await _fed(hass, bridge, {**CHOSEN, "inverted": ["grid_power"]})
    first = _last(bridge)
    assert (first["grid_power"], first["withdrawal"], first["feed_in"]) == (250, 100000, 50000)
    assert abs(first["measured_at"] - time.time()) < 60
    _show(hass, GRID, "300", "W")
    await until(lambda: _last(bridge)["grid_power"] == -300)
    hass.states.async_set(GRID, "unavailable")
    await until(lambda: _last(bridge)["grid_power"] is None)
    assert _last(bridge)["withdrawal"] == 100000, "the others go on"


async def test_repeated_while_nothing_changes_and_ended_with_the_entry(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry
) -> None:
    """At night a counter stands still for hours; the bridge must know that it is there."""
    _show(hass, GRID, "5", "W")
    with patch("custom_components.dems.meter_feed.REPEAT_SECONDS", 0.02):
        await _fed(hass, bridge, {"grid_power": [GRID]})
        await until(lambda: len(bridge.pushed) > 3)
        assert await hass.config_entries.async_unload(entry.entry_id)
        count = len(bridge.pushed)
        _show(hass, GRID, "6", "W")
        await hass.async_block_till_done()
        assert len(bridge.pushed) == count


async def test_bridge_that_takes_nothing_for_a_while(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[int] = []

    async def full(request: Any) -> Any:
        asked.append(1)
        return problem(507, "disk-full")

    _show(hass, GRID, "5", "W")
    bridge.instead["/v1/readings"] = full
    bridge.document = _pushed_house()
    hass.config_entries.async_update_entry(entry, options={CONF_METERS: {"grid_power": [GRID]}})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: len(asked) > 2)
    bridge.instead.clear()
    await until(lambda: bridge.pushed)
    await until(lambda: "takes the meters' readings again" in caplog.text)
    assert caplog.text.count("does not take the meters' readings") == 1, "said once, however often it failed"


async def test_refusals_are_said_once(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    bridge.refused = [{"index": 0, "key": "grid_power", "code": "from_future", "detail": "set both clocks"}]
    _show(hass, GRID, "5", "W")
    with patch("custom_components.dems.meter_feed.REPEAT_SECONDS", 0.01):
        await _fed(hass, bridge, {"grid_power": [GRID]})
        await until(lambda: len(bridge.pushed) > 3)
    assert caplog.text.count("set both clocks") == 1


async def test_bridge_that_reads_its_energy_system_itself(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    hass.config_entries.async_update_entry(entry, options={CONF_METERS: {"grid_power": [GRID]}})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: "takes no meters from Home Assistant" in caplog.text)
    _show(hass, GRID, "5", "W")
    await hass.async_block_till_done()
    assert caplog.text.count("takes no meters") == 1
    assert bridge.pushed == []


async def test_chosen_in_the_config_flow(hass: HomeAssistant, bridge: FakeBridge) -> None:
    bridge.document = _pushed_house()
    _show(hass, GRID, "5", "W")
    _show(hass, IMPORT, "5", "m³")
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    configure = hass.config_entries.flow.async_configure
    flow = await configure(flow["flow_id"], {"host": "127.0.0.1", "port": bridge.port})
    flow = await configure(flow["flow_id"], {"code": CODE})
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "meters")
    flow = await configure(flow["flow_id"], {"solar_power": [GRID]})
    assert flow["errors"] == {"base": "meter_needed"}
    flow = await configure(flow["flow_id"], {"withdrawal": [IMPORT], "feed_in": [EXPORT]})
    assert flow["errors"] == {"withdrawal": "unit_unknown"}
    flow = await configure(flow["flow_id"], {"grid_power": [GRID], "inverted": ["grid_power"]})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["options"] == {CONF_METERS: {"grid_power": [GRID], "inverted": ["grid_power"]}}
    await until(lambda: bridge.pushed)
    assert _last(bridge)["grid_power"] == -5


async def test_chosen_later(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Nothing is needed in the config flow; other options leave the choice alone."""
    bridge.document = _pushed_house()
    entry = await set_up()
    await until(lambda: bridge.sockets)
    options = hass.config_entries.options
    flow = await options.async_init(entry.entry_id)
    assert flow["menu_options"] == ["settings", "tariff", "meters", "setpoints", "join"]
    flow = await options.async_configure(flow["flow_id"], {"next_step_id": "meters"})
    flow = await options.async_configure(flow["flow_id"], {})
    assert flow["errors"] == {"base": "meter_needed"}
    flow = await options.async_configure(flow["flow_id"], {"grid_power": [GRID]})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: len(bridge.queries) == 2 and bridge.sockets)
    flow = await options.async_init(entry.entry_id)
    flow = await options.async_configure(flow["flow_id"], {"next_step_id": "settings"})
    await options.async_configure(flow["flow_id"], {"interval": 5})
    await until(lambda: len(bridge.queries) == 3 and bridge.sockets)
    assert entry.options[CONF_METERS]["grid_power"] == [GRID]
    assert entry.options["interval"] == 5


async def test_nothing_chosen_in_the_config_flow(hass: HomeAssistant, bridge: FakeBridge) -> None:
    bridge.document = _pushed_house()
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    for answers in ({"host": "127.0.0.1", "port": bridge.port}, {"code": CODE}, {}):
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"], answers)
    assert (flow["type"], flow["options"]) == (FlowResultType.CREATE_ENTRY, {CONF_METERS: {}})


async def test_bridge_that_goes_after_the_pairing(hass: HomeAssistant, bridge: FakeBridge) -> None:
    """The household is added all the same; what is wrong is said by the set-up."""

    async def gone(request: Any) -> Any:
        return problem(503, "store-failed")

    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    configure = hass.config_entries.flow.async_configure
    flow = await configure(flow["flow_id"], {"host": "127.0.0.1", "port": bridge.port})
    bridge.instead["/v1/state"] = gone
    flow = await configure(flow["flow_id"], {"code": CODE})
    assert (flow["type"], flow["options"]) == (FlowResultType.CREATE_ENTRY, {})


PLANT = "sensor.barn"
OTHER = "sensor.other_battery"
OTHER_SOC = "sensor.other_soc"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(Measured(value=20), 10_000), (Measured(value=80), 5_000)], Measured(value=40)),
        ([(Measured(value=20), None), (Measured(value=80), 5_000)], Measured(value=50)),
        ([(Measured(value=20, resolution=5), None)], Measured(value=20, resolution=5)),
        ([(Measured(value=20), 10_000), (UNKNOWN, 5_000)], UNKNOWN),
        ([], UNKNOWN),
    ],
)
def test_state_of_charge_of_several_batteries(
    parts: list[tuple[Measured, int | None]], expected: Measured
) -> None:
    assert average(parts) == expected


def test_parts_without_a_house_measure_nothing() -> None:
    assert all_meters({}, [{"solar_power": PLANT}]) == ()
    assert len(all_meters({CONF_METERS: {"grid_power": [GRID]}}, [{"solar_power": PLANT}, {}])) == 2


async def test_plants_and_batteries_are_added_changed_and_deleted(
    hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry
) -> None:
    _show(hass, GRID, "500", "W")
    _show(hass, PLANT, "1.5", "kW")
    _show(hass, OTHER, "-200", "W")
    _show(hass, OTHER_SOC, "80", "%")
    _show(hass, "sensor.soc", "20", "%")
    supported = DemsConfigFlow.async_get_supported_subentry_types
    assert supported(entry) == {}, "what is found at the Edge is a device"
    await _fed(hass, bridge, {"grid_power": [GRID], "soc": "sensor.soc"})
    assert entry.supported_subentry_types.keys() == {"plant", "battery"}
    flows = hass.config_entries.subentries

    async def add(kind: str, *answers: dict[str, Any]) -> Any:
        flow: Any = await flows.async_init((entry.entry_id, kind), context={"source": SOURCE_USER})
        for answer in answers:
            flow = await flows.async_configure(flow["flow_id"], answer)
        return flow

    flow = await add("plant", {"name": "Barn"})
    assert flow["errors"] == {"base": "entity_needed"}
    flow = await flows.async_configure(flow["flow_id"], {"name": "Barn", "generation": PLANT})
    assert flow["errors"] == {"generation": "unit_unknown"}
    flow = await flows.async_configure(flow["flow_id"], {"name": "Barn", "solar_power": PLANT})
    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Barn")
    await until(lambda: _last(bridge).get("solar_power") == 1500)
    battery = {"battery_power": OTHER, "soc": OTHER_SOC, "inverted": True}
    flow = await add("battery", {"name": "Cellar", **battery})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: _last(bridge).get("battery_power") == 200 and _last(bridge)["soc"] == 50)
    plant, cellar = entry.subentries
    flow = await entry.start_subentry_reconfigure_flow(hass, cellar)
    assert flow["step_id"] == "reconfigure"
    flow = await flows.async_configure(flow["flow_id"], {"name": "Cellar", "inverted": True})
    assert flow["errors"] == {"base": "entity_needed"}
    flow = await flows.async_configure(flow["flow_id"], {"name": "Shed", **battery, "inverted": False})
    assert flow["reason"] == "reconfigure_successful"
    assert entry.subentries[cellar].title == "Shed"
    await until(lambda: _last(bridge).get("battery_power") == -200)
    assert hass.config_entries.async_remove_subentry(entry, plant)
    await until(lambda: "solar_power" not in _last(bridge))
    assert _last(bridge)["grid_power"] == 500
