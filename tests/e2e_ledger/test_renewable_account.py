"""Claims at the renewable-energy account: what is credited on chain is what was fed in, and no Wh twice."""

from openems_bridge.ledger.certificates import NothingToClaim
from openems_bridge.ledger.household_ledger import HouseholdLedger
from tests.e2e_ledger.household import Household
from tests.e2e_ledger.quarter import Quarter


async def test_what_was_fed_in_is_credited_once(quarter: Quarter) -> None:
    slots = range(quarter.slot, quarter.slot + 5)
    for slot in slots:
        await quarter.end(slot)
        await quarter.publish(slot)
        await quarter.all_follow()
    await quarter.let_window_pass()
    await quarter.all_follow()
    producers = [household for household in quarter.households if household.house.plant.plant_power]
    for household in producers:
        await _claim_all(household)

        fed_in = [quarter.measured[slot][household.house.number].feed_in for slot in slots]
        generated = [quarter.measured[slot][household.house.number].generation for slot in slots]
        assert all(x <= g for x, g in zip(fed_in, generated, strict=True)), "else each claim is bounded apart"
        account = await household.parts.ledger.certificates.account(household.membership)
        assert account.credited == sum(fed_in)
        assert account.held == sum(fed_in)
        assert account.claimable == 0
    assert len(producers) == 4


async def _claim_all(household: Household) -> None:
    ledger: HouseholdLedger = household.parts.ledger
    for _ in range(12):
        assert ledger.head is not None
        try:
            await ledger.certificates.claim(household.membership, ledger.head)
        except NothingToClaim:
            return
        await household.follow()
        await household.follow()
    raise AssertionError("there is always something left to claim")
