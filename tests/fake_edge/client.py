"""A websocket client that speaks an Edge's JSON-RPC, for tests."""

import asyncio
import uuid
from collections import deque
from typing import Any

import aiohttp

PATIENCE = 10.0


class WsClient:
    """One connection. What arrives unasked is kept in ``notices``."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.notices: deque[dict[str, Any]] = deque()

    async def request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the whole answer to a call outside edgeRpc."""
        request = {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": method, "params": params}
        await self.socket.send_json(request)
        return await self.answer(request["id"])

    async def answer(self, request_id: object) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = await self.socket.receive_json(timeout=PATIENCE)
            if message.get("id") == request_id:
                return message
            self.notices.append(message)

    async def edge_rpc(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a call inside edgeRpc."""
        payload = {"jsonrpc": "2.0", "id": str(uuid.uuid4()), "method": method, "params": params}
        answer = await self.request("edgeRpc", {"edgeId": "0", "payload": payload})
        if "result" in answer:
            assert answer["result"]["payload"]["id"] == payload["id"]
        return answer

    async def call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the result of a call inside edgeRpc that must succeed."""
        answer = await self.edge_rpc(method, params)
        assert "result" in answer, answer
        result: dict[str, Any] = answer["result"]["payload"]["result"]
        return result

    async def error(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the error of a call inside edgeRpc that must fail."""
        answer = await self.edge_rpc(method, params)
        assert "error" in answer, answer
        error: dict[str, Any] = answer["error"]
        return error

    async def log_in(self, password: str = "owner") -> dict[str, Any]:
        answer = await self.request("authenticateWithPassword", {"username": "x", "password": password})
        assert "result" in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def subscribe(self, count: int, *channels: str) -> None:
        await self.call("subscribeChannels", {"count": count, "channels": list(channels)})

    async def notice(self, method: str) -> dict[str, Any]:
        """Return the params of the next notification of this method."""
        while True:
            message = (
                self.notices.popleft() if self.notices else await self.socket.receive_json(timeout=PATIENCE)
            )
            if message.get("method") != "edgeRpc":
                continue
            payload = message["params"]["payload"]
            if payload["method"] == method:
                assert message["params"]["edgeId"] == "0"
                params: dict[str, Any] = payload["params"]
                return params

    async def silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing arrives for a moment."""
        try:
            await self.socket.receive(timeout=seconds)
        except TimeoutError:
            return True
        return False


async def until_closed(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Wait for the end of a connection."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message = await socket.receive()
            if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.ERROR):
                return
