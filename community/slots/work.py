"""The arithmetic of a slot's statement, as functions that `Workers` runs in another process. Pure."""

from collections.abc import Sequence

from community.slots.building import BuiltStatement, OpenedSums, OwnedOpening, build_statement, open_slot
from community.workers import pedersen
from dems_protocol.commitments import Opening, Register
from dems_protocol.leaves import Leaf
from dems_protocol.range_proof import BitProof, RangeContext, prove_range
from dems_protocol.readings import Reading
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import InclusionProof
from dems_protocol.typed_data import LedgerDomain


def state(domain: LedgerDomain, slot: int, attempt: int, leaves: Sequence[Leaf]) -> Statement:
    """Return the statement over leaves in order."""
    return build_statement(domain, slot, attempt, leaves).statement


def prove(
    domain: LedgerDomain, slot: int, attempt: int, leaves: Sequence[Leaf], indices: Sequence[int]
) -> list[InclusionProof]:
    """Return the inclusion proofs of leaves, padding included."""
    built: BuiltStatement = build_statement(domain, slot, attempt, leaves)
    return [built.tree.prove(index) for index in indices]


def prove_register(
    domain: LedgerDomain, reading_hash: bytes, register: int, opening: Opening
) -> tuple[BitProof, ...]:
    """Return the range proof of a register."""
    return prove_range(pedersen(), RangeContext(domain, reading_hash, Register(register)), opening)


def open_sums(
    statement: Statement, openings: Sequence[OwnedOpening], included: Sequence[Reading], minimum_owners: int
) -> OpenedSums:
    """Return the opening of a slot's sums. Raises SumsStayClosed."""
    return open_slot(pedersen(), statement, openings, included, minimum_owners)
