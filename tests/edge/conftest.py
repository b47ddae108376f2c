"""Edges on this machine, over real sockets."""

import pytest


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None) -> None:
    """Let the tests talk over real sockets on this machine."""


@pytest.fixture
def expected_lingering_timers() -> bool:
    """aiohttp leaves the timer of a WebSocket's heartbeat behind; it finds the socket closed and does nothing."""
    return True
