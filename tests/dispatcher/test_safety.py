"""When the hands come off the battery."""

from dataclasses import replace

import pytest

from openems_bridge.dispatcher.commands import BatteryPower, CommandSource, Status
from openems_bridge.dispatcher.reasons import Reason, ReasonCode
from openems_bridge.dispatcher.recovery import FIRST_PAUSE_SECONDS
from openems_bridge.dispatcher.safety import Vital, reason_to_stop
from openems_bridge.edge.interface import BatteryKind, Topology
from openems_bridge.telemetry import EdgeState, GridMode, SourceClass
from tests.dispatcher.house import PATH, SILENT_PATH, Scene, telemetry, topology

FIRST_PAUSE = int(FIRST_PAUSE_SECONDS)
GOOD = Vital(
    now=100.0,
    topology=topology(),
    telemetry=telemetry(),
    fresh_at=99.0,
    lost_problem=None,
    disk_has_room=True,
)


def code(**changes: object) -> ReasonCode | None:
    reason = reason_to_stop(replace(GOOD, **changes))  # type: ignore[arg-type]
    if reason is not None:
        assert set(reason.params) == set(reason.code.params)
    return reason.code if reason is not None else None


def test_a_good_house_may_be_steered() -> None:
    assert code() is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"lost_problem": "silent"}, ReasonCode.EDGE_LOST),
        ({"topology": None}, ReasonCode.STARTING),
        ({"telemetry": None}, ReasonCode.STARTING),
        ({"telemetry": None, "fresh_at": 90.0}, ReasonCode.DATA_STALE),
        ({"fresh_at": 94.9}, ReasonCode.DATA_STALE),
        ({"fresh_at": 95.0}, None),
        ({"disk_has_room": False}, ReasonCode.DISK_FULL),
        ({"topology": Topology(source=SourceClass.OPENEMS, control=PATH)}, ReasonCode.BATTERY_MISSING),
        ({"topology": topology(managed=False)}, ReasonCode.BATTERY_UNMANAGED),
        ({"topology": topology(None)}, ReasonCode.CONTROL_PATH_MISSING),
        ({"topology": topology(replace(PATH, timeout_seconds=0))}, ReasonCode.API_TIMEOUT_ZERO),
        ({"topology": topology(replace(PATH, timeout_seconds=61))}, ReasonCode.API_TIMEOUT_TOO_LONG),
        ({"topology": topology(replace(PATH, timeout_seconds=1))}, None),
        ({"topology": topology(replace(SILENT_PATH, confirmed=False))}, ReasonCode.PATH_UNCONFIRMED),
        ({"topology": topology(SILENT_PATH)}, None),
        ({"telemetry": telemetry(edge_state=EdgeState.FAULT)}, ReasonCode.EDGE_FAULT),
        ({"telemetry": telemetry(edge_state=None)}, ReasonCode.EDGE_STATE_UNKNOWN),
        ({"telemetry": telemetry(edge_state=EdgeState.WARNING)}, None),
        ({"telemetry": telemetry(grid_mode=GridMode.OFF_GRID)}, ReasonCode.OFF_GRID),
        ({"telemetry": telemetry(grid_mode=GridMode.UNDEFINED)}, ReasonCode.GRID_MODE_UNKNOWN),
    ],
)
def test_each_reason_to_stop(changes: dict[str, object], expected: ReasonCode | None) -> None:
    assert code(**changes) is expected


def test_a_hybrid_whose_powers_are_unknown_cannot_be_converted_for() -> None:
    hybrid = topology(kind=BatteryKind.HYBRID)
    assert code(topology=hybrid, telemetry=telemetry(ess_power=None)) is ReasonCode.INVERTER_POWER_UNKNOWN
    assert code(telemetry=telemetry(ess_power=None)) is None


async def holding() -> Scene:
    scene = Scene()
    scene.connect()
    scene.dispatcher.command(CommandSource.PLAN, BatteryPower(900), seconds=3000)
    await scene.seconds(5)
    assert scene.recorder.value == 900
    return scene


async def test_stale_data_release_and_after_a_pause_fresh_data_hold_again() -> None:
    scene = await holding()
    await scene.silence(5)
    assert scene.recorder.value == 900
    await scene.silence(1)
    assert scene.recorder.value is None
    assert (scene.state.status, scene.state.setpoint) == (Status.BLOCKED, None)
    assert scene.state.reason == Reason(ReasonCode.DATA_STALE, {"longest_seconds": 5})
    await scene.seconds(FIRST_PAUSE)
    assert (scene.state.status, scene.state.setpoint) == (Status.BLOCKED, None)
    await scene.second()
    assert scene.recorder.value == 900


async def test_an_edge_that_repeats_an_old_cycle_is_stale() -> None:
    scene = await holding()
    scene.changes = {"measured_at": scene.clock.utc_now}
    await scene.seconds(8)
    assert scene.recorder.value is None
    assert scene.state.reason.code is ReasonCode.DATA_STALE


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"edge_state": EdgeState.FAULT}, ReasonCode.EDGE_FAULT),
        ({"grid_mode": GridMode.OFF_GRID}, ReasonCode.OFF_GRID),
    ],
)
async def test_a_fault_or_an_island_releases_at_once(change: dict[str, object], expected: ReasonCode) -> None:
    scene = await holding()
    scene.changes = change
    await scene.second()
    assert scene.recorder.value is None
    assert scene.recorder.open == {}
    assert scene.state.reason.code is expected


async def test_a_full_disk_releases_and_takes_no_new_lease() -> None:
    scene = await holding()
    scene.disk_has_room = False
    scene.recorder.journal_fails = OSError(28, "No space left on device")
    await scene.seconds(3)
    assert scene.recorder.value is None
    assert scene.state.status is Status.BLOCKED
    scene.recorder.journal_fails = None
    await scene.seconds(40)
    assert scene.recorder.open == {}
    assert scene.state.reason.code is ReasonCode.DISK_FULL
    scene.disk_has_room = True
    await scene.seconds(FIRST_PAUSE + 1)
    assert scene.recorder.value == 900


async def test_a_timeout_that_is_changed_to_never_releases() -> None:
    scene = await holding()
    scene.control = replace(PATH, timeout_seconds=0)
    scene.connect()
    await scene.second()
    assert scene.recorder.value is None
    assert scene.state.reason.code is ReasonCode.API_TIMEOUT_ZERO
