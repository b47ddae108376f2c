"""Local days of slots: what people's habits follow. A local day has 92, 96 or 100 quarter hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

import numpy as np

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.series import DAY_SECONDS, Integers

_HOUR_SECONDS = 3600
_WEEK_SECONDS = 7 * DAY_SECONDS
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class DayKind(IntEnum):
    """What a day is like for a household. A public holiday is lived like a Sunday."""

    WORKDAY = 0
    SATURDAY = 1
    SUNDAY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The household's time zone and the public holidays of its region (dates; weekends need not be listed)."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    def kind(self, ordinal: int) -> DayKind:
        """Return what a day (proleptic Gregorian ordinal) is like."""
        day = date.fromordinal(ordinal)
        if day in self.holidays or day.weekday() == 6:
            return DayKind.SUNDAY
        return DayKind.SATURDAY if day.weekday() == 5 else DayKind.WORKDAY

    def kinds(self, ordinals: Integers) -> Integers:
        """Return ``kind`` of each day of an array."""
        days, where = np.unique(ordinals, return_inverse=True)
        return np.array([self.kind(int(day)) for day in days], dtype=np.int64)[where].reshape(ordinals.shape)

    def offsets(self, grid: SlotGrid, slots: Integers) -> Integers:
        """Return the zone's offset from UTC (s) at the start of each slot."""
        times = slots * grid.seconds
        found = np.zeros(slots.shape, dtype=np.int64)
        weeks = times // _WEEK_SECONDS
        for week in np.unique(weeks):
            begin = int(week) * _WEEK_SECONDS
            within = weeks == week
            offset = self._offset(begin)
            # No zone moves its clock there and back within a week.
            if offset == self._offset(begin + _WEEK_SECONDS):
                found[within] = offset
            else:
                found[within] = self._hourly_offsets(times[within])
        return found

    def days(self, grid: SlotGrid, slots: Integers) -> Integers:
        """Return the local day (ordinal) in which each slot starts."""
        local = slots * grid.seconds + self.offsets(grid, slots)
        return local // DAY_SECONDS + _EPOCH_ORDINAL

    def midnight(self, grid: SlotGrid, ordinal: int) -> int:
        """Return the slot in which a local day begins."""
        moment = datetime.combine(date.fromordinal(ordinal), datetime.min.time(), tzinfo=self.zone)
        return grid.slot_at(moment.timestamp())

    def days_earlier(self, grid: SlotGrid, slots: Integers, days: Integers) -> Integers:
        """Return the slots with the same time on the clock ``days`` local days before (arrays that broadcast).

        Where the clock skips or repeats an hour, the slot an hour beside it stands in.
        """
        guess = slots - days * (DAY_SECONDS // grid.seconds)
        both = np.broadcast_arrays(self.offsets(grid, slots), self.offsets(grid, guess))
        earlier: Integers = guess + (both[0] - both[1]) // grid.seconds
        return earlier

    def _hourly_offsets(self, times: Integers) -> Integers:
        hours, where = np.unique(times // _HOUR_SECONDS, return_inverse=True)
        found: Integers = np.array(
            [self._offset(int(hour) * _HOUR_SECONDS) for hour in hours], dtype=np.int64
        )
        return found[where]

    def _offset(self, unix_time: int) -> int:
        offset = datetime.fromtimestamp(unix_time, UTC).astimezone(self.zone).utcoffset()
        return round((offset or timedelta()).total_seconds())
