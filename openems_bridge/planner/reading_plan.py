"""From the programme's optimum to what is done in each slot, and why."""

from dataclasses import dataclass

import numpy as np

from openems_bridge.planner.job import Job
from openems_bridge.planner.orders import Mode
from openems_bridge.planner.plan import Because, PlannedSlot
from openems_bridge.planner.programme import Situation, Solution
from openems_bridge.planner.scenarios import EXPECTED, PROBABILITIES, Floats

_NOTICEABLE_WH = 2.0
"""Less than this is arithmetic."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The expected future of one slot, Wh."""

    net: float
    charged: float
    discharged: float
    bought: float
    sold: float
    before: float
    after: float
    charges_later: bool


def planned_slots(
    job: Job, situation: Situation, solution: Solution, prices: Floats | None
) -> tuple[PlannedSlot, ...]:
    """Return all slots of a plan. ``prices``: the pool's in the tree's shape, None without a community."""
    expected = np.array(PROBABILITIES)
    value = expected @ solution.value
    buy, sell = expected @ situation.buy, expected @ situation.sell
    price = None if prices is None else expected @ prices
    kept = solution.stored.min(axis=0)
    found = []
    before = float(job.stored_wh)
    for place in range(job.horizon):
        after = float(solution.stored[EXPECTED, place])
        step = _Step(
            net=float(_first_as_solved(situation.net, place)),
            charged=float(solution.charged[EXPECTED, place]),
            discharged=float(solution.discharged[EXPECTED, place]),
            bought=float(solution.bought[EXPECTED, place]),
            sold=float(solution.sold[EXPECTED, place]),
            before=before,
            after=after,
            charges_later=_charges_next(solution, place),
        )
        mode, because, grid = _what(step, job, held=not bool(situation.free[EXPECTED, place]))
        floor = min(job.storage.least_wh, job.stored_wh)
        reserve = max(floor, int(kept[place])) if mode is Mode.SERVE_COMMUNITY else floor
        cost = step.bought * buy[place] - step.sold * sell[place]
        found.append(
            PlannedSlot(
                slot=job.issue_slot + place,
                mode=mode,
                because=because,
                grid_wh=grid,
                reserve_wh=reserve,
                expected_net_wh=round(step.net),
                expected_battery_wh=round(step.discharged - step.charged),
                expected_grid_wh=round(step.bought - step.sold),
                stored_wh=round(after),
                cost=round(cost / 1000),
                buy_price=round(buy[place]),
                sell_price=round(sell[place]),
                estimated=job.retail.estimated[place],
                value=round(value[place]),
                price=None if price is None else round(price[place]),
            )
        )
        before = after
    return tuple(found)


def _charges_next(solution: Solution, place: int) -> bool:
    """Return whether the battery's next move after a slot is to charge."""
    moves = solution.charged[EXPECTED, place + 1 :] - solution.discharged[EXPECTED, place + 1 :]
    moving = np.flatnonzero(np.abs(moves) > _NOTICEABLE_WH)
    return bool(moving.size and moves[moving[0]] > 0)


def _first_as_solved(net: Floats, place: int) -> float:
    """Return the expected net load of a slot; the first one is decided for the mean of all futures."""
    return float(np.array(PROBABILITIES) @ net[:, 0] if place == 0 else net[EXPECTED, place])


def _what(step: _Step, job: Job, *, held: bool) -> tuple[Mode, Because, int | None]:
    need, surplus = max(step.net, 0.0), max(-step.net, 0.0)
    grid = round(step.bought - step.sold)
    storage = job.storage
    usable = step.before - min(storage.least_wh, job.stored_wh)
    room = max(storage.most_wh, job.stored_wh) - step.before
    if step.discharged > need + _NOTICEABLE_WH:
        return Mode.SERVE_COMMUNITY, Because.COMMUNITY_NEEDS, grid
    if step.charged > surplus + _NOTICEABLE_WH:
        return Mode.CHARGE, Because.CHEAP_ENERGY, grid
    if held:
        return Mode.HOLD, Because.HELD, None
    if surplus > _NOTICEABLE_WH:
        return _with_surplus(step, surplus, room, grid)
    power = storage.discharge_w * job.slot_seconds / 3600
    could = min(need, usable * storage.efficiency_out, power)
    if step.discharged < could - _NOTICEABLE_WH:
        whole = step.discharged < _NOTICEABLE_WH
        return Mode.HOLD, Because.DEARER_LATER, None if whole else grid
    idle = usable <= _NOTICEABLE_WH
    return Mode.SELF_CONSUME, Because.NOTHING_STORED if idle else Because.SERVES_HOUSE, None


def _with_surplus(step: _Step, surplus: float, room: float, grid: int) -> tuple[Mode, Because, int | None]:
    if room <= _NOTICEABLE_WH:
        return Mode.SELF_CONSUME, Because.FULL, None
    if step.charged < surplus - _NOTICEABLE_WH and step.after < step.before + room - _NOTICEABLE_WH:
        because = Because.LATER_SURPLUS if step.charges_later else Because.ENOUGH
        return Mode.FEED_IN, because, None if step.charged < _NOTICEABLE_WH else grid
    return Mode.SELF_CONSUME, Because.STORES_SURPLUS, None
