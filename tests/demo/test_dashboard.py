"""The demo's dashboard: only what the house has, only cards that every Home Assistant has."""

import json

from demo.dashboard import MARKET, POWERS, dashboard

STANDARD_CARDS = {
    "energy-distribution",
    "entities",
    "gauge",
    "grid",
    "heading",
    "history-graph",
    "markdown",
    "tile",
}


def _cards(view: object) -> list[dict[str, object]]:
    found = [section for section in view["sections"]]  # type: ignore[index]
    return found + [card for section in found for card in section["cards"]]


def test_a_house_alone_has_no_market() -> None:
    (view,) = dashboard({key: f"sensor.{key}" for key in POWERS})["views"]  # type: ignore[misc]
    assert "clearing_price" not in json.dumps(view)
    assert "Market" not in json.dumps(view)


def test_a_trading_house_shows_prices_plan_and_the_battery_with_standard_cards() -> None:
    entities = {key: f"sensor.{key}" for key in (*POWERS, *MARKET, "plan_mode", "suggestion", "setpoint")}
    (view,) = dashboard(entities)["views"]  # type: ignore[misc]
    assert {str(card["type"]) for card in _cards(view)} <= STANDARD_CARDS
    text = json.dumps(view)
    for shown in (
        "sensor.clearing_price",
        "sensor.suggestion",
        "sensor.setpoint",
        "state_attr('sensor.plan_mode'",
    ):
        assert shown in text
