"""The household's time zone: local days and months are the owner's, slots are UTC."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dems_protocol.slots import SlotGrid

_LOCALTIME = Path("/etc/localtime")


def machine_time_zone(environment: str | None = None, localtime: Path = _LOCALTIME) -> str:
    """Return the name of this machine's zone, UTC where it has none that is known. ``environment`` is ``TZ``."""
    named = os.environ.get("TZ") if environment is None else environment
    for candidate in (named, _name_of(localtime)):
        if candidate and is_time_zone(candidate):
            return candidate
    return "UTC"


def is_time_zone(name: str) -> bool:
    """Return whether a zone of that name is known."""
    try:
        ZoneInfo(name)
    except ZoneInfoNotFoundError, ValueError, OSError:
        return False
    return True


def day_slots(grid: SlotGrid, zone: ZoneInfo, moment: float, *, later: int = 0) -> range:
    """Return the slots of the local day of a moment (UTC s), or of the day ``later`` days after it.

    A day has 92, 96 or 100 quarter hours.
    """
    day = datetime.fromtimestamp(moment, zone).date() + timedelta(days=later)
    return range(_midnight(grid, zone, day.toordinal()), _midnight(grid, zone, day.toordinal() + 1))


def month_slots(grid: SlotGrid, zone: ZoneInfo, moment: float) -> range:
    """Return the slots of the local month of a moment (UTC s)."""
    first = datetime.fromtimestamp(moment, zone).date().replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return range(_midnight(grid, zone, first.toordinal()), _midnight(grid, zone, after.toordinal()))


def _midnight(grid: SlotGrid, zone: ZoneInfo, ordinal: int) -> int:
    day = datetime.fromordinal(ordinal).replace(tzinfo=zone)
    return grid.slot_at(day.astimezone(UTC).timestamp())


def _name_of(localtime: Path) -> str | None:
    try:
        target = str(localtime.resolve(strict=True))
    except OSError:
        return None
    _, found, name = target.partition("zoneinfo/")
    return name if found else None
