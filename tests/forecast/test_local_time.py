"""Local days of slots: daylight saving and holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.forecast.local_time import Calendar, DayKind
from tests.forecast.samples import BERLIN, GRID, slot_of, slots_between


@pytest.mark.parametrize(
    ("day", "slots"),
    [(date(2026, 3, 29), 92), (date(2026, 6, 1), 96), (date(2026, 10, 25), 100)],
)
def test_a_local_day_has_as_many_slots_as_its_clock_shows(day: date, slots: int) -> None:
    found = slots_between(day, day + timedelta(days=1))
    assert len(found) == slots
    assert set(BERLIN.days(GRID, found)) == {day.toordinal()}


def test_a_holiday_is_a_sunday() -> None:
    christmas = date(2026, 12, 25)  # a Friday
    calendar = Calendar(zone=ZoneInfo("Europe/Berlin"), holidays=frozenset({christmas}))
    assert BERLIN.kind(christmas.toordinal()) is DayKind.WORKDAY
    assert calendar.kind(christmas.toordinal()) is DayKind.SUNDAY
    assert calendar.kind(christmas.toordinal() + 1) is DayKind.SATURDAY


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(1, 200),
    st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_days_earlier_keeps_the_time_on_the_clock(moment: datetime, days: int, zone: str) -> None:
    calendar = Calendar(zone=ZoneInfo(zone))
    slot = int(moment.replace(tzinfo=UTC).timestamp()) // 900
    found = calendar.days_earlier(GRID, np.array([slot]), np.array([days]))[0]
    now = datetime.fromtimestamp(slot * 900, UTC).astimezone(calendar.zone)
    then = datetime.fromtimestamp(int(found) * 900, UTC).astimezone(calendar.zone)
    apart = now.replace(tzinfo=None) - then.replace(tzinfo=None) - timedelta(days=days)
    # Only where the clock itself jumps may the hour beside it stand in.
    jumps = (
        len(
            {
                (then + timedelta(hours=hours)).astimezone(UTC).astimezone(calendar.zone).utcoffset()
                for hours in (-3, 3)
            }
        )
        > 1
    )
    assert apart == timedelta(0) or (jumps and abs(apart) <= timedelta(hours=1))


def test_midnight_is_the_first_slot_of_its_day() -> None:
    slot = slot_of(date(2026, 10, 25))
    assert BERLIN.days(GRID, np.array([slot - 1, slot])).tolist() == [
        date(2026, 10, 24).toordinal(),
        date(2026, 10, 25).toordinal(),
    ]
