"""Weighted samples and what is told of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.forecast.distribution import LEVELS, Samples

VALUES = st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 10)), min_size=1, max_size=40).filter(
    lambda pairs: sum(weight for _, weight in pairs) > 1e-3
)


def _samples(pairs: list[tuple[float, float]]) -> Samples:
    return Samples(np.array([[value for value, _ in pairs]]), np.array([[weight for _, weight in pairs]]))


@given(VALUES)
def test_deciles_ascend_within_the_samples_that_weigh(pairs: list[tuple[float, float]]) -> None:
    forecast = _samples(pairs).forecast()
    weighing = [value for value, weight in pairs if weight > 0]
    assert np.all(np.diff(forecast.deciles[:, 0]) >= 0)
    assert set(forecast.deciles[:, 0]) <= set(weighing)
    assert min(weighing) * (1 - 1e-9) <= forecast.expected[0] <= max(weighing) * (1 + 1e-9)


@given(VALUES)
def test_a_decile_has_its_share_of_the_weight_below(pairs: list[tuple[float, float]]) -> None:
    forecast = _samples(pairs).forecast()
    total = sum(weight for _, weight in pairs)
    # A sample stands for the middle of its weight: half the largest one may lie on the other side.
    slack = max(weight for _, weight in pairs) / total / 2 + 1e-9
    for level, decile in zip(LEVELS, forecast.deciles[:, 0], strict=True):
        below = sum(weight for value, weight in pairs if value < decile)
        up_to = sum(weight for value, weight in pairs if value <= decile)
        assert below / total <= level + slack
        assert up_to / total >= level - slack


def test_equal_weights_give_the_usual_median() -> None:
    assert _samples([(float(value), 1.0) for value in range(1, 100)]).forecast().median[0] == 50


def test_samples_without_weight_are_an_error() -> None:
    with pytest.raises(ValueError, match="slot 1 of the horizon"):
        Samples(np.ones((2, 3)), np.array([[1.0, 0, 0], [0, 0, 0]])).forecast()
