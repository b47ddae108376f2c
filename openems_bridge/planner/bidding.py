"""The orders that follow from a plan, for one of its slots."""

from openems_bridge.planner.battery import Storage
from openems_bridge.planner.orders import Order, Position, TradingLimits, UtilityPrices, orders_of
from openems_bridge.planner.plan import Because, Plan, PlannedSlot
from openems_bridge.planner.willingness import willingness


def orders_for(
    plan: Plan,
    slot: int,
    storage: Storage,
    *,
    inside_charge: int,
    utility: UtilityPrices,
    limits: TradingLimits,
    promised_wh: int = 0,
) -> tuple[Order, ...]:
    """Return what to offer and to ask for in a slot; nothing where the plan does not reach.

    ``inside_charge``: micro-units per kWh that who buys inside pays on top of the pool's price. ``promised_wh``: what
    the battery is to deliver by orders for earlier slots beyond what the plan has it do: the same Wh is not sold twice.
    """
    planned = plan.at(slot)
    if planned is None:
        return ()
    position = position_of(planned, storage, plan.slot_seconds, promised_wh)
    return orders_of(position, willingness(planned.value, storage, inside_charge), utility, limits)


def position_of(planned: PlannedSlot, storage: Storage, slot_seconds: int, promised_wh: int = 0) -> Position:
    """Return what is expected of a slot, and what the owner's limits let the battery give and take in it, Wh."""
    net, battery = planned.expected_net_wh, planned.expected_battery_wh
    moved = battery / storage.efficiency_out if battery > 0 else battery * storage.efficiency_in
    before = planned.stored_wh + moved
    give, take = room_of(storage, before, net, slot_seconds, promised_wh)
    if planned.because is Because.HELD:
        give = 0
    return Position(net=net, can_discharge=give, can_charge=take)


def room_of(
    storage: Storage, stored_wh: float, net_wh: float, seconds: float, promised_wh: int = 0
) -> tuple[int, int]:
    """Return what the battery can give and take at the meter within ``seconds`` by the owner's limits, Wh.

    ``net_wh``: the house's load less its generation in that time, without the battery.
    """
    hours = seconds / 3600
    need, surplus = max(net_wh, 0.0), max(-net_wh, 0.0)
    usable = max(stored_wh - storage.least_wh - promised_wh, 0.0)
    give = min(storage.discharge_w * hours, usable * storage.efficiency_out)
    take = min(storage.charge_w * hours, max(storage.most_wh - stored_wh, 0.0) / storage.efficiency_in)
    if not storage.feed_in:
        give = min(give, need)
    if not storage.grid_charging:
        take = min(take, surplus)
    if storage.max_feed_in_w is not None:
        give = min(give, max(storage.max_feed_in_w * hours + net_wh, need))
    if storage.max_draw_w is not None:
        take = min(take, max(storage.max_draw_w * hours - net_wh, surplus))
    return int(give), int(take)
