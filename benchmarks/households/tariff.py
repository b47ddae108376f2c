"""What a community's energy costs, and greedy self-consumption, the baseline of the dispatch benchmark."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Energy = NDArray[np.float64]
"""Wh by household and slot."""

_WH = 1000 * 1_000_000
"""Micro-units per kWh times Wh, as the currency."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Micro-units of the currency per kWh: import, feed-in, and what leaves the community of energy exchanged inside."""

    import_price: int = 320_000
    feed_in_price: int = 80_000
    inside_charge: int = 80_000

    def cost(self, grid: Energy) -> float:
        """Return what all households pay together for what their meters saw (Wh, + import), netted slot by slot."""
        demand, surplus = np.maximum(grid, 0).sum(axis=0), np.maximum(-grid, 0).sum(axis=0)
        inside = np.minimum(demand, surplus)
        paid = self.import_price * (demand - inside) - self.feed_in_price * (surplus - inside)
        return float((paid + self.inside_charge * inside).sum()) / _WH


EFFICIENCY = 0.95
"""Of charging, and of discharging."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """The batteries of a community: who has one, and Wh and Wh per slot of each."""

    owners: NDArray[np.int64]
    capacity: Energy
    power: Energy


def greedy(net: Energy, fleet: Fleet) -> Energy:
    """Return what each meter sees (Wh, + import) where each battery serves its own house only, empty at the start."""
    grid, stored = net.copy(), np.zeros(len(fleet.owners))
    for slot in range(net.shape[1]):
        own = net[fleet.owners, slot]
        given = np.minimum(np.minimum(np.maximum(own, 0), fleet.power), stored * EFFICIENCY)
        taken = np.minimum(
            np.minimum(np.maximum(-own, 0), fleet.power), (fleet.capacity - stored) / EFFICIENCY
        )
        stored += taken * EFFICIENCY - given / EFFICIENCY
        grid[fleet.owners, slot] = own - given + taken
    return grid


def self_sufficiency(load: Energy, grid: Energy, *, netted: bool) -> float:
    """Return the share of the load that needs no import: by each household, or ``netted`` by the community."""
    demand, surplus = np.maximum(grid, 0).sum(axis=0), np.maximum(-grid, 0).sum(axis=0)
    imported = np.maximum(demand - surplus, 0) if netted else demand
    return 1 - float(imported.sum() / load.sum())
