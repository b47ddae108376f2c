"""What this household's orders of a slot need next, decided from what is stored, what the chain shows, and the clock. Pure.

Each step leaves its outcome in the store or on chain before the next one is chosen, so that a crash anywhere and an outage
are no cases of their own.
"""

from dataclasses import dataclass
from enum import StrEnum

from dems_protocol.market.times import SlotTimes
from openems_bridge.trader.own_orders import OrderState, OwnOrder

CHAIN_SHARE = 3
"""A transaction is ordered while at least a third of its time is left."""


class VoidReason(StrEnum):
    """Why a slot has no market, or this household's order no result."""

    NO_SET = "no_set"
    """The operator committed to no set in time."""
    NO_CLEARING = "no_clearing"
    """The operator published no clearing in time."""
    FELL = "fell"
    """Set or clearing was proven wrong on chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    """What the chain says of a slot: hashes of orders placed or revealed on chain, and of the clearing."""

    has_set: bool = False
    direct: frozenset[bytes] = frozenset()
    revealed: frozenset[bytes] = frozenset()
    clearing_hash: bytes | None = None
    is_voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSituation:
    """Everything that a decision rests on. ``now`` is the clock's, ``block_time`` the newest block's (UTC s).

    ``checked_set``: the committed set was found to be right; ``verified`` the hash of the clearing that was checked.
    """

    times: SlotTimes
    orders: tuple[OwnOrder, ...]
    chain: ChainView
    checked_set: bool
    verified: bytes | None
    now: float
    block_time: int


@dataclass(frozen=True, slots=True)
class Submit:
    """Send the sealed order to the operator."""

    order: OwnOrder


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Send the withdrawal to the operator; an order that nobody heard of is taken back at once."""

    order: OwnOrder


@dataclass(frozen=True, slots=True)
class PlaceDirectly:
    """Put an order on chain that the operator has not confirmed."""

    order: OwnOrder


@dataclass(frozen=True, slots=True)
class NoteReceived:
    """The order stands on chain."""

    order: OwnOrder


@dataclass(frozen=True, slots=True)
class Miss:
    """The gate closed without the order."""

    order: OwnOrder


@dataclass(frozen=True, slots=True)
class CheckSet:
    """Check the committed set: our orders are in it, and what is in it may be there."""


@dataclass(frozen=True, slots=True)
class Reveal:
    """Show the order to the operator."""

    order: OwnOrder


@dataclass(frozen=True, slots=True)
class RevealOnChain:
    """Show the order on chain: the operator has confirmed no reveal."""

    order: OwnOrder


@dataclass(frozen=True, slots=True)
class NoteRevealed:
    """The order was revealed on chain."""

    order: OwnOrder


@dataclass(frozen=True, slots=True)
class Verify:
    """Check the published clearing."""


@dataclass(frozen=True, slots=True)
class Void:
    """The slot has no market."""

    reason: VoidReason


type TraderStep = (
    Submit
    | TakeBack
    | PlaceDirectly
    | NoteReceived
    | Miss
    | CheckSet
    | Reveal
    | RevealOnChain
    | NoteRevealed
    | Verify
    | Void
)


def next_steps(situation: SlotSituation) -> tuple[TraderStep, ...]:
    """Return what to do for a slot now, in this order."""
    void = void_reason(situation)
    if void is not None:
        is_open = any(order.is_standing or _has_result(order) for order in situation.orders)
        return (Void(void),) if is_open else ()
    if situation.chain.clearing_hash is not None:
        return () if situation.verified == situation.chain.clearing_hash else (Verify(),)
    steps: list[TraderStep] = []
    for order in situation.orders:
        steps += _before_set(order, situation)
    if _must_check_set(situation):
        return (*steps, CheckSet())
    for order in situation.orders:
        steps += _reveals(order, situation)
    return tuple(steps)


def void_reason(situation: SlotSituation) -> VoidReason | None:
    """Return why the slot has no market, None while it has one or may get one."""
    chain, times = situation.chain, situation.times
    if chain.is_voided:
        return VoidReason.FELL
    if chain.clearing_hash is not None:
        return None
    # By the chain's own clock: what is late for us may still be in time for it.
    if not chain.has_set and situation.block_time >= times.direct_until:
        return VoidReason.NO_SET
    return VoidReason.NO_CLEARING if situation.block_time >= times.publish_until else None


def _before_set(order: OwnOrder, situation: SlotSituation) -> list[TraderStep]:
    times, now = situation.times, situation.now
    if order.hash in situation.chain.direct:
        waits = order.state in {OrderState.PLANNED, OrderState.SUBMITTED}
        return [NoteReceived(order)] if waits else []
    is_early = now < times.gate
    if is_early and order.withdrawal is not None and order.is_standing:
        return [TakeBack(order)]
    if order.state not in {OrderState.PLANNED, OrderState.SUBMITTED}:
        return []
    if is_early:
        return [Submit(order)]
    if max(now, situation.block_time) >= times.direct_until:
        return [Miss(order)]
    if order.withdrawal is not None:
        return []
    has_time = now < times.direct_until - (times.direct_until - times.gate) // CHAIN_SHARE
    return [PlaceDirectly(order)] if has_time and not order.is_direct else []


def _must_check_set(situation: SlotSituation) -> bool:
    return (
        situation.chain.has_set
        and not situation.checked_set
        and any(order.state is OrderState.RECEIVED for order in situation.orders)
    )


def _reveals(order: OwnOrder, situation: SlotSituation) -> list[TraderStep]:
    times = situation.times
    if order.state is not OrderState.IN_SET:
        return []
    if order.hash in situation.chain.revealed:
        return [NoteRevealed(order)]
    if situation.block_time < times.set_final:
        return []
    if situation.now < times.reveal_until:
        return [Reveal(order)]
    left = times.chain_reveal_until - situation.now
    is_in_time = left >= (times.chain_reveal_until - times.reveal_until) // CHAIN_SHARE
    return [RevealOnChain(order)] if is_in_time else []


def _has_result(order: OwnOrder) -> bool:
    return order.state in {OrderState.CLEARED, OrderState.NOT_FILLED}
