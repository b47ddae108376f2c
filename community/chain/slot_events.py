"""One slot as the chain's events tell it: what is published, what fell, who stands beside the root, who demands what."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dems_protocol.contracts.abi import Event
from dems_protocol.contracts.conversions import from_reading, from_sealed, from_signature, from_statement
from dems_protocol.contracts.demands import (
    DemandedEvent,
    LeafShownEvent,
    PaddingShownEvent,
    RangeProvenEvent,
)
from dems_protocol.contracts.direct_inclusion import ReadingExcludedEvent, ReadingIncludedEvent
from dems_protocol.contracts.meter_ledger import (
    StatementPublishedEvent,
    StatementVoidedEvent,
    WindowExtendedEvent,
)
from dems_protocol.contracts.netting import SlotNettedEvent
from dems_protocol.contracts.structs import Finding, Inclusion, Kind
from dems_protocol.netting import Netting
from dems_protocol.readings import Reading
from dems_protocol.sealing import Sealed
from dems_protocol.signatures import Signature
from dems_protocol.statements import Statement

SCOPE = (
    StatementPublishedEvent,
    StatementVoidedEvent,
    WindowExtendedEvent,
    DemandedEvent,
    LeafShownEvent,
    PaddingShownEvent,
    RangeProvenEvent,
    ReadingIncludedEvent,
    ReadingExcludedEvent,
    SlotNettedEvent,
)
"""The events that belong to one slot: each has a field ``slot``."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event with the transaction (32 bytes) and block that it came in."""

    event: Event
    transaction: bytes
    block: int


@dataclass(frozen=True, slots=True)
class PublishedStatement:
    """A statement as the chain has it, with time (unix seconds) and number of its block."""

    statement: Statement
    published_at: int
    published_block: int
    transaction: bytes


@dataclass(frozen=True, slots=True)
class DemandKey:
    """What somebody demands to be shown: a leaf or place (kind Leaf), or a register's range proof."""

    index: int
    kind: Kind
    register: int


@dataclass(frozen=True, slots=True)
class IncludedReading:
    """A reading that stands beside the root, with its sealed openings."""

    reading: Reading
    signature: Signature
    sealed: Sealed
    included_at: int
    included_block: int

    @property
    def inclusion(self) -> Inclusion:
        """What the contract needs to recognise it."""
        return Inclusion(self.sealed.hash(), self.included_at, self.included_block)


@dataclass(slots=True)
class ChainSlot:
    """What holds of a slot on chain. ``due_attempt`` is the one published or due: 2 where nothing can come any more."""

    published: PublishedStatement | None = None
    due_attempt: int = 0
    voided: PublishedStatement | None = None
    finding: Finding | None = None
    voided_block: int | None = None
    extended_until: int = 0
    demands: set[DemandKey] = field(default_factory=set)
    inclusions: dict[bytes, IncludedReading] = field(default_factory=dict)
    netting: Netting | None = None


def read_slot(events: Iterable[LoggedEvent]) -> ChainSlot:
    """Return the state that a slot's events, in order, lead to."""
    slot = ChainSlot()
    for logged in events:
        _apply(slot, logged)
    return slot


def _apply(slot: ChainSlot, logged: LoggedEvent) -> None:
    match logged.event:
        case StatementPublishedEvent(statement=statement, published_at=at, published_block=block):
            slot.published = PublishedStatement(from_statement(statement), at, block, logged.transaction)
        case StatementVoidedEvent(attempt=attempt, finding=finding):
            slot.voided, slot.published = slot.published, None
            slot.finding, slot.due_attempt, slot.voided_block = finding, attempt + 1, logged.block
            slot.extended_until = 0
            slot.demands.clear()
        case WindowExtendedEvent(until_time=until):
            slot.extended_until = until
        case DemandedEvent(index=index, kind=kind, register=register):
            slot.demands.add(DemandKey(index, kind, register))
        case LeafShownEvent(proof=proof) | PaddingShownEvent(proof=proof):
            slot.demands.discard(DemandKey(proof.index, Kind.LEAF, 0))
        case RangeProvenEvent(register=register, proof=proof):
            slot.demands.discard(DemandKey(proof.index, Kind.RANGE, register))
        case ReadingIncludedEvent(meter=meter, reading=reading, openings=openings) as event:
            slot.inclusions[meter] = IncludedReading(
                from_reading(reading),
                from_signature(event.signature),
                from_sealed(openings),
                event.included_at,
                event.included_block,
            )
        case ReadingExcludedEvent(meter=meter):
            slot.inclusions.pop(meter, None)
        case SlotNettedEvent(withdrawal=withdrawal, feed_in=feed_in):
            slot.netting = Netting(withdrawal, feed_in)
