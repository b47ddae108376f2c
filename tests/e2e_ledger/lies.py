"""What a lying operator can state or hide. Each lie is told in the operator's own process, at the seam where it would be."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from community.api import slot_routes
from community.readings.acceptance import Accepted
from community.slots import building, defending, making, work
from community.slots.keeper import view_slot
from community.store import readings, slots
from dems_protocol.contracts.structs import Finding
from dems_protocol.curve import IDENTITY, Point, add
from dems_protocol.leaves import Leaf
from dems_protocol.readings import Reading
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import Node, Step, Sums, SumTree
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.ledger.verification import FindingCode
from tests.community.households import Household as Stranger
from tests.e2e_ledger.household import Household
from tests.e2e_ledger.quarter import Quarter

type Tell = Callable[[Quarter, int, pytest.MonkeyPatch], Awaitable[None]]

GENERATOR = Point(1, 2)
NOWHERE = Point(1, 1)
"""On no curve."""


@dataclass(frozen=True, slots=True)
class Lie:
    """A lie about a slot, told between its end and its statement.

    ``seen`` is what a household finds by itself, ``finding`` by what the statement falls on chain.
    """

    name: str
    tell: Tell
    seen: FindingCode
    finding: Finding


async def _state_wrong_sum(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    truth = work.state

    def state(domain: LedgerDomain, slot: int, attempt: int, leaves: Sequence[Leaf]) -> Statement:
        true = truth(domain, slot, attempt, leaves)
        return replace(true, sums=replace(true.sums, feed_in=add(true.sums.feed_in, GENERATOR)))

    patch.setattr(work, "state", state)


async def _bind_another_sum(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    """Bind other sums for one half of the tree than its leaves have: the other half is told another story."""

    def state(domain: LedgerDomain, slot: int, attempt: int, leaves: Sequence[Leaf]) -> Statement:
        tree = SumTree([leaf.node(domain) for leaf in leaves])
        true = tree.preimage(tree.height, 0)
        more = replace(true.left.sums, feed_in=add(true.left.sums.feed_in, GENERATOR))
        left = Node(true.left.hash, more)
        root = Step(left, true.right).hash(tree.height, 0)
        sums = replace(tree.root.sums, feed_in=add(tree.root.sums.feed_in, GENERATOR))
        return Statement(slot, attempt, root, sums, tree.count)

    patch.setattr(work, "state", state)


async def _add_phantom(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    base = quarter.operator.base
    phantom = Stranger("phantom", base.facts.domain)
    opened = phantom.build(slot, None, feed_in=2_000)
    accepted = Accepted(opened.reading, phantom.sign(opened), opened.openings)
    await quarter.operator.database.run(_keep, accepted, int(quarter.clock.now))
    truth = building.choose_leaves

    def choose(found: Any, records: Any, beside: Any) -> tuple[Leaf, ...]:
        return truth(found, records | {phantom.meter: phantom.record}, beside)

    patch.setattr(making, "choose_leaves", choose)


async def _forge_signature(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    victim = quarter.households[2]
    own = (await victim.view(slot)).own
    assert own is not None
    forger = SoftwareSigner.from_private_key(Scheme.SECP256K1, 4711)
    forged = forger.sign(quarter.operator.base.facts.domain.digest(own.hash))
    await quarter.operator.database.run(_replace, own.reading, own.reading, forged)


async def _leave_the_curve(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    """A household that is in league with the operator signs a generation that is no point."""
    await _sign_commitment(quarter, slot, register=4)


async def _leave_the_curve_in_a_sum(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    """The same with what goes into a sum: no true tree exists, so the operator counts the leaf as nothing."""
    await _sign_commitment(quarter, slot, register=1)

    def state(domain: LedgerDomain, slot: int, attempt: int, leaves: Sequence[Leaf]) -> Statement:
        nodes = [leaf.node(domain) for leaf in leaves]
        passable = [
            node if node.sums.has_valid_points() else Node(node.hash, Sums(IDENTITY, IDENTITY, 1, 0))
            for node in nodes
        ]
        return Statement.of(slot, SumTree(passable), attempt=attempt)

    patch.setattr(work, "state", state)


async def _double_meter(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    truth = building.choose_leaves

    def choose(found: Any, records: Any, beside: Any) -> tuple[Leaf, ...]:
        leaves = truth(found, records, beside)
        return (*leaves[:3], leaves[2], *leaves[3:])

    patch.setattr(making, "choose_leaves", choose)


async def _count_owner_without_plant(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    truth = building.choose_leaves

    def choose(found: Any, records: Any, beside: Any) -> tuple[Leaf, ...]:
        return tuple(replace(leaf, owners=3) for leaf in truth(found, records, beside))

    patch.setattr(making, "choose_leaves", choose)


async def _sign_two_statements(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    truth = slot_routes._read_slot
    base = quarter.operator.base

    def read(connection: sqlite3.Connection, asked: int) -> Any:
        made = slots.statement_of(connection, asked)
        if made is None:
            return truth(connection, asked)
        other = replace(made[0], root=bytes(range(32)))
        signature = base.keys.operator.sign(base.facts.domain.digest(other.struct_hash()))
        return slot_routes.slot_document(view_slot(connection, asked), (other, signature))

    patch.setattr(slot_routes, "_read_slot", read)


async def _be_silent(quarter: Quarter, slot: int, patch: pytest.MonkeyPatch) -> None:
    async def answer(*_: object) -> None:
        """Answer nothing."""

    patch.setattr(slot_routes, "_read_leaves", lambda connection, slot: None)
    patch.setattr(defending, "answer", answer)


async def _sign_commitment(quarter: Quarter, slot: int, register: int) -> None:
    accomplice: Household = quarter.households[1]
    own = (await accomplice.view(slot)).own
    assert own is not None
    commitments = list(own.reading.commitments)
    commitments[register] = NOWHERE
    reading = replace(own.reading, commitments=tuple(commitments))
    digest = quarter.operator.base.facts.domain.digest(reading.struct_hash())
    signature = accomplice.keys.meter.sign(digest)
    await quarter.operator.database.run(_replace, own.reading, reading, signature)


def _keep(connection: sqlite3.Connection, accepted: Accepted, now: int) -> None:
    readings.add(connection, accepted, received_at=now, receipt_signature=None, late=False)


def _replace(connection: sqlite3.Connection, old: Reading, new: Reading, signature: Signature) -> None:
    changed = connection.execute(
        "UPDATE reading SET hash = ?, message = ?, signature = ? WHERE hash = ?",
        (new.struct_hash(), new.encode(), signature.encode(), old.struct_hash()),
    )
    assert changed.rowcount == 1


LIES = (
    Lie("wrong sum", _state_wrong_sum, FindingCode.WRONG_SUMS, Finding.WRONG_NODE),
    Lie("different sums", _bind_another_sum, FindingCode.OTHER_LEAVES, Finding.UNANSWERED),
    Lie("phantom leaf", _add_phantom, FindingCode.WRONG_LEAF, Finding.WRONG_LEAF),
    Lie("forged signature", _forge_signature, FindingCode.WRONG_LEAF, Finding.WRONG_LEAF),
    Lie("doubled meter", _double_meter, FindingCode.WRONG_ORDER, Finding.WRONG_ORDER),
    Lie("owner without plant", _count_owner_without_plant, FindingCode.WRONG_LEAF, Finding.WRONG_LEAF),
    Lie("two roots signed", _sign_two_statements, FindingCode.TWO_STATEMENTS, Finding.TWO_STATEMENTS),
    Lie("silence", _be_silent, FindingCode.WITHHELD, Finding.UNANSWERED),
    Lie("off-curve point", _leave_the_curve, FindingCode.WRONG_LEAF, Finding.WRONG_LEAF),
    Lie("off-curve sum", _leave_the_curve_in_a_sum, FindingCode.WRONG_LEAF, Finding.UNANSWERED),
)
