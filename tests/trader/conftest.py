import pytest

from tests.trader.exchange import Clock, Exchange


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Replace Home Assistant's check for left-over threads: databases have some of their own."""


@pytest.fixture
def exchange() -> Exchange:
    return Exchange(Clock())
