"""From what the daemon knows to the planner's job, and from its plan to the daemon's words. Needs no numpy."""

import math
from collections.abc import Iterator, Mapping, Sequence

from dems_protocol.slots import SlotGrid
from openems_bridge.forecast.answer import SlotForecast
from openems_bridge.foresight.plan import (
    BatteryNow,
    Commitment,
    HouseholdPlan,
    NetBand,
    PlanMode,
    PlannedOrder,
    PlannedSlot,
    PlanQuestion,
    PlanReason,
)
from openems_bridge.foresight.tariff import SlotPrice
from openems_bridge.planner import job as planner
from openems_bridge.planner.battery import Storage
from openems_bridge.planner.orders import Mode, Position, Side, TradingLimits, UtilityPrices, orders_of
from openems_bridge.planner.plan import Plan
from openems_bridge.planner.plan import PlannedSlot as Step
from openems_bridge.planner.reasons import parameters
from openems_bridge.planner.runner import PlanRunner
from openems_bridge.planner.willingness import willingness

HORIZON_HOURS = 36
MOST_SLOTS = 600
"""A demo's short slots are planned no further than this: the programme grows with them."""
_NO_BATTERY = Storage(capacity_wh=0, charge_w=0, discharge_w=0)
PLAN_MODES = {
    Mode.SELF_CONSUME: PlanMode.SELF_CONSUMPTION,
    Mode.HOLD: PlanMode.HOLD,
    Mode.SERVE_COMMUNITY: PlanMode.SERVE_COMMUNITY,
    Mode.FEED_IN: PlanMode.DELIVER,
    Mode.CHARGE: PlanMode.CHARGE_GRID,
}


class PlannerProcess:
    """Serves ``foresight.plan.Planner`` with the planner's short-lived process."""

    def __init__(self, runner: PlanRunner) -> None:
        self._runner = runner

    async def plan(self, question: PlanQuestion, made_at: float) -> HouseholdPlan | None:
        """Return the plan, None where there is none, not even an older one that still holds."""
        latest = await self._runner.plan(job_of(question))
        return None if latest.plan is None else household_plan(latest.plan, question, made_at)


def job_of(question: PlanQuestion) -> planner.Job:
    """Return what the planner is asked."""
    first = question.first_slot
    hours = HORIZON_HOURS * 3600 // question.slot_seconds
    end = min(question.forecast.end_slot, first + len(question.prices), first + min(hours, MOST_SLOTS))
    slots = range(first, end)
    outlook = _outlook(question, first, len(slots))
    # The planner reckons the pool's prices from an outlook by itself; without one, those of former days stand in.
    prices = (
        [_with_community(question, slot) for slot in slots]
        if outlook is None
        else [question.prices[slot - first] for slot in slots]
    )
    pv = question.forecast.pv
    begin = first - question.forecast.issue_slot
    nothing = (0,) * len(slots)
    return planner.Job(
        issue_slot=first,
        slot_seconds=question.slot_seconds,
        stored_wh=0 if question.battery is None else question.battery.energy,
        storage=storage_of(question.battery),
        load=_band(question.forecast.load, begin, len(slots)),
        pv=planner.EnergyBand(expected=nothing, low=nothing, high=nothing)
        if pv is None
        else _band(pv, begin, len(slots)),
        retail=planner.Retail(
            import_price=tuple(price.import_price for price in prices),
            feed_in_price=tuple(price.export_price for price in prices),
            estimated=tuple(price.import_estimated or price.export_estimated for price in prices),
        ),
        community=outlook,
        announced=tuple(_loads(question)),
        holds=tuple(_holds(question)),
    )


def storage_of(battery: BatteryNow | None) -> Storage:
    """Return a battery as the planner takes it; one that can hold nothing where there is none."""
    if battery is None:
        return _NO_BATTERY
    return Storage(
        capacity_wh=battery.capacity,
        charge_w=battery.charge_power,
        discharge_w=battery.discharge_power,
        reserve_soc=battery.reserve_soc,
        grid_charging=battery.grid_charging,
        feed_in=battery.feed_in,
        max_draw_w=battery.max_grid_draw,
        max_feed_in_w=battery.max_feed_in,
    )


