"""Where a published tree differs from the leaves that are served, as far as it was shown on chain. Pure.

Each leaf that is shown on demand comes with the hashes beside its path. Where one of them is not the served tree's, some
leaf below it is another one: it is demanded next, the leftmost first, until one is found that must not stand there
(docs/protocol.md section 9, Demands).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dems_protocol.leaves import Leaf
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import InclusionProof, Node, ProofError, Step, SumTree, height_for, join
from dems_protocol.typed_data import LedgerDomain


@dataclass(slots=True)
class ShownTree:
    """What is known of a published tree: its root, and all that was shown beside and on the paths of leaves."""

    domain: LedgerDomain
    statement: Statement
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    leaves: dict[int, tuple[Leaf, InclusionProof]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, domain: LedgerDomain, statement: Statement, shown: Iterable[tuple[Leaf, InclusionProof]]
    ) -> ShownTree:
        """Return what proofs show; those that do not lead to the root are left out."""
        tree = cls(domain, statement)
        tree.nodes[(height_for(statement.count), 0)] = statement.root
        for leaf, proof in shown:
            try:
                steps = _path(statement, leaf.node(domain), proof)
            except ProofError:
                continue
            tree._learn(leaf, proof, steps)
        return tree

    def _learn(self, leaf: Leaf, proof: InclusionProof, steps: Sequence[Step]) -> None:
        self.leaves[proof.index] = (leaf, proof)
        for level, step in enumerate(steps):
            pair = (proof.index >> level) & ~1
            self.nodes[(level, pair)] = step.left.hash
            self.nodes[(level, pair + 1)] = step.right.hash

    def next_demand(self, served: Sequence[Leaf]) -> int | None:
        """Return the leftmost index whose leaf would show more of what differs from ``served``; None if nothing would."""
        height = height_for(self.statement.count)
        own = _served_nodes(self.domain, served)
        hashes = {leaf.hash(self.domain) for leaf in served}
        return self._search(height, 0, own, hashes)

    def _search(
        self, level: int, index: int, own: Mapping[tuple[int, int], bytes], served: set[bytes]
    ) -> int | None:
        known = self.nodes.get((level, index))
        if known is not None and (known == own.get((level, index)) or known in served):
            return None
        first = index << level
        if first >= self.statement.count:
            return None
        if level == 0:
            return None if index in self.leaves else index
        children = ((level - 1, 2 * index), (level - 1, 2 * index + 1))
        if children[0] not in self.nodes:
            return first
        for child in children:
            found = self._search(*child, own, served)
            if found is not None:
                return found
        return None


def descent_of(
    domain: LedgerDomain, statement: Statement, leaf: Leaf, proof: InclusionProof
) -> tuple[Step, ...]:
    """Return the preimages from the root down to a leaf that was shown. Raises ProofError if it is not in the tree."""
    return tuple(reversed(_path(statement, leaf.node(domain), proof)))


def _path(statement: Statement, leaf: Node, proof: InclusionProof) -> list[Step]:
    """Return the preimages from the leaf's parent up to the root. Raises ProofError."""
    if len(proof.siblings) != height_for(statement.count) or not leaf.sums.has_valid_points():
        raise ProofError("the proof does not fit the tree")
    steps, node, index = [], leaf, proof.index
    for level, sibling in enumerate(proof.siblings, start=1):
        step = Step(node, sibling) if index % 2 == 0 else Step(sibling, node)
        steps.append(step)
        index >>= 1
        node = join(level, index, step)
    if node.hash != statement.root:
        raise ProofError("the proof does not lead to the root")
    return steps


def _served_nodes(domain: LedgerDomain, served: Sequence[Leaf]) -> Mapping[tuple[int, int], bytes]:
    """Return the hashes of the tree over the served leaves by level and index, which a node's hash binds whatever the height of
    its tree; those of the leaves alone where they are no tree.
    """
    nodes = [leaf.node(domain) for leaf in served]
    if not all(node.sums.has_valid_points() for node in nodes):
        return {(0, index): node.hash for index, node in enumerate(nodes)}
    tree = SumTree(nodes)
    return {
        (level, index): tree.node(level, index).hash
        for level in range(tree.height + 1)
        for index in range(1 << (tree.height - level))
    }
