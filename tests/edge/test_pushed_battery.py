"""A battery behind Home Assistant's scripts as the dispatcher sees it: a topology, limits, a lease that ends."""

import asyncio
from collections.abc import Mapping

import pytest

from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.acceptance import build_command
from openems_bridge.dispatcher.commands import (
    BatteryPower,
    Command,
    CommandSource,
    GridEnergy,
    Mode,
    Status,
    Target,
)
from openems_bridge.dispatcher.dispatcher import Dispatcher, Surroundings
from openems_bridge.dispatcher.precedence import Moment
from openems_bridge.dispatcher.reasons import ReasonCode, RequestRefused
from openems_bridge.edge.interface import Connected, Cycle
from openems_bridge.edge.pushed import PushedEdge, PushedSample, PushedValue, Quantity
from openems_bridge.edge.pushed.readings import PushedState, accept, find_topology, read_state
from openems_bridge.edge.pushed.setpoints import LONGEST_LEASE_SECONDS, Offer, Outcome
from openems_bridge.telemetry import EdgeState, GridMode
from tests.dispatcher.house import Recorder, RecordingJournal

from .clocks import HandClock

NOW = 1_790_000_000.0
OFFER = Offer(max_charge_power=3000, max_discharge_power=2500, capacity=8000)
HOUSE = {Quantity.GRID_POWER: 900, Quantity.BATTERY_POWER: 0, Quantity.SOC: 55}


def _sample(values: Mapping[Quantity, int | None] = HOUSE, at: float = NOW) -> PushedSample:
    return PushedSample(
        tuple(PushedValue(quantity=one, value=value, measured_at=at) for one, value in values.items())
    )


def test_an_offer_makes_the_battery_steerable_and_says_what_it_can() -> None:
    state, _ = accept(PushedState(), _sample(), NOW)
    topology = find_topology(state)
    assert topology.battery is not None
    assert (topology.battery.managed, topology.control) == (False, None)
    topology = find_topology(state, OFFER)
    assert topology.battery is not None
    assert topology.control is not None
    assert topology.battery.managed
    assert topology.control.releasable
    telemetry = read_state(state, now=NOW, received_at=0.0, offer=OFFER)
    assert (telemetry.allowed_charge_power, telemetry.allowed_discharge_power) == (-3000, 2500)
    assert (telemetry.max_apparent_power, telemetry.capacity) == (3000, 8000)
    assert (telemetry.edge_state, telemetry.grid_mode) == (EdgeState.OK, GridMode.ON_GRID)
    assert telemetry.grid_power == 900


def test_without_a_grid_meter_nobody_says_that_the_house_is_on_the_grid() -> None:
    state, _ = accept(PushedState(), _sample({Quantity.GRID_POWER: None, Quantity.SOC: 5}), NOW)
    assert read_state(state, now=NOW, received_at=0.0, offer=OFFER).grid_mode is GridMode.UNDEFINED
    without_battery, _ = accept(PushedState(), _sample({Quantity.GRID_POWER: 5}), NOW)
    assert find_topology(without_battery, OFFER).control is None


def _command(source: CommandSource, target: Target, seconds: float | None) -> Command:
    grid = SlotGrid()
    return build_command(
        command_id="c",
        source=source,
        target=target,
        seconds=seconds,
        reason="",
        mode=Mode.MANUAL,
        moment=Moment(monotonic=0.0, utc=NOW, slot=grid.slot_at(NOW)),
        grid=grid,
        longest_lease_seconds=LONGEST_LEASE_SECONDS,
    )


def test_a_lease_lasts_fifteen_minutes_at_most() -> None:
    assert _command(CommandSource.MANUAL, BatteryPower(1), 900).ends_at == 900
    with pytest.raises(RequestRefused) as refused:
        _command(CommandSource.MANUAL, BatteryPower(1), 901)
    assert refused.value.reason.code is ReasonCode.LEASE_TOO_LONG
    assert refused.value.reason.params == {"seconds": 901, "longest_seconds": 900}
    assert _command(CommandSource.PLAN, BatteryPower(1), 5000).ends_at == 900
    later = SlotGrid().slot_at(NOW) + 2
    ends_at = _command(CommandSource.SUGGESTION, GridEnergy(1, later), None).ends_at
    assert ends_at == SlotGrid().end(later) - NOW, "a later slot's time begins with the slot"


class Scripts:
    """Home Assistant at the other end: acknowledges at once, as it is told to."""

    def __init__(self, edge: PushedEdge) -> None:
        self._edge = edge
        self.outcome = Outcome.DONE
        self.asked: list[str | int | None] = []

    def tell(self, client_id: str, message: Mapping[str, str | int | None]) -> bool:
        self.asked.append(message["power"])
        answer = self._edge.setpoints.acknowledge
        asyncio.get_running_loop().call_soon(answer, client_id, str(message["id"]), self.outcome)
        return True

    def follows(self, client_id: str) -> bool:
        return True


async def test_the_dispatcher_steers_and_says_when_a_script_fails() -> None:
    clock = HandClock(NOW)
    edge = PushedEdge(clock)
    scripts = Scripts(edge)
    edge.setpoints.connect(scripts)
    edge.setpoints.offer("client", OFFER)
    dispatcher = Dispatcher(
        Surroundings(
            actuator=edge.actuator,
            journal=RecordingJournal(Recorder()),
            clock=clock,
            grid=SlotGrid(),
            slot_start=lambda _: None,
            disk_has_room=lambda: True,
            longest_lease_seconds=LONGEST_LEASE_SECONDS,
        ),
        mode=Mode.MANUAL,
    )
    edge.push(_sample())
    events = edge.events()
    for kind in (Connected, Cycle):
        event = await anext(events)
        assert isinstance(event, kind)
        dispatcher.observe(event)
    dispatcher.command(CommandSource.MANUAL, BatteryPower(700), seconds=60)
    await dispatcher.step()
    assert dispatcher.state.status == Status.FOLLOWING
    assert scripts.asked == [700]
    scripts.outcome = Outcome.FAILED
    dispatcher.command(CommandSource.MANUAL, BatteryPower(800), seconds=60)
    clock.advance(2.0)
    await dispatcher.step()
    assert (dispatcher.state.status, dispatcher.state.reason.code) == (
        Status.NOT_FOLLOWING,
        ReasonCode.SCRIPT_FAILED,
    )
    scripts.outcome = Outcome.MISSING
    clock.advance(2.0)
    await dispatcher.step()
    assert dispatcher.state.reason.code == ReasonCode.SCRIPT_MISSING
    scripts.outcome = Outcome.DONE
    dispatcher.withdraw_all(CommandSource.MANUAL)
    await dispatcher.step()
    assert scripts.asked[-1] is None
    last = dispatcher.state
    assert (last.status, last.reason.code) == (Status.RELEASED, ReasonCode.NO_COMMAND)
    await edge.close()
