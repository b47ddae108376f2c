"""What the planner is asked, and its plan in the daemon's words: the community's outlook, the charge inside, values."""

from dataclasses import replace

import pytest

from openems_bridge.forecast.answer import Answer, SlotForecast
from openems_bridge.foresight.plan import BatteryNow, CommunityPrice, NetBand, Outlook, PlanQuestion
from openems_bridge.foresight.planner_process import household_plan, job_of
from openems_bridge.foresight.tariff import SlotPrice
from openems_bridge.planner.work import plan

FIRST, COUNT = 1_988_888, 24
HOURLY = 3600


def _band(first: int, count: int) -> NetBand:
    values = tuple(range(first, first + count))
    return NetBand(
        expected=values, low=tuple(one - 5 for one in values), high=tuple(one + 5 for one in values)
    )


def _outlook(first_slot: int, count: int = 36) -> Outlook:
    return Outlook(
        first_slot=first_slot,
        capacity=10_000,
        power=8000,
        stored=12_000,
        owners=_band(100, count),
        others=_band(500, count),
    )


def _question(outlook: Outlook | None = None) -> PlanQuestion:
    row = (400,) * COUNT
    load = SlotForecast(expected_wh=row, deciles_wh=(row,) * 9, basis="readings", quality=None)
    return PlanQuestion(
        slot_seconds=HOURLY,
        first_slot=FIRST,
        forecast=Answer(issue_slot=FIRST, slot_seconds=HOURLY, load=load, pv=None),
        prices=[SlotPrice(import_price=320_000, export_price=80_000)] * COUNT,
        battery=BatteryNow(
            capacity=5000,
            energy=3000,
            charge_power=3000,
            discharge_power=3000,
            reserve_soc=10,
            grid_charging=False,
            feed_in=True,
        ),
        community={FIRST: CommunityPrice(200_000, is_cleared=True)},
        inside_charge=30_000,
        outlook=outlook,
    )


def test_the_communitys_outlook_reaches_the_planner() -> None:
    job = job_of(_question(_outlook(FIRST - 2)))
    assert job.community is not None
    assert job.community.owners_net.expected[:3] == (102, 103, 104)
    assert job.community.others_net.high[0] == 507
    assert (job.community.inside_charge, job.community.stored_wh) == (30_000, 10_000)
    assert job.retail.import_price[0] == 320_000, "the planner reckons the pool's prices itself"


def test_beyond_an_outlooks_end_the_day_before_stands_in() -> None:
    job = job_of(_question(_outlook(FIRST - 4, count=25)))
    assert job.community is not None
    expected = job.community.owners_net.expected
    assert (expected[0], expected[20], expected[21], expected[23]) == (104, 124, 101, 103)


@pytest.mark.parametrize(
    "outlook", [None, _outlook(FIRST - 20), _outlook(FIRST + 1), _outlook(FIRST - 4, count=10)]
)
def test_an_outlook_that_does_not_reach_is_none(outlook: Outlook | None) -> None:
    job = job_of(_question(outlook))
    assert job.community is None
    assert job.retail.import_price[:2] == (200_000, 320_000), "the market's own prices stand in"


def test_the_plan_tells_what_stored_energy_is_worth_and_bids_below_the_charge() -> None:
    question = _question(_outlook(FIRST))
    made = household_plan(plan(job_of(question)), question, made_at=1.0)
    assert all(slot.value is not None and 0 <= slot.value <= 400_000 for slot in made.slots)
    bids = [order for order in made.orders if order.side == 0]
    assert bids
    assert max(order.limit for order in bids) <= 320_000 - 30_000
    dearer = replace(question, inside_charge=0)
    free = household_plan(plan(job_of(dearer)), dearer, made_at=1.0)
    assert max(order.limit for order in free.orders if order.side == 0) > 320_000 - 30_000
