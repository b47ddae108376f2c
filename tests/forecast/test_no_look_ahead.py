"""Changing the future never changes the forecast, whatever the job."""

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openems_bridge.forecast.job import Job
from openems_bridge.forecast.work import answer
from tests.forecast.samples import MONDAY, bell, habits, slot_of, slots_between

DAYS = 24
FIRST = slot_of(MONDAY)
SLOTS = slots_between(MONDAY, MONDAY + timedelta(days=DAYS))
LOAD = habits(SLOTS).tolist()
PV = bell(SLOTS).tolist()


def _job(issue: int) -> Job:
    return Job(
        issue_slot=issue,
        first_slot=FIRST,
        load_wh=LOAD,
        pv_wh=PV,
        time_zone="Europe/Berlin",
        horizon_slots=24,
    )


@settings(max_examples=12, deadline=None)
@given(st.integers(1, DAYS * 96 - 1), st.integers(0, 2**32))
def test_the_future_changes_nothing(known: int, seed: int) -> None:
    job = _job(FIRST + known)
    rng = random.Random(seed)
    future = [rng.choice([None, 0.0, 9_999.0]) for _ in range(DAYS * 96 - known)]
    other = replace(job, load_wh=LOAD[:known] + future, pv_wh=PV[:known] + future)
    assert answer(job) == answer(other)


def test_the_past_does_change_it() -> None:
    job = _job(FIRST + 20 * 96)
    last_hour = [value + 500 for value in LOAD[20 * 96 - 4 : 20 * 96]]
    other = replace(job, load_wh=LOAD[: 20 * 96 - 4] + last_hour)
    assert answer(job).load != answer(other).load


@pytest.mark.parametrize("issue", [20 * 96, 20 * 96 + 37])
def test_the_quality_is_that_of_the_last_days(issue: int) -> None:
    found = answer(_job(FIRST + issue)).load.quality
    assert found is not None
    assert found.days == 7
    assert 0 < found.error < 0.2
    assert abs(found.bias) < 0.1
    assert 0.5 < found.within <= 1
    assert np.isfinite(found.pinball)
