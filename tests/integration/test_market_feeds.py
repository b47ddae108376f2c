"""What the bridge is told: the tariff, from wherever the owner finds it, and the solar forecasts that he chose."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.components.energy.data import async_get_manager
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.solar_feed import in_periods

from .bridge import FakeBridge, problem, until
from .conftest import SetUp

PRICE = "sensor.electricity_price"
UNIT = {"unit_of_measurement": "EUR/kWh"}


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    """Try again at once: tests measure what happens, not how long the pause is."""
    with (
        patch("custom_components.dems.push_loop.SHORTEST_PAUSE", 0.01),
        patch("custom_components.dems.push_loop.LONGEST_PAUSE", 0.02),
    ):
        yield


def _told(bridge: FakeBridge, path: str) -> list[Any]:
    return [body for method, called, body in bridge.calls if (method, called) == ("PUT", path)]


def _tariffs(bridge: FakeBridge) -> list[Any]:
    return _told(bridge, "/v1/tariff")


async def _choose(hass: HomeAssistant, entry: MockConfigEntry, **chosen: Any) -> Any:
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "tariff"})
    assert flow["step_id"] == "tariff"
    return await hass.config_entries.options.async_configure(flow["flow_id"], chosen)


async def test_fixed_prices(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Nothing is told before the owner has said something; settings of other kinds stay."""
    entry = await set_up()
    assert _tariffs(bridge) == []
    hass.config_entries.async_update_entry(entry, options={"interval": 5})
    flow = await _choose(hass, entry, tariff_source="fixed", tariff_fixed=0.32, tariff_export=0.0795)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["interval"] == 5
    await until(lambda: _tariffs(bridge))
    assert _tariffs(bridge)[-1] == {"currency": "EUR", "import": 320000, "export": 79500}
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "settings"})
    await hass.config_entries.options.async_configure(flow["flow_id"], {"interval": 7})
    assert entry.options["tariff"]["tariff_fixed"] == 0.32, "other settings leave the tariff alone"
    await hass.async_block_till_done()
    await until(lambda: len(_tariffs(bridge)) == 2 and bridge.sockets)


@pytest.mark.parametrize(
    ("chosen", "errors"),
    [
        ({"tariff_source": "fixed"}, {"tariff_fixed": "price_needed"}),
        ({"tariff_source": "entity"}, {"tariff_entity": "price_entity_needed"}),
        ({"tariff_source": "entity", "tariff_entity": "sensor.power"}, {"tariff_entity": "no_price"}),
        ({"tariff_source": "tibber"}, {"tariff_source": "integration_missing"}),
    ],
)
async def test_choices_that_make_no_sense(
    hass: HomeAssistant, set_up: SetUp, chosen: dict[str, Any], errors: dict[str, str]
) -> None:
    hass.states.async_set("sensor.power", "5", {"unit_of_measurement": "W"})
    flow = await _choose(hass, await set_up(), tariff_export=0.08, **chosen)
    assert (flow["type"], flow["errors"]) == (FlowResultType.FORM, errors)


