"""What the state document shows, and which events are told, when something happens in the house."""

from dataclasses import replace

import pytest

from dems_node.json_types import Section, StateDocument
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import (
    BatteryPower,
    Command,
    CommandSource,
    DispatchState,
    GridEnergy,
    GridPower,
    Limits,
    Mode,
    SelfConsumption,
    Status,
    Target,
)
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.edge.interface import Component, Connected, Cycle, Lost
from openems_bridge.house_state import House, Identity, dispatch_section
from openems_bridge.house_watch import HouseWatch, dispatch_events
from openems_bridge.owner_settings import topology_document, topology_from
from openems_bridge.telemetry import Register, SourceClass
from tests.api.contract import check
from tests.api.house import OFF, TELEMETRY, TOPOLOGY, reading

FOLLOWING = DispatchState(
    mode=Mode.MANUAL,
    status=Status.FOLLOWING,
    reason=Reason(ReasonCode.FOLLOWING, {"source": "manual"}),
    command=Command(
        id="a", source=CommandSource.MANUAL, target=BatteryPower(500), ends_at=1.0, ends_at_utc=2.0
    ),
    requested_power=500,
    setpoint=500,
)


class Watched:
    """A watch, what it published last, and the events that it told."""

    def __init__(self, **house: object) -> None:
        self.state: StateDocument = {}
        self.told: list[tuple[str, Section]] = []
        identity = Identity(
            id="b7", name="x", version="0", fingerprint=b"f" * 32, source=SourceClass.OPENEMS, started_at=0.0
        )
        begin = House(dispatch=OFF, limits=Limits())
        owes_end = bool(house.pop("owes_end", False))
        self.watch = HouseWatch(
            identity,
            SlotGrid(),
            replace(begin, **house),  # type: ignore[arg-type]
            publish=self._publish,
            happened=lambda kind, data: self.told.append((kind, data)),
            owes_end=owes_end,
        )

    def _publish(self, state: StateDocument) -> None:
        check("State", state)
        self.state = state

    def section(self, name: str) -> Section:
        section = self.state[name]
        assert section is not None
        return section


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_lost_edge_is_told_once_and_its_values_are_unknown(watched: Watched) -> None:
    watched.watch.observe(Connected(topology=TOPOLOGY), {})
    watched.watch.observe(Cycle(telemetry=TELEMETRY), {Register.WITHDRAWAL: 7})
    assert watched.section("grid")["power"] == -1200
    assert watched.told == []
    watched.watch.observe(Lost(problem="silent", detail="x"), {})
    watched.watch.observe(Lost(problem="unreachable", detail="x"), {})
    assert watched.told == [("edge_lost", {"problem": "silent"})]
    assert watched.section("grid")["power"] is None
    assert watched.section("grid")["mode"] == "undefined"
    assert watched.section("grid")["energy_import"] == 7
    assert watched.section("bridge")["edge_problem"] == "unreachable"
    watched.watch.observe(Connected(topology=TOPOLOGY), {})
    watched.watch.observe(Connected(topology=TOPOLOGY), {})
    assert watched.told[1:] == [("edge_restored", {"problem": "unreachable"})]
    assert watched.section("bridge")["edge_problem"] is None


def test_a_first_connection_restores_nothing(watched: Watched) -> None:
    watched.watch.observe(Connected(topology=TOPOLOGY), {})
    assert watched.told == []


def test_the_house_stays_as_it_was_known_until_the_edge_answers() -> None:
    watched = Watched(topology=TOPOLOGY)
    watched.watch.observe(Lost(problem="unreachable", detail="x"), {})
    assert watched.section("battery")["steerable"] is True
    assert watched.section("battery")["soc"] is None


def test_several_plants_are_one_section(watched: Watched) -> None:
    plants = (*TOPOLOGY.plants, Component(id="charger0", alias="Garage"), Component(id="charger1", alias=""))
    watched.watch.observe(Connected(topology=replace(TOPOLOGY, plants=plants)), {})
    assert watched.section("solar")["name"] == "Roof, Garage, charger1"


def test_each_reading_is_told_and_the_last_is_shown(watched: Watched) -> None:
    watched.watch.closed([])
    watched.watch.closed([reading(8), reading(9)])
    assert [(kind, data["slot"]) for kind, data in watched.told] == [("slot_closed", 8), ("slot_closed", 9)]
    assert watched.section("reading")["slot"] == 9
    assert watched.section("reading")["start"] == 8100


