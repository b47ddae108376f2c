"""The forecast of a household's load."""

from openems_bridge.forecast.analog_days import Carry, Likeness, Rules, analog_samples
from openems_bridge.forecast.distribution import Forecast
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.series import Integers, Series
from openems_bridge.forecast.standard_profile import standard_samples

RULES = Rules(
    days=90,
    fading_days=20,
    likenesses=(
        Likeness(minutes=24 * 60, bandwidth=1.0),
        Likeness(minutes=6 * 60, bandwidth=1.0),
        Likeness(minutes=60, bandwidth=1.5),
    ),
    carry=Carry(minutes=24 * 60, exponent=0.3, half_life_minutes=36 * 60),
    floor=0.04,
    same_kind=0.5,
    other_kind=0.05,
)
"""Habits last for weeks and differ more between workday and Sunday than between Tuesday and Wednesday."""
_STANDARD_WEIGHT = 0.1


def forecast_load(
    past: Series, calendar: Calendar, slots: Integers, *, annual_wh: int | None = None
) -> Forecast:
    """Return the load of ``slots``, consecutive, from readings that end where the forecast is issued.

    ``annual_wh`` is what the owner says the household uses in a year; it counts only while there are few readings.
    A standard household stands in for what the readings cannot say, and its weight vanishes with them.
    """
    weight = _STANDARD_WEIGHT / (1 + past.known_days) ** 2
    usual = standard_samples(past, calendar, slots, annual_wh, weight)
    return analog_samples(past, calendar, slots, RULES).joined(usual).forecast()
