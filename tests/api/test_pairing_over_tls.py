"""Pairing over real sockets."""

import aiohttp

from tests.api.house import FakeHouse, pair


async def test_pairing_gives_a_token_that_works(house: FakeHouse, stranger: aiohttp.ClientSession) -> None:
    code = (await house.open_code()).code
    status, answer = await pair(stranger, house.url, house.identity.fingerprint, code)
    assert status == 201
    headers = {"Authorization": f"Bearer {answer['token']}"}
    async with stranger.get("/v1/state", headers=headers) as response:
        assert response.status == 200
        assert (await response.json())["bridge"]["name"] == "Musterhaus"
    async with stranger.delete("/v1/pairing", headers=headers) as response:
        assert response.status == 204
    async with stranger.get("/v1/state", headers=headers) as response:
        assert response.status == 401
