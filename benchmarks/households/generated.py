"""A small community drawn from a seeded generator, so that the benchmarks run without any file.

People get up, cook, come home, do their laundry and go on holiday at random around habits of their own; a common sky
dims all roofs. No measured series goes in, and its figures say nothing about real houses: they only move when the code
does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from benchmarks.households.data import Battery, Households
from dems_protocol.slots import SlotGrid

SEED = 20_260_401
DAYS = 112
SLOT_SECONDS = 900
_STEPS = 96
_FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
_HOURS = (np.arange(_STEPS) + 0.5) / 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habits:
    base_w: float
    meals_w: tuple[float, float, float]
    presence_w: float
    works: bool
    laundries_a_week: int
    plant_w: float
    noon: float
    battery_wh: int


_COMMUNITY = (
    _Habits(base_w=170, meals_w=(800, 500, 1500), presence_w=150, works=True, laundries_a_week=4, plant_w=6200, noon=11.6, battery_wh=10_000),
    _Habits(base_w=120, meals_w=(500, 1200, 600), presence_w=260, works=False, laundries_a_week=2, plant_w=4100, noon=10.8, battery_wh=5000),
    _Habits(base_w=90, meals_w=(600, 100, 1700), presence_w=60, works=True, laundries_a_week=2, plant_w=0, noon=12, battery_wh=0),
    _Habits(base_w=230, meals_w=(700, 900, 1200), presence_w=450, works=False, laundries_a_week=3, plant_w=9800, noon=12.3, battery_wh=10_000),
    _Habits(base_w=140, meals_w=(900, 300, 1300), presence_w=120, works=True, laundries_a_week=3, plant_w=0, noon=12, battery_wh=0),
    _Habits(base_w=200, meals_w=(600, 700, 900), presence_w=200, works=False, laundries_a_week=5, plant_w=5500, noon=11.4, battery_wh=0),
)  # fmt: skip


def generated_households(days: int = DAYS) -> Households:
    """Return six households over some days: the same ones at every call."""
    weather = _weather(np.random.default_rng(SEED), days)
    load, pv = [], []
    for number, habits in enumerate(_COMMUNITY):
        rng = np.random.default_rng((SEED, number))
        away = _absences(rng, days)
        load.append(np.concatenate([_day(rng, habits, day, away[day]) for day in range(days)]))
        pv.append(_roof(rng, habits, weather))
    return Households(
        name=f"generated ({len(_COMMUNITY)} households, {days} days)",
        grid=SlotGrid(SLOT_SECONDS),
        first_day=_FIRST_DAY,
        load_w=np.rint(np.stack(load)),
        pv_w=np.rint(np.stack(pv)),
        batteries=tuple(
            Battery(capacity_wh=habits.battery_wh, power_w=habits.battery_wh // 2) for habits in _COMMUNITY
        ),
    )


def _absences(rng: np.random.Generator, days: int) -> NDArray[np.bool_]:
    """Return on which days nobody is at home: one journey of some days in about two months."""
    away = np.zeros(days, dtype=np.bool_)
    for month in range(0, days, 56):
        begin = month + int(rng.integers(0, 50))
        away[begin : begin + int(rng.integers(2, 9))] = True
    return away


def _day(rng: np.random.Generator, habits: _Habits, day: int, away: np.bool_) -> NDArray[np.float64]:
    power = habits.base_w * rng.uniform(0.9, 1.1) + 40 * rng.standard_normal(_STEPS) ** 2
    if away:
        return power
    free = day % 7 >= 5
    late = 1.5 if free else 0.0
    meals = ((6.9 + late, 0.4), (12.4, 0.5), (18.9, 0.9))
    for index, ((hour, width), height) in enumerate(zip(meals, habits.meals_w, strict=True)):
        skipped = habits.works and not free and index == 1
        if not skipped and rng.random() < 0.85:
            begin = hour + rng.normal(0, 0.5)
            power += height * rng.uniform(0.5, 1.4) * np.exp(-(((_HOURS - begin) / width) ** 2) / 2)
    at_home = (7 + late < _HOURS) & (_HOURS < 23)
    if habits.works and not free:
        at_home &= (_HOURS < 8) | (_HOURS > 16.5)
    power += at_home * habits.presence_w * rng.gamma(3, 1 / 3, _STEPS)
    if rng.random() < habits.laundries_a_week / 7 * (1.5 if free else 0.8):
        begin = int(rng.integers(34, 80))
        power[begin : begin + 5] += np.array([1900, 700, 200, 200, 400])
    return power


def _weather(rng: np.random.Generator, days: int) -> NDArray[np.float64]:
    """Return the share of the clear sky's power in each slot: days hang together, clouds pass."""
    state, result = 0.0, []
    for _ in range(days):
        state = 0.5 * state + 0.9 * rng.standard_normal()
        clear = 0.12 + 0.88 / (1 + np.exp(-1.6 * state - 0.3))
        cloud, broken = 0.0, 0.9 * clear * (1 - clear) * 2
        for _ in range(_STEPS):
            cloud = 0.85 * cloud + 0.5 * rng.standard_normal()
            result.append(float(np.clip(clear + broken * cloud, 0.04, 1.0)))
    return np.array(result)


def _roof(rng: np.random.Generator, habits: _Habits, weather: NDArray[np.float64]) -> NDArray[np.float64]:
    days = len(weather) // _STEPS
    season = np.repeat(np.sin(np.pi * (70 + np.arange(days)) / 340), _STEPS)
    half_day = 4.8 + 3.0 * season
    angle = np.abs(np.tile(_HOURS, days) - habits.noon) / half_day
    height = np.where(angle < 1, np.cos(np.minimum(angle, 1) * np.pi / 2), 0.0) ** 1.4
    flicker = np.clip(1 + 0.05 * rng.standard_normal(len(weather)), 0.7, 1.1)
    result: NDArray[np.float64] = 0.85 * habits.plant_w * (0.7 + 0.3 * season) * height * weather * flicker
    return result
