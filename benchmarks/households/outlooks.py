"""The forecasts of a community's households, each made only from what came before."""

from dataclasses import dataclass
from multiprocessing import Pool
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from benchmarks.households.tariff import Energy
from dems_protocol.slots import SlotGrid
from openems_bridge.forecast import load, solar
from openems_bridge.forecast.distribution import Forecast
from openems_bridge.forecast.load import forecast_load
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.series import Series
from openems_bridge.forecast.solar import Plant, forecast_solar
from openems_bridge.planner.scenarios import Band

_CALENDAR = Calendar(zone=ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Issues:
    """Forecasts issued every so many slots: shape (3, issues, slots ahead); expected, 10 % and 90 % quantile, Wh."""

    stride: int
    values: NDArray[np.float32]

    def band(self, slot: int, length: int) -> Band:
        """Return the next ``length`` slots, as forecast last before ``slot``."""
        issue, passed = divmod(slot, self.stride)
        seen = self.values[:, issue, passed : passed + length].astype(np.float64)
        return Band(*seen)

    def expected(self, slot: int, lead: int) -> float:
        """Return the energy of a slot as forecast last at least ``lead`` slots before."""
        issue = max(slot - lead, 0) // self.stride
        return float(self.values[0, issue, slot - issue * self.stride])


@dataclass(frozen=True, slots=True)
class Wanted:
    """One series to forecast, and how often and how far."""

    grid: SlotGrid
    first_slot: int
    energy: Energy
    solar: bool
    stride: int
    ahead: int


def forecast_all(wanted: list[Wanted], processes: int) -> list[Issues]:
    """Return the forecasts of all series, made in so many processes."""
    with Pool(processes) as pool:
        return pool.map(_issues, wanted, chunksize=1)


def _issues(wanted: Wanted) -> Issues:
    found = [_forecast(wanted, issue) for issue in range(0, len(wanted.energy), wanted.stride)]
    values = np.array([(each.expected, each.low, each.high) for each in found], dtype=np.float32)
    return Issues(wanted.stride, values.transpose(1, 0, 2))


def _forecast(wanted: Wanted, issue: int) -> Forecast:
    rules = solar.RULES if wanted.solar else load.RULES
    begin = max(0, issue - (rules.days + 2) * (86_400 // wanted.grid.seconds))
    first = wanted.first_slot
    past = Series(grid=wanted.grid, first_slot=first + begin, energy=wanted.energy[begin:issue])
    slots = np.arange(first + issue, first + issue + wanted.ahead, dtype=np.int64)
    if not wanted.solar:
        return forecast_load(past, _CALENDAR, slots)
    dark = np.zeros(wanted.ahead)
    return forecast_solar(past, _CALENDAR, slots, Plant()) or Forecast(dark, np.zeros((9, wanted.ahead)))
