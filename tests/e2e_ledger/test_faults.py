"""Outages, restarts, reorganisations, crashes: no reading is lost, none is anchored twice."""

from pathlib import Path
from random import Random

import pytest

from dems_protocol.contracts import netting
from dems_protocol.contracts.meter_ledger import StatementPublishedEvent
from openems_bridge.ledger import chain_events
from openems_bridge.ledger.anchoring import AnchorStatus
from openems_bridge.ledger.slot_phase import Phase
from tests.e2e_ledger.chain_gate import open_gate
from tests.e2e_ledger.crashes import Fuse, burning, install
from tests.e2e_ledger.operator import PUBLISH_AFTER, build_site
from tests.e2e_ledger.quarter import Quarter, running_quarter

_MOST_ROUNDS = 40
_ROUND_SECONDS = 400


async def test_the_chain_is_down_for_a_day(anvil: str, real_sockets: None, tmp_path: Path) -> None:
    site = await build_site(anvil, 3600)
    async with (
        open_gate(anvil) as gate,
        running_quarter(site, tmp_path, households=6, rpc=gate.url) as quarter,
    ):
        slots = range(quarter.slot, quarter.slot + 24)
        await gate.cut()
        for slot in slots:
            quarter.clock.now = quarter.grid.end(slot) + 60
            await quarter.measure(slot)
            await quarter.all_work()
        await gate.open()
        await _catch_up(quarter, slots)
        await _require_each_once(quarter, slots)


async def test_the_operator_is_down_for_an_hour_and_everybody_is_restarted(quarter: Quarter) -> None:
    slots = range(quarter.slot, quarter.slot + 5)
    await quarter.end(slots[0])
    await quarter.stop_operator()
    for slot in slots[1:]:
        await quarter.move_to(quarter.grid.end(slot) + 60)
        await quarter.measure(slot)
        await quarter.all_work()
    for place in range(len(quarter.homes)):
        await quarter.stop_household(place)
    await quarter.start_operator()
    for place in range(len(quarter.homes)):
        await quarter.start_household(place)
    await _catch_up(quarter, slots)
    await _require_each_once(quarter, slots)


async def test_a_bridge_that_is_restarted_before_its_first_reading_loses_none(quarter: Quarter) -> None:
    slots = range(quarter.slot, quarter.slot + 1)
    await quarter.move_to(quarter.grid.end(slots[0]) + 60)
    await quarter.measure(slots[0])
    for place in range(len(quarter.homes)):
        await quarter.stop_household(place)
        await quarter.start_household(place)
    await _catch_up(quarter, slots)
    await _require_each_once(quarter, slots)


async def test_a_reorganisation_takes_five_blocks_back(quarter: Quarter) -> None:
    slot = quarter.slot
    await quarter.end(slot)
    await quarter.publish(slot)
    await quarter.all_follow()
    view = await quarter.households[0].view(slot)
    assert view.anchoring is not None
    assert view.anchoring.status is AnchorStatus.VERIFIED
    assert view.chain.publication is not None
    block = view.chain.publication.published_block
    head = await quarter.operator.base.client.head()
    await quarter.anvil.rpc("anvil_mine", hex(block + 4 - head.number), "0x0")
    await quarter.anvil.rpc("anvil_reorg", 5, [])
    await quarter.operator.daemon.watcher.step()
    assert (await quarter.operator.view(slot)).chain.published is None

    await _catch_up(quarter, range(slot, slot + 1))
    await _require_each_once(quarter, range(slot, slot + 1))


@pytest.mark.parametrize("seed", [1, 2])
async def test_crashes_at_random_points(quarter: Quarter, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = Random(seed)
    install(monkeypatch)
    slots = range(quarter.slot, quarter.slot + 3)
    crashes = 0
    for slot in slots:
        await quarter.move_to(quarter.grid.end(slot) + 60)
        await quarter.measure(slot)
        crashes += await _crash_households(quarter, chance)
        crashes += await _crash_operator(quarter, chance)
        await quarter.all_account()  # who came back in time is in the statement
        await quarter.move_to(quarter.grid.end(slot) + PUBLISH_AFTER + 20)
        for _ in range(2):
            crashes += await _crash_operator(quarter, chance)
            crashes += await _crash_households(quarter, chance)
    await _catch_up(quarter, slots)
    await _require_each_once(quarter, slots)
    assert crashes > len(slots) * 4


async def _crash_households(quarter: Quarter, chance: Random) -> int:
    crashes = 0
    for place, household in enumerate(quarter.households):
        fuse = Fuse(chance.randrange(1, 60))
        with burning(fuse):
            await household.account()
            await household.follow()
        if fuse.blown:
            crashes += 1
            await quarter.stop_household(place)
            await quarter.start_household(place)
    return crashes


async def _crash_operator(quarter: Quarter, chance: Random) -> int:
    fuse = Fuse(chance.randrange(1, 90))
    with burning(fuse):
        await quarter.operator.settle()
    if not fuse.blown:
        return 0
    await quarter.stop_operator()
    await quarter.start_operator()
    return 1


async def _catch_up(quarter: Quarter, slots: range) -> None:
    """Let time pass, and everybody work, until every slot is settled for every household."""
    await quarter.move_to(quarter.clock.now + 1)
    for _ in range(_MOST_ROUNDS):
        await quarter.all_work()
        if await _are_settled(quarter, slots):
            return
        await quarter.move_to(quarter.clock.now + _ROUND_SECONDS, 2)
    standing = [
        (household.house.number, slot, (await household.view(slot)).anchoring)
        for household in quarter.households
        for slot in slots
    ]
    pytest.fail(f"not settled after {_MOST_ROUNDS} rounds: {standing}")


async def _are_settled(quarter: Quarter, slots: range) -> bool:
    """Say whether every slot is netted for everybody; one with too few owners on a side is final, later unnetted."""
    for household in quarter.households:
        for slot in slots:
            settled = (await household.view(slot)).settlement
            expected = {Phase.OPENED} if quarter.is_netted(slot) else {Phase.FINAL, Phase.UNNETTED}
            if settled is None or settled.phase not in expected:
                return False
    return True


async def _require_each_once(quarter: Quarter, slots: range) -> None:
    base = quarter.operator.base
    for slot in slots:
        found = await base.client.read(base.facts.addresses.netting, netting.Sums(slot))
        assert found == ((*quarter.sums(slot), True) if quarter.is_netted(slot) else (0, 0, False)), slot
        for household in quarter.households:
            view = await household.view(slot)
            assert view.anchoring is not None
            assert view.anchoring.status is AnchorStatus.VERIFIED, (household.house.number, slot, view)
            events = await household.database.run(chain_events.events_of_slot, slot)
            published = [e for e in events if isinstance(e.decoded(), StatementPublishedEvent)]
            assert len(published) == 1
