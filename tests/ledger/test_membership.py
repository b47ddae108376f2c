"""How a membership goes on: the operator answers, the registry decides."""

from dataclasses import replace

import pytest

from openems_bridge.ledger.membership import answered, meter_id, registered
from openems_bridge.ledger.membership_state import MembershipStatus
from openems_bridge.ledger.operator_client import EnrolmentAnswer
from tests.ledger.samples import HOUSEHOLD, MEMBERSHIP

JOINING = replace(MEMBERSHIP, status=MembershipStatus.JOINING, secret=b"s" * 16, since_slot=None)
WAITING = replace(JOINING, status=MembershipStatus.WAITING, secret=None)
OTHER, NOBODY = b"\x99" * 20, bytes(20)


@pytest.mark.parametrize("said", ["waiting", "member"])
def test_the_operators_word_alone_makes_no_member(said: str) -> None:
    assert answered(JOINING, EnrolmentAnswer(said, None)) == WAITING
    assert answered(WAITING, EnrolmentAnswer(said, None)) == WAITING


@pytest.mark.parametrize(
    ("said", "status"), [("refused", MembershipStatus.REFUSED), ("left", MembershipStatus.LEFT)]
)
def test_an_end_is_an_end_with_its_reason(said: str, status: MembershipStatus) -> None:
    ended = answered(replace(WAITING, leaving=True), EnrolmentAnswer(said, "no plant"))
    assert (ended.status, ended.reason, ended.leaving, ended.secret) == (status, "no plant", False, None)


def test_the_registry_makes_a_member_and_ends_it() -> None:
    assert registered(WAITING, NOBODY, 0, 80) == WAITING
    assert registered(WAITING, OTHER, 70, 80) == WAITING, "the meter is somebody else's"
    member = registered(WAITING, HOUSEHOLD, 78, 80)
    assert (member.status, member.since_slot) == (MembershipStatus.MEMBER, 78)
    assert registered(member, HOUSEHOLD, 78, 81) is member
    left = registered(replace(member, leaving=True), NOBODY, 90, 91)
    assert (left.status, left.until_slot, left.leaving) == (MembershipStatus.LEFT, 91, False)


def test_a_meters_id_follows_from_account_and_key() -> None:
    assert meter_id(HOUSEHOLD, b"k" * 32) == meter_id(HOUSEHOLD, b"k" * 32)
    assert (
        len({meter_id(HOUSEHOLD, b"k" * 32), meter_id(OTHER, b"k" * 32), meter_id(HOUSEHOLD, b"l" * 32)}) == 3
    )
