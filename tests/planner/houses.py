"""A day and a half in a house with a plant and a battery, for the planner's tests."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from openems_bridge.planner.battery import Storage
from openems_bridge.planner.job import CommunityOutlook, EnergyBand, Job, Retail

HOUR = 3600
HORIZON = 36
ISSUE = 480_000
CENT = 10_000

STORAGE = Storage(capacity_wh=10_000, charge_w=5000, discharge_w=5000, reserve_soc=0)


def series(by_hour: Callable[[int], int], hours: int = HORIZON) -> tuple[int, ...]:
    """Return a value for each hour of the horizon, which begins at midnight."""
    return tuple(by_hour(hour % 24) for hour in range(hours))


def certain(values: tuple[int, ...]) -> EnergyBand:
    """Return a forecast that never errs."""
    return EnergyBand(expected=values, low=values, high=values)


def sun(hour: int) -> int:
    """Return Wh of a sunny hour: 24 kWh a day."""
    return max(0, 4000 - 1000 * abs(hour - 12))


def house(**changes: Any) -> Job:
    """Return a house that needs 500 Wh an hour, has sun at noon, an empty battery and a flat tariff."""
    hours = changes.pop("hours", HORIZON)
    storage = replace(STORAGE, **{key: changes.pop(key) for key in list(changes) if hasattr(STORAGE, key)})
    flat = Retail(
        import_price=(32 * CENT,) * hours, feed_in_price=(8 * CENT,) * hours, estimated=(False,) * hours
    )
    job = Job(
        issue_slot=ISSUE,
        slot_seconds=HOUR,
        stored_wh=0,
        storage=storage,
        load=certain((500,) * hours),
        pv=certain(series(sun, hours)),
        retail=flat,
    )
    return replace(job, **changes)


def outlook(others: tuple[int, ...], owners: tuple[int, ...]) -> CommunityOutlook:
    """Return a community with ten batteries."""
    return CommunityOutlook(
        inside_charge=8 * CENT,
        owners_net=certain(owners),
        others_net=certain(others),
        capacity_wh=100_000,
        power_w=50_000,
        stored_wh=0,
    )
