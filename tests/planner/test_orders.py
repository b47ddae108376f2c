"""Orders from the value of stored energy, and what the battery does when they are filled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.planner.battery import Storage
from openems_bridge.planner.orders import (
    Instruction,
    Mode,
    Order,
    Position,
    Purpose,
    Side,
    TradingLimits,
    UtilityPrices,
    battery_energy,
    instruction,
    orders_of,
)
from openems_bridge.planner.willingness import Willingness, willingness

CENT = 10_000
UTILITY = UtilityPrices(sell=24 * CENT, buy=8 * CENT)
STORAGE = Storage(capacity_wh=10_000, charge_w=5000, discharge_w=5000)
WILLING = Willingness(
    buy_to_store=9 * CENT, buy_to_save=11 * CENT, sell_surplus=18 * CENT, discharge=20 * CENT
)
FREE = TradingLimits()


def test_limits_follow_from_the_value_of_stored_energy() -> None:
    found = willingness(190_000.0, STORAGE, 80_000)
    assert found == Willingness(
        buy_to_store=90_500, buy_to_save=110_000, sell_surplus=180_500, discharge=200_000
    )


def test_need_beyond_the_battery_is_bought_at_any_price() -> None:
    orders = orders_of(Position(net=900, can_discharge=400, can_charge=1000), WILLING, UTILITY, FREE)
    assert orders == (
        Order(Purpose.NEED, Side.BID, 500, 24 * CENT, 0),
        Order(Purpose.SAVE, Side.BID, 400, 11 * CENT, 0),
        Order(Purpose.STORE, Side.BID, 1000, 9 * CENT, 1000),
    )


def test_what_the_battery_can_give_beyond_the_house_is_offered() -> None:
    orders = orders_of(Position(net=100, can_discharge=400, can_charge=0), WILLING, UTILITY, FREE)
    assert orders == (
        Order(Purpose.SAVE, Side.BID, 100, 11 * CENT, 0),
        Order(Purpose.DISCHARGE, Side.OFFER, 300, 20 * CENT, 300),
    )


def test_the_owner_sets_prices_and_the_energy_of_a_day() -> None:
    limits = TradingLimits(lowest_price=21 * CENT, highest_price=10 * CENT, battery_wh_left=120)
    orders = orders_of(Position(net=100, can_discharge=400, can_charge=0), WILLING, UTILITY, limits)
    assert orders == (
        Order(Purpose.SAVE, Side.BID, 100, 10 * CENT, 0),
        Order(Purpose.DISCHARGE, Side.OFFER, 120, 21 * CENT, 120),
    )
    none_left = TradingLimits(battery_wh_left=0)
    orders = orders_of(Position(net=0, can_discharge=400, can_charge=0), WILLING, UTILITY, none_left)
    assert orders == ()


@given(
    net=st.integers(-5000, 5000),
    give=st.integers(0, 1250),
    take=st.integers(0, 1250),
    value=st.floats(-300_000, 600_000),
    lowest=st.none() | st.integers(-40 * CENT, 40 * CENT),
    highest=st.none() | st.integers(-40 * CENT, 40 * CENT),
)
def test_a_household_never_trades_with_itself(
    net: int, give: int, take: int, value: float, lowest: int | None, highest: int | None
) -> None:
    limits = TradingLimits(lowest_price=lowest, highest_price=highest)
    orders = orders_of(Position(net, give, take), willingness(value, STORAGE, 8 * CENT), UTILITY, limits)
    bids = [order.limit for order in orders if order.side is Side.BID]
    offers = [order.limit for order in orders if order.side is Side.OFFER]
    assert not bids or not offers or max(bids) < min(offers)
    assert all(0 <= order.battery <= order.quantity and order.quantity > 0 for order in orders)
    if limits.highest_price is not None:
        assert all(limit <= limits.highest_price for limit in bids)
    if limits.lowest_price is not None:
        assert all(limit >= limits.lowest_price for limit in offers)


@pytest.mark.parametrize(
    ("position", "filled", "told", "energy"),
    [
        (Position(100, 400, 0), {}, Instruction(Mode.SELF_CONSUME, None), 100.0),
        (Position(100, 400, 0), {Purpose.SAVE: 100}, Instruction(Mode.HOLD, None), 0.0),
        (Position(100, 400, 0), {Purpose.SAVE: 30}, Instruction(Mode.HOLD, 30), 70.0),
        (Position(100, 400, 0), {Purpose.DISCHARGE: 250}, Instruction(Mode.SERVE_COMMUNITY, -250), 350.0),
        (Position(-300, 0, 500), {Purpose.STORE: 200}, Instruction(Mode.CHARGE, 200), -500.0),
        (Position(-300, 0, 500), {Purpose.UNSTORED: 300}, Instruction(Mode.FEED_IN, None), 0.0),
        (Position(-300, 0, 500), {Purpose.UNSTORED: 100}, Instruction(Mode.FEED_IN, -100), -200.0),
        (
            Position(-300, 0, 200),
            {Purpose.SURPLUS: 100, Purpose.UNSTORED: 50},
            Instruction(Mode.FEED_IN, -150),
            -150.0,
        ),
    ],
)
def test_what_was_filled_says_what_the_battery_does(
    position: Position, filled: dict[Purpose, int], told: Instruction, energy: float
) -> None:
    orders = orders_of(position, WILLING, UTILITY, FREE)
    assert instruction(orders, filled) == told
    assert battery_energy(told, position.net, position.can_discharge, position.can_charge) == energy


@given(
    mode=st.sampled_from(list(Mode)),
    grid=st.none() | st.integers(-3000, 3000),
    net=st.floats(-3000, 3000),
    give=st.floats(0, 1250),
    take=st.floats(0, 1250),
)
def test_the_battery_stays_within_what_it_can(
    mode: Mode, grid: int | None, net: float, give: float, take: float
) -> None:
    energy = battery_energy(Instruction(mode, grid), net, give, take)
    assert -take <= energy <= give
    if mode is Mode.HOLD and net > 0 and grid is None:
        assert energy == 0


def test_when_the_house_errs_the_quantity_at_the_meter_holds() -> None:
    told = Instruction(Mode.SERVE_COMMUNITY, -250)
    assert battery_energy(told, 180.0, 1000.0, 0.0) == 430.0
    assert battery_energy(told, 900.0, 1000.0, 0.0) == 1000.0
