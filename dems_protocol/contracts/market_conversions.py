"""The market's records as the contracts take them, and back. By hand, as `conversions` is for the ledger's."""

from collections.abc import Sequence

from dems_protocol.contracts import structs
from dems_protocol.contracts.conversions import to_signature, to_step
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.order_set import SetLeaf
from dems_protocol.market.orders import Order
from dems_protocol.market.results import ResultLeaf
from dems_protocol.market.terms import Terms
from dems_protocol.sum_tree import SumTree


def to_terms(terms: Terms) -> structs.Terms:
    """Return a slot's terms."""
    zones = tuple(structs.ZoneTerms(zone.zone, zone.sell, zone.buy) for zone in terms.zones)
    return structs.Terms(zones, terms.charges)


def to_order(order: Order) -> structs.Order:
    """Return an order."""
    return structs.Order(
        meter=order.meter,
        slot=order.slot,
        number=order.number,
        side=int(order.side),
        quantity=order.quantity,
        battery=order.battery,
        limit=order.limit,
        zone=order.zone,
        salt=order.salt,
    )


def from_order(order: structs.Order) -> Order:
    """Read an order; ValueError for one that is not valid by itself."""
    return Order(
        meter=order.meter,
        slot=order.slot,
        number=order.number,
        side=OrderSide(order.side),
        quantity=order.quantity,
        battery=order.battery,
        limit=order.limit,
        zone=order.zone,
        salt=order.salt,
    )


def to_set_leaf(leaf: SetLeaf) -> structs.SetLeaf:
    """Return a leaf of a set."""
    return structs.SetLeaf(leaf.order, leaf.meter, to_signature(leaf.signature))


def to_result_leaf(leaf: ResultLeaf) -> structs.ResultLeaf:
    """Return a result."""
    return structs.ResultLeaf(leaf.order, leaf.status, (*leaf.bought, *leaf.sold))


def to_set_descent(leaves: Sequence[SetLeaf], tree: SumTree, index: int) -> structs.SetDescent:
    """Return a leaf of a set with the preimages from the root down to it."""
    return structs.SetDescent(index, to_set_leaf(leaves[index]), _steps(tree, index))


def to_result_descent(leaves: Sequence[ResultLeaf], tree: SumTree, index: int) -> structs.ResultDescent:
    """Return a result with the preimages from the root down to it."""
    return structs.ResultDescent(index, to_result_leaf(leaves[index]), _steps(tree, index))


def _steps(tree: SumTree, index: int) -> tuple[structs.Step, ...]:
    return tuple(map(to_step, tree.descend(0, index)))
