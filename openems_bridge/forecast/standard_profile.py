"""How an average household uses energy over a day: what is assumed until its own readings say better.

The shape is this module's own formula, not a published profile: a base and three bell curves, for breakfast, lunch and
the evening, an hour and a half later in the morning and with more lunch on days without work, 15 % more in January
and less in July. Its mean over a workday and a year is 1.
"""

import math
from statistics import NormalDist

import numpy as np

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.distribution import LEVELS, Samples
from openems_bridge.forecast.local_time import Calendar, DayKind
from openems_bridge.forecast.series import DAY_SECONDS, Floats, Integers, Series

AVERAGE_ANNUAL_WH = 3_500_000
"""A year of a household of two or three people without heat pump or car, where its owner told nothing."""
_BASE = 0.55
_MEALS = ((7.2, 1.2, 0.75), (12.5, 1.6, 0.6), (19.5, 2.3, 1.3))
"""Hour, width (h, standard deviation) and height of the bells."""
_LIE_IN_HOURS = 1.5
_FREE_DAY_LUNCH = 1.5
_SEASON = 0.15
_COLDEST_DAY = 15
_YEAR_HOURS = 8766
_SPREAD = 0.75
"""Standard deviation of the logarithm of a slot's energy."""
_TRUSTED_HOURS = 12
"""The assumed level weighs as much as so many hours of readings."""
_MEAN = _BASE + sum(width * height for _, width, height in _MEALS) * math.sqrt(2 * math.pi) / 24


def standard_load(grid: SlotGrid, calendar: Calendar, slots: Integers) -> Floats:
    """Return the load of each slot relative to the mean over a year."""
    local = slots * grid.seconds + grid.seconds // 2 + calendar.offsets(grid, slots)
    hour = local % DAY_SECONDS / 3600
    day = local / DAY_SECONDS % 365.2425
    free = calendar.kinds(calendar.days(grid, slots)) != DayKind.WORKDAY
    shape = np.full(slots.shape, _BASE)
    for index, (at, width, height) in enumerate(_MEALS):
        later = _LIE_IN_HOURS * free if index == 0 else 0.0
        more = np.where(free, _FREE_DAY_LUNCH, 1.0) if index == 1 else 1.0
        distance = (hour - at - later + 12) % 24 - 12
        shape = shape + height * more * np.exp(-((distance / width) ** 2) / 2)
    season = 1 + _SEASON * np.cos(2 * np.pi * (day - _COLDEST_DAY) / 365.2425)
    result: Floats = shape / _MEAN * season
    return result


def standard_samples(
    past: Series, calendar: Calendar, slots: Integers, annual_wh: int | None, weight: float
) -> Samples:
    """Return samples of a standard household's slots, scaled to what the readings of this one say so far.

    They are the deciles of a log-normal distribution with the standard load as its mean; together they weigh
    ``weight``.
    """
    level = _level(past, calendar, annual_wh or AVERAGE_ANNUAL_WH)
    normal = NormalDist()
    spread = np.array([math.exp(_SPREAD * normal.inv_cdf(share)) for share in LEVELS])
    values = level * standard_load(past.grid, calendar, slots)[:, None] * (spread / spread.mean())
    return Samples(values, np.full(values.shape, weight / len(LEVELS)))


def _level(past: Series, calendar: Calendar, annual_wh: int) -> float:
    """Return the household's mean energy of a slot (Wh)."""
    assumed = annual_wh / _YEAR_HOURS * past.grid.seconds / 3600
    known = ~np.isnan(past.energy)
    trusted = _TRUSTED_HOURS * 3600 / past.grid.seconds
    slots = np.arange(past.first_slot, past.end_slot, dtype=np.int64)[known]
    usual = float(standard_load(past.grid, calendar, slots).sum()) if slots.size else 0.0
    used = float(past.energy[known].sum())
    return (used + assumed * trusted) / (usual + trusted)
