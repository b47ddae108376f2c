"""What the market of a slot needs next, decided from what is stored, what the chain shows, and the clock. Pure.

Every step is repeatable: its outcome is stored or on chain before the next one is chosen (as `community.slots.steps`).
"""

from dataclasses import dataclass
from enum import StrEnum

from community.market.chain_slot import ChainMarket, DemandKey
from dems_protocol.market.times import SlotTimes


class MarketPhase(StrEnum):
    """The phases of a slot's market in the operator's API."""

    OPEN = "open"
    CLOSED = "closed"
    COMMITTED = "committed"
    REVEALING = "revealing"
    CLEARED = "cleared"
    FINAL = "final"
    VOID = "void"


class VoidReason(StrEnum):
    """Why a slot has no market."""

    NO_ORDERS = "no_orders"
    NO_TERMS = "no_terms"
    NOT_COMMITTED_IN_TIME = "not_committed_in_time"
    NOT_CLEARED_IN_TIME = "not_cleared_in_time"
    FELL = "fell"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMarket:
    """What the operator has stored of a slot: how many orders were booked, whether its set and its clearing are made, and why
    it has no market."""

    booked: int = 0
    has_set: bool = False
    has_clearing: bool = False
    void_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketMoment:
    """Now: UTC s of the clock and of the newest block; ``window`` is the clearing's challenge window in s."""

    now: float
    block_time: int
    window: int


@dataclass(frozen=True, slots=True)
class CloseBook:
    """Seal the slot's orders and store the set."""


@dataclass(frozen=True, slots=True)
class CommitSet:
    """Send the root of the stored set."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Clear the revealed orders, and store the clearing with its results."""


@dataclass(frozen=True, slots=True)
class PublishClearing:
    """Send the stored clearing."""


@dataclass(frozen=True, slots=True)
class Suggest:
    """Store and send the slot's suggestions."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Show the leaves that are demanded."""

    demands: tuple[DemandKey, ...]


@dataclass(frozen=True, slots=True)
class LeaveVoid:
    """Close the slot without a market."""

    reason: VoidReason


@dataclass(frozen=True, slots=True)
class Close:
    """Nothing more will happen: the clearing is final."""


type MarketStep = CloseBook | CommitSet | Clear | PublishClearing | Suggest | Answer | LeaveVoid | Close


def phase_of(times: SlotTimes, chain: ChainMarket, stored: StoredMarket, moment: MarketMoment) -> MarketPhase:
    """Return the phase of a slot's market."""
    if chain.is_void or stored.void_reason is not None:
        return MarketPhase.VOID
    if chain.clearing is not None:
        return MarketPhase.FINAL if chain.is_final(moment.block_time, moment.window) else MarketPhase.CLEARED
    if moment.now < times.gate:
        return MarketPhase.OPEN
    if chain.order_set is None:
        return MarketPhase.CLOSED
    return MarketPhase.REVEALING if moment.block_time >= times.set_final else MarketPhase.COMMITTED


def next_steps(
    times: SlotTimes, chain: ChainMarket, stored: StoredMarket, moment: MarketMoment
) -> tuple[MarketStep, ...]:
    """Return what to do for a slot's market now, in this order."""
    if stored.void_reason is not None:
        return ()
    if chain.is_void:
        return (LeaveVoid(VoidReason.FELL),)
    answers: tuple[MarketStep, ...] = (Answer(tuple(sorted(chain.demands))),) if chain.demands else ()
    return (*answers, *_onwards(times, chain, stored, moment))


def _onwards(
    times: SlotTimes, chain: ChainMarket, stored: StoredMarket, moment: MarketMoment
) -> tuple[MarketStep, ...]:
    # Both clocks: the gate must be over for the chain, which refuses otherwise, and for those whose orders are refused now.
    passed = min(moment.now, moment.block_time)
    if passed < times.gate:
        return ()
    if chain.clearing is not None:
        return _after_clearing(times, chain, stored, moment)
    if chain.order_set is None:
        return _towards_set(times, chain, stored, moment)
    return _towards_clearing(times, stored, moment, passed)


def _towards_set(
    times: SlotTimes, chain: ChainMarket, stored: StoredMarket, moment: MarketMoment
) -> tuple[MarketStep, ...]:
    has_orders = bool(stored.booked or chain.placed)
    if moment.block_time >= times.direct_until:
        return (LeaveVoid(VoidReason.NOT_COMMITTED_IN_TIME if has_orders else VoidReason.NO_ORDERS),)
    if not stored.has_set:
        return (CloseBook(),)
    # An empty set is committed only for orders that came in directly.
    return (CommitSet(),) if has_orders else ()


def _towards_clearing(
    times: SlotTimes, stored: StoredMarket, moment: MarketMoment, passed: float
) -> tuple[MarketStep, ...]:
    if moment.block_time >= times.publish_until:
        return (LeaveVoid(VoidReason.NOT_CLEARED_IN_TIME),)
    if passed < times.chain_reveal_until:
        return ()
    return (PublishClearing(),) if stored.has_clearing else (Clear(), PublishClearing())


def _after_clearing(
    times: SlotTimes, chain: ChainMarket, stored: StoredMarket, moment: MarketMoment
) -> tuple[MarketStep, ...]:
    assert chain.clearing is not None  # noqa: S101 - the caller's case
    if not chain.suggested and moment.block_time < times.end:
        return (Suggest(),)
    return (Close(),) if chain.is_final(moment.block_time, moment.window) else ()
