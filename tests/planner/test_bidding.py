"""What a plan offers and asks for, within the owner's limits."""

from dataclasses import replace

import pytest

from openems_bridge.planner.battery import Storage
from openems_bridge.planner.bidding import orders_for, position_of
from openems_bridge.planner.job import Hold
from openems_bridge.planner.orders import Order, Position, Purpose, Side, TradingLimits, UtilityPrices
from openems_bridge.planner.plan import Plan
from openems_bridge.planner.work import plan
from tests.planner.houses import CENT, HORIZON, ISSUE, STORAGE, house, outlook

UTILITY = UtilityPrices(sell=24 * CENT, buy=8 * CENT)
OPEN = replace(STORAGE, feed_in=True, grid_charging=True)
DEFICIT = outlook((60_000,) * HORIZON, (0,) * HORIZON)


def full_house() -> Plan:
    return plan(house(stored_wh=9500, feed_in=True, grid_charging=True, community=DEFICIT))


def orders(made: Plan, hour: int, storage: Storage = OPEN, promised: int = 0) -> tuple[Order, ...]:
    return orders_for(
        made,
        ISSUE + hour,
        storage,
        inside_charge=8 * CENT,
        utility=UTILITY,
        limits=TradingLimits(),
        promised_wh=promised,
    )


def test_a_full_battery_is_offered_from_the_value_of_its_energy_on() -> None:
    made = full_house()
    found = {order.purpose: order for order in orders(made, 0)}
    offer = found[Purpose.DISCHARGE]
    assert offer.side is Side.OFFER
    assert offer.quantity == offer.battery == 4500
    assert offer.limit == pytest.approx(made.slots[0].value / 0.95, abs=1)
    assert found[Purpose.SAVE].quantity == 500
    assert found[Purpose.SAVE].limit < offer.limit


def test_the_same_energy_is_not_promised_twice() -> None:
    made = full_house()
    assert position_of(made.slots[0], OPEN, 3600).can_discharge == 5000
    assert position_of(made.slots[0], OPEN, 3600, promised_wh=9000).can_discharge == 475
    assert all(order.battery == 0 for order in orders(made, 0, promised=9400) if order.side is Side.OFFER)


def test_a_battery_that_may_not_feed_in_only_serves_its_house() -> None:
    found = orders(full_house(), 0, storage=STORAGE)
    assert {order.purpose for order in found} == {Purpose.SAVE}


def test_limits_of_the_connection_bound_what_is_offered() -> None:
    made = full_house()
    assert position_of(made.slots[0], replace(OPEN, max_feed_in_w=1200), 3600).can_discharge == 1700
    assert position_of(made.slots[0], replace(OPEN, max_draw_w=700), 3600).can_charge == 200
    assert position_of(made.slots[12], replace(OPEN, max_draw_w=0), 3600) == Position(
        net=-3500,
        can_discharge=position_of(made.slots[12], OPEN, 3600).can_discharge,
        can_charge=min(3500, position_of(made.slots[12], OPEN, 3600).can_charge),
    )


def test_a_held_battery_offers_nothing() -> None:
    made = plan(
        house(
            stored_wh=9500,
            feed_in=True,
            community=DEFICIT,
            holds=(Hold(first_slot=ISSUE, end_slot=ISSUE + 2),),
        )
    )
    assert {order.purpose for order in orders(made, 0)} <= {Purpose.NEED, Purpose.STORE}


def test_beyond_the_plan_there_are_no_orders() -> None:
    assert orders(full_house(), HORIZON) == ()
