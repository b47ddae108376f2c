"""The registry as its events tell it."""

from hypothesis import given
from hypothesis import strategies as st

from community.chain.registry import Registry
from dems_protocol.contracts.community_registry import (
    HouseholdChangedEvent,
    KeyChangedEvent,
    OperatorChangedEvent,
    PlantChangedEvent,
)
from dems_protocol.contracts.structs import Plant, Source
from dems_protocol.signatures import PublicKey
from tests.community.households import Household
from tests.protocol.samples import DOMAIN

ANNA, BOB = Household("anna", DOMAIN), Household("bob", DOMAIN)
NOBODY = bytes(20)


def keyed(household: Household, slot: int, key: PublicKey | None = None) -> KeyChangedEvent:
    key = key or household.meter_key.public_key
    return KeyChangedEvent(household.meter, key.key_id(), slot, int(key.scheme), key.x, key.y)


def belongs(household: Household, slot: int, owner: bytes | None = None) -> HouseholdChangedEvent:
    return HouseholdChangedEvent(household.meter, household.address if owner is None else owner, slot)


def test_a_meter_has_its_household_key_and_plant_from_their_slots_on() -> None:
    plant = Plant(7000, 0, 0, Source.SOLAR)
    registry = Registry(
        [belongs(ANNA, 10), keyed(ANNA, 10), PlantChangedEvent(ANNA.meter, 12, plant, bytes(32))]
    )
    assert registry.record_at(ANNA.meter, 9) is None
    found = registry.record_at(ANNA.meter, 11)
    assert found is not None
    assert (found.household, found.key, found.plant_power) == (
        ANNA.address,
        ANNA.meter_key.public_key,
        0,
    )
    later = registry.record_at(ANNA.meter, 12)
    assert later is not None
    planned = registry.planned_plant(ANNA.meter)
    assert planned is not None
    assert later.plant_power == planned.plant.power_watts == 7000
    assert registry.record_at(BOB.meter, 12) is None
    assert registry.first_slot() == 10


def test_whoever_left_is_no_member() -> None:
    registry = Registry([belongs(ANNA, 10), keyed(ANNA, 10), belongs(ANNA, 20, NOBODY)])
    assert registry.is_member(ANNA.address, 19)
    assert not registry.is_member(ANNA.address, 20)
    assert registry.last_household(ANNA.meter) is None
    assert registry.household_from(ANNA.meter) == 20
    assert registry.is_registered(ANNA.meter)


def test_a_moved_meter_belongs_to_the_other_household_only() -> None:
    registry = Registry([belongs(ANNA, 10), keyed(ANNA, 10), belongs(ANNA, 20, BOB.address)])
    assert not registry.is_member(BOB.address, 19)
    assert registry.is_member(BOB.address, 20)
    assert not registry.is_member(ANNA.address, 20)
    assert registry.last_household(ANNA.meter) == BOB.address


def test_a_key_is_known_for_good() -> None:
    registry = Registry([belongs(ANNA, 10), keyed(ANNA, 10), keyed(ANNA, 15, BOB.meter_key.public_key)])
    assert registry.meter_of_key(ANNA.meter_key.public_key) == ANNA.meter
    assert registry.meter_of_key(BOB.meter_key.public_key) == ANNA.meter
    assert registry.planned_key(ANNA.meter) == BOB.meter_key.public_key


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), max_size=12), st.integers(0, 14))
def test_the_last_word_about_the_newest_slot_holds(words: list[tuple[int, int]], asked: int) -> None:
    registry = Registry(OperatorChangedEvent(bytes([name]) * 20, slot) for slot, name in words)
    told: dict[int, int] = dict(words)
    slots = [slot for slot in told if slot <= asked]
    assert registry.operator_at(asked) == (bytes([told[max(slots)]]) * 20 if slots else None)
