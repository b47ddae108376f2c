"""Slots on a real chain: statements, openings, demands, direct inclusions, voids, members."""

from dataclasses import replace
from pathlib import Path

import pytest

from community.readings.acceptance import Refusal
from community.readings.desk import SignedReceipt
from community.slots.steps import Phase
from community.store import members, readings, slots
from community.store.members import Leaving, Status
from dems_protocol.commitments import Opening
from dems_protocol.contracts import community_registry, demands, meter_ledger
from dems_protocol.contracts.structs import Kind
from dems_protocol.signatures import Signature, is_signed_by_account
from tests.community.town import Site, Town, TownClock, running_town


async def test_a_slot_goes_from_its_readings_to_its_netting(town: Town) -> None:
    households = await town.settle_in(5)
    slot = town.slot
    await town.end_slot(slot)
    for i, household in enumerate(households):
        receipt = await town.submit(
            household, household.read(slot, withdrawal=100 * i + 1, feed_in=50 * i + 2)
        )
        assert isinstance(receipt, SignedReceipt), receipt
        digest = town.facts.domain.digest(receipt.receipt.struct_hash())
        assert is_signed_by_account(town.keys.operator.public_key.address(), digest, receipt.signature)
        assert not receipt.late

    await town.make_statement(slot)
    view = await town.view(slot)
    assert view.chain.published is not None
    assert view.chain.published.statement.count == 5
    assert await town.phase(slot) is Phase.PUBLISHED

    await town.let_window_pass()
    assert await town.phase(slot) is Phase.OPENED
    assert await town.sums(slot) == (1005, 510, True)


async def test_what_the_registry_says_is_what_the_operator_knows(town: Town) -> None:
    households = await town.settle_in(3, without_plant=1)
    registry = town.facts.addresses.registry
    for household in households:
        for slot in (town.slot - 3, town.slot, town.slot + 1):
            on_chain = await town.client.read(registry, community_registry.MeterAt(household.meter, slot))
            known = town.follower.registry.record_at(household.meter, slot)
            assert (known.household if known else bytes(20)) == on_chain.household
            if known is not None:
                assert known.key.key_id() == on_chain.key_id
                assert known.plant_power == on_chain.plant_power_watts


async def test_a_reading_sent_again_gets_the_same_receipt(town: Town) -> None:
    household, *_ = await town.settle_in(1)
    slot = town.slot
    await town.end_slot(slot)
    opened = household.read(slot, withdrawal=5)
    first = await town.submit(household, opened)
    town.clock.now += 100
    assert await town.submit(household, opened) == first


async def test_a_late_reading_counts_for_the_registers_only(town: Town) -> None:
    households = await town.settle_in(5)
    slot = town.slot
    await town.end_slot(slot)
    await town.read_all(slot, households[1:])
    await town.make_statement(slot)

    late = await town.submit(households[0], households[0].read(slot, withdrawal=9))
    assert isinstance(late, SignedReceipt)
    assert late.late
    higher = households[1].build(slot, None, withdrawal=1, revision=1)
    refused = await town.submit(households[1], higher)
    assert isinstance(refused, Refusal)
    assert refused.kind == "too-late"

    await town.end_slot(slot + 1)
    await town.read_all(slot + 1)
    await town.make_statement(slot + 1)
    await town.let_window_pass()
    assert await town.phase(slot) is Phase.OPENED
    assert await town.sums(slot) == (101 + 102 + 103 + 104 - 6 + 2, 50 + 51 + 52 + 53, True)
    assert (await town.sums(slot + 1))[2]


async def test_few_owners_are_not_opened(town: Town) -> None:
    await town.settle_in(2)
    slot = town.slot
    await town.end_slot(slot)
    await town.read_all(slot)
    await town.make_statement(slot)
    await town.let_window_pass()
    view = await town.view(slot)
    assert await town.phase(slot) is Phase.UNNETTED
    assert view.stored.unnetted_reason == "too_few_owners"
    assert await town.sums(slot) == (0, 0, False)


async def test_energy_of_few_is_not_opened_although_many_could_have_fed_in(town: Town) -> None:
    households = await town.settle_in(5)
    slot = town.slot
    await town.end_slot(slot)
    for i, household in enumerate(households):
        await town.submit(household, household.read(slot, withdrawal=10, feed_in=7 if i < 2 else 0))
    await town.make_statement(slot)
    await town.let_window_pass()
    view = await town.view(slot)
    assert await town.phase(slot) is Phase.UNNETTED
    assert view.stored.unnetted_reason == "too_few_sources"
    assert await town.sums(slot) == (0, 0, False)


