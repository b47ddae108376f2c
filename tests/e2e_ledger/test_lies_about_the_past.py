"""An operator that lies about what was before: only who remembers, across a restart too, can bring it down."""

import pytest

from community.store import slots
from openems_bridge.ledger.anchoring import AnchorStatus
from openems_bridge.ledger.verification import FindingCode
from tests.e2e_ledger import lies_about_the_past as lies
from tests.e2e_ledger.household import Household
from tests.e2e_ledger.quarter import Quarter


async def test_lies_about_the_past_are_found_and_voided_on_chain(
    quarter: Quarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchful, accomplice, another = quarter.households[:3]
    first = quarter.slot
    await quarter.end(first)
    await quarter.publish(first)
    await quarter.all_follow()
    second = await lies.register_second_meter(quarter, watchful)

    slot = first + 1
    await quarter.end(slot)
    undo = await lies.begin_anew(quarter, accomplice, slot)
    await quarter.publish(slot)
    await quarter.all_follow()
    assert FindingCode.RESTARTED in await _findings(quarter, watchful, slot)
    assert await _voids(watchful, slot) == [], "the statement that shows it is not final yet"
    view = await quarter.operator.view(first)
    assert view.chain.published is not None
    facts = quarter.operator.base.facts
    await quarter.move_to(
        view.chain.published.published_at + facts.challenge_seconds + 30, facts.challenge_blocks
    )
    assert await _voids_at_last(quarter, watchful, slot) == ["restarted"]
    await undo()
    await _require_replaced(quarter, watchful, slot)

    await quarter.stop_household(0)
    watchful = await quarter.start_household(0)
    slot = quarter.slot
    await quarter.end(slot)
    undo = await lies.break_register(quarter, another, slot)
    await quarter.publish(slot)
    await watchful.follow()
    assert FindingCode.WRONG_REGISTER in await _findings(quarter, watchful, slot), "it remembers"
    assert await _voids_at_last(quarter, watchful, slot) == ["wrong_register"]
    await undo()
    await _require_replaced(quarter, watchful, slot)

    slot = quarter.slot
    await quarter.end(slot)
    with monkeypatch.context() as patch:
        await lies.count_household_twice(quarter, second, slot, patch)
        await quarter.publish(slot)
        await quarter.all_follow()
    for household in quarter.households:
        assert FindingCode.DOUBLED_OWNER in await _findings(quarter, household, slot)
    assert await _voids_at_last(quarter, watchful, slot) == ["doubled_owner"]


async def _findings(quarter: Quarter, household: Household, slot: int) -> set[str]:
    made = await quarter.operator.database.run(slots.statement_of, slot)
    assert made is not None
    return await household.findings(made[0])


async def _voids(household: Household, slot: int) -> list[str]:
    return [void.name.lower() for void in (await household.view(slot)).chain.voids]


async def _voids_at_last(quarter: Quarter, household: Household, slot: int) -> list[str]:
    """Let everybody look until a household has seen what became of the challenges, and return by what the slot fell."""
    for _ in range(5):
        await quarter.all_follow()
        if found := await _voids(household, slot):
            return found
    return []


async def _require_replaced(quarter: Quarter, household: Household, slot: int) -> None:
    """Let the operator put a true statement in the place of the fallen one."""
    await quarter.operator.top_up_bond(household.membership.community.contracts.currency)
    await quarter.operator.settle()
    await quarter.all_follow()
    anchoring = (await household.view(slot)).anchoring
    assert anchoring is not None
    assert anchoring.status is AnchorStatus.VERIFIED
