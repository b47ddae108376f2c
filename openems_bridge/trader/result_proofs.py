"""Results and orders as the contracts take them in a proof. Pure."""

from collections.abc import Sequence

from dems_protocol.contracts import structs
from dems_protocol.contracts.conversions import to_step
from dems_protocol.market.orders import Order
from dems_protocol.market.results import ResultLeaf
from dems_protocol.sum_tree import SumTree
from openems_bridge.trader.set_check import neighbours


def result_descent(leaves: Sequence[ResultLeaf], tree: SumTree, index: int) -> structs.ResultDescent:
    """Return a result with the preimages from the root down to it."""
    leaf = leaves[index]
    points = (*leaf.bought, *leaf.sold)
    return structs.ResultDescent(
        index,
        structs.ResultLeaf(leaf.order, leaf.status, points),
        tuple(map(to_step, tree.descend(0, index))),
    )


def result_neighbours(
    leaves: Sequence[ResultLeaf], tree: SumTree, order: bytes
) -> tuple[structs.ResultDescent, ...]:
    """Return the results between which an absent order would stand."""
    return tuple(
        result_descent(leaves, tree, index) for index in neighbours([leaf.order for leaf in leaves], order)
    )


def to_order(order: Order) -> structs.Order:
    """Return an order as the contracts take it."""
    return structs.Order(
        order.meter,
        order.slot,
        order.number,
        int(order.side),
        order.quantity,
        order.battery,
        order.limit,
        order.zone,
        order.salt,
    )
