"""Tariffs out of entities and actions: every shape that price integrations have, and what is none."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.dems.tariff import (
    Period,
    of_entity,
    of_nordpool,
    of_tibber,
    per_kwh,
    periods,
)

NOW = datetime(2026, 11, 20, 12, 34, tzinfo=UTC)
HOUR = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = int(HOUR.timestamp())


def _rows(*prices: float, start: str = "start", price: str = "value", **more: Any) -> list[dict[str, Any]]:
    return [
        {start: (HOUR + timedelta(hours=hour)).isoformat(), price: one, **more}
        for hour, one in enumerate(prices)
    ]


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("EUR/kWh", 1), ("ct/kWh", 0.01), ("EUR/MWh", 0.001), ("öre/kWh", 0.01), (None, 1), ("€/Wh", 1000)],
)
def test_units(unit: str | None, factor: float) -> None:
    assert per_kwh(unit) == pytest.approx(factor)


@pytest.mark.parametrize("unit", ["kWh", "EUR", "EUR/h", "%"])
def test_what_is_no_price_of_energy(unit: str) -> None:
    with pytest.raises(ValueError, match="no price of energy"):
        per_kwh(unit)


def test_lists_of_today_and_tomorrow() -> None:
    """As the Nord Pool custom integration has them; the surcharge is added to each."""
    attributes = {
        "unit_of_measurement": "ct/kWh",
        "raw_today": _rows(10, 20),
        "raw_tomorrow": [
            {"start": HOUR + timedelta(hours=2), "end": HOUR + timedelta(hours=3), "value": -5},
            {"start": HOUR + timedelta(hours=3), "end": HOUR + timedelta(hours=4), "value": None},
        ],
    }
    assert of_entity("10", attributes, NOW, 0.02) == [
        Period(START, START + 3600, 120_000),
        Period(START + 3600, START + 7200, 220_000),
        Period(START + 7200, START + 10800, -30_000),
    ]


def test_quarters_of_an_hour() -> None:
    rows = [
        {"start_time": (HOUR + timedelta(minutes=15 * one)).isoformat(), "price_per_kwh": one / 10}
        for one in range(3)
    ]
    found = of_entity("0", {"data": rows, "unit_of_measurement": "EUR/kWh"}, NOW, 0)
    assert found == [
        Period(START, START + 900, 0),
        Period(START + 900, START + 1800, 100_000),
        Period(START + 1800, START + 2700, 200_000),
    ], "the last is as long as the one before it"


def test_entity_that_knows_only_the_price_of_now() -> None:
    assert of_entity("0.25", {"unit_of_measurement": "EUR/kWh"}, NOW, 0.1) == [
        Period(START, START + 3600, 350_000)
    ]
    with pytest.raises(ValueError, match="no price"):
        of_entity("cheap", {}, NOW, 0)


def test_actions() -> None:
    """Nord Pool answers per MWh by area, Tibber per kWh by home."""
    nordpool: list[dict[str, Any]] = [{"DE": _rows(100, price="price")}, {"DE": []}]
    assert of_nordpool(nordpool, 0.2) == [Period(START, START + 3600, 300_000)]
    tibber = {"prices": {"Home": _rows(0.3, 0.4, start="start_time", price="price")}}
    assert [one.price for one in of_tibber(tibber, 0)] == [300_000, 400_000]
    assert of_tibber({}, 0) == []
    assert of_nordpool([], 0) == []


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.floats(-5, 5), st.one_of(st.none(), st.integers(-5, 120))),
        max_size=30,
    )
)
def test_periods_never_overlap_and_are_in_order(rows: list[tuple[int, float, int | None]]) -> None:
    told = [
        {
            "start": (HOUR + timedelta(minutes=15 * start)).isoformat(),
            "value": price,
            **(
                {} if length is None else {"end": (HOUR + timedelta(minutes=15 * start + length)).isoformat()}
            ),
        }
        for start, price, length in rows
    ]
    found = periods(told, 1, 0)
    assert all(one.start < one.end for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert {one.start for one in found} <= {START + 900 * start for start, _, _ in rows}
