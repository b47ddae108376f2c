"""A store that fails and a dispatcher that refuses, as a client is told."""

import aiohttp
import pytest

from dems_node.database.errors import DiskFull, StoreError
from openems_bridge.dispatcher.commands import Limits
from openems_bridge.dispatcher.reasons import Reason, ReasonCode, RequestRefused
from tests.api.contract import check_response
from tests.api.house import FakeHouse


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (DiskFull("/secret/path is full"), 507, "disk-full"),
        (StoreError("/secret/path is broken"), 503, "store-failed"),
    ],
)
async def test_a_store_that_fails(
    house: FakeHouse,
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: StoreError,
    status: int,
    kind: str,
) -> None:
    async with session.get("/v1/state") as response:
        assert response.status == 200

    async def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(house.database, "run", fail)
    async with session.delete("/v1/pairing") as response:
        assert response.status == status
        problem = await check_response(response)
    assert problem["type"] == f"urn:dems:problem:{kind}"
    assert "/secret/path" not in str(problem)
    assert "/secret/path" in caplog.text
    assert len(house.clients.listed()) == 1
    async with session.get("/v1/state") as response:
        assert response.status == 200, "what needs no store goes on"


async def test_limits_that_the_dispatcher_refuses(
    house: FakeHouse, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(limits: Limits) -> None:
        params: dict[str, int | str] = {"limit": "max_feed_in", "value": 5, "least": 0, "most": 4}
        raise RequestRefused(Reason(ReasonCode.LIMIT_INVALID, params))

    monkeypatch.setattr(house.steering, "set_limits", refuse)
    async with session.patch("/v1/limits", json={"max_feed_in": 5}) as response:
        assert response.status == 422
        problem = await check_response(response)
    assert problem["params"] == {"key": "max_feed_in"}
