"""Readings that Home Assistant pushes."""

import asyncio
import math
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_node.clock import SystemClock
from openems_bridge.edge.interface import Connected, Cycle, Lost
from openems_bridge.edge.pushed import (
    PushedEdge,
    PushedSample,
    PushedValue,
    PushOutcome,
    Quantity,
    RefusalCode,
)
from openems_bridge.edge.pushed.readings import FRESH_SECONDS, PushedState, accept, read_state
from openems_bridge.telemetry import Register, SourceClass

from .clocks import HandClock

NOW = 1_790_000_000.0


def value(quantity: Quantity, number: Any, age: float = 0.0, **more: Any) -> PushedValue:
    return PushedValue(quantity=quantity, value=number, measured_at=NOW - age, **more)


def push(state: PushedState, *values: PushedValue) -> tuple[PushedState, PushOutcome]:
    return accept(state, PushedSample(values), NOW)


def test_accepted_values_are_read() -> None:
    state, outcome = push(
        PushedState(),
        value(Quantity.GRID_POWER, -500),
        value(Quantity.SOC, 40),
        value(Quantity.WITHDRAWAL, 12_345, age=3),
        value(Quantity.FEED_IN, 800, resolution=100),
    )
    assert outcome.refused == ()
    telemetry = read_state(state, now=NOW, received_at=1.0)
    assert (telemetry.grid_power, telemetry.soc, telemetry.solar_power) == (-500, 40, None)
    assert telemetry.measured_at == NOW
    assert telemetry.counters == {Register.WITHDRAWAL: 12_345, Register.FEED_IN: 800}
    assert telemetry.coarse == {Register.FEED_IN}, "steps of 100 Wh are coarse"


def test_stale_values_are_none_and_late_counters_coarse() -> None:
    state, _ = push(
        PushedState(),
        value(Quantity.GRID_POWER, 100, age=121),
        value(Quantity.SOLAR_POWER, 100, age=120),
        value(Quantity.WITHDRAWAL, 5, age=60),
        value(Quantity.SOC, 50),
    )
    telemetry = read_state(state, now=NOW, received_at=1.0)
    assert telemetry.grid_power is None
    assert telemetry.solar_power == 100
    assert telemetry.coarse == {Register.WITHDRAWAL}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (value(Quantity.GRID_POWER, 1, age=-6), RefusalCode.FROM_FUTURE),
        (value(Quantity.GRID_POWER, 1, age=11), RefusalCode.OUT_OF_ORDER),
        (value(Quantity.GRID_POWER, 8, age=10), RefusalCode.CONFLICTING),
        (value(Quantity.GRID_POWER, 2_000_000), RefusalCode.OUT_OF_RANGE),
        (value(Quantity.SOLAR_POWER, -1), RefusalCode.OUT_OF_RANGE),
        (value(Quantity.SOC, 101), RefusalCode.OUT_OF_RANGE),
        (value(Quantity.WITHDRAWAL, -1), RefusalCode.OUT_OF_RANGE),
        (value(Quantity.GRID_POWER, 1.5), RefusalCode.MALFORMED),
        (value(Quantity.GRID_POWER, True), RefusalCode.MALFORMED),
        (value(Quantity.GRID_POWER, 1, resolution=0), RefusalCode.MALFORMED),
        (PushedValue(quantity=Quantity.SOC, value=1, measured_at=math.nan), RefusalCode.MALFORMED),
    ],
)
def test_refused_values_change_nothing(bad: PushedValue, code: RefusalCode) -> None:
    before, _ = push(PushedState(), value(Quantity.GRID_POWER, 7, age=10))
    after, outcome = push(before, bad, value(Quantity.SOC, 50))
    assert [refusal.code for refusal in outcome.refused] == [code]
    assert outcome.refused[0].message
    assert outcome.accepted == (Quantity.SOC,), "one bad value does not spoil the others"
    assert after.values[Quantity.GRID_POWER].value == 7


def test_repeating_a_value_is_harmless() -> None:
    state, _ = push(PushedState(), value(Quantity.WITHDRAWAL, 7, age=10))
    again, outcome = push(state, value(Quantity.WITHDRAWAL, 7, age=10))
    assert outcome.accepted == (Quantity.WITHDRAWAL,)
    assert again == state


def test_a_meter_may_say_that_it_does_not_know() -> None:
    state, _ = push(PushedState(), value(Quantity.GRID_POWER, 7, age=10))
    state, outcome = push(state, value(Quantity.GRID_POWER, None))
    assert outcome.refused == ()
    assert read_state(state, now=NOW, received_at=0).grid_power is None


