"""A solar forecast from elsewhere (Home Assistant's energy preferences), corrected by the household's own readings.

A provider knows the weather, but not the chimney: at each time of the day its forecasts of the last weeks are compared
with what was generated, and their ratio is applied to what it says of the days to come.
"""

from collections.abc import Mapping

import numpy as np

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.analog_days import NEIGHBOUR_MINUTES
from openems_bridge.forecast.distribution import Forecast, Samples
from openems_bridge.forecast.quality import Quality
from openems_bridge.forecast.series import Floats, Integers, Series

LONGEST_PERIOD_SECONDS = 3600
_DAYS = 30
_FADING_DAYS = 10
_NEIGHBOURS = 3
_LARGEST_RATIO = 5.0
_ASSUMED_RATIOS: Floats = np.array([0.35, 0.6, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.65])
"""What becomes of what was promised, until it is known of this provider: right on average, and often less."""
_ASSUMED_DAYS = 1.0
"""The assumption weighs as much as so many days of readings."""
_TRUST_UNSEEN = 0.85
"""Share of the provider in the forecast while its quality is unknown."""
_OWN_MINUTES = 60
_FULL_MINUTES = 240
"""What the own plant just did says more of the next hour than any weather model."""


def provider_series(grid: SlotGrid, energy: Mapping[int, float]) -> Series | None:
    """Return a provider's forecast as energy of slots, None for an empty one.

    ``energy``: Wh by the start (UTC s) of its period, which lasts until the next one, an hour at most. Energy is spread
    evenly over a period. Raises ValueError for negative or infinite energy.
    """
    starts = sorted(energy)
    if not starts:
        return None
    first = grid.slot_at(starts[0])
    end = grid.slot_at(starts[-1] + LONGEST_PERIOD_SECONDS - 1) + 1
    total = np.zeros(end - first)
    covered = np.zeros(end - first)
    for index, start in enumerate(starts):
        following = starts[index + 1] if index + 1 < len(starts) else start + LONGEST_PERIOD_SECONDS
        stop = min(following, start + LONGEST_PERIOD_SECONDS)
        for slot in range(grid.slot_at(start), grid.slot_at(stop - 1) + 1):
            seconds = min(stop, grid.end(slot)) - max(start, grid.start(slot))
            total[slot - first] += energy[start] * seconds / (stop - start)
            covered[slot - first] += seconds
    whole = np.where(covered >= grid.seconds, total, np.nan)
    return Series(grid=grid, first_slot=first, energy=whole)


def corrected(provider: Series, past: Series, slots: Integers) -> tuple[Forecast, Floats]:
    """Return the provider's forecast of ``slots`` corrected by the readings, and where it says anything (0 or 1)."""
    promised = provider.at(slots)
    says = ~np.isnan(promised)
    values = np.nan_to_num(promised)[:, None]
    ratios = _ratios(provider, past, slots)
    found = Samples(values * ratios.values, ratios.weights).forecast()
    return found, says.astype(np.float64)


def trust(provider: Series, past: Series, own: Quality | None) -> float:
    """Return the share (0 to 1) that the provider's forecast deserves, by its errors and those of the own method.

    Two forecasts with independent errors are best averaged by the inverse squares of these.
    """
    days = 0 if own is None else own.days
    slots = np.arange(past.end_slot - days * past.slots_a_day, past.end_slot, dtype=np.int64)
    promised, real = provider.at(slots), past.at(slots)
    both = ~np.isnan(promised) & ~np.isnan(real)
    generated = float(real[both].sum())
    if own is None or generated <= 0 or both.mean() < 0.5:
        return _TRUST_UNSEEN
    error = float(np.abs(promised[both] - real[both]).sum()) / generated
    weight = own.error**2 + error**2
    return own.error**2 / weight if weight > 0 else _TRUST_UNSEEN


def provider_ramp(grid: SlotGrid, ahead: Integers) -> Floats:
    """Return how much a provider counts ``ahead`` slots after the issue: 0 for the next hour, 1 from the fourth on."""
    minutes = ahead * grid.seconds / 60
    result: Floats = np.clip((minutes - _OWN_MINUTES) / (_FULL_MINUTES - _OWN_MINUTES), 0.0, 1.0)
    return result


def _ratios(provider: Series, past: Series, slots: Integers) -> Samples:
    """Return samples of generated / promised around the same time of the last days, weighted by what was promised."""
    step = max(1, round(NEIGHBOUR_MINUTES * 60 / past.grid.seconds))
    beside = np.arange(-_NEIGHBOURS, _NEIGHBOURS + 1) * step
    ages = np.arange(1, _DAYS + 1)
    sampled = (slots[:, None, None] - ages[:, None] * past.slots_a_day + beside).astype(np.int64)
    promised, real = provider.at(sampled), past.at(sampled)
    both = ~np.isnan(promised) & ~np.isnan(real) & (promised > 0)
    promised = np.where(both, promised, 0.0)
    ratio = np.divide(np.where(both, real, 0.0), promised, out=np.zeros(sampled.shape), where=both)
    weights = promised * np.exp(-(ages - 1) / _FADING_DAYS)[:, None]
    shape = (len(slots), -1)
    usual = np.maximum(_mean_of_positive(promised.reshape(shape)), 1.0) * _ASSUMED_DAYS * len(beside)
    assumed = np.broadcast_to(_ASSUMED_RATIOS, (len(slots), len(_ASSUMED_RATIOS)))
    weight = np.broadcast_to(usual[:, None] / len(_ASSUMED_RATIOS), assumed.shape)
    seen = Samples(np.minimum(ratio, _LARGEST_RATIO).reshape(shape), weights.reshape(shape))
    return seen.joined(Samples(assumed, weight))


def _mean_of_positive(values: Floats) -> Floats:
    """Return the mean of what is positive in each row, 0 for a row without."""
    mean: Floats = values.sum(axis=1) / np.maximum(np.count_nonzero(values > 0, axis=1), 1)
    return mean
