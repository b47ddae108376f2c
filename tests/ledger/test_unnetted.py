"""A slot that the operator will not net: its word is shown at once, as its word; what is final the chain says."""

from contextlib import AsyncExitStack

from openems_bridge.ledger import settlement
from openems_bridge.ledger.settlement import Settlement
from openems_bridge.ledger.slot_phase import Phase
from tests.ledger.neighbours import close_slot, neighbours
from tests.ledger.street import Bridge, Street


async def found(bridge: Bridge, slot: int) -> Settlement:
    result = await bridge.database.run(settlement.load, slot)
    assert result is not None
    return result


async def test_the_operators_word_is_shown_until_the_chain_decides(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 3)
        watchful = bridges[1]
        slot = await close_slot(street, bridges)  # only two of three feed in
        await town.make_statement(slot)
        await watchful.step()
        assert (await found(watchful, slot)).withdrawal_outside is None
        await town.let_window_pass()
        await watchful.step()
        said = await found(watchful, slot)
        assert (said.phase, said.provisional, said.reason) == (Phase.UNNETTED, True, "too_few_sources")
        assert (said.withdrawal_inside, said.withdrawal_outside, said.feed_in_outside) == (0, 200, 50)
        assert await watchful.database.run(settlement.unsettled, 0) == [slot], "it is still looked after"
        told = [data for kind, data in watchful.told if kind == "netting_settled"]
        assert [data["provisional"] for data in told if data["slot"] == slot][-1] is True

        terms = watchful.running.ledger.membership.community.terms
        await town.move_to(town.clock.now + terms.open_seconds + 60, terms.open_blocks + 1)
        await watchful.step()
        final = await found(watchful, slot)
        assert (final.phase, final.provisional, final.withdrawal_outside) == (Phase.UNNETTED, False, 200)
        assert final.revision > said.revision
        assert slot not in await watchful.database.run(settlement.unsettled, 0)
