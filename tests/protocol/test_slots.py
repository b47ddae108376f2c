import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_protocol.slots import SlotGrid

lengths = st.sampled_from([60, 90, 100, 300, 720, 900, 1800, 3600])


@given(lengths, st.integers(0, 2**40), st.floats(0, 0.999))
def test_every_moment_is_in_the_slot_that_contains_it(seconds: int, moment: int, fraction: float) -> None:
    grid = SlotGrid(seconds)
    slot = grid.slot_at(moment + fraction)
    assert grid.start(slot) <= moment < grid.end(slot)
    assert grid.end(slot) == grid.start(slot + 1) == grid.start(slot) + seconds


@given(lengths, st.integers(0, 2**30))
def test_no_slot_straddles_an_hour(seconds: int, slot: int) -> None:
    grid = SlotGrid(seconds)
    assert grid.start(slot) // 3600 == (grid.end(slot) - 1) // 3600


@pytest.mark.parametrize("seconds", [0, -900, 30, 59, 61, 700, 7200])
def test_other_lengths_are_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match=f"not {seconds}"):
        SlotGrid(seconds)


def test_a_quarter_hour_is_the_default() -> None:
    assert SlotGrid().slot_at(1_789_560_000) == 1_988_400