def household_plan(plan: Plan, question: PlanQuestion, made_at: float) -> HouseholdPlan:
    """Return a plan in the daemon's words; what was contracted of a slot goes before what was planned of it."""
    grid = SlotGrid(question.slot_seconds)
    committed = {one.slot: one for one in question.commitments}
    slots = [
        _slot(step, question, committed.get(step.slot))
        for step in plan.slots
        if question.first_slot <= step.slot < question.first_slot + len(question.prices)
    ]
    return HouseholdPlan(
        made_at=made_at,
        slots=slots,
        expected_cost=plan.cost,
        problems=[
            PlanReason(
                one.what.value,
                {
                    name: value
                    for name, value in (("slot", one.slot), ("amount", one.amount), ("about", one.about))
                    if value is not None
                },
            )
            for one in plan.relaxed
        ],
        starts={load.id: grid.start(load.first_slot) for load in plan.loads},
        orders=tuple(_orders(plan, question)),
    )


def _with_community(question: PlanQuestion, slot: int) -> SlotPrice:
    """Return what a kWh really costs and earns: the community's price where that is better than the utility's."""
    price = question.prices[slot - question.first_slot]
    inside = question.community.get(slot)
    if inside is None:
        return price
    return SlotPrice(
        import_price=min(price.import_price, inside.price),
        export_price=max(price.export_price, min(inside.price, price.import_price)),
        import_estimated=price.import_estimated or not inside.is_cleared,
        export_estimated=price.export_estimated or not inside.is_cleared,
    )


def _outlook(question: PlanQuestion, first: int, count: int) -> planner.CommunityOutlook | None:
    """Return the community's outlook for the slots of a job, None where it is too old to reach."""
    outlook = question.outlook
    if outlook is None or not 0 <= first - outlook.first_slot <= count // 2:
        return None
    a_day = 86_400 // question.slot_seconds
    owners = _reaching(outlook.owners, first - outlook.first_slot, count, a_day)
    others = _reaching(outlook.others, first - outlook.first_slot, count, a_day)
    if owners is None or others is None:
        return None
    return planner.CommunityOutlook(
        inside_charge=max(question.inside_charge, 0),
        owners_net=owners,
        others_net=others,
        capacity_wh=outlook.capacity,
        power_w=outlook.power,
        stored_wh=min(outlook.stored, outlook.capacity),
    )


def _reaching(band: NetBand, offset: int, count: int, a_day: int) -> planner.EnergyBand | None:
    """Return ``count`` slots from ``offset`` on; beyond the band's end those of the day before stand in."""
    places = [
        offset + ahead if offset + ahead < len(band.expected) else offset + ahead - a_day
        for ahead in range(count)
    ]
    if any(not 0 <= place < len(band.expected) for place in places):
        return None
    return planner.EnergyBand(
        expected=tuple(band.expected[place] for place in places),
        low=tuple(band.low[place] for place in places),
        high=tuple(band.high[place] for place in places),
    )


def _band(forecast: SlotForecast, begin: int, count: int) -> planner.EnergyBand:
    end = begin + count
    return planner.EnergyBand(
        expected=tuple(forecast.expected_wh[begin:end]),
        low=tuple(forecast.low_wh[begin:end]),
        high=tuple(forecast.high_wh[begin:end]),
    )


