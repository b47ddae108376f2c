import pytest

from dems_protocol.commitments import Pedersen
from dems_protocol.readings import OpenedReading, SlotEnergy
from tests.protocol.samples import Meter, make_meter, read_meter


@pytest.fixture(scope="session")
def pedersen() -> Pedersen:
    return Pedersen()


@pytest.fixture(scope="session")
def meters() -> list[Meter]:
    """Five meters of four households; the last two belong to one, and one has no plant."""
    return [make_meter(i, household=min(i, 3), plant=0 if i == 1 else 8000) for i in range(5)]


@pytest.fixture(scope="session")
def readings(pedersen: Pedersen, meters: list[Meter]) -> list[OpenedReading]:
    return [
        read_meter(
            pedersen, meter, SlotEnergy(withdrawal_rest=100 * i + 7, feed_in_rest=50 * i, generation=80 * i)
        )
        for i, meter in enumerate(meters)
    ]
