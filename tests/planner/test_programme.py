"""The programme against another formulation of the same optimum, and its dual prices against what they mean."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.households.foresight import perfect
from benchmarks.households.tariff import Fleet, Tariff
from openems_bridge.planner.battery import Storage
from openems_bridge.planner.programme import PlanFailed, Programme, Situation, Tree
from openems_bridge.planner.scenarios import PROBABILITIES, Band, by_step, net_load

TARIFF = Tariff()
STEPS = 12
STORAGE = Storage(
    capacity_wh=3000, charge_w=1000, discharge_w=1000, reserve_soc=0, grid_charging=True, feed_in=True
)


def situation(net: list[int], stored: float = 0.0, scenarios: int = 1) -> Situation:
    shape = (scenarios, len(net))
    return Situation(
        np.broadcast_to(np.array(net, dtype=np.float64), shape),
        np.full(shape, float(TARIFF.import_price)),
        np.full(shape, float(TARIFF.feed_in_price)),
        np.ones(shape, dtype=np.bool_),
        stored,
    )


@settings(max_examples=15, deadline=None)
@given(net=st.lists(st.integers(-2500, 2500), min_size=STEPS, max_size=STEPS))
def test_it_costs_what_an_independent_optimum_costs(net: list[int]) -> None:
    found = Programme(Tree((1,) * STEPS, (1.0,)), STORAGE, 3600).solve(situation(net))
    grid = (found.bought - found.sold)[0]
    fleet = Fleet(np.array([0]), np.array([3000.0]), np.array([1000.0]))
    best = perfect(np.array([net], dtype=np.float64), fleet, TARIFF, STEPS)
    assert TARIFF.cost(grid[None]) == pytest.approx(TARIFF.cost(best), abs=2e-3)


def test_the_value_of_stored_energy_is_what_one_more_kwh_saves() -> None:
    net = [500] * 6 + [-2000] * 2 + [500] * 4
    tree = Tree((1,) * STEPS, (1.0,))
    some = Programme(tree, STORAGE, 3600).solve(situation(net, stored=1000.0))
    more = Programme(tree, STORAGE, 3600).solve(situation(net, stored=1100.0))
    assert (some.cost - more.cost) * 10 == pytest.approx(some.value[0, 0], rel=1e-4)
    assert some.value[0, 0] == pytest.approx(0.95 * TARIFF.import_price, rel=1e-3)


def test_futures_share_their_first_step_and_its_value_is_their_mean() -> None:
    tree = Tree((1,) * 4, (0.5, 0.5))
    futures = replace(
        situation([0, 0, 0, 0], stored=1000.0, scenarios=2),
        net=np.array([[0.0, 900, 900, 0], [0.0, 0, 0, 0]]),
    )
    found = Programme(tree, STORAGE, 3600).solve(futures)
    assert found.stored[0, 0] == found.stored[1, 0]
    expected = (0.95 * TARIFF.import_price + 0.95 * TARIFF.feed_in_price) / 2
    assert found.value[0, 0] == pytest.approx(expected, rel=1e-2)


def test_a_programme_that_is_no_programme_is_reported() -> None:
    with pytest.raises(PlanFailed, match="not finite"):
        Programme(Tree((1,) * 2, (1.0,)), STORAGE, 3600).solve(situation([1, 1], stored=float("nan")))


def test_a_tree_has_probabilities_that_sum_up() -> None:
    with pytest.raises(ValueError, match="sum 1"):
        Tree((1, 1), (0.5, 0.4))
    assert sum(PROBABILITIES) == pytest.approx(1)


def test_scenarios_lie_between_the_quantiles() -> None:
    flat = np.array([100.0, 100.0])
    nets = net_load(Band(flat, flat / 2, flat * 2), Band(flat, flat * 0, flat * 3))
    assert nets.tolist() == [[130.0, 130.0], [0.0, 0.0], [-185.0, -185.0]]
    assert by_step(np.array([1.0, 2, 3, 4, 5]), (1, 3)).tolist() == [1.0, 9.0]
