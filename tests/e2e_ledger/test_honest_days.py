"""Two days of an honest community: what the chain says is what the houses measured, to the Wh."""

from pathlib import Path

import pytest

from dems_protocol.contracts import netting
from openems_bridge.ledger.anchoring import AnchorStatus
from openems_bridge.ledger.options import LedgerOptions
from openems_bridge.ledger.own_reading import Delivery
from openems_bridge.ledger.slot_phase import Phase
from tests.e2e_ledger.operator import build_site
from tests.e2e_ledger.quarter import Quarter, running_quarter

HOUSEHOLDS = 20
DAYS = 2


@pytest.mark.timeout(400)  # a minute and a half on two busy cores
async def test_two_days_of_twenty_households_are_on_chain_to_the_watt_hour(
    anvil: str, real_sockets: None, tmp_path: Path
) -> None:
    site = await build_site(anvil, 3600)
    # Each household looks at three leaves of others in each slot; together they see most of the sixty.
    options = LedgerOptions(confirmations=1, audited_leaves=3)
    async with running_quarter(site, tmp_path, households=HOUSEHOLDS, options=options) as quarter:
        slots = range(quarter.slot, quarter.slot + 24 * DAYS)
        for slot in slots:
            await quarter.run_slot(slot)
        await quarter.all_follow()

        await _require_totals(quarter, slots)
        await _require_own(quarter, slots)


async def _require_totals(quarter: Quarter, slots: range) -> None:
    base = quarter.operator.base
    stated, measured, netted = (0, 0), (0, 0), 0
    for slot in slots:
        expected = quarter.sums(slot)
        withdrawal, feed_in, opened = await base.client.read(base.facts.addresses.netting, netting.Sums(slot))
        assert opened == quarter.is_netted(slot), slot
        view = await quarter.operator.view(slot)
        assert view.chain.published is not None
        assert view.chain.published.statement.count == HOUSEHOLDS
        if not opened:
            continue
        netted += 1
        assert (withdrawal, feed_in) == expected, slot
        stated = (stated[0] + withdrawal, stated[1] + feed_in)
        measured = (measured[0] + expected[0], measured[1] + expected[1])
    assert stated == measured
    assert netted > len(slots) * 3 // 4  # else the simulation has too little wind to show anything


async def _require_own(quarter: Quarter, slots: range) -> None:
    for household in quarter.households:
        for slot in slots:
            energy = quarter.measured[slot][household.house.number]
            view = await household.view(slot)
            assert view.own is not None
            assert view.own.delivery is Delivery.RECEIVED
            assert view.own.receipt is not None
            assert view.anchoring is not None
            assert view.anchoring.status is AnchorStatus.VERIFIED, view.anchoring
            assert view.settlement is not None
            netted = quarter.is_netted(slot)
            assert (view.settlement.phase is Phase.OPENED) == netted
            if netted:
                found = view.settlement
                assert found.withdrawal_inside is not None
                assert found.withdrawal_outside is not None
                assert found.feed_in_inside is not None
                assert found.feed_in_outside is not None
                assert found.withdrawal_inside + found.withdrawal_outside == energy.withdrawal
                assert found.feed_in_inside + found.feed_in_outside == energy.feed_in
