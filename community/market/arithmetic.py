"""The arithmetic of a slot's clearing, as a function that `Workers` runs in another process. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from community.workers import pedersen
from dems_protocol.commitments import Opening, sum_openings
from dems_protocol.contracts import structs
from dems_protocol.market.clearing import clear
from dems_protocol.market.crossing import find_crossed
from dems_protocol.market.figures import ClearedMarket, ZoneFigures
from dems_protocol.market.orders import Order
from dems_protocol.market.results import (
    ResultLeaf,
    ResultStatus,
    build_result_tree,
    cleared_leaf,
    result_openings,
)
from dems_protocol.market.terms import Terms
from dems_protocol.typed_data import LedgerDomain


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """An order of the slot with what the operator found of it: ``order`` is None where it was not revealed; ``zone`` is then
    that of its meter."""

    hash: bytes
    zone: int
    status: ResultStatus
    household: bytes
    order: Order | None


@dataclass(frozen=True, slots=True)
class MadeClearing:
    """A clearing with the result leaves of each zone, in order."""

    clearing: structs.Clearing
    leaves: Mapping[int, tuple[ResultLeaf, ...]]


def make_clearing(
    domain: LedgerDomain, slot: int, terms: Terms, orders: Sequence[StandingOrder]
) -> MadeClearing:
    """Clear a slot and build its results. An order of a zone that the terms do not have stands in no tree."""
    valid = _cross_out(orders)
    to_clear = [
        found.order for found in valid if found.status is ResultStatus.CLEARED and found.order is not None
    ]
    cleared = clear(terms, [order.terms() for order in to_clear])
    filled = cleared.fills([order.terms() for order in to_clear])
    leaves: dict[int, list[ResultLeaf]] = {zone.zone: [] for zone in terms.zones}
    openings: dict[int, list[tuple[Opening, Opening]]] = {zone.zone: [] for zone in terms.zones}
    for found in sorted(valid, key=lambda found: found.hash):
        if found.status is ResultStatus.CLEARED and found.order is not None:
            energy = filled[found.hash]
            leaves[found.zone].append(cleared_leaf(pedersen(), found.order, energy))
            openings[found.zone].append(result_openings(found.order, energy))
        else:
            leaves[found.zone].append(ResultLeaf(found.hash, found.status))
    return MadeClearing(
        _clearing(domain, slot, cleared, leaves, openings),
        {zone: tuple(found) for zone, found in leaves.items()},
    )


def _cross_out(orders: Sequence[StandingOrder]) -> list[StandingOrder]:
    """Take out the orders of households that would trade with themselves."""
    standing = [found for found in orders if found.status is ResultStatus.CLEARED]
    crossed = find_crossed([(found.household, found.order) for found in standing if found.order is not None])
    return [
        StandingOrder(found.hash, found.zone, ResultStatus.CROSSED, found.household, found.order)
        if found.status is ResultStatus.CLEARED and found.household in crossed
        else found
        for found in orders
    ]


def _clearing(
    domain: LedgerDomain,
    slot: int,
    cleared: ClearedMarket,
    leaves: Mapping[int, Sequence[ResultLeaf]],
    openings: Mapping[int, Sequence[tuple[Opening, Opening]]],
) -> structs.Clearing:
    return structs.Clearing(
        slot,
        tuple(
            _zone(domain, slot, figures, leaves[figures.zone], openings[figures.zone])
            for figures in cleared.zones
        ),
        tuple(structs.Flow(flow.start, flow.end, flow.energy) for flow in cleared.flows),
    )


def _zone(
    domain: LedgerDomain,
    slot: int,
    figures: ZoneFigures,
    leaves: Sequence[ResultLeaf],
    openings: Sequence[tuple[Opening, Opening]],
) -> structs.ZoneClearing:
    tree = build_result_tree(domain, slot, figures.zone, leaves)
    bought = sum_openings(pair[0] for pair in openings)
    sold = sum_openings(pair[1] for pair in openings)
    root = tree.root
    return structs.ZoneClearing(
        zone=figures.zone,
        price=figures.price,
        lower=figures.lower,
        upper=figures.upper,
        lower_order=figures.lower_order,
        upper_order=figures.upper_order,
        bid_ratio=figures.bid_ratio,
        offer_ratio=figures.offer_ratio,
        bought=figures.bought,
        sold=figures.sold,
        bought_blinding=bought.blinding,
        sold_blinding=sold.blinding,
        utility_sold=figures.utility_sold,
        utility_bought=figures.utility_bought,
        root=root.hash,
        sums=(*root.sums.withdrawal, *root.sums.feed_in),
        count=len(leaves),
    )
