"""Slots close once, at UTC boundaries, and their energies telescope."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems_protocol.slots import SlotGrid
from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.metering import checkpoint
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.metering.slot_meter import SlotMeter, counters_at_start, open_energy, totals
from openems_bridge.metering.state import MeterState
from openems_bridge.telemetry import Register, SourceClass
from tests.metering.samples import METER, SLOT, T0, W, dense, feed, sample, withdrawal


def test_a_slot_seen_from_start_to_end_is_complete() -> None:
    state, readings = feed(dense(T0, T0 + 900, 1_000_000))
    assert readings == [
        Reading(
            slot=SLOT,
            energy={W: 899},
            quality=Quality.COMPLETE,
            covered_seconds=900,
            source=SourceClass.SIMULATION,
        )
    ]
    assert open_energy(state, SLOT + 1) == {W: 1}
    assert totals(state) == {W: 900}


def test_the_first_slot_begins_with_the_first_sample() -> None:
    _, readings = feed(dense(T0 + 300, T0 + 900, 1_000_000))
    assert (readings[0].quality, readings[0].covered_seconds, readings[0].energy) == (
        Quality.PARTIAL,
        600,
        {W: 599},
    )


def test_a_gap_within_a_slot_costs_nothing() -> None:
    samples = [
        *dense(T0, T0 + 60, 1_000_000),
        withdrawal(T0 + 500, 1_000_400),
        *dense(T0 + 880, T0 + 900, 1_000_900),
    ]
    _, readings = feed(samples)
    assert (readings[0].quality, readings[0].covered_seconds) == (Quality.COMPLETE, 900)
    assert readings[0].energy == {W: 919}


def test_a_coarse_counter_is_at_best_estimated() -> None:
    samples = [replace(each, coarse=frozenset({W})) for each in dense(T0, T0 + 900, 1_000_000)]
    _, readings = feed(samples)
    assert (readings[0].quality, readings[0].covered_seconds) == (Quality.ESTIMATED, 900)


def test_a_gap_over_boundaries_is_divided_by_time_and_marked() -> None:
    samples = [*dense(T0, T0 + 450, 1_000_000), withdrawal(T0 + 450 + 1800, 1_000_450 + 1001)]
    state, readings = feed(samples)
    assert [(reading.slot, reading.energy[W], reading.quality) for reading in readings] == [
        (SLOT, 450 + 250, Quality.ESTIMATED),
        (SLOT + 1, 501, Quality.ESTIMATED),
    ]
    assert open_energy(state, SLOT + 2) == {W: 250}


def test_a_gap_is_divided_as_the_history_says() -> None:
    history = EnergyHistory(start=T0, step_seconds=900, steps={W: [100, 900, 0]})
    samples = [withdrawal(T0, 5_000), withdrawal(T0 + 2700, 6_000)]
    state, readings = feed(samples, records=history)
    assert [reading.energy[W] for reading in readings] == [100, 900, 0]
    assert totals(state) == {W: 1000}


def test_what_the_history_lacks_is_filled_up_to_the_counted_sum() -> None:
    history = EnergyHistory(start=T0, step_seconds=900, steps={W: [100, None, None]})
    _, readings = feed([withdrawal(T0, 5_000), withdrawal(T0 + 2700, 6_000)], records=history)
    assert [reading.energy[W] for reading in readings] == [100, 450, 450]


def test_a_history_that_exceeds_the_counters_gives_proportions_only() -> None:
    history = EnergyHistory(start=T0, step_seconds=900, steps={W: [200, 600, 200]})
    _, readings = feed([withdrawal(T0, 5_000), withdrawal(T0 + 2700, 5_500)], records=history)
    assert [reading.energy[W] for reading in readings] == [100, 300, 100]


def test_history_is_asked_for_in_steps_that_divide_the_slot() -> None:
    state, _ = feed([withdrawal(T0 + 10, 5_000)])
    wanted = METER.history_wanted(state, withdrawal(T0 + 2000, 6_000))
    assert wanted is not None
    assert (wanted.start, wanted.end, wanted.step_seconds) == (T0, T0 + 2100, 300)
    assert METER.history_wanted(state, withdrawal(T0 + 300, 6_000)) is None


def test_a_reset_in_a_gap_without_history_is_partial() -> None:
    _, readings = feed([withdrawal(T0, 5_000_000), withdrawal(T0 + 1800, 700)])
    assert sum(reading.energy[W] for reading in readings) == 700
    assert {reading.quality for reading in readings} == {Quality.PARTIAL}


def test_a_reset_in_a_gap_puts_every_counter_in_doubt() -> None:
    samples = [
        sample(T0, {W: 5_000_000, Register.FEED_IN: 0}),
        sample(T0 + 600, {W: 100, Register.FEED_IN: 0}),
        sample(T0 + 900, {W: 200, Register.FEED_IN: 0}),
    ]
    _, readings = feed(samples)
    assert (readings[0].quality, readings[0].covered_seconds) == (Quality.PARTIAL, 300)


def test_a_reset_in_a_gap_is_made_good_by_the_history() -> None:
    history = EnergyHistory(start=T0, step_seconds=900, steps={W: [400, 500]})
    state, readings = feed([withdrawal(T0, 5_000_000), withdrawal(T0 + 1800, 700)], records=history)
    assert [(reading.energy[W], reading.quality) for reading in readings] == [
        (400, Quality.ESTIMATED),
        (500, Quality.ESTIMATED),
    ]
    state, _ = feed([withdrawal(T0 + 1801, 703)], state)
    assert totals(state) == {W: 903}


def test_a_clock_that_jumps_back_never_opens_a_closed_slot() -> None:
    samples = [
        *dense(T0, T0 + 901, 1_000_000),
        *dense(T0 + 300, T0 + 1800, 1_000_902),
    ]
    state, readings = feed(samples)
    assert [reading.slot for reading in readings] == [SLOT, SLOT + 1]
    assert sum(reading.energy[W] for reading in readings) + 1 == totals(state)[W] == 902 + 1500
    assert readings[1].quality is Quality.ESTIMATED


def test_a_clock_that_jumps_forward_is_a_gap() -> None:
    _, readings = feed([*dense(T0, T0 + 100, 1_000_000), withdrawal(T0 + 3600, 1_000_101)])
    assert [reading.slot for reading in readings] == [SLOT, SLOT + 1, SLOT + 2, SLOT + 3]
    assert sum(reading.energy[W] for reading in readings) == 101


def test_a_register_without_a_value_is_waited_for_then_left_behind() -> None:
    both = {Register.WITHDRAWAL: 1_000, Register.GENERATION: 2_000}
    state, _ = feed([sample(T0, both)])
    missing = [sample(at, {W: 1_000, Register.GENERATION: None}) for at in range(T0 + 1, T0 + 1020)]
    state, readings = feed(missing, state)
    assert readings == []
    state, readings = feed([sample(T0 + 1020, {W: 1_000})], state)
    assert [reading.slot for reading in readings] == [SLOT]
    assert (readings[0].quality, readings[0].covered_seconds) == (Quality.PARTIAL, 0)
    state, readings = feed([sample(T0 + 1800, {W: 1_000, Register.GENERATION: 2_600})], state)
    assert readings[0].energy[Register.GENERATION] == 600
    assert readings[0].quality is Quality.ESTIMATED


def test_a_register_that_comes_within_the_wait_is_exact() -> None:
    state, _ = feed([sample(T0, {W: 1_000}), sample(T0 + 850, {W: 1_100})])
    state, readings = feed([sample(T0 + 905, {W: None}), sample(T0 + 910, {W: 1_106})], state)
    assert [reading.slot for reading in readings] == [SLOT]
    assert readings[0].energy[W] + open_energy(state, SLOT + 1)[W] == 106


def test_a_register_gone_for_a_day_is_not_waited_for_any_more() -> None:
    state, _ = feed([sample(T0, {W: 1_000, Register.GENERATION: 2_000})])
    samples = [sample(at, {W: 1_000}) for at in range(T0, T0 + 98 * 900 + 1, 10)]
    state, readings = feed(samples, state)
    assert [reading.slot for reading in readings] == list(range(SLOT, SLOT + 98))
    assert readings[0].quality is Quality.PARTIAL
    assert readings[97].quality is Quality.COMPLETE
    assert readings[97].energy == {W: 0}
    state, _ = feed([sample(T0 + 98 * 900 + 10, {W: 1_000, Register.GENERATION: 2_500})], state)
    assert totals(state)[Register.GENERATION] == 500


def test_without_counters_power_is_integrated_and_flagged() -> None:
    samples = [sample(at, grid_power=-1000, solar_power=3000) for at in range(T0, T0 + 901)]
    state, readings = feed(samples)
    reading = readings[0]
    assert reading.energy == {Register.WITHDRAWAL: 0, Register.FEED_IN: 249, Register.GENERATION: 749}
    assert reading.integrated == {Register.WITHDRAWAL, Register.FEED_IN, Register.GENERATION}
    assert reading.quality is Quality.COMPLETE
    assert totals(state)[Register.FEED_IN] == 250


def test_the_part_below_a_watt_hour_is_carried_on() -> None:
    state, readings = feed([sample(at, grid_power=1) for at in range(T0, T0 + 10 * 3600 + 1, 5)])
    assert totals(state)[W] == 10
    assert sum(reading.energy[W] for reading in readings) + open_energy(state, SLOT + 40)[W] == 10


def test_seconds_without_power_are_told() -> None:
    samples = [sample(at, grid_power=3600) for at in [*range(T0, T0 + 300), *range(T0 + 500, T0 + 901)]]
    _, readings = feed(samples)
    assert (readings[0].quality, readings[0].covered_seconds) == (Quality.PARTIAL, 900 - 201)
    assert readings[0].energy[W] == 299 + 399


def test_a_counter_that_appears_takes_over_from_the_integration() -> None:
    powers = [sample(at, grid_power=3600) for at in range(T0, T0 + 101)]
    counted = [
        sample(at, {W: 7_000_000 + at - T0 - 101}, grid_power=3600) for at in range(T0 + 101, T0 + 201)
    ]
    state, _ = feed([*powers, *counted])
    assert totals(state)[W] == 199


def test_a_counter_gone_for_a_day_gives_way_to_integration() -> None:
    state, _ = feed([sample(T0, {W: 1_000_000}, grid_power=3600)])
    gone = [sample(at, grid_power=3600) for at in range(T0 + 10, T0 + 98 * 900 + 1, 10)]
    state, readings = feed(gone, state)
    assert totals(state)[W] > 0
    assert readings[-1].integrated == {W, Register.FEED_IN}
    before = totals(state)[W]
    back = [
        sample(T0 + 98 * 900 + second, {W: 1_000_900 + second}, grid_power=3600) for second in range(1, 11)
    ]
    state, _ = feed(back, state)
    assert totals(state)[W] == before + 9


def test_an_edge_that_says_nothing_begins_nothing() -> None:
    state, readings = feed([sample(T0), sample(T0 + 900, {W: -4})])
    assert (state.open_slot, readings) == (None, [])


def test_counters_at_the_slots_start_are_told_only_where_they_were_seen() -> None:
    state, _ = feed(dense(T0 + 5, T0 + 100, 1_000_000))
    assert counters_at_start(state, SLOT) == {}
    state, _ = feed(dense(T0 + 101, T0 + 1000, 1_000_096), state)
    assert counters_at_start(state, SLOT + 1) == {W: 1_000_894}


def test_another_slot_length_goes_on_with_nothing_lost() -> None:
    state, readings = feed(dense(T0, T0 + 1000, 1_000_000))
    quick = SlotMeter(grid=SlotGrid(60), source=SourceClass.SIMULATION)
    state = checkpoint.fit(checkpoint.load(checkpoint.dump(state)), quick.grid)
    state, more = feed(dense(T0 + 1001, T0 + 1200, 1_001_001), state, meter=quick)
    portions = sum(portion.energy for portion in state.registers[W].portions.values())
    assert sum(reading.energy[W] for reading in [*readings, *more]) + portions == 1200
    assert more[0].quality is Quality.ESTIMATED


def test_a_checkpoint_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        checkpoint.load('{"slot_seconds": 900}')


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sample", "gap", "unknown", "back", "forward", "reset", "restart"]),
        st.integers(1, 4000),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=60,
)


@settings(deadline=None)
@given(STEPS, st.sampled_from([60, 300, 900, 3600]), st.lists(st.integers(0, 500) | st.none(), max_size=40))
def test_any_life_of_an_edge_telescopes(
    steps: list[tuple[str, int, int]], slot_seconds: int, history: list[int | None]
) -> None:
    """Whatever happens, no slot is missing or doubled, no energy is negative, and the sums are the counters'.

    Resets strike right after a sample: those that strike unseen lose energy that nobody knows.
    """
    meter = SlotMeter(grid=SlotGrid(slot_seconds), source=SourceClass.OPENEMS)
    records = EnergyHistory(start=T0, step_seconds=60, steps={W: history})
    state: MeterState = meter.begin()
    readings: list[Reading] = []
    at, true, shown = float(T0), 0, 5_000_000
    state, _ = feed([withdrawal(at, shown)], state, meter=meter)
    for kind, size, energy in steps:
        at += {"gap": size * 10, "back": -size, "forward": size}.get(kind, 1)
        true += 0 if kind in ("reset", "back") else energy
        shown += 0 if kind in ("reset", "back") else energy
        if kind == "reset" and shown > 10_000:
            state, closed = feed([withdrawal(at, shown)], state, meter=meter, records=records)
            readings += closed
            shown = 0
        if kind == "restart":
            state = checkpoint.load(checkpoint.dump(state))
        value = None if kind == "unknown" else shown
        state, closed = feed([withdrawal(at, value)], state, meter=meter, records=records)
        readings += closed
    at += 1
    state, closed = feed([withdrawal(at, shown)], state, meter=meter)
    readings += closed
    slots = [reading.slot for reading in readings]
    assert slots == sorted(set(slots))
    assert slots == list(range(meter.grid.slot_at(T0), meter.grid.slot_at(T0) + len(slots)))
    assert state.open_slot == meter.grid.slot_at(T0) + len(slots)
    assert all(wh >= 0 for reading in readings for wh in reading.energy.values())
    assert all(0 <= reading.covered_seconds <= slot_seconds for reading in readings)
    portions = Counter({slot: portion.energy for slot, portion in state.registers[W].portions.items()})
    assert sum(reading.energy.get(W, 0) for reading in readings) + portions.total() == true
    assert totals(state)[W] == true
