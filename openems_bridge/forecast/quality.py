"""How good forecasts were: the same method, issued at each of the last midnights, against what then happened."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from openems_bridge.forecast.distribution import LEVELS, Forecast
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.series import Floats, Integers, Series

_KNOWN_SHARE = 0.5

type Method = Callable[[Series, Integers], Forecast | None]
"""Forecasts slots from a series that ends where the forecast is issued; None where it has nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Errors of the day-ahead forecasts of the last ``days`` days, as shares of the energy that was really there.

    ``error`` is the mean absolute error of the expected energy of a slot, ``pinball`` the mean pinball loss of the
    nine deciles, ``bias`` positive where too much was forecast, ``within`` the share of slots between the 10 % and
    the 90 % quantile (0.8 would be perfect).
    """

    days: int
    error: float
    bias: float
    pinball: float
    within: float


def pinball(actual: Floats, deciles: Floats) -> Floats:
    """Return the pinball loss of each slot, the mean over the nine deciles (9, slots)."""
    above = actual - deciles
    loss: Floats = np.maximum(LEVELS[:, None] * above, (LEVELS[:, None] - 1) * above).mean(axis=0)
    return loss


def backtest(past: Series, calendar: Calendar, method: Method, days: int) -> Quality | None:
    """Return how good a method was on the last ``days`` complete local days, None where no day tells.

    Each day is forecast from what came before it. Days of which less than half is known are left out.
    """
    today = int(calendar.days(past.grid, np.array([past.end_slot], dtype=np.int64))[0])
    actual: list[Floats] = []
    found: list[Forecast] = []
    for day in range(today - days, today):
        begin, end = calendar.midnight(past.grid, day), calendar.midnight(past.grid, day + 1)
        real = past.window(begin, end).energy
        before = past.window(past.first_slot, begin)
        if begin <= past.first_slot or np.isnan(real).mean() > _KNOWN_SHARE or before.known_days == 0:
            continue
        forecast = method(before, np.arange(begin, end, dtype=np.int64))
        if forecast is not None:
            actual.append(real)
            found.append(forecast)
    return _judged(actual, found) if actual else None


def _judged(actual: list[Floats], found: list[Forecast]) -> Quality | None:
    real = np.concatenate(actual)
    known = ~np.isnan(real)
    real = real[known]
    energy = float(real.sum())
    if energy <= 0:
        return None
    expected = np.concatenate([forecast.expected for forecast in found])[known]
    deciles = np.concatenate([forecast.deciles for forecast in found], axis=1)[:, known]
    return Quality(
        days=len(actual),
        error=float(np.abs(expected - real).sum()) / energy,
        bias=float((expected - real).sum()) / energy,
        pinball=float(pinball(real, deciles).sum()) / energy,
        within=float(((real >= deciles[0]) & (real <= deciles[-1])).mean()),
    )
