"""What the demo tells its houses of the day that it plays."""

import pytest

from demo.weather import HOURS_AHEAD, PERIOD_SECONDS, solar_forecast
from openems_bridge.edge.simulation.profile import HouseProfile

NOW = 1_790_000_030.0
DAY = HouseProfile(name="x", step_seconds=3600, load_w=(0,) * 24, pv_w=(*(0,) * 12, *(6000,) * 12))
"""Sun from noon to midnight."""


def test_a_played_day_shines_when_it_is_played() -> None:
    found = solar_forecast(DAY, NOW, "11:00", 60, NOW)
    assert len(found) == HOURS_AHEAD * 3600 // PERIOD_SECONDS
    assert all(one["to"] - one["from"] == PERIOD_SECONDS for one in found)
    assert found[0]["from"] >= NOW
    energies = [one["energy"] for one in found]
    # An hour of the day is played in a minute: from the second period on the sun shines for half a day, twelve minutes.
    assert energies[1:12] == [100] * 11
    assert energies[13:24] == [0] * 11
    assert energies[24:48] == energies[:24]


@pytest.mark.parametrize("speed", [1, 60])
def test_a_forecast_made_later_says_the_same(speed: float) -> None:
    early = solar_forecast(DAY, NOW, "11:00", speed, NOW)
    late = solar_forecast(DAY, NOW, "11:00", speed, NOW + 600)
    assert late[:60] == early[10:70]
