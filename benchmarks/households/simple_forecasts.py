"""What a household can do without us: the methods that the forecast's benchmark compares with."""

import numpy as np
from numpy.typing import NDArray

from openems_bridge.forecast.distribution import LEVELS

RESIDUAL_DAYS = 60
"""The quantiles of a method are its forecast plus the quantiles of its errors on so many days before, by slot."""
WEEKDAYS_REACH = 28
PREDBAT_REACH = 7

type Days = NDArray[np.float64]
"""One household's energy or power by day and slot."""


def four_weekdays(history: Days) -> NDArray[np.float64]:
    """Return the mean of the last four same weekdays before the day after ``history``."""
    mean: NDArray[np.float64] = history[[-7, -14, -21, -28]].mean(axis=0)
    return mean


def predbat(history: Days, weekday: int) -> NDArray[np.float64]:
    """Return Predbat's weighted mean of the last seven days for a day of ``weekday`` (0 = Monday) after ``history``.

    As its release notes of 2026 (v8.41.0, the default since v8.44.1) describe it: same weekday 1, weekday and weekend
    each among themselves 0.7, else 0.5; yesterday 0.9, and 0.03 less for each day before.
    """
    ages = np.arange(1, PREDBAT_REACH + 1)
    weekdays = (weekday - ages) % 7
    same_type = (weekdays >= 5) == (weekday >= 5)
    weights = np.where(weekdays == weekday, 1.0, np.where(same_type, 0.7, 0.5)) * (0.93 - 0.03 * ages)
    mean: NDArray[np.float64] = np.average(history[-ages], axis=0, weights=weights)
    return mean


def with_residual_quantiles(forecasts: Days, actual: Days) -> NDArray[np.float64]:
    """Return the deciles (9, slots) of the last forecast of ``forecasts`` from the errors of the ones before.

    ``forecasts`` holds one more day than ``actual``.
    """
    errors = (actual - forecasts[:-1])[-RESIDUAL_DAYS:]
    deciles: NDArray[np.float64] = np.maximum(forecasts[-1] + np.quantile(errors, LEVELS, axis=0), 0.0)
    return deciles
