"""Whether this machine's clock is good enough to sign a slot (DESIGN.md, Words and units). Pure."""

from dataclasses import dataclass
from enum import StrEnum

from dems_node.clock import LARGEST_DIFFERENCE_SECONDS, find_seconds_behind
from openems_bridge.ledger.slot_phase import ChainHead


class Clockwork(StrEnum):
    """Against whose clock this machine's is held."""

    EDGE = "edge"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True)
class ClockDoubt:
    """This machine's clock and another one differ too much; ``seconds`` is how far the other one is ahead of it."""

    against: Clockwork
    seconds: int


def doubt_clock(now: float, edge_offset: float | None, head: ChainHead | None) -> ClockDoubt | None:
    """Return why nothing may be signed now, None if nothing speaks against the clock.

    ``now`` is UTC s here, ``edge_offset`` how far the Edge's clock is ahead (s, None where it does not tell). A block
    from the future says that this clock is behind; an old block says nothing, for a chain may be halted.
    """
    if edge_offset is not None and abs(edge_offset) > LARGEST_DIFFERENCE_SECONDS:
        return ClockDoubt(Clockwork.EDGE, round(edge_offset))
    behind = None if head is None else find_seconds_behind(now, head.time)
    return None if behind is None else ClockDoubt(Clockwork.CHAIN, behind)
