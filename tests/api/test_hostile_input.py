"""Whatever comes over the network: a clear 4xx, and nothing changes."""

import asyncio
import json
import ssl
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dems_node.https.bodies import BODY_LIMIT
from openems_bridge.api.middleware import PUBLIC_PATHS
from tests.api.contract import DOCUMENT, accepts, check_response
from tests.api.house import FakeHouse, fake_house

_JSON = {"Content-Type": "application/json"}
_WITH_BODY = [
    ("POST", "/v1/pairing/start", "PairingStart"),
    ("POST", "/v1/pairing/finish", "PairingFinish"),
    ("PUT", "/v1/dispatch/mode", "ModeBody"),
    ("POST", "/v1/dispatch/command", "CommandBody"),
    ("PATCH", "/v1/limits", "LimitsBody"),
]
_MALFORMED = [
    b"",
    b"{",
    b"nonsense",
    b"\xff\xfe\x00",
    b'{"mode": NaN}',
    b'{"mode": Infinity}',
    b'{"mode": -Infinity}',
    b'{"mode": 1e999}',
    b'{"mode": "off", "mode": "manual"}',
    b'{"mode": ' + b"9" * 5000 + b"}",
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 20 + b"1" + b"}" * 20,
    b'{"mode": "off"} trailing',
]
_WRONG: list[tuple[str, str, Any]] = [
    ("PUT", "/v1/dispatch/mode", None),
    ("PUT", "/v1/dispatch/mode", []),
    ("PUT", "/v1/dispatch/mode", {}),
    ("PUT", "/v1/dispatch/mode", {"mode": "MANUAL"}),
    ("PUT", "/v1/dispatch/mode", {"mode": {"a": 1}}),
    ("PUT", "/v1/dispatch/mode", {"mode": "manual", "more": 1}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "battery_power", "power_w": 1.5}}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "battery_power", "power_w": True}}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "battery_power", "power_w": "100"}}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "battery_power", "power_w": 10**9}}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "battery_power"}}),
    ("POST", "/v1/dispatch/command", {"target": {"type": ["battery_power"]}}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "grid_energy", "energy_wh": 1, "slot": -1}}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "self_consumption"}, "duration_s": 0}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "self_consumption"}, "duration_s": 14401}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "self_consumption"}, "note": "x" * 201}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "self_consumption"}, "note": "a\nb"}),
    ("POST", "/v1/dispatch/command", {"target": {"type": "self_consumption"}, "note": "\ud800"}),
    ("PATCH", "/v1/limits", {"reserve_soc": 101}),
    ("PATCH", "/v1/limits", {"reserve_soc": None}),
    ("PATCH", "/v1/limits", {"max_charge_power": -1}),
    ("PATCH", "/v1/limits", {"grid_charging": 1}),
    ("PATCH", "/v1/limits", {"grid_charging": True, "reserve_soc": -1}),
    ("PATCH", "/v1/limits", {"unknown": 1}),
]


