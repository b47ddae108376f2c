"""dems_protocol and the contracts on a real chain: what Python builds, the contracts accept, and only that."""

from dataclasses import replace

import pytest

from community.deployment import DeploymentError
from dems_protocol.commitments import Opening, Register
from dems_protocol.contracts import (
    certificates,
    challenges,
    demands,
    direct_inclusion,
    meter_ledger,
    netting,
    renewable_energy_account,
    structs,
)
from dems_protocol.contracts.conversions import (
    from_leaf,
    from_reading,
    from_sealed,
    nothing_published,
    to_anchor,
    to_descent,
    to_direct_anchor,
    to_disclosure,
    to_leaf,
    to_opening,
    to_proof,
    to_range_proof,
    to_reading,
    to_sealed,
    to_signature,
    to_statement,
    to_step,
)
from dems_protocol.curve import Point
from dems_protocol.netting import Netting, Side
from dems_protocol.range_proof import RangeContext, prove_range
from dems_protocol.sealing import inclusion_hash, seal
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import Node, Sums, SumTree
from tests.contracts.village import OPERATOR_KEY, ClosedSlot, Village

PUBLISH_AND_SETTLE_GAS = 150_000


async def _closed(village: Village) -> ClosedSlot:
    slot = await village.chain.slot() - 1
    return village.close(slot, village.read_all(slot))


async def test_a_slot_is_published_settled_and_verified_by_an_outsider(village: Village) -> None:
    closed = await _closed(village)
    deployment, operator = village.community.deployment, village.community.operator
    published, publish_gas = await village.publish(closed.statement)
    await village.finalize()
    opening = netting.Open(
        published,
        to_opening(closed.sum_opening(Register.WITHDRAWAL_REST)),
        to_opening(closed.sum_opening(Register.FEED_IN_REST)),
    )
    receipt = await operator.transact(deployment.netting, opening.calldata())
    assert publish_gas + receipt.gas_used < PUBLISH_AND_SETTLE_GAS
    netted = Netting(sum(100 * i + 7 for i in range(5)), sum(70 * i + 5 for i in range(5)))
    (event,) = receipt.events
    assert event == netting.SlotNettedEvent(
        closed.statement.slot,
        netted.withdrawal,
        netted.feed_in,
        netted.weight(Side.WITHDRAWAL),
        netted.weight(Side.FEED_IN),
    )
    outsider = await village.chain.account("outsider")
    for index, (leaf, reading) in enumerate(zip(closed.leaves, closed.readings, strict=True)):
        anchor = to_anchor(published, leaf, closed.tree.prove(index))
        share = netting.VerifyShare(
            anchor, structs.Side.WITHDRAWAL, to_opening(reading.openings[Register.WITHDRAWAL_REST])
        )
        inside, outside = await outsider.read(deployment.netting, share)
        energy = 100 * index + 7
        assert inside == energy * netted.weight(Side.WITHDRAWAL)
        assert inside + outside == energy << 32


async def test_gas_does_not_depend_on_the_number_of_leaves(village: Village) -> None:
    """Nodes that stand for readings do here: neither publication nor opening looks at a leaf."""
    costs = []
    for count in (10, 300, 10_000):
        slot = await village.chain.slot() - 1
        opening = Opening(1234, 2**250 + count)
        point = village.pedersen.commit(opening)
        tree = SumTree([Node(i.to_bytes(32), Sums(point, point, 1, 1)) for i in range(count)])
        published, publish_gas = await village.publish(Statement.of(slot, tree))
        await village.finalize()
        total = to_opening(opening.scaled(count))
        receipt = await village.community.operator.transact(
            village.community.deployment.netting, netting.Open(published, total, total).calldata()
        )
        costs.append(publish_gas + receipt.gas_used)
    assert max(costs) < PUBLISH_AND_SETTLE_GAS
    assert max(costs) - min(costs) < 1000, costs


async def test_opening_what_is_not_there_is_refused_with_the_reason(village: Village) -> None:
    closed = await _closed(village)
    published, _ = await village.publish(closed.statement)
    await village.finalize()
    true = closed.sum_opening(Register.WITHDRAWAL_REST)
    wrong = netting.Open(
        published,
        structs.Opening(true.value + 1, true.blinding),
        to_opening(closed.sum_opening(Register.FEED_IN_REST)),
    )
    with pytest.raises(DeploymentError, match="refused: wrong openings"):
        await village.community.operator.call(village.community.deployment.netting, wrong.calldata())


