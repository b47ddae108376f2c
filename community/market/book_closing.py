"""From the book to the set, and from the set to the orders that can be cleared."""

import json
import sqlite3

from community.market.arithmetic import StandingOrder
from community.market.office import MarketOffice, MarketView
from community.market.plausibility import Implausible
from community.store import market as store
from community.store.market import BookedOrder, StoredSet
from dems_protocol.market.order_set import SetLeaf, build_set_tree
from dems_protocol.market.orders import Order
from dems_protocol.market.results import ResultStatus
from dems_protocol.market.terms import Terms
from dems_protocol.typed_data import LedgerDomain


async def close_book(office: MarketOffice, slot: int) -> None:
    """Seal a slot's orders and keep the set; from then on every order is too late. Raises StoreError."""
    await office.office.database.run(_close, slot, office.facts.domain)


def _close(connection: sqlite3.Connection, slot: int, domain: LedgerDomain) -> None:
    if store.set_of(connection, slot) is not None:
        return
    orders = store.of_slot(connection, slot)
    tree = build_set_tree(domain, slot, set_leaves(orders))
    store.keep_set(connection, slot, StoredSet(tree.root.hash, tree.count), [order.order for order in orders])


def set_leaves(orders: list[BookedOrder]) -> list[SetLeaf]:
    """Return the leaves of orders that are in order."""
    return [SetLeaf(order.order, order.meter, order.signature) for order in orders]


async def standing_orders(office: MarketOffice, view: MarketView, terms: Terms) -> list[StandingOrder]:
    """Return every order of a slot, the set's and those placed directly, with its status. Raises StoreError."""
    booked = {order.order: order for order in await office.office.database.run(store.in_set, view.slot)}
    meters = {order.order: order.meter for order in booked.values()}
    for order_hash, meter in view.chain.placed.items():
        meters.setdefault(order_hash, meter)
    zones = terms.places()
    found = []
    numbers: set[tuple[bytes, int]] = set()
    for order_hash, meter in sorted(meters.items()):
        member = office.member(meter, view.slot)
        if member is None or member.zone not in zones:
            continue  # placed for a meter that changed hands before the gate: the contract does not count it either
        status, order = _judge(booked.get(order_hash), view.chain.revealed.get(order_hash))
        if order is not None and status is ResultStatus.CLEARED:
            is_second = (order.meter, order.number) in numbers
            numbers.add((order.meter, order.number))
            if is_second or (order.meter, order.slot, order.zone) != (meter, view.slot, member.zone):
                status = ResultStatus.INVALID
        found.append(StandingOrder(order_hash, member.zone, status, member.household, order))
    return found


def _judge(booked: BookedOrder | None, on_chain: Order | None) -> tuple[ResultStatus, Order | None]:
    message = None if booked is None else booked.message
    if message is None and on_chain is None:
        withdrawn = booked is not None and booked.withdrawn
        return (ResultStatus.WITHDRAWN if withdrawn else ResultStatus.UNREVEALED), None
    order = on_chain if message is None else Order.decode(message)
    is_implausible = booked is not None and booked.problem is not None
    return (ResultStatus.IMPLAUSIBLE if is_implausible else ResultStatus.CLEARED), order


def problem_of(order: BookedOrder) -> Implausible | None:
    """Return why an order is not plausible, None where nothing was found."""
    return None if order.problem is None else Implausible(*json.loads(order.problem))
