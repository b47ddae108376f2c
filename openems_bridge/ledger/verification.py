"""A slot's statement, checked by one household: own path, root, and random other leaves. Pure; takes CPU time.

A finding that the contract decides by comes with the call that voids the statement (docs/protocol.md section 9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dems_node.json_types import Json
from dems_protocol.contracts import challenges
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.conversions import (
    to_descent,
    to_published,
    to_reading,
    to_signature,
    to_statement,
    to_step,
)
from dems_protocol.contracts.structs import LeafDescent, Published
from dems_protocol.leaves import (
    Leaf,
    MeterRecord,
    OwnerSides,
    find_doubled_owners,
    find_leaf_faults,
    find_order_faults,
)
from dems_protocol.readings import NO_READING, Reading, find_chain_faults, find_reading_faults
from dems_protocol.signatures import Signature, is_signed_by_account
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import InclusionProof, SumTree
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.ledger.audit_memory import EarlierLeaf
from openems_bridge.ledger.chain_events import Publication, ShownLeaf
from openems_bridge.ledger.descent import ShownTree, descent_of

WHOLE_AUDIT_LEAVES = 2000
"""Up to so many leaves each one is checked by itself; in a larger community a random part of them is."""


class FindingCode(StrEnum):
    """What can be wrong with a statement, or with what the operator says of it."""

    NOT_SIGNED = "not_signed"
    """The operator's answer is not signed by its account (params: none)."""
    TWO_STATEMENTS = "two_statements"
    """The operator signed another statement than it published."""
    WRONG_COUNT = "wrong_count"
    """Another number of leaves is served than stated (params: served, stated)."""
    OTHER_LEAVES = "other_leaves"
    """The leaves that are served do not lead to the published root."""
    WRONG_SUMS = "wrong_sums"
    """The stated sums are not those of the tree."""
    WRONG_LEAF = "wrong_leaf"
    """A leaf must not stand in a statement (params: index, meter, faults)."""
    WRONG_ORDER = "wrong_order"
    """Two leaves are not in ascending order, or a meter stands there twice (params: index)."""
    DOUBLED_OWNER = "doubled_owner"
    """A household counts twice on one side (params: first, second)."""
    WRONG_REGISTER = "wrong_register"
    """A leaf does not continue the reading that it names as its previous (params: index, meter, faults)."""
    RESTARTED = "restarted"
    """A leaf begins its meter's registers anew although the meter stood in an earlier statement (params: index, meter, earlier)."""
    SERVED_OTHERWISE = "served_otherwise"
    """The operator serves other leaves than it published, but showed ours on chain, where it was demanded (params: index)."""
    OTHER_READING = "other_reading"
    """Our meter's leaf is a reading that this bridge never signed (params: reading)."""
    WITHHELD = "withheld"
    """The operator does not serve statement or leaves although half of the challenge window is over (params: detail)."""
    EXCLUDED = "excluded"
    """Our reading reached the operator in time and is not in the statement (params: none)."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The challenge of a leaf that began anew, and the earlier leaf that shows it."""

    call: challenges.ChallengeRestart
    earlier: EarlierLeaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong. ``challenge`` is the call to the challenges' contract that voids the statement for it.

    ``demand`` is the index of a leaf that should be demanded on chain where no challenge can be made from what is served.
    ``restart`` is a challenge that can be made once the statement of the earlier leaf is final.
    """

    code: FindingCode
    params: Mapping[str, Json] = field(default_factory=dict)
    challenge: Call[None] | None = None
    demand: int | None = None
    restart: Restart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the operator serves of a slot: the statement with its signature, and all leaves."""

    statement: Statement
    signature: Signature
    leaves: Sequence[Leaf]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of the check. ``own`` is the household's own leaf with its proof, None if it has none."""

    findings: tuple[Finding, ...]
    own: tuple[Leaf, InclusionProof] | None
    leaves: int
    is_left_out: bool = False
    """The leaves are those of the published root, and none of them is of the household's meter."""
    tree: SumTree | None = None
    """The tree over the leaves that were served, if it is the published one."""

    @property
    def verified(self) -> bool:
        """Whether the statement is sound as far as this household has looked."""
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Checks statements of one community for one meter. ``own_hashes``: does a reading's hash come from this bridge?"""

    domain: LedgerDomain
    operator: bytes
    meter: bytes

    def check(
        self,
        publication: Publication,
        served: Served,
        *,
        own_hashes: frozenset[bytes] | None,
        records: Mapping[bytes, MeterRecord | None],
        earlier: Mapping[bytes, Reading],
        earlier_leaves: Mapping[bytes, EarlierLeaf],
    ) -> Verdict:
        """Check what is served against what the chain holds.

        ``own_hashes`` are the readings of this slot that this bridge has signed, None for a slot before its time, in which
        another copy of it may have signed; ``records`` what the registry says of
        the meters that are audited (None: it does not know the meter); ``earlier`` readings by their hashes, of slots
        before, whose continuation can be checked; ``earlier_leaves`` a leaf of each followed meter, after which it must not
        begin anew.
        """
        findings = self._signed(publication, served)
        published = to_published(publication.statement, publication.published_at, publication.published_block)
        tree = self._tree(publication.statement, served.leaves, published, findings)
        own = self._own(served.leaves, tree, own_hashes, findings)
        if tree is not None:
            audit = _Audit(self.domain, published, publication.statement, served.leaves, tree)
            findings += audit.leaves(records)
            findings += audit.order()
            findings += audit.owners(records)
            findings += audit.registers(earlier)
            findings += audit.restarts(earlier_leaves)
        left_out = tree is not None and all(leaf.reading.meter != self.meter for leaf in served.leaves)
        return Verdict(
            findings=tuple(findings), own=own, leaves=len(served.leaves), is_left_out=left_out, tree=tree
        )

    def _signed(self, publication: Publication, served: Served) -> list[Finding]:
        digest = self.domain.digest(served.statement.struct_hash())
        if not is_signed_by_account(self.operator, digest, served.signature):
            return [Finding(code=FindingCode.NOT_SIGNED)]
        stated = publication.statement
        if served.statement == stated:
            return []
        call = None
        if (served.statement.slot, served.statement.attempt) == (stated.slot, stated.attempt):
            call = challenges.ChallengeTwoStatements(
                to_published(stated, publication.published_at, publication.published_block),
                to_statement(served.statement),
                to_signature(served.signature),
            )
        return [Finding(code=FindingCode.TWO_STATEMENTS, challenge=call)]

    def _tree(
        self,
        statement: Statement,
        leaves: Sequence[Leaf],
        published: Published,
        findings: list[Finding],
    ) -> SumTree | None:
        """Return the tree over the served leaves if it is the published one; else add the finding."""
        if len(leaves) != statement.count:
            findings.append(
                Finding(
                    code=FindingCode.WRONG_COUNT,
                    params={"served": len(leaves), "stated": statement.count},
                    demand=0,
                )
            )
            return None
        nodes = [leaf.node(self.domain) for leaf in leaves]
        index = next((i for i, node in enumerate(nodes) if not node.sums.has_valid_points()), None)
        if index is not None:
            # No sums follow from points off the curve, hence no tree: the leaf has to be shown on chain.
            faults = find_reading_faults(leaves[index].reading)
            findings.append(
                Finding(
                    code=FindingCode.WRONG_LEAF,
                    params=_leaf_params(index, leaves[index], faults),
                    demand=index,
                )
            )
            return None
        tree = SumTree(nodes)
        if tree.root.hash != statement.root:
            findings.append(Finding(code=FindingCode.OTHER_LEAVES, demand=self._index(leaves)))
            return None
        if tree.root.sums != statement.sums:
            findings.append(
                Finding(code=FindingCode.WRONG_SUMS, challenge=_sums_challenge(published, tree, leaves))
            )
        return tree

    def _own(
        self,
        leaves: Sequence[Leaf],
        tree: SumTree | None,
        own_hashes: frozenset[bytes] | None,
        findings: list[Finding],
    ) -> tuple[Leaf, InclusionProof] | None:
        index = next((i for i, leaf in enumerate(leaves) if leaf.reading.meter == self.meter), None)
        if index is None or tree is None:
            return None
        reading_hash = leaves[index].reading.struct_hash()
        if own_hashes is None:
            return None
        if reading_hash not in own_hashes:
            findings.append(
                Finding(code=FindingCode.OTHER_READING, params={"reading": f"0x{reading_hash.hex()}"})
            )
            return None
        return leaves[index], tree.prove(index)

    def _index(self, leaves: Sequence[Leaf]) -> int:
        """Return the own leaf's index; where it is not served, the one at which it belongs."""
        return next((i for i, leaf in enumerate(leaves) if leaf.reading.meter >= self.meter), len(leaves))

    def shown(
        self,
        verdict: Verdict,
        publication: Publication,
        served: Sequence[Leaf],
        shown: Sequence[ShownLeaf],
        *,
        own_hashes: frozenset[bytes],
        records: Mapping[bytes, MeterRecord | None],
    ) -> Verdict:
        """Return the verdict with what was shown on chain, where the leaves that are served are others than the published.

        ``own_hashes`` as for `check`, ``records`` those of the meters that were shown. What must not stand in a statement is
        challenged; where nothing of that kind was shown yet, the next leaf is to be demanded that can show more.
        """
        statement = publication.statement
        published = to_published(statement, publication.published_at, publication.published_block)
        current = [(one.leaf, one.proof) for one in shown if one.attempt == statement.attempt]
        tree = ShownTree.of(self.domain, statement, current)
        demand = tree.next_demand(served)
        findings = [
            replace(finding, demand=None if finding.demand is None else demand)
            for finding in verdict.findings
        ]
        own = None
        for index, (leaf, proof) in sorted(tree.leaves.items()):
            if leaf.reading.struct_hash() in own_hashes:
                own = (leaf, proof)
                code, params = FindingCode.SERVED_OTHERWISE, {"index": index}
                findings.insert(0, Finding(code=code, params=dict(params), demand=demand))
            faults = find_leaf_faults(leaf, self.domain, statement.slot, records.get(leaf.reading.meter))
            if faults:
                descent = to_descent(index, leaf, descent_of(self.domain, statement, leaf, proof))
                findings.append(
                    Finding(
                        code=FindingCode.WRONG_LEAF,
                        params=_leaf_params(index, leaf, faults),
                        challenge=challenges.ChallengeLeaf(published, descent),
                    )
                )
        return replace(verdict, findings=tuple(findings), own=own)


