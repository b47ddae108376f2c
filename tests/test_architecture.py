"""The house's walls: which package may import which (DESIGN.md, The house)."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = (
    "dems_protocol",
    "dems_node",
    "openems_bridge",
    "community",
    "custom_components",
    "demo",
    "benchmarks",
    "tests",
)
HEAVY = ("web3", "eth_account", "eth_abi", "keyring", "pymodbus", "highspy", "scipy", "numpy", "cryptography")

ALLOWED: dict[str, tuple[str, ...]] = {
    "dems_protocol": ("dems_protocol",),
    "dems_node": ("dems_node", "dems_protocol"),
    "community": ("community", "dems_node", "dems_protocol"),
    "openems_bridge": ("openems_bridge", "dems_node", "dems_protocol"),
    "openems_bridge/edge": (
        "openems_bridge.edge",
        "openems_bridge.telemetry",
        "dems_node.backoff",
        "dems_node.clock",
        "dems_node.outage",
        "dems_node.secret",
    ),
    "openems_bridge/fake_edge": (
        "openems_bridge.fake_edge",
        "openems_bridge.edge.simulation",
        "openems_bridge.telemetry",
        "dems_node.clock",
    ),
    "openems_bridge/dispatcher": (
        "openems_bridge.dispatcher",
        "openems_bridge.edge.interface",
        "openems_bridge.telemetry",
        "dems_node.clock",
        "dems_protocol.slots",
    ),
    "openems_bridge/forecast": (
        "openems_bridge.forecast",
        "openems_bridge.child_process",
        "dems_node.json_types",
        "dems_node.outage",
        "dems_protocol.slots",
    ),
    "openems_bridge/foresight": (
        "openems_bridge.foresight",
        "openems_bridge.forecast.answer",
        "openems_bridge.forecast.job",
        "openems_bridge.forecast.runner",
        "openems_bridge.planner",
        "openems_bridge.dispatcher.commands",
        "openems_bridge.dispatcher.door",
        "openems_bridge.dispatcher.reasons",
        "openems_bridge.edge.interface",
        "openems_bridge.metering.recorder",
        "openems_bridge.refusal",
        "openems_bridge.store",
        "openems_bridge.telemetry",
        "dems_node",
        "dems_protocol.slots",
    ),
    "openems_bridge/trader": (
        "openems_bridge.trader",
        "openems_bridge.foresight",
        "openems_bridge.ledger",
        "openems_bridge.keys",
        "openems_bridge.dispatcher.commands",
        "openems_bridge.dispatcher.door",
        "openems_bridge.dispatcher.house_net",
        "openems_bridge.dispatcher.precedence",
        "openems_bridge.dispatcher.reasons",
        "openems_bridge.dispatcher.slot_progress",
        "openems_bridge.forecast.answer",
        "openems_bridge.planner",
        "openems_bridge.refusal",
        "openems_bridge.store",
        "openems_bridge.telemetry",
        "dems_node",
        "dems_protocol",
    ),
    "openems_bridge/planner": (
        "openems_bridge.planner",
        "openems_bridge.child_process",
        "dems_node.json_types",
        "dems_node.outage",
        "dems_protocol.slots",
    ),
    "openems_bridge/metering": (
        "openems_bridge.metering",
        "openems_bridge.store",
        "dems_node.database",
        "openems_bridge.edge.interface",
        "openems_bridge.telemetry",
        "dems_node.clock",
        "dems_protocol.slots",
    ),
    "custom_components": ("custom_components",),
}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("folder", ALLOWED)
def test_imports_point_one_way(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files, f"{folder} holds no module"
    for path in files:
        for name in _imports(path):
            if name.split(".")[0] in OURS:
                assert any(name == room or name.startswith(f"{room}.") for room in ALLOWED[folder]), (
                    f"{path.relative_to(ROOT)} may not import {name}"
                )


def test_home_assistant_imports_nothing_heavy() -> None:
    for path in sorted((ROOT / "custom_components").rglob("*.py")):
        for name in _imports(path):
            assert name.split(".")[0] not in HEAVY, f"{path.relative_to(ROOT)} imports {name}"


def test_the_daemon_imports_nothing_of_its_short_lived_processes() -> None:
    """Forecast and plan are made in processes of their own, so that the daemon stays below 180 MB."""
    code = "import sys, openems_bridge.app, openems_bridge.trader.building; print(*{'numpy', 'highspy'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.split() == []


@pytest.mark.parametrize("folder", ["dems_protocol", "dems_node", "openems_bridge"])
def test_a_household_needs_no_web3(folder: str) -> None:
    """Its providers spin the loop and log the node's URL (docs/architecture.md); it is for deploying."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for name in _imports(path):
            assert name.split(".")[0] != "web3", f"{path.relative_to(ROOT)} imports {name}"
