"""The demo's dashboard: only what the house has, only cards that every Home Assistant has."""

import json
from typing import Any

from demo.dashboard import FOLLOWING, MARKET, POWERS, PRICES, SUGGESTION, dashboard

STANDARD_CARDS = {
    "energy-distribution",
    "entities",
    "gauge",
    "heading",
    "history-graph",
    "picture-entity",
    "tile",
}


def _sections(entities: dict[str, str]) -> list[dict[str, Any]]:
    views: Any = dashboard(entities)["views"]
    (view,) = views
    found: list[dict[str, Any]] = view["sections"]
    return found


def test_a_house_alone_has_no_market() -> None:
    text = json.dumps(_sections({key: f"sensor.{key}" for key in POWERS}))
    assert "clearing_price" not in text
    assert "Market" not in text


def test_a_trading_house_shows_prices_plan_and_the_battery_with_standard_cards() -> None:
    keys = (*POWERS, *MARKET, *PRICES, *FOLLOWING, *SUGGESTION, "plan_mode", "plan_plot")
    sections = _sections({key: f"sensor.{key}" for key in keys})
    cards = [card for section in sections for card in section["cards"]]
    assert {section["type"] for section in sections} == {"grid"}
    assert {card["type"] for card in cards} <= STANDARD_CARDS
    text = json.dumps(sections)
    for shown in ("clearing_price", "suggestion", "setpoint", "plan_plot"):
        assert f"sensor.{shown}" in text
