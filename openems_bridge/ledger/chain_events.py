"""What the chain said, as it was said, and what follows from it for a slot and for the household's certificates.

Pure, but for the functions on the store at the end. Whatever is derived is derived from the kept events alone, so a
reorganisation is undone by deleting the events of the orphaned blocks.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, cast

from dems_node.json_types import Json
from dems_protocol.contracts import decode_event
from dems_protocol.contracts.abi import Event
from dems_protocol.contracts.certificates import (
    CertificatesIssuedEvent,
    TransferBatchEvent,
    TransferSingleEvent,
)
from dems_protocol.contracts.community_registry import (
    HouseholdChangedEvent,
    KeyChangedEvent,
    PlantChangedEvent,
    ReliefAskedEvent,
    SealingKeyChangedEvent,
)
from dems_protocol.contracts.conversions import (
    from_leaf,
    from_proof,
    from_reading,
    from_sealed,
    from_statement,
)
from dems_protocol.contracts.demands import DemandedEvent, LeafShownEvent
from dems_protocol.contracts.direct_inclusion import (
    DepositReturnedEvent,
    ReadingExcludedEvent,
    ReadingIncludedEvent,
)
from dems_protocol.contracts.meter_ledger import (
    StatementPublishedEvent,
    StatementVoidedEvent,
    WindowExtendedEvent,
)
from dems_protocol.contracts.netting import SlotNettedEvent
from dems_protocol.contracts.renewable_energy_account import EnergyCreditedEvent
from dems_protocol.contracts.structs import Certificate, Finding, Kind
from dems_protocol.curve import Point
from dems_protocol.leaves import Leaf
from dems_protocol.netting import Netting
from dems_protocol.readings import Reading
from dems_protocol.sealing import Sealed
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import InclusionProof


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event of one of the community's contracts.

    ``id`` stays the same when a reorganisation moves it to another block (`dems_node.chain.events`); ``block`` and
    ``place`` (the log's index in the block) order events; ``at`` is the block's time (unix s).
    """

    id: str
    block: int
    place: int
    at: int
    contract: bytes
    topics: tuple[bytes, ...]
    data: bytes

    def decoded(self) -> Event | None:
        """Return the event; None if it is none that the bindings know. Raises MalformedData for a damaged one."""
        return decode_event(self.topics, self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A statement that the chain holds, with time (unix s) and number of its block."""

    statement: Statement
    published_at: int
    published_block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncludedDirectly:
    """A reading that stands, or stood, beside the root of its slot."""

    reading: Reading
    sealed: Sealed
    included_at: int
    included_block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDemand:
    """What this household demanded on chain: of which leaf and attempt, when (unix s) and in which block."""

    attempt: int
    index: int
    kind: Kind
    register: int
    at: int
    block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLeaf:
    """A leaf that was demanded by anybody, and shown on chain: of which attempt, with its proof."""

    attempt: int
    leaf: Leaf
    proof: InclusionProof


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOnChain:
    """What the chain says of a slot, as far as this household asks.

    ``publication`` is the current statement, ``voids`` the findings by which earlier ones fell and ``voided`` when the last did, ``extended`` until when
    (unix s, block) disputes keep the slot open, ``shown`` what was shown on demand, ``inclusions`` the direct inclusions by meter.
    """

    slot: int
    publication: Publication | None = None
    voids: tuple[Finding, ...] = ()
    voided: tuple[int, int] | None = None
    extended: tuple[int, int] | None = None
    demands: tuple[OwnDemand, ...] = ()
    shown: tuple[ShownLeaf, ...] = ()
    netting: Netting | None = None
    inclusions: tuple[IncludedDirectly, ...] = ()

    def inclusion_of(self, meter: bytes) -> IncludedDirectly | None:
        """Return the direct inclusion of a meter that was not taken out again."""
        return next((one for one in self.inclusions if one.reading.meter == meter), None)


def slot_on_chain(slot: int, events: Iterable[LoggedEvent]) -> SlotOnChain:
    """Return what a slot's events, in their order, come to."""
    publication: Publication | None = None
    voids: list[Finding] = []
    voided: tuple[int, int] | None = None
    extended: tuple[int, int] | None = None
    netting: Netting | None = None
    inclusions: dict[bytes, IncludedDirectly] = {}
    demands: list[OwnDemand] = []
    shown: list[ShownLeaf] = []
    for logged in events:
        match logged.decoded():
            case StatementPublishedEvent() as event:
                publication = Publication(
                    statement=from_statement(event.statement),
                    published_at=event.published_at,
                    published_block=event.published_block,
                )
                extended = None
            case StatementVoidedEvent() as event:
                publication, netting, extended = None, None, None
                voids.append(event.finding)
                voided = (logged.at, logged.block)
            case WindowExtendedEvent() as event:
                extended = (event.until_time, event.until_block)
            case SlotNettedEvent() as event:
                netting = Netting(event.withdrawal, event.feed_in)
            case ReadingIncludedEvent() as event:
                inclusions[event.meter] = IncludedDirectly(
                    reading=from_reading(event.reading),
                    sealed=from_sealed(event.openings),
                    included_at=event.included_at,
                    included_block=event.included_block,
                )
            case ReadingExcludedEvent() as event:
                inclusions.pop(event.meter, None)
            case DemandedEvent() as event:
                demands.append(
                    OwnDemand(
                        attempt=event.attempt,
                        index=event.index,
                        kind=event.kind,
                        register=event.register,
                        at=logged.at,
                        block=logged.block,
                    )
                )
            case LeafShownEvent() as event:
                leaf, proof = from_leaf(event.leaf), from_proof(event.proof)
                shown.append(ShownLeaf(attempt=event.attempt, leaf=leaf, proof=proof))
            case _:
                continue
    return SlotOnChain(
        slot=slot,
        publication=publication,
        voids=tuple(voids),
        voided=voided,
        extended=extended,
        netting=netting,
        inclusions=tuple(inclusions.values()),
        demands=tuple(demands),
        shown=tuple(shown),
    )


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A kind of certificate that the household holds: its id, what it certifies (None if another one's), Wh held."""

    id: int
    certificate: Certificate | None
    held: int


def held_certificates(household: bytes, events: Iterable[LoggedEvent]) -> list[HeldCertificate]:
    """Return the certificates that an account holds after these events, the ones that it holds none of left out."""
    held: dict[int, int] = {}
    kinds: dict[int, Certificate] = {}
    for logged in events:
        match logged.decoded():
            case CertificatesIssuedEvent() as event:
                kinds[event.id] = event.certificate
            case TransferSingleEvent() as event:
                _move(held, household, event.from_, event.to, event.id, event.value)
            case TransferBatchEvent() as event:
                for identifier, value in zip(event.ids, event.values, strict=True):
                    _move(held, household, event.from_, event.to, identifier, value)
            case _:
                continue
    return [
        HeldCertificate(identifier, kinds.get(identifier), amount)
        for identifier, amount in held.items()
        if amount
    ]


def _move(
    held: dict[int, int], household: bytes, giver: bytes, taker: bytes, identifier: int, value: int
) -> None:
    if taker == household:
        held[identifier] = held.get(identifier, 0) + value
    if giver == household:
        held[identifier] = held.get(identifier, 0) - value


@dataclass(frozen=True, slots=True)
class Credits:
    """What the RE account has credited to a meter: Wh in all, and the first slot that is not credited yet."""

    watt_hours: int = 0
    watermark: int = 0


def credits_of(meter: bytes, events: Iterable[LoggedEvent]) -> Credits:
    """Return a meter's credits after these events."""
    credited, watermark = 0, 0
    for logged in events:
        event = logged.decoded()
        if isinstance(event, EnergyCreditedEvent) and event.meter == meter:
            credited += min(event.feed_in, event.generation)
            watermark = max(watermark, event.last_slot + 1)
    return Credits(credited, watermark)


def sealing_key_at(slot: int, operator: bytes, events: Iterable[LoggedEvent]) -> Point | None:
    """Return the key that openings of a slot are sealed to, None if these events do not tell."""
    found = None
    for logged in events:
        event = logged.decoded()
        if isinstance(event, SealingKeyChangedEvent) and event.operator == operator and event.from_ <= slot:
            found = Point(*event.key)
    return found


def slot_of(event: Event) -> int | None:
    """Return the slot that an event is of, None for one that belongs to no slot."""
    if isinstance(
        event,
        StatementPublishedEvent
        | StatementVoidedEvent
        | WindowExtendedEvent
        | SlotNettedEvent
        | ReadingIncludedEvent
        | ReadingExcludedEvent
        | DepositReturnedEvent
        | DemandedEvent
        | LeafShownEvent,
    ):
        return event.slot
    return None


def concerns(event: Event, household: bytes, meter: bytes) -> bool:
    """Say whether an event is the community's or this household's own; what others do for themselves is not kept."""
    match event:
        case (
            ReadingIncludedEvent(meter=other)
            | ReadingExcludedEvent(meter=other)
            | DepositReturnedEvent(meter=other)
            | EnergyCreditedEvent(meter=other)
            | HouseholdChangedEvent(meter=other)
            | KeyChangedEvent(meter=other)
            | PlantChangedEvent(meter=other)
        ):
            return other == meter
        case TransferSingleEvent(from_=giver, to=taker) | TransferBatchEvent(from_=giver, to=taker):
            return household in (giver, taker)
        case CertificatesIssuedEvent(certificate=certificate):
            return certificate.household == household
        case DemandedEvent(demander=demander):
            return demander == household
        case (
            StatementPublishedEvent()
            | StatementVoidedEvent()
            | WindowExtendedEvent()
            | SlotNettedEvent()
            | SealingKeyChangedEvent()
            | ReliefAskedEvent()
            | LeafShownEvent()
        ):
            return True
        case _:
            owner = getattr(event, "owner", None) or getattr(event, "account", None)
            return owner == household


def keep(connection: sqlite3.Connection, logged: LoggedEvent, name: str, slot: int | None) -> None:
    """Write an event."""
    connection.execute(
        "INSERT OR REPLACE INTO ledger_event (id, block, place, at, contract, topics, data, name, slot) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            logged.id,
            logged.block,
            logged.place,
            logged.at,
            logged.contract,
            b"".join(logged.topics),
            logged.data,
            name,
            slot,
        ),
    )


def forget(connection: sqlite3.Connection, event_id: str) -> None:
    """Delete an event of an orphaned block."""
    connection.execute("DELETE FROM ledger_event WHERE id = ?", (event_id,))


_EVENTS = "SELECT id, block, place, at, contract, topics, data FROM ledger_event"


def events_of_slot(connection: sqlite3.Connection, slot: int) -> Sequence[LoggedEvent]:
    """Return a slot's events in their order."""
    rows = connection.execute(f"{_EVENTS} WHERE slot = ? ORDER BY block, place", (slot,))
    return [_logged(row) for row in rows]


def events_named(connection: sqlite3.Connection, *names: str) -> Sequence[LoggedEvent]:
    """Return all events of these names (of the bindings' classes) in their order."""
    marks = ", ".join("?" * len(names))
    rows = connection.execute(f"{_EVENTS} WHERE name IN ({marks}) ORDER BY block, place", names)
    return [_logged(row) for row in rows]


def slots_between(connection: sqlite3.Connection, first: int, last: int) -> Sequence[int]:
    """Return the slots in [first, last] of which the chain said anything."""
    rows = connection.execute(
        "SELECT DISTINCT slot FROM ledger_event WHERE slot >= ? AND slot <= ? ORDER BY slot", (first, last)
    )
    return [row[0] for row in rows]


def read_slot(connection: sqlite3.Connection, slot: int) -> SlotOnChain:
    """Return what the chain says of a slot."""
    return slot_on_chain(slot, events_of_slot(connection, slot))


def _logged(row: Sequence[Any]) -> LoggedEvent:
    identifier, block, place, at, contract, topics, data = row
    return LoggedEvent(
        id=identifier,
        block=block,
        place=place,
        at=at,
        contract=contract,
        topics=tuple(topics[start : start + 32] for start in range(0, len(topics), 32)),
        data=data,
    )


def arguments(event: Event) -> dict[str, Json]:
    """Return an event's parameters as JSON: bytes in hex, structs as objects, numbers above 2^53 as text."""
    return {field.name: _json(getattr(event, field.name)) for field in fields(cast("Any", event))}


def _json(value: Any) -> Json:
    match value:
        case bytes():
            return f"0x{value.hex()}"
        case bool() | str() | None:
            return value
        case int():
            return int(value) if abs(value) < 2**53 else str(value)
        case tuple() | list():
            return [_json(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
        case _:
            return str(value)
