"""What past days say of the next ones: kernel regression on days that began alike.

Each slot's samples are the readings around the same time on former days. A day weighs by its age, by whether it was a
day of the same kind, and by how much like now its preceding hours were: a holiday's empty house or a cloudy morning is
found again among the days that had one (Nadaraya-Watson with weighted quantiles; cf. Hyndman & Athanasopoulos,
Forecasting: Principles and Practice, and analog ensembles, Delle Monache et al. 2013, doi 10.1175/MWR-D-12-00281.1).
"""

from dataclasses import dataclass

import numpy as np

from openems_bridge.forecast.distribution import Samples
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.series import Floats, Integers, Series, Stretches

NEIGHBOUR_MINUTES = 15
NEIGHBOURS = 2
NEIGHBOUR_SPREAD_MINUTES = 18.0
"""Readings up to half an hour beside the same time count too, by a Gaussian of this standard deviation."""
_LEAST_SPREAD = 0.05
_LARGEST_CARRY = 4.0
_FARTHEST = 12.0
"""Days more unlike than this (squared standard deviations) are all the same: they help where there are no others."""
_USUAL_DAYS = 1.0
"""What is usual for a kind of day is drawn towards what is usual on any, as if by so many days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The mean over the last ``minutes`` must be alike: within ``bandwidth`` standard deviations of its logarithm."""

    minutes: int
    bandwidth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """How a level carries on: a past day's value is multiplied by (level now / level then) ** exponent.

    The level is the mean over the last ``minutes``; the exponent halves every ``half_life_minutes`` of the horizon.
    """

    minutes: int
    exponent: float
    half_life_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How former days weigh.

    ``fading_days``: a day's weight falls to 1/e in so many days. ``same_kind``, ``other_kind``: weight of a day of the
    same kind but another weekday, of another kind; the same weekday weighs 1. ``floor``: share of the mean that is
    added before logarithms are taken, so that next to nothing is like nothing. ``capped``: whether a value may not
    exceed the largest that the sampled days had at that time.
    """

    days: int
    fading_days: float
    likenesses: tuple[Likeness, ...]
    carry: Carry
    floor: float
    same_kind: float = 1.0
    other_kind: float = 1.0
    capped: bool = False

    @property
    def mind_kinds(self) -> bool:
        """Whether kinds of days differ at all."""
        return self.other_kind < 1.0


def analog_samples(past: Series, calendar: Calendar, slots: Integers, rules: Rules) -> Samples:
    """Return the samples for consecutive ``slots`` that follow the series ``past`` directly, or some time later.

    The series ends where the forecast is issued: what it does not hold cannot be used. Slots about which nothing is
    known have weights of 0 throughout.
    """
    issue = past.end_slot
    ages = np.arange(1, rules.days + 1, dtype=np.int64)
    values = past.at(_sampled(past, calendar, slots, ages))
    levels = _Levels(past, calendar, ages, rules)
    by_day = _day_weights(past, calendar, slots, ages, rules) * levels.likeness(rules.likenesses)
    neighbours = np.exp(-((_neighbour_minutes(past) / NEIGHBOUR_SPREAD_MINUTES) ** 2) / 2)
    weights = by_day[:, :, None] * neighbours
    known = ~np.isnan(values)
    values = np.where(known, values, 0.0)
    carried = values * levels.carried(rules.carry, slots - issue, past.grid.seconds)[:, :, None]
    if rules.capped:
        carried = np.minimum(carried, values.max(axis=(1, 2), keepdims=True))
    shape = (len(slots), -1)
    return Samples(carried.reshape(shape), np.where(known, weights, 0.0).reshape(shape))


def _neighbour_minutes(past: Series) -> Floats:
    """Return the distances (min) at which neighbours of a slot are sampled, itself included."""
    minutes = past.grid.seconds / 60
    step = max(1, round(NEIGHBOUR_MINUTES / minutes)) * minutes
    reach = int(NEIGHBOURS * NEIGHBOUR_MINUTES // step)
    return np.arange(-reach, reach + 1, dtype=np.float64) * step


def _sampled(past: Series, calendar: Calendar, slots: Integers, ages: Integers) -> Integers:
    """Return which slots are sampled: shape (slots, days, neighbours)."""
    beside = np.rint(_neighbour_minutes(past) * 60 / past.grid.seconds).astype(np.int64)
    earlier = calendar.days_earlier(past.grid, slots[:, None], ages[None, :])
    return earlier[:, :, None] + beside


def _day_weights(past: Series, calendar: Calendar, slots: Integers, ages: Integers, rules: Rules) -> Floats:
    """Return the weights of days by age and kind: shape (slots, days)."""
    target = calendar.days(past.grid, slots)
    earlier = target[:, None] - ages
    kinds, former = calendar.kinds(target)[:, None], calendar.kinds(earlier)
    same_weekday = ages % 7 == 0
    by_kind = np.where(
        kinds != former, rules.other_kind, np.where(same_weekday[None, :], 1.0, rules.same_kind)
    )
    weights: Floats = by_kind * np.exp(-(ages - 1) / rules.fading_days)
    return weights


class _Levels:
    """Logarithms of means over the last hours, now and at the same time on former days.

    Where kinds of days differ they are told relative to what is usual after hours of that kind: before a holiday in
    midweek lies a workday, before a Sunday a Saturday, and that alone must not make the two unlike.
    """

    def __init__(self, past: Series, calendar: Calendar, ages: Integers, rules: Rules) -> None:
        self._stretches = Stretches(past)
        self._minutes = past.grid.seconds / 60
        self._now = np.array([past.end_slot], dtype=np.int64)
        self._then = calendar.days_earlier(past.grid, self._now, ages)
        self._kinds: Integers | None = None
        if rules.mind_kinds:
            moments = np.concatenate([self._now, self._then])
            self._kinds = calendar.kinds(calendar.days(past.grid, moments - 1))
        known = past.energy[~np.isnan(past.energy)]
        self._floor = max(rules.floor * float(known.mean()), 1e-9) if known.size else 1.0

    def likeness(self, likenesses: tuple[Likeness, ...]) -> Floats:
        """Return a weight for each former day, 1 for the one most like now. What is unknown is half like."""
        distance = np.zeros(len(self._then))
        for rule in likenesses:
            now, then = self._logarithms(rule.minutes)
            if np.isnan(now) or np.isnan(then).all():
                continue
            spread = max(float(np.nanstd(then)), _LEAST_SPREAD) * rule.bandwidth
            distance += np.where(np.isnan(then), 1.0, ((then - now) / spread) ** 2)
        weights: Floats = np.exp(-np.minimum(distance - distance.min(), _FARTHEST) / 2)
        return weights

    def carried(self, carry: Carry, ahead: Integers, slot_seconds: int) -> Floats:
        """Return the factor on each former day's values: shape (slots, days), 1 where a level is unknown."""
        now, then = self._logarithms(carry.minutes)
        change = np.nan_to_num(now - then)
        limit = np.log(_LARGEST_CARRY)
        exponent = carry.exponent * 0.5 ** (ahead * slot_seconds / 60 / carry.half_life_minutes)
        factor: Floats = np.exp(np.clip(change, -limit, limit) * exponent[:, None])
        return factor

    def _logarithms(self, minutes: int) -> tuple[float, Floats]:
        length = max(1, round(minutes / self._minutes))
        means = self._stretches.mean_before(np.concatenate([self._now, self._then]), length)
        levels: Floats = np.log(means + self._floor)
        if self._kinds is not None:
            levels = levels - _usual(levels, self._kinds)
        return float(levels[0]), levels[1:]


def _usual(levels: Floats, kinds: Integers) -> Floats:
    """Return, for each level (the first is now's), the mean of the former ones of its kind, 0 where there are none."""
    former = levels[1:]
    known = ~np.isnan(former)
    if not known.any():
        return np.zeros(len(levels))
    overall = float(former[known].mean())
    usual = np.zeros(len(levels))
    for kind in np.unique(kinds):
        same = known & (kinds[1:] == kind)
        mean = (float(former[same].sum()) + _USUAL_DAYS * overall) / (np.count_nonzero(same) + _USUAL_DAYS)
        usual[kinds == kind] = mean
    return usual
