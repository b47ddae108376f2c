"""The load and generation of a community over the same days, as the benchmarks use them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dems_protocol.slots import SlotGrid

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A household's battery; capacity 0 says that there is none."""

    capacity_wh: int
    power_w: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Households:
    """Mean power (W) of each household and slot, shape (households, slots), whole days from a midnight on.

    The time axis has no daylight saving; it is taken for UTC. ``first_day`` is its first day.
    """

    name: str
    grid: SlotGrid
    first_day: datetime
    load_w: NDArray[np.float64]
    pv_w: NDArray[np.float64]
    batteries: tuple[Battery, ...]

    @property
    def slots_a_day(self) -> int:
        """How many slots a day has."""
        return DAY_SECONDS // self.grid.seconds

    @property
    def days(self) -> int:
        """How many days there are."""
        return int(self.load_w.shape[1]) // self.slots_a_day

    @property
    def first_slot(self) -> int:
        """The number of the first slot."""
        return self.grid.slot_at(self.first_day.timestamp())

    def until(self, days: int) -> Households:
        """Return the first ``days`` days."""
        end = min(days, self.days) * self.slots_a_day
        return Households(
            name=self.name,
            grid=self.grid,
            first_day=self.first_day,
            load_w=self.load_w[:, :end],
            pv_w=self.pv_w[:, :end],
            batteries=self.batteries,
        )


def read_households(path: Path) -> Households:
    """Read a file of the layout that ``../shared/data/README.md`` describes (``.npz``)."""
    with np.load(path, allow_pickle=False) as archive:
        load, pv = archive["load_w"].astype(np.float64), archive["pv_w"].astype(np.float64)
        meta = json.loads(str(archive["meta"]))
        return Households(
            name=path.stem,
            grid=SlotGrid(int(archive["step_min"]) * 60),
            first_day=_first_day(str(archive["start"])),
            load_w=load,
            pv_w=pv,
            batteries=tuple(
                Battery(
                    capacity_wh=round(1000 * float(house.get("battery_kwh") or 0)),
                    power_w=round(1000 * float(house.get("battery_kw") or 0)),
                )
                for house in meta
            ),
        )


def _first_day(text: str) -> datetime:
    """Return the day with which a text like ``2010-01-01T00:00 (local)`` begins."""
    return datetime.fromisoformat(text[:10]).replace(tzinfo=UTC)
