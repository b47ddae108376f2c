"""Shows on chain the leaves that somebody demands, from what is stored. Whoever is refused a leaf gets it so."""

import logging
import sqlite3
from collections.abc import Sequence

from community.chain.wishes import Wish
from community.market.book_closing import set_leaves
from community.market.chain_slot import DemandKey
from community.market.office import MarketOffice, MarketView
from community.store import market as store
from dems_protocol.contracts import market_demands
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.conversions import to_proof
from dems_protocol.contracts.market_conversions import to_result_leaf, to_set_leaf
from dems_protocol.market.order_set import SetLeaf, build_set_tree
from dems_protocol.market.results import ResultLeaf, build_result_tree

_LOGGER = logging.getLogger(__name__)


async def answer(office: MarketOffice, view: MarketView, demands: Sequence[DemandKey]) -> None:
    """Ask for the transactions that answer these demands, once each. Raises StoreError."""
    for demand in demands:
        call = (
            await _answer_set(office, view, demand)
            if demand.tree == 0
            else await _answer_result(office, view, demand)
        )
        if call is None:
            _LOGGER.error(
                "Leaf %d of slot %d cannot be shown: it is not in this database", demand.index, view.slot
            )
            continue
        await office.office.want(
            Wish(
                key=f"shown:{view.slot}:{demand.tree}:{demand.zone}:{demand.index}",
                to=office.facts.demands,
                call=call,
                subject=f"answer about slot {view.slot}",
            )
        )


async def _answer_set(office: MarketOffice, view: MarketView, demand: DemandKey) -> Call[None] | None:
    leaves = await office.office.database.run(_read_set, view.slot)
    committed = view.chain.order_set
    if committed is None or demand.index >= len(leaves):
        return None
    tree = build_set_tree(office.facts.domain, view.slot, leaves)
    return market_demands.AnswerSetLeaf(
        committed, to_set_leaf(leaves[demand.index]), to_proof(tree.prove(demand.index))
    )


async def _answer_result(office: MarketOffice, view: MarketView, demand: DemandKey) -> Call[None] | None:
    published = view.chain.clearing
    if published is None:
        return None
    places = [zone.zone for zone in published.clearing.zones]
    if demand.zone not in places:
        return None
    leaves = await office.office.database.run(_read_results, view.slot, demand.zone)
    tree = build_result_tree(office.facts.domain, view.slot, demand.zone, leaves)
    proof = to_proof(tree.prove(demand.index))
    place = places.index(demand.zone)
    if demand.index >= len(leaves):
        return market_demands.AnswerResultPadding(published.struct(), place, proof)
    return market_demands.AnswerResult(published.struct(), place, to_result_leaf(leaves[demand.index]), proof)


def _read_set(connection: sqlite3.Connection, slot: int) -> list[SetLeaf]:
    return set_leaves(store.in_set(connection, slot))


def _read_results(connection: sqlite3.Connection, slot: int, zone: int) -> list[ResultLeaf]:
    return [ResultLeaf.decode(leaf) for leaf in store.results_of(connection, slot, zone)]
