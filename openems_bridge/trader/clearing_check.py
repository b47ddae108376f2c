"""A published clearing, checked by one household: its own results, prices, roots, neighbours, sums, and the set. Pure.

Most of a clearing the contract has checked at publication; together with the fill rule for each order that proves that it
is optimal (docs/market.md section 6), so each household checks what only it knows: its own orders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dems_protocol.commitments import Pedersen
from dems_protocol.contracts import result_challenges, structs
from dems_protocol.contracts.conversions import to_signature, to_step
from dems_protocol.contracts.market_conversions import to_order, to_result_descent, to_set_descent
from dems_protocol.market.figures import (
    NO_ORDER,
    ClearedMarket,
    Flow,
    ZoneFigures,
    find_clearing_faults,
)
from dems_protocol.market.order_set import SetLeaf, build_set_tree
from dems_protocol.market.orders import Order
from dems_protocol.market.results import (
    ResultLeaf,
    ResultStatus,
    build_result_tree,
    cleared_leaf,
    find_result_order_faults,
)
from dems_protocol.market.terms import Terms
from dems_protocol.signatures import Signature
from dems_protocol.sum_tree import Sums, SumTree
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.trader.findings import DemandOf, MarketFault, MarketFaultCode
from openems_bridge.trader.result_proofs import result_neighbours
from openems_bridge.trader.set_check import set_neighbours

_NO_SIGNATURE = structs.Signature(bytes(32), bytes(32), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedOrder:
    """An own order as it was revealed, with the operator's receipt for that, if it gave one.

    ``is_on_chain``: it was revealed on chain. ``is_withdrawn``: the household took it back.
    """

    order: Order
    received_at: int | None = None
    receipt: Signature | None = None
    is_on_chain: bool = False
    is_withdrawn: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether it can be proven that the order was revealed."""
        return self.is_on_chain or self.receipt is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFill:
    """What an own order came to: its result's status (None: no result is known), and Wh."""

    status: ResultStatus | None
    filled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingChecked:
    """What the check came to. ``fills`` by order hash, as the published price and ratio give them."""

    faults: tuple[MarketFault, ...]
    fills: Mapping[bytes, OwnFill]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedMarket:
    """What the operator serves of a slot: the set's leaves, and the results of each zone."""

    orders: Sequence[SetLeaf]
    results: Mapping[int, Sequence[ResultLeaf]]


