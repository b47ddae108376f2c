"""Home Assistant's solar forecast: read by periods, corrected by the readings, believed as far as it was right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.household import Basis, Knowledge, generation_outlook
from openems_bridge.forecast.provider import corrected, provider_ramp, provider_series, trust
from openems_bridge.forecast.quality import Quality
from openems_bridge.forecast.series import Floats, Series
from openems_bridge.forecast.solar import Plant
from tests.forecast.samples import BERLIN, GRID, MONDAY, bell, series, slot_of

FIRST = slot_of(MONDAY) // 96 * 96
PAST = np.arange(FIRST - 30 * 96, FIRST)
COMING = np.arange(FIRST, FIRST + 96)


def _random_days(seed: int = 5) -> tuple[Floats, Floats]:
    """Return the PV of 30 past days and of the coming one, each under a sky that no former day tells."""
    weather = np.random.default_rng(seed).uniform(0.1, 1.0, 31)
    weather[-1] = 0.15
    energy = bell(np.arange(FIRST - 30 * 96, FIRST + 96)) * np.repeat(weather, 96)
    return energy[:-96], energy[-96:]


def _told(energy: Floats, first: int = int(PAST[0])) -> dict[int, float]:
    """Return energy by slots as a provider tells it, by hours."""
    return {
        (first + 4 * hour) * 900: float(total) for hour, total in enumerate(energy.reshape(-1, 4).sum(axis=1))
    }


def _quality(error: float) -> Quality:
    return Quality(days=7, error=error, bias=0, pinball=0.2, within=0.8)


@given(st.dictionaries(st.integers(0, 200).map(lambda step: step * 1800), st.floats(0, 1e5), min_size=1))
def test_periods_lose_nothing_that_whole_slots_hold(energy: dict[int, float]) -> None:
    found = provider_series(SlotGrid(900), energy)
    assert found is not None
    assert np.nansum(found.energy) == pytest.approx(sum(energy.values()))


def test_hours_become_quarters_and_gaps_stay_unknown() -> None:
    found = provider_series(GRID, {0: 400.0, 7200: 800.0, 9000: 100.0})
    assert found is not None
    assert found.energy[:4].tolist() == [100] * 4
    assert np.isnan(found.energy[4:8]).all()
    assert found.energy[8:14].tolist() == [400, 400, 25, 25, 25, 25]
    assert provider_series(GRID, {}) is None


def test_a_provider_that_is_always_too_high_is_corrected() -> None:
    past, coming = _random_days()
    told = provider_series(GRID, _told(np.concatenate([past, coming]) * 2))
    assert told is not None
    found, says = corrected(told, series(PAST, past), COMING)
    assert says.all()
    assert found.expected.sum() == pytest.approx(coming.sum(), rel=0.12)
    unseen, _ = corrected(told, series(PAST, np.full(len(past), np.nan)), COMING)
    assert unseen.expected.sum() == pytest.approx(2 * coming.sum(), rel=0.01)
    assert np.all(np.diff(unseen.deciles, axis=0) >= 0)


def test_trust_follows_the_errors() -> None:
    past, _ = _random_days()
    good = provider_series(GRID, _told(past * 1.1))
    bad = provider_series(GRID, _told(bell(PAST)[::-1].copy() * 3))
    assert good is not None
    assert bad is not None
    readings = series(PAST, past)
    assert trust(good, readings, _quality(0.5)) > 0.9
    assert trust(bad, readings, _quality(0.5)) < 0.1
    assert 0.5 < trust(good, readings, None) < 1


def test_the_next_hour_is_the_plants_own() -> None:
    ramp = provider_ramp(GRID, np.arange(0, 40))
    assert np.all(ramp[:5] == 0)
    assert np.all(ramp[16:] == 1)
    assert np.all(np.diff(ramp) >= 0)


def test_a_good_provider_makes_the_day_better() -> None:
    past, coming = _random_days()
    known = Knowledge(
        grid=GRID,
        calendar=BERLIN,
        load=Series(grid=GRID, first_slot=FIRST, energy=np.array([])),
        generation=series(PAST, past),
        plant=Plant(),
    )
    told = provider_series(GRID, _told(np.concatenate([past, coming]) * 1.05))
    alone = generation_outlook(known, FIRST, 96)
    helped = generation_outlook(
        Knowledge(
            grid=GRID,
            calendar=BERLIN,
            load=known.load,
            generation=known.generation,
            plant=Plant(),
            provider=told,
        ),
        FIRST,
        96,
    )
    assert alone is not None
    assert helped is not None
    assert alone.basis is Basis.READINGS
    assert helped.basis is Basis.PROVIDER
    errors = [
        float(np.abs(outlook.forecast.expected - coming).sum() / coming.sum()) for outlook in (alone, helped)
    ]
    assert errors[1] < 0.3 < errors[0]


def test_a_provider_is_enough_for_the_first_day() -> None:
    _, coming = _random_days()
    nothing = Series(grid=GRID, first_slot=FIRST, energy=np.array([]))
    told = provider_series(GRID, _told(coming, FIRST))
    known = Knowledge(
        grid=GRID, calendar=BERLIN, load=nothing, generation=nothing, plant=Plant(), provider=told
    )
    found = generation_outlook(known, FIRST, 144)
    assert found is not None
    assert found.basis is Basis.PROVIDER
    assert found.quality is None
    assert found.forecast.expected[:96].sum() == pytest.approx(coming.sum(), rel=0.3)
    assert np.all(np.isfinite(found.forecast.expected)), "what the provider does not cover follows the sun"
