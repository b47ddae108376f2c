"""From the readings of a slot to its statement, and from their openings to the opening of its sums. Pure.

Source: docs/protocol.md sections 6 and 12.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import override

from dems_protocol.commitments import ZERO_OPENING, Opening, Pedersen, Register
from dems_protocol.curve import total
from dems_protocol.leaves import Leaf, MeterRecord, count_owners
from dems_protocol.netting import Netting
from dems_protocol.readings import Reading
from dems_protocol.signatures import Signature
from dems_protocol.statements import DirectInclusions, OpeningError, Statement, build_tree, open_sums
from dems_protocol.sum_tree import SumTree
from dems_protocol.typed_data import LedgerDomain


@dataclass(frozen=True, slots=True)
class SignedReading:
    """A reading with its meter's signature."""

    reading: Reading
    signature: Signature


@dataclass(frozen=True, slots=True)
class BuiltStatement:
    """A statement with the leaves and the tree that it stands for."""

    statement: Statement
    leaves: tuple[Leaf, ...]
    tree: SumTree = field(repr=False)

    def index_of(self, meter: bytes) -> int | None:
        """Return the index of a meter's leaf, None where it has none."""
        for index, leaf in enumerate(self.leaves):
            if leaf.reading.meter == meter:
                return index
        return None


@dataclass(frozen=True, slots=True)
class OwnedOpening:
    """What a reading adds to the two sums, and whose it is (account, 20 bytes)."""

    household: bytes
    withdrawal: Opening = field(repr=False)
    feed_in: Opening = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedSums:
    """The sums of a slot opened, and the netting that follows."""

    withdrawal: Opening = field(repr=False)
    feed_in: Opening = field(repr=False)
    netting: Netting


class SumsStayClosed(Exception):
    """The sums of a slot are not opened: utility prices apply. ``reason`` is a stable code; the text says more."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(reason, text)
        self.reason = reason
        self.text = text

    @override
    def __str__(self) -> str:
        return self.text


def choose_leaves(
    readings: Iterable[SignedReading],
    records: Mapping[bytes, MeterRecord],
    beside: Collection[bytes],
) -> tuple[Leaf, ...]:
    """Return the leaves of a slot in order, with their owners.

    Left out are readings of meters that stand ``beside`` the root already, and those that the registry, as it is known
    now, does not have for the slot with that key: a reorganisation may have changed it since their arrival.
    """
    sound = {
        signed.reading.meter: signed
        for signed in readings
        if signed.reading.meter not in beside and _is_registered(signed.reading, records)
    }
    meters = sorted(sound)
    owners = count_owners(meters, records)
    return tuple(
        Leaf(sound[meter].reading, int(sides), sound[meter].signature)
        for meter, sides in zip(meters, owners, strict=True)
    )


def build_statement(domain: LedgerDomain, slot: int, attempt: int, leaves: Sequence[Leaf]) -> BuiltStatement:
    """Return the true statement over leaves that are in order."""
    tree = build_tree(domain, leaves)
    return BuiltStatement(Statement.of(slot, tree, attempt=attempt), tuple(leaves), tree)


def open_slot(
    pedersen: Pedersen,
    statement: Statement,
    openings: Sequence[OwnedOpening],
    included: Iterable[Reading],
    minimum_owners: int,
) -> OpenedSums:
    """Return the opening of a slot's sums, with what was included directly.

    Raises SumsStayClosed where the statement counts too few owners, where the energy of a side comes from too few of
    them (which only the operator sees), or where the openings do not open the sums.
    """
    stated = min(statement.sums.withdrawal_owners, statement.sums.feed_in_owners)
    if stated < minimum_owners:
        raise SumsStayClosed(
            "too_few_owners", f"the statement counts {stated} owners on one side, {minimum_owners} are needed"
        )
    energetic = min(
        len({own.household for own in openings if own.withdrawal.value}),
        len({own.household for own in openings if own.feed_in.value}),
    )
    if energetic < minimum_owners:
        raise SumsStayClosed(
            "too_few_sources", f"the energy of one side comes from fewer than {minimum_owners} owners"
        )
    withdrawal = sum((own.withdrawal for own in openings), ZERO_OPENING)
    feed_in = sum((own.feed_in for own in openings), ZERO_OPENING)
    try:
        netting = open_sums(
            pedersen,
            statement,
            withdrawal,
            feed_in,
            minimum_owners=minimum_owners,
            beside=sum_inclusions(included),
        )
    except OpeningError:
        raise SumsStayClosed("not_openable", "the openings at hand do not open the sums on chain") from None
    return OpenedSums(withdrawal, feed_in, netting)


def sum_inclusions(readings: Iterable[Reading]) -> DirectInclusions:
    """Return what direct inclusions add to the sums of a slot."""
    commitments = [reading.commitments for reading in readings]
    return DirectInclusions(
        total(each[Register.WITHDRAWAL_REST] for each in commitments),
        total(each[Register.FEED_IN_REST] for each in commitments),
    )


def _is_registered(reading: Reading, records: Mapping[bytes, MeterRecord]) -> bool:
    record = records.get(reading.meter)
    return record is not None and record.key.key_id() == reading.key
