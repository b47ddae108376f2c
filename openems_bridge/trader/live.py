"""The household in the slot that runs: what it would trade now, and what the battery does of it (docs/market.md 12). Pure.

All is reckoned over the whole slot: what was measured of it, and the rest as the last minute was. So a plan for the slot
and the running slot's market speak of the same energy at the meter, on which the dispatcher closes its loop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from dems_node.json_types import Json
from dems_protocol.market.fills import ONE, OrderSide, OrderTerms, fill
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.house_net import raw_house_net
from openems_bridge.dispatcher.precedence import is_further
from openems_bridge.dispatcher.slot_progress import LONGEST_STEP_SECONDS, SlotProgress, SlotStart, advance
from openems_bridge.foresight.execution import PlannedCommand, command_for
from openems_bridge.foresight.plan import PlanMode, PlanReason
from openems_bridge.foresight.planner_process import PLAN_MODES
from openems_bridge.planner.battery import Storage
from openems_bridge.planner.bidding import room_of
from openems_bridge.planner.orders import Instruction, Mode, Order, Position, Purpose, Side, instruction
from openems_bridge.telemetry import Register, Telemetry

SIDES = {Side.BID: OrderSide.BID, Side.OFFER: OrderSide.OFFER}
CONTRACTED = frozenset({"sold_from_battery", "bought_for_battery"})
"""Reasons of a planned slot whose quantity was promised to others."""
LONGEST_SILENCE_SECONDS = 120.0
"""The house's last values are believed for so long."""
_BATTERY_REGISTERS = {
    Register.WITHDRAWAL: Register.BATTERY_CHARGE,
    Register.FEED_IN: Register.BATTERY_DISCHARGE,
}


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """The zone's price (micro-units per kWh) and ratios (2^-32) as they were cleared at ``at`` (UTC s).

    Raises ValueError for what no clearing can be.
    """

    at: float
    price: int
    bid_ratio: int
    offer_ratio: int

    def __post_init__(self) -> None:
        for ratio in (self.bid_ratio, self.offer_ratio):
            if not 0 <= ratio <= ONE:
                raise ValueError(f"a ratio is {ratio}; it must be within 0 and {ONE}")

    def filled(self, orders: Sequence[Order], zone: int) -> Mapping[Purpose, int]:
        """Return the Wh that each order gets by the fill rule."""
        ratios = {Side.BID: self.bid_ratio, Side.OFFER: self.offer_ratio}
        return {
            order.purpose: fill(
                OrderTerms(bytes(32), SIDES[order.side], order.quantity, order.limit, zone),
                self.price,
                ratios[order.side],
            )
            for order in orders
        }


