"""Counters that misbehave never make negative or doubled energy."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openems_bridge.metering.counters import CounterState, Plausibility, begin, count

RULES = Plausibility()
SECOND = 1000
START = 5_000_000
RECOVERED = (START + 9, START + 10, START + 11)
"""A rise beyond what is plausible is believed at the third value."""


def totals_of(
    values: list[int | None], *, step_ms: int = SECOND, state: CounterState | None = None
) -> list[int]:
    """Return the total after each value, values ``step_ms`` apart; the first one begins the counter."""
    at = 0
    totals = []
    for value in values:
        if state is None:
            assert value is not None
            state = begin(value, at)
        else:
            state = count(state, value, at, RULES).state
        totals.append(state.total)
        at += step_ms
    return totals


def test_a_counter_that_grows_is_its_difference() -> None:
    assert totals_of([START, START + 1, START + 1, START + 6]) == [0, 1, 1, 6]


def test_an_unknown_value_is_waited_out() -> None:
    assert totals_of([START, None, None, START + 7]) == [0, 0, 0, 7]


def test_a_negative_value_is_unknown() -> None:
    assert totals_of([START, -5, START + 2]) == [0, 0, 2]


def test_a_counter_cannot_begin_below_zero() -> None:
    with pytest.raises(ValueError, match="-1 Wh"):
        begin(-1, 0)


def test_a_reset_counts_from_zero() -> None:
    assert totals_of([START, START + 10, 0, 3, 5]) == [0, 10, 10, 13, 15]


def test_what_came_before_the_first_value_after_a_reset_counts() -> None:
    assert totals_of([START, 12, 13]) == [0, 12, 13]


def test_a_step_back_that_stays_is_a_new_baseline() -> None:
    assert totals_of([START, START - 300, START - 298, START - 290]) == [0, 0, 2, 10]


def test_a_step_back_after_a_long_pause_is_no_reset() -> None:
    """In three days 7 MWh would be plausible, but a counter just below its old value was not reset to zero."""
    assert totals_of([START, START - 100], step_ms=3 * 86_400 * SECOND) == [0, 0]


def test_a_small_step_back_that_is_outgrown_keeps_all_energy() -> None:
    values: list[int | None] = [START, *range(START - 20, START + 21)]
    assert totals_of(values)[-1] == 40


def test_a_small_step_back_that_lasts_is_no_dip_after_a_pause() -> None:
    """The Edge restored a value 50 Wh too low, the bridge saw that for two minutes, then slept for ten."""
    state = begin(START, 0)
    for second in range(1, 120):
        state = count(state, START - 50, second * SECOND, RULES).state
    assert count(state, START + 150, 720 * SECOND, RULES).energy == 200


def test_a_dip_that_ends_in_a_pause_is_not_counted_again() -> None:
    state = count(begin(START, 0), START - 50, SECOND, RULES).state
    assert count(state, START + 150, 720 * SECOND, RULES).energy == 150


@pytest.mark.parametrize("depth", [30, 1000, START // 2])
def test_a_dip_is_not_counted_again(depth: int) -> None:
    assert totals_of([START, START + 4, START + 5 - depth, START + 8 - depth, *RECOVERED])[-1] == 11


def test_a_dip_that_was_taken_for_a_reset_is_made_good() -> None:
    """5 Wh after a reset or 5 Wh in a dip: nobody can tell, until the counter is back where it was."""
    assert totals_of([START, START + 4, 5, 8, *RECOVERED, START + 20])[-1] == 20


def test_a_zero_that_is_no_reset_is_not_counted_again() -> None:
    assert totals_of([START, 0, 0, 0, *RECOVERED])[-1] == 11


def test_a_dip_that_lasts_minutes_is_not_counted_again() -> None:
    values: list[int | None] = [START, *([0] * 600), START + 900, START + 901, START + 902]
    assert totals_of(values)[-1] == 902


def test_a_stale_value_after_a_reset_is_not_counted() -> None:
    assert totals_of([START, 0, 25, 50, START, 51, 52])[-1] == 52


def test_a_single_glitch_upwards_is_not_believed() -> None:
    assert totals_of([START, 2**31, START + 1, START + 2]) == [0, 0, 1, 2]


def test_a_glitch_that_is_confirmed_and_goes_back_adds_nothing() -> None:
    assert totals_of([START, *([9_000_000] * 5), START + 6, START + 7])[-1] == 7


def test_a_replaced_meter_goes_on_from_its_own_value() -> None:
    new = 20_000_000
    totals = totals_of([START, START + 5, new, new + 1, new + 3, new + 4])
    assert totals == [0, 5, 5, 5, 8, 9]


def test_a_coarse_counter_may_jump_after_standing_still() -> None:
    values: list[int | None] = [START, *([START] * 600), START + 1000]
    assert totals_of(values)[-1] == 1000


def test_a_clock_that_runs_backwards_changes_no_energy() -> None:
    state = begin(START, 10_000_000)
    state = count(state, START + 3, 5_000_000, RULES).state
    state = count(state, START + 5, 5_001_000, RULES).state
    assert state.total == 5


@settings(deadline=None)
@given(st.lists(st.integers(-10, 2**40) | st.none(), min_size=1, max_size=60), st.integers(0, 100_000))
def test_any_sequence_only_grows_and_never_beyond_what_is_plausible(
    values: list[int | None], step_ms: int
) -> None:
    totals = totals_of([0, *values], step_ms=step_ms)
    assert all(before <= after for before, after in pairwise(totals))
    most = RULES.energy(step_ms * len(values)) + len(values) * (
        RULES.margin_wh + RULES.energy(60 * 60 * SECOND)
    )
    assert totals[-1] <= most


@dataclass(frozen=True)
class Spell:
    """A time in which the counter shows something else: what, and for how many samples."""

    kind: str
    samples: int
    size: int


SPELLS = st.builds(
    Spell,
    kind=st.sampled_from(["good", "unknown", "dip", "zero", "glitch", "reset", "step_back"]),
    samples=st.integers(1, 8),
    size=st.integers(300, 100_000),
)


@settings(deadline=None)
@given(st.lists(SPELLS, max_size=20), st.data())
def test_resets_dips_steps_glitches_and_gaps_keep_the_exact_energy(
    spells: list[Spell], data: st.DataObject
) -> None:
    """A true energy of at most 20 kW at 1 Hz, and an Edge that shows it through every fault in turn.

    Faults last less than the hour in which a counter may come back, and leave 5 MWh on the counter, so that nothing
    is ambiguous; a reset strikes with a sample, as otherwise nobody could know what was lost.
    """
    true = 0
    shown_minus_true = START
    state = begin(START, 0)
    at = 0
    for spell in spells:
        if spell.kind == "reset" and true + shown_minus_true > 10_000:
            shown_minus_true = -true
        elif spell.kind == "step_back" and true + shown_minus_true > 1_000_000:
            shown_minus_true -= spell.size
        for _ in range(spell.samples):
            at += SECOND
            fault = spell.kind in ("unknown", "dip", "zero", "glitch")
            if spell.kind not in ("reset", "step_back"):
                true += data.draw(st.integers(0, 5))
            shown: int | None = true + shown_minus_true
            assert shown is not None
            if spell.kind == "unknown":
                shown = None
            elif spell.kind == "dip":
                shown = shown - spell.size if shown > 1_000_000 else None
            elif spell.kind == "zero":
                shown = 0 if shown > 1_000_000 else None
            elif spell.kind == "glitch":
                shown += 10_000 * spell.size
            state = count(state, shown, at, RULES).state
            assert state.total <= true
            if not fault:
                assert state.total == true
        for _ in range(3):
            at += SECOND
            state = count(state, true + shown_minus_true, at, RULES).state
        assert state.total == true
