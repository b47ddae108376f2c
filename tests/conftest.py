"""What holds for all tests: nothing is judged by how fast the machine is, and nothing slows it down without need.

The integration is imported first: the test package of Home Assistant ships a ``custom_components`` of its own.
"""

import pytest
from hypothesis import HealthCheck, settings

import custom_components.dems  # noqa: F401

settings.register_profile("dems", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dems")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Replace Home Assistant's switch, but for the integration: asyncio's debugging takes most of a busy test's time."""
