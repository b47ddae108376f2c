"""The Edge's Timedata service: values by the minute, and the energy between two moments."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from openems_bridge.fake_edge.channels import Value

_MINUTE = 60
_STEPS = {"MINUTES": 60, "HOURS": 3600, "DAYS": 86_400}


class History:
    """Remembers numeric channels: energy at every minute's end, the mean of everything else over the minute."""

    def __init__(self, channels: Iterable[str]) -> None:
        known = tuple(channels)
        self._energies = tuple(channel for channel in known if channel.endswith("Energy"))
        self._means = tuple(channel for channel in known if not channel.endswith("Energy"))
        self._ends: list[int] = []
        self._rows: list[dict[str, float | None]] = []
        self._minute: list[Mapping[str, Value]] = []

    def note(self, utc: int, image: Mapping[str, Value]) -> None:
        """Take one cycle's values, which held until the moment ``utc`` (s). The image must not change afterwards."""
        self._minute.append(image)
        if utc % _MINUTE == 0:
            self._close(utc, image)

    def _close(self, utc: int, image: Mapping[str, Value]) -> None:
        row = {channel: _number(image.get(channel)) for channel in self._energies}
        for channel in self._means:
            values = [value for one in self._minute if (value := _number(one.get(channel))) is not None]
            row[channel] = sum(values) / len(values) if values else None
        # A clock that was set back writes its new past over the old one.
        index = bisect_left(self._ends, utc)
        del self._ends[index:], self._rows[index:]
        self._ends.append(utc)
        self._rows.append(row)
        self._minute = []

    def data(self, channel: str, steps: list[tuple[int, int]]) -> list[float | None]:
        """Return a channel's mean over each step [begin, end) (UTC s); of energy the counter at its end."""
        result: list[float | None] = []
        for begin, end in steps:
            rows = self._rows[bisect_left(self._ends, begin + 1) : bisect_left(self._ends, end + 1)]
            values = [value for row in rows if (value := row.get(channel)) is not None]
            if channel.endswith("Energy"):
                result.append(values[-1] if values else None)
            else:
                result.append(round(sum(values) / len(values)) if values else None)
        return result

    def energy(self, channel: str, begin: int, end: int) -> int | None:
        """Return how many Wh a counter rose in [begin, end), None where it was not seen at both ends.

        The end may be the last minute there is, as for a day that still runs. A counter that fell gives None.
        """
        if not self._ends or self._ends[-1] <= begin:
            return None
        first = self._counter_at(channel, begin)
        last = self._counter_at(channel, min(end, self._ends[-1]))
        if first is None or last is None or last < first:
            return None
        return round(last - first)

    def _counter_at(self, channel: str, moment: int) -> float | None:
        index = bisect_left(self._ends, moment)
        if index >= len(self._ends) or self._ends[index] - moment >= _MINUTE:
            return None
        return self._rows[index].get(channel)

    def first_moment(self) -> int | None:
        """Return the first minute's end on record, UTC s."""
        return self._ends[0] if self._ends else None


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) else None


def steps_between(first_day: str, last_day: str, zone: str, value: int, unit: str) -> list[tuple[int, int]]:
    """Divide the days ``first_day`` to ``last_day`` (both included, local) into steps of UTC seconds.

    Raises ValueError for what is no date, zone, unit or positive value.
    """
    begin, end = day_bounds(first_day, last_day, zone)
    if unit not in _STEPS or value < 1:
        raise ValueError(f"resolution must be a number >= 1 of {', '.join(_STEPS)}, not {value} {unit}")
    if unit == "DAYS":
        return _days(first_day, last_day, zone, value)
    step = value * _STEPS[unit]
    return [(at, min(at + step, end)) for at in range(begin, end, step)]


def _days(first_day: str, last_day: str, zone: str, value: int) -> list[tuple[int, int]]:
    day, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
    result: list[tuple[int, int]] = []
    while day <= last:
        until = min(day + timedelta(days=value - 1), last)
        result.append(day_bounds(day.isoformat(), until.isoformat(), zone))
        day = until + timedelta(days=1)
    return result


def day_bounds(first_day: str, last_day: str, zone: str) -> tuple[int, int]:
    """Return [begin, end) in UTC seconds of the local days, both included. Raises ValueError."""
    try:
        local = ZoneInfo(zone)
    except (KeyError, OSError) as error:
        raise ValueError(f"{zone!r} is no time zone") from error
    begin = datetime.combine(date.fromisoformat(first_day), time(), local)
    end = datetime.combine(date.fromisoformat(last_day) + timedelta(days=1), time(), local)
    if end <= begin:
        raise ValueError(f"toDate {last_day} is before fromDate {first_day}")
    return int(begin.timestamp()), int(end.timestamp())


def timestamp(moment: int) -> str:
    """Return UTC seconds as OpenEMS writes them."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