def test_the_disk(watched: Watched) -> None:
    watched.watch.disk(has_room=True)
    assert watched.state == {}, "nothing new is not published"
    watched.watch.disk(has_room=False)
    assert watched.section("bridge")["disk"] == "full"


def test_limits(watched: Watched) -> None:
    watched.watch.limited(Limits(reserve_soc=33))
    assert watched.section("limits")["reserve_soc"] == 33


def test_dispatch_is_shown_and_told(watched: Watched) -> None:
    watched.watch.dispatched(FOLLOWING)
    watched.watch.dispatched(OFF)
    assert [kind for kind, _ in watched.told] == ["dispatch_started", "dispatch_ended"]
    assert watched.told[0][1]["target"] == {"type": "battery_power", "power_w": 500}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (OFF, OFF, []),
        (OFF, FOLLOWING, ["dispatch_started"]),
        (FOLLOWING, replace(FOLLOWING, setpoint=400, status=Status.LIMITED), []),
        (FOLLOWING, replace(FOLLOWING, status=Status.OVERRIDDEN), ["dispatch_overridden"]),
        (
            replace(FOLLOWING, status=Status.OVERRIDDEN),
            replace(FOLLOWING, status=Status.OVERRIDDEN, setpoint=1),
            [],
        ),
        (FOLLOWING, OFF, ["dispatch_ended"]),
        (FOLLOWING, replace(FOLLOWING, command=None), []),
        (replace(FOLLOWING, command=None), OFF, ["dispatch_ended"]),
        (replace(FOLLOWING, command=None), FOLLOWING, ["dispatch_started"]),
    ],
)
def test_dispatch_events(before: DispatchState, after: DispatchState, expected: list[str]) -> None:
    assert dispatch_events(before, after) == expected


def test_another_command_begins_anew() -> None:
    assert FOLLOWING.command is not None
    other = replace(FOLLOWING, command=replace(FOLLOWING.command, id="b"))
    assert dispatch_events(FOLLOWING, other) == ["dispatch_started"]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (GridPower(-5), {"type": "grid_power", "power_w": -5}),
        (GridEnergy(-500, 9), {"type": "grid_energy", "energy_wh": -500, "slot": 9}),
        (SelfConsumption(), {"type": "self_consumption"}),
    ],
)
def test_targets(target: Target, expected: Section) -> None:
    assert FOLLOWING.command is not None
    section = dispatch_section(replace(FOLLOWING, command=replace(FOLLOWING.command, target=target)))
    check("Dispatch", section)
    assert section["target"] == expected


def test_a_topology_survives_the_store() -> None:
    assert topology_from(topology_document(TOPOLOGY)) == TOPOLOGY
    bare = replace(TOPOLOGY, battery=None, grid_meter=None, plants=(), control=None, notes=("a", "b"))
    assert topology_from(topology_document(bare)) == bare


def test_counters_are_shown_where_cycles_are_rare(watched: Watched) -> None:
    watched.watch.observe(Connected(topology=TOPOLOGY), {})
    watched.watch.observe(Cycle(telemetry=replace(TELEMETRY, received_at=100.0)), {})
    watched.watch.counted({Register.WITHDRAWAL: 8}, 101.0)
    assert watched.section("grid")["energy_import"] is None, "the next cycle brings it"
    watched.watch.counted({Register.WITHDRAWAL: 8}, 106.0)
    assert watched.section("grid")["energy_import"] == 8


@pytest.mark.parametrize(
    "code", [ReasonCode.STARTING, ReasonCode.RELEASE_FAILED, ReasonCode.RELEASING_BY_SILENCE]
)
def test_the_end_that_a_crash_kept_back_is_told_once_the_battery_is_free(code: ReasonCode) -> None:
    watched = Watched(owes_end=True)
    watched.watch.dispatched(replace(OFF, status=Status.BLOCKED, reason=Reason(code)))
    assert watched.told == []
    watched.watch.dispatched(OFF)
    watched.watch.dispatched(replace(OFF, status=Status.RELEASED))
    assert [kind for kind, _ in watched.told] == ["dispatch_ended"]


def test_the_end_that_a_crash_kept_back_comes_before_the_next_begin() -> None:
    watched = Watched(owes_end=True)
    watched.watch.dispatched(FOLLOWING)
    assert [kind for kind, _ in watched.told] == ["dispatch_ended", "dispatch_started"]
