"""A household's readings as an array over consecutive slots, with gaps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dems_protocol.slots import SlotGrid

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]

DAY_SECONDS = 86_400
_KNOWN_SHARE = 0.5
"""A mean over a stretch is told only where at least this share of its slots is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Energy (Wh) of consecutive slots; NaN where nothing is known.

    ``energy[i]`` belongs to slot ``first_slot + i``. Raises ValueError for negative or infinite energy.
    """

    grid: SlotGrid
    first_slot: int
    energy: Floats

    def __post_init__(self) -> None:
        wrong = np.flatnonzero(np.isinf(self.energy) | (self.energy < 0))
        if wrong.size:
            slot = self.first_slot + int(wrong[0])
            raise ValueError(f"slot {slot}: {self.energy[wrong[0]]} Wh; an energy is finite and >= 0")

    @classmethod
    def of(cls, grid: SlotGrid, first_slot: int, energy: Sequence[float | None]) -> Series:
        """Build a series from a list with None for gaps."""
        values = np.array([np.nan if value is None else float(value) for value in energy], dtype=np.float64)
        return cls(grid=grid, first_slot=first_slot, energy=values)

    @property
    def end_slot(self) -> int:
        """The first slot after the series."""
        return self.first_slot + len(self.energy)

    @property
    def slots_a_day(self) -> int:
        """How many slots 24 hours have."""
        return DAY_SECONDS // self.grid.seconds

    @property
    def known_days(self) -> float:
        """How many days' worth of slots are known."""
        return float(np.count_nonzero(~np.isnan(self.energy))) / self.slots_a_day

    def window(self, first: int, end: int) -> Series:
        """Return the slots ``first <= slot < end``, unknown where this series does not reach."""
        energy = np.full(max(0, end - first), np.nan)
        begin, stop = max(first, self.first_slot), min(end, self.end_slot)
        if begin < stop:
            energy[begin - first : stop - first] = self.energy[
                begin - self.first_slot : stop - self.first_slot
            ]
        return Series(grid=self.grid, first_slot=first, energy=energy)

    def at(self, slots: Integers) -> Floats:
        """Return the energy of any slots, NaN where this series does not reach."""
        index = slots - self.first_slot
        inside = (index >= 0) & (index < len(self.energy))
        found: Floats = np.full(slots.shape, np.nan)
        found[inside] = self.energy[index[inside]]
        return found


class Stretches:
    """Means (Wh per slot) over stretches of a series that end before given slots."""

    def __init__(self, series: Series) -> None:
        known = ~np.isnan(series.energy)
        self._first = series.first_slot
        self._sum = np.concatenate([[0.0], np.cumsum(np.where(known, series.energy, 0.0))])
        self._count = np.concatenate([[0], np.cumsum(known)])

    def mean_before(self, slots: Integers, length: int) -> Floats:
        """Return the mean of the ``length`` slots before each slot, NaN where less than half of them is known."""
        last = len(self._sum) - 1
        end = np.clip(slots - self._first, 0, last)
        begin = np.clip(slots - self._first - length, 0, last)
        count = self._count[end] - self._count[begin]
        known = count >= max(1.0, _KNOWN_SHARE * length)
        found: Floats = np.full(slots.shape, np.nan)
        np.divide(self._sum[end] - self._sum[begin], count, out=found, where=known)
        return found