@dataclass(frozen=True, slots=True)
class _Audit:
    """The leaves of a tree whose root is the published one."""

    domain: LedgerDomain
    published: Published
    statement: Statement
    served: Sequence[Leaf]
    tree: SumTree

    def leaves(self, records: Mapping[bytes, MeterRecord | None]) -> list[Finding]:
        """Return the findings of single leaves: all of them by themselves in a small community, and those with records."""
        findings = []
        whole = len(self.served) <= WHOLE_AUDIT_LEAVES
        for index, leaf in enumerate(self.served):
            meter = leaf.reading.meter
            if meter in records:
                faults = find_leaf_faults(leaf, self.domain, self.statement.slot, records[meter])
            elif whole:
                faults = find_reading_faults(leaf.reading)
            else:
                continue
            if faults:
                findings.append(
                    Finding(
                        code=FindingCode.WRONG_LEAF,
                        params=_leaf_params(index, leaf, faults),
                        challenge=challenges.ChallengeLeaf(self.published, self._descent(index)),
                    )
                )
        return findings

    def order(self) -> list[Finding]:
        """Return where leaves are not strictly ascending."""
        return [
            Finding(
                code=FindingCode.WRONG_ORDER,
                params={"index": index},
                challenge=challenges.ChallengeOrder(
                    self.published, self._descent(index), self._descent(index + 1)
                ),
            )
            for index in find_order_faults(self.served)
        ]

    def owners(self, records: Mapping[bytes, MeterRecord | None]) -> list[Finding]:
        """Return which households count twice, as far as records are at hand."""
        known = {meter: record for meter, record in records.items() if record is not None}
        findings = []
        for first, second in find_doubled_owners(self.served, known):
            both = self.served[first].owners & self.served[second].owners
            side = 0 if both & OwnerSides.WITHDRAWAL else 1
            findings.append(
                Finding(
                    code=FindingCode.DOUBLED_OWNER,
                    params={"first": first, "second": second},
                    challenge=challenges.ChallengeOwner(
                        self.published, self._descent(first), self._descent(second), side
                    ),
                )
            )
        return findings

    def registers(self, earlier: Mapping[bytes, Reading]) -> list[Finding]:
        """Return which leaves do not continue the reading that they name, where that is one of ``earlier``."""
        findings = []
        for index, leaf in enumerate(self.served):
            previous = earlier.get(leaf.reading.previous)
            if previous is None or leaf.reading.previous == NO_READING:
                continue
            if faults := find_chain_faults(leaf.reading, previous):
                findings.append(
                    Finding(
                        code=FindingCode.WRONG_REGISTER,
                        params=_leaf_params(index, leaf, faults),
                        challenge=challenges.ChallengeRegister(
                            self.published, self._descent(index), to_reading(previous)
                        ),
                    )
                )
        return findings

    def restarts(self, earlier: Mapping[bytes, EarlierLeaf]) -> list[Finding]:
        """Return which leaves begin anew although their meter has a leaf in an earlier slot."""
        findings = []
        for index, leaf in enumerate(self.served):
            before = earlier.get(leaf.reading.meter)
            if leaf.reading.previous != NO_READING or before is None or before.slot >= self.statement.slot:
                continue
            call = challenges.ChallengeRestart(self.published, self._descent(index), before.anchor())
            params: dict[str, Json] = {
                "index": index,
                "meter": f"0x{leaf.reading.meter.hex()}",
                "earlier": before.slot,
            }
            findings.append(Finding(code=FindingCode.RESTARTED, params=params, restart=Restart(call, before)))
        return findings

    def _descent(self, index: int) -> LeafDescent:
        return to_descent(index, self.served[index], self.tree.descend(0, index))


def _sums_challenge(published: Published, tree: SumTree, leaves: Sequence[Leaf]) -> Call[None]:
    """Return the challenge of stated sums that are not those of the published tree."""
    if tree.height:
        steps = (to_step(tree.preimage(tree.height, 0)),)
        return challenges.ChallengeNode(published, tree.height, 0, steps)
    if leaves:
        return challenges.ChallengeLeaf(published, to_descent(0, leaves[0], ()))
    return challenges.ChallengePadding(published, 0, ())


def _leaf_params(index: int, leaf: Leaf, faults: Sequence[str]) -> dict[str, Json]:
    return {"index": index, "meter": f"0x{leaf.reading.meter.hex()}", "faults": "; ".join(faults)}