@given(
    st.lists(st.tuples(st.sampled_from(Quantity), st.integers(-10, 200), st.floats(-20, 300)), max_size=30)
)
def test_time_never_runs_back(pushes: list[tuple[Quantity, int, float]]) -> None:
    state = PushedState()
    for quantity, number, age in pushes:
        former = state.values.get(quantity)
        state, outcome = push(state, value(quantity, number, age=age))
        latest = state.values.get(quantity)
        assert len(outcome.accepted) + len(outcome.refused) == 1
        if former is not None:
            assert latest is not None
            assert latest.measured_at >= former.measured_at
        telemetry = read_state(state, now=NOW, received_at=0.0)
        assert telemetry.measured_at <= NOW + 5


async def test_events_follow_the_pushes() -> None:
    clock = HandClock(NOW)
    edge = PushedEdge(clock)
    assert edge.source is SourceClass.HOME_ASSISTANT
    assert edge.actuator is edge.setpoints
    async with asyncio.timeout(5), aclosing(edge.events()) as events:  # type: ignore[type-var]
        edge.push(PushedSample((value(Quantity.GRID_POWER, 300), value(Quantity.WITHDRAWAL, 10))))
        connected = await anext(events)
        assert isinstance(connected, Connected)
        assert connected.topology.grid_meter is not None
        assert connected.topology.battery is None
        assert isinstance(cycle := await anext(events), Cycle)
        assert cycle.telemetry.grid_power == 300

        clock.advance(2)
        edge.push(PushedSample((PushedValue(quantity=Quantity.SOC, value=70, measured_at=clock.utc()),)))
        assert isinstance(grown := await anext(events), Connected)
        assert grown.topology.battery is not None
        assert not grown.topology.battery.managed
        assert isinstance(cycle := await anext(events), Cycle)
        assert (cycle.telemetry.grid_power, cycle.telemetry.soc) == (300, 70)


async def test_silence_is_told_once_and_the_return_too() -> None:
    clock = HandClock(NOW)
    edge = PushedEdge(clock)
    edge.push(PushedSample((value(Quantity.GRID_POWER, 300, age=FRESH_SECONDS - 0.05),)))
    async with asyncio.timeout(5), aclosing(edge.events()) as events:  # type: ignore[type-var]
        assert isinstance(await anext(events), Connected)
        assert isinstance(await anext(events), Cycle)
        clock.advance(1)
        assert isinstance(lost := await anext(events), Lost)
        assert lost.problem == "silent"
        later = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.2)
        assert not later.done(), "said once"
        edge.push(
            PushedSample((PushedValue(quantity=Quantity.GRID_POWER, value=1, measured_at=clock.utc()),))
        )
        assert isinstance(await later, Connected)
        assert isinstance(await anext(events), Cycle)


async def test_nothing_is_ever_pushed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openems_bridge.edge.pushed.adapter.FRESH_SECONDS", 0.05)
    edge = PushedEdge(SystemClock())
    async with asyncio.timeout(5), aclosing(edge.events()) as events:  # type: ignore[type-var]
        assert isinstance(lost := await anext(events), Lost)
        assert lost.problem == "silent"
    inspection = await edge.inspect()
    assert "pushed nothing" in inspection[0].message
    assert await edge.energy_history(0, 900, 900) is None


async def test_a_value_that_goes_stale_alone_becomes_unknown() -> None:
    clock = HandClock(NOW)
    edge = PushedEdge(clock)
    edge.push(
        PushedSample(
            (value(Quantity.GRID_POWER, 300, age=FRESH_SECONDS - 0.05), value(Quantity.SOLAR_POWER, 5))
        )
    )
    async with asyncio.timeout(5), aclosing(edge.events()) as events:  # type: ignore[type-var]
        assert isinstance(await anext(events), Connected)
        assert isinstance(await anext(events), Cycle)
        clock.advance(1)
        assert isinstance(cycle := await anext(events), Cycle)
        assert (cycle.telemetry.grid_power, cycle.telemetry.solar_power) == (None, 5)


def test_a_value_from_a_future_that_was_taken_back_neither_counts_nor_stands_in_the_way() -> None:
    tomorrow = value(Quantity.GRID_POWER, 900, age=-86_400)
    state, outcome = accept(PushedState(), PushedSample((tomorrow,)), NOW + 86_400)
    assert outcome.accepted == (Quantity.GRID_POWER,)
    assert state.fresh(NOW) == {}
    state, outcome = push(state, value(Quantity.GRID_POWER, -500))
    assert outcome.refused == ()
    assert read_state(state, now=NOW, received_at=1.0).grid_power == -500
