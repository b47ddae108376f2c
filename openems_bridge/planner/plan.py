"""A plan: what the battery does in each slot and why. Needs no numpy."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from dems_node.json_types import Json
from openems_bridge.planner.orders import Mode
from openems_bridge.planner.structure import StructureError, document_of, record_of

VERSION = 1


class Because(StrEnum):
    """Why a slot is planned as it is; the texts are in ``reasons``."""

    NOTHING_STORED = "nothing_stored"
    """There is nothing above the reserve, and nothing to store."""
    SERVES_HOUSE = "serves_house"
    """Own energy is worth most in the own house."""
    STORES_SURPLUS = "stores_surplus"
    """What the plant gives is worth more later."""
    FULL = "full"
    """There is no room left, so the surplus is sold."""
    COMMUNITY_NEEDS = "community_needs"
    """The community pays more than the energy is worth to the house later."""
    LATER_SURPLUS = "later_surplus"
    """There will be enough sun to fill the battery later, and now others need the energy."""
    ENOUGH = "enough"
    """What is stored will last until there is sun again."""
    CHEAP_ENERGY = "cheap_energy"
    """Energy from the grid is cheaper now than it will be."""
    DEARER_LATER = "dearer_later"
    """What is stored will be worth more."""
    HELD = "held"
    """Somebody asked that the battery does not discharge."""


class Relaxed(StrEnum):
    """A wish that could not be met wholly, in the order in which they give way."""

    LOAD_WINDOW = "load_window"
    """An announced load does not fit in its window; it begins as early as it can."""
    LOAD_OUTSIDE = "load_outside"
    """An announced load lies beyond the horizon or has passed; it is not in this plan."""
    FEED_IN_LIMIT = "feed_in_limit"
    """The plant is expected to give more than may flow into the grid; the rest is curtailed."""
    DRAW_LIMIT = "draw_limit"
    """The house alone is expected to draw more than the limit; the battery does not charge then."""
    RESERVE = "reserve"
    """Less is stored than the reserve; nothing is discharged until it is there again."""
    MOST_SOC = "most_soc"
    """More is stored than allowed; nothing is added until it is discharged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """What gave way, where (None: at once), and by how much: Wh, for a window slots. ``about`` names a load."""

    what: Relaxed
    slot: int | None
    amount: int
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSlot:
    """One slot. Energies in Wh, prices and values in micro-units per kWh, cost in micro-units.

    ``grid_wh``: the quantity at the meter, + import, None where the mode alone decides; ``reserve_wh``: what is not
    touched; ``expected_*``: with the expected load and generation. ``stored_wh``: at the slot's end. ``value``: of
    one more kWh stored at its beginning. ``price``: expected of the pool, None without a community.
    """

    slot: int
    mode: Mode
    because: Because
    grid_wh: int | None
    reserve_wh: int
    expected_net_wh: int
    expected_battery_wh: int
    expected_grid_wh: int
    stored_wh: int
    cost: int
    buy_price: int
    sell_price: int
    estimated: bool
    value: int
    price: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLoad:
    """Where an announced load begins."""

    id: str
    first_slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan from its first slot on: every slot of the horizon, the loads it placed, and what gave way."""

    version: int
    slot_seconds: int
    cost: int
    slots: tuple[PlannedSlot, ...]
    loads: tuple[PlacedLoad, ...]
    relaxed: tuple[Relaxation, ...]

    @property
    def first_slot(self) -> int:
        """The first slot."""
        return self.slots[0].slot

    def at(self, slot: int) -> PlannedSlot | None:
        """Return what is planned for a slot, None where the plan does not reach."""
        place = slot - self.first_slot
        return self.slots[place] if 0 <= place < len(self.slots) else None

    def document(self) -> Mapping[str, Json]:
        """Return the plan as JSON."""
        return document_of(self)

    @classmethod
    def read(cls, document: Any, *, issue_slot: int, slot_seconds: int, slots: int) -> Self:
        """Read the plan of so many slots from ``issue_slot`` on. Raises StructureError."""
        plan = record_of(cls, document, "the plan")
        if plan.version != VERSION:
            raise StructureError(f"the plan has version {plan.version}; this program reads version {VERSION}")
        expected = tuple(range(issue_slot, issue_slot + slots))
        if plan.slot_seconds != slot_seconds or tuple(each.slot for each in plan.slots) != expected:
            raise StructureError("the plan is about other slots than the job")
        return plan