async def test_demands_are_answered_from_python(village: Village) -> None:
    closed = await _closed(village)
    deployment, operator = village.community.deployment, village.community.operator
    published, _ = await village.publish(closed.statement)
    curious = village.residents[0].account
    for kind, index, register in (
        (structs.Kind.LEAF, 3, 0),
        (structs.Kind.LEAF, 6, 0),
        (structs.Kind.RANGE, 2, Register.FEED_IN_REST),
    ):
        await curious.call(deployment.demands, demands.Demand(published, index, kind, register).calldata())
    answer = demands.AnswerLeaf(published, to_leaf(closed.leaves[3]), to_proof(closed.tree.prove(3)))
    receipt = await operator.transact(deployment.demands, answer.calldata())
    shown = next(event for event in receipt.events if isinstance(event, demands.LeafShownEvent))
    assert from_leaf(shown.leaf) == closed.leaves[3]
    await operator.call(
        deployment.demands,
        demands.AnswerPadding(published, to_proof(closed.tree.prove(6))).calldata(),
    )
    reading = closed.readings[2]
    proof = prove_range(
        village.pedersen,
        RangeContext(village.domain, reading.reading.struct_hash(), Register.FEED_IN_REST),
        reading.openings[Register.FEED_IN_REST],
    )
    proven = demands.AnswerRange(
        published,
        to_leaf(closed.leaves[2]),
        to_proof(closed.tree.prove(2)),
        Register.FEED_IN_REST,
        to_range_proof(proof),
    )
    receipt = await operator.transact(deployment.demands, proven.calldata())
    assert receipt.gas_used < 1_500_000
    assert await operator.read(deployment.ledger, meter_ledger.HeldBy(deployment.demands)) == 0


async def _checks_void(village: Village, slot: int, call: bytes) -> structs.Finding:
    deployment = village.community.deployment
    challenger = village.residents[4].account
    receipt = await challenger.transact(deployment.challenges, call)
    voided = next(e for e in receipt.events if isinstance(e, meter_ledger.StatementVoidedEvent))
    assert voided.proof == call
    assert voided.challenger == challenger.address
    assert not await challenger.read(deployment.ledger, meter_ledger.HasStatement(slot))
    return voided.finding


async def test_a_forged_signature_is_found_and_voids(village: Village) -> None:
    slot = await village.chain.slot() - 1
    closed = village.close(slot, village.read_all(slot))
    forged = replace(closed.leaves[1], signature=replace(closed.leaves[1].signature, r=5))
    leaves = [*closed.leaves]
    leaves[1] = forged
    tree = SumTree([leaf.node(village.domain) for leaf in leaves])
    published, _ = await village.publish(Statement.of(slot, tree))
    true = challenges.ChallengeLeaf(published, to_descent(0, leaves[0], tree.descend(0, 0)))
    with pytest.raises(DeploymentError, match="refused: unfounded"):
        await village.residents[0].account.call(village.community.deployment.challenges, true.calldata())
    challenge = challenges.ChallengeLeaf(published, to_descent(1, forged, tree.descend(0, 1)))
    assert await _checks_void(village, slot, challenge.calldata()) is structs.Finding.WRONG_LEAF


async def test_a_wrong_sum_is_found_and_voids(village: Village) -> None:
    closed = await _closed(village)
    root = closed.tree.root
    lie = Node(root.hash, replace(root.sums, feed_in=closed.leaves[0].reading.commitments[0]))
    statement = replace(closed.statement, sums=lie.sums)
    published, _ = await village.publish(statement)
    step = closed.tree.preimage(closed.tree.height, 0)
    challenge = challenges.ChallengeNode(published, closed.tree.height, 0, (to_step(step),))
    found = await _checks_void(village, statement.slot, challenge.calldata())
    assert found is structs.Finding.WRONG_NODE


