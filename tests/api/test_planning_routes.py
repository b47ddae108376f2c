"""Forecast, plan, tariff, orders and suggestions over the wire: every answer by openapi.yaml, hostile input refused."""

from typing import Any

import aiohttp
import pytest

from openems_bridge.foresight.announcements import PromisedSun
from openems_bridge.foresight.tariff import PricePeriod
from openems_bridge.refusal import Refused
from openems_bridge.trader.settings import DispatchChoice
from tests.api.contract import check_response
from tests.api.house import FakeHouse

ORDER = {"slot": 1_988_894, "side": "offer", "energy": 500, "limit": 120_000, "battery": 200}


async def _call(session: aiohttp.ClientSession, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    async with session.request(method, path, json=body) as response:
        return response.status, await check_response(response)


async def test_forecast_and_plan(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    status, forecast = await _call(session, "GET", "/v1/forecast?from=1988890&to=1988890")
    assert (status, forecast["slots"][0]["load"]["p50"]) == (200, 210)
    assert house.foresight.calls[-1] == ("forecast", 1_988_890, 1_988_890)
    status, plan = await _call(session, "GET", "/v1/plan")
    assert (status, plan["slots"][0]["mode"]) == (200, "hold")
    house.foresight.refusal = Refused("no_plan", "There is no plan yet.")
    status, problem = await _call(session, "GET", "/v1/plan")
    assert (status, problem["code"]) == (409, "no_plan")


async def test_a_tariff_is_fixed_or_a_series(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    assert await _call(session, "PUT", "/v1/tariff", {"import": 320_000, "export": 80_000}) == (
        200,
        {"until": None},
    )
    periods = [{"from": 3600, "to": 7200, "price": 200_000}, {"from": 0, "to": 3600, "price": -5}]
    status, answer = await _call(session, "PUT", "/v1/tariff", {"import": periods, "export": 80_000})
    assert (status, answer["until"]) == (200, 7200)
    tariff = house.foresight.calls[-1][1]
    assert tariff.imports.periods[0] == PricePeriod(0, 3600, -5)


async def test_what_people_announce(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    sun = {"slots": [{"from": 3600, "to": 7200, "energy": 900}, {"from": 0, "to": 1800, "energy": 1}]}
    assert await _call(session, "PUT", "/v1/solar-forecast", sun) == (200, {"accepted": 2})
    assert house.foresight.calls[-1][1] == PromisedSun(0, 1800, 1)
    load = {"power": 2000, "energy": 1500, "from": 3600, "to": 36_000, "name": "Dishwasher"}
    status, placed = await _call(session, "POST", "/v1/loads", load)
    assert (status, placed["start"]) == (201, 3600)
    assert await _call(session, "DELETE", "/v1/loads/00000000000000aa") == (204, None)
    assert (await _call(session, "DELETE", "/v1/loads/00000000000000ff"))[0] == 404
    assert (await _call(session, "POST", "/v1/holds", {"from": 3600, "to": 7200, "reason": "car"}))[0] == 201
    assert await _call(session, "DELETE", "/v1/holds/00000000000000bb") == (204, None)


async def test_trading(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    body = {"auto_bid": True, "dispatch": "ask", "quiet_from": "21:30", "follow_live": False}
    status, trading = await _call(session, "PATCH", "/v1/trading", body)
    assert (status, trading["auto_bid"], trading["quiet_from"]) == (200, True, "21:30")
    assert trading["follow_live"] is False
    asked: tuple[Any, ...] = house.trading.calls[-1]
    assert asked == ("change", {**body, "dispatch": DispatchChoice.ASK})
    status, order = await _call(session, "POST", "/v1/orders", ORDER)
    assert (status, order["state"]) == (201, "planned")
    asked = house.trading.calls[-1]
    assert asked == ("place", 1_988_894, 1, 500, 120_000, 200)
    start = {key: value for key, value in ORDER.items() if key != "slot"} | {"start": 1_790_004_600}
    assert (await _call(session, "POST", "/v1/orders", start))[0] == 201
    asked = house.trading.calls[-1]
    assert asked[1] == 1_790_004_600 // 900
    assert (await _call(session, "GET", "/v1/orders?from=1"))[1]["orders"][0]["filled"] == 480
    assert (await _call(session, "DELETE", "/v1/orders/00112233aabbccdd"))[1]["state"] == "withdrawn"
    assert (await _call(session, "POST", "/v1/suggestions/q5/accept"))[1]["state"] == "accepted"
    assert (await _call(session, "POST", "/v1/suggestions/q5/reject"))[1]["state"] == "rejected"
    assert (await _call(session, "GET", "/v1/market"))[1]["slots"][0]["income"] == 77_280
    house.trading.refusal = Refused("gate_closed", "Too late.", {"slot": 5})
    status, problem = await _call(session, "POST", "/v1/orders", ORDER)
    assert (status, problem["code"], problem["params"]) == (409, "gate_closed", {"slot": 5})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/forecast?from=9&to=8", None),
        ("GET", "/v1/forecast?from=-1", None),
        ("GET", "/v1/forecast?slot=1", None),
        ("GET", "/v1/plan?x=1", None),
        ("PUT", "/v1/tariff", {"import": 1}),
        ("PUT", "/v1/tariff", {"import": True, "export": 1}),
        ("PUT", "/v1/tariff", {"import": 10**13, "export": 1}),
        ("PUT", "/v1/tariff", {"import": [], "export": 1}),
        ("PUT", "/v1/tariff", {"import": [{"from": 5, "to": 5, "price": 1}], "export": 1}),
        ("PUT", "/v1/tariff", {"import": [{"from": 0, "to": 10**6, "price": 1}], "export": 1}),
        ("PUT", "/v1/tariff", {"currency": "euro", "import": 1, "export": 1}),
        ("PUT", "/v1/solar-forecast", {"slots": [{"from": 0, "to": 7200, "energy": 1}]}),
        ("PUT", "/v1/solar-forecast", {"slots": [{"from": 0, "to": 60, "energy": -1}]}),
        ("PUT", "/v1/solar-forecast", {"slots": "none"}),
        ("POST", "/v1/loads", {"power": 0, "energy": 1, "from": 0, "to": 1}),
        ("POST", "/v1/loads", {"power": 1, "energy": 1, "from": 1, "to": 1}),
        ("POST", "/v1/holds", {"from": 0, "to": 1, "reason": "a\nb"}),
        ("PATCH", "/v1/trading", {"auto_bid": 1}),
        ("PATCH", "/v1/trading", {"dispatch": "always"}),
        ("PATCH", "/v1/trading", {"quiet_from": "24:00"}),
        ("PATCH", "/v1/trading", {"reserve_soc": 101}),
        ("PATCH", "/v1/trading", {"unknown": 1}),
        ("POST", "/v1/orders", {**ORDER, "side": "both"}),
        ("POST", "/v1/orders", {**ORDER, "energy": 0}),
        ("POST", "/v1/orders", {**ORDER, "battery": 501}),
        ("POST", "/v1/orders", {**ORDER, "limit": 0.5}),
        ("POST", "/v1/orders", {"side": "bid", "energy": 1, "limit": 1}),
        ("POST", "/v1/orders", {**ORDER, "start": 1_790_004_600}),
        ("POST", "/v1/orders", {"start": 1_790_004_601, "side": "bid", "energy": 1, "limit": 1}),
        ("GET", "/v1/market?from=x", None),
    ],
)
async def test_bad_input_is_refused_and_changes_nothing(
    house: FakeHouse, session: aiohttp.ClientSession, method: str, path: str, body: Any
) -> None:
    status, problem = await _call(session, method, path, body)
    assert status == 422, problem
    assert house.foresight.calls == []
    assert house.trading.calls == []


@pytest.mark.parametrize("path", ["/v1/orders/..", "/v1/orders/zz", "/v1/holds/1", "/v1/loads/%2e%2e"])
async def test_ids_are_no_paths(session: aiohttp.ClientSession, path: str) -> None:
    async with session.delete(path) as response:
        assert response.status == 404


async def test_a_stranger_reaches_none_of_it(stranger: aiohttp.ClientSession) -> None:
    for path in ("/v1/forecast", "/v1/plan", "/v1/orders", "/v1/market"):
        async with stranger.get(path) as response:
            assert response.status == 401
