"""Lets the deposits go that were forfeited: of orders that were never revealed, once the clearing is final."""

import sqlite3

from community.chain.wishes import Wish
from community.market.book_closing import set_leaves
from community.market.office import MarketOffice, MarketView
from community.store import market as store
from dems_protocol.contracts import orders as orders_contract
from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.market_conversions import to_result_descent, to_set_descent
from dems_protocol.market.order_set import SetLeaf, build_set_tree
from dems_protocol.market.results import ResultLeaf, ResultStatus, build_result_tree


async def forfeit(office: MarketOffice, view: MarketView) -> None:
    """Ask for the forfeits of a final slot, once each, where orders need a deposit. Raises StoreError."""
    published, committed = view.chain.clearing, view.chain.order_set
    if not office.facts.windows.order_deposit or published is None or committed is None:
        return
    members = await office.office.database.run(_read_set, view.slot)
    for place, zone in enumerate(published.clearing.zones):
        results = await office.office.database.run(_read_results, view.slot, zone.zone)
        tree = build_result_tree(office.facts.domain, view.slot, zone.zone, results)
        for index, result in enumerate(results):
            if result.status != ResultStatus.UNREVEALED:
                continue
            shown = to_result_descent(results, tree, index)
            descent = _descent(office, view.slot, members, result.order)
            call: Call[None] = (
                orders_contract.ForfeitPlaced(published.struct(), place, shown)
                if descent is None
                else orders_contract.Forfeit(published.struct(), place, shown, committed, descent)
            )
            await office.office.want(
                Wish(
                    key=f"forfeit:{view.slot}:{result.order.hex()}",
                    to=office.facts.orders,
                    call=call,
                    subject=f"deposit of an order of slot {view.slot} that was not revealed",
                )
            )


def _descent(
    office: MarketOffice, slot: int, members: list[SetLeaf], order: bytes
) -> structs.SetDescent | None:
    index = next((place for place, leaf in enumerate(members) if leaf.order == order), None)
    if index is None:
        return None
    return to_set_descent(members, build_set_tree(office.facts.domain, slot, members), index)


def _read_set(connection: sqlite3.Connection, slot: int) -> list[SetLeaf]:
    return set_leaves(store.in_set(connection, slot))


def _read_results(connection: sqlite3.Connection, slot: int, zone: int) -> list[ResultLeaf]:
    return [ResultLeaf.decode(leaf) for leaf in store.results_of(connection, slot, zone)]
