"""An operator that lies: households find it by themselves, and the chain decides."""

import pytest

from community.slots import building, making
from dems_node.chain import journal
from dems_node.chain.transactions import State
from dems_protocol.contracts import demo_currency, meter_ledger, netting
from openems_bridge.ledger.anchoring import AnchorStatus
from openems_bridge.ledger.chain_events import events_named
from openems_bridge.ledger.deposits import Holdings, NothingToWithdraw
from openems_bridge.ledger.slot_phase import Phase
from tests.e2e_ledger.lies import LIES, Lie
from tests.e2e_ledger.quarter import Quarter

MONEY = 50_000_000


async def _let_everybody_have_money(quarter: Quarter) -> None:
    for household in quarter.households:
        await quarter.give_money(household, MONEY)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
async def test_a_lie_is_found_by_households_and_voided_on_chain(
    quarter: Quarter, lie: Lie, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _let_everybody_have_money(quarter)
    operator, slot = quarter.operator, quarter.slot
    facts = operator.base.facts
    bond = await operator.bond()
    await quarter.end(slot)
    with monkeypatch.context() as patch:
        await lie.tell(quarter, slot, patch)
        await quarter.publish(slot)
        view = await operator.view(slot)
        assert view.chain.published is not None
        published = view.chain.published.statement
        await _dispute(quarter, facts.challenge_seconds // 2)
        await _dispute(quarter, facts.answer_seconds + 30)

    await quarter.all_follow()
    found = await quarter.households[0].view(slot)
    assert [void.value for void in found.chain.voids] == [lie.finding.value]
    for household in quarter.households:
        assert lie.seen in await household.findings(published), household.house.number
    left = await operator.bond()
    # Some lies are told of the slot before as well, in which nobody was a member for long enough to measure.
    fallen = await quarter.households[0].database.run(events_named, "StatementVoidedEvent")
    assert left == bond - len(fallen) * await operator.slash_amount()
    await _require_bonds_back(quarter)


async def _dispute(quarter: Quarter, seconds: int) -> None:
    """Let households look, and time pass; the operator looks too, and answers what it can."""
    await quarter.all_settle()
    await quarter.move_to(quarter.clock.now + seconds, 3)
    await quarter.all_settle()


async def test_after_a_void_the_true_statement_replaces_it(
    quarter: Quarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = quarter.slot
    await quarter.end(slot)
    with monkeypatch.context() as patch:
        await LIES[0].tell(quarter, slot, patch)
        await quarter.publish(slot)
        await quarter.all_follow()
    await quarter.operator.top_up_bond(quarter.households[0].membership.community.contracts.currency)
    await quarter.operator.settle()
    await quarter.all_follow()
    view = await quarter.operator.view(slot)
    assert view.chain.published is not None
    assert view.chain.published.statement.attempt == 1

    await quarter.let_window_pass()
    await quarter.all_follow()
    for household in quarter.households:
        found = await household.view(slot)
        assert found.anchoring is not None
        assert found.anchoring.status is AnchorStatus.VERIFIED
        assert found.settlement is not None
        assert found.settlement.phase is Phase.OPENED
    await _require_true_sums(quarter, slot)


async def test_a_dropped_household_stands_beside_the_root(
    quarter: Quarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _let_everybody_have_money(quarter)
    slot, dropped = quarter.slot, quarter.households[1]
    truth = building.choose_leaves
    await quarter.end(slot)
    with monkeypatch.context() as patch:
        patch.setattr(
            making,
            "choose_leaves",
            lambda found, records, beside: truth(found, records, {*beside, dropped.membership.meter}),
        )
        await quarter.publish(slot)
        await quarter.all_settle()
    view = await dropped.view(slot)
    assert view.anchoring is not None
    assert view.anchoring.status is AnchorStatus.INCLUDED
    assert ("statement_not_verified" in {kind for kind, _ in dropped.told}) is True

    await quarter.operator.settle()
    await quarter.let_window_pass()
    await quarter.all_follow()
    await _require_true_sums(quarter, slot)
    view = await dropped.view(slot)
    energy = quarter.measured[slot][dropped.house.number]
    assert view.settlement is not None
    assert view.settlement.withdrawal_inside is not None
    assert view.settlement.withdrawal_outside is not None
    assert view.settlement.withdrawal_inside + view.settlement.withdrawal_outside == energy.withdrawal

    await quarter.let_window_pass()
    await dropped.follow()
    deposits, deposit = dropped.parts.ledger.deposits, dropped.membership.community.terms.inclusion_deposit
    assert await deposits.holdings(dropped.membership) == Holdings(account=deposit, held=0)
    _, paid = await deposits.withdraw(dropped.membership, None)
    await dropped.follow()
    assert paid == deposit
    assert await deposits.holdings(dropped.membership) == Holdings(account=0, held=0)
    currency = dropped.membership.community.contracts.currency
    purse = demo_currency.BalanceOf(dropped.membership.household)
    assert await quarter.operator.base.client.read(currency, purse) == MONEY
    with pytest.raises(NothingToWithdraw):
        await deposits.withdraw(dropped.membership, None)


async def _require_bonds_back(quarter: Quarter) -> None:
    """Let households call back what they gave for demands, whoever brought the statement down."""
    await quarter.all_settle()
    for household in quarter.households:
        community = household.membership.community
        demanded = await household.database.run(events_named, "DemandedEvent")
        back = await quarter.operator.base.client.read(
            community.contracts.ledger, meter_ledger.BalanceOf(household.membership.household)
        )
        assert back >= (community.terms.demand_bond if demanded else 0), household.house.number
        orders = await household.database.run(journal.latest, household.membership.household)
        returns = [one for one in orders if one.intent.key.startswith("reclaim:")]
        assert [one.intent.key for one in returns if one.state is not State.FINAL] == []


async def _require_true_sums(quarter: Quarter, slot: int) -> None:
    base = quarter.operator.base
    found = await base.client.read(base.facts.addresses.netting, netting.Sums(slot))
    assert found == (*quarter.sums(slot), True)