async def test_an_off_curve_point_is_found_and_voids(village: Village) -> None:
    slot = await village.chain.slot() - 1
    closed = village.close(slot, village.read_all(slot))
    commitments = (Point(1, 3), *closed.readings[0].reading.commitments[1:])
    reading = replace(closed.readings[0].reading, commitments=commitments)
    leaves = [village.sign(village.residents[0], replace(closed.readings[0], reading=reading), 3)]
    leaves += closed.leaves[1:]
    tree = SumTree([leaf.node(village.domain) for leaf in leaves])
    published, _ = await village.publish(Statement.of(slot, tree))
    challenge = challenges.ChallengeLeaf(published, to_descent(0, leaves[0], tree.descend(0, 0)))
    assert await _checks_void(village, slot, challenge.calldata()) is structs.Finding.WRONG_LEAF


async def test_two_statements_are_found_and_void(village: Village) -> None:
    closed = await _closed(village)
    published, _ = await village.publish(closed.statement)
    other = village.close(closed.statement.slot, closed.readings[:4]).statement
    challenge = challenges.ChallengeTwoStatements(
        published, to_statement(other), village.sign_by_operator(other)
    )
    found = await _checks_void(village, other.slot, challenge.calldata())
    assert found is structs.Finding.TWO_STATEMENTS


async def test_an_unanswered_demand_voids(village: Village) -> None:
    closed = await _closed(village)
    deployment = village.community.deployment
    published, _ = await village.publish(closed.statement)
    curious = village.residents[0].account
    demand = demands.Demand(published, 2, structs.Kind.LEAF, 0)
    await curious.call(deployment.demands, demand.calldata())
    await village.chain.pass_time(1800, 120)
    void = demands.VoidUnanswered(published, 2, structs.Kind.LEAF, 0)
    receipt = await curious.transact(deployment.demands, void.calldata())
    voided = next(e for e in receipt.events if isinstance(e, meter_ledger.StatementVoidedEvent))
    assert voided.finding is structs.Finding.UNANSWERED


async def _include(village: Village, *, lie: bool) -> tuple[structs.Published, ClosedSlot, bytes]:
    """The fifth household includes its reading directly, sealed honestly or not, in a slot that leaves it out."""
    slot = await village.chain.slot() - 1
    readings = village.read_all(slot)
    closed = village.close(slot, readings[:4])
    published, _ = await village.publish(closed.statement)
    resident, opened = village.residents[4], readings[4]
    openings = opened.openings
    if lie:
        openings = (Opening(openings[0].value + 1, openings[0].blinding), *openings[1:])
    sealed = seal(resident.secret, opened.reading, openings, OPERATOR_KEY.public)
    call = direct_inclusion.Include(
        to_reading(opened.reading),
        to_signature(village.sign(resident, opened).signature),
        to_sealed(sealed),
        published,
    )
    return published, ClosedSlot(readings, closed.leaves, closed.tree, closed.statement), call.calldata()


async def test_direct_inclusion_counts_like_a_leaf(village: Village) -> None:
    published, closed, call = await _include(village, lie=False)
    deployment, resident = village.community.deployment, village.residents[4]
    receipt = await resident.account.transact(deployment.direct_inclusion, call)
    event = next(e for e in receipt.events if isinstance(e, direct_inclusion.ReadingIncludedEvent))
    reading = closed.readings[4].reading
    assert from_reading(event.reading) == reading
    sealed = from_sealed(event.openings)
    stored = await resident.account.read(
        deployment.direct_inclusion, direct_inclusion.Inclusions(reading.slot, reading.meter)
    )
    assert stored == inclusion_hash(reading.struct_hash(), sealed, event.included_at, event.included_block)
    await village.finalize()
    opening = netting.Open(
        published,
        to_opening(closed.sum_opening(Register.WITHDRAWAL_REST)),
        to_opening(closed.sum_opening(Register.FEED_IN_REST)),
    )
    await village.community.operator.call(deployment.netting, opening.calldata())
    inclusion = structs.Inclusion(sealed.hash(), event.included_at, event.included_block)
    share = netting.VerifyShare(
        to_direct_anchor(published, reading, inclusion),
        structs.Side.FEED_IN,
        to_opening(closed.readings[4].openings[Register.FEED_IN_REST]),
    )
    assert await resident.account.read(deployment.netting, share) == (285 << 32, 0)


