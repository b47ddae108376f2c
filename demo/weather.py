"""What a solar forecast service would tell a house whose measured day is played faster. Pure."""

import math
from collections.abc import Sequence

from openems_bridge.edge.simulation.profile import HouseProfile

PERIOD_SECONDS = 60
HOURS_AHEAD = 12


def played_moment(start: str) -> int:
    """Return the seconds from midnight to a time of day such as 10:00."""
    hours, minutes = start.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def solar_forecast(
    profile: HouseProfile, begun_at: float, start: str, speed: float, now: float
) -> Sequence[dict[str, int]]:
    """Return the sun's energy (Wh) of the next hours, by real minutes, as ``PUT /v1/solar-forecast`` takes it.

    The house began to play at ``begun_at`` (UTC s) with the time of day ``start``, ``speed`` seconds of its day in one.
    """
    first = math.ceil(now / PERIOD_SECONDS)
    found = []
    for period in range(first, first + HOURS_AHEAD * 3600 // PERIOD_SECONDS):
        begin = period * PERIOD_SECONDS
        moment = played_moment(start) + speed * (begin - begun_at)
        power = _mean_power(profile, moment, moment + speed * PERIOD_SECONDS)
        found.append(
            {
                "from": begin,
                "to": begin + PERIOD_SECONDS,
                "energy": round(power * PERIOD_SECONDS / 3600),
            }
        )
    return found


def _mean_power(profile: HouseProfile, begin: float, end: float) -> float:
    """Return the plant's mean power (W) over a stretch of the profile, which begins again where it ends."""
    first, last = int(begin // profile.step_seconds), math.ceil(end / profile.step_seconds)
    steps = range(first, max(last, first + 1))
    return sum(profile.pv_w[step % len(profile.pv_w)] for step in steps) / len(steps)
