"""How good forecasts were."""

from datetime import timedelta

import numpy as np
import pytest

from openems_bridge.forecast.distribution import Forecast
from openems_bridge.forecast.quality import backtest, pinball
from openems_bridge.forecast.series import Integers, Series
from tests.forecast.samples import BERLIN, MONDAY, series, slot_of, slots_between

PAST = slots_between(MONDAY - timedelta(days=10), MONDAY)


def _always(energy: float) -> Forecast:
    return Forecast(
        expected=np.full(96, energy), deciles=np.tile(np.linspace(0.8, 1.2, 9)[:, None] * energy, 96)
    )


def test_pinball_is_the_definition() -> None:
    loss = pinball(np.array([10.0]), np.full((9, 1), 6.0))
    assert loss[0] == pytest.approx(4 * 0.5)
    assert pinball(np.array([6.0]), np.full((9, 1), 10.0))[0] == pytest.approx(4 * 0.5)
    assert pinball(np.array([6.0]), np.full((9, 1), 6.0))[0] == 0


def test_each_day_is_forecast_from_what_came_before_it() -> None:
    seen: list[tuple[int, int]] = []

    def method(past: Series, slots: Integers) -> Forecast:
        seen.append((past.end_slot, int(slots[0])))
        return _always(110.0)

    found = backtest(series(PAST, np.full(len(PAST), 100.0)), BERLIN, method, 7)
    midnights = [slot_of(MONDAY - timedelta(days=days)) for days in range(7, 0, -1)]
    assert seen == [(midnight, midnight) for midnight in midnights]
    assert found is not None
    assert found.days == 7
    assert found.error == pytest.approx(0.1)
    assert found.bias == pytest.approx(0.1)
    assert found.within == 1


def test_days_without_readings_tell_nothing() -> None:
    energy = np.full(len(PAST), 100.0)
    energy[-3 * 96 :] = np.nan
    found = backtest(series(PAST, energy), BERLIN, lambda past, slots: _always(100.0), 7)
    assert found is not None
    assert found.days == 4
    assert found.error == 0
    assert backtest(series(PAST, energy * np.nan), BERLIN, lambda past, slots: _always(100.0), 7) is None
    assert backtest(series(PAST, energy * 0), BERLIN, lambda past, slots: _always(100.0), 7) is None
