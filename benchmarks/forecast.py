"""How good the forecast of load and PV is, beside simple methods on the same days, and how long it takes.

``python -m benchmarks.forecast [--data FILE] [--first-day N] [--days N] [--holidays DATES]``: every day is forecast
only from what came before it. Without a file, on a community that the project generates itself.

- day-ahead: issued at 00:00 for the day; pinball loss of the nine deciles and mean absolute errors (nMAE) are shares of
  the mean; the community's sum and the bias are those of the expected energy.
- hour-ahead: the slots that begin one to two hours after the issue, which falls on three hours of each day that change
  from day to day.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from benchmarks.households.data import Households, read_households
from benchmarks.households.generated import generated_households
from benchmarks.households.simple_forecasts import (
    WEEKDAYS_REACH,
    four_weekdays,
    predbat,
    with_residual_quantiles,
)
from openems_bridge.forecast import load, solar
from openems_bridge.forecast.distribution import Forecast
from openems_bridge.forecast.load import forecast_load
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.quality import pinball
from openems_bridge.forecast.series import Series
from openems_bridge.forecast.solar import Plant, forecast_solar

FIRST_DAY = 60
ISSUES_A_DAY = 3
_ISSUE_STRIDE = 7

type Array = NDArray[np.float64]
type Predict = Callable[[Series, NDArray[np.int64]], Forecast]


@dataclass(slots=True)
class Score:
    """What a method's forecasts and the truth add up to."""

    actual: float = 0.0
    absolute: float = 0.0
    absolute_median: float = 0.0
    forecast: float = 0.0
    pinball: float = 0.0
    sums: dict[int, Array] = field(default_factory=dict)
    truths: dict[int, Array] = field(default_factory=dict)

    def add(self, issue: int, real: Array, expected: Array, deciles: Array | None = None) -> None:
        """Count one household's forecast."""
        self.actual += float(real.sum())
        self.forecast += float(expected.sum())
        self.absolute += float(np.abs(expected - real).sum())
        if deciles is not None:
            self.pinball += float(pinball(real, deciles).sum())
            self.absolute_median += float(np.abs(deciles[4] - real).sum())
        self.sums[issue] = self.sums.get(issue, np.zeros_like(real)) + expected
        self.truths[issue] = self.truths.get(issue, np.zeros_like(real)) + real

    @property
    def nmae(self) -> float:
        """The mean absolute error of the expected energy / mean."""
        return self.absolute / self.actual

    @property
    def sum_nmae(self) -> float:
        """The mean absolute error of the community's sum / its mean."""
        return sum(float(np.abs(self.sums[at] - self.truths[at]).sum()) for at in self.sums) / self.actual

    def line(self, name: str) -> str:
        """Return the figures as a line of a table, in percent."""
        shares = (
            self.pinball / self.actual,
            self.nmae,
            self.absolute_median / self.actual,
            self.sum_nmae,
            self.forecast / self.actual - 1,
        )
        return f"{name:34}" + "".join(f"{100 * share:9.2f}" for share in shares)


def measure(households: Households, first_day: int, holidays: frozenset[date]) -> dict[str, float]:
    """Forecast every day from ``first_day`` on, print a table and return the figures."""
    calendar = Calendar(zone=ZoneInfo("UTC"), holidays=holidays)
    watch = Stopwatch()
    to_wh = households.grid.seconds / 3600

    def predict_load(past: Series, slots: NDArray[np.int64]) -> Forecast:
        return forecast_load(past, calendar, slots)

    def predict_pv(past: Series, slots: NDArray[np.int64]) -> Forecast:
        found = forecast_solar(past, calendar, slots, Plant())
        assert found is not None
        return found

    load_wh = households.load_w * to_wh
    pv_wh = households.pv_w[households.pv_w.any(axis=1)] * to_wh
    ours, ours_soon = Score(), Score()
    sun, sun_soon = Score(), Score()
    for energy in load_wh:
        _day_ahead(households, energy, load.RULES.days, first_day, watch.timed(predict_load), ours)
        _hour_ahead(households, energy, load.RULES.days, first_day, predict_load, ours_soon)
    for energy in pv_wh:
        _day_ahead(households, energy, solar.RULES.days, first_day, watch.timed(predict_pv), sun)
        _hour_ahead(households, energy, solar.RULES.days, first_day, predict_pv, sun_soon)
    weekdays, seven_days = _simple(households, load_wh, first_day)
    print(f"{households.name}: days {first_day} to {households.days - 1}, percent of the mean")
    print(f"{'':34}{'pinball':>9}{'nMAE':>9}{'median':>9}{'sum':>9}{'bias':>9}")
    print(weekdays.line("load: mean of 4 same weekdays"))
    print(seven_days.line("load: Predbat's 7 weighted days"))
    print(ours.line("load: ours, day-ahead"))
    print(ours_soon.line("load: ours, one to two hours ahead"))
    if len(pv_wh):
        print(sun.line("PV: ours, day-ahead"))
        print(sun_soon.line("PV: ours, one to two hours ahead"))
    figures = {
        "load_pinball": ours.pinball / ours.actual,
        "baseline_pinball": weekdays.pinball / weekdays.actual,
        "load_sum_nmae": ours.sum_nmae,
        "baseline_sum_nmae": min(weekdays.sum_nmae, seven_days.sum_nmae),
        "load_bias": ours.forecast / ours.actual - 1,
        "load_hour_ahead_nmae": ours_soon.nmae,
    }
    if len(pv_wh):
        figures |= {"pv_day_ahead_nmae": sun.nmae, "pv_hour_ahead_nmae": sun_soon.nmae}
    rounded = {name: round(value, 4) for name, value in figures.items()}
    return rounded | {"ms_per_household": round(watch.milliseconds(len(load_wh), ours), 1)}


