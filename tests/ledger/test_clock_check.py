"""Nothing is signed by a clock that the Edge or the chain contradicts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.ledger.clock_check import ClockDoubt, Clockwork, doubt_clock
from openems_bridge.ledger.slot_phase import ChainHead

NOW = 1_790_000_000.0


@given(st.floats(-5, 5))
def test_a_small_difference_is_no_doubt(offset: float) -> None:
    assert doubt_clock(NOW, offset, ChainHead(int(NOW), 1)) is None


@pytest.mark.parametrize("offset", [5.6, -5.6, 3600.0, -3600.0])
def test_the_edge_contradicts_in_both_directions(offset: float) -> None:
    assert doubt_clock(NOW, offset, None) == ClockDoubt(Clockwork.EDGE, round(offset))


def test_a_block_from_the_future_says_that_this_clock_is_behind() -> None:
    assert doubt_clock(NOW, 0.0, ChainHead(int(NOW) + 60, 1)) == ClockDoubt(Clockwork.CHAIN, 60)


@given(st.integers(0, 10**8))
def test_an_old_block_says_nothing(age: int) -> None:
    assert doubt_clock(NOW, None, ChainHead(int(NOW) - age, 1)) is None
