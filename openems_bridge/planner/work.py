"""From a job to its plan: the whole computation of the planner's process, without its input and output."""

from collections.abc import Callable

import numpy as np

from openems_bridge.planner.announced import place
from openems_bridge.planner.job import CommunityOutlook, EnergyBand, Job
from openems_bridge.planner.plan import VERSION, PlacedLoad, Plan, Relaxation, Relaxed
from openems_bridge.planner.pool import Batteries, PoolForecast
from openems_bridge.planner.programme import Programme, Situation, Tree
from openems_bridge.planner.reading_plan import planned_slots
from openems_bridge.planner.scenarios import EXPECTED, PROBABILITIES, SCENARIOS, Band, Floats, net_load


def plan(job: Job) -> Plan:
    """Return the plan that a job asks for. Raises PlanFailed."""
    tree = Tree((1,) * job.horizon, PROBABILITIES)
    programme = Programme(tree, job.storage, job.slot_seconds)
    prices = None if job.community is None else _pool_prices(job, job.community, tree)
    situation = _situation(job, prices)
    relaxed: list[Relaxation] = []
    placed: list[PlacedLoad] = []
    # The load with the most energy first: it has the most to gain, and others fit around it.
    for load in sorted(job.announced, key=lambda each: (-each.power_w * each.slots, each.id)):
        found = place(
            load,
            _cost_with(programme, situation),
            first_slot=job.issue_slot,
            horizon=job.horizon,
            slot_seconds=job.slot_seconds,
        )
        if found.relaxed is not None:
            relaxed.append(found.relaxed)
        if found.placed is not None:
            placed.append(found.placed)
            situation = _with_load(situation, found.energy)
    solution = programme.solve(situation)
    relaxed += _limits_passed(job, situation, solution.curtailed[EXPECTED])
    return Plan(
        version=VERSION,
        slot_seconds=job.slot_seconds,
        cost=round(solution.cost),
        slots=planned_slots(job, situation, solution, prices),
        loads=tuple(placed),
        relaxed=tuple(relaxed),
    )


def _band(energy: EnergyBand) -> Band:
    return Band(*(np.array(part, dtype=np.float64) for part in (energy.expected, energy.low, energy.high)))


def _net_band(energy: EnergyBand) -> Floats:
    """Return a net load's scenarios: the gloomy one has more to serve."""
    return np.stack([_band(energy).towards(-each.pv) for each in SCENARIOS])


def _shaped(by_slot: tuple[int, ...]) -> Floats:
    return np.tile(np.array(by_slot, dtype=np.float64), (len(SCENARIOS), 1))


def _pool_prices(job: Job, community: CommunityOutlook, tree: Tree) -> Floats:
    pool = PoolForecast(tree, Batteries(community.capacity_wh, community.power_w), job.slot_seconds)
    return pool.prices(
        owners_net=_net_band(community.owners_net),
        others_net=_net_band(community.others_net),
        stored_wh=float(community.stored_wh),
        buy=_shaped(job.retail.import_price),
        sell=_shaped(job.retail.feed_in_price),
        inside_charge=community.inside_charge,
    )


def _situation(job: Job, prices: Floats | None) -> Situation:
    buy, sell = _shaped(job.retail.import_price), _shaped(job.retail.feed_in_price)
    if prices is not None and job.community is not None:
        buy, sell = np.minimum(buy, prices + job.community.inside_charge), np.maximum(sell, prices)
    free = np.ones(buy.shape, dtype=np.bool_)
    for hold in job.holds:
        first, end = (max(slot - job.issue_slot, 0) for slot in (hold.first_slot, hold.end_slot))
        free[:, first:end] = False
    return Situation(net_load(_band(job.load), _band(job.pv)), buy, sell, free, float(job.stored_wh))


def _with_load(situation: Situation, energy: Floats) -> Situation:
    return Situation(
        situation.net + energy, situation.buy, situation.sell, situation.free, situation.stored_wh
    )


def _cost_with(programme: Programme, situation: Situation) -> Callable[[Floats], float]:
    return lambda energy: programme.solve(_with_load(situation, energy)).cost


def _limits_passed(job: Job, situation: Situation, curtailed: Floats) -> list[Relaxation]:
    """Return which limits the battery cannot keep, in the order in which they give way."""
    storage = job.storage
    found = []
    if curtailed.sum() >= 1:
        first = int(np.argmax(curtailed >= 1)) if (curtailed >= 1).any() else 0
        found.append(
            Relaxation(what=Relaxed.FEED_IN_LIMIT, slot=job.issue_slot + first, amount=round(curtailed.sum()))
        )
    if storage.max_draw_w is not None:
        over = np.maximum(situation.net[EXPECTED] - storage.max_draw_w * job.slot_seconds / 3600, 0.0)
        if (over >= 1).any():
            first = job.issue_slot + int(np.argmax(over >= 1))
            found.append(Relaxation(what=Relaxed.DRAW_LIMIT, slot=first, amount=round(over.sum())))
    if job.stored_wh < storage.least_wh:
        found.append(Relaxation(what=Relaxed.RESERVE, slot=None, amount=storage.least_wh - job.stored_wh))
    if job.stored_wh > storage.most_wh:
        found.append(Relaxation(what=Relaxed.MOST_SOC, slot=None, amount=job.stored_wh - storage.most_wh))
    return found
