"""Edges on this machine, over real sockets."""

import pytest


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None) -> None:
    """Let the tests talk over real sockets on this machine."""
