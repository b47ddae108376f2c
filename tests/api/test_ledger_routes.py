"""The ledger's calls, held to openapi.yaml, with what they refuse."""

from datetime import date
from typing import Any

import aiohttp
import pytest

from dems_protocol.plants import PlantKind
from openems_bridge.ledger.desk import LedgerRefused
from openems_bridge.ledger.plant import Plant
from tests.api.contract import accepts, check_response
from tests.api.house import COMMUNITY, FakeHouse

JOIN = {
    "invitation": "dems:abc",
    "consent": "0x" + "55" * 32,
    "plant_power": 9800,
    "battery_power": 5000,
    "battery_capacity": 10_000,
}
REDEEM = {"id": "0x" + "00" * 31 + "09", "amount_wh": 12_000, "purpose": "the car"}


async def test_joining(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    async with session.post("/v1/community/invitation", json={"invitation": "dems:abc"}) as response:
        assert response.status == 200
        shown = await check_response(response)
    assert shown["consent_text"]
    assert accepts("JoinBody", JOIN)
    async with session.post("/v1/community/join", json=JOIN) as response:
        assert response.status == 202
        assert (await check_response(response))["status"] == "joining"
    plant = Plant(plant_power=9800, battery_power=5000, battery_capacity=10_000)
    assert house.ledger.calls[-1] == ("join", "dems:abc", bytes([0x55] * 32), plant)
    async with session.post("/v1/community/leave") as response:
        assert response.status == 202
        await check_response(response)


async def test_what_a_plant_is_may_be_told(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    told = {"plant_kind": "wind", "commissioned": "2020-05-01", "plant_unit": "SEE984033548619"}
    assert accepts("JoinBody", JOIN | told)
    async with session.post("/v1/community/join", json=JOIN | told) as response:
        assert response.status == 202
        await check_response(response)
    *_, plant = house.ledger.calls[-1]
    assert (plant.kind, plant.commissioned, plant.unit) == (
        PlantKind.WIND,
        date(2020, 5, 1),
        "SEE984033548619",
    )
    for wrong in (
        {"plant_kind": "coal"},
        {"commissioned": "yesterday"},
        {"commissioned": "1950-01-01"},
        {"plant_unit": "SEE984033548610"},
        {"plant_power": 0},
    ):
        async with session.post("/v1/community/join", json=JOIN | told | wrong) as response:
            assert response.status == 422, wrong
            assert (await check_response(response))["detail"]


async def test_the_state_shows_the_ledgers_sections(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    async with session.get("/v1/state") as response:
        assert "community" not in await check_response(response)
    house.show(ledger={"community": COMMUNITY})
    async with session.get("/v1/state") as response:
        assert (await check_response(response))["community"] == COMMUNITY


async def test_anchoring_proofs_settlement_certificates(
    house: FakeHouse, session: aiohttp.ClientSession
) -> None:
    async with session.post("/v1/anchor") as response:
        assert await check_response(response) == {"waiting": 3}
    async with session.get("/v1/proofs?from=5&to=9") as response:
        assert (await check_response(response))["format"] == "dems-proofs"
    async with session.get("/v1/settlement?from=5") as response:
        settled = await check_response(response)
    assert settled["slots"][0]["share"] == 0.4
    assert settled["slots"][1]["withdrawal_inside"] is None
    assert accepts("RedeemBody", REDEEM)
    async with session.post("/v1/certificates/redeem", json=REDEEM) as response:
        assert await check_response(response) == {"transaction": 5}
    async with session.post("/v1/certificates/claim") as response:
        assert await check_response(response) == {"transaction": 4}
    async with session.get("/v1/deposits") as response:
        assert await check_response(response) == {"account": 5_000_000, "held": 0}
    assert accepts("WithdrawBody", {"amount": 7})
    async with session.post("/v1/deposits/withdraw", json={"amount": 7}) as response:
        assert await check_response(response) == {"transaction": 6, "amount": 7}
    async with session.post("/v1/deposits/withdraw", json={}) as response:
        assert (await check_response(response))["amount"] == 5_000_000
    assert house.ledger.calls == [
        ("anchor_now",),
        ("proofs", 5, 9),
        ("settlement", 5, None),
        ("redeem", 9, 12_000, "the car"),
        ("claim",),
        ("deposits",),
        ("withdraw", 7),
        ("withdraw", None),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/community/invitation", {"invitation": ""}),
        ("POST", "/v1/community/invitation", {}),
        ("POST", "/v1/community/join", {**JOIN, "consent": "yes"}),
        ("POST", "/v1/community/join", {**JOIN, "plant_power": -1}),
        ("POST", "/v1/community/join", {**JOIN, "zone": 1}),
        ("POST", "/v1/certificates/redeem", {**REDEEM, "amount_wh": 0}),
        ("POST", "/v1/certificates/redeem", {**REDEEM, "id": "9"}),
        ("POST", "/v1/deposits/withdraw", {"amount": 0}),
        ("POST", "/v1/deposits/withdraw", {"to": "0x00"}),
        ("GET", "/v1/proofs?from=9&to=5", None),
        ("GET", "/v1/proofs?from=9", None),
        ("GET", "/v1/settlement?from=x", None),
        ("POST", "/v1/anchor?now=1", None),
    ],
)
async def test_bad_input_reaches_nobody(
    house: FakeHouse, session: aiohttp.ClientSession, method: str, path: str, body: Any
) -> None:
    async with session.request(method, path, json=body) as response:
        assert response.status == 422
        await check_response(response)
    assert house.ledger.calls == []


async def test_a_refusal_is_a_problem_document(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    house.ledger.refusal = LedgerRefused("not_held", "The household holds 3 Wh.", {"held": 3})
    async with session.post("/v1/certificates/redeem", json=REDEEM) as response:
        assert response.status == 409
        problem = await check_response(response)
    assert (problem["code"], problem["params"]) == ("not_held", {"held": 3})
