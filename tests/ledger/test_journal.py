"""The journal of own readings: once a slot, never two that contradict."""

from dataclasses import replace

import pytest

from dems_protocol.leaves import Leaf, find_leaf_faults
from dems_protocol.readings import find_chain_faults, find_opening_faults
from openems_bridge.ledger import journal, settlement
from openems_bridge.ledger.journal import SlotSignedAlready
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.own_reading import Delivery, Refusal
from openems_bridge.ledger.pruning import prune
from openems_bridge.ledger.settlement import Settlement
from openems_bridge.ledger.signing import energy_of
from openems_bridge.ledger.slot_phase import Phase
from tests.ledger.samples import DOMAIN, MEMBERSHIP, PEDERSEN, RECORD, chain, memory, pen, signed


def test_a_reading_comes_back_as_it_was_signed() -> None:
    connection = memory()
    own = replace(
        signed(100),
        delivery=Delivery.REFUSED,
        tried_at=1.5,
        refusal=Refusal("above-plant", {"register": "feed_in", "wh": 7}, False),
    )
    journal.add_reading(connection, own)
    assert journal.by_hash(connection, own.hash) == own
    assert find_leaf_faults(Leaf(own.reading, 0, own.signature), DOMAIN, 100, RECORD) == []
    assert find_opening_faults(PEDERSEN, own.reading, own.openings) == []


def test_a_slot_is_signed_once() -> None:
    connection = memory()
    journal.add_reading(connection, signed(100))
    with pytest.raises(SlotSignedAlready):
        journal.add_reading(connection, signed(100, withdrawal=101))
    assert [own.openings[1].value for own in journal.of_slot(connection, 100)] == [100]


def test_what_is_followed_is_not_replaced() -> None:
    connection = memory()
    first, second = chain(range(100, 102))
    journal.add_readings(connection, [first, second])
    with pytest.raises(SlotSignedAlready, match="follows"):
        journal.add_reading(connection, signed(100, revision=1))


def test_a_chain_is_replaced_as_a_whole_and_keeps_its_energy() -> None:
    connection = memory()
    accepted = signed(99)
    readings = chain(range(100, 104))
    journal.add_reading(connection, accepted)
    journal.add_readings(connection, readings)
    anew = pen().rewrite(accepted.opened(), readings, now=5.0)
    journal.add_readings(connection, anew)

    in_force = list(journal.in_force(connection, 100, 200))
    assert in_force == anew
    assert [own.reading.revision for own in in_force] == [1, 1, 1, 1]
    assert [energy_of(own) for own in in_force] == [energy_of(own) for own in readings]
    previous = accepted
    for own in in_force:
        assert find_chain_faults(own.reading, previous.reading) == []
        previous = own
    assert journal.last_reading(connection) == anew[-1]


def test_a_refused_reading_is_not_followed() -> None:
    connection = memory()
    first, second = chain(range(100, 102))
    journal.add_readings(connection, [first, second])
    journal.change_reading(
        connection, replace(second, delivery=Delivery.REFUSED, refusal=Refusal("bad-signature", {}, True))
    )
    assert journal.last_reading(connection) == first
    last = journal.last_signed(connection)
    assert last is not None
    assert last.slot == 101


def test_the_first_try_is_noted_once() -> None:
    connection = memory()
    own = signed(100)
    journal.add_reading(connection, own)
    tried = journal.note_tried(connection, own, 5.0)
    assert journal.note_tried(connection, tried, 9.0).tried_at == 5.0
    (waiting,) = journal.undelivered(connection)
    assert waiting.tried_at == 5.0


def test_the_membership_survives_a_restart() -> None:
    connection = memory()
    assert journal.load_membership(connection) is None
    membership = replace(MEMBERSHIP, secret=b"\x99" * 16, reason="why")
    journal.keep_membership(connection, membership)
    assert journal.load_membership(connection) == membership
    assert "9999" not in repr(membership), "the invitation's secret is not shown"
    assert Membership.from_json(membership.to_json()) == membership


def test_old_slots_are_pruned_but_never_the_last_reading() -> None:
    connection = memory()
    assert prune(connection, 9e9) == 0
    journal.keep_membership(connection, MEMBERSHIP)
    two_years = 2 * 366 * 96
    old, new = signed(100), signed(101 + two_years)
    journal.add_readings(connection, [old])
    settlement.keep(connection, Settlement(slot=100, phase=Phase.UNNETTED), 1.0)
    assert prune(connection, 9e9) == 0, "a clock of another decade does not empty the journal"
    journal.add_readings(connection, [new])
    assert prune(connection, 9e9) == 2
    assert journal.after(connection, -1) == [new]
