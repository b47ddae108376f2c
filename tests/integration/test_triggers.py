"""Triggers of automations: each fires on its events, with what it says, and on no others."""

import asyncio
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import probatio as vol
import pytest
import yaml
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import (
    async_get_all_descriptions,
    async_initialize_triggers,
    async_validate_trigger_config,
)
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.price_trigger import PRICES_CHANGED
from custom_components.dems.suggestion_trigger import DISPATCH_SUGGESTED
from custom_components.dems.trigger import EVENT_TRIGGERS, TRIGGERS

from .automations import AUTOMATION, listen
from .bridge import FakeBridge, until
from .conftest import SetUp
from .samples import MARKET, SUGGESTION, member

FOLDER = Path(__file__).parents[2] / "custom_components" / "dems"


def _trigger(key: str, **options: Any) -> dict[str, Any]:
    return {"trigger": f"dems.{key}", "options": options}


async def _at_bridge(bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.document = member()
    await set_up()
    await until(lambda: bridge.sockets)


@pytest.mark.parametrize(
    ("key", "kind", "data", "expected"),
    [
        (
            "market_cleared",
            "market_cleared",
            {"slot": 9, "start": 8100, "price": 161000, "side": "offer", "energy": 480, "status": "verified"},
            {"slot": 9, "price": 0.161, "quantity": 480, "side": "offer", "status": "verified"},
        ),
        ("market_void", "market_void", {"slot": 9, "reason": {"code": "no_set"}}, {"reason": "no_set"}),
        ("order_refused", "order_refused", {"reason": "implausible"}, {"reason": "implausible"}),
        ("suggestion_expired", "suggestion_expired", {"id": "s1", "slot": 9}, {"suggestion": "s1"}),
        (
            "dispatch_started",
            "dispatch_started",
            {"source": "suggestion", "setpoint": 800, "reason": {"code": "following"}},
            {"source": "suggestion", "setpoint": 800, "reason": "following"},
        ),
        ("dispatch_ended", "dispatch_ended", {"source": "plan"}, {"source": "plan"}),
        ("dispatch_overridden", "dispatch_overridden", {"source": "plan"}, {"reason": None}),
        ("reading_verified", "reading_verified", {"slot": 7}, {"slot": 7}),
        ("reading_refused", "reading_refused", {"slot": 7, "reason": "late"}, {"reason": "late"}),
        ("netting_settled", "netting_settled", {"slot": 7, "revision": 0}, {"slot": 7}),
        ("certificates_issued", "certificates_issued", {"amount_wh": 5}, {"data": {"amount_wh": 5}}),
        ("violation_found", "statement_not_verified", {"slot": 7}, {"kind": "statement_not_verified"}),
        ("violation_found", "market_violated", {"slot": 7}, {"kind": "market_violated"}),
        ("connection_lost", "edge_lost", {"problem": "silent"}, {"connection": "edge", "problem": "silent"}),
        ("connection_lost", "chain_lost", {}, {"connection": "chain"}),
        ("connection_restored", "operator_restored", {}, {"connection": "operator"}),
        (
            "chain_event",
            "chain_event",
            {"contract": "meter_ledger", "event": "StatementPublished", "arguments": {"slot": 7}, "block": 1},
            {"contract": "meter_ledger", "event": "StatementPublished", "arguments": {"slot": 7}},
        ),
    ],
)
async def test_fires_with_what_happened(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    key: str,
    kind: str,
    data: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    await _at_bridge(bridge, set_up)
    told = await listen(hass, _trigger(key))
    await bridge.tell("slot_closed", {"slot": 1})
    await bridge.tell(kind, data)
    await until(lambda: told)
    (heard,) = told
    assert heard["platform"] == f"dems.{key}"
    assert (heard["household"], heard["config_entry_id"], heard["late"]) == ("Musterhaus", "01DEMS", False)
    assert {name: heard[name] for name in expected} == expected
    assert abs(heard["occurred_at"].timestamp() - time.time()) < 60


async def test_suggestion(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Only what gains enough, and never what has expired."""
    await _at_bridge(bridge, set_up)
    told = await listen(hass, _trigger("dispatch_suggested", minimum_gain=0.05))
    now = time.time()
    for identifier, gain, expires_at in (("little", 40000, now + 600), ("old", 90000, now - 1)):
        await bridge.tell(
            "dispatch_suggested", {**SUGGESTION, "id": identifier, "gain": gain, "expires_at": expires_at}
        )
    good = {**SUGGESTION, "id": "good", "gain": 62000, "from": now + 60, "expires_at": now + 600}
    await bridge.tell("dispatch_suggested", good)
    await until(lambda: told)
    (heard,) = told
    assert (heard["suggestion"], heard["question"], heard["gain"]) == ("good", "good", 0.062)
    assert (heard["action"], heard["energy"]) == ("deliver", 480)
    assert abs(heard["expires_at"].timestamp() - now - 600) < 1


async def test_suggestions_of_one_question_are_bundled(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    await _at_bridge(bridge, set_up)
    now = time.time()
    with patch("custom_components.dems.suggestion_trigger.BUNDLED_FOR", 0.2):
        told = await listen(
            hass, {**_trigger("dispatch_suggested", minimum_gain=0.1, bundled=True), "id": "bundled"}
        )
        for place, gain in enumerate((62000, 50000)):
            start = now + 900 * place
            one = {"id": f"s{place}", "question": "q", "gain": gain, "from": start, "to": start + 900}
            await bridge.tell("dispatch_suggested", {**SUGGESTION, **one, "expires_at": start + 60})
        little = {**SUGGESTION, "id": "x", "question": "r", "gain": 5, "expires_at": now + 60}
        await bridge.tell("dispatch_suggested", little)
        await until(lambda: told)
    (heard,) = told
    assert (heard["question"], heard["slots"], heard["energy"], heard["gain"]) == ("q", 2, 960, 0.112)
    assert heard["to"].timestamp() - heard["from"].timestamp() == 1800
    assert heard["expires_at"].timestamp() == pytest.approx(now + 60)


@pytest.mark.parametrize(
    ("key", "options", "kinds", "expected"),
    [
        ("market_cleared", {"side": "bid"}, [("market_cleared", {"side": "offer"})], 0),
        ("dispatch_ended", {"source": ["plan"]}, [("dispatch_ended", {"source": "manual"})], 0),
        ("connection_lost", {"connection": "chain"}, [("edge_lost", {}), ("chain_lost", {})], 1),
        (
            "chain_event",
            {"contract": "Netting", "event": "slotnetted"},
            [
                ("chain_event", {"contract": "netting", "event": "SlotVoided"}),
                ("chain_event", {"contract": "other", "event": "SlotNetted"}),
                ("chain_event", {"contract": "netting", "event": "SlotNetted"}),
            ],
            1,
        ),
    ],
)
async def test_fires_for_what_was_chosen(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    key: str,
    options: dict[str, Any],
    kinds: list[tuple[str, dict[str, Any]]],
    expected: int,
) -> None:
    await _at_bridge(bridge, set_up)
    told = await listen(hass, _trigger(key, **options), _trigger("reading_verified"))
    for kind, data in kinds:
        await bridge.tell(kind, data)
    await bridge.tell("reading_verified", {"slot": 1})
    await until(lambda: told and told[-1]["platform"] == "dems.reading_verified")
    assert len(told) == expected + 1


async def test_late_events_only_where_they_are_wanted(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.acknowledged = 0
    bridge.document = member()
    told = await listen(
        hass, {**_trigger("reading_refused"), "id": "now"}, _trigger("reading_refused", include_late=True)
    )
    await bridge.happen("reading_refused", at=time.time() - 3600, slot=1)
    await set_up()
    await until(lambda: told)
    await bridge.happen("reading_refused", slot=2)
    await until(lambda: len(told) == 3)
    heard = [(one["id"], one["slot"], one["late"]) for one in told]
    assert sorted(heard) == [("1", 1, True), ("1", 2, False), ("now", 2, False)]


async def test_bridge_lost_and_back(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await _at_bridge(bridge, set_up)
    told = await listen(
        hass, _trigger("connection_lost", connection="bridge"), _trigger("connection_restored")
    )
    await bridge.hang_up()
    await until(lambda: len(bridge.queries) == 2 and bridge.sockets)
    assert told == [], "a WebSocket that breaks and comes back is no loss"
    gone = {"/v1/state": _unreachable, "/v1/ws": _unreachable, "/v1/info": _unreachable}
    bridge.instead.update(gone)
    await bridge.hang_up()
    await until(lambda: told)
    bridge.instead.clear()
    await until(lambda: len(told) == 2)
    assert [(one["kind"], one["event_id"]) for one in told] == [
        ("bridge_lost", 0),
        ("bridge_restored", 0),
    ]


async def _unreachable(request: Any) -> Any:
    request.transport.abort()
    raise ConnectionError


async def test_survives_reload_and_names_its_household(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    await _at_bridge(bridge, set_up)
    told = await listen(hass, _trigger("reading_verified", config_entry_id="01DEMS"))
    assert await hass.config_entries.async_reload("01DEMS")
    await until(lambda: bridge.sockets)
    await bridge.tell("reading_verified", {"slot": 3})
    await until(lambda: told)
    assert len(told) == 1


async def test_unknown_household_is_refused(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    await set_up()
    for wrong in ({"config_entry_id": "nobody"}, {"config_entry_id": 3}, {"nonsense": True}):
        with pytest.raises(vol.Invalid):
            await async_validate_trigger_config(
                hass, cv.TRIGGER_SCHEMA([_trigger("reading_verified", **wrong)])
            )
    good = await async_validate_trigger_config(
        hass, cv.TRIGGER_SCHEMA([_trigger("reading_verified", config_entry_id="")])
    )
    assert good[0]["options"] == {"config_entry_id": None, "include_late": False}


def _prices(*prices: int) -> dict[str, Any]:
    start = int(time.time()) + 60
    return {
        "slots": [
            {"slot": 100 + place, "start": start + 900 * place, "price": price}
            for place, price in enumerate(prices)
        ]
    }


@pytest.mark.parametrize(
    ("key", "first", "told_prices", "expected"),
    [
        ("price_below", 200000, [(90000, 95000)], [[0.09, 0.095]]),
        ("price_below", 200000, [(90000, 150000), (90000,), (80000, 80000), (70000, 70000)], [[0.08, 0.08]]),
        ("price_below", 90000, [(80000, 80000)], []),
        (
            "price_above",
            90000,
            [(110000, 120000), (50000, 120000), (110000, 110000)],
            [[0.11, 0.12], [0.11] * 2],
        ),
        ("price_above", None, [(110000, 120000)], [[0.11, 0.12]]),
    ],
)
async def test_price_passes_a_limit(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    key: str,
    first: int | None,
    told_prices: list[tuple[int, ...]],
    expected: list[list[float]],
) -> None:
    bridge.document = {**member(), "market": {**MARKET, "price_next": first}}
    await set_up()
    await until(lambda: bridge.sockets)
    told = await listen(hass, _trigger(key, limit=0.1, slots=2), _trigger("reading_verified"))
    for prices in told_prices:
        await bridge.tell("prices_changed", _prices(*prices))
    await bridge.tell("reading_verified", {})
    await until(lambda: told and told[-1]["platform"] == "dems.reading_verified")
    heard = told[:-1]
    assert [one["prices"] for one in heard] == expected
    assert all(one["price"] == one["prices"][0] and one["limit"] == 0.1 for one in heard)


async def test_prices_that_are_nonsense_start_nothing(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    await _at_bridge(bridge, set_up)
    told = await listen(hass, _trigger("price_below", limit=10), _trigger("reading_verified"))
    future = time.time() + 900
    for slots in (None, [3], [{"price": 1}], [{"start": future, "price": "1"}], [{"start": 0, "price": 1}]):
        await bridge.tell("prices_changed", {"slots": slots})
    await bridge.tell("reading_verified", {})
    await until(lambda: told)
    assert len(told) == 1
    assert "Traceback" not in caplog.text


async def test_described_for_the_editor(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Each trigger has its fields in triggers.yaml, and each field is an option that the trigger takes."""
    await set_up()
    await listen(hass, _trigger("reading_verified"))
    described = yaml.safe_load((FOLDER / "triggers.yaml").read_text())
    assert described.keys() == TRIGGERS.keys()
    shown = await async_get_all_descriptions(hass)
    for key, kind in TRIGGERS.items():
        fields = set(described[key]["fields"])
        options = {str(one) for one in (*kind._specific, "config_entry_id", "include_late")}  # type: ignore[attr-defined]
        assert fields == options, key
        found = shown[f"dems.{key}"]
        assert found is not None
        assert set(found["fields"]) == fields


def test_every_kind_of_event_has_a_trigger() -> None:
    kinds = {kind for one in EVENT_TRIGGERS.values() for kind in one.kinds}
    kinds |= {DISPATCH_SUGGESTED, PRICES_CHANGED}
    documented = (FOLDER.parents[1] / "docs" / "api.md").read_text()
    for kind in kinds - {"bridge_lost", "bridge_restored"}:
        assert f"`{kind}`" in documented, kind


async def test_two_households(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """A trigger for another household does not fire."""
    await _at_bridge(bridge, set_up)
    other = MockConfigEntry(domain="dems", title="Other", entry_id="02DEMS", unique_id="other", data={})
    other.add_to_hass(hass)
    told = await listen(
        hass, _trigger("reading_verified", config_entry_id="02DEMS"), _trigger("reading_refused")
    )
    await bridge.tell("reading_verified", {})
    await bridge.tell("reading_refused", {})
    await until(lambda: told)
    assert [one["platform"] for one in told] == ["dems.reading_refused"]


async def test_bundle_that_is_not_told_any_more(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    """An automation that is switched off while suggestions are being bundled hears nothing."""
    await _at_bridge(bridge, set_up)
    heard: list[Any] = []

    async def take(variables: dict[str, Any], context: Any = None) -> None:
        heard.append(variables)

    assert await async_setup_component(hass, AUTOMATION, {})
    configuration = cv.TRIGGER_SCHEMA([_trigger("dispatch_suggested", bundled=True)])
    checked = await async_validate_trigger_config(hass, configuration)
    with patch("custom_components.dems.suggestion_trigger.BUNDLED_FOR", 0.1):
        stop = await async_initialize_triggers(
            hass, checked, take, "test", "test", lambda *args, **kwargs: None
        )
        assert stop is not None
        one = {**SUGGESTION, "question": "q", "expires_at": time.time() + 60}
        last = await bridge.tell("dispatch_suggested", one)
        await until(lambda: bridge.acknowledged == last)
        stop()
    told = await listen(hass, _trigger("reading_verified"))
    await asyncio.sleep(0.15)
    await bridge.tell("reading_verified", {})
    await until(lambda: told)
    assert heard == []
