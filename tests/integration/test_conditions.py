"""Conditions of automations: when each holds, and that nothing unknown ever does."""

import time
from pathlib import Path
from typing import Any

import probatio as vol
import pytest
import yaml
from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition
from homeassistant.helpers import config_validation as cv
from homeassistant.setup import async_setup_component

from custom_components.dems.condition import CONDITIONS

from .automations import AUTOMATION
from .bridge import FakeBridge
from .conftest import SetUp
from .samples import COMMANDED, COMMUNITY, MARKET, NETTING, SUGGESTION, TRADING, member

FOLDER = Path(__file__).parents[2] / "custom_components" / "dems"
SLOT = int(time.time()) // 900 - 4


async def _holds(hass: HomeAssistant, key: str, **options: Any) -> bool | None:
    assert await async_setup_component(hass, AUTOMATION, {})
    written = cv.CONDITION_SCHEMA({"condition": f"dems.{key}", "options": options})
    checked = await condition.async_validate_condition_config(hass, written)
    checker = await condition.async_from_config(hass, checked)
    try:
        return checker.async_check()
    finally:
        checker.async_unload()


def _netted(**values: Any) -> dict[str, Any]:
    return {"netting": {**NETTING, "slot": SLOT, **values}}


_NOTHING = {"withdrawal_inside": 0, "withdrawal_outside": 0, "feed_in_inside": 0, "feed_in_outside": 0}


@pytest.mark.parametrize(
    ("key", "options", "sections", "expected"),
    [
        ("suggestion_pending", {}, {"suggestion": {**SUGGESTION, "expires_at": time.time() + 900}}, True),
        ("suggestion_pending", {}, {"suggestion": {**SUGGESTION, "expires_at": time.time() - 1}}, False),
        (
            "suggestion_pending",
            {},
            {"suggestion": {**SUGGESTION, "state": "accepted", "expires_at": None}},
            False,
        ),
        ("suggestion_pending", {}, {"suggestion": dict.fromkeys(SUGGESTION)}, False),
        ("trading_on", {}, {"trading": TRADING}, True),
        ("connected", {"connection": "bridge"}, {}, True),
        ("connected", {"connection": "edge"}, {}, True),
        ("connected", {"connection": "operator"}, {}, True),
        ("connected", {"connection": "operator"}, {"community": {**COMMUNITY, "operator": "lost"}}, False),
        ("connected", {"connection": "chain"}, {"community": {**COMMUNITY, "chain": "wrong_chain"}}, False),
        ("trading_on", {}, {"trading": {**TRADING, "auto_bid": False}}, False),
        ("community_surplus", {}, _netted(**{**_NOTHING, "feed_in_outside": 5}), True),
        ("community_surplus", {}, _netted(**{**_NOTHING, "withdrawal_inside": 5}), True),
        ("community_surplus", {}, _netted(withdrawal_inside=40, withdrawal_outside=60), False),
        ("community_surplus", {}, _netted(**_NOTHING), False),
        ("community_surplus", {}, _netted(slot=SLOT - 10, **{**_NOTHING, "feed_in_outside": 5}), False),
        ("price_below", {"limit": 0.16}, {"market": MARKET}, True),
        ("price_below", {"limit": 0.15}, {"market": MARKET}, False),
        ("price_above", {"limit": 0.15}, {"market": MARKET}, True),
        ("price_above", {"limit": 0.16}, {"market": MARKET}, False),
        ("price_above", {"limit": -1}, {"market": {**MARKET, "price_next": None}}, False),
        ("battery_follows_suggestion", {}, {"dispatch": {**COMMANDED, "source": "suggestion"}}, True),
        ("battery_follows_suggestion", {}, {"dispatch": COMMANDED}, False),
        (
            "battery_follows_suggestion",
            {},
            {"dispatch": {**COMMANDED, "source": "suggestion", "status": "blocked"}},
            False,
        ),
    ],
)
async def test_holds(
    hass: HomeAssistant,
    bridge: FakeBridge,
    set_up: SetUp,
    key: str,
    options: dict[str, Any],
    sections: dict[str, Any],
    expected: bool,
) -> None:
    bridge.document = {**member(), **sections}
    assert await _holds(hass, key, **options) is False, "nothing holds of a household that is not there"
    await set_up()
    assert await _holds(hass, key, **options) is expected
    assert await _holds(hass, key, config_entry_id="01DEMS", **options) is expected


@pytest.mark.parametrize("key", CONDITIONS)
async def test_unknown_is_not_so(hass: HomeAssistant, set_up: SetUp, key: str) -> None:
    await set_up()
    options: dict[str, dict[str, Any]] = {"price": {"limit": 0.1}, "connected": {"connection": "chain"}}
    assert await _holds(hass, key, **options.get(key.partition("_")[0], {})) is False


async def test_unknown_household_is_refused(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    with pytest.raises(vol.Invalid, match="no household"):
        await _holds(hass, "trading_on", config_entry_id="nobody")


async def test_described_for_the_editor(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    described = yaml.safe_load((FOLDER / "conditions.yaml").read_text())
    assert described.keys() == CONDITIONS.keys()
    assert await async_setup_component(hass, AUTOMATION, {})
    shown = await condition.async_get_all_descriptions(hass)
    for key, kind in CONDITIONS.items():
        options = {str(one) for one in kind._description.options} | {"config_entry_id"}  # type: ignore[attr-defined]
        found = shown[f"dems.{key}"]
        assert found is not None
        assert set(described[key]["fields"]) == options == set(found["fields"])
