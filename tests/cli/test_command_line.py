"""The command line as a program: exit statuses, messages, a daemon that is paired and stopped."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None) -> None:
    """Let the tests talk over real sockets."""


def _run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openems_bridge", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def _write_configuration(folder: Path, port: int = 0, **edge: object) -> None:
    document = {
        "household": "Musterhaus",
        "data_dir": "data",
        "edge": edge or {"type": "simulation"},
        "api": {"host": "127.0.0.1", "port": port, "zeroconf": False},
    }
    (folder / "bridge.yaml").write_text(json.dumps(document))


def test_init_writes_once_and_only_for_the_owner(tmp_path: Path) -> None:
    first = _run("init", cwd=tmp_path)
    assert first.returncode == 0
    assert "openems-bridge check" in first.stdout
    file = tmp_path / "bridge.yaml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("mine")
    second = _run("init", cwd=tmp_path)
    assert second.returncode == 1
    assert "exists already" in second.stderr
    assert file.read_text() == "mine"
    assert _run("init", "--output", "no/such/folder", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize("command", ["run", "check", "pair"])
def test_a_wrong_configuration_is_status_2(tmp_path: Path, command: str) -> None:
    assert _run(command, cwd=tmp_path).returncode == 2
    _write_configuration(tmp_path, type="openems", host="x", username="u", password="p", rest_prt=1)
    wrong = _run(command, cwd=tmp_path)
    assert wrong.returncode == 2
    assert "edge.rest_prt: unknown key (did you mean 'rest_port'?)" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert not (tmp_path / "data").exists()


def test_wrong_arguments_are_status_2(tmp_path: Path) -> None:
    for arguments in ([], ["nonsense"], ["run", "--nonsense"], ["pair", "--list", "--revoke", "x"]):
        wrong = _run(*arguments, cwd=tmp_path)
        assert wrong.returncode == 2
        assert "usage:" in wrong.stderr


def test_check_says_what_works(tmp_path: Path) -> None:
    _write_configuration(tmp_path)
    done = _run("check", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ok       data_dir" in done.stdout
    assert "simulated household family" in done.stdout


def test_check_fails_where_nothing_answers_and_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as gone:
        dead = gone.getsockname()[1]
        gone.close()
        _write_configuration(
            tmp_path,
            taken.getsockname()[1],
            type="openems",
            host="127.0.0.1",
            username="owner",
            password="hidden-password",
            websocket_port=dead,
            rest_port=dead,
        )
        failed = _run("check", cwd=tmp_path)
    assert failed.returncode == 1
    assert "ERROR    api: cannot listen" in failed.stdout
    assert "ERROR    websocket" in failed.stdout
    assert "hidden-password" not in failed.stdout + failed.stderr


def test_pair_without_a_daemon_says_so(tmp_path: Path) -> None:
    _write_configuration(tmp_path)
    for arguments in (["pair"], ["pair", "--list"], ["pair", "--revoke", "x"]):
        failed = _run(*arguments, cwd=tmp_path)
        assert failed.returncode == 1
        assert "The bridge does not run" in failed.stderr
        assert "Traceback" not in failed.stderr


def test_run_fails_loudly_where_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        _write_configuration(tmp_path, taken.getsockname()[1])
        failed = _run("run", cwd=tmp_path)
    assert failed.returncode == 1
    assert "The bridge cannot run: Cannot listen on 127.0.0.1" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_run_fails_loudly_where_the_database_is_no_database(tmp_path: Path) -> None:
    _write_configuration(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bridge.sqlite3").write_bytes(b"this is no database at all" * 100)
    failed = _run("run", cwd=tmp_path)
    assert failed.returncode == 1
    assert "is damaged" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_fake_edge_has_options_of_its_own(tmp_path: Path) -> None:
    helped = _run("fake-edge", "--help", cwd=tmp_path)
    assert helped.returncode == 0
    assert "--ws-port" in helped.stdout


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    _write_configuration(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-m", "openems_bridge", "run"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Serving Home Assistant" in line:
                break
        try:
            yield process
        finally:
            process.kill()


def test_a_daemon_is_paired_listed_and_stopped(daemon: subprocess.Popen[str], tmp_path: Path) -> None:
    shown = _run("pair", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "Pairing code for Musterhaus" in shown.stdout
    opened = json.loads(_run("pair", "--json", cwd=tmp_path).stdout)
    assert len(opened["code"]) == 14
    assert opened["port"] > 0
    assert "No client is paired" in _run("pair", "--list", cwd=tmp_path).stdout
    unknown = _run("pair", "--revoke", "../x", cwd=tmp_path)
    assert unknown.returncode == 1
    assert "No client has the id '../x'" in unknown.stderr
    assert stat.S_IMODE((tmp_path / "data" / "control.sock").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700

    second = _run("run", cwd=tmp_path)
    assert second.returncode == 1
    assert "in use by another bridge" in second.stderr
    checked = _run("check", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "in use by the bridge that runs now" in checked.stdout

    began = time.monotonic()
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(30) == 0
    assert time.monotonic() - began < 20
    assert not (tmp_path / "data" / "control.sock").exists()
