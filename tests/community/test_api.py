"""The operator's API over real sockets (docs/operator-api.md)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from community.api.rates import Rate
from community.store import members, readings
from community.store.members import Status
from dems_protocol.leaves import LEAF_WORDS, Leaf, find_leaf_faults
from dems_protocol.signatures import Scheme, Signature, is_signed_by_account
from dems_protocol.statements import Receipt, Statement, build_tree
from tests.community.households import Household, hexed, number
from tests.community.shop import CONSENT, FACTS, Shop, open_shop

CONSENT_HASH = keccak(CONSENT.encode())


@pytest.fixture
async def shop(tmp_path: Path, real_sockets: None) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path) as shop:
        yield shop


def household(name: str = "anna", **more: Any) -> Household:
    return Household(name, FACTS.domain, **more)


async def invite(shop: Shop, name: str) -> bytes:
    secret = number(f"secret {name}").to_bytes(32)[-16:]
    await shop.database.run(members.invite, keccak(secret), name, 1)
    return secret


def problem(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    status, document = answer
    assert document["status"] == status
    assert document["detail"]
    return status, str(document["type"]).removeprefix("urn:dems:problem:")


def settled(shop: Shop, *households: Household) -> int:
    """Register households, let a slot pass, return it."""
    for each in households:
        shop.register(each, shop.slot)
    slot = shop.slot
    shop.clock.now = FACTS.grid.end(slot) + 5
    return slot


# Everybody


async def test_the_community_introduces_itself(shop: Shop) -> None:
    status, info = await shop.get("/v1/info")
    assert status == 200
    assert info["chain_id"] == 31337
    assert info["contracts"]["ledger"] == hexed(FACTS.addresses.ledger)
    assert info["operator"] == hexed(shop.office.account)
    assert info["encryption_key"] == [hexed(n.to_bytes(32)) for n in shop.office.sealing_keys.newest.public]
    assert info["consent"] == {"text": CONSENT, "hash": hexed(CONSENT_HASH)}
    assert (info["slot_seconds"], info["minimum_owners"]) == (900, 5)
    assert info["deadlines"]["publish_seconds"] == 900
    assert await shop.get("/health") == (200, {"status": "ok"})


async def test_nobodys_openings_have_a_path(shop: Shop) -> None:
    assert problem(await shop.get("/v1/consumption")) == (404, "not-found")


async def test_whoever_asks_too_often_waits(tmp_path: Path, real_sockets: None) -> None:
    async with open_shop(tmp_path, rate=Rate(1, 3)) as shop:
        assert [(await shop.get("/health"))[0] for _ in range(4)] == [200, 200, 200, 429]
        shop.clock.now += 2
        assert (await shop.get("/health"))[0] == 200


@pytest.mark.parametrize("body", [7, [], "text", {"reading": "0x00"}, {"reading": 1}, {}])
async def test_malformed_bodies_are_problems(shop: Shop, body: object) -> None:
    for path in ("/v1/readings", "/v1/enrolments"):
        status, kind = problem(await shop.post(path, body))
        assert (status, kind) == (422, "invalid")


async def test_a_body_beyond_64_kib_is_refused(shop: Shop) -> None:
    assert problem(await shop.post("/v1/readings", {"reading": "0" * 70_000})) == (413, "too-large")


# Enrolment


async def test_a_household_enrols_and_waits(shop: Shop) -> None:
    anna = household()
    secret = await invite(shop, "anna")
    body = anna.enrolment_body(anna.enrolment(CONSENT_HASH, secret), secret)

    status, answer = await shop.post("/v1/enrolments", body)
    assert (status, answer["status"]) == (201, "waiting")
    assert await shop.post("/v1/enrolments", body) == (status, answer)
    assert await shop.get(f"/v1/enrolments/{hexed(anna.address)}") == (200, answer)


async def test_a_demo_lets_everybody_in_who_is_invited(tmp_path: Path, real_sockets: None) -> None:
    async with open_shop(tmp_path, auto_approve=True) as shop:
        anna = household()
        secret = await invite(shop, "anna")
        await shop.post("/v1/enrolments", anna.enrolment_body(anna.enrolment(CONSENT_HASH, secret), secret))
        (found,) = await shop.database.run(members.of_household, anna.address)
        assert found.status is Status.APPROVED


async def test_an_invitation_is_good_for_one_household(shop: Shop) -> None:
    anna, bob = household("anna"), household("bob")
    secret = await invite(shop, "anna")
    first = anna.enrolment_body(anna.enrolment(CONSENT_HASH, secret), secret)
    second = bob.enrolment_body(bob.enrolment(CONSENT_HASH, secret), secret)
    assert (await shop.post("/v1/enrolments", first))[0] == 201
    assert problem(await shop.post("/v1/enrolments", second)) == (403, "invitation-unknown")
    assert problem(await shop.get(f"/v1/enrolments/{hexed(bob.address)}")) == (404, "not-found")


async def test_an_invitation_that_nobody_gave_is_refused(shop: Shop) -> None:
    anna = household()
    body = anna.enrolment_body(anna.enrolment(CONSENT_HASH, b"\1" * 16), b"\1" * 16)
    assert problem(await shop.post("/v1/enrolments", body)) == (403, "invitation-unknown")
    secret = await invite(shop, "anna")
    body = anna.enrolment_body(anna.enrolment(CONSENT_HASH, b"\1" * 16), secret)
    assert problem(await shop.post("/v1/enrolments", body)) == (403, "invitation-unknown")


@pytest.mark.parametrize("signature", ["household_signature", "meter_signature"])
async def test_both_keys_must_be_held(shop: Shop, signature: str) -> None:
    anna, mallory = household("anna"), household("mallory")
    secret = await invite(shop, "anna")
    enrolment = anna.enrolment(CONSENT_HASH, secret)
    body = anna.enrolment_body(enrolment, secret)
    body[signature] = mallory.enrolment_body(enrolment, secret)[signature]
    assert problem(await shop.post("/v1/enrolments", body)) == (422, "bad-signature")


async def test_another_text_than_the_operators_is_no_consent(shop: Shop) -> None:
    anna = household()
    secret = await invite(shop, "anna")
    body = anna.enrolment_body(anna.enrolment(bytes(32), secret), secret)
    assert problem(await shop.post("/v1/enrolments", body)) == (422, "consent-differs")


async def test_a_meter_belongs_to_one_household(shop: Shop) -> None:
    anna, bob, carl = household("anna"), household("bob"), household("carl")
    shop.register(anna, shop.slot + 1)
    secrets = [await invite(shop, name) for name in ("bob", "carl", "dora")]
    bob.meter = anna.meter
    body = bob.enrolment_body(bob.enrolment(CONSENT_HASH, secrets[0]), secrets[0])
    assert problem(await shop.post("/v1/enrolments", body)) == (409, "meter-taken")

    carl.meter_key = anna.meter_key
    body = carl.enrolment_body(carl.enrolment(CONSENT_HASH, secrets[1]), secrets[1])
    assert problem(await shop.post("/v1/enrolments", body)) == (409, "meter-taken")


async def test_who_waits_can_leave(shop: Shop) -> None:
    anna = household()
    secret = await invite(shop, "anna")
    await shop.post("/v1/enrolments", anna.enrolment_body(anna.enrolment(CONSENT_HASH, secret), secret))
    path = f"/v1/enrolments/{hexed(anna.address)}/leave"
    assert problem(await shop.post(path, {})) == (401, "unauthorised")
    assert problem(await shop.post(path, {}, household("bob"))) == (403, "not-a-member")
    status, answer = await shop.post(path, {}, anna)
    assert (status, answer["status"]) == (202, "left")


async def test_a_member_leaves_from_the_slot_that_it_signed(shop: Shop) -> None:
    anna, bob = household("anna"), household("bob")
    secret = await invite(shop, "anna")
    enrolment = anna.enrolment(CONSENT_HASH, secret)
    await shop.post("/v1/enrolments", anna.enrolment_body(enrolment, secret))
    await shop.database.run(members.change, enrolment, Status.MEMBER, 1, first_slot=1)
    path = f"/v1/enrolments/{hexed(anna.address)}/leave"

    forged = bob.departure(31337, FACTS.addresses.registry, shop.slot + 1) | {"meter": hexed(anna.meter)}
    assert problem(await shop.post(path, {"changes": [forged]}, anna)) == (422, "bad-signature")
    past = anna.departure(31337, FACTS.addresses.registry, shop.slot)
    assert problem(await shop.post(path, {"changes": [past]}, anna)) == (422, "wrong-slot")

    soon = anna.departure(31337, FACTS.addresses.registry, shop.slot + 1)
    status, answer = await shop.post(path, {"changes": [soon]}, anna)
    assert (status, answer["meters"][0]["until"]) == (202, shop.slot + 1)
    (found,) = await shop.database.run(members.of_household, anna.address)
    assert found.leaving is not None
    assert found.leaving.signature == Signature.decode(bytes.fromhex(str(soon["signature"])[2:]))
    assert (await shop.post(path, {"changes": []}, anna))[1] == answer


# Readings


@pytest.mark.parametrize("scheme", Scheme)
async def test_a_reading_is_kept_before_it_is_answered(shop: Shop, scheme: Scheme) -> None:
    anna = household(scheme=scheme)
    slot = settled(shop, anna)
    opened = anna.read(slot, withdrawal=120, feed_in=7)

    status, answer = await shop.post("/v1/readings", anna.submission_body(opened))

    assert status == 201
    receipt = answer["receipt"]
    assert receipt == {
        "reading": hexed(opened.reading.struct_hash()),
        "meter": hexed(anna.meter),
        "slot": slot,
        "revision": 0,
        "received_at": int(shop.clock.now),
    }
    message = Receipt(opened.reading.struct_hash(), anna.meter, slot, 0, receipt["received_at"])
    signature = Signature.decode(bytes.fromhex(answer["signature"][2:]))
    digest = FACTS.domain.digest(message.struct_hash())
    assert is_signed_by_account(shop.office.account, digest, signature)
    kept = await shop.database.run(readings.by_hash, opened.reading.struct_hash())
    assert kept is not None
    assert kept.openings == opened.openings
    shop.clock.now += 50
    assert await shop.post("/v1/readings", anna.submission_body(opened)) == (status, answer)


async def test_refusals_say_what_was_wrong(shop: Shop) -> None:
    anna, bob = household("anna"), household("bob")
    slot = settled(shop, anna)
    first = anna.build(slot, None, withdrawal=100)
    early = anna.build(shop.slot, None, withdrawal=1)
    stranger = bob.submission_body(bob.build(slot, None))
    sound, forged = anna.submission_body(first), anna.submission_body(first)
    forged["signature"] = hexed(bob.sign(first).encode())
    lie = anna.submission_body(first)
    lie["openings"] = [[1, 1], *sound["openings"][1:]]  # type: ignore[index]
    huge = anna.submission_body(anna.build(slot, None, generation=3000))
    expected: list[tuple[Any, int, str]] = [
        (early, 422, "wrong-slot"),
        (stranger, 422, "not-registered"),
        (forged, 422, "bad-signature"),
        (lie, 422, "bad-opening"),
        (huge, 422, "above-plant"),
    ]
    for given, status, kind in expected:
        body = given if isinstance(given, dict) else anna.submission_body(given)
        assert problem(await shop.post("/v1/readings", body)) == (status, kind)
    assert await shop.database.run(readings.last_of, anna.meter) is None

    assert (await shop.post("/v1/readings", sound))[0] == 201
    other = anna.submission_body(anna.build(slot, None, withdrawal=99))
    assert problem(await shop.post("/v1/readings", other)) == (409, "older-revision")
    shop.clock.now += 900
    fork = anna.submission_body(anna.build(slot + 1, None, withdrawal=99))
    assert problem(await shop.post("/v1/readings", fork)) == (422, "broken-chain")


async def test_two_links_at_once_leave_one_chain(shop: Shop) -> None:
    anna = household()
    slot = settled(shop, anna)
    links = [anna.build(slot, None, withdrawal=energy) for energy in range(1, 9)]
    answers = await asyncio.gather(*(shop.post("/v1/readings", anna.submission_body(link)) for link in links))
    assert sorted(status for status, _ in answers) == [201] + [409] * 7


async def test_a_restored_household_gets_its_last_reading(shop: Shop) -> None:
    anna, bob = household("anna"), household("bob")
    slot = settled(shop, anna, bob)
    path = f"/v1/meters/{hexed(anna.meter)}/last"
    assert problem(await shop.get(path, anna)) == (404, "not-found")
    opened = anna.read(slot, withdrawal=9)
    await shop.post("/v1/readings", anna.submission_body(opened))

    assert problem(await shop.get(path)) == (401, "unauthorised")
    assert problem(await shop.get(path, bob)) == (403, "not-a-member")
    status, answer = await shop.get(path, anna)
    assert status == 200
    assert answer["reading"] == hexed(opened.reading.encode())
    assert (answer["slot"], answer["revision"]) == (slot, 0)


# Slots


async def test_all_leaves_are_served_to_members_and_lead_to_the_signed_root(shop: Shop) -> None:
    households = [household(f"house {i}") for i in range(7)]
    slot = settled(shop, *households)
    for i, each in enumerate(households):
        await shop.post("/v1/readings", each.submission_body(each.read(slot, withdrawal=i, feed_in=2 * i)))
    path = f"/v1/slots/{slot}/leaves"
    assert problem(await shop.get(path, households[0])) == (404, "not-found")
    await shop.make_statement(slot)

    assert problem(await shop.get(path)) == (401, "unauthorised")
    assert problem(await shop.get(path, household("stranger"))) == (403, "not-a-member")
    status, data = await shop.get(path, households[0])
    assert status == 200
    size = LEAF_WORDS * 32
    leaves = [Leaf.decode(data[at : at + size]) for at in range(0, len(data), size)]
    assert len(leaves) == 7
    records = {each.meter: each.record for each in households}
    for leaf in leaves:
        assert find_leaf_faults(leaf, FACTS.domain, slot, records[leaf.reading.meter]) == []

    status, answer = await shop.get(f"/v1/slots/{slot}")
    assert (status, answer["phase"], answer["netting"]) == (200, "open", None)
    tree = build_tree(FACTS.domain, leaves)
    statement = Statement.of(slot, tree)
    assert answer["statement"]["root"] == hexed(statement.root)
    assert answer["statement"]["count"] == 7
    signature = Signature.decode(bytes.fromhex(answer["signature"][2:]))
    digest = FACTS.domain.digest(statement.struct_hash())
    assert is_signed_by_account(shop.office.account, digest, signature)


async def test_a_slot_that_nobody_knows_is_open(shop: Shop) -> None:
    status, answer = await shop.get(f"/v1/slots/{shop.slot}")
    assert (status, answer["phase"], answer["statement"]) == (200, "open", None)
    assert problem(await shop.get("/v1/slots/-1")) == (404, "not-found")


async def test_an_expired_or_too_long_access_is_refused(shop: Shop) -> None:
    anna = household()
    slot = settled(shop, anna)
    await shop.make_statement(slot)
    path = f"/v1/slots/{slot}/leaves"
    for expires in (int(shop.clock.now) - 1, int(shop.clock.now) + 400):
        assert problem(await shop.get(path, None, **anna.authorisation(path, expires))) == (
            401,
            "unauthorised",
        )
    elsewhere = anna.authorisation(f"/v1/slots/{slot + 1}/leaves", int(shop.clock.now) + 100)
    assert problem(await shop.get(path, None, **elsewhere)) == (401, "unauthorised")
    assert problem(await shop.get(path, Authorization="Bearer abc")) == (401, "unauthorised")
    assert (await shop.get(path, anna))[0] == 200


async def test_a_hundred_households_in_one_slot(shop: Shop) -> None:
    households = [household(f"house {i}") for i in range(100)]
    slot = settled(shop, *households)
    bodies = [
        each.submission_body(each.read(slot, withdrawal=i, feed_in=i)) for i, each in enumerate(households)
    ]
    answers = await asyncio.gather(*(shop.post("/v1/readings", body) for body in bodies))
    assert [status for status, _ in answers] == [201] * 100
    await shop.make_statement(slot)
    status, answer = await shop.get(f"/v1/slots/{slot}")
    assert (status, answer["statement"]["count"]) == (200, 100)


async def test_no_log_shows_an_opening(
    shop: Shop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = household()
    slot = settled(shop, anna)
    opened = anna.read(slot, withdrawal=4711)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the store is on fire")

    monkeypatch.setattr(readings, "add", fail)
    with caplog.at_level("DEBUG"):
        assert problem(await shop.post("/v1/readings", anna.submission_body(opened))) == (500, "internal")
    assert "the store is on fire" in caplog.text
    assert not any(str(opening.blinding) in caplog.text for opening in opened.openings)
    assert "4711" not in caplog.text
