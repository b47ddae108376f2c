"""The operator dies at any access to store or chain, and its successor ends every slot all the same."""

from pathlib import Path

import pytest

from community.slots.steps import Phase
from community.store import slots
from tests.community.households import Household
from tests.community.town import Crash, Fuse, Site, Town, TownClock, running_town

CRASHES = 24


async def finish(town: Town, slot: int) -> None:
    """Bring a slot to its end, from wherever it is."""
    made = town.facts.grid.end(slot) + 720
    if town.clock.now < made:
        await town.move_to(made)
    await town.settle()
    over = made + town.facts.challenge_seconds + 120
    if town.clock.now < over:
        await town.move_to(over, town.facts.challenge_blocks + 1)
    await town.settle()


async def live_through(
    site: Site, folder: Path, clock: TownClock, households: list[Household], fuse: Fuse
) -> int:
    """Let one slot be read, let the operator die at the fuse's place, let its successor finish; return the slot."""
    async with running_town(site, folder, clock) as town:
        slot = town.slot
        await town.end_slot(slot)
        await town.read_all(slot, households)
    fuse.count = 0
    try:
        async with running_town(site, folder, clock, fuse) as town:
            await finish(town, slot)
    except Crash:
        async with running_town(site, folder, clock) as town:
            await finish(town, slot)
    return slot


@pytest.mark.timeout(240)
async def test_a_crash_anywhere_loses_nothing_and_doubles_nothing(
    site: Site, tmp_path: Path, clock: TownClock
) -> None:
    async with running_town(site, tmp_path, clock) as town:
        households = await town.settle_in(3)
    whole = Fuse()
    lived = [await live_through(site, tmp_path, clock, households, whole)]
    for part in range(1, CRASHES):
        fuse = Fuse(part * whole.count // (CRASHES + 2))
        lived.append(await live_through(site, tmp_path, clock, households, fuse))
        assert fuse.count == fuse.burns_at, "nothing died"
    async with running_town(site, tmp_path, clock) as town:
        await town.settle()
        for slot in lived:
            assert await town.phase(slot) is Phase.OPENED, slot
            assert await town.sums(slot) == (303, 153, True)
            view = await town.view(slot)
            assert view.chain.due_attempt == 0
            assert view.stored.made_attempt == 0
        assert min(await town.database.run(slots.unfinished), default=lived[-1] + 1) > lived[-1]
