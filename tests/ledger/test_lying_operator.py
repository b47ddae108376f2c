"""What an operator may try, and how a household brings it down on chain."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from dems_protocol.contracts.structs import Finding
from dems_protocol.leaves import Leaf, count_owners
from dems_protocol.statements import Statement, build_tree
from openems_bridge.ledger import journal
from openems_bridge.ledger.chain_events import read_slot
from tests.community.households import Household
from tests.ledger.neighbours import close_slot, neighbours
from tests.ledger.street import Bridge, Street


async def true_leaves(street: Street, bridges: Sequence[Bridge], slot: int) -> list[Leaf]:
    """Return the leaves of an honest statement."""
    found = []
    for bridge in bridges:
        (own,) = await bridge.database.run(journal.in_force, slot, slot)
        found.append(own)
    found.sort(key=lambda own: own.reading.meter)
    records = {
        own.reading.meter: street.town.follower.registry.record_at(own.reading.meter, slot) for own in found
    }
    known = {meter: record for meter, record in records.items() if record is not None}
    owners = count_owners([own.reading.meter for own in found], known)
    return [Leaf(own.reading, int(sides), own.signature) for own, sides in zip(found, owners, strict=True)]


async def finding_of(bridge: Bridge, slot: int) -> Finding | None:
    chain = await bridge.database.run(read_slot, slot)
    return chain.voids[-1] if chain.voids else None


def with_phantom(street: Street, leaves: list[Leaf], slot: int) -> list[Leaf]:
    nobody = Household("nobody", street.town.facts.domain)
    opened = nobody.read(slot, withdrawal=5)
    phantom = Leaf(opened.reading, 0, nobody.sign(opened))
    return sorted([*leaves, phantom], key=lambda leaf: leaf.reading.meter)


def with_wrong_sums(statement: Statement) -> Statement:
    sums = statement.sums
    return replace(statement, sums=replace(sums, withdrawal=sums.feed_in, feed_in=sums.withdrawal))


@pytest.mark.parametrize("lie", ["phantom", "sums", "signature", "double", "two statements"])
async def test_a_wrong_statement_is_voided_and_replaced(street: Street, lie: str) -> None:
    town, domain = street.town, street.town.facts.domain
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 3)
        slot = await close_slot(street, bridges)
        leaves = await true_leaves(street, bridges, slot)
        expected = Finding.WRONG_LEAF
        if lie == "phantom":
            leaves = with_phantom(street, leaves, slot)
        if lie == "signature":
            signature = leaves[1].signature
            leaves[1] = replace(leaves[1], signature=replace(signature, r=signature.r ^ 1))
        if lie == "double":
            leaves, expected = (
                sorted([*leaves, leaves[0]], key=lambda leaf: leaf.reading.meter),
                Finding.WRONG_ORDER,
            )
        statement = Statement.of(slot, build_tree(domain, leaves))
        published = statement
        if lie == "sums":
            published = statement = with_wrong_sums(statement)
            expected = Finding.WRONG_NODE
        if lie == "two statements":
            statement = with_wrong_sums(statement)
            expected = Finding.TWO_STATEMENTS
        street.lie(statement, leaves)
        await street.publish(published)
        watchful = bridges[0]
        await watchful.step()
        told = dict(watchful.told)["statement_not_verified"]
        assert (told["slot"], told["status"]) == (slot, "not_verified")
        await watchful.step()
        assert await finding_of(watchful, slot) is expected
        assert watchful.anchor["status"] == "received"
        assert watchful.anchor["reason"]["code"] == "voided"

        street.slots.statements.clear()
        street.slots.leaves.clear()
        await street.refill_bond()
        await town.settle()
        await town.make_statement(slot)
        await watchful.step()
        assert watchful.anchor["status"] == "verified", "the operator replaced it by a true one"


async def test_a_household_that_is_left_out_includes_its_reading_directly(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 4)
        slot = await close_slot(street, bridges)
        leaves = await true_leaves(street, bridges, slot)
        victim = bridges[-1]
        await street.give_currency(victim.household, 10_000_000)
        others = [leaf for leaf in leaves if leaf.reading.meter != victim.running.ledger.membership.meter]
        registry = town.follower.registry
        records = {leaf.reading.meter: registry.record_at(leaf.reading.meter, slot) for leaf in others}
        known = {meter: record for meter, record in records.items() if record is not None}
        owners = count_owners([leaf.reading.meter for leaf in others], known)
        others = [replace(leaf, owners=int(sides)) for leaf, sides in zip(others, owners, strict=True)]
        statement = Statement.of(slot, build_tree(town.facts.domain, others))
        street.lie(statement, others)
        await street.publish(statement)

        await victim.step()
        assert dict(victim.told)["statement_not_verified"]["status"] == "excluded"
        for _ in range(3):
            await victim.step()
        assert victim.anchor["status"] == "included"
        included = [
            data for kind, data in victim.told if kind == "chain_event" and data["event"] == "ReadingIncluded"
        ]
        assert len(included) == 1, "once, although the ledger looked several times"
        assert included[0]["slot"] == slot


async def test_an_operator_that_hides_its_leaves_falls_by_an_unanswered_demand(street: Street) -> None:
    town = street.town
    async with AsyncExitStack() as stack:
        bridges = await neighbours(stack, street, 3)
        slot = await close_slot(street, bridges)
        leaves = await true_leaves(street, bridges, slot)
        watchful = bridges[0]
        await street.give_currency(watchful.household, 20_000_000)
        hidden = with_phantom(street, leaves, slot)[: len(leaves)]
        statement = Statement.of(slot, build_tree(town.facts.domain, hidden))
        street.lie(statement, leaves)
        await street.publish(statement)
        for _ in range(2):
            await watchful.step()
        demanded = [
            data for kind, data in watchful.told if kind == "chain_event" and data["event"] == "Demanded"
        ]
        assert len(demanded) == 1
        await town.move_to(town.clock.now + town.facts.answer_seconds + 10, town.facts.answer_blocks + 1)
        for _ in range(2):
            await watchful.step()
        assert await finding_of(watchful, slot) is Finding.UNANSWERED
