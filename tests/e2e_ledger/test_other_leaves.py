"""An honest root, but one household is served other leaves: it finds that, and the chain makes the operator show the truth."""

from contextvars import ContextVar
from dataclasses import replace

import pytest
from aiohttp import web

from community.api import slot_routes
from community.api.access import Gate
from dems_protocol.leaves import LEAF_WORDS, Leaf
from openems_bridge.ledger.anchoring import AnchorReason, AnchorStatus
from openems_bridge.ledger.chain_events import events_named
from openems_bridge.ledger.slot_phase import Phase
from openems_bridge.ledger.verification import FindingCode
from tests.e2e_ledger.household import Household
from tests.e2e_ledger.lies import _add_phantom as add_phantom
from tests.e2e_ledger.quarter import Quarter

MONEY = 50_000_000
LEAF_BYTES = LEAF_WORDS * 32


async def test_who_is_served_other_leaves_has_the_truth_shown_on_chain(
    quarter: Quarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for household in quarter.households:
        await quarter.give_money(household, MONEY)
    await _serve_one_household_otherwise(quarter, monkeypatch)
    await _hide_a_phantom(quarter, monkeypatch)


async def _serve_one_household_otherwise(quarter: Quarter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish the truth, and serve one household something else: it sees that, and that nothing else is wrong."""
    victim, others = quarter.households[0], quarter.households[1:]
    slot = quarter.slot
    await quarter.end(slot)
    with monkeypatch.context() as patch:
        _serve_otherwise(patch, victim)
        await quarter.publish(slot)
        await quarter.all_follow()
        assert await _statuses(others, slot) == {AnchorStatus.VERIFIED}
        assert await _reason(victim, slot) == FindingCode.OTHER_LEAVES

        for _ in range(3):
            await quarter.operator.settle()
            await victim.follow()
        demanded = await victim.database.run(events_named, "DemandedEvent")
        assert len(demanded) == 2, "its own, and the one that differs, which turns out to be sound"
        assert await _reason(victim, slot) == FindingCode.SERVED_OTHERWISE
        reasons = [data["reason"]["code"] for kind, data in victim.told if kind == "statement_not_verified"]
        assert reasons == [FindingCode.OTHER_LEAVES, FindingCode.SERVED_OTHERWISE]

        await quarter.let_window_pass()
        await quarter.let_window_pass()
        await quarter.all_follow()
    for household in quarter.households:
        view = await household.view(slot)
        assert view.chain.voids == (), "nothing was wrong with the statement"
        assert view.takes_part
        assert view.settlement is not None
        assert view.settlement.phase is Phase.OPENED


def _serve_otherwise(patch: pytest.MonkeyPatch, victim: Household) -> None:
    """Give one member leaves of which one, not its own, has another signature."""
    asking: ContextVar[bytes] = ContextVar("asking")
    true_member, true_leaves = Gate.member, slot_routes.SlotRoutes._leaves_in

    async def member(gate: Gate, request: web.Request) -> bytes:
        found = await true_member(gate, request)
        asking.set(found)
        return found

    async def leaves_in(routes: slot_routes.SlotRoutes, slot: int) -> bytes:
        data = await true_leaves(routes, slot)
        if asking.get() != victim.membership.household:
            return data
        leaves = [Leaf.decode(data[at : at + LEAF_BYTES]) for at in range(0, len(data), LEAF_BYTES)]
        for place, leaf in enumerate(leaves):
            if leaf.reading.meter != victim.membership.meter:
                leaves[place] = replace(leaf, signature=replace(leaf.signature, r=leaf.signature.r ^ 1))
                break
        return b"".join(leaf.encode() for leaf in leaves)

    patch.setattr(Gate, "member", member)
    patch.setattr(slot_routes.SlotRoutes, "_leaves_in", leaves_in)


async def _statuses(households: list[Household], slot: int) -> set[AnchorStatus]:
    found = [(await household.view(slot)).anchoring for household in households]
    return {anchoring.status for anchoring in found if anchoring is not None}


async def _reason(household: Household, slot: int) -> str:
    anchoring = (await household.view(slot)).anchoring
    assert anchoring is not None
    assert anchoring.status is AnchorStatus.NOT_VERIFIED
    assert isinstance(anchoring.reason, AnchorReason)
    return anchoring.reason.code


async def _hide_a_phantom(quarter: Quarter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish a phantom, and serve everybody the other leaves: it is demanded out of the tree, and falls."""
    before = await _demands(quarter)
    slot, watchful = quarter.slot, quarter.households[0]
    await quarter.end(slot)
    with monkeypatch.context() as patch:
        await add_phantom(quarter, slot, patch)
        _serve_without_strangers(patch, {one.membership.meter for one in quarter.households})
        await quarter.publish(slot)
        for _ in range(8):
            await quarter.all_follow()
            await quarter.operator.settle()
            if (await watchful.view(slot)).chain.voids:
                break
    assert [void.name for void in (await watchful.view(slot)).chain.voids] == ["WRONG_LEAF"]
    made = await _demands(quarter) - before
    assert 1 <= made <= 8, "the way down is short, and nobody goes it twice"


async def _demands(quarter: Quarter) -> int:
    found = [await one.database.run(events_named, "DemandedEvent") for one in quarter.households]
    return sum(len(events) for events in found)


def _serve_without_strangers(patch: pytest.MonkeyPatch, meters: set[bytes]) -> None:
    """Serve everybody the leaves of these meters alone, whatever is published."""
    truth = slot_routes.SlotRoutes._leaves_in

    async def leaves_in(routes: slot_routes.SlotRoutes, slot: int) -> bytes:
        data = await truth(routes, slot)
        leaves = [Leaf.decode(data[at : at + LEAF_BYTES]) for at in range(0, len(data), LEAF_BYTES)]
        return b"".join(leaf.encode() for leaf in leaves if leaf.reading.meter in meters)

    patch.setattr(slot_routes.SlotRoutes, "_leaves_in", leaves_in)
