"""Results and orders as the contracts take them in a proof. Pure."""

from collections.abc import Sequence

from dems_protocol.contracts import structs
from dems_protocol.contracts.market_conversions import to_result_descent
from dems_protocol.market.results import ResultLeaf
from dems_protocol.sum_tree import SumTree
from openems_bridge.trader.set_check import neighbours


def result_neighbours(
    leaves: Sequence[ResultLeaf], tree: SumTree, order: bytes
) -> tuple[structs.ResultDescent, ...]:
    """Return the results between which an absent order would stand."""
    return tuple(
        to_result_descent(leaves, tree, index) for index in neighbours([leaf.order for leaf in leaves], order)
    )