async def test_price_entity_is_followed(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told again when it changes; while it is away the log says so once, and nothing is told."""
    hour = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    hass.states.async_set(PRICE, "unavailable")
    entry = await set_up()
    await _choose(
        hass,
        entry,
        tariff_source="entity",
        tariff_entity=PRICE,
        tariff_surcharge=0.1,
        tariff_export=0.08,
    )
    await until(lambda: "is not told the tariff" in caplog.text)
    assert _tariffs(bridge) == []
    rows = [{"start": hour.isoformat(), "end": (hour + timedelta(hours=1)).isoformat(), "value": 0.2}]
    hass.states.async_set(PRICE, "0.2", {**UNIT, "raw_today": rows})
    await until(lambda: _tariffs(bridge))
    start = int(hour.timestamp())
    assert _tariffs(bridge)[-1]["import"] == [{"from": start, "to": start + 3600, "price": 300000}]
    rows = [{**rows[0], "value": 0.4}]
    hass.states.async_set(PRICE, "0.4", {**UNIT, "raw_today": rows})
    await until(lambda: len(_tariffs(bridge)) == 2)
    assert _tariffs(bridge)[-1]["import"][0]["price"] == 500000
    assert caplog.text.count("is not told the tariff") == 1
    assert caplog.text.count("is told the tariff again") == 1


async def test_prices_of_actions(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Nord Pool is asked for today and tomorrow; that tomorrow is not there yet is no error."""
    hour = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    asked: list[dict[str, Any]] = []

    async def prices(call: ServiceCall) -> dict[str, Any]:
        asked.append(dict(call.data))
        if len(asked) % 2 == 0:
            return {"DE": []}
        end = (hour + timedelta(hours=1)).isoformat()
        return {"DE": [{"start": hour.isoformat(), "end": end, "price": 95.5}]}

    market = MockConfigEntry(domain="nordpool", state=ConfigEntryState.LOADED, entry_id="01NORDPOOL")
    market.add_to_hass(hass)
    hass.services.async_register(
        "nordpool", "get_prices_for_date", prices, supports_response=SupportsResponse.ONLY
    )
    entry = await set_up()
    await _choose(hass, entry, tariff_source="nordpool", tariff_surcharge=0.15, tariff_export=0.08)
    await until(lambda: _tariffs(bridge))
    assert [one["price"] for one in _tariffs(bridge)[-1]["import"]] == [245500]
    today = dt_util.now().date()
    assert [one["date"] for one in asked[:2]] == [
        today.isoformat(),
        (today + timedelta(days=1)).isoformat(),
    ]
    assert asked[0]["config_entry"] == "01NORDPOOL"
    market.mock_state(hass, ConfigEntryState.NOT_LOADED)


async def test_action_that_fails_is_asked_again(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """Tibber's is missing, fails, knows nothing, and then answers: that is what is told, and the log says it once."""
    hour = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    answers: list[dict[str, Any] | None] = [
        None,
        {"prices": {}},
        {"prices": {"Home": [{"start_time": hour.isoformat(), "price": 0.31}]}},
    ]

    async def prices(call: ServiceCall) -> dict[str, Any]:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is None:
            raise HomeAssistantError("no internet")
        return answer

    home = MockConfigEntry(domain="tibber")
    home.add_to_hass(hass)
    entry = await set_up()
    await _choose(hass, entry, tariff_source="tibber", tariff_export=0.08)
    await until(lambda: "is not told the tariff: the integration tibber is not set up" in caplog.text)
    hass.services.async_register("tibber", "get_prices", prices, supports_response=SupportsResponse.ONLY)
    await until(lambda: _tariffs(bridge))
    assert [one["price"] for one in _tariffs(bridge)[-1]["import"]] == [310000]
    await until(lambda: "is told the tariff again" in caplog.text)
    assert caplog.text.count("is not told the tariff") == 1
    await until(lambda: bridge.sockets)


async def test_bridge_that_does_not_take_it_is_asked_again(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    tries = 0

    async def full(request: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries > 2:
            del bridge.instead["/v1/tariff"]
        return problem(507, "disk-full")

    bridge.instead["/v1/tariff"] = full
    entry = await set_up()
    await _choose(hass, entry, tariff_source="fixed", tariff_fixed=0.3, tariff_export=0.08)
    await until(lambda: _tariffs(bridge))
    assert tries == 3
    await until(lambda: "is told the tariff again" in caplog.text)
    assert caplog.text.count("is not told the tariff") == 1


async def test_solar_forecasts_of_the_energy_preferences(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    """The chosen ones are added up, never our own; what fails is said and tried again."""
    hass.config.components.add("energy")
    now = dt_util.utcnow()
    service = MockConfigEntry(domain="forecast_solar", entry_id="01SUN")
    service.add_to_hass(hass)
    manager = await async_get_manager(hass)
    chosen = {"type": "solar", "stat_energy_from": "sensor.roof", "stat_rate": None}
    sources: Any = [{**chosen, "config_entry_solar_forecast": ["01SUN", "01DEMS", "gone"]}]
    chosen_sources: Any = {"energy_sources": sources}
    await manager.async_update(chosen_sources)
    tries = 0

    async def forecast(hass: HomeAssistant, entry_id: str) -> dict[str, Any]:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise KeyError("not ready")
        assert entry_id == "01SUN"
        return {"wh_hours": {now.isoformat(): 700, (now + timedelta(hours=1)).isoformat(): 1200.4}}

    async def ours(hass: HomeAssistant, entry_id: str) -> dict[str, Any]:
        raise AssertionError("our own forecast is never handed over")

    platforms = {"forecast_solar": forecast, "dems": ours}
    with patch("custom_components.dems.solar_feed.async_get_energy_platforms", return_value=platforms):
        await set_up()
        await until(lambda: _told(bridge, "/v1/solar-forecast"))
    slots = _told(bridge, "/v1/solar-forecast")[0]["slots"]
    assert [one["energy"] for one in slots] == [700, 1200]
    assert all(one["to"] - one["from"] == 3600 for one in slots)


async def test_nothing_chosen_is_nothing_told(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up()
    await until(lambda: bridge.sockets)
    await hass.async_block_till_done()
    assert _told(bridge, "/v1/solar-forecast") == []
    assert "solar forecast" not in caplog.text


def test_forecasts_are_added_up_by_the_hour() -> None:
    now = datetime(2026, 6, 1, 10, 40, tzinfo=UTC)
    quarters = {f"2026-06-01T10:{minute}:00+00:00": 100.0 for minute in ("00", "15", "30", "45")}
    other = {"2026-06-01T12:00:00+02:00": 50.0, "2026-06-01T09:00:00+00:00": 9.0, "nonsense": 3.0}
    start = int(datetime(2026, 6, 1, 10, tzinfo=UTC).timestamp())
    assert in_periods([quarters, other], now) == [{"from": start, "to": start + 3600, "energy": 450}]
