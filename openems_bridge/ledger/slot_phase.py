"""In which phase of its life a slot is, by the chain's events, the terms and the chain's head. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from openems_bridge.ledger.chain_events import SlotOnChain
from openems_bridge.ledger.community import Terms


class Phase(StrEnum):
    """The phases of docs/operator-api.md."""

    OPEN = "open"
    """No statement yet."""
    PUBLISHED = "published"
    VOIDED = "voided"
    """Fallen; one replacement may come."""
    FINAL = "final"
    OPENED = "opened"
    """Netted: its two sums are opened."""
    UNNETTED = "unnetted"
    """Nothing can be netted any more: utility prices apply."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The newest block: its time (unix s) and number."""

    time: int
    block: int


def phase_of(slot: SlotOnChain, terms: Terms, head: ChainHead) -> Phase:
    """Return the phase of a slot (docs/protocol.md section 8)."""
    if slot.netting is not None:
        return Phase.OPENED
    if slot.publication is not None:
        return _published_phase(slot, terms, head)
    if not slot.voids:
        return Phase.UNNETTED if head.time > terms.limit_at(slot.slot) else Phase.OPEN
    if len(slot.voids) > 1:
        return Phase.UNNETTED
    assert slot.voided is not None  # noqa: S101 - there is a void
    until = ChainHead(slot.voided[0] + terms.replace_seconds, slot.voided[1] + terms.replace_blocks)
    over = head.time >= until.time and head.block >= until.block
    return Phase.UNNETTED if over else Phase.VOIDED


def _published_phase(slot: SlotOnChain, terms: Terms, head: ChainHead) -> Phase:
    final = finality(slot, terms)
    assert final is not None  # noqa: S101 - there is a publication
    if not is_final(slot, terms, head):
        return Phase.PUBLISHED
    statement = slot.publication.statement if slot.publication else None
    assert statement is not None  # noqa: S101
    owners = min(statement.sums.withdrawal_owners, statement.sums.feed_in_owners)
    closed = head.time >= final.time + terms.open_seconds and head.block >= final.block + terms.open_blocks
    if owners < terms.minimum_owners or closed:
        return Phase.UNNETTED
    return Phase.FINAL


def finality(slot: SlotOnChain, terms: Terms) -> ChainHead | None:
    """Return the earliest time and block at which the current statement is final; None without a statement."""
    publication = slot.publication
    if publication is None:
        return None
    time = publication.published_at + terms.challenge_seconds
    block = publication.published_block + terms.challenge_blocks
    if slot.extended is not None:
        time, block = max(time, slot.extended[0]), max(block, slot.extended[1])
    return ChainHead(time, block)


def is_final(slot: SlotOnChain, terms: Terms, head: ChainHead) -> bool:
    """Say whether the current statement cannot fall any more, as far as this household knows of disputes."""
    final = finality(slot, terms)
    return final is not None and head.time >= final.time and head.block >= final.block


def is_includable(slot: SlotOnChain, terms: Terms, head: ChainHead) -> bool:
    """Say whether a reading may be included directly now: from the due time or publication on, within its window.

    The window is that of the publication, without extensions; without a statement it lasts until none can come.
    """
    publication = slot.publication
    if publication is not None:
        over = (
            head.time >= publication.published_at + terms.challenge_seconds
            and head.block >= publication.published_block + terms.challenge_blocks
        )
        return not over
    if slot.voids:
        return phase_of(slot, terms, head) is Phase.VOIDED
    return terms.due_at(slot.slot) <= head.time <= terms.limit_at(slot.slot)
