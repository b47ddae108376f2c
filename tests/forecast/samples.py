"""Households whose next day is known: drawn from simple rules, so that a test can say what a forecast must find."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.local_time import Calendar
from openems_bridge.forecast.series import Floats, Integers, Series

GRID = SlotGrid(900)
BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"))
MONDAY = date(2026, 6, 1)


def slot_of(day: date, calendar: Calendar = BERLIN, grid: SlotGrid = GRID) -> int:
    """Return the slot at a local midnight."""
    return calendar.midnight(grid, day.toordinal())


def slots_between(begin: date, end: date, calendar: Calendar = BERLIN) -> Integers:
    return np.arange(slot_of(begin, calendar), slot_of(end, calendar), dtype=np.int64)


def local_hours(slots: Integers, calendar: Calendar = BERLIN) -> Floats:
    return np.array(
        [
            moment.hour + moment.minute / 60
            for moment in (
                datetime.fromtimestamp(int(slot) * 900, UTC).astimezone(calendar.zone) for slot in slots
            )
        ]
    )


def habits(slots: Integers, calendar: Calendar = BERLIN, seed: int = 1) -> Floats:
    """Return a load (Wh): an evening peak at 19:00 on workdays and holidays' long mornings, with a little noise."""
    hours = local_hours(slots, calendar)
    free = calendar.kinds(calendar.days(GRID, slots)) > 0
    evening = np.where((hours >= 18) & (hours < 21), 400.0, 0.0)
    morning = np.where(free & (hours >= 9) & (hours < 12), 300.0, 0.0)
    noise = np.random.default_rng(seed).uniform(0.9, 1.1, len(slots))
    energy: Floats = (50 + evening + morning) * noise
    return energy


def series(slots: Integers, energy: Floats) -> Series:
    return Series(grid=GRID, first_slot=int(slots[0]), energy=energy)


def bell(slots: Integers, peak_wh: float = 1000.0) -> Floats:
    """Return a clear day's PV (Wh): light from 04:00 to 20:00 UTC."""
    hours = slots * 900 / 3600 % 24
    energy: Floats = (
        peak_wh * np.maximum(0.0, np.sin((hours + 0.125 - 4) / 16 * np.pi)) * ((hours >= 4) & (hours < 20))
    )
    return energy