async def test_an_outage_is_caught_up(town: Town) -> None:
    households = await town.settle_in(4)
    slot = town.slot
    await town.end_slot(slot + 3)
    for each in range(slot, slot + 4):
        await town.read_all(each, households)
    await town.make_statement(slot + 3)
    await town.settle()
    await town.let_window_pass()
    assert [await town.phase(each) for each in range(slot, slot + 4)] == [Phase.OPENED] * 4


async def test_whoever_was_left_out_is_netted_by_direct_inclusion(town: Town) -> None:
    households = await town.settle_in(5)
    slot = town.slot
    await town.end_slot(slot)
    await town.read_all(slot, households[1:])
    await town.make_statement(slot)
    opened = households[0].read(slot, withdrawal=1000, feed_in=500)
    await town.include(households[0], opened)
    await town.settle()
    assert set((await town.view(slot)).chain.inclusions) == {households[0].meter}
    kept = await town.database.run(readings.last_of, households[0].meter)
    assert kept is not None
    assert kept.reading == opened.reading

    await town.let_window_pass()
    assert await town.phase(slot) is Phase.OPENED
    assert await town.sums(slot) == (1000 + 100 + 101 + 102 + 103, 500 + 50 + 51 + 52 + 53, True)
    receipt = await town.submit(households[0], opened)
    assert isinstance(receipt, SignedReceipt)


async def test_false_openings_are_taken_out_and_void_nothing(town: Town) -> None:
    households = await town.settle_in(5)
    slot = town.slot
    await town.end_slot(slot)
    await town.read_all(slot, households[1:])
    await town.make_statement(slot)
    opened = households[0].read(slot, withdrawal=1000, feed_in=500)
    lie = tuple(Opening(1, opening.blinding) for opening in opened.openings)
    await town.include(households[0], opened, lie)
    before = await town.client.read(town.facts.addresses.ledger, meter_ledger.BalanceOf(town.office.account))
    await town.settle()
    assert (await town.view(slot)).chain.inclusions == {}
    after = await town.client.read(town.facts.addresses.ledger, meter_ledger.BalanceOf(town.office.account))
    assert after - before == town.facts.inclusion_deposit

    await town.let_window_pass()
    assert await town.sums(slot) == (100 + 101 + 102 + 103, 50 + 51 + 52 + 53, True)


async def test_registers_that_do_not_continue_are_taken_out(town: Town) -> None:
    households = await town.settle_in(5)
    liar, slot = households[0], town.slot
    await town.end_slot(slot)
    await town.read_all(slot)
    honest = liar.last
    assert honest is not None
    await town.end_slot(slot + 1)
    await town.read_all(slot + 1, households[1:])
    await town.make_statement(slot + 1)
    opened = liar.build(slot + 1, honest, withdrawal=10, feed_in=5)
    lie = replace(opened, reading=replace(opened.reading, running=honest.reading.running))
    await town.include(liar, lie)
    await town.settle()
    assert (await town.view(slot + 1)).chain.inclusions == {}
    await town.let_window_pass()
    assert await town.sums(slot + 1) == (100 + 101 + 102 + 103, 50 + 51 + 52 + 53, True)


async def test_a_false_inclusion_beside_no_statement_is_taken_out_too(town: Town) -> None:
    households = await town.settle_in(3)
    slot = town.slot
    await town.end_slot(slot, town.facts.publish_seconds + 60)
    opened = households[0].read(slot, withdrawal=1000, feed_in=500)
    lie = tuple(Opening(1, opening.blinding) for opening in opened.openings)
    await town.include(households[0], opened, lie)
    await town.deliver()
    await town.database.run(slots.begin, [slot])
    await town.database.run(slots.leave_unnetted, slot, "not_published_in_time")
    await town.settle()
    assert (await town.view(slot)).chain.inclusions == {}


async def test_a_meter_does_not_stand_in_a_slot_twice(town: Town) -> None:
    households = await town.settle_in(4)
    slot = town.slot
    await town.end_slot(slot)
    await town.read_all(slot)
    await town.make_statement(slot)
    again = households[0].last
    assert again is not None
    await town.include(households[0], again)
    await town.settle()
    assert (await town.view(slot)).chain.inclusions == {}
    await town.let_window_pass()
    assert await town.sums(slot) == (100 + 101 + 102 + 103, 50 + 51 + 52 + 53, True)


