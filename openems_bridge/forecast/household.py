"""What is known of one household, and the forecast that follows from it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import numpy as np

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast import load, solar
from openems_bridge.forecast.distribution import Forecast
from openems_bridge.forecast.load import forecast_load
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.provider import corrected, provider_ramp, trust
from openems_bridge.forecast.quality import Quality, backtest
from openems_bridge.forecast.series import Integers, Series
from openems_bridge.forecast.solar import Plant, forecast_solar

QUALITY_DAYS = 7
_ENOUGH_DAYS = 14


class Basis(StrEnum):
    """What a forecast rests on: nothing of the household's own, less than two weeks, or more; and a provider."""

    ASSUMED = "assumed"
    FEW_READINGS = "few_readings"
    READINGS = "readings"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """All that a forecast is made of. Readings (Wh) and the provider's forecast share one grid.

    ``annual_load_wh`` is what the owner says is used in a year; ``provider`` holds a provider's forecasts of coming
    slots and, where they were kept, of past ones as they were last told before.
    """

    grid: SlotGrid
    calendar: Calendar
    load: Series
    generation: Series
    plant: Plant
    annual_load_wh: int | None = None
    provider: Series | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A forecast, what it rests on, and how good the own method was day-ahead (None: no day tells yet)."""

    forecast: Forecast
    basis: Basis
    quality: Quality | None


def load_outlook(known: Knowledge, issue: int, horizon: int) -> Outlook:
    """Return the load of the ``horizon`` slots from ``issue`` on; readings from then on are not looked at."""
    past = _before(known.load, issue, load.RULES.days)
    method = partial(_load, known)
    quality = backtest(past, known.calendar, method, QUALITY_DAYS)
    return Outlook(forecast=method(past, _slots(issue, horizon)), basis=_basis(past), quality=quality)


def generation_outlook(known: Knowledge, issue: int, horizon: int) -> Outlook | None:
    """Return the generation of the ``horizon`` slots from ``issue`` on, None where nothing says there is a plant."""
    past = _before(known.generation, issue, solar.RULES.days)
    slots = _slots(issue, horizon)
    method = partial(_generation, known)
    own = method(past, slots)
    if own is None:
        return None
    quality = backtest(past, known.calendar, method, QUALITY_DAYS)
    if known.provider is not None:
        theirs, says = corrected(known.provider, past, slots)
        if says.any():
            share = trust(known.provider, past, quality) * provider_ramp(known.grid, slots - issue) * says
            return Outlook(forecast=own.blended(theirs, share), basis=Basis.PROVIDER, quality=quality)
    return Outlook(forecast=own, basis=_basis(past), quality=quality)


def _load(known: Knowledge, past: Series, slots: Integers) -> Forecast:
    return forecast_load(past, known.calendar, slots, annual_wh=known.annual_load_wh)


def _generation(known: Knowledge, past: Series, slots: Integers) -> Forecast | None:
    plant = known.plant
    if plant.peak_w is None and known.provider is not None and past.known_days == 0:
        promised = np.nan_to_num(known.provider.energy)
        plant = replace(plant, peak_w=round(float(promised.max()) * 3600 / known.grid.seconds))
    return forecast_solar(past, known.calendar, slots, plant)


def _before(series: Series, issue: int, days: int) -> Series:
    """Return the readings that a forecast and its backtest use."""
    return series.window(issue - (days + QUALITY_DAYS + 2) * series.slots_a_day, issue)


def _slots(issue: int, horizon: int) -> Integers:
    return np.arange(issue, issue + horizon, dtype=np.int64)


def _basis(past: Series) -> Basis:
    if past.known_days == 0:
        return Basis.ASSUMED
    return Basis.READINGS if past.known_days >= _ENOUGH_DAYS else Basis.FEW_READINGS
