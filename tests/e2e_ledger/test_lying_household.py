"""A household that lies: it is refused with a reason, or loses its deposit, and no slot falls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from dems_node.chain import journal
from dems_node.chain.transactions import Intent, State, Transaction
from dems_protocol.commitments import CommitmentContext, Opening, Register
from dems_protocol.contracts import challenges, meter_ledger, netting
from dems_protocol.contracts.conversions import (
    to_descent,
    to_published,
    to_reading,
    to_sealed,
    to_signature,
)
from dems_protocol.contracts.demo_currency import Approve
from dems_protocol.contracts.direct_inclusion import Include
from dems_protocol.curve import ORDER, Point
from dems_protocol.readings import OpenedReading, Reading, ReadingFactory, SlotEnergy, advance_registers
from dems_protocol.sealing import seal
from dems_protocol.signatures import Signature
from dems_protocol.statements import build_tree
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.ledger.operator_client import OperatorRefused
from tests.community.households import PEDERSEN
from tests.e2e_ledger.household import Household
from tests.e2e_ledger.quarter import Quarter

SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
TRUE = SlotEnergy(withdrawal_rest=300, feed_in_rest=200, generation=250)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What a liar sends as an opening: any numbers."""

    value: int
    blinding: int


class _Liar:
    """A registered household whose bridge was replaced by something else. It has signed nothing so far."""

    def __init__(self, household: Household, domain: LedgerDomain) -> None:
        self.household = household
        self.domain = domain

    def read(self, slot: int, energy: SlotEnergy = TRUE) -> OpenedReading:
        """Return a true reading."""
        factory = ReadingFactory(
            pedersen=PEDERSEN,
            domain=self.domain,
            meter=self.household.membership.meter,
            key=self.household.keys.meter.public_key.key_id(),
            secret=self.household.keys.secret,
        )
        return factory.build(slot, energy)

    def read_values(self, slot: int, register: Register, value: int) -> tuple[Reading, list[_Opening]]:
        """Return a reading that commits to any number, negative or huge."""
        true = self.read(slot)
        context = CommitmentContext(self.domain, true.reading.meter, slot, 0)
        blinding = self.household.keys.secret.opening(context, register, 7).blinding
        commitments = list(true.reading.commitments)
        commitments[register] = PEDERSEN.combine(value % ORDER, blinding)
        openings = [_Opening(opening.value, opening.blinding) for opening in true.openings]
        openings[register] = _Opening(value, blinding)
        reading = replace(
            true.reading,
            commitments=tuple(commitments),
            running=advance_registers(None, tuple(commitments)),
        )
        return reading, openings

    def sign(self, reading: Reading, domain: LedgerDomain | None = None) -> Signature:
        """Return its meter's signature."""
        return self.household.keys.meter.sign((domain or self.domain).digest(reading.struct_hash()))

    async def submit(self, reading: Reading, signature: Signature, openings: Sequence[Any]) -> str:
        """Submit it; return the code of the refusal, ``accepted`` where there is none."""
        try:
            await self.household.operator.submit(
                reading, signature, cast("tuple[Opening, ...]", tuple(openings))
            )
        except OperatorRefused as refused:
            return refused.code if refused.detail else f"{refused.code} without a reason"
        return "accepted"

    async def transact(self, key: str, to: bytes, data: bytes) -> None:
        """Order a transaction of its account."""
        await self.household.parts.performer.submit(Intent(key=key, to=to, data=data, subject=key))

    async def became(self, key: str) -> Transaction:
        """Return what became of a transaction."""
        found = await self.household.database.run(journal.by_key, self.household.parts.performer.account, key)
        assert found is not None
        return found


def _liar(quarter: Quarter) -> _Liar:
    household = quarter.households[2]  # secp256k1, with a plant
    return _Liar(household, quarter.operator.base.facts.domain)


async def _end_with_a_liar(quarter: Quarter, slot: int) -> None:
    """Let a slot end in which everybody but the liar delivers."""
    await quarter.move_to(quarter.grid.end(slot) + 60)
    for household in quarter.households:
        if household is not quarter.households[2]:
            quarter.measured.setdefault(slot, {})[household.house.number] = await household.measure(slot)
            await household.account()


