"""The forecast of load: from the first day on, through gaps, holidays, daylight saving and new devices."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.distribution import Forecast
from openems_bridge.forecast.load import forecast_load
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.series import Floats, Series
from tests.forecast.samples import (
    BERLIN,
    GRID,
    MONDAY,
    habits,
    local_hours,
    series,
    slot_of,
    slots_between,
)

EMPTY = Series(grid=GRID, first_slot=slot_of(MONDAY), energy=np.array([]))


def _before(day: date, days: int = 60, calendar: Calendar = BERLIN) -> Series:
    slots = slots_between(day - timedelta(days=days), day, calendar)
    return series(slots, habits(slots, calendar))


def _error(found: Forecast, real: Floats) -> float:
    return float(np.abs(found.expected - real).sum() / real.sum())


def test_habits_of_weeks_are_found_again() -> None:
    slots = slots_between(MONDAY, MONDAY + timedelta(days=2))
    found = forecast_load(_before(MONDAY), BERLIN, slots)
    real = habits(slots, seed=2)
    assert _error(found, real) < 0.15
    hours = local_hours(slots)
    evening = (hours >= 18.5) & (hours < 20.5)
    assert np.all(found.expected[evening] > 350)
    assert np.all(found.expected[(hours >= 9) & (hours < 12)] < 120), "Sunday's morning is not Monday's"


def test_the_evening_stays_at_its_clock_time_when_the_clock_changes() -> None:
    for sunday in (date(2026, 3, 29), date(2026, 10, 25)):
        slots = slots_between(sunday, sunday + timedelta(days=2))
        found = forecast_load(_before(sunday), BERLIN, slots)
        evening = (local_hours(slots) >= 18.5) & (local_hours(slots) < 20.5)
        night = (local_hours(slots) >= 21.75) | (local_hours(slots) < 5)
        assert np.all(found.expected[evening] > 350)
        assert np.all(found.expected[night] < 120)


def test_a_public_holiday_is_forecast_like_a_sunday() -> None:
    thursday = date(2026, 6, 4)
    slots = slots_between(thursday, thursday + timedelta(days=1))
    morning = (local_hours(slots) >= 9.5) & (local_hours(slots) < 11.5)
    holiday = Calendar(zone=BERLIN.zone, holidays=frozenset({thursday}))
    past = _before(thursday)
    assert np.all(forecast_load(past, BERLIN, slots).expected[morning] < 120)
    assert np.all(forecast_load(past, holiday, slots).expected[morning] > 200)


def test_the_first_day_is_a_standard_household() -> None:
    slots = slots_between(MONDAY, MONDAY + timedelta(days=7))
    found = forecast_load(EMPTY, BERLIN, slots, annual_wh=3_652_500)
    assert found.expected.sum() == pytest.approx(70_000, rel=0.2)
    hours = local_hours(slots)
    assert found.expected[hours == 19].min() > 2 * found.expected[hours == 3].max()
    twice = forecast_load(EMPTY, BERLIN, slots, annual_wh=2 * 3_652_500)
    assert twice.expected == pytest.approx(2 * found.expected)


def test_the_standard_household_takes_the_level_of_the_first_readings() -> None:
    past = series(slots_between(MONDAY, MONDAY + timedelta(days=2)), np.full(192, 500.0))
    wednesday = MONDAY + timedelta(days=2)
    slots = slots_between(wednesday, wednesday + timedelta(days=1))
    assert forecast_load(past, BERLIN, slots).expected.mean() == pytest.approx(500, rel=0.15)


def test_more_readings_make_it_better() -> None:
    slots = slots_between(MONDAY, MONDAY + timedelta(days=7))
    real = habits(slots, seed=3)
    errors = []
    for days in (1, 14, 60):
        found = [
            forecast_load(_before(day, days), BERLIN, slots_between(day, day + timedelta(days=1))).expected
            for day in (MONDAY + timedelta(days=offset) for offset in range(7))
        ]
        errors.append(float(np.abs(np.concatenate(found) - real).sum() / real.sum()))
    assert errors[0] > errors[1] > errors[2] * 0.95
    assert errors[2] < 0.15


def test_a_new_device_is_followed_within_days() -> None:
    past = _before(MONDAY + timedelta(days=3))
    shifted = past.energy.copy()
    shifted[-3 * 96 :] += 250  # a heat pump that runs since three days
    slots = slots_between(MONDAY + timedelta(days=3), MONDAY + timedelta(days=4))
    found = forecast_load(Series(grid=GRID, first_slot=past.first_slot, energy=shifted), BERLIN, slots)
    real = habits(slots, seed=4) + 250
    assert found.expected.sum() == pytest.approx(real.sum(), rel=0.1)


def test_an_empty_house_stays_empty_and_comes_back_to_life() -> None:
    past = _before(MONDAY, 80)
    energy = past.energy.copy()
    for away in (range(10, 15), range(40, 44), range(78, 80)):
        for day in away:
            energy[day * 96 : (day + 1) * 96] = 40.0
    slots = slots_between(MONDAY, MONDAY + timedelta(days=1))
    away_now = forecast_load(Series(grid=GRID, first_slot=past.first_slot, energy=energy), BERLIN, slots)
    at_home = forecast_load(past, BERLIN, slots)
    assert away_now.expected.sum() < 0.6 * at_home.expected.sum()
    back = energy.copy()
    back[-2 * 96 :] = past.energy[-2 * 96 :]
    again = forecast_load(Series(grid=GRID, first_slot=past.first_slot, energy=back), BERLIN, slots)
    assert again.expected.sum() > 0.9 * at_home.expected.sum()


@pytest.mark.parametrize("lost", [slice(-2 * 96, None), slice(-20 * 96, -2 * 96), slice(None, None, 2)])
def test_gaps_do_not_pull_it_down(lost: slice) -> None:
    past = _before(MONDAY)
    energy = past.energy.copy()
    energy[lost] = np.nan
    slots = slots_between(MONDAY, MONDAY + timedelta(days=1))
    found = forecast_load(Series(grid=GRID, first_slot=past.first_slot, energy=energy), BERLIN, slots)
    assert _error(found, habits(slots, seed=2)) < 0.2


def test_it_knows_the_last_hours() -> None:
    noon = slot_of(MONDAY) + 48
    past = _before(MONDAY + timedelta(days=1)).window(slot_of(MONDAY) - 60 * 96, noon)
    busy = past.energy.copy()
    for day in range(0, 60, 6):  # now and then the house cooks from eleven to one
        busy[day * 96 + 44 : day * 96 + 52] += 600
    quiet = Series(grid=GRID, first_slot=past.first_slot, energy=busy.copy())
    busy[-4:] += 600
    slots = np.arange(noon, noon + 4)
    cooking = forecast_load(Series(grid=GRID, first_slot=past.first_slot, energy=busy), BERLIN, slots)
    assert cooking.expected.mean() > 2 * forecast_load(quiet, BERLIN, slots).expected.mean()


GAPPY = st.lists(st.one_of(st.none(), st.floats(0, 20_000), st.just(0.0)), max_size=24 * 16)


@settings(max_examples=60, deadline=None)
@given(GAPPY, st.integers(0, 40), st.integers(1, 40), st.sampled_from([900, 3600, 1800]))
def test_any_readings_give_ordered_finite_quantiles(
    readings: list[float | None], later: int, horizon: int, seconds: int
) -> None:
    grid = SlotGrid(seconds)
    past = Series.of(grid, 1_900_000, readings)
    slots = np.arange(past.end_slot + later, past.end_slot + later + horizon)
    found = forecast_load(past, BERLIN, slots)
    assert np.all(np.isfinite(found.expected))
    assert np.all(found.deciles >= 0)
    assert np.all(np.diff(found.deciles, axis=0) >= 0)
    assert np.all(found.expected >= 0)
