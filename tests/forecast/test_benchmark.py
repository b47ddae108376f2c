"""The benchmark's own households and the simple methods that it compares with."""

from datetime import date

import numpy as np
import pytest

from benchmarks.forecast import measure
from benchmarks.households.data import read_households
from benchmarks.households.generated import generated_households
from benchmarks.households.simple_forecasts import four_weekdays, predbat, with_residual_quantiles


def test_the_generated_community_is_the_same_at_every_call() -> None:
    first, second = generated_households(30), generated_households(30)
    assert np.array_equal(first.load_w, second.load_w)
    assert np.array_equal(first.pv_w, second.pv_w)
    assert first.days == 30
    assert first.load_w.shape == first.pv_w.shape == (len(first.batteries), 30 * 96)
    assert first.load_w.min() > 0
    assert not first.pv_w[:, ::96].any(), "no sun at midnight"


def test_a_file_of_the_layout_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("data") / "two.npz"
    np.savez(
        path,
        load_w=np.full((2, 48), 300, dtype=np.uint16),
        pv_w=np.zeros((2, 48), dtype=np.uint16),
        start="2010-01-01T00:00 somewhere",
        step_min=np.int64(60),
        meta='[{"battery_kwh": 10.0, "battery_kw": 5.0}, {"pv_kwp": 3}]',
    )
    found = read_households(path)
    assert (found.days, found.slots_a_day, found.grid.seconds) == (2, 24, 3600)
    assert [(battery.capacity_wh, battery.power_w) for battery in found.batteries] == [(10_000, 5000), (0, 0)]
    assert found.first_slot * 3600 == 1_262_304_000


def test_the_simple_methods_are_what_they_are_called() -> None:
    history = np.arange(35.0)[:, None] * np.ones(4)
    assert four_weekdays(history) == pytest.approx(np.full(4, (28 + 21 + 14 + 7) / 4))
    # A Monday: yesterday a Sunday 0.9 x 0.5, Saturday 0.87 x 0.5, then 0.84 ... 0.75 x 0.7, last Monday 0.72 x 1.
    weights = np.array([0.45, 0.435, 0.588, 0.567, 0.546, 0.525, 0.72])
    assert predbat(history, 0) == pytest.approx(
        np.full(4, np.average(np.arange(34, 27, -1), weights=weights))
    )
    deciles = with_residual_quantiles(np.full((21, 1), 5.0), np.arange(-5, 15, dtype=np.float64)[:, None])
    assert deciles[4, 0] == pytest.approx(5 - 0.5)
    assert np.all(deciles >= 0)


def test_ours_beats_the_simple_methods_on_a_few_weeks() -> None:
    figures = measure(generated_households(50), 43, frozenset({date(2026, 4, 6)}))
    assert figures["load_pinball"] < 0.9 * figures["baseline_pinball"]
    assert figures["load_sum_nmae"] < figures["baseline_sum_nmae"]
    assert abs(figures["load_bias"]) < 0.05
    assert figures["pv_hour_ahead_nmae"] < figures["pv_day_ahead_nmae"]
