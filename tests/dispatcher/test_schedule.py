"""When a set-point is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.dispatcher.schedule import DEAD_BAND_W, LastWrite, NextWrite, is_due, renewal_seconds

LAST = LastWrite(ac_power_w=1000, at=100.0, command_id="a", cycle=7)


def due(
    power: int,
    *,
    now: float = 101.0,
    cycle: int = 8,
    command: str = "a",
    closed: bool = False,
    limited: bool = False,
) -> bool:
    new = NextWrite(ac_power_w=power, command_id=command, cycle=cycle, closed_loop=closed, limited=limited)
    return is_due(LAST, new, now, 60)


def test_the_first_is_due() -> None:
    new = NextWrite(ac_power_w=0, command_id="a", cycle=1, closed_loop=False, limited=False)
    assert is_due(None, new, 0.0, 60)


def test_an_unchanged_one_is_renewed_after_a_third_of_the_timeout() -> None:
    assert not due(1000, now=119.9)
    assert due(1000, now=120.0)
    assert renewal_seconds(60) == 20
    assert renewal_seconds(1) == 1


@pytest.mark.parametrize("power", [999, 1001, -1000, 0])
def test_a_fixed_power_is_written_as_soon_as_it_changes(power: int) -> None:
    assert due(power)


def test_a_closed_loop_has_a_dead_band() -> None:
    assert not due(1000 + DEAD_BAND_W, closed=True)
    assert not due(1000 - DEAD_BAND_W, closed=True)
    assert due(1001 + DEAD_BAND_W, closed=True)
    assert due(999 - DEAD_BAND_W, closed=True)


def test_a_limit_that_asks_for_less_knows_no_dead_band() -> None:
    assert due(999, closed=True, limited=True)
    assert not due(1001, closed=True, limited=True)


def test_another_command_is_written_at_once() -> None:
    assert due(1000, command="b", closed=True)


@given(
    st.integers(-5000, 5000),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["a", "b"]),
    st.floats(100.0, 100.99),
)
def test_never_twice_in_a_cycle(power: int, closed: bool, limited: bool, command: str, now: float) -> None:
    assert not due(power, now=now, cycle=7, command=command, closed=closed, limited=limited)
