"""Slots on a real chain: statements, openings, demands, direct inclusions, voids."""

from community.readings.desk import SignedReceipt
from community.slots.steps import Phase, phase_of
from dems_protocol.contracts import netting
from tests.community.town import Town


async def test_a_slot_goes_from_its_readings_to_its_netting(town: Town) -> None:
    households = await town.settle_in(5)
    slot = town.slot
    await town.end_slot(slot)
    for i, household in enumerate(households):
        receipt = await town.submit(
            household, household.read(slot, withdrawal=100 * i + 1, feed_in=50 * i + 2)
        )
        assert isinstance(receipt, SignedReceipt), receipt
        assert not receipt.late

    await town.make_statement(slot)
    view = await town.view(slot)
    assert view.chain.published is not None
    assert view.chain.published.statement.count == 5

    await town.let_window_pass()
    view = await town.view(slot)
    assert phase_of(view.chain, view.stored) is Phase.OPENED
    withdrawal, feed_in, opened = await town.client.read(town.facts.addresses.netting, netting.Sums(slot))
    assert (withdrawal, feed_in, opened) == (1005, 510, True)
