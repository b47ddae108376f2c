"""The sealing key is rotated: what was sealed to the former one for its slots is opened all the same."""

from pathlib import Path

from community.cli.sealing import announce
from community.deploying import ChainDeployer
from community.keys import OperatorKeys, SealingKeys
from community.slots.steps import Phase
from dems_protocol.commitments import Opening
from dems_protocol.sealing import OperatorKey
from tests.community.households import number
from tests.community.town import Site, TownClock, operator_keys, running_town


def rotated_keys() -> OperatorKeys:
    keys = operator_keys()
    return OperatorKeys(
        keys.authority, keys.operator, SealingKeys(keys.sealing.first, OperatorKey(number("sealing 2")))
    )


async def test_inclusions_are_opened_with_the_key_of_their_slot(
    site: Site, tmp_path: Path, clock: TownClock
) -> None:
    keys = rotated_keys()
    async with running_town(site, tmp_path, clock) as town:
        households = await town.settle_in(4)
        former = town.slot
        operator = ChainDeployer(town.client, keys.operator, lambda line: None)
        await announce(operator, town.facts.addresses.registry, keys, former + 2)
        await town.deliver()
        assert town.follower.registry.planned_sealing_key(operator.address) == keys.sealing.newest.public

    async with running_town(site, tmp_path, clock, keys=keys) as town:
        left_out, *others = households
        await town.end_slot(former)
        await town.read_all(former, others)
        await town.end_slot(former + 2)
        await town.read_all(former + 2, others)
        await town.make_statement(former + 2)
        first = left_out.read(former, withdrawal=1000, feed_in=500)
        await town.include(left_out, first, sealed_to=keys.sealing.first)
        await town.settle()
        second = left_out.read(former + 2, withdrawal=2000, feed_in=600)
        await town.include(left_out, second, sealed_to=keys.sealing.newest)
        await town.let_window_pass()
        for slot, withdrawal, feed_in in ((former, 1000, 500), (former + 2, 2000, 600)):
            assert await town.phase(slot) is Phase.OPENED
            assert await town.sums(slot) == (withdrawal + 303, feed_in + 153, True)


async def test_a_false_seal_to_the_former_key_is_taken_out(
    site: Site, tmp_path: Path, clock: TownClock
) -> None:
    keys = rotated_keys()
    async with running_town(site, tmp_path, clock, keys=keys) as town:
        liar, *others = await town.settle_in(4)
        slot = town.slot
        await town.end_slot(slot)
        await town.read_all(slot, others)
        await town.make_statement(slot)
        opened = liar.read(slot, withdrawal=1000, feed_in=500)
        lie = tuple(Opening(1, opening.blinding) for opening in opened.openings)
        await town.include(liar, opened, lie, sealed_to=keys.sealing.first)
        await town.settle()
        assert (await town.view(slot)).chain.inclusions == {}
