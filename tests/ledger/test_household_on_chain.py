"""A household's ledger against the real operator and a real chain: joined, signed, received, verified, settled."""

from contextlib import AsyncExitStack

from openems_bridge.ledger import settlement
from openems_bridge.ledger.membership_state import MembershipStatus
from tests.ledger.neighbours import close_slot, neighbours
from tests.ledger.street import Street


async def test_from_the_invitation_to_the_settlement(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 4)
        first = bridges[0]
        assert first.running.ledger.membership.status is MembershipStatus.MEMBER
        assert first.community["status"] == "member"

        slot = await close_slot(street, bridges)
        assert first.anchor["status"] == "received"
        assert first.community["operator"] == "connected"

        await town.make_statement(slot)
        for bridge in bridges:
            await bridge.step()
        assert first.anchor["status"] == "verified"
        assert first.anchor["leaves"] == 4
        assert first.kinds.count("reading_verified") == 1

        await town.let_window_pass()
        for bridge in bridges:
            await bridge.step()
        results = [await bridge.database.run(settlement.load, slot) for bridge in bridges]
        total_inside = sum(one.withdrawal_inside or 0 for one in results if one)
        assert [one.phase.value if one else None for one in results] == ["opened"] * 4
        assert 296 <= total_inside <= 300, "D = 1000, S = 300: all of the feed-in, rounded down for each"
        assert sum(one.feed_in_inside or 0 for one in results if one) == 300
        assert first.netting["slot"] == slot
        assert "netting_settled" in first.kinds
