"""What the planner is asked by the daemon, and what comes back, in the daemon's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dems_node.json_types import Json
from openems_bridge.forecast.answer import Answer
from openems_bridge.foresight.announcements import AnnouncedLoad, BatteryHold
from openems_bridge.foresight.tariff import SlotPrice


class PlanMode(StrEnum):
    """What the battery does in a slot (docs/api.md, ``plan.mode``)."""

    SELF_CONSUMPTION = "self_consumption"
    HOLD = "hold"
    SERVE_COMMUNITY = "serve_community"
    CHARGE_SURPLUS = "charge_surplus"
    CHARGE_GRID = "charge_grid"
    DELIVER = "deliver"


@dataclass(frozen=True, slots=True)
class PlanReason:
    """Why: a stable code with its parameters."""

    code: str
    params: Mapping[str, Json] = field(default_factory=dict)

    def section(self) -> Mapping[str, Json]:
        """Return it as the API shows it."""
        return {"code": self.code, "params": dict(self.params)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryNow:
    """The battery as it is: capacity and content in Wh, powers in W >= 0, the reserve in %."""

    capacity: int
    energy: int
    charge_power: int
    discharge_power: int
    reserve_soc: int
    grid_charging: bool
    feed_in: bool
    max_feed_in: int | None = None
    max_grid_draw: int | None = None


@dataclass(frozen=True, slots=True)
class CommunityPrice:
    """What energy in the community is expected to cost (micro-units/kWh) in a slot."""

    price: int
    is_cleared: bool
    """Whether the market has cleared the slot: then it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What the household has bought or sold of a slot (Wh at the meter, >= 0) at a price; how much of it is the battery's."""

    slot: int
    bought: int
    sold: int
    price: int
    battery_bought: int = 0
    battery_sold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBand:
    """Net load (Wh) of consecutive slots: expected, 10 % and 90 % quantile."""

    expected: Sequence[int]
    low: Sequence[int]
    high: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is expected of the whole community from ``first_slot`` on (docs/operator-api.md, ``GET /v1/outlook``).

    Net load of the members with and without a battery; capacity (Wh), power (W) and content (Wh) of all batteries.
    """

    first_slot: int
    capacity: int
    power: int
    stored: int
    owners: NetBand
    others: NetBand


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuestion:
    """Everything that a plan from ``first_slot`` on is made of; sequences begin there and are equally long."""

    slot_seconds: int
    first_slot: int
    forecast: Answer
    prices: Sequence[SlotPrice]
    battery: BatteryNow | None
    loads: Sequence[AnnouncedLoad] = ()
    holds: Sequence[BatteryHold] = ()
    community: Mapping[int, CommunityPrice] = field(default_factory=dict)
    commitments: Sequence[Commitment] = ()
    inside_charge: int = 0
    """Micro-units per kWh that who buys inside the community pays on top of the pool's price."""
    outlook: Outlook | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSlot:
    """One slot of a plan.

    ``reserve_soc`` (%) is the floor of the slot, ``grid_energy`` (Wh at the meter, + is withdrawn) a target or None,
    ``expected_soc`` (%) that at the slot's end, None without a battery.
    """

    slot: int
    mode: PlanMode
    reserve_soc: int
    grid_energy: int | None
    expected_soc: int | None
    reason: PlanReason
    price: SlotPrice
    expected_grid: int = 0
    """Wh at the meter that the plan expects, + is withdrawn."""
    battery_energy: int = 0
    """Wh that the battery is expected to give (+) or take (-)."""
    value: int | None = None
    """What one more kWh stored at its beginning is worth, micro-units; None where the planner does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """An order that a plan calls for: side 0 buys, 1 sells; Wh at the meter, of which ``battery`` is the battery's.

    ``limit`` in micro-units per kWh; ``purpose`` says what it is for.
    """

    slot: int
    side: int
    quantity: int
    battery: int
    limit: int
    purpose: str = "exchange"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdPlan:
    """A plan of consecutive slots. ``expected_cost`` in micro-units, ``starts`` of announced loads (UTC s) by id.

    ``orders``: what to bid for, of slots whose gate has not come.
    """

    made_at: float
    slots: Sequence[PlannedSlot]
    expected_cost: int
    problems: Sequence[PlanReason] = ()
    starts: Mapping[str, int] = field(default_factory=dict)
    orders: Sequence[PlannedOrder] = ()

    def of(self, slot: int) -> PlannedSlot | None:
        """Return the plan of a slot, None where it does not reach."""
        if not self.slots or not self.slots[0].slot <= slot <= self.slots[-1].slot:
            return None
        return self.slots[slot - self.slots[0].slot]


class Planner(Protocol):
    """Makes plans in a process of its own."""

    async def plan(self, question: PlanQuestion, made_at: float) -> HouseholdPlan | None:
        """Return the plan, None where it did not come about (told once in the log)."""
        ...
