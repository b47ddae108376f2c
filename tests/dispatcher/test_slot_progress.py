"""The energy of the running slot, from counters of every kind."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.dispatcher.slot_progress import SlotProgress, advance
from openems_bridge.telemetry import Register, Telemetry
from tests.dispatcher.house import GRID, SLOT, START, telemetry


def unknown(slot: int) -> Mapping[Register, int] | None:
    return None


def cycle(second: float, power: int | None, counters: Mapping[Register, int | None]) -> Telemetry:
    return telemetry(measured_at=START + second, grid_power=power, counters=counters)


def counted(withdrawal: float, feed_in: float, step: int) -> dict[Register, int | None]:
    return {
        Register.WITHDRAWAL: int(withdrawal) // step * step,
        Register.FEED_IN: int(feed_in) // step * step,
    }


powers = st.lists(st.integers(-8000, 8000), min_size=5, max_size=200)


@given(powers, st.sampled_from([1, 10, 50]), st.booleans())
def test_is_true_to_the_meter_whatever_the_step_of_its_counters(
    powers: list[int], step: int, has_counters: bool
) -> None:
    withdrawal, feed_in, progress = 3.0 * step, 7.0 * step, None
    progress = advance(None, cycle(-1, powers[0], counted(withdrawal, feed_in, step)), GRID, unknown)
    for second, power in enumerate(powers):
        if second:
            withdrawal += max(power, 0) / 3600
            feed_in += max(-power, 0) / 3600
        counters = counted(withdrawal, feed_in, step) if has_counters else {}
        progress = advance(progress, cycle(second, power, counters), GRID, unknown)
    assert progress.slot == SLOT
    assert not progress.is_partial(GRID)
    true = (withdrawal - 3.0 * step) - (feed_in - 7.0 * step)
    # At a step the counter is believed: at most 1 Wh of its fraction per direction, and a second's drift.
    assert abs(progress.net_wh - true) <= 2 + 8000 / 3600


@given(powers, st.integers(1, 400))
def test_a_slot_takes_over_what_the_counter_still_owes_to_the_one_before(
    powers: list[int], before: int
) -> None:
    """A counter of 10 Wh that ticks just after the boundary does not give its whole step to the new slot."""
    energy = at_start = 0.0
    progress = None
    for second in range(-before, len(powers)):
        power = 3000 if second < 0 else abs(powers[second])
        energy += power / 3600 if progress is not None else 0.0
        if second <= 0:
            at_start = energy
        counters: dict[Register, int | None] = {
            Register.WITHDRAWAL: int(energy) // 10 * 10,
            Register.FEED_IN: 0,
        }
        progress = advance(progress, cycle(second, power, counters), GRID, unknown)
    assert progress is not None
    assert abs(progress.net_wh - (energy - at_start)) <= 2 + 2 * 8000 / 3600


def play(*cycles: Telemetry, slot_start: Mapping[Register, int] | None = None) -> SlotProgress:
    progress = None
    for one in cycles:
        progress = advance(progress, one, GRID, lambda slot: slot_start)
    assert progress is not None
    return progress


def test_a_reset_of_the_counters_makes_no_energy() -> None:
    before = counted(5000, 900, 1)
    progress = play(cycle(0, 3600, before), cycle(1, 3600, before), cycle(2, 3600, counted(0, 0, 1)))
    assert progress.net_wh == pytest.approx(2.0)


def test_an_implausible_jump_is_not_believed() -> None:
    progress = play(cycle(0, 3600, counted(10, 0, 1)), cycle(1, 3600, counted(900_000, 0, 1)))
    assert progress.net_wh == pytest.approx(1.0)


def test_a_gap_is_bridged_by_the_counters_alone() -> None:
    progress = play(cycle(0, 3600, counted(10, 0, 1)), cycle(300, -9999, counted(210, 0, 1)))
    assert progress.net_wh == 200
    assert not progress.is_partial(GRID)


def test_a_clock_that_steps_back_changes_nothing() -> None:
    cycles = (cycle(0, 3600, counted(10, 0, 1)), cycle(5, 3600, counted(15, 0, 1)))
    assert play(*cycles, cycle(2, 3600, counted(16, 0, 1))) == play(*cycles)
    assert play(*cycles, cycle(-30, 3600, counted(16, 0, 1))) == play(*cycles)


def test_a_clock_that_returns_from_far_ahead_counts_its_slot_anew() -> None:
    ahead = (cycle(86_400, 3600, counted(10, 0, 1)), cycle(86_401, 3600, counted(11, 0, 1)))
    back = play(*ahead, cycle(2, 3600, counted(12, 0, 1)), cycle(3, 3600, counted(13, 0, 1)))
    assert (back.slot, back.known_from, back.net_wh) == (SLOT, START + 2, 1)


def test_the_start_comes_from_metering_if_its_counters_fit() -> None:
    start = {Register.WITHDRAWAL: 100, Register.FEED_IN: 40}
    known = play(cycle(400, 0, counted(150, 60, 1)), slot_start=start)
    assert (known.net_wh, known.is_partial(GRID)) == (30, False)
    reset = play(cycle(400, 0, counted(3, 1, 1)), slot_start=start)
    assert (reset.net_wh, reset.is_partial(GRID)) == (0, True)
    assert reset.expected_before_wh(-90, GRID) == -40


def test_an_unknown_power_and_no_counter_add_nothing() -> None:
    assert play(cycle(0, None, {}), cycle(1, None, {})).net_wh == 0
