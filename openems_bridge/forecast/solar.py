"""The forecast of a household's solar generation from its own readings."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from openems_bridge.forecast.analog_days import Carry, Likeness, Rules, analog_samples
from openems_bridge.forecast.distribution import LEVELS, Forecast, Samples
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.series import Floats, Integers, Series
from openems_bridge.forecast.sun import Location, assumed_location, clear_sky_share, is_night

RULES = Rules(
    days=60,
    fading_days=15,
    likenesses=(
        Likeness(minutes=12 * 60, bandwidth=1.0),
        Likeness(minutes=6 * 60, bandwidth=1.0),
        Likeness(minutes=30, bandwidth=0.5),
    ),
    carry=Carry(minutes=30, exponent=0.7, half_life_minutes=120),
    floor=0.5,
    capped=True,
)
"""The sky's state lasts for hours, the sun's path for weeks: at the same time (UTC) under a sky that began alike."""
_ASSUMED_WEIGHT = 0.1
_SUN_DAYS = Calendar(zone=ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """What is known of the solar plant: its peak power (W) and where it stands. None where nobody said."""

    peak_w: int | None = None
    location: Location | None = None


def forecast_solar(past: Series, calendar: Calendar, slots: Integers, plant: Plant) -> Forecast | None:
    """Return the generation of ``slots``, consecutive, from readings that end where the forecast is issued.

    None where neither readings nor a peak power are known: nobody can say whether there is a plant.
    Until there are readings, each share of the clear sky's energy is as likely as the other.
    """
    peak = _peak(past, plant)
    if peak is None:
        return None
    # The sun knows no daylight saving and no holidays, so its days are those of UTC.
    own = analog_samples(past, _SUN_DAYS, slots, RULES)
    found = own.joined(_assumed(past, calendar, slots, plant, peak)).forecast()
    return found if plant.location is None else _dark_at_night(found, plant.location, past, slots)


def _peak(past: Series, plant: Plant) -> float | None:
    """Return the largest energy of a slot (Wh)."""
    if plant.peak_w is not None:
        return plant.peak_w * past.grid.seconds / 3600
    known = past.energy[~np.isnan(past.energy)]
    return float(known.max()) if known.size else None


def _assumed(past: Series, calendar: Calendar, slots: Integers, plant: Plant, peak: float) -> Samples:
    place = plant.location or assumed_location(past.grid, calendar, past.end_slot)
    clear: Floats = peak * clear_sky_share(place, past.grid, slots)
    values = clear[:, None] * LEVELS
    weight = _ASSUMED_WEIGHT / (1 + past.known_days) ** 2
    return Samples(values, np.full(values.shape, weight / len(LEVELS)))


def _dark_at_night(forecast: Forecast, place: Location, past: Series, slots: Integers) -> Forecast:
    night = is_night(place, past.grid, slots)
    return Forecast(
        expected=np.where(night, 0.0, forecast.expected), deciles=np.where(night, 0.0, forecast.deciles)
    )
