"""How `openems-bridge run` ends when a part of the bridge fails."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dems_node.database.errors import DiskFull
from openems_bridge.app import BridgeStopped, Serving
from openems_bridge.cli import run as command
from openems_bridge.configuration.loading import parse_configuration
from openems_bridge.configuration.model import BridgeConfiguration

TEXT = "household: x\ndata_dir: data\nedge: {type: pushed}\n"


def _run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outcome: Callable[[], None]) -> int:
    async def run_bridge(
        configuration: BridgeConfiguration, stop: asyncio.Event, *, on_serving: Callable[[Serving], Any]
    ) -> None:
        on_serving(Serving(8484, b"f" * 32))
        outcome()

    monkeypatch.setattr(command, "run_bridge", run_bridge)
    monkeypatch.setattr(command, "configure_log", lambda level: None)
    return command.run(parse_configuration(TEXT, base=tmp_path))


def test_a_clean_end_is_status_0(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert _run(monkeypatch, tmp_path, lambda: None) == 0


def test_an_explained_end_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ExceptionGroup(
            "tasks", [DiskFull("No room left."), ExceptionGroup("x", [BridgeStopped("A part ended.")])]
        )

    assert _run(monkeypatch, tmp_path, fail) == 1
    assert capsys.readouterr().err == (
        "The bridge cannot run: No room left.\nThe bridge cannot run: A part ended.\n"
    )


def test_an_unexpected_end_is_logged_with_its_trace(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise ExceptionGroup("tasks", [KeyError("slot")])

    assert _run(monkeypatch, tmp_path, fail) == 1
    assert "unexpected error: KeyError('slot')" in capsys.readouterr().err
    assert any(record.exc_info for record in caplog.records)
