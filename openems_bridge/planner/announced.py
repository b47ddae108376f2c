"""When an announced load begins: where the whole plan costs least."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from openems_bridge.planner.job import AnnouncedLoad
from openems_bridge.planner.plan import PlacedLoad, Relaxation, Relaxed
from openems_bridge.planner.scenarios import Floats

_UNNOTICED = 1000.0
"""Micro-units: a tenth of a cent."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A load's place and energy (Wh by slot of the horizon), or none of them; and what gave way."""

    placed: PlacedLoad | None
    energy: Floats
    relaxed: Relaxation | None


def place(
    load: AnnouncedLoad, cost: Callable[[Floats], float], *, first_slot: int, horizon: int, slot_seconds: int
) -> Placement:
    """Return where a load begins so that the plan costs least; the earliest of equals.

    ``cost``: what the best plan costs (micro-units) with such an energy (Wh by slot of the horizon, which begins at
    ``first_slot``) on top.
    """
    earliest = max(load.first_slot - first_slot, 0)
    latest = min(load.end_slot - first_slot, horizon) - load.slots
    if load.end_slot <= first_slot or earliest >= horizon:
        outside = Relaxation(what=Relaxed.LOAD_OUTSIDE, slot=None, amount=0, about=load.id)
        return Placement(None, np.zeros(horizon), outside)
    relaxed = None
    if latest < earliest:
        relaxed = Relaxation(
            what=Relaxed.LOAD_WINDOW, slot=first_slot + earliest, amount=earliest - latest, about=load.id
        )
        latest = earliest
    energies = [_energy(load, begin, horizon, slot_seconds) for begin in range(earliest, latest + 1)]
    best = 0 if len(energies) == 1 else _first_least([cost(energy) for energy in energies])
    return Placement(PlacedLoad(id=load.id, first_slot=first_slot + earliest + best), energies[best], relaxed)


def _energy(load: AnnouncedLoad, begin: int, horizon: int, slot_seconds: int) -> Floats:
    energy = np.zeros(horizon)
    energy[begin : begin + load.slots] = load.power_w * slot_seconds / 3600
    return energy


def _first_least(costs: Sequence[float]) -> int:
    """Return the first place whose cost is the least, but for what nobody would notice."""
    least = min(costs)
    return next(place for place, cost in enumerate(costs) if cost <= least + _UNNOTICED)
