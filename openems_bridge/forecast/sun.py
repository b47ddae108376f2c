"""Where the sun stands: what a solar plant is assumed to yield until its readings say better."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.series import DAY_SECONDS, Floats, Integers

ASSUMED_LATITUDE = 50.0
"""Central Europe, where nobody said where the house stands."""
_YIELD = 0.8
_TURBIDITY = 1.2
_SUN_RADIUS = np.radians(0.833)
"""Refraction and half the disc: the sun is seen while its centre is this far below the horizon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Degrees, north and east positive. Raises ValueError for a place that is not on the globe."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(
                f"latitude {self.latitude}, longitude {self.longitude}: expected -90..90 and -180..180 degrees"
            )


def assumed_location(grid: SlotGrid, calendar: Calendar, slot: int) -> Location:
    """Return a place where the clock of the time zone is right: its winter offset's meridian, at 50° north."""
    half_a_year = 183 * DAY_SECONDS // grid.seconds
    offsets = calendar.offsets(grid, np.array([slot, slot - half_a_year], dtype=np.int64))
    return Location(latitude=ASSUMED_LATITUDE, longitude=float(np.clip(offsets.min() / 240, -180, 180)))


def sine_of_elevation(place: Location, unix_time: Floats) -> Floats:
    """Return the sine of the sun's elevation (Spencer 1971, Fourier series of declination and equation of time)."""
    days = unix_time / DAY_SECONDS
    year = 2 * np.pi * ((days - 0.5) % 365.2425) / 365.2425
    declination = (
        0.006918 - 0.399912 * np.cos(year) + 0.070257 * np.sin(year)
        - 0.006758 * np.cos(2 * year) + 0.000907 * np.sin(2 * year)
        - 0.002697 * np.cos(3 * year) + 0.00148 * np.sin(3 * year)
    )  # fmt: skip
    equation = (
        0.000075 + 0.001868 * np.cos(year) - 0.032077 * np.sin(year)
        - 0.014615 * np.cos(2 * year) - 0.040849 * np.sin(2 * year)
    )  # fmt: skip
    hour_angle = 2 * np.pi * (days % 1 - 0.5) + np.radians(place.longitude) + equation
    latitude = np.radians(place.latitude)
    result: Floats = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(
        hour_angle
    )
    return result


def clear_sky_share(place: Location, grid: SlotGrid, slots: Integers) -> Floats:
    """Return what a plant yields under a clear sky in each slot, as a share of its peak power: 0 at night."""
    middle = (slots.astype(np.float64) + 0.5) * grid.seconds
    sine = np.maximum(0.0, sine_of_elevation(place, middle))
    result: Floats = _YIELD * sine**_TURBIDITY
    return result


def is_night(place: Location, grid: SlotGrid, slots: Integers) -> NDArray[np.bool_]:
    """Return whether the sun stays below the horizon during the whole of each slot."""
    ends = np.stack([slots, slots + 1]).astype(np.float64) * grid.seconds
    dark = sine_of_elevation(place, ends) < -np.sin(_SUN_RADIUS)
    result: NDArray[np.bool_] = dark.all(axis=0)
    return result
