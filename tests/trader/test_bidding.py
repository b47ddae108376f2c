"""Orders of a plan within the owner's limits."""

from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.foresight.plan import PlannedOrder
from openems_bridge.trader.bidding import desired_orders
from openems_bridge.trader.settings import TradingSettings

SETTINGS = TradingSettings(auto_bid=True, lowest_price=100_000, highest_price=250_000, energy_per_day=1000)


def _planned(slot: int, side: int, quantity: int, limit: int, battery: int = 0) -> PlannedOrder:
    return PlannedOrder(slot=slot, side=side, quantity=quantity, battery=battery, limit=limit)


def _desired(*planned: PlannedOrder, settings: TradingSettings = SETTINGS) -> list[tuple[int, ...]]:
    days = {order.slot: 1 for order in planned}
    found = desired_orders(planned, settings, traded={1: (0, 300)}, day_of=days, slot_seconds=900)
    return [(one.slot, one.side, one.quantity, one.limit, one.battery) for one in found]


def test_without_the_owners_word_nothing_is_bid() -> None:
    assert _desired(_planned(1, 1, 500, 120_000), settings=TradingSettings()) == []


def test_limits_move_prices_and_bound_the_day() -> None:
    assert _desired(
        _planned(1, 1, 500, 80_000), _planned(2, 1, 500, 120_000, 400), _planned(3, 1, 50, 1)
    ) == [
        (1, 1, 500, 100_000, 0),
        (2, 1, 200, 120_000, 200),
    ], "300 Wh of 1000 were sold before"
    assert _desired(_planned(1, 0, 500, 320_000)) == [(1, 0, 500, 250_000, 0)]


def test_what_would_cross_is_left_out() -> None:
    assert _desired(_planned(1, 0, 500, 240_000), _planned(1, 1, 100, 90_000)) == [(1, 0, 500, 240_000, 0)]


_ORDERS = st.lists(
    st.builds(
        _planned, st.integers(1, 3), st.integers(0, 1), st.integers(1, 2000), st.integers(-400_000, 400_000)
    ),
    max_size=12,
)


@given(_ORDERS)
def test_no_household_crosses_itself_or_its_limits(planned: list[PlannedOrder]) -> None:
    found = desired_orders(planned, SETTINGS, traded={}, day_of=dict.fromkeys(range(4), 1), slot_seconds=900)
    for side in (0, 1):
        assert sum(one.quantity for one in found if one.side == side) <= SETTINGS.energy_per_day
    for one in found:
        assert one.battery <= one.quantity
        assert one.limit >= SETTINGS.lowest_price if one.side else one.limit <= SETTINGS.highest_price
        bids = [other.limit for other in found if other.slot == one.slot and not other.side]
        if one.side and bids:
            assert max(bids) < one.limit
