"""Plans of whole days: what is done when, at what prices, within which limits."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openems_bridge.planner.job import AnnouncedLoad, EnergyBand, Hold, Job, Retail
from openems_bridge.planner.orders import Mode
from openems_bridge.planner.plan import Because, Plan, PlannedSlot, Relaxed
from openems_bridge.planner.work import plan
from tests.planner.houses import CENT, HORIZON, ISSUE, certain, house, outlook, series, sun


def at(made: Plan, hour: int) -> PlannedSlot:
    found = made.at(ISSUE + hour)
    assert found is not None
    return found


def test_a_flat_tariff_means_self_consumption() -> None:
    made = plan(house(stored_wh=3000))
    assert [at(made, hour).mode for hour in (*range(13), *range(16, 33))] == [Mode.SELF_CONSUME] * 30
    assert at(made, 0).because is Because.SERVES_HOUSE
    assert at(made, 7).because is Because.NOTHING_STORED
    assert at(made, 11).because is Because.STORES_SURPLUS


def test_energy_balances_and_loses_what_efficiency_says() -> None:
    made = plan(house(stored_wh=3000))
    before = 3000
    for slot in made.slots:
        assert abs(slot.expected_net_wh - slot.expected_battery_wh - slot.expected_grid_wh) <= 1
        moved = slot.expected_battery_wh
        assert slot.stored_wh == pytest.approx(before - (moved / 0.95 if moved > 0 else moved * 0.95), abs=2)
        before = slot.stored_wh


def test_the_evening_of_the_community_is_served_and_its_morning_first() -> None:
    others = series(lambda hour: -20_000 if 10 <= hour <= 14 else 6000)
    owners = series(lambda hour: 10 * (500 - sun(hour)))
    made = plan(house(grid_charging=True, feed_in=True, community=outlook(others, owners)))
    morning = at(made, 9)
    assert (morning.mode, morning.because, morning.price) == (Mode.FEED_IN, Because.LATER_SURPLUS, 24 * CENT)
    assert at(made, 12).mode is Mode.SELF_CONSUME
    assert at(made, 12).price == 8 * CENT
    evening = [slot for slot in made.slots[14:24] if slot.mode is Mode.SERVE_COMMUNITY]
    assert evening
    for slot in evening:
        assert slot.grid_wh is not None
        assert slot.grid_wh < 0
        assert slot.because is Because.COMMUNITY_NEEDS
        assert slot.reserve_wh > 3000, "what the house needs until the morning is kept"


def test_cheap_nights_charge_where_the_owner_allows_it() -> None:
    night = Retail(
        import_price=series(lambda hour: 10 * CENT if hour < 5 else 40 * CENT),
        feed_in_price=(5 * CENT,) * HORIZON,
        estimated=tuple(hour >= 24 for hour in range(HORIZON)),
    )
    dark = certain((0,) * HORIZON)
    allowed = plan(house(pv=dark, retail=night, grid_charging=True))
    assert at(allowed, 0).mode is Mode.CHARGE
    assert at(allowed, 0).because is Because.CHEAP_ENERGY
    assert at(allowed, 30).estimated
    assert not at(allowed, 0).estimated
    forbidden = plan(house(pv=dark, retail=night))
    assert all(slot.expected_battery_wh == 0 for slot in forbidden.slots)
    assert allowed.cost < forbidden.cost


def test_dear_evenings_are_waited_for() -> None:
    dear = Retail(
        import_price=series(lambda hour: 50 * CENT if 18 <= hour < 22 else 25 * CENT),
        feed_in_price=(5 * CENT,) * HORIZON,
        estimated=(False,) * HORIZON,
    )
    made = plan(house(stored_wh=2100, pv=certain((0,) * HORIZON), retail=dear))
    assert at(made, 10).mode is Mode.HOLD
    assert at(made, 10).because is Because.DEARER_LATER
    assert at(made, 19).expected_battery_wh == 500


def test_an_announced_load_waits_for_the_sun() -> None:
    load = AnnouncedLoad(id="washing", power_w=2000, slots=2, first_slot=ISSUE + 1, end_slot=ISSUE + 24)
    made = plan(house(announced=(load,)))
    (placed,) = made.loads
    assert 10 <= placed.first_slot - ISSUE <= 14
    assert at(made, placed.first_slot - ISSUE).expected_net_wh == 500 - sun(placed.first_slot - ISSUE) + 2000
    assert made.relaxed == ()


def test_a_window_that_is_too_short_gives_way_and_says_so() -> None:
    load = AnnouncedLoad(id="car", power_w=2000, slots=4, first_slot=ISSUE + 5, end_slot=ISSUE + 7)
    made = plan(house(announced=(load,)))
    assert made.loads[0].first_slot == ISSUE + 5
    assert [(each.what, each.amount, each.about) for each in made.relaxed] == [
        (Relaxed.LOAD_WINDOW, 2, "car")
    ]


def test_nothing_is_discharged_while_the_battery_is_held() -> None:
    made = plan(house(stored_wh=8000, holds=(Hold(first_slot=ISSUE - 3, end_slot=ISSUE + 4),)))
    assert [at(made, hour).because for hour in range(4)] == [Because.HELD] * 4
    assert all(at(made, hour).expected_battery_wh <= 0 for hour in range(4))
    assert at(made, 4).mode is Mode.SELF_CONSUME


def test_limits_that_cannot_be_kept_are_reported_in_their_order() -> None:
    made = plan(
        house(
            stored_wh=500,
            reserve_soc=20,
            max_feed_in_w=200,
            max_draw_w=400,
        )
    )
    assert [each.what for each in made.relaxed] == [
        Relaxed.FEED_IN_LIMIT,
        Relaxed.DRAW_LIMIT,
        Relaxed.RESERVE,
    ]
    assert made.relaxed[-1].amount == 1500
    assert all(slot.expected_grid_wh >= -200 for slot in made.slots)


def test_an_uncertain_sun_makes_energy_worth_something_in_between() -> None:
    shining = series(sun)
    gloomy = EnergyBand(expected=shining, low=(0,) * HORIZON, high=shining)
    evening = outlook((60_000,) * HORIZON, (0,) * HORIZON)
    sure = plan(house(stored_wh=9000, feed_in=True, community=evening))
    unsure = plan(house(stored_wh=9000, feed_in=True, community=evening, pv=gloomy))
    assert unsure.slots[0].value > sure.slots[0].value
    assert unsure.slots[0].value < 32 * CENT


bands = st.lists(st.integers(0, 9000), min_size=6, max_size=6).map(tuple)


@settings(max_examples=25, deadline=None)
@given(
    load=bands,
    pv=bands,
    stored=st.integers(0, 12_000),
    soc=st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100)),
    limits=st.tuples(*[st.none() | st.integers(0, 6000)] * 2),
    allowed=st.tuples(st.booleans(), st.booleans()),
    prices=st.tuples(st.integers(-20, 60), st.integers(-20, 60)),
)
def test_every_plan_is_feasible_and_keeps_what_can_be_kept(
    load: tuple[int, ...],
    pv: tuple[int, ...],
    stored: int,
    soc: tuple[int, int, int],
    limits: tuple[int | None, int | None],
    allowed: tuple[bool, bool],
    prices: tuple[int, int],
) -> None:
    job = house(
        hours=6,
        load=certain(load),
        pv=certain(pv),
        stored_wh=stored,
        least_soc=soc[0],
        most_soc=soc[1],
        reserve_soc=soc[2],
        max_draw_w=limits[0],
        max_feed_in_w=limits[1],
        grid_charging=allowed[0],
        feed_in=allowed[1],
        retail=Retail(
            import_price=(prices[0] * CENT,) * 6,
            feed_in_price=(prices[1] * CENT,) * 6,
            estimated=(False,) * 6,
        ),
    )
    _check(job, plan(job))


def _check(job: Job, made: Plan) -> None:
    storage = job.storage
    for slot in made.slots:
        net, battery = slot.expected_net_wh, slot.expected_battery_wh
        assert (
            min(storage.least_wh, job.stored_wh) - 1
            <= slot.stored_wh
            <= max(storage.most_wh, job.stored_wh) + 1
        )
        assert -storage.charge_w - 1 <= battery <= storage.discharge_w + 1
        if not storage.grid_charging:
            assert battery >= min(net, 0) - 1
        if not storage.feed_in:
            assert battery <= max(net, 0) + 1
        if storage.max_draw_w is not None and battery < -1:
            assert slot.expected_grid_wh <= max(storage.max_draw_w, 0) + 1
        if storage.max_feed_in_w is not None:
            assert slot.expected_grid_wh >= -storage.max_feed_in_w - 1


def test_the_same_job_gives_the_same_plan() -> None:
    job = house(stored_wh=3000)
    assert plan(job) == plan(replace(job))