async def test_the_operator_proves_a_false_seal_and_no_other(village: Village) -> None:
    published, closed, call = await _include(village, lie=True)
    deployment, resident, operator = (
        village.community.deployment,
        village.residents[4],
        village.community.operator,
    )
    receipt = await resident.account.transact(deployment.direct_inclusion, call)
    event = next(e for e in receipt.events if isinstance(e, direct_inclusion.ReadingIncludedEvent))
    reading, sealed = closed.readings[4].reading, from_sealed(event.openings)
    proof = OPERATOR_KEY.prove(village.domain, reading.struct_hash(), sealed)
    exclude = direct_inclusion.ExcludeFalse(
        published,
        to_reading(reading),
        structs.Inclusion(sealed.hash(), event.included_at, event.included_block),
        to_sealed(sealed),
        to_disclosure(OPERATOR_KEY.shared(sealed), proof),
    )
    lie = replace(exclude, disclosure=replace(exclude.disclosure, response=1))
    with pytest.raises(DeploymentError, match="refused: wrong disclosure"):
        await operator.call(deployment.direct_inclusion, lie.calldata())
    await operator.call(deployment.direct_inclusion, exclude.calldata())
    included = direct_inclusion.Inclusions(reading.slot, reading.meter)
    assert await operator.read(deployment.direct_inclusion, included) == bytes(32)


async def test_a_seal_to_another_key_is_refused(village: Village) -> None:
    _, _, call = await _include(village, lie=False)
    include = direct_inclusion.Include.of_calldata(call)
    wrong = replace(include, openings=replace(include.openings, operator_key=(1, 2)))
    with pytest.raises(DeploymentError, match="refused: malformed seal"):
        await village.residents[4].account.call(
            village.community.deployment.direct_inclusion, wrong.calldata()
        )


async def test_running_registers_become_certificates(village: Village) -> None:
    slot = await village.chain.slot() - 2
    deployment, resident = village.community.deployment, village.residents[3]
    first = village.close(slot, village.read_all(slot))
    second = village.close(slot + 1, village.read_all(slot + 1, first.readings))
    first_published, _ = await village.publish(first.statement)
    second_published, _ = await village.publish(second.statement)
    await village.finalize()
    before, after = first.readings[3].running, second.readings[3].running
    claim = renewable_energy_account.Claim(
        to_anchor(first_published, first.leaves[3], first.tree.prove(3)),
        to_anchor(second_published, second.leaves[3], second.tree.prove(3)),
        to_opening(after.feed_in - before.feed_in),
        to_opening(after.generation - before.generation),
    )
    with pytest.raises(DeploymentError, match="refused: not the household"):
        await village.residents[0].account.call(deployment.account, claim.calldata())
    receipt = await resident.account.transact(deployment.account, claim.calldata())
    issued = next(e for e in receipt.events if isinstance(e, certificates.CertificatesIssuedEvent))
    assert issued.watt_hours == 70 * 3 + 5
    assert issued.certificate.meter == resident.meter
    redeem = certificates.Redeem(
        resident.account.address, issued.id, 100, resident.account.address, "own use"
    )
    await resident.account.call(deployment.certificates, redeem.calldata())
    balance = certificates.BalanceOf(resident.account.address, issued.id)
    assert await resident.account.read(deployment.certificates, balance) == 115
    with pytest.raises(DeploymentError, match="refused: credited already"):
        await resident.account.call(deployment.account, claim.calldata())


async def test_nothing_published_is_what_the_contracts_take_for_nothing(village: Village) -> None:
    slot = await village.chain.slot() - 1
    opened = village.read_all(slot)[4]
    resident, deployment = village.residents[4], village.community.deployment
    sealed = seal(resident.secret, opened.reading, opened.openings, OPERATOR_KEY.public)
    include = direct_inclusion.Include(
        to_reading(opened.reading),
        to_signature(village.sign(resident, opened).signature),
        to_sealed(sealed),
        nothing_published(slot),
    )
    with pytest.raises(DeploymentError, match="refused: too early"):
        await resident.account.call(deployment.direct_inclusion, include.calldata())
    await village.chain.pass_time(900, 1)
    await resident.account.call(deployment.direct_inclusion, include.calldata())