def _loads(question: PlanQuestion) -> Iterator[planner.AnnouncedLoad]:
    seconds = question.slot_seconds
    for load in question.loads:
        first = -(-load.earliest // seconds)
        yield planner.AnnouncedLoad(
            id=load.id,
            power_w=load.power,
            slots=max(1, math.ceil(load.energy * 3600 / load.power / seconds)),
            first_slot=first,
            end_slot=max(load.latest // seconds, first + 1),
        )


def _holds(question: PlanQuestion) -> Iterator[planner.Hold]:
    seconds = question.slot_seconds
    for hold in question.holds:
        yield planner.Hold(first_slot=hold.start // seconds, end_slot=-(-hold.end // seconds))


def _slot(step: Step, question: PlanQuestion, commitment: Commitment | None) -> PlannedSlot:
    battery = question.battery
    capacity = 0 if battery is None else battery.capacity
    mode, quantity = PLAN_MODES[step.mode], step.grid_wh
    reason = PlanReason(
        step.because.value,
        {name: value for name, value in parameters(step).items() if value is not None},
    )
    if step.mode is Mode.FEED_IN and quantity is None:
        # All of the surplus is sold: what is expected of it, so that more than that is still stored.
        quantity = min(step.expected_grid_wh, 0)
    if commitment is not None and battery is not None:
        mode, quantity, reason = _contracted(commitment, mode, quantity, reason)
    reserve = math.ceil(step.reserve_wh * 100 / capacity) if capacity else 0
    return PlannedSlot(
        slot=step.slot,
        mode=mode,
        reserve_soc=min(100, reserve),
        grid_energy=quantity,
        expected_soc=min(100, step.stored_wh * 100 // capacity) if capacity else None,
        reason=reason,
        price=question.prices[step.slot - question.first_slot],
        expected_grid=step.expected_grid_wh,
        battery_energy=step.expected_battery_wh,
        value=step.value,
    )


def _contracted(
    commitment: Commitment, mode: PlanMode, quantity: int | None, reason: PlanReason
) -> tuple[PlanMode, int | None, PlanReason]:
    """Return what a contract asks of the battery, what was planned where it asks nothing of it."""
    energy = commitment.bought - commitment.sold
    if commitment.battery_sold:
        return PlanMode.SERVE_COMMUNITY, energy, PlanReason("sold_from_battery", {"energy": commitment.sold})
    if commitment.battery_bought:
        return PlanMode.CHARGE_GRID, energy, PlanReason("bought_for_battery", {"energy": commitment.bought})
    return mode, quantity, reason


def _orders(plan: Plan, question: PlanQuestion) -> Iterator[PlannedOrder]:
    """Yield what each slot of a plan calls for in the market."""
    storage = storage_of(question.battery)
    stored = 0 if question.battery is None else question.battery.energy
    prices: Mapping[int, SlotPrice] = _by_slot(question)
    for step in plan.slots:
        price = prices.get(step.slot)
        if price is not None:
            willing = willingness(step.value, storage, question.inside_charge)
            # What is bought inside costs the charge on top, so it is worth that much less than the supplier's.
            sell = price.import_price - question.inside_charge
            utility = UtilityPrices(sell=sell, buy=min(price.export_price, sell))
            position = _position(step, storage, stored, question.slot_seconds)
            for order in orders_of(position, willing, utility, TradingLimits()):
                yield PlannedOrder(
                    slot=step.slot,
                    side=1 if order.side is Side.OFFER else 0,
                    quantity=order.quantity,
                    battery=order.battery,
                    limit=order.limit,
                    purpose=order.purpose.value,
                )
        stored = step.stored_wh


def _position(step: Step, storage: Storage, stored: int, slot_seconds: int) -> Position:
    """Return how much the battery could give and take at the meter in a slot that it begins with ``stored`` Wh."""
    usable, room = max(stored - step.reserve_wh, 0), max(storage.most_wh - stored, 0)
    return Position(
        net=step.expected_net_wh,
        can_discharge=int(min(usable * storage.efficiency_out, storage.discharge_w * slot_seconds / 3600)),
        can_charge=int(min(room / storage.efficiency_in, storage.charge_w * slot_seconds / 3600)),
    )


def _by_slot(question: PlanQuestion) -> Mapping[int, SlotPrice]:
    prices: Sequence[SlotPrice] = question.prices
    return {question.first_slot + index: price for index, price in enumerate(prices)}
