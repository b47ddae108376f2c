"""The running slot's market stands between accepted suggestion and plan, and never undercuts what was promised."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openems_bridge.dispatcher.commands import (
    Command,
    CommandSource,
    GridEnergy,
    GridPower,
    Mode,
    SelfConsumption,
    Target,
)
from openems_bridge.dispatcher.precedence import Moment, in_force

NOW = Moment(monotonic=100.0, utc=9000.0, slot=10)
ENERGY = st.integers(-5000, 5000)


def _command(source: CommandSource, target: Target, ends_at: float = 200.0) -> Command:
    return Command(id=source.value, source=source, target=target, ends_at=ends_at, ends_at_utc=9100.0)


PLAN = _command(CommandSource.PLAN, SelfConsumption())


@settings(max_examples=60)
@given(promised=ENERGY, live=ENERGY)
def test_a_suggestion_is_never_undercut(promised: int, live: int) -> None:
    commands = (
        PLAN,
        _command(CommandSource.SUGGESTION, GridEnergy(promised, 10)),
        _command(CommandSource.LIVE, GridEnergy(live, 10)),
    )
    found = in_force(commands, Mode.AUTOMATIC, NOW)
    assert found is not None
    assert isinstance(found.target, GridEnergy)
    if promised >= 0:
        assert found.target.energy_wh >= promised
    if promised <= 0:
        assert found.target.energy_wh <= promised
    further = promised * live > 0 and abs(live) > abs(promised)
    assert found.source is (CommandSource.LIVE if further else CommandSource.SUGGESTION)


@pytest.mark.parametrize("live", [SelfConsumption(), GridPower(-9000), GridEnergy(-9000, 9)])
def test_only_more_of_the_same_slot_goes_before_a_suggestion(live: Target) -> None:
    suggested = _command(CommandSource.SUGGESTION, GridEnergy(-500, 10))
    assert in_force((suggested, _command(CommandSource.LIVE, live)), Mode.AUTOMATIC, NOW) == suggested


def test_the_running_slots_market_goes_before_the_plan_until_it_ends() -> None:
    live = _command(CommandSource.LIVE, GridEnergy(-300, 10))
    assert in_force((live, PLAN), Mode.AUTOMATIC, NOW) == live
    assert in_force((replace(live, ends_at=100.0), PLAN), Mode.AUTOMATIC, NOW) == PLAN
    manual = _command(CommandSource.MANUAL, SelfConsumption())
    assert in_force((live, manual, PLAN), Mode.AUTOMATIC, NOW) == manual
    assert in_force((live, PLAN), Mode.MANUAL, NOW) is None
