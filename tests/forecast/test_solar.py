"""The forecast of generation: night is dark, yesterday's sky and the last half hour count."""

from datetime import timedelta

import numpy as np
import pytest

from openems_bridge.forecast.series import Floats, Series
from openems_bridge.forecast.solar import Plant, forecast_solar
from openems_bridge.forecast.sun import Location, clear_sky_share, is_night, sine_of_elevation
from tests.forecast.samples import BERLIN, GRID, MONDAY, bell, series, slot_of, slots_between

HANOVER = Location(latitude=52.4, longitude=9.7)


def _weeks(weather: Floats) -> Series:
    """Return a plant's readings until MONDAY (UTC days), each day dimmed by its weather."""
    first = slot_of(MONDAY) // 96 * 96
    slots = np.arange(first - len(weather) * 96, first)
    return series(slots, bell(slots) * np.repeat(weather, 96))


def _changing(days: int = 60, seed: int = 1) -> Floats:
    """Return weather that stays for spells of some days."""
    rng = np.random.default_rng(seed)
    spells = rng.choice([0.2, 1.0], size=days // 4 + 1)
    return np.repeat(spells, 4)[:days]


def test_night_is_dark_and_noon_is_not() -> None:
    past = _weeks(_changing())
    slots = np.arange(past.end_slot, past.end_slot + 144)
    found = forecast_solar(past, BERLIN, slots, Plant())
    assert found is not None
    dark = bell(slots) == 0
    deep = dark & np.roll(dark, 3) & np.roll(dark, -3)
    assert np.all(found.deciles[:, deep] == 0)
    assert np.all(found.expected[deep] < 1e-3)
    assert found.expected[bell(slots) > 900].min() > 150


def test_with_a_location_nothing_is_forecast_below_the_horizon() -> None:
    past = _weeks(_changing())
    noisy = Series(
        grid=GRID, first_slot=past.first_slot, energy=past.energy + 3
    )  # an inverter that hums at night
    slots = np.arange(past.end_slot, past.end_slot + 96)
    found = forecast_solar(noisy, BERLIN, slots, Plant(location=HANOVER))
    assert found is not None
    night = is_night(HANOVER, GRID, slots)
    assert 20 < night.sum() < 40
    assert np.all(found.expected[night] == 0)
    assert np.all(found.deciles[:, night] == 0)


def test_never_more_than_the_roof_has_shown() -> None:
    past = _weeks(_changing())
    for hour in range(0, 24, 3):
        issue = past.end_slot - 96 + hour * 4
        slots = np.arange(issue, issue + 144)
        found = forecast_solar(past.window(past.first_slot, issue), BERLIN, slots, Plant())
        assert found is not None
        assert found.deciles.max() <= past.energy.max() + 1e-9


def test_the_last_half_hour_tells_the_next() -> None:
    weather = np.random.default_rng(3).uniform(0.15, 1.0, 60)
    weather[-1] = 0.2
    past = _weeks(weather)
    ten = past.end_slot - 96 + 40
    slots = np.arange(ten + 4, ten + 8)
    found = forecast_solar(past.window(past.first_slot, ten), BERLIN, slots, Plant())
    assert found is not None
    real = past.at(slots)
    assert np.abs(found.expected - real).sum() < 0.35 * real.sum()
    assert found.expected.sum() < 0.5 * bell(slots).sum() * weather.mean()


def test_a_spell_of_weather_lasts() -> None:
    bright, dull = _changing(), _changing()
    bright[-2:], dull[-2:] = 1.0, 0.2
    slots = np.arange(slot_of(MONDAY) // 96 * 96, slot_of(MONDAY) // 96 * 96 + 96)
    totals = []
    for weather in (bright, dull):
        found = forecast_solar(_weeks(weather), BERLIN, slots, Plant())
        assert found is not None
        totals.append(found.expected.sum())
    assert totals[0] > 1.3 * totals[1]


def test_the_first_day_follows_the_sun_and_the_plant() -> None:
    nothing = Series(grid=GRID, first_slot=slot_of(MONDAY), energy=np.array([]))
    slots = slots_between(MONDAY, MONDAY + timedelta(days=1))
    assert forecast_solar(nothing, BERLIN, slots, Plant()) is None
    found = forecast_solar(nothing, BERLIN, slots, Plant(peak_w=8000, location=HANOVER))
    assert found is not None
    assert 15_000 < found.expected.sum() < 45_000  # a June day of 8 kWp in Germany, some clouds
    assert found.high.sum() > 2 * found.low.sum() > 0
    unplaced = forecast_solar(nothing, BERLIN, slots, Plant(peak_w=8000))
    assert unplaced is not None
    assert unplaced.expected.sum() == pytest.approx(found.expected.sum(), rel=0.15)


def test_a_household_without_plant_generates_nothing() -> None:
    past = _weeks(np.zeros(20))
    slots = np.arange(past.end_slot, past.end_slot + 96)
    found = forecast_solar(past, BERLIN, slots, Plant())
    assert found is not None
    assert found.expected.max() == 0


def test_a_gap_of_weeks_leaves_the_sun() -> None:
    past = _weeks(_changing())
    later = past.window(past.first_slot, past.end_slot + 70 * 96)
    slots = np.arange(later.end_slot, later.end_slot + 96)
    found = forecast_solar(later, BERLIN, slots, Plant(location=HANOVER))
    assert found is not None
    assert found.expected.sum() > 0
    assert np.all(found.expected[is_night(HANOVER, GRID, slots)] == 0)


@pytest.mark.parametrize(
    ("moment", "place", "degrees"),
    [
        (
            "2026-06-21T12:00",
            Location(latitude=0, longitude=0),
            66.6,
        ),  # zenith over the tropic, seen from the equator
        ("2026-12-21T12:00", Location(latitude=50, longitude=0), 16.6),
        ("2026-03-20T12:00", Location(latitude=50, longitude=0), 40.0),
        ("2026-06-21T00:00", Location(latitude=50, longitude=0), -16.6),
    ],
)
def test_the_sun_stands_where_the_almanac_says(moment: str, place: Location, degrees: float) -> None:
    unix = np.array([np.datetime64(moment, "s").astype(np.int64)], dtype=np.float64)
    assert np.degrees(np.arcsin(sine_of_elevation(place, unix)[0])) == pytest.approx(degrees, abs=0.7)


def test_clear_sky_is_highest_at_noon() -> None:
    slots = slots_between(MONDAY, MONDAY + timedelta(days=1))
    share = clear_sky_share(HANOVER, GRID, slots)
    assert 0.5 < share.max() < 0.8
    assert int(np.argmax(share)) in range(52, 56)  # 13:21 summer time


def test_a_place_off_the_globe_is_refused() -> None:
    with pytest.raises(ValueError, match="latitude 95"):
        Location(latitude=95, longitude=0)