async def test_false_readings_are_refused_with_a_reason(quarter: Quarter) -> None:
    liar, first = _liar(quarter), quarter.slot
    await quarter.move_to(quarter.grid.end(first))
    slot = first + 1
    await _end_with_a_liar(quarter, slot)
    true = liar.read(slot)
    reading, signature, openings = true.reading, liar.sign(true.reading), true.openings
    earlier = liar.read(first).reading
    high = Signature(signature.r, SECP256K1_ORDER - signature.s, 55 - signature.v)
    off_curve = replace(reading, commitments=(*reading.commitments[:4], Point(1, 1)))
    negative, negative_openings = liar.read_values(slot, Register.WITHDRAWAL_REST, -5)
    huge, huge_openings = liar.read_values(slot, Register.FEED_IN_REST, 1 << 32)
    above = liar.read(slot, SlotEnergy(withdrawal_rest=0, feed_in_rest=90_000, generation=90_000))
    false = (*openings[:1], Opening(openings[1].value + 1, openings[1].blinding), *openings[2:])
    other_chain = LedgerDomain(1, liar.domain.ledger)

    assert {
        "bad signature": await liar.submit(reading, liar.sign(earlier), openings),
        "high s": await liar.submit(reading, high, openings),
        "replay in another slot": await liar.submit(
            replace(earlier, slot=slot), liar.sign(earlier), liar.read(first).openings
        ),
        "replay from another chain": await liar.submit(reading, liar.sign(reading, other_chain), openings),
        "slot that is not over": await _submit_true(liar, quarter.slot + 1),
        "negative": await liar.submit(negative, liar.sign(negative), negative_openings),
        "huge": await liar.submit(huge, liar.sign(huge), huge_openings),
        "above the plant": await liar.submit(above.reading, liar.sign(above.reading), above.openings),
        "false opening": await liar.submit(reading, signature, false),
        "off the curve": await liar.submit(off_curve, liar.sign(off_curve), openings),
    } == {
        "bad signature": "bad-signature",
        "high s": "bad-signature",
        "replay in another slot": "bad-signature",
        "replay from another chain": "bad-signature",
        "slot that is not over": "wrong-slot",
        "negative": "out-of-range",
        "huge": "out-of-range",
        "above the plant": "above-plant",
        "false opening": "bad-opening",
        "off the curve": "bad-point",
    }

    # None of it was kept: the true reading is the meter's first one, and a repeat of it changes nothing.
    assert await liar.submit(reading, signature, openings) == "accepted"
    assert await liar.submit(reading, signature, openings) == "accepted"
    await quarter.publish(slot)
    view = await quarter.operator.view(slot)
    assert view.chain.published is not None
    assert view.chain.published.statement.count == len(quarter.households)
    assert view.chain.finding is None


async def _submit_true(liar: _Liar, slot: int) -> str:
    true = liar.read(slot)
    return await liar.submit(true.reading, liar.sign(true.reading), true.openings)


async def test_a_direct_inclusion_with_a_false_opening_costs_its_deposit(quarter: Quarter) -> None:
    liar, slot = _liar(quarter), quarter.slot
    facts = quarter.operator.base.facts
    await quarter.give_money(liar.household, facts.inclusion_deposit)
    await _end_with_a_liar(quarter, slot)
    await quarter.publish(slot)
    true = liar.read(slot)
    lie = (*true.openings[:1], Opening(1, true.openings[1].blinding), *true.openings[2:])
    sealed = seal(liar.household.keys.secret, true.reading, lie, quarter.operator.keys.sealing.newest.public)
    view = await quarter.operator.view(slot)
    assert view.chain.published is not None
    stated = view.chain.published
    published = to_published(stated.statement, stated.published_at, stated.published_block)
    contracts = liar.household.membership.community.contracts
    deposit = facts.inclusion_deposit
    await liar.transact("allow", contracts.currency, Approve(contracts.ledger, deposit).calldata())
    await liar.transact("deposit", contracts.ledger, meter_ledger.Deposit(deposit).calldata())
    call = Include(
        to_reading(true.reading), to_signature(liar.sign(true.reading)), to_sealed(sealed), published
    )
    await liar.transact("include", facts.direct_inclusion, call.calldata())
    await liar.household.follow()
    assert (await liar.became("include")).state in (State.MINED, State.FINAL)

    await quarter.operator.settle()
    view = await quarter.operator.view(slot)
    assert view.chain.inclusions == {}
    assert view.chain.finding is None
    left = await quarter.operator.base.client.read(
        contracts.ledger, meter_ledger.BalanceOf(liar.household.membership.household)
    )
    assert left == 0
    await quarter.let_window_pass()
    found = await quarter.operator.base.client.read(contracts.netting, netting.Sums(slot))
    assert found == (*quarter.sums(slot), True)


async def test_an_unfounded_challenge_voids_nothing(quarter: Quarter) -> None:
    liar, slot = _liar(quarter), quarter.slot
    operator = quarter.operator
    await quarter.end(slot)
    bond = await operator.bond()
    await quarter.publish(slot)
    await quarter.all_follow()
    checked = (await liar.household.view(slot)).checked
    view = await operator.view(slot)
    assert checked is not None
    assert checked.own is not None
    assert view.chain.published is not None
    stated = view.chain.published
    leaves = await liar.household.operator.leaves(slot)

    tree = build_tree(liar.domain, leaves)
    index = checked.own[1].index
    call = challenges.ChallengeLeaf(
        to_published(stated.statement, stated.published_at, stated.published_block),
        to_descent(index, leaves[index], tree.descend(0, index)),
    )
    await liar.transact("challenge", operator.base.facts.challenges, call.calldata())
    await liar.household.follow()
    became = await liar.became("challenge")
    assert became.state is State.REFUSED
    assert became.error is not None
    await operator.settle()
    assert (await operator.view(slot)).chain.finding is None
    assert await operator.bond() == bond
