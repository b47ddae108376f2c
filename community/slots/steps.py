"""What a slot needs next, decided from what is stored, what the chain shows, and the clock. Pure.

Every step is repeatable: its outcome is stored or on chain before the next one is chosen, so a crash anywhere only
makes the same decision again.
"""

from dataclasses import dataclass
from enum import StrEnum

from community.chain.slot_events import ChainSlot, DemandKey
from dems_protocol.slots import SlotGrid


class Phase(StrEnum):
    """The phases of a slot in the operator's API."""

    OPEN = "open"
    PUBLISHED = "published"
    VOIDED = "voided"
    FINAL = "final"
    OPENED = "opened"
    UNNETTED = "unnetted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """The contract's windows that the operator acts by, in seconds, and when it makes its statement: so many seconds
    after the end of the slot (before ``publish_seconds``, when households may include directly). ``catch_up`` is what
    households get, after an outage of the operator, to hand in what they kept."""

    publish_after: int
    catch_up: int
    publish_seconds: int
    publish_limit_seconds: int
    challenge_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSlot:
    """What the operator has stored of a slot: the highest attempt made, whether it saw it final, and why it stays closed."""

    made_attempt: int | None = None
    final: bool = False
    unnetted_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now: UTC s of the clock and of the newest block, and since when (UTC s) readings are taken."""

    now: float
    block_time: int
    serving_since: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do yet."""


@dataclass(frozen=True, slots=True)
class Make:
    """Build and store the statement of this attempt: from then on the slot's readings are late."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Publish:
    """Send the stored statement of this attempt."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Defend:
    """Answer these demands and look after these direct inclusions (meters) of the published statement, if any."""

    demands: tuple[DemandKey, ...]
    inclusions: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AskFinality:
    """Ask the chain whether the statement is final."""


@dataclass(frozen=True, slots=True)
class Open:
    """Open the sums, or decide to leave them closed."""


@dataclass(frozen=True, slots=True)
class LeaveUnnetted:
    """Close the slot without netting, for this reason."""

    reason: str


type Step = Wait | Make | Publish | Defend | AskFinality | Open | LeaveUnnetted


def phase_of(chain: ChainSlot, stored: StoredSlot) -> Phase:
    """Return the phase of a slot."""
    if chain.netting is not None:
        return Phase.OPENED
    if stored.unnetted_reason is not None:
        return Phase.UNNETTED
    if chain.published is None:
        return Phase.VOIDED if chain.due_attempt else Phase.OPEN
    return Phase.FINAL if stored.final else Phase.PUBLISHED


def is_closed(chain: ChainSlot, stored: StoredSlot) -> bool:
    """Say whether nothing more is to be done for a slot."""
    return phase_of(chain, stored) in (Phase.OPENED, Phase.UNNETTED)


def next_steps(
    slot: int, grid: SlotGrid, deadlines: Deadlines, chain: ChainSlot, stored: StoredSlot, moment: Moment
) -> tuple[Step, ...]:
    """Return what to do for a slot now, in this order."""
    if is_closed(chain, stored):
        return ()
    defence = _defend(chain, stored)
    if chain.published is None:
        return (*defence, _towards_publication(slot, grid, deadlines, chain, stored, moment))
    return (*defence, _after_publication(deadlines, chain, stored, moment))


def _defend(chain: ChainSlot, stored: StoredSlot) -> tuple[Step, ...]:
    if stored.final or not (chain.demands or chain.inclusions):
        return ()
    demands = tuple(sorted(chain.demands, key=lambda demand: (demand.index, demand.kind, demand.register)))
    return (Defend(demands, tuple(sorted(chain.inclusions))),)


def _towards_publication(
    slot: int, grid: SlotGrid, deadlines: Deadlines, chain: ChainSlot, stored: StoredSlot, moment: Moment
) -> Step:
    end = grid.end(slot)
    if chain.due_attempt > 1:
        return LeaveUnnetted("voided_twice")
    if chain.due_attempt == 0 and moment.block_time > end + deadlines.publish_limit_seconds:
        return LeaveUnnetted("not_published_in_time")
    if stored.made_attempt == chain.due_attempt:
        return Publish(chain.due_attempt)
    if chain.due_attempt == 1:
        return Make(1)
    due = max(end + deadlines.publish_after, moment.serving_since + deadlines.catch_up)
    return Make(0) if moment.now >= due else Wait()


def _after_publication(deadlines: Deadlines, chain: ChainSlot, stored: StoredSlot, moment: Moment) -> Step:
    assert chain.published is not None  # noqa: S101
    if stored.final:
        return Open()
    earliest = max(chain.published.published_at + deadlines.challenge_seconds, chain.extended_until)
    if chain.demands or moment.block_time < earliest:
        return Wait()
    return AskFinality()
