"""The market operator dies at any access to store or chain, and its successor ends every slot all the same."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from community.market.office import view_market
from community.store import market as store
from dems_protocol.contracts.abi import Event
from dems_protocol.contracts.market import ClearingPublishedEvent, OrderSetCommittedEvent
from dems_protocol.contracts.suggestions import SuggestionsPublishedEvent
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.orders import Order
from dems_protocol.market.results import ResultLeaf, ResultStatus
from tests.community.households import Household
from tests.community.town import Crash, Fuse, Site, Town, TownClock, running_town
from tests.community_market.traders import Traders

AHEAD = 8
CRASHES = 8


async def _pass_to(town: Town, moment: float) -> None:
    if town.clock.now <= moment:
        await town.move_to(moment + 1)
    await town.settle()


async def _finish(town: Town, slot: int, orders: Sequence[Order]) -> None:
    """Bring a slot through the market, from wherever it is; its households reveal as often as they must."""
    times, traders = town.market.times(slot), Traders(town)
    await _pass_to(town, times.gate)
    await _pass_to(town, times.direct_until)
    await _pass_to(town, times.set_final)
    if town.clock.now < times.reveal_until:
        for order in orders:
            await traders.reveal(order)
    await _pass_to(town, times.chain_reveal_until)


async def _live_through(
    site: Site, folder: Path, clock: TownClock, households: list[Household], fuse: Fuse
) -> tuple[int, list[Order]]:
    """Let one slot be traded, let the operator die at the fuse's place, let its successor finish."""
    async with running_town(site, folder, clock) as town:
        slot, traders = town.slot + AHEAD, Traders(town)
        orders = [
            traders.order(households[0], slot, OrderSide.OFFER, 500, 120_000, battery=400),
            traders.order(households[1], slot, OrderSide.BID, 700, 300_000),
        ]
        for household, order in traders.orders:
            await traders.submit(household, order)
    fuse.count = 0
    try:
        async with running_town(site, folder, clock, fuse) as town:
            await _finish(town, slot, orders)
    except Crash:
        async with running_town(site, folder, clock) as town:
            await _finish(town, slot, orders)
    return slot, orders


@pytest.mark.timeout(240)
async def test_a_crash_anywhere_loses_no_order_and_clears_nothing_twice(
    site: Site, tmp_path: Path, clock: TownClock
) -> None:
    async with running_town(site, tmp_path, clock) as town:
        households = await town.settle_in(2)
    whole = Fuse()
    lived = [await _live_through(site, tmp_path, clock, households, whole)]
    assert whole.count > 4 * CRASHES
    for part in range(1, CRASHES):
        fuse = Fuse(part * whole.count // CRASHES)
        lived.append(await _live_through(site, tmp_path, clock, households, fuse))
        assert fuse.burns_at is not None
        assert fuse.count >= fuse.burns_at, "nothing died"
    async with running_town(site, tmp_path, clock) as town:
        await town.settle()
        for slot, orders in lived:
            await _is_cleared_once(town, slot, orders)
        await _nothing_is_doubled(town, [slot for slot, _ in lived])


async def _is_cleared_once(town: Town, slot: int, orders: Sequence[Order]) -> None:
    view = await town.database.run(view_market, slot)
    assert view.stored.void_reason is None, slot
    assert view.chain.clearing is not None, slot
    assert not view.chain.is_void
    zone = view.chain.clearing.clearing.zones[1]
    assert (zone.bought, zone.sold, zone.price) == (500, 500, 300_000)
    leaves = [ResultLeaf.decode(leaf) for leaf in await town.database.run(store.results_of, slot, 1)]
    assert {leaf.order: ResultStatus(leaf.status) for leaf in leaves} == {
        order.hash(): ResultStatus.CLEARED for order in orders
    }


async def _nothing_is_doubled(town: Town, slots: Sequence[int]) -> None:
    head = await town.client.head()
    facts = town.market.facts
    logs = await town.client.logs(0, head.number, [facts.market, facts.suggestions])
    said: list[tuple[type[Event], int]] = []
    for log in logs:
        for kind in _KINDS:
            if log.topics[0] == kind.TOPIC:
                event = kind.decode(log.topics, log.data)
                assert isinstance(event, _KINDS)
                said.append((kind, event.slot))
    assert sorted(said, key=str) == sorted(((kind, slot) for kind in _KINDS for slot in slots), key=str)


_KINDS = (OrderSetCommittedEvent, ClearingPublishedEvent, SuggestionsPublishedEvent)
