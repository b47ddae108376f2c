"""Real sockets on this machine."""

import socket

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests talk over real sockets, the Unix socket for the command line included."""
    monkeypatch.setattr(socket.socket, "connect", pytest_socket._true_connect)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """aiohttp leaves the timer of a WebSocket's heartbeat behind when the server closes first; it does nothing."""
    return True
