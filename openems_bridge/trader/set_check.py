"""The committed set of orders, checked by one household: its own orders, and random others. Pure; takes CPU time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dems_protocol.contracts import set_challenges, structs
from dems_protocol.contracts.conversions import to_signature
from dems_protocol.contracts.market_conversions import to_set_descent, to_set_leaf
from dems_protocol.market.order_set import SetLeaf, build_set_tree, find_set_order_faults
from dems_protocol.sum_tree import SumTree
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.trader.findings import DemandOf, MarketFault, MarketFaultCode
from openems_bridge.trader.own_orders import OwnOrder

NOTHING_PUBLISHED = structs.ClearingStamp(bytes(32), 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChecked:
    """What the check came to. ``hashes`` are the orders of the set, empty where the served leaves are not the set's."""

    faults: tuple[MarketFault, ...]
    hashes: frozenset[bytes]


def check_set(
    domain: LedgerDomain,
    committed: structs.CommittedSet,
    served: Sequence[SetLeaf],
    *,
    own: Sequence[OwnOrder],
    meter: bytes,
    placed: frozenset[bytes],
    households: Mapping[bytes, bytes | None],
    stamp: structs.ClearingStamp = NOTHING_PUBLISHED,
) -> SetChecked:
    """Check the leaves that are served against the committed root.

    ``own`` are our orders, ``placed`` those that stand on chain directly, ``households`` who trades for the meters that are
    audited (None: nobody).
    """
    tree = _tree(domain, committed, served)
    if tree is None:
        params = {"served": len(served), "stated": committed.count}
        fault = MarketFault(code=MarketFaultCode.OTHER_SET, params=params, demand=DemandOf(0))
        return SetChecked(faults=(fault,) if committed.count else (), hashes=frozenset())
    hashes = frozenset(leaf.order for leaf in served)
    faults = [
        *_omitted(committed, served, tree, own, meter, placed, stamp),
        *_leaves(domain, committed, served, tree, households, stamp),
    ]
    for index in find_set_order_faults(served):
        call = set_challenges.ChallengeSetOrder(
            committed, stamp, to_set_descent(served, tree, index), to_set_descent(served, tree, index + 1)
        )
        faults.append(
            MarketFault(
                code=MarketFaultCode.WRONG_SET_ORDER,
                params={"index": index},
                challenge=call,
                part="set_challenges",
            )
        )
    return SetChecked(faults=tuple(faults), hashes=hashes)


def set_neighbours(served: Sequence[SetLeaf], tree: SumTree, order: bytes) -> tuple[structs.SetDescent, ...]:
    """Return the leaves between which an absent order would stand."""
    return tuple(
        to_set_descent(served, tree, index) for index in neighbours([leaf.order for leaf in served], order)
    )


def neighbours(orders: Sequence[bytes], order: bytes) -> Sequence[int]:
    """Return the places between which an absent order would stand: one at an edge, none where there are no leaves."""
    after = next((index for index, other in enumerate(orders) if other > order), len(orders))
    return [index for index in (after - 1, after) if 0 <= index < len(orders)]


def own_set_leaf(order: OwnOrder, meter: bytes) -> SetLeaf:
    """Return the leaf of an own order."""
    return SetLeaf(order.hash, meter, order.signature)


def _tree(domain: LedgerDomain, committed: structs.CommittedSet, served: Sequence[SetLeaf]) -> SumTree | None:
    if len(served) != committed.count:
        return None
    tree = build_set_tree(domain, committed.slot, served)
    return tree if tree.root.hash == committed.root else None


def _omitted(
    committed: structs.CommittedSet,
    served: Sequence[SetLeaf],
    tree: SumTree,
    own: Sequence[OwnOrder],
    meter: bytes,
    placed: frozenset[bytes],
    stamp: structs.ClearingStamp,
) -> list[MarketFault]:
    hashes = {leaf.order for leaf in served}
    faults = []
    for order in own:
        if order.hash in hashes or order.hash in placed:
            continue
        if order.receipt is None or order.received_at is None:
            continue
        call = set_challenges.ChallengeOmittedOrder(
            committed,
            stamp,
            to_set_leaf(own_set_leaf(order, meter)),
            order.received_at,
            to_signature(order.receipt),
            set_neighbours(served, tree, order.hash),
        )
        faults.append(
            MarketFault(
                code=MarketFaultCode.OMITTED_ORDER,
                params={"order": order.id},
                challenge=call,
                part="set_challenges",
            )
        )
    return faults


def _leaves(
    domain: LedgerDomain,
    committed: structs.CommittedSet,
    served: Sequence[SetLeaf],
    tree: SumTree,
    households: Mapping[bytes, bytes | None],
    stamp: structs.ClearingStamp,
) -> list[MarketFault]:
    faults = []
    for index, leaf in enumerate(served):
        if leaf.meter not in households:
            continue
        household = households[leaf.meter]
        if household is not None and leaf.is_sealed_by(household, domain, committed.slot):
            continue
        faults.append(
            MarketFault(
                code=MarketFaultCode.WRONG_SET_LEAF,
                params={"index": index},
                challenge=set_challenges.ChallengeSetLeaf(
                    committed, stamp, to_set_descent(served, tree, index)
                ),
                part="set_challenges",
            )
        )
    return faults