@dataclass(frozen=True, slots=True)
class SlotFlows:
    """What flowed so far in the running slot: at the grid meter, and in and out of the battery.

    The battery is followed as if it were a meter: what it takes is withdrawn. ``powers`` are the samples (W) of house and
    grid since the last look.
    """

    grid: SlotProgress | None = None
    battery: SlotProgress | None = None
    house_powers: tuple[int, ...] = ()
    grid_powers: tuple[int, ...] = ()

    def after(
        self, telemetry: Telemetry, grid: SlotGrid, slot_start: SlotStart, *, has_battery: bool
    ) -> SlotFlows:
        """Return the flows after one more sample."""
        slot = grid.slot_at(telemetry.measured_at)
        before = (
            self
            if self.grid is not None and self.grid.slot == slot
            else replace(self, house_powers=(), grid_powers=())
        )
        house = raw_house_net(telemetry) if has_battery else telemetry.grid_power
        meter = _bridged(self.grid, telemetry, grid, slot_start)
        battery = _bridged(self.battery, _as_meter(telemetry), grid, _of_battery(slot_start))
        return SlotFlows(
            meter,
            battery if has_battery else None,
            before.house_powers if house is None else (*before.house_powers, house),
            before.grid_powers
            if telemetry.grid_power is None
            else (*before.grid_powers, telemetry.grid_power),
        )

    def looked(self) -> SlotFlows:
        """Return the flows with the samples of the last minute forgotten but for the newest."""
        return replace(self, house_powers=self.house_powers[-1:], grid_powers=self.grid_powers[-1:])

    def view(self, utc: float, grid: SlotGrid) -> SlotView | None:
        """Return the slot as it is expected to end, None while too little is known of it."""
        slot = grid.slot_at(utc)
        if (
            self.grid is None
            or self.grid.slot != slot
            or utc - self.grid.measured_at > LONGEST_SILENCE_SECONDS
        ):
            return None
        if not self.house_powers or not self.grid_powers:
            return None
        rest = grid.end(slot) - utc
        house, at_meter = _mean(self.house_powers), _mean(self.grid_powers)
        battery_so_far = 0.0 if self.battery is None else -self.battery.net_wh
        # What was not seen of the slot, and what is to come, is taken to be as the last minute was.
        unseen = utc - grid.start(slot) - (self.grid.measured_at - self.grid.known_from)
        seen_house = self.grid.net_wh + battery_so_far
        return SlotView(
            slot=slot,
            rest_seconds=rest,
            net=round(seen_house + house * (unseen + rest) / 3600),
            exchange=round(self.grid.net_wh + at_meter * (unseen + rest) / 3600),
            battery_so_far=round(battery_so_far),
            net_rest=house * rest / 3600,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """A running slot as it is expected to end, Wh.

    ``net``: load less generation, without the battery; ``exchange``: at the meter if the battery goes on as it does;
    ``battery_so_far``: what it gave (+) or took; ``net_rest``: the house's share that is still to come.
    """

    slot: int
    rest_seconds: float
    net: int
    exchange: int
    battery_so_far: int
    net_rest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDecision:
    """What the battery does of an answer: ``command`` None where the plan (or a promise) holds.

    ``mode`` and ``grid_energy`` (Wh at the meter in the slot, + is withdrawn) are what people see; ``discharged`` is what
    the battery sells of it.
    """

    mode: PlanMode | None
    grid_energy: int | None
    reason: PlanReason
    command: PlannedCommand | None = None
    discharged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """``market.live`` of the state document (docs/api.md)."""

    at: float
    price: int | None = None
    mode: PlanMode | None = None
    grid_energy: int | None = None
    reason: PlanReason = field(default_factory=lambda: PlanReason("live_waits"))

    def section(self) -> Mapping[str, Json]:
        """Return it as the API shows it."""
        return {
            "at": self.at,
            "price": self.price,
            "mode": None if self.mode is None else self.mode.value,
            "grid_energy": self.grid_energy,
            "reason": self.reason.section(),
        }


def position_in(view: SlotView, storage: Storage, stored_wh: float, *, held: bool = False) -> Position:
    """Return a running slot's position: what the battery gave, and can give and take in the rest of it.

    ``held``: somebody asked that it does not discharge.
    """
    give, take = room_of(storage, stored_wh, view.net_rest, view.rest_seconds)
    if held:
        give = 0
    return Position(
        net=view.net,
        can_discharge=max(view.battery_so_far + give, 0),
        can_charge=max(take - view.battery_so_far, 0),
    )


def decision(
    view: SlotView,
    orders: Sequence[Order],
    filled: Mapping[Purpose, int],
    *,
    reserve_soc: int,
    promised: int | None,
) -> LiveDecision:
    """Return what the battery does whose orders were filled so.

    ``promised``: the energy at the meter (Wh, + is withdrawn) that was contracted of its battery: it is only gone beyond,
    never undercut; then the plan, which knows it, holds.
    """
    told = instruction(orders, filled)
    mode, energy = PLAN_MODES[told.mode], _quantity(told, view.net)
    if promised is not None and (energy is None or not is_further(energy, promised)):
        return LiveDecision(
            mode=None, grid_energy=promised, reason=PlanReason("live_promised", {"energy": abs(promised)})
        )
    return LiveDecision(
        mode=mode,
        grid_energy=energy,
        reason=_because(told.mode, filled),
        command=command_for(view.slot, mode, energy, reserve_soc),
        discharged=filled.get(Purpose.DISCHARGE, 0),
    )


def _quantity(told: Instruction, net: int) -> int | None:
    if told.mode is Mode.FEED_IN and told.grid_wh is None:
        # All of the surplus is sold: what there is of it. The next minute knows better.
        return min(net, 0)
    return told.grid_wh


_REASONS = {
    Mode.SELF_CONSUME: ("live_self_consumption", None),
    Mode.HOLD: ("live_buys", Purpose.SAVE),
    Mode.SERVE_COMMUNITY: ("live_serves_community", Purpose.DISCHARGE),
    Mode.FEED_IN: ("live_sells_surplus", Purpose.UNSTORED),
    Mode.CHARGE: ("live_stores", Purpose.STORE),
}


def _because(mode: Mode, filled: Mapping[Purpose, int]) -> PlanReason:
    code, purpose = _REASONS[mode]
    return PlanReason(code, {} if purpose is None else {"energy": filled.get(purpose, 0)})


def _bridged(
    progress: SlotProgress | None, telemetry: Telemetry, grid: SlotGrid, slot_start: SlotStart
) -> SlotProgress:
    """Return the progress after a sample, a pause of up to two minutes before it taken to be as the sample is.

    Some houses tell their values once a minute only. Where there are counters, they put it right.
    """
    if progress is not None and progress.slot == grid.slot_at(telemetry.measured_at):
        pause = telemetry.measured_at - progress.measured_at
        if LONGEST_STEP_SECONDS < pause <= LONGEST_SILENCE_SECONDS:
            for _ in range(1, ceil(pause / LONGEST_STEP_SECONDS)):
                at = progress.measured_at + LONGEST_STEP_SECONDS
                progress = advance(
                    progress, replace(telemetry, measured_at=at, counters={}), grid, slot_start
                )
    return advance(progress, telemetry, grid, slot_start)


def _mean(powers: Sequence[int]) -> float:
    return sum(powers) / len(powers)


def _as_meter(telemetry: Telemetry) -> Telemetry:
    """Return a cycle in which the battery stands where the grid does."""
    power = telemetry.battery_power
    return replace(
        telemetry,
        grid_power=None if power is None else -power,
        counters={name: telemetry.counters.get(source) for name, source in _BATTERY_REGISTERS.items()},
    )


def _of_battery(slot_start: SlotStart) -> SlotStart:
    def at_start(slot: int) -> Mapping[Register, int] | None:
        counters = slot_start(slot)
        if counters is None:
            return None
        return {name: counters[source] for name, source in _BATTERY_REGISTERS.items() if source in counters}

    return at_start