async def _manual(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    """Have a mode in which a wrong command would do something."""
    async with session.put("/v1/dispatch/mode", json={"mode": "manual"}) as response:
        assert response.status == 200
    house.steering.calls.clear()


def _assert_untouched(house: FakeHouse) -> None:
    assert house.steering.calls == []
    assert len(house.clients.listed()) == 1


@pytest.mark.parametrize("body", _MALFORMED, ids=range(len(_MALFORMED)))
async def test_malformed_bodies(house: FakeHouse, session: aiohttp.ClientSession, body: bytes) -> None:
    for method, path, _ in _WITH_BODY:
        async with session.request(method, path, data=body, headers=_JSON) as response:
            assert response.status in {400, 422}
            await check_response(response)
    _assert_untouched(house)


@pytest.mark.parametrize(("method", "path", "body"), _WRONG)
async def test_wrong_documents(
    house: FakeHouse, session: aiohttp.ClientSession, method: str, path: str, body: Any
) -> None:
    await _manual(house, session)
    async with session.request(method, path, data=json.dumps(body), headers=_JSON) as response:
        assert response.status == 422
        await check_response(response)
    _assert_untouched(house)


async def test_out_of_range_names_the_key(session: aiohttp.ClientSession) -> None:
    async with session.patch("/v1/limits", json={"max_feed_in": -1}) as response:
        problem = await check_response(response)
    assert problem["type"] == "urn:dems:problem:out-of-range"
    assert problem["params"] == {"key": "max_feed_in"}
    assert "max_feed_in" in problem["detail"]


async def test_other_content_types_and_encodings(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    for headers in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ):
        async with session.put("/v1/dispatch/mode", data=b'{"mode": "manual"}', headers=headers) as response:
            assert response.status in {400, 415}
    _assert_untouched(house)


async def test_oversized_bodies(
    house: FakeHouse, session: aiohttp.ClientSession, stranger: aiohttp.ClientSession
) -> None:
    body = b'{"mode": "manual", "x": "' + b"x" * BODY_LIMIT + b'"}'
    async with session.put("/v1/dispatch/mode", data=body, headers=_JSON) as response:
        assert response.status == 413
        await check_response(response)
    async with stranger.post("/v1/pairing/start", data=body, headers=_JSON) as response:
        assert response.status == 413
    _assert_untouched(house)


async def test_nothing_but_the_public_paths_without_a_token(
    house: FakeHouse, stranger: aiohttp.ClientSession
) -> None:
    paths = {(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations}
    closed = {(path, method) for path, method in paths if path not in PUBLIC_PATHS}
    assert len(paths) - len(closed) == 4
    for path, method in closed | {("/", "get"), ("/v1/else", "post"), ("/v1/state/", "get")}:
        for token in (
            None,
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            "Basic x",
            "Bearer \udcff\udcfe",
            "bearer " + "x" * 5000,
        ):
            headers = {} if token is None else {"Authorization": token}
            async with stranger.request(method, path, headers=headers, json={"mode": "manual"}) as response:
                assert response.status == 401, (path, method, token)
                assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert house.steering.calls == []


async def test_unknown_paths_and_methods(session: aiohttp.ClientSession) -> None:
    async with session.get("/v1/else") as response:
        assert response.status == 404
        await check_response(response)
    async with session.delete("/v1/state") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET,HEAD"


async def test_answers_tell_nothing_about_the_software(stranger: aiohttp.ClientSession) -> None:
    async with stranger.get("/health") as response:
        assert response.headers["Server"] == "dems"
        assert response.headers["Cache-Control"] == "no-store"


async def test_a_slow_loris_is_cut_off(tmp_path: Any) -> None:
    async with fake_house(tmp_path, idle_seconds=0.3) as house:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port, ssl=context)
        writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()


async def test_a_body_that_does_not_come_is_408(
    house: FakeHouse, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dems_node.https.bodies.BODY_SECONDS", 0.2)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, ssl=context)
    writer.write(
        b"POST /v1/pairing/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    )
    async with asyncio.timeout(10):
        assert b" 408 " in await reader.readline()
        await reader.read()
    writer.close()


async def test_garbage_instead_of_http(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for garbage in (
        b"\x00" * 100 + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port, ssl=context)
        writer.write(garbage)
        async with asyncio.timeout(10):
            assert (await reader.readline()).split()[1:2] == [b"400"]
        writer.close()
    async with session.get("/v1/state") as response:
        assert response.status == 200


async def test_connections_are_bounded(house: FakeHouse, session: aiohttp.ClientSession) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opened = []
    refused = 0
    for _ in range(30):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port, ssl=context)
        except OSError:
            refused += 1
            continue
        writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            if not await reader.readline():
                refused += 1
        except OSError:
            refused += 1
        opened.append(writer)
    assert refused == 30 - 24
    for writer in opened:
        writer.close()


_ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
_KEYS = st.sampled_from(
    [
        "mode",
        "target",
        "type",
        "power_w",
        "duration_s",
        "note",
        "reserve_soc",
        "max_feed_in",
        "client_nonce",
        "proof",
    ]
)
_NEAR_MISSES = st.dictionaries(_KEYS, _ANY_JSON | st.sampled_from(["manual", "battery_power", 5]), max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_ANY_JSON | _NEAR_MISSES, which=st.sampled_from(_WITH_BODY))
def test_what_the_contract_refuses_changes_nothing(
    hostile: Hostile, body: Any, which: tuple[str, str, str]
) -> None:
    method, path, schema = which
    status, touched = hostile.send(method, path, json.dumps(body))
    if accepts(schema, body) and "\n" not in json.dumps(body):
        return
    assert 400 <= status < 500
    assert not touched


class Hostile:
    """Sends requests from a test that hypothesis calls many times, all in one loop with one server."""

    def __init__(self, loop: asyncio.Runner, house: FakeHouse, session: aiohttp.ClientSession) -> None:
        self._loop = loop
        self._house = house
        self._session = session

    def send(self, method: str, path: str, body: str) -> tuple[int, bool]:
        """Return the status, and whether the dispatcher was touched."""
        return self._loop.run(self._send(method, path, body))

    async def _send(self, method: str, path: str, body: str) -> tuple[int, bool]:
        self._house.steering.calls.clear()
        async with self._session.request(method, path, data=body.encode(), headers=_JSON) as response:
            if response.status >= 400:
                await check_response(response)
            return response.status, bool(self._house.steering.calls)


@pytest.fixture
def hostile(tmp_path: Any) -> Any:
    with asyncio.Runner() as runner:
        context = fake_house(tmp_path)
        house = runner.run(context.__aenter__())

        async def opened() -> aiohttp.ClientSession:
            headers = {"Authorization": f"Bearer {await house.token()}"}
            return aiohttp.ClientSession(
                house.url, headers=headers, connector=aiohttp.TCPConnector(ssl=house.pin)
            )

        session = runner.run(opened())
        try:
            yield Hostile(runner, house, session)
        finally:
            runner.run(session.close())
            runner.run(context.__aexit__(None, None, None))