def figures_of(clearing: structs.Clearing) -> ClearedMarket:
    """Return a clearing's public figures."""
    zones = tuple(
        ZoneFigures(
            zone=zone.zone,
            price=zone.price,
            lower=zone.lower,
            upper=zone.upper,
            lower_order=zone.lower_order,
            upper_order=zone.upper_order,
            bid_ratio=zone.bid_ratio,
            offer_ratio=zone.offer_ratio,
            bought=zone.bought,
            sold=zone.sold,
            utility_sold=zone.utility_sold,
            utility_bought=zone.utility_bought,
        )
        for zone in clearing.zones
    )
    return ClearedMarket(zones, tuple(Flow(flow.from_, flow.to, flow.energy) for flow in clearing.flows))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingAuditor:
    """Checks the clearings of one market for one meter's orders. ``zone`` is the one that the meter trades in."""

    domain: LedgerDomain
    zone: int
    pedersen: Pedersen

    def check(
        self,
        committed: structs.CommittedSet,
        published: structs.PublishedClearing,
        served: ServedMarket,
        *,
        own: Sequence[RevealedOrder],
        placed: frozenset[bytes],
        terms: Terms | None,
        meter_zones: Mapping[bytes, int],
    ) -> ClearingChecked:
        """Check what is served against what the chain holds.

        ``placed`` are the orders that stand on chain directly; ``terms`` the slot's, None where they are not known;
        ``meter_zones`` the zones of the meters whose orders are looked for among the results.
        """
        clearing = published.clearing
        faults: list[MarketFault] = []
        if terms is not None:
            leaves = sum(zone.count for zone in clearing.zones)
            detail = find_clearing_faults(figures_of(clearing), terms, leaves)
            if detail:
                faults.append(
                    MarketFault(
                        code=MarketFaultCode.WRONG_FIGURES, params={"detail": "; ".join(detail)[:300]}
                    )
                )
        trees = self._trees(published, served, faults)
        faults += self._against_set(committed, published, served, trees, placed, meter_zones)
        faults += self._placed(published, served, trees, own, placed)
        fills: dict[bytes, OwnFill] = {}
        for order in own:
            fills[order.order.hash()] = self._own(published, served, trees, order, faults)
        return ClearingChecked(faults=tuple(faults), fills=fills)

    def _trees(
        self, published: structs.PublishedClearing, served: ServedMarket, faults: list[MarketFault]
    ) -> dict[int, SumTree]:
        """Return the trees of the zones whose served leaves are the published ones; add what is wrong with the others."""
        clearing = published.clearing
        found = {}
        for place, zone in enumerate(clearing.zones):
            leaves = served.results.get(zone.zone, ())
            index = next(
                (at for at, leaf in enumerate(leaves) if not Sums(leaf.bought, leaf.sold).has_valid_points()),
                None,
            )
            tree = None
            if index is None and len(leaves) == zone.count:
                tree = build_result_tree(self.domain, clearing.slot, zone.zone, leaves)
            if tree is None or tree.root.hash != zone.root:
                faults.append(
                    MarketFault(
                        code=MarketFaultCode.OTHER_RESULTS,
                        params={"zone": zone.zone},
                        demand=DemandOf(min(index or 0, max(zone.count - 1, 0)), zone.zone)
                        if zone.count
                        else None,
                    )
                )
                continue
            found[zone.zone] = tree
            faults += self._of_tree(published, place, leaves, tree)
        return found

    def _of_tree(
        self, published: structs.PublishedClearing, place: int, leaves: Sequence[ResultLeaf], tree: SumTree
    ) -> list[MarketFault]:
        zone = published.clearing.zones[place]
        faults = []
        for index in find_result_order_faults(leaves):
            call = result_challenges.ChallengeResultOrder(
                published,
                place,
                to_result_descent(leaves, tree, index),
                to_result_descent(leaves, tree, index + 1),
            )
            faults.append(
                MarketFault(code=MarketFaultCode.WRONG_RESULT_ORDER, params={"index": index}, challenge=call)
            )
        sums = tree.root.sums
        if (*sums.withdrawal, *sums.feed_in) != zone.sums:
            # The root binds the sums of its children: what is published of it is not what they add up to.
            call_sums = (
                result_challenges.ChallengeResultNode(
                    published, place, tree.height, 0, (to_step(tree.preimage(tree.height, 0)),)
                )
                if tree.height
                else result_challenges.ChallengeResultLeaf(
                    published, place, to_result_descent(leaves, tree, 0)
                )
                if leaves
                else None
            )
            faults.append(
                MarketFault(code=MarketFaultCode.WRONG_SUMS, params={"zone": zone.zone}, challenge=call_sums)
            )
        for named in sorted({zone.lower_order, zone.upper_order} - {NO_ORDER}):
            shown = self._marginal(leaves, tree, named)
            if shown is not None:
                call_named = result_challenges.ChallengeMarginalOrder(published, place, named, shown)
                faults.append(
                    MarketFault(
                        code=MarketFaultCode.WRONG_PRICE,
                        params={"order": named[:8].hex(), "lower": zone.lower, "upper": zone.upper},
                        challenge=call_named,
                    )
                )
        for index, leaf in enumerate(leaves):
            is_identity = (*leaf.bought, *leaf.sold) == (0, 0, 0, 0)
            if leaf.status > max(ResultStatus) or (leaf.status != ResultStatus.CLEARED and not is_identity):
                call_leaf = result_challenges.ChallengeResultLeaf(
                    published, place, to_result_descent(leaves, tree, index)
                )
                faults.append(
                    MarketFault(
                        code=MarketFaultCode.WRONG_RESULT, params={"index": index}, challenge=call_leaf
                    )
                )
        return faults

    def _marginal(
        self, leaves: Sequence[ResultLeaf], tree: SumTree, named: bytes
    ) -> tuple[structs.ResultDescent, ...] | None:
        """Return what shows that an order which is said to set the price was not cleared here, None if it was."""
        index = next((at for at, leaf in enumerate(leaves) if leaf.order == named), None)
        if index is None:
            return result_neighbours(leaves, tree, named)
        if leaves[index].status == ResultStatus.CLEARED:
            return None
        return (to_result_descent(leaves, tree, index),)

    def _against_set(
        self,
        committed: structs.CommittedSet,
        published: structs.PublishedClearing,
        served: ServedMarket,
        trees: Mapping[int, SumTree],
        placed: frozenset[bytes],
        meter_zones: Mapping[bytes, int],
    ) -> list[MarketFault]:
        """Compare the results with the set: an order of it that has none, and a result that is of none of it."""
        slot = published.clearing.slot
        if len(served.orders) != committed.count:
            return []
        set_tree = build_set_tree(self.domain, slot, served.orders)
        if set_tree.root.hash != committed.root:
            return []
        places = {zone.zone: place for place, zone in enumerate(published.clearing.zones)}
        hashes = {zone: [leaf.order for leaf in served.results.get(zone, ())] for zone in trees}
        faults = []
        for index, leaf in enumerate(served.orders):
            zone = meter_zones.get(leaf.meter)
            if zone is None or zone not in trees or leaf.order in hashes[zone]:
                continue
            call = result_challenges.ChallengeMissingResult(
                published,
                places[zone],
                committed,
                to_set_descent(served.orders, set_tree, index),
                result_neighbours(served.results[zone], trees[zone], leaf.order),
            )
            params = {"order": leaf.order[:8].hex()}
            faults.append(MarketFault(code=MarketFaultCode.MISSING_RESULT, params=params, challenge=call))
        known = {leaf.order for leaf in served.orders} | placed
        for zone, tree in trees.items():
            for index, result in enumerate(served.results[zone]):
                if result.order in known:
                    continue
                unknown = result_challenges.ChallengeUnknownResult(
                    published,
                    places[zone],
                    to_result_descent(served.results[zone], tree, index),
                    committed,
                    set_neighbours(served.orders, set_tree, result.order),
                )
                faults.append(
                    MarketFault(
                        code=MarketFaultCode.UNKNOWN_RESULT, params={"index": index}, challenge=unknown
                    )
                )
        return faults

    def _placed(
        self,
        published: structs.PublishedClearing,
        served: ServedMarket,
        trees: Mapping[int, SumTree],
        own: Sequence[RevealedOrder],
        placed: frozenset[bytes],
    ) -> list[MarketFault]:
        """Return the faults of own orders that stand on chain directly and have no result."""
        place = next((at for at, zone in enumerate(published.clearing.zones) if zone.zone == self.zone), None)
        tree = trees.get(self.zone)
        if place is None or tree is None:
            return []
        leaves = served.results[self.zone]
        known = {leaf.order for leaf in leaves} | {leaf.order for leaf in served.orders}
        return [
            MarketFault(
                code=MarketFaultCode.MISSING_RESULT,
                params={"order": order_hash[:8].hex()},
                challenge=result_challenges.ChallengeMissingPlaced(
                    published, place, order_hash, result_neighbours(leaves, tree, order_hash)
                ),
            )
            for one in own
            if (order_hash := one.order.hash()) in placed and order_hash not in known
        ]

    def _own(
        self,
        published: structs.PublishedClearing,
        served: ServedMarket,
        trees: Mapping[int, SumTree],
        own: RevealedOrder,
        faults: list[MarketFault],
    ) -> OwnFill:
        """Return what an own order comes to by the published figures; add what its result shows to be wrong."""
        order = own.order
        place = next((at for at, zone in enumerate(published.clearing.zones) if zone.zone == self.zone), None)
        tree = trees.get(self.zone)
        if place is None or tree is None:
            return OwnFill(status=None, filled=0)
        figures = figures_of(published.clearing).zones[place]
        leaves = served.results[self.zone]
        order_hash = order.hash()
        index = next((at for at, leaf in enumerate(leaves) if leaf.order == order_hash), None)
        if index is None:
            return OwnFill(status=None, filled=0)
        leaf, descent = leaves[index], to_result_descent(leaves, tree, index)
        identifier = order_hash[:8].hex()
        if leaf.status != ResultStatus.CLEARED:
            self._status(published, place, descent, leaf.status, own, faults)
            return OwnFill(status=_status(leaf.status), filled=0)
        expected = figures.fill(order.terms())
        if leaf != cleared_leaf(self.pedersen, order, expected):
            faults.append(
                MarketFault(
                    code=MarketFaultCode.WRONG_RESULT,
                    params={"order": identifier, "expected": expected},
                    challenge=result_challenges.ChallengeResult(published, place, descent, to_order(order)),
                )
            )
        if figures.find_order_faults(order.terms()):
            faults.append(
                MarketFault(
                    code=MarketFaultCode.WRONG_PRICE,
                    params={"order": identifier, "lower": figures.lower, "upper": figures.upper},
                    challenge=result_challenges.ChallengePrice(published, place, descent, to_order(order)),
                )
            )
        return OwnFill(status=ResultStatus.CLEARED, filled=expected)

    def _status(
        self,
        published: structs.PublishedClearing,
        place: int,
        descent: structs.ResultDescent,
        status: int,
        own: RevealedOrder,
        faults: list[MarketFault],
    ) -> None:
        """Add the fault of an order that was revealed and counts as if it was not."""
        ignores = status == ResultStatus.UNREVEALED or (
            status == ResultStatus.WITHDRAWN and not own.is_withdrawn
        )
        if not ignores or not own.is_shown:
            return
        receipt = _NO_SIGNATURE if own.receipt is None else to_signature(own.receipt)
        faults.append(
            MarketFault(
                code=MarketFaultCode.WRONG_STATUS,
                params={"order": own.order.hash()[:8].hex(), "status": ResultStatus(status).name.lower()},
                challenge=result_challenges.ChallengeStatus(
                    published, place, descent, own.received_at or 0, receipt
                ),
            )
        )


def _status(status: int) -> ResultStatus | None:
    return ResultStatus(status) if status in set(ResultStatus) else None
