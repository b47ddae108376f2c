"""The benchmark's community on a few generated days: costs are ordered as they must be, and money is conserved."""

import numpy as np
import pytest

from benchmarks.households.foresight import perfect
from benchmarks.households.outlooks import Issues
from benchmarks.households.tariff import Energy, Fleet, Tariff, greedy, self_sufficiency
from benchmarks.households.trading import HORIZON_HOURS, Community, Outlook, Signal

SLOTS = 96
HOUR = 4
TARIFF = Tariff()


def known(energy: Energy, stride: int) -> Issues:
    """Return forecasts that never err."""
    ahead = HORIZON_HOURS * HOUR + stride
    ends = np.concatenate([energy, np.zeros(ahead)])
    rows = [ends[issue : issue + ahead] for issue in range(0, len(energy), stride)]
    return Issues(stride, np.array([(row, row, row) for row in rows], dtype=np.float32).transpose(1, 0, 2))


@pytest.fixture
def street() -> tuple[Energy, Energy, Fleet]:
    hours = (np.arange(2 * SLOTS) % SLOTS) / 4
    sun = np.maximum(0, 1 - np.abs(hours - 12) / 6)
    load = np.stack(
        [60 + 20 * (hours > 17), 70 + 30 * (hours > 18), 150 + 60 * (hours > 18), 120 + 0 * hours]
    )
    pv = np.stack([900 * sun, 700 * sun, 0 * sun, 500 * sun])
    fleet = Fleet(np.array([0, 1]), np.array([8000.0, 6000.0]), np.array([1000.0, 1000.0]))
    return load, pv, fleet


def test_we_stand_between_greed_and_foresight(street: tuple[Energy, Energy, Fleet]) -> None:
    load, pv, fleet = street
    net = load - pv
    outlook = Outlook(
        [known(load[0], 12), known(load[1], 12)],
        [known(pv[0], 12), known(pv[1], 12)],
        known(load[2] + load[3], 4),
        known(pv[2] + pv[3], 4),
    )
    alone = TARIFF.cost(greedy(net, fleet))
    best = TARIFF.cost(perfect(net, fleet, TARIFF, SLOTS))
    community = Community(net, fleet, TARIFF, outlook, 900)
    grid = community.run(Signal.LIVE)
    ours = TARIFF.cost(grid)
    assert best - 1e-6 <= ours < alone
    assert (alone - ours) / (alone - best) > 0.5
    assert (community.stored >= 0).all()
    assert (community.stored <= fleet.capacity).all()
    given = net[fleet.owners] - grid[fleet.owners]
    stored = np.where(given > 0, given / 0.95, given * 0.95).sum(axis=1)
    assert np.allclose(-stored, community.stored, atol=1e-6)
    assert self_sufficiency(load, grid, netted=True) >= self_sufficiency(load, grid, netted=False)


def test_greed_pays_what_the_tariff_says() -> None:
    net = np.array([[1000.0, -2000.0], [-500.0, 1000.0]])
    nobody = Fleet(np.array([], dtype=np.int64), np.array([]), np.array([]))
    # 500 Wh at 32 ct and 500 inside at 8 ct; then 1000 inside, and 1000 sold at 8 ct.
    assert TARIFF.cost(greedy(net, nobody)) == pytest.approx(
        0.5 * 0.32 + 0.5 * 0.08 + 1.0 * 0.08 - 1.0 * 0.08
    )
