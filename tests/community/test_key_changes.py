"""A meter gets another key: asked for over the API, brought to the registry, used."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from community.members.key_changes import keep
from community.members.registrar import delayed_slot
from community.readings.desk import SignedReceipt
from community.store import key_changes
from community.store.key_changes import KeyChangeStatus
from dems_protocol.registry_changes import SignedKeyChange
from dems_protocol.signatures import Scheme, SoftwareSigner
from tests.community.households import Household, hexed, number
from tests.community.shop import FACTS, Shop, open_shop
from tests.community.town import Town

NEW = SoftwareSigner.from_private_key(Scheme.P256, number("a new meter key"))
ANNA, BERT = Household("anna", FACTS.domain), Household("bert", FACTS.domain)


@pytest.fixture
async def shop(tmp_path: Path, real_sockets: None) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path) as shop:
        for household in (ANNA, BERT):
            shop.register(household, shop.slot - 5)
        yield shop


def signed(household: Household, first_slot: int, **more: Any) -> SignedKeyChange:
    key = more.pop("key", NEW.public_key)
    return household.key_change(FACTS.chain_id, FACTS.addresses.registry, key, first_slot, **more)


async def test_a_change_is_kept_once_whatever_is_asked_again(shop: Shop) -> None:
    change = signed(ANNA, shop.slot + 2)
    answer = await shop.post("/v1/key-changes", change.to_json())
    assert answer == (
        202,
        {
            "meter": hexed(ANNA.meter),
            "key": hexed(NEW.public_key.key_id()),
            "from": shop.slot + 2,
            "status": "waiting",
            "reason": None,
        },
    )
    assert await shop.post("/v1/key-changes", change.to_json()) == answer
    assert await shop.database.run(key_changes.waiting) == [change]

    later = signed(ANNA, shop.slot + 3)
    await shop.post("/v1/key-changes", later.to_json())
    assert await shop.database.run(key_changes.waiting) == [later], "the newest counts"

    await shop.database.run(key_changes.end, later, KeyChangeStatus.REFUSED, "because")
    _, told = await shop.post("/v1/key-changes", later.to_json())
    assert (told["status"], told["reason"]) == ("refused", "because")


async def test_what_the_registry_would_refuse_is_refused_at_once(shop: Shop) -> None:
    coming = shop.slot + 2
    stranger = Household("stranger", FACTS.domain)
    unsigned = signed(ANNA, coming).to_json()
    del unsigned["signature"]
    for document, expected in (
        (signed(stranger, coming).to_json(), (422, "not-registered")),
        (signed(ANNA, coming, key=BERT.meter_key.public_key).to_json(), (409, "key-taken")),
        (signed(ANNA, shop.slot).to_json(), (422, "wrong-slot")),
        (signed(ANNA, coming, nonce=1).to_json(), (422, "bad-signature")),
        (replace(signed(BERT, coming), meter=ANNA.meter).to_json(), (422, "bad-signature")),
        (unsigned, (422, "invalid")),
        ({"meter": 7}, (422, "invalid")),
    ):
        status, problem = await shop.post("/v1/key-changes", document)
        assert (status, problem["type"].removeprefix("urn:dems:problem:")) == expected
    assert await shop.database.run(key_changes.waiting) == []


async def test_the_registry_gets_the_key_and_the_meter_goes_on_with_it(town: Town) -> None:
    signing, silent, forging = await town.settle_in(3)
    slot, facts = town.slot, town.facts
    await town.end_slot(slot)
    await town.read_all(slot)
    begins, delayed = slot + 3, delayed_slot(facts, town.clock.now)
    keys = [SoftwareSigner.from_private_key(Scheme.P256, number(f"new key {i}")) for i in range(3)]
    changes = [
        household.key_change(facts.chain_id, facts.addresses.registry, key.public_key, begins)
        for household, key in zip(town.households, keys, strict=True)
    ]
    changes[1] = replace(changes[1], first_slot=delayed, signature=None)
    changes[2] = replace(changes[2], signature=changes[0].signature)
    for change in changes:
        await town.database.run(keep, change, int(town.clock.now))
    await town.settle()

    found = [await town.database.run(key_changes.of_meter, household.meter) for household in town.households]
    assert [each.status.value for each in found if each] == ["registered", "registered", "refused"]
    assert found[2] is not None
    assert "not signed by household" in str(found[2].reason)
    registry = town.follower.registry
    for household, key, first in ((signing, keys[0], begins), (silent, keys[1], delayed)):
        assert registry.planned_key(household.meter) == key.public_key
        before = registry.record_at(household.meter, first - 1)
        assert before is not None
        assert before.key == household.meter_key.public_key
    kept = registry.planned_key(forging.meter)
    assert kept == forging.meter_key.public_key

    await town.end_slot(begins)
    signing.meter_key = keys[0]
    receipt = await town.submit(signing, signing.read(begins, withdrawal=70, feed_in=30))
    assert isinstance(receipt, SignedReceipt), receipt
