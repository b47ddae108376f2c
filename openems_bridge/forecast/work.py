"""From a job to its answer: the whole computation of the forecast's process, without its input and output."""

from dataclasses import asdict

import numpy as np

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.answer import Answer, QualityFigures, SlotForecast
from openems_bridge.forecast.household import Knowledge, Outlook, generation_outlook, load_outlook
from openems_bridge.forecast.job import Job, JobError
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.provider import provider_series
from openems_bridge.forecast.series import Floats, Series
from openems_bridge.forecast.solar import Plant
from openems_bridge.forecast.sun import Location


def answer(job: Job) -> Answer:
    """Return the forecasts that a job asks for. Raises JobError for a place that is not on the globe."""
    known = _knowledge(job)
    pv = generation_outlook(known, job.issue_slot, job.horizon)
    return Answer(
        issue_slot=job.issue_slot,
        slot_seconds=job.slot_seconds,
        load=_told(load_outlook(known, job.issue_slot, job.horizon)),
        pv=None if pv is None else _told(pv),
    )


def _knowledge(job: Job) -> Knowledge:
    grid = SlotGrid(job.slot_seconds)
    return Knowledge(
        grid=grid,
        calendar=Calendar(zone=job.zone, holidays=job.days_off),
        load=Series.of(grid, job.first_slot, job.load_wh),
        generation=Series.of(grid, job.first_slot, job.pv_wh),
        plant=Plant(peak_w=job.pv_peak_w, location=_location(job)),
        annual_load_wh=job.annual_load_wh,
        provider=provider_series(grid, job.solar_forecast),
    )


def _location(job: Job) -> Location | None:
    if job.latitude is None or job.longitude is None:
        return None
    try:
        return Location(latitude=job.latitude, longitude=job.longitude)
    except ValueError as error:
        raise JobError(str(error)) from error


def _told(outlook: Outlook) -> SlotForecast:
    quality = outlook.quality
    return SlotForecast(
        expected_wh=_integers(outlook.forecast.expected),
        deciles_wh=tuple(map(_integers, outlook.forecast.deciles)),
        basis=outlook.basis.value,
        quality=None if quality is None else QualityFigures(**asdict(quality)),
    )


def _integers(values: Floats) -> tuple[int, ...]:
    return tuple(int(value) for value in np.rint(values))