class Stopwatch:
    """Sums up what the day-ahead forecasts take."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def timed(self, predict: Predict) -> Predict:
        """Return the method with a watch around it."""

        def run(past: Series, slots: NDArray[np.int64]) -> Forecast:
            begin = time.perf_counter()
            found = predict(past, slots)
            self._seconds += time.perf_counter() - begin
            return found

        return run

    def milliseconds(self, households: int, score: Score) -> float:
        """Return the mean of one day's load and PV for one household."""
        return 1000 * self._seconds / (households * len(score.sums))


def _day_ahead(
    households: Households, energy: Array, reach: int, first_day: int, predict: Predict, score: Score
) -> None:
    for day in range(first_day, households.days):
        issue = day * households.slots_a_day
        _score(households, energy, reach, issue, (0, households.slots_a_day), predict, score)


def _hour_ahead(
    households: Households, energy: Array, reach: int, first_day: int, predict: Predict, score: Score
) -> None:
    an_hour = 3600 // households.grid.seconds
    for day in range(first_day, households.days - 1):
        for number in range(ISSUES_A_DAY):
            hour = (day * _ISSUE_STRIDE + number * 24 // ISSUES_A_DAY) % 24
            issue = day * households.slots_a_day + hour * an_hour
            _score(households, energy, reach, issue, (an_hour, 2 * an_hour), predict, score)


def _score(
    households: Households,
    energy: Array,
    reach: int,
    issue: int,
    ahead: tuple[int, int],
    predict: Predict,
    score: Score,
) -> None:
    begin = max(0, issue - (reach + 2) * households.slots_a_day)
    first = households.first_slot
    past = Series(grid=households.grid, first_slot=first + begin, energy=energy[begin:issue])
    slots = np.arange(first + issue + ahead[0], first + issue + ahead[1], dtype=np.int64)
    found = predict(past, slots)
    score.add(issue, energy[issue + ahead[0] : issue + ahead[1]], found.expected, found.deciles)


def _simple(households: Households, load_wh: Array, first_day: int) -> tuple[Score, Score]:
    """Return the scores of the two simple methods."""
    weekdays, seven_days = Score(), Score()
    weekday = households.first_day.weekday()
    for energy in load_wh:
        days = energy.reshape(households.days, households.slots_a_day)
        fours = np.stack([four_weekdays(days[:day]) for day in range(WEEKDAYS_REACH, len(days))])
        sevens = np.stack(
            [predbat(days[:day], (weekday + day) % 7) for day in range(WEEKDAYS_REACH, len(days))]
        )
        for day in range(first_day, households.days):
            until = day - WEEKDAYS_REACH
            for score, found in ((weekdays, fours), (seven_days, sevens)):
                deciles = with_residual_quantiles(found[: until + 1], days[WEEKDAYS_REACH:day])
                score.add(day, days[day], found[until], deciles)
    return weekdays, seven_days


def main() -> None:
    """Measure and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, help="an .npz file of the documented layout (default: generated)"
    )
    parser.add_argument(
        "--first-day", type=int, default=FIRST_DAY, help=f"first day to forecast ({FIRST_DAY})"
    )
    parser.add_argument("--days", type=int, help="use only the first N days of the data")
    parser.add_argument("--holidays", default="", help="public holidays: dates like 2010-01-01, with commas")
    options = parser.parse_args()
    households = generated_households() if options.data is None else read_households(options.data)
    if options.days is not None:
        households = households.until(options.days)
    earliest = WEEKDAYS_REACH + 14
    if not earliest <= options.first_day < households.days - 1:
        parser.error(
            f"--first-day must be within {earliest} and {households.days - 2} for {households.days} days"
        )
    holidays = frozenset(date.fromisoformat(day) for day in options.holidays.split(",") if day)
    print(json.dumps(measure(households, options.first_day, holidays)))


if __name__ == "__main__":
    main()
