"""Requests, answers and the lack of them."""

import asyncio
import json
import uuid
from typing import Any

import pytest

from openems_bridge.edge.interface import EdgeUnreachable
from openems_bridge.edge.openems.jsonrpc import JsonRpcPeer, Notification, RpcError
from openems_bridge.edge.outage import EdgeWrongAnswer


class Wire:
    """Keeps what was sent; answers are put in by the test."""

    def __init__(self, timeout: float = 5.0) -> None:
        self.sent: list[dict[str, Any]] = []
        self._arrived = asyncio.Event()
        self.peer = JsonRpcPeer(self._send, timeout)

    async def _send(self, text: str) -> None:
        self.sent.append(json.loads(text))
        self._arrived.set()

    async def request(self) -> dict[str, Any]:
        await self._arrived.wait()
        self._arrived.clear()
        return self.sent[-1]

    def answer(self, message: object) -> Notification | None:
        return self.peer.receive(json.dumps(message))


async def test_answers_find_their_requests() -> None:
    wire = Wire()
    first = asyncio.create_task(wire.peer.call("a", {}))
    one = await wire.request()
    second = asyncio.create_task(wire.peer.call("b", {"x": 1}))
    two = await wire.request()
    assert uuid.UUID(one["id"]) != uuid.UUID(two["id"])
    assert two == {"jsonrpc": "2.0", "id": two["id"], "method": "b", "params": {"x": 1}}
    wire.answer({"jsonrpc": "2.0", "id": two["id"], "result": {"n": 2}})
    wire.answer({"jsonrpc": "2.0", "id": str(uuid.uuid4()), "result": {"n": 3}})
    wire.answer({"jsonrpc": "2.0", "id": one["id"], "result": {"n": 1}})
    assert await first == {"n": 1}
    assert await second == {"n": 2}


async def test_edge_rpc_is_wrapped_and_unwrapped() -> None:
    wire = Wire()
    call = asyncio.create_task(wire.peer.edge_call("getEdgeConfig", {}))
    request = await wire.request()
    payload = request["params"]["payload"]
    assert request["method"] == "edgeRpc"
    assert request["params"]["edgeId"] == "0"
    assert payload["method"] == "getEdgeConfig"
    assert uuid.UUID(payload["id"]) != uuid.UUID(request["id"])
    wire.answer({"id": request["id"], "result": {"payload": {"id": payload["id"], "result": {"ok": 1}}}})
    assert await call == {"ok": 1}


@pytest.mark.parametrize("wrapped", [True, False])
async def test_errors_carry_code_and_text(wrapped: bool) -> None:
    wire = Wire()
    call = asyncio.create_task(wire.peer.edge_call("x", {}))
    request = await wire.request()
    failure = {"error": {"code": 1002, "message": "Role denied", "data": []}}
    if wrapped:
        wire.answer({"id": request["id"], "result": {"payload": failure}})
    else:
        wire.answer({"id": request["id"], **failure})
    with pytest.raises(RpcError, match="refused x: Role denied") as caught:
        await call
    assert caught.value.code == 1002


async def test_no_reply_is_a_timeout_and_leaves_nothing_pending() -> None:
    wire = Wire(timeout=0.02)
    with pytest.raises(EdgeUnreachable, match=r"No reply to ghost within 0\.02 s"):
        await wire.peer.call("ghost", {})
    assert wire.answer({"id": wire.sent[0]["id"], "result": {}}) is None


async def test_a_broken_connection_fails_everybody() -> None:
    wire = Wire()
    call = asyncio.create_task(wire.peer.call("a", {}))
    await wire.request()
    wire.peer.fail(EdgeUnreachable("gone"))
    with pytest.raises(EdgeUnreachable, match="gone"):
        await call
    with pytest.raises(EdgeUnreachable, match="gone"):
        await wire.peer.call("b", {})


@pytest.mark.parametrize("answer", [{}, {"result": None}, {"result": {"payload": None}}])
async def test_answers_without_a_result_are_wrong(answer: dict[str, Any]) -> None:
    wire = Wire()
    call = asyncio.create_task(wire.peer.edge_call("x", {}))
    request = await wire.request()
    wire.answer({"id": request["id"], **answer})
    with pytest.raises(EdgeWrongAnswer):
        await call


async def test_notifications_come_out_of_their_envelope() -> None:
    wire = Wire()
    inner = {"jsonrpc": "2.0", "method": "currentData", "params": {"_sum/EssSoc": 50}}
    envelope = {"jsonrpc": "2.0", "method": "edgeRpc", "params": {"edgeId": "0", "payload": inner}}
    expected = Notification("currentData", {"_sum/EssSoc": 50})
    assert wire.answer(envelope) == expected
    assert wire.answer(inner) == expected
    assert wire.answer({"method": "edgeRpc", "params": {"payload": "?"}}) is None
    assert wire.answer({"method": "x"}) is None


@pytest.mark.parametrize("text", ["<html>", "[1]", "5", '"x"'])
async def test_other_programs_are_recognised(text: str) -> None:
    with pytest.raises(EdgeWrongAnswer):
        Wire().peer.receive(text)


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "7", "[" * 100_000])
def test_what_is_no_json_rpc_is_a_wrong_answer(text: str) -> None:
    with pytest.raises(EdgeWrongAnswer):
        Wire().peer.receive(text)
