"""Energy is divided to the Wh, and the history is read for what it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.metering.division import apportion, divide, spans
from openems_bridge.metering.history import recorded, request_for
from openems_bridge.telemetry import Register
from tests.metering.samples import GRID, SLOT, T0, W


@settings(deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**12), min_size=1, max_size=50).filter(any))
def test_parts_add_up_and_are_in_proportion(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < whole


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert apportion(5, [1, 1, 1]) == [2, 2, 1]


def test_nothing_cannot_be_divided_by() -> None:
    with pytest.raises(ValueError, match="no weight is positive"):
        apportion(5, [0, 0])


@settings(deadline=None)
@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_spans_cover_the_time(start: int, length: int) -> None:
    times = spans(GRID, start, start + length)
    assert sum(times.values()) == length
    assert list(times) == list(range(min(times), max(times) + 1))


STEPS = st.lists(st.integers(-5, 5000) | st.none(), max_size=30)


@settings(deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(0, 9000),
    st.integers(1, 9000),
    STEPS,
    st.sampled_from([60, 300, 900, 3600]),
)
def test_every_history_divides_to_the_watt_hour(
    energy: int, start: int, length: int, steps: list[int | None], step_seconds: int
) -> None:
    history = EnergyHistory(start=T0, step_seconds=step_seconds, steps={W: steps})
    start, end = (T0 + start) * 1000 + 250, (T0 + start + length) * 1000
    known = recorded(history, W, GRID, start, end)
    parts = divide(energy, spans(GRID, start, end), known)
    assert sum(parts.values()) == energy
    assert all(part >= 0 for part in parts.values())
    if known is not None:
        assert 0 <= known.whole <= sum(step for step in steps if step is not None and step > 0)
        covered = sum(known.unknown.values())
        assert known.complete == (covered == 0)


def test_a_history_of_other_registers_says_nothing() -> None:
    history = EnergyHistory(start=T0, step_seconds=900, steps={Register.FEED_IN: [5]})
    assert recorded(history, W, GRID, T0 * 1000, T0 * 1000 + 900_000) is None


def test_a_history_of_zeros_divides_by_time() -> None:
    history = EnergyHistory(start=T0, step_seconds=900, steps={W: [0, 0]})
    start, end = T0 * 1000, (T0 + 1800) * 1000 - 1
    known = recorded(history, W, GRID, start, end)
    assert divide(100, spans(GRID, start, end), known) == {SLOT: 50, SLOT + 1: 50}


def test_after_weeks_the_history_is_asked_by_the_slot() -> None:
    request = request_for(GRID, T0 * 1000, (T0 + 30 * 86_400) * 1000)
    assert request is not None
    assert request.step_seconds == GRID.seconds
    assert request_for(GRID, T0 * 1000, T0 * 1000) is None
