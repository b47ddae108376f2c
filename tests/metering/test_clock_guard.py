"""A clock that jumps: nothing is closed too early, nothing is lost."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.metering.clock_guard import DOUBT_SECONDS, JUMP_SECONDS, ClockGuard
from openems_bridge.telemetry import Telemetry
from tests.metering.samples import SLOT, T0, W, feed, withdrawal

DAY = 86_400.0


def at_moments(offsets: Iterable[float]) -> list[Telemetry]:
    """Return samples at 1 Hz whose clock is wrong by so many seconds each; the counter grows by 1 Wh each second."""
    return [
        replace(withdrawal(T0 + second + offset, 1_000_000 + second), received_at=50.0 + second)
        for second, offset in enumerate(offsets)
    ]


def admitted(samples: Iterable[Telemetry]) -> tuple[ClockGuard, list[Telemetry]]:
    guard, seen = ClockGuard(), list[Telemetry]()
    for sample in samples:
        guard, certain = guard.after(sample)
        seen += certain
    return guard, seen


def test_a_clock_that_is_right_holds_nothing() -> None:
    samples = at_moments([0.0] * 1000)
    assert admitted(samples) == (ClockGuard(offset=T0 - 50.0), samples)


@given(st.sampled_from([DAY, -DAY, 1e9]), st.integers(1, 299))
def test_a_clock_that_jumps_and_returns_leaves_no_trace(jump: float, seconds: int) -> None:
    wrong = at_moments([0.0] * 10 + [jump] * seconds + [0.0] * 10)
    right = at_moments([0.0] * (20 + seconds))
    guard, seen = admitted(wrong)
    assert not guard.is_in_doubt
    assert seen == right


def test_a_jump_that_returns_closes_no_slot_and_costs_no_energy() -> None:
    _, samples = admitted(at_moments([0.0] * 400 + [3 * DAY] * 200 + [0.0] * 301))
    state, readings = feed(samples)
    assert [(reading.slot, reading.energy, reading.quality) for reading in readings] == [
        (SLOT, {W: 899}, "complete")
    ]
    assert state.open_slot == SLOT + 1


def test_a_clock_that_stays_where_it_is_is_believed_with_all_that_waited() -> None:
    samples = at_moments([0.0] * 10 + [DAY] * 400)
    guard, seen = admitted(samples)
    assert seen == samples
    assert not guard.is_in_doubt
    guard, seen = admitted(samples[: 10 + int(DOUBT_SECONDS)])
    assert (seen, guard.is_in_doubt) == (samples[:10], True)


def test_a_machine_that_slept_loses_no_energy() -> None:
    slept = at_moments([0.0] * 10 + [4 * 3600.0] * 400)
    more = [replace(s, counters={W: (s.counters[W] or 0) + 7000}) for s in slept[10:]]
    _, samples = admitted([*slept[:10], *more])
    state, readings = feed(samples)
    assert sum(reading.energy[W] for reading in readings) + state.registers[W].portions[
        state.open_slot or 0
    ].energy == (409 + 7000)


@given(st.lists(st.floats(0, 120), min_size=1, max_size=50))
def test_pushed_values_that_are_older_than_their_arrival_are_no_jump(ages: list[float]) -> None:
    samples = at_moments([-age for age in ages])
    assert admitted(samples)[1] == samples


def test_a_start_with_a_clock_that_the_edge_contradicts_waits_until_they_agree() -> None:
    booted = [replace(s, clock_offset=DAY) for s in at_moments([-DAY] * 30)]
    synchronised = [replace(s, clock_offset=0.2) for s in at_moments([0.0] * 40)[30:]]
    guard, seen = admitted([*booted, *synchronised])
    assert not guard.is_in_doubt
    assert [s.measured_at for s in seen] == [s.measured_at for s in at_moments([0.0] * 40)]


def test_an_edge_whose_clock_stays_wrong_stops_nothing_for_good() -> None:
    samples = [replace(s, clock_offset=-DAY) for s in at_moments([0.0] * 400)]
    assert admitted(samples[:300])[1] == []
    assert admitted(samples)[1] == samples


def test_a_small_correction_is_passed_on() -> None:
    samples = at_moments([0.0] * 5 + [JUMP_SECONDS - 1] * 5)
    assert admitted(samples)[1] == samples
