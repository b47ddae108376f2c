"""The least that a community can pay: its batteries run by one who knows what comes (a linear programme).

Independent of the planner: another formulation, another solver (interior point), all households at once.
"""

import highspy
import numpy as np

from benchmarks.households.tariff import EFFICIENCY, Energy, Fleet, Tariff

WINDOW_DAYS = 7
LOOK_AHEAD_DAYS = 2


def perfect(net: Energy, fleet: Fleet, tariff: Tariff, slots_a_day: int) -> Energy:
    """Return what each meter sees (Wh, + import) in the optimum of windows of 7 days that see 2 more."""
    grid, stored = net.copy(), np.zeros(len(fleet.owners))
    others = np.delete(net, fleet.owners, axis=0)
    demand, surplus = np.maximum(others, 0).sum(axis=0), np.maximum(-others, 0).sum(axis=0)
    length, ahead = WINDOW_DAYS * slots_a_day, (WINDOW_DAYS + LOOK_AHEAD_DAYS) * slots_a_day
    for begin in range(0, net.shape[1], length):
        seen, kept = slice(begin, begin + ahead), slice(begin, begin + length)
        meters, levels = _window(net[fleet.owners, seen], demand[seen], surplus[seen], stored, fleet, tariff)
        count = grid[0, kept].size
        grid[fleet.owners, kept] = meters[:, :count]
        stored = np.clip(levels[:, count - 1], 0.0, fleet.capacity)
    return grid


def _window(
    net: Energy, demand: Energy, surplus: Energy, stored: Energy, fleet: Fleet, tariff: Tariff
) -> tuple[Energy, Energy]:
    """Return meters and levels of a window. Columns: bought, sold, charged, given, level of each; inside of each slot."""
    homes, slots = net.shape
    size = homes * slots
    each, slot = np.arange(size), np.tile(np.arange(slots), homes)
    later = each[slot > 0]
    entries = (
        (each, each, 1.0),
        (each, size + each, -1.0),
        (each, 2 * size + each, -1.0),
        (each, 3 * size + each, 1.0),
        (size + each, 4 * size + each, 1.0),
        (size + later, 4 * size + later - 1, -1.0),
        (size + each, 2 * size + each, -EFFICIENCY),
        (size + each, 3 * size + each, 1 / EFFICIENCY),
        (2 * size + np.arange(slots), 5 * size + np.arange(slots), 1.0),
        (2 * size + slot, each, -1.0),
        (2 * size + slots + np.arange(slots), 5 * size + np.arange(slots), 1.0),
        (2 * size + slots + slot, size + each, -1.0),
    )
    rows, columns = (np.concatenate([entry[place] for entry in entries]) for place in (0, 1))
    values = np.concatenate([np.full(len(entry[0]), entry[2]) for entry in entries])
    order = np.lexsort((rows, columns))
    unlimited = highspy.kHighsInf
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = 5 * size + slots, 2 * size + 2 * slots
    saving = tariff.import_price - tariff.feed_in_price - tariff.inside_charge
    costs = (tariff.import_price, -tariff.feed_in_price, 0, 0, 0)
    programme.col_cost_ = np.concatenate([np.repeat(costs, size), np.full(slots, -saving)]) / 1e5
    programme.col_lower_ = np.zeros(5 * size + slots)
    programme.col_upper_ = np.concatenate(
        [
            np.full(2 * size, unlimited),
            np.repeat(fleet.power, slots),
            np.repeat(fleet.power, slots),
            np.repeat(fleet.capacity, slots),
            np.full(slots, unlimited),
        ]
    )
    before = np.zeros((homes, slots))
    before[:, 0] = stored
    fixed = np.concatenate([net.ravel(), before.ravel()])
    programme.row_lower_ = np.concatenate([fixed, np.full(2 * slots, -unlimited)])
    programme.row_upper_ = np.concatenate([fixed, demand, surplus])
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = np.searchsorted(columns[order], np.arange(5 * size + slots + 1)).astype(
        np.int32
    )
    programme.a_matrix_.index_ = rows[order].astype(np.int32)
    programme.a_matrix_.value_ = values[order]
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("solver", "ipm"), ("run_crossover", "off")):
        solver.setOptionValue(name, value)
    solver.passModel(programme)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"no optimum: {solver.modelStatusToString(solver.getModelStatus())}")
    found = np.array(solver.getSolution().col_value)
    bought, sold, _, _, level = found[: 5 * size].reshape(5, homes, slots)
    return bought - sold, level
