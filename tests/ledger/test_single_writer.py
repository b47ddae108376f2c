"""At any time one copy of a household's keys signs, and no slot is signed twice."""

import hashlib
from dataclasses import dataclass, field
from dataclasses import replace as changed

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openems_bridge.ledger.single_writer import (
    Decision,
    Evidence,
    MaySign,
    OwnJournal,
    ReadOnly,
    ReadOnlyReason,
    SeenReading,
    Witness,
    decide,
)

OURS, OTHERS = "instance-of-this-machine", "instance-of-the-old-machine"
JOURNAL = OwnJournal(last_signer=OURS, last_slot=100, first_slot=10, next_nonce=7)
SILENCE = Evidence(operator_answered=False, chain_answered=False)


def _seen(slot: int, *, in_journal: bool, witness: Witness = Witness.OPERATOR) -> SeenReading:
    return SeenReading(
        witness=witness, slot=slot, hash=hashlib.sha256(b"%d" % slot).digest(), in_journal=in_journal
    )


def _heard(*seen: SeenReading, nonce: int | None = 7) -> Evidence:
    return Evidence(operator_answered=True, chain_answered=True, seen=seen, chain_nonce=nonce)


def _reason(decision: Decision) -> ReadOnlyReason:
    assert isinstance(decision, ReadOnly)
    return decision.reason


def test_the_original_goes_on_after_its_last_slot() -> None:
    assert decide(OURS, JOURNAL, _heard(_seen(100, in_journal=True)), 105) == MaySign(101)


def test_the_original_goes_on_while_nobody_answers() -> None:
    assert decide(OURS, JOURNAL, SILENCE, 105) == MaySign(101)


def test_the_original_goes_on_when_its_last_readings_did_not_arrive() -> None:
    assert decide(OURS, JOURNAL, _heard(_seen(97, in_journal=True)), 105) == MaySign(101)


@pytest.mark.parametrize("slot", [60, 100, 101, 140])
@pytest.mark.parametrize("witness", list(Witness))
def test_the_original_stops_when_somebody_else_signed(slot: int, witness: Witness) -> None:
    decision = decide(OURS, JOURNAL, _heard(_seen(slot, in_journal=False, witness=witness)), 105)
    assert decision == ReadOnly(ReadOnlyReason.SECOND_BRIDGE, {"witness": witness, "slot": slot})


def test_one_known_witness_does_not_excuse_the_other() -> None:
    heard = _heard(_seen(100, in_journal=True), _seen(99, in_journal=False, witness=Witness.CHAIN))
    assert _reason(decide(OURS, JOURNAL, heard, 105)) is ReadOnlyReason.SECOND_BRIDGE


def test_the_original_stops_when_somebody_else_sent_transactions() -> None:
    decision = decide(OURS, JOURNAL, _heard(_seen(100, in_journal=True), nonce=8), 105)
    assert decision == ReadOnly(ReadOnlyReason.FOREIGN_TRANSACTIONS, {"own_nonce": 7, "chain_nonce": 8})


@pytest.mark.parametrize("nonce", [None, 0, 6, 7])
def test_own_transactions_on_their_way_are_no_reason_to_stop(nonce: int | None) -> None:
    assert decide(OURS, JOURNAL, _heard(_seen(100, in_journal=True), nonce=nonce), 105) == MaySign(101)


@pytest.mark.parametrize(("operator", "chain"), [(False, False), (False, True), (True, False)])
def test_a_restored_copy_waits_for_both_witnesses(operator: bool, chain: bool) -> None:
    journal = changed(JOURNAL, last_signer=OTHERS, first_slot=None)
    evidence = Evidence(operator_answered=operator, chain_answered=chain)
    missing = Witness.CHAIN if operator else Witness.OPERATOR
    assert decide(OURS, journal, evidence, 105) == ReadOnly(ReadOnlyReason.NOT_COMPARED, {"witness": missing})


def test_a_restored_copy_begins_with_the_running_slot_although_the_last_one_seen_is_older() -> None:
    journal = changed(JOURNAL, last_signer=OTHERS, first_slot=None)
    heard = _heard(_seen(100, in_journal=True), nonce=31)
    assert decide(OURS, journal, heard, 105) == MaySign(105)


def test_a_restored_copy_builds_on_what_the_other_one_signed_after_the_backup() -> None:
    journal = changed(JOURNAL, last_signer=OTHERS, first_slot=None)
    last = _seen(104, in_journal=False)
    heard = _heard(last, _seen(103, in_journal=False, witness=Witness.CHAIN))
    assert decide(OURS, journal, heard, 105) == MaySign(105, follow=last)


def test_a_lost_journal_is_a_copy() -> None:
    last = _seen(104, in_journal=False)
    assert decide(OURS, OwnJournal(), _heard(last), 105) == MaySign(105, follow=last)
    assert _reason(decide(OURS, OwnJournal(), SILENCE, 105)) is ReadOnlyReason.NOT_COMPARED


def test_a_new_meter_begins_with_the_running_slot() -> None:
    assert decide(OURS, OwnJournal(), _heard(nonce=0), 105) == MaySign(105)


def test_after_taking_over_the_others_past_is_no_second_bridge_but_its_future_is() -> None:
    taken_over = OwnJournal(last_signer=OURS, last_slot=105, first_slot=105, next_nonce=31)
    past = (_seen(104, in_journal=False), _seen(103, in_journal=False, witness=Witness.CHAIN))
    assert decide(OURS, taken_over, _heard(*past, nonce=31), 106) == MaySign(106)
    assert _reason(decide(OURS, taken_over, _heard(_seen(105, in_journal=False), nonce=31), 106)) is (
        ReadOnlyReason.SECOND_BRIDGE
    )


@dataclass
class _Copy:
    """A bridge that does as it is told: it signs every slot it may, and submits it."""

    instance: str
    journal: dict[int, tuple[str, bytes]] = field(default_factory=dict)

    def own(self) -> OwnJournal:
        last = max(self.journal, default=None)
        first = min(
            (slot for slot, (signer, _) in self.journal.items() if signer == self.instance), default=None
        )
        return OwnJournal(
            last_signer=None if last is None else self.journal[last][0], last_slot=last, first_slot=first
        )


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_two_copies_that_live_at_once_never_get_two_readings_of_a_slot_accepted(
    slots: list[tuple[bool, bool, bool]],
) -> None:
    """Each slot: does the old one run, does the new one run, does the old one ask first?"""
    backup = {5: (OTHERS, b"5")}
    old, new = _Copy(OTHERS, dict(backup)), _Copy(OURS, dict(backup))
    accepted = {5: b"5"}
    for slot, (old_runs, new_runs, old_first) in enumerate(slots, start=6):
        running = [copy for copy, runs in ((old, old_runs), (new, new_runs)) if runs]
        for copy in running if old_first else reversed(running):
            last = max(accepted)
            known = any(hash_ == accepted[last] for _, hash_ in copy.journal.values())
            seen = SeenReading(witness=Witness.OPERATOR, slot=last, hash=accepted[last], in_journal=known)
            decision = decide(copy.instance, copy.own(), _heard(seen, nonce=None), slot)
            if isinstance(decision, MaySign) and decision.from_slot <= slot:
                assert slot not in accepted, "a slot that is taken is never signed again"
                reading = f"{copy.instance} {slot}".encode()
                copy.journal[slot] = (copy.instance, reading)
                accepted[slot] = reading
