"""Outages, restarts, copies, certificates and proofs of one household, against the real operator and a real chain."""

import json
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dems_node.chain import journal as transactions
from dems_node.chain.client import ChainClient
from dems_protocol.commitments import Pedersen
from openems_bridge.cli.verify import verify
from openems_bridge.ledger import journal, settlement
from openems_bridge.ledger.membership_state import MembershipStatus
from openems_bridge.ledger.operator_client import OperatorClient, OperatorDown, Received
from openems_bridge.ledger.options import LedgerOptions
from openems_bridge.ledger.own_reading import Delivery
from openems_bridge.ledger.proof_check import ProofChain
from openems_bridge.ledger.proof_file import check_file, proof_document, read_document, slot_proof
from openems_bridge.ledger.slot_keeper import view_slot, view_slots
from tests.ledger.neighbours import close_slot, neighbours
from tests.ledger.street import Bridge, Street


async def deliveries(bridge: Bridge) -> list[tuple[int, int, Delivery]]:
    """Return slot, revision and delivery of all readings."""
    return [
        (own.slot, own.reading.revision, own.delivery) for own in await bridge.database.run(journal.after, -1)
    ]


async def test_an_operator_that_is_down_gets_every_reading_later_in_order_and_once(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        (bridge,) = await neighbours(stack, street, 1)
        first = town.slot
        port = int(street.url.rsplit(":", 1)[1])
        await street.server.close()
        for i in range(4):
            await town.move_to(town.facts.grid.end(first + i) + 5)
            await bridge.measure(first + i, withdrawal=100 + i)
            await bridge.step()
        assert bridge.community["operator"] == "lost"
        assert bridge.anchor["waiting"] == 4
        assert bridge.kinds.count("operator_lost") == 1, "said once"

        restarted = await street.restart(port)
        stack.push_async_callback(restarted.close)
        await bridge.step()
        assert bridge.kinds.count("operator_restored") == 1
        slots = [slot for slot, _, _ in await deliveries(bridge)]
        assert slots == list(range(first, first + 4)), "none lost, none signed twice"
        assert bridge.anchor["waiting"] == 0
        last = await bridge.running.ledger.operator.last_reading(bridge.running.ledger.membership.meter)
        assert last is not None
        assert last.reading.slot == first + 3


async def test_a_receipt_that_is_lost_on_the_way_is_given_again(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as stack:
        (bridge,) = await neighbours(stack, street, 1)
        operator = bridge.running.ledger.operator
        submit = operator.submit

        async def lose(*arguments: Any) -> Received:
            await submit(*arguments)
            raise OperatorDown("silent", "the answer is lost")

        with monkeypatch.context() as patched:
            patched.setattr(OperatorClient, "submit", lambda _, *arguments: lose(*arguments))
            slot = await close_slot(street, [bridge])
        assert await deliveries(bridge) == [(slot, 0, Delivery.SIGNED)]
        await bridge.step()
        assert await deliveries(bridge) == [(slot, 0, Delivery.RECEIVED)]
        following = await close_slot(street, [bridge])
        assert following > slot
        assert [way for _, _, way in await deliveries(bridge)] == [Delivery.RECEIVED, Delivery.RECEIVED]


async def test_a_late_reading_counts_in_the_registers_and_is_settled_outside(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 5)
        late = bridges[-1]
        slot = await close_slot(street, bridges[:-1])
        await town.make_statement(slot)
        await late.measure(slot, withdrawal=400, feed_in=10)
        await late.step()
        assert late.anchor["status"] == "late"
        assert late.anchor["late"] == 1
        assert "reading_refused" not in late.kinds
        await town.let_window_pass()
        await late.step()
        result = await late.database.run(settlement.load, slot)
        assert result is not None
        assert (result.phase.value, result.withdrawal_inside, result.withdrawal_outside) == ("opened", 0, 400)

        following = await close_slot(street, bridges)
        await town.make_statement(following)
        await late.step()
        assert late.anchor["status"] == "verified", "the next reading follows the late one"


async def test_a_restart_signs_nothing_twice_and_a_copy_stops_the_original(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 3)
        slot = await close_slot(street, bridges)
        before = await deliveries(bridges[1])
        await town.make_statement(slot)

        async with street.bridge("house 1") as restarted:  # the first one never looks again
            await restarted.step()
            assert await deliveries(restarted) == before
            assert restarted.anchor["status"] == "verified", "what happened on chain meanwhile is caught up"

        copied = await bridges[0].database.run(journal.load_membership)
        assert copied is not None
        async with street.bridge("house 0", folder="copy", instance="b", membership=copied) as copy:
            await town.end_slot(town.slot)
            await copy.step()
            running = town.slot
            await town.end_slot(running)
            await copy.measure(running, withdrawal=7)
            await copy.step()
            assert copy.community["problem"] is None
            assert [(one, way) for one, _, way in await deliveries(copy)] == [(running, Delivery.RECEIVED)]

            await bridges[0].measure(running, withdrawal=8)
            await bridges[0].step()
            await bridges[0].step()
            assert bridges[0].community["read_only"] is True
            assert bridges[0].community["problem"]["code"] == "second_bridge"
            assert copy.community["read_only"] is False


async def test_feed_in_becomes_certificates_that_can_be_redeemed(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 3)
        owner = bridges[2]
        first = await close_slot(street, bridges)
        await town.make_statement(first)
        for bridge in bridges:
            await bridge.step()
        second = await close_slot(street, bridges)
        await town.make_statement(second)
        await town.let_window_pass()
        await owner.step()
        ledger = owner.running.ledger
        assert owner.netting["account_wh"] == 200, "100 Wh of feed-in in each of two slots"
        assert ledger.head is not None

        for _ in range(2):
            await ledger.certificates.claim(ledger.membership, ledger.head)
            for _ in range(3):
                await owner.step()
        assert owner.netting["certificates_wh"] == 200
        assert owner.netting["account_wh"] == 200
        assert owner.kinds.count("certificates_issued") == 2
        held = owner.netting["certificates"]
        assert sum(one["amount_wh"] for one in held) == 200
        origin = held[0]["origin"]
        assert origin["issuer"] == f"0x{town.facts.addresses.account.hex()}"
        assert origin["to"] - origin["from"] == 900
        assert (origin["plant_kind"], origin["plant_power"], origin["plant_unit"]) == (
            "solar",
            10_000,
            "SEE984033548619",
        )
        assert (origin["commissioned_at"], origin["with_storage"]) == (1_588_291_200, True)

        identifier = int(held[0]["id"], 16)
        await ledger.certificates.redeem(ledger.membership, "once", identifier, 60, "the car")
        for _ in range(3):
            await owner.step()
        assert owner.netting["certificates_wh"] == 140


async def test_feed_in_is_claimed_every_day_where_the_owner_wants_that(street: Street) -> None:
    town, options = street.town, LedgerOptions(confirmations=1, claim_daily=True)
    async with AsyncExitStack() as stack:
        (owner,) = await neighbours(stack, street, 1, options)
        first = town.slot + (2 - town.slot) % 4
        await town.move_to(town.facts.grid.start(first))
        await town.settle()
        for slot in (first, first + 1):  # the last half of an hour
            await town.end_slot(slot)
            await owner.measure(slot, withdrawal=0, feed_in=1100)
            await owner.step()
            await town.make_statement(slot)
        await town.let_window_pass()
        for _ in range(2):
            await owner.step()
        assert owner.kinds.count("certificates_issued") == 0, "the day is not over"

        day = 86_400
        await town.move_to(town.clock.now // day * day + day + 7 * 3600)
        for _ in range(5):
            await owner.step()
        assert owner.netting["certificates_wh"] == 2200
        assert owner.kinds.count("certificates_issued") == 2, "the first reading stands alone"
        async with street.bridge("house 0", options=options) as restarted:
            for _ in range(2):
                await restarted.step()
            assert restarted.netting["certificates_wh"] == 2200
            assert await restarted.database.run(transactions.count_unfinished, owner.household) == 0
            assert len(await restarted.database.run(transactions.latest, owner.household)) == 2, "never twice"


async def test_exported_proofs_are_checked_without_trusting_anybody(
    street: Street, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 4)
        slot = await close_slot(street, bridges)
        await town.make_statement(slot)
        for bridge in bridges:
            await bridge.step()
        await town.let_window_pass()
        await bridges[1].step()
        views = await bridges[1].database.run(view_slots, slot, slot)
        proofs = [proof for view in views if (proof := slot_proof(view)) is not None]
        document = json.loads(json.dumps(proof_document(bridges[1].running.ledger.membership, proofs)))

        client = ChainClient.to(street.rpc, town.facts.chain_id)
        stack.push_async_callback(client.close)
        file = read_document(document)
        chain = await ProofChain.of(client, file)
        (checked,) = await check_file(file, chain, Pedersen())
        assert checked.faults == ()
        assert (checked.withdrawal, checked.feed_in, checked.generation) == (200, 50, 50)
        assert checked.feed_in_inside == 50

        (proof,) = file.slots
        other = replace(proof.openings[1], value=proof.openings[1].value - 1)
        lie = replace(file, slots=(replace(proof, openings=(proof.openings[0], other, *proof.openings[2:])),))
        (checked,) = await check_file(lie, chain, Pedersen())
        assert "does not open" in checked.faults[0]
        moved = replace(file, slots=(replace(proof, published_block=proof.published_block + 1),))
        (checked,) = await check_file(moved, chain, Pedersen())
        assert "not the one that the chain holds" in checked.faults[0]
        stolen = replace(file, household=bridges[0].household)
        (checked,) = await check_file(stolen, chain, Pedersen())
        assert "another household" in checked.faults[0]

        path = tmp_path / "proofs.json"
        path.write_text(json.dumps(document))
        status = await _in_thread(verify, path, street.rpc, None)
        said = capsys.readouterr()
        assert status == 0, said.err
        assert "withdrawal 200 Wh" in said.out
        path.write_text(path.read_text().replace('"published_at": ', '"published_at": 1'))
        assert await _in_thread(verify, path, street.rpc, None) == 1


async def test_leaving_costs_no_gas_and_ends_with_the_next_slot(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 2)
        leaver = bridges[0]
        nonce = await town.client.nonce(leaver.household)
        await leaver.running.ledger.leave()
        await leaver.step()
        await town.settle()
        await town.move_to(town.facts.grid.start(town.slot + 3))
        await town.settle()
        await leaver.step()
        assert leaver.running.ledger.membership.status is MembershipStatus.LEFT
        assert leaver.community["status"] == "left"
        assert await town.client.nonce(leaver.household) == nonce
        slot = await close_slot(street, bridges)
        view = await leaver.database.run(view_slot, slot)
        assert view.own is None, "nothing is signed after the membership"


async def _in_thread(function: object, *arguments: object) -> object:
    import asyncio

    return await asyncio.to_thread(function, *arguments)  # type: ignore[arg-type]