async def test_an_early_inclusion_gets_no_leaf(town: Town) -> None:
    """The operator slept until the due time: a household included its reading, the operator publishes after that."""
    households = await town.settle_in(5)
    slot = town.slot
    await town.end_slot(slot, town.facts.publish_seconds + 60)
    await town.read_all(slot)
    again = households[2].last
    assert again is not None
    await town.include(households[2], again)
    await town.settle()
    view = await town.view(slot)
    assert view.chain.published is not None
    assert view.chain.published.statement.count == 4
    await town.let_window_pass()
    assert await town.sums(slot) == (510, 260, True)


@pytest.mark.parametrize(
    ("index", "kind", "register"), [(1, Kind.LEAF, 0), (7, Kind.LEAF, 0), (4, Kind.RANGE, 3)]
)
async def test_demands_are_answered(town: Town, index: int, kind: Kind, register: int) -> None:
    households = await town.settle_in(5)
    slot = town.slot
    await town.end_slot(slot)
    await town.read_all(slot)
    await town.make_statement(slot)
    await town.demand(households[0], slot, index, kind, register)
    await town.deliver()
    assert len((await town.view(slot)).chain.demands) == 1
    await town.settle()
    assert (await town.view(slot)).chain.demands == set()
    await town.let_window_pass()
    await town.let_window_pass()
    assert await town.phase(slot) is Phase.OPENED


async def test_a_voided_statement_is_replaced_once(town: Town) -> None:
    households = await town.settle_in(4)
    slot = town.slot
    await town.end_slot(slot)
    await town.read_all(slot, households[1:])
    await town.make_statement(slot)
    late = await town.submit(households[0], households[0].read(slot, withdrawal=1000, feed_in=1))
    assert isinstance(late, SignedReceipt)
    # The operator sleeps through a demand; its bond has room for one slash.
    await town.demand(households[0], slot, 0, Kind.LEAF)
    published = await town.published(slot)
    await town.move_to(town.clock.now + town.facts.answer_seconds + 10, town.facts.answer_blocks + 1)
    account = town.account(households[1])
    await account.perform(town.facts.demands, demands.VoidUnanswered(published, 0, Kind.LEAF, 0))
    await lock_more_bond(town)
    await town.deliver()
    assert await town.phase(slot) is Phase.VOIDED

    await town.settle()
    view = await town.view(slot)
    assert view.chain.published is not None
    assert (view.chain.published.statement.attempt, view.chain.published.statement.count) == (1, 4)
    await town.let_window_pass()
    assert await town.sums(slot) == (1000 + 100 + 101 + 102, 1 + 50 + 51 + 52, True)


async def lock_more_bond(town: Town) -> None:
    from community.deploying import ChainDeployer, lock_bond

    ledger = town.facts.addresses.ledger
    currency = await town.client.read(ledger, meter_ledger.Currency())
    mint = ChainDeployer(town.client, town.keys.operator, lambda line: None)
    await lock_bond(town.client, town.keys, town.facts, currency, mint=mint, say=lambda line: None)


async def test_a_household_leaves_with_its_signature(town: Town) -> None:
    household, *_ = await town.settle_in(2)
    (enrolled,) = await town.database.run(members.of_household, household.address)
    first_slot = town.slot + 2
    change = household.departure(town.facts.chain_id, town.facts.addresses.registry, first_slot)
    signature = Signature.decode(bytes.fromhex(str(change["signature"])[2:]))
    await town.database.run(
        members.leave, enrolled.enrolment, Leaving(first_slot, signature), int(town.clock.now)
    )
    await town.settle()
    assert town.follower.registry.record_at(household.meter, first_slot - 1) is not None
    assert town.follower.registry.record_at(household.meter, first_slot) is None
    await town.move_to(town.facts.grid.start(first_slot) + 1)
    await town.settle()
    (left,) = await town.database.run(members.of_household, household.address)
    assert left.status is Status.LEFT


async def test_a_restart_goes_on_where_it_was(site: Site, tmp_path: Path, clock: TownClock) -> None:
    async with running_town(site, tmp_path, clock) as town:
        households = await town.settle_in(4)
        slot = town.slot
        await town.end_slot(slot)
        await town.read_all(slot)
    async with running_town(site, tmp_path, clock) as town:
        town.households = households
        await town.make_statement(slot)
    async with running_town(site, tmp_path, clock) as town:
        await town.let_window_pass()
        assert await town.sums(slot) == (406, 206, True)
