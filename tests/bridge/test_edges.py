"""From the configuration to the adapter, and the door to the battery as it comes and goes."""

import subprocess
import sys
from pathlib import Path

import pytest

from dems_node.clock import SystemClock
from dems_node.configuration.values import ConfigurationError
from openems_bridge.configuration.loading import parse_configuration
from openems_bridge.edge.interface import BatteryActuator, EdgeUnreachable
from openems_bridge.edges import SIMULATED_STATE_FILE, CurrentActuator, build_edge
from openems_bridge.telemetry import SourceClass
from tests.bridge.test_app import ScriptedEdge

KINDS = {
    "{type: openems, host: h, username: u, password: p}": ("OpenEmsEdge", SourceClass.OPENEMS),
    "{type: modbus, host: h}": ("ModbusEdge", SourceClass.OPENEMS),
    "{type: pushed}": ("PushedEdge", SourceClass.HOME_ASSISTANT),
    "{type: simulation}": ("SimulatedEdge", SourceClass.SIMULATION),
}


def _text(edge: str) -> str:
    return f"household: x\ndata_dir: data\nedge: {edge}\n"


@pytest.mark.parametrize("edge", KINDS)
async def test_each_kind_is_built(edge: str, tmp_path: Path) -> None:
    built = build_edge(parse_configuration(_text(edge), base=tmp_path).edge, tmp_path, SystemClock())
    assert (type(built).__name__, built.source) == KINDS[edge]
    await built.close()


async def test_a_simulated_house_goes_on_after_a_restart(tmp_path: Path) -> None:
    built = build_edge(
        parse_configuration(_text("{type: simulation}"), base=tmp_path).edge, tmp_path, SystemClock()
    )
    events = built.events()
    await anext(events)
    await built.close()
    assert (tmp_path / SIMULATED_STATE_FILE).exists()


def test_a_profile_that_is_none_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text("nonsense")
    text = _text(f"{{type: simulation, profile: {tmp_path}/profile.json}}")
    with pytest.raises(ConfigurationError, match="edge"):
        build_edge(parse_configuration(text, base=tmp_path).edge, tmp_path, SystemClock())


@pytest.mark.parametrize("unwanted", ["web3", "eth_account", "pymodbus", "zeroconf", "keyring"])
def test_the_daemon_imports_no_library_that_it_does_not_use(unwanted: str) -> None:
    code = (
        "import sys; import openems_bridge.cli.run; from openems_bridge.edge.openems import OpenEmsEdge;"
        f"sys.exit({unwanted!r} in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, timeout=60, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0


class _Door:
    def __init__(self) -> None:
        self.done: list[int | None] = []

    async def write(self, ac_power_w: int) -> None:
        self.done.append(ac_power_w)

    async def release(self, battery: str | None = None) -> None:
        self.done.append(None)


async def test_the_door_to_the_battery_is_the_edges_present_one() -> None:
    class Changing(ScriptedEdge):
        actuator: BatteryActuator | None = None  # type: ignore[assignment]

    edge = Changing([])
    actuator = CurrentActuator(edge)
    with pytest.raises(EdgeUnreachable):
        await actuator.write(1)
    door = _Door()
    edge.actuator = door
    await actuator.write(5)
    await actuator.release()
    assert door.done == [5, None]
