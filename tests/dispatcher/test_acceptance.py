"""What is taken from people and programs, and what is refused with a reason and no effect."""

import math

import pytest

from openems_bridge.dispatcher.commands import (
    MANUAL_LONGEST_SECONDS,
    BatteryPower,
    Command,
    CommandSource,
    GridEnergy,
    GridPower,
    Limits,
    Mode,
    Target,
)
from openems_bridge.dispatcher.precedence import Moment, accepted, in_force
from openems_bridge.dispatcher.reasons import ReasonCode, RequestRefused
from tests.dispatcher.house import SLOT, START, Scene

MANUAL, PLAN = CommandSource.MANUAL, CommandSource.PLAN


@pytest.mark.parametrize(
    ("source", "target", "seconds", "code"),
    [
        (MANUAL, BatteryPower(0), MANUAL_LONGEST_SECONDS + 1, ReasonCode.DURATION_TOO_LONG),
        (MANUAL, GridEnergy(0, SLOT + 100), None, ReasonCode.DURATION_TOO_LONG),
        (MANUAL, BatteryPower(0), 0, ReasonCode.DURATION_INVALID),
        (MANUAL, BatteryPower(0), -5, ReasonCode.DURATION_INVALID),
        (MANUAL, BatteryPower(0), math.nan, ReasonCode.DURATION_INVALID),
        (PLAN, BatteryPower(0), math.inf, ReasonCode.DURATION_INVALID),
        (PLAN, GridPower(0), None, ReasonCode.DURATION_MISSING),
        (PLAN, GridEnergy(0, SLOT - 1), None, ReasonCode.SLOT_PAST),
        (MANUAL, BatteryPower(math.nan), 60, ReasonCode.POWER_INVALID),  # type: ignore[arg-type]
        (MANUAL, BatteryPower(math.inf), 60, ReasonCode.POWER_INVALID),  # type: ignore[arg-type]
        (MANUAL, BatteryPower(1.5), 60, ReasonCode.POWER_INVALID),  # type: ignore[arg-type]
        (MANUAL, GridPower(True), 60, ReasonCode.POWER_INVALID),
        (MANUAL, GridPower(10**9), 60, ReasonCode.POWER_INVALID),
    ],
)
async def test_a_refused_command_changes_nothing(
    source: CommandSource, target: Target, seconds: float | None, code: ReasonCode
) -> None:
    scene = Scene()
    scene.connect()
    kept = scene.dispatcher.command(MANUAL, BatteryPower(700))
    with pytest.raises(RequestRefused) as refused:
        scene.dispatcher.command(source, target, seconds=seconds)
    assert refused.value.reason.code is code
    assert set(refused.value.reason.params) == set(code.params)
    assert str(code) in str(refused.value)
    await scene.second()
    assert scene.dispatcher.commands == (kept,)
    assert scene.recorder.value == 700


@pytest.mark.parametrize(
    "limits",
    [
        Limits(reserve_soc=101),
        Limits(reserve_soc=-1),
        Limits(max_charge_power=-1),
        Limits(max_discharge_power=2.5),  # type: ignore[arg-type]
        Limits(max_feed_in=math.nan),  # type: ignore[arg-type]
        Limits(max_grid_draw=10**7),
        Limits(grid_charging=1),  # type: ignore[arg-type]
    ],
)
def test_refused_limits_change_nothing(limits: Limits) -> None:
    scene = Scene()
    before = scene.dispatcher.limits
    with pytest.raises(RequestRefused) as refused:
        scene.dispatcher.set_limits(limits)
    assert refused.value.reason.code is ReasonCode.LIMIT_INVALID
    assert set(refused.value.reason.params) == set(ReasonCode.LIMIT_INVALID.params)
    assert scene.dispatcher.limits is before


def test_the_defaults_of_a_manual_command_and_the_end_of_an_energy() -> None:
    scene = Scene()
    scene.clock.pass_time(100)
    manual = scene.dispatcher.command(MANUAL, BatteryPower(0))
    assert (manual.ends_at, manual.ends_at_utc) == (1100.0 + 900, START + 100.0 + 900)
    longest = scene.dispatcher.command(MANUAL, BatteryPower(0), seconds=MANUAL_LONGEST_SECONDS)
    assert longest.ends_at == 1100.0 + 4 * 3600
    energy = scene.dispatcher.command(PLAN, GridEnergy(5, SLOT), seconds=5000)
    assert energy.ends_at_utc == START + 900
    assert energy.ends_at == 1000.0 + 900


def make(command_id: str, source: CommandSource, target: Target, ends_at: float = 100.0) -> Command:
    return Command(id=command_id, source=source, target=target, ends_at=ends_at, ends_at_utc=0.0)


NOW = Moment(monotonic=10.0, utc=float(START), slot=SLOT)


def test_a_new_command_takes_the_place_of_its_predecessor_only() -> None:
    plan_now, plan_next = make("p0", PLAN, GridEnergy(1, SLOT)), make("p1", PLAN, GridEnergy(2, SLOT + 1))
    manual = make("m", MANUAL, BatteryPower(1))
    commands = accepted(accepted(accepted((), plan_now), plan_next), manual)
    assert commands == (plan_now, plan_next, manual)
    corrected = make("p2", PLAN, GridEnergy(3, SLOT + 1))
    assert accepted(commands, corrected) == (plan_now, manual, corrected)
    other_manual = make("m2", MANUAL, GridEnergy(9, SLOT))
    assert accepted(commands, other_manual) == (plan_now, plan_next, other_manual)
    renamed = make("p0", CommandSource.SUGGESTION, BatteryPower(5))
    assert accepted(commands, renamed) == (plan_next, manual, renamed)


def test_a_command_ends_with_its_lease_and_with_its_slot() -> None:
    ended = make("a", PLAN, BatteryPower(1), ends_at=10.0)
    past = make("b", PLAN, GridEnergy(1, SLOT - 1))
    later = make("c", PLAN, GridEnergy(1, SLOT + 1))
    assert in_force((ended, past, later), Mode.AUTOMATIC, NOW) is None
    alive = make("d", PLAN, BatteryPower(1), ends_at=10.1)
    assert in_force((alive, ended, past, later), Mode.AUTOMATIC, NOW) is alive


def test_each_mode_obeys_its_own() -> None:
    commands = (
        make("p", PLAN, BatteryPower(1)),
        make("m", MANUAL, BatteryPower(2)),
        make("s", CommandSource.SUGGESTION, BatteryPower(3)),
    )
    assert in_force(commands, Mode.OFF, NOW) is None
    assert in_force(commands[::2], Mode.MANUAL, NOW) is None
    assert in_force(commands, Mode.MANUAL, NOW) is commands[1]
    assert in_force(commands, Mode.AUTOMATIC, NOW) is commands[1]
    assert in_force(commands[::2], Mode.AUTOMATIC, NOW) is commands[2]
