"""Whether this bridge may sign: at any time one copy of a household's keys does, and no slot is signed twice.

Two bridges with the same keys come about when a backup is restored while the old machine lives on, or comes back, or
when a database was lost and the keys were not. The journal knows what was signed here; the operator and the chain know
what was signed at all. Whatever they have seen and the journal has not, another copy has signed.

A copy is told from the original by its instance (``keys.index``): a restoration and ``keys take-over`` give a new one,
and every reading in the journal carries the instance that signed it. Pure: ``decide`` is asked at start, and again with
each answer of the operator and of the chain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Witness(StrEnum):
    """Who has seen a reading, or a nonce."""

    OPERATOR = "operator"
    CHAIN = "chain"


class ReadOnlyReason(StrEnum):
    """Why this bridge must not sign."""

    SECOND_BRIDGE = "second_bridge"
    """Another bridge signs readings with this meter's key (params: witness, slot)."""
    FOREIGN_TRANSACTIONS = "foreign_transactions"
    """Another bridge, or a wallet, sends with this account (params: own_nonce, chain_nonce)."""
    NOT_COMPARED = "not_compared"
    """This is a copy, and nobody has said yet what the other one has signed (params: witness that is missing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnJournal:
    """What this bridge's journal says of itself.

    ``last_signer`` is the instance that signed the journal's last reading (slot ``last_slot``), ``first_slot`` the
    first slot that this instance signed; None in an empty journal. ``next_nonce`` is the nonce of the account's next
    transaction, as the journal has it or as the chain had it when this instance took over, whichever is higher; None
    while neither is known.
    """

    last_signer: str | None = None
    last_slot: int | None = None
    first_slot: int | None = None
    next_nonce: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenReading:
    """The last reading of this meter that a witness has. ``in_journal``: this bridge's journal holds that very hash."""

    witness: Witness
    slot: int
    hash: bytes
    in_journal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the others said.

    ``operator_answered``: the operator said what its last reading is, or that it has none. ``chain_answered``: the
    statements of the chain were read up to its head. ``seen``: the readings that they have, at most one a witness.
    ``chain_nonce``: the account's transaction count at the chain's head, None if not known.
    """

    operator_answered: bool
    chain_answered: bool
    seen: Sequence[SeenReading] = ()
    chain_nonce: int | None = None


@dataclass(frozen=True, slots=True)
class MaySign:
    """Slots from ``from_slot`` on may be signed.

    A copy keeps the chain's nonce of this moment for its journal's ``next_nonce``. ``follow`` is the reading to build on if it is not the journal's last one: its points are in the reading itself,
    which the witness has; the openings of what another copy measured are not known here.
    """

    from_slot: int
    follow: SeenReading | None = None


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """Nothing is signed, submitted or sent. ``params`` say what was found, for the text that a person reads."""

    reason: ReadOnlyReason
    params: dict[str, int | str]


type Decision = MaySign | ReadOnly


def decide(instance: str, journal: OwnJournal, evidence: Evidence, running_slot: int) -> Decision:
    """Decide whether, and from which slot on, this instance may sign. ``running_slot`` is the slot that runs now.

    - The original signs on, also while nobody answers: its journal holds all that it ever signed. It stops as soon as
      a witness shows a reading of its time (from its first slot on), or the chain a nonce, which the journal does not
      know.
    - A copy (another instance signed the journal's last reading, or the journal is empty) signs nothing before operator
      and chain have said what they have. It then begins with the slot that runs now: a slot that was over may
      have been signed by the other copy without anybody having seen it yet.
    """
    newest = max(evidence.seen, key=lambda seen: (seen.slot, not seen.in_journal), default=None)
    if journal.last_signer == instance:
        return _decide_original(journal, evidence, newest)
    return _decide_copy(journal, evidence, newest, running_slot)


def _decide_original(journal: OwnJournal, evidence: Evidence, newest: SeenReading | None) -> Decision:
    # What lies before its first slot is the past of the copy that it took over from.
    since = journal.first_slot or 0
    foreign = [seen for seen in evidence.seen if not seen.in_journal and seen.slot >= since]
    if foreign:
        last = max(foreign, key=lambda seen: seen.slot)
        return ReadOnly(ReadOnlyReason.SECOND_BRIDGE, {"witness": last.witness, "slot": last.slot})
    own, on_chain = journal.next_nonce, evidence.chain_nonce
    if own is not None and on_chain is not None and on_chain > own:
        return ReadOnly(ReadOnlyReason.FOREIGN_TRANSACTIONS, {"own_nonce": own, "chain_nonce": on_chain})
    return MaySign(_after(journal, newest))


def _decide_copy(
    journal: OwnJournal, evidence: Evidence, newest: SeenReading | None, running_slot: int
) -> Decision:
    if not evidence.operator_answered:
        return ReadOnly(ReadOnlyReason.NOT_COMPARED, {"witness": Witness.OPERATOR})
    if not evidence.chain_answered:
        return ReadOnly(ReadOnlyReason.NOT_COMPARED, {"witness": Witness.CHAIN})
    follow = newest if newest is not None and not newest.in_journal else None
    return MaySign(max(running_slot, _after(journal, newest)), follow)


def _after(journal: OwnJournal, newest: SeenReading | None) -> int:
    """Return the first slot after all that is known to be signed; 0 if nothing is."""
    known = [
        slot for slot in (journal.last_slot, None if newest is None else newest.slot) if slot is not None
    ]
    return max(known, default=-1) + 1
