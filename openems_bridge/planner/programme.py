"""The linear programme of a battery over scenarios that share their first step, solved by HiGHS.

It is feasible whatever is put in, because doing nothing is: limits bound the battery's power so that they never ask it
to act, a state of charge outside its limits may stay where it is, and what may not flow into the grid is curtailed.
"""

from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np
from numpy.typing import NDArray

from openems_bridge.planner.battery import Storage
from openems_bridge.planner.scenarios import Floats

_BUY, _SELL, _CURTAIL, _CHARGE, _DISCHARGE, _STORED, _INSIDE = range(7)
_TIE_COST = 50.0
_TIE_COST_AN_HOUR = 5.0
"""Micro-units per kWh that charging and discharging cost at least, and the more the later: nothing moves for nothing,
and of two times that are as good the first is chosen, because it is certain."""
_UNIT = 1e-5
"""Costs are scaled so that HiGHS sees numbers around 1."""


class PlanFailed(Exception):
    """HiGHS did not solve a programme that always has a solution: its input was not finite."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Steps of so many slots each, and scenarios with their probabilities; the first step is common to them.

    Arrays about a tree have the shape (scenarios, steps). Raises ValueError for probabilities that do not sum up to 1.
    """

    steps: tuple[int, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the probabilities."""
        if not self.steps or min(self.steps) < 1 or abs(sum(self.probabilities) - 1) > 1e-9:
            raise ValueError("a tree has steps of a slot or more, and probabilities with the sum 1")

    @property
    def nodes(self) -> int:
        """How many decisions there are at each quantity."""
        return 1 + len(self.probabilities) * (len(self.steps) - 1)

    @property
    def weights(self) -> Floats:
        """The probability of each node."""
        rest = [np.full(len(self.steps) - 1, probability) for probability in self.probabilities]
        return np.concatenate([np.ones(1), *rest])

    @property
    def lengths(self) -> Floats:
        """How many slots each node lasts."""
        return np.array([self.steps[0], *self.steps[1:] * len(self.probabilities)], dtype=np.float64)

    @property
    def begins(self) -> Floats:
        """After how many slots each node begins."""
        first = np.concatenate([[0], np.cumsum(self.steps)[:-1]]).astype(np.float64)
        return self.flat(np.tile(first, (len(self.probabilities), 1)))

    @property
    def parents(self) -> NDArray[np.int64]:
        """The node before each node but the first."""
        found = np.arange(self.nodes - 1)
        found[:: len(self.steps) - 1] = 0
        return found

    def flat(self, values: Floats) -> Floats:
        """Return an array of the tree's shape by nodes; the first step gets its expected value."""
        first = np.average(values[:, 0], weights=self.probabilities)
        return np.concatenate([[first], values[:, 1:].ravel()])

    def shaped(self, nodes: Floats) -> Floats:
        """Return values by nodes in the tree's shape."""
        first = np.full((len(self.probabilities), 1), nodes[0])
        return np.concatenate([first, nodes[1:].reshape(len(self.probabilities), -1)], axis=1)


@dataclass(frozen=True, slots=True)
class Community:
    """What the other members need and have left (Wh, the tree's shape), and what a kWh within the community saves.

    ``saving``: micro-units per kWh, the utility's price less its feed-in price less the charge within the community.
    """

    demand: Floats
    surplus: Floats
    saving: Floats


@dataclass(frozen=True, slots=True)
class Situation:
    """What a programme is solved for; arrays have the tree's shape.

    ``net``: load less generation, Wh; ``buy`` and ``sell``: micro-units per kWh; ``free``: where the battery may
    discharge; ``stored_wh`` now.
    """

    net: Floats
    buy: Floats
    sell: Floats
    free: NDArray[np.bool_]
    stored_wh: float
    community: Community | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """The optimum; arrays have the tree's shape, energies in Wh, ``stored`` at the end of each step.

    ``value`` (micro-units per kWh): what one more kWh stored at the beginning of a step would save from then on.
    ``price``: what one more kWh fed in would earn the community, only where there is one. ``cost``: micro-units.
    """

    bought: Floats
    sold: Floats
    curtailed: Floats
    charged: Floats
    discharged: Floats
    stored: Floats
    value: Floats
    price: Floats | None
    cost: float


class Programme:
    """One battery's programme, kept with its last basis so that the next solution starts from there."""

    def __init__(self, tree: Tree, storage: Storage, slot_seconds: int, *, community: bool = False) -> None:
        self._tree, self._storage, self._community = tree, storage, community
        self._hours = tree.lengths * slot_seconds / 3600
        self._begins = tree.begins * slot_seconds / 3600
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("threads", 1), ("presolve", "off")):
            self._solver.setOptionValue(name, value)
        columns = tree.nodes * (7 if community else 6)
        rows = tree.nodes * (4 if community else 2)
        self._columns, self._rows = np.arange(columns, dtype=np.int32), np.arange(rows, dtype=np.int32)
        self._solver.passModel(self._model())

    def solve(self, situation: Situation) -> Solution:
        """Return the optimum. Raises PlanFailed."""
        flat = self._tree.flat
        net = flat(situation.net)
        if not all(
            np.isfinite(each).all() for each in (net, situation.buy, situation.sell, situation.stored_wh)
        ):
            raise PlanFailed("an energy or a price is not finite")
        costs = self._costs(situation)
        low, high = self._column_bounds(
            net, self._tree.flat(situation.free.astype(np.float64)) > 0.5, situation.stored_wh
        )
        before = np.zeros_like(net)
        before[0] = situation.stored_wh
        least, most = [net, before], [net, before]
        if situation.community is not None:
            unbounded = np.full(2 * len(net), -highspy.kHighsInf)
            least.append(unbounded)
            most += [flat(situation.community.demand), flat(situation.community.surplus)]
        count, rows = len(self._columns), len(self._rows)
        self._solver.changeColsCost(count, self._columns, costs * _UNIT)
        self._solver.changeColsBounds(count, self._columns, low, high)
        self._solver.changeRowsBounds(rows, self._rows, np.concatenate(least), np.concatenate(most))  # type: ignore[attr-defined]
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise PlanFailed(
                f"HiGHS ended with {self._solver.modelStatusToString(self._solver.getModelStatus())}"
            )
        return self._solution(situation)

    def _costs(self, situation: Situation) -> Floats:
        tree = self._tree
        weights = tree.weights
        buy = tree.flat(situation.buy)
        # Selling dearer than one buys would make money out of a loop through the meter.
        sell = np.minimum(tree.flat(situation.sell), buy)
        still = np.zeros(tree.nodes)
        moved = _TIE_COST + _TIE_COST_AN_HOUR * self._begins
        parts = [buy, -sell, still, moved, moved + self._storage.wear_cost, still]
        if situation.community is not None:
            parts.append(-tree.flat(situation.community.saving))
        return np.concatenate([part * weights for part in parts])

    def _column_bounds(self, net: Floats, free: NDArray[np.bool_], stored: float) -> tuple[Floats, Floats]:
        storage, hours, unlimited = self._storage, self._hours, np.full(len(net), highspy.kHighsInf)
        own_surplus, own_need = np.maximum(-net, 0.0), np.maximum(net, 0.0)
        charge = np.full(len(net), float(storage.charge_w)) * hours
        discharge = np.where(free, float(storage.discharge_w), 0.0) * hours
        # Bounds on what is bought, not on charging: with what is curtailed one could charge from the grid as well.
        bought = unlimited if storage.grid_charging else own_need
        if not storage.feed_in:
            discharge = np.minimum(discharge, own_need)
        if storage.max_draw_w is not None:
            bought = np.minimum(bought, np.maximum(storage.max_draw_w * hours, own_need))
        sold = unlimited
        if storage.max_feed_in_w is not None:
            sold = storage.max_feed_in_w * hours
            discharge = np.minimum(discharge, np.maximum(sold + net, own_need))
        floor = np.full(len(net), min(float(storage.least_wh), stored))
        top = np.full(len(net), max(float(storage.most_wh), stored))
        curtailed = np.maximum(own_surplus - sold, 0.0)
        high = [bought, sold, curtailed, charge, discharge, top]
        low = [np.zeros(5 * len(net)), floor]
        if self._community:
            low.append(np.zeros(len(net)))
            high.append(unlimited)
        return np.concatenate(low), np.concatenate(high)

    def _model(self) -> highspy.HighsLp:
        """Return the programme's matrix; costs and bounds come with each situation."""
        count, storage = self._tree.nodes, self._storage
        node = np.arange(count)
        later = node[1:]
        entries = [
            # What is bought, sold and curtailed is the net load with the battery.
            (node, _BUY, node, 1.0),
            (node, _SELL, node, -1.0),
            (node, _CURTAIL, node, -1.0),
            (node, _CHARGE, node, -1.0),
            (node, _DISCHARGE, node, 1.0),
            # What is stored is what was, and what came and went.
            (count + node, _STORED, node, 1.0),
            (count + later, _STORED, self._tree.parents, -1.0),
            (count + node, _CHARGE, node, -storage.efficiency_in),
            (count + node, _DISCHARGE, node, 1.0 / storage.efficiency_out),
        ]
        if self._community:
            # What stays inside is at most what all need, and what all have.
            entries += [
                (2 * count + node, _INSIDE, node, 1.0),
                (2 * count + node, _BUY, node, -1.0),
                (3 * count + node, _INSIDE, node, 1.0),
                (3 * count + node, _SELL, node, -1.0),
            ]
        rows = np.concatenate([entry[0] for entry in entries])
        columns = np.concatenate([kind * count + nodes for _, kind, nodes, _ in entries])
        values = np.concatenate([np.full(len(entry[0]), entry[3]) for entry in entries])
        order = np.lexsort((rows, columns))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self._columns), len(self._rows)
        model.col_cost_ = model.col_lower_ = model.col_upper_ = np.zeros(len(self._columns))
        model.row_lower_ = model.row_upper_ = np.zeros(len(self._rows))
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.searchsorted(columns[order], np.arange(len(self._columns) + 1)).astype(
            np.int32
        )
        model.a_matrix_.index_ = rows[order].astype(np.int32)
        model.a_matrix_.value_ = values[order]
        return model

    def _solution(self, situation: Situation) -> Solution:
        tree, count, found = self._tree, self._tree.nodes, self._solver.getSolution()
        parts = np.array(found.col_value)
        duals = np.array(found.row_dual) / _UNIT
        of = [tree.shaped(parts[begin:end]) for begin, end in pairwise(range(0, 6 * count + 1, count))]
        price = None
        if situation.community is not None:
            price = situation.sell - tree.shaped(duals[3 * count :] / tree.weights)
        return Solution(
            bought=of[_BUY],
            sold=of[_SELL],
            curtailed=of[_CURTAIL],
            charged=of[_CHARGE],
            discharged=of[_DISCHARGE],
            stored=of[_STORED],
            value=tree.shaped(-duals[count : 2 * count] / tree.weights),
            price=price,
            cost=float(self._solver.getInfo().objective_function_value) / _UNIT / 1000,
        )
