"""How a membership goes on: the operator answers, the registry decides."""

from dataclasses import replace
from datetime import date

import pytest

from dems_protocol.plants import PlantKind
from openems_bridge.ledger.membership import answered, meter_id, registered
from openems_bridge.ledger.membership_state import Membership, MembershipStatus
from openems_bridge.ledger.operator_client import EnrolmentAnswer
from openems_bridge.ledger.plant import Plant
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


def test_a_membership_of_an_earlier_version_is_read_on() -> None:
    """Before the enrolment told the plant's kind, day and unit, and a meter could get another key."""
    document = MEMBERSHIP.to_json()
    words = bytes.fromhex(str(document["enrolment"]))
    document["enrolment"] = (words[: 9 * 32] + words[12 * 32 :]).hex()
    for later in ("registered_key", "key_since", "key_asked_for"):
        del document[later]
    assert Membership.from_json(document) == MEMBERSHIP
    assert MEMBERSHIP.key_id == MEMBERSHIP.enrolment.key.key_id()


def test_what_is_told_of_a_plant_fits_together() -> None:
    assert Plant().plant_kind is PlantKind.NONE
    assert Plant(plant_power=5000).plant_kind is PlantKind.SOLAR
    assert Plant(plant_power=5000, kind=PlantKind.WIND).plant_kind is PlantKind.WIND
    for wrong in (
        {"kind": PlantKind.WIND},
        {"unit": "SEE984033548619"},
        {"commissioned": date(2020, 5, 1)},
        {"plant_power": 5000, "kind": PlantKind.NONE},
        {"plant_power": 5000, "unit": "SEE984033548610"},
        {"plant_power": 5000, "commissioned": date(1950, 5, 1)},
    ):
        with pytest.raises(ValueError, match=r"."):
            Plant(**wrong)
