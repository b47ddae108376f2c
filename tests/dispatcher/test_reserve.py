"""A command's own reserve: a plan that holds energy back is obeyed by the loop at the meter, not left to the Edge."""

from dataclasses import replace

import pytest

from openems_bridge.dispatcher.commands import CommandSource, GridEnergy, Mode, SelfConsumption, Status
from openems_bridge.dispatcher.reasons import ReasonCode, RequestRefused
from tests.dispatcher.house import GENEROUS, PATH, SLOT, Scene


async def _connected(**how: object) -> Scene:
    scene = Scene(**how)  # type: ignore[arg-type]
    scene.connect()
    await scene.second()
    return scene


async def test_a_reserve_of_the_plan_stops_the_discharge() -> None:
    scene = await _connected()
    scene.dispatcher.command(CommandSource.PLAN, SelfConsumption(), seconds=600, reserve_soc=60)
    await scene.seconds(5)
    assert (scene.state.status, scene.state.setpoint) == (Status.LIMITED, 0)
    assert scene.state.reason.code is ReasonCode.RESERVE_SOC
    assert scene.state.reason.params["reserve_soc"] == 60


async def test_what_is_above_the_reserve_serves_the_house() -> None:
    scene = await _connected()
    scene.dispatcher.command(CommandSource.PLAN, SelfConsumption(), seconds=600, reserve_soc=40)
    await scene.seconds(5)
    assert scene.state.setpoint is not None
    assert scene.state.setpoint > 0


async def test_the_edges_own_controller_knows_no_reserve_of_a_plan() -> None:
    scene = await _connected(control=replace(PATH, balancing="ctrlBalancing0"))
    scene.dispatcher.command(CommandSource.PLAN, SelfConsumption(), seconds=600)
    await scene.seconds(3)
    assert scene.state.reason.code is ReasonCode.SELF_CONSUMPTION_BY_EDGE
    scene.dispatcher.command(CommandSource.PLAN, SelfConsumption(), seconds=600, reserve_soc=90)
    await scene.seconds(5)
    assert scene.state.setpoint == 0, "held at the meter instead"


async def test_the_owners_reserve_holds_besides() -> None:
    scene = await _connected(limits=replace(GENEROUS, reserve_soc=70), mode=Mode.AUTOMATIC)
    scene.dispatcher.command(CommandSource.SUGGESTION, GridEnergy(-500, SLOT), reserve_soc=20)
    await scene.seconds(5)
    assert scene.state.setpoint == 0
    assert scene.state.reason.params["reserve_soc"] == 70


@pytest.mark.parametrize("reserve", [-1, 101])
async def test_a_reserve_is_a_share_of_the_battery(reserve: int) -> None:
    scene = await _connected()
    with pytest.raises(RequestRefused) as refused:
        scene.dispatcher.command(CommandSource.PLAN, SelfConsumption(), seconds=60, reserve_soc=reserve)
    assert refused.value.reason.code is ReasonCode.LIMIT_INVALID
