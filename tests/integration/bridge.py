"""A fake bridge that speaks docs/api.md over TLS, and misbehaves when it is told to."""

import asyncio
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .samples import BRIDGE_ID, COMMANDED, COMMUNITY, INVITATION, MARKET, SERIES, WHOLE_PLAN, state

CODE = "7QX2M4KD9TRB"
TOKEN = "the-token"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate on disk."""

    path: Path
    fingerprint: str

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        return context


def make_certificate(path: Path) -> Certificate:
    """Write a new key and certificate into one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bridge")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return Certificate(path, certificate.fingerprint(hashes.SHA256()).hex())


def problem(status: int, kind: str, **extra: Any) -> web.Response:
    """Return a problem document."""
    body = {"type": f"urn:dems:problem:{kind}", "title": kind, "status": status, "detail": f"about {kind}"}
    return web.json_response({**body, **extra}, status=status, content_type="application/problem+json")


type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class FakeBridge:
    """What the fake bridge is like now; tests change it while it runs."""

    certificate: Certificate
    port: int = 0
    document: dict[str, Any] = field(default_factory=state)
    bridge_id: str = BRIDGE_ID
    api: dict[str, int] = field(default_factory=lambda: {"current": 1, "oldest": 1})
    code: str | None = CODE
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    honest: bool = True
    """Whether the bridge's own proof in the pairing is right."""
    instead: dict[str, Handler] = field(default_factory=dict)
    """Handlers by path that are used instead of the right ones."""
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: int | None = None
    pushed: list[list[dict[str, Any]]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    """What the bridge says of pushed readings."""
    setpoints: Iterator[int] = field(default_factory=count)
    offers: list[dict[str, Any] | None] = field(default_factory=list)
    """What set-points were offered for; None: withdrawn."""
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    """What became of each set-point, by id."""
    settled: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What each slot gave, by slot."""
    settlement_queries: list[dict[str, str]] = field(default_factory=list)
    forecast_queries: list[dict[str, str]] = field(default_factory=list)
    page: int = 1000
    pairings: dict[str, tuple[bytes, bytes, bytes]] = field(default_factory=dict)

    def info(self) -> dict[str, Any]:
        return {
            "id": self.bridge_id,
            "name": "Musterhaus",
            "version": "0.1.0",
            "api": self.api,
            "fingerprint": self.certificate.fingerprint,
            "pairing": self.code is not None,
        }

    async def send(self, message: dict[str, Any] | str) -> None:
        """Send a message to everybody who listens."""
        text = message if isinstance(message, str) else json.dumps(message)
        for socket in self.sockets:
            await socket.send_str(text)

    async def change(self, **sections: dict[str, Any] | None) -> None:
        """Change the house, and tell everybody."""
        for name, keys in sections.items():
            if keys is None:
                self.document.pop(name, None)
            else:
                self.document[name] = {**self.document.get(name, {}), **keys}
        await self.send({"type": "change", "state": sections})

    async def happen(self, kind: str, *, at: float | None = None, **data: Any) -> int:
        """Let an event happen, now or at a UTC second, and tell everybody; return its id."""
        return await self.tell(kind, data, at)

    async def tell(self, kind: str, data: dict[str, Any], at: float | None = None) -> int:
        """Let an event happen whose data has any keys; return its id."""
        event_id = len(self.events) + 1
        moment = time.time() if at is None else at
        event = {"type": "event", "id": event_id, "at": moment, "event": kind, "data": data}
        self.events.append(event)
        await self.send(event)
        return event_id

    async def want(self, power: int | None, *, remembered: int = 30) -> str:
        """Send a set-point, None for a release; return what became of it first."""
        setpoint_id = f"s{next(self.setpoints)}"
        await self.send({"type": "setpoint", "id": setpoint_id, "power": power, "remembered": remembered})
        await until(lambda: self.outcomes.get(setpoint_id))
        return self.outcomes[setpoint_id][0]

    def settle(
        self, slot: int, withdrawal: tuple[int, int] | None, feed_in: tuple[int, int] = (0, 0)
    ) -> None:
        """Decide what a slot gave, inside and outside the community; None: not decided any more."""
        inside, outside = withdrawal or (None, None)
        sold, left = (None, None) if withdrawal is None else feed_in
        revision = self.settled.get(slot, {}).get("revision", -1) + 1
        self.settled[slot] = {
            "slot": slot,
            "phase": "opened" if withdrawal else "voided",
            "revision": revision,
            "withdrawal_inside": inside,
            "withdrawal_outside": outside,
            "feed_in_inside": sold,
            "feed_in_outside": left,
        }

    async def hang_up(self) -> None:
        """Close every WebSocket."""
        for socket in list(self.sockets):
            # One whose client is going at the same moment is closed already.
            with suppress(ConnectionError):
                await socket.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if (handler := self.instead.get(request.path)) is not None:
            return await handler(request)
        body: Any = await request.json() if request.can_read_body else None
        if request.path != "/v1/events/acknowledged":
            # What is acknowledged is `acknowledged`: it comes by itself, at any moment.
            self.calls.append((request.method, request.path, body))
        if request.path == "/v1/info":
            return web.json_response(self.info())
        if request.path == "/v1/pairing/start":
            return self._start(body)
        if request.path == "/v1/pairing/finish":
            return self._finish(body)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return problem(401, "unauthorized")
        return await self._answer_paired(request, body)

    async def _answer_paired(self, request: web.Request, body: Any) -> web.StreamResponse:
        match (request.method, request.path):
            case ("GET", "/v1/state"):
                return web.json_response(self.document)
            case ("GET", "/v1/ws"):
                return await self._follow(request)
            case ("PUT", "/v1/readings"):
                return self._pushed(body)
            case ("PUT" | "DELETE", "/v1/setpoints/offer"):
                self.offers.append(body)
                return web.Response(status=204)
            case ("PUT", "/v1/setpoints/acknowledged"):
                self.outcomes.setdefault(body["id"], []).append(body["outcome"])
                return web.Response(status=204)
            case ("GET", "/v1/events/acknowledged"):
                return web.json_response({"id": self.acknowledged})
            case ("PUT", "/v1/events/acknowledged"):
                self.acknowledged = max(body["id"], self.acknowledged or 0)
                return web.Response(status=204)
            case ("GET", "/v1/diagnostics"):
                return web.json_response({"configuration": {"edge": {"host": "10.0.0.9"}}, "topology": None})
            case ("DELETE", "/v1/pairing"):
                self.tokens.clear()
                return web.Response(status=204)
            case ("PUT", "/v1/dispatch/mode"):
                return await self._changed("dispatch", body)
            case ("POST", "/v1/dispatch/command") if self.document["dispatch"]["mode"] == "off":
                return problem(409, "refused", code="mode_off", params={})
            case ("POST", "/v1/dispatch/command"):
                return await self._changed("dispatch", {**COMMANDED, "target": body["target"]}, 201)
            case ("DELETE", "/v1/dispatch/command"):
                return await self._changed("dispatch", {"status": "released", "target": None, "source": None})
            case ("PATCH", "/v1/limits"):
                return await self._changed("limits", body)
            case _:
                return await self._answer_member(request, body)

    async def _answer_member(self, request: web.Request, body: Any) -> web.StreamResponse:
        match (request.method, request.path):
            case ("POST", "/v1/community/invitation") if body["invitation"] != "dems:good":
                return problem(409, "refused", code="bad_invitation", params={})
            case ("POST", "/v1/community/invitation"):
                return web.json_response(INVITATION)
            case ("POST", "/v1/community/join"):
                return await self._changed("community", {**COMMUNITY, "status": "waiting"}, 202)
            case ("POST", "/v1/community/leave"):
                return await self._changed("community", {"status": "left"}, 202)
            case ("POST", "/v1/anchor"):
                return web.Response(status=202)
            case ("POST", "/v1/certificates/claim" | "/v1/certificates/redeem"):
                return web.json_response({"transaction": 7}, status=202)
            case ("GET", "/v1/proofs"):
                return web.json_response({"version": 1, **request.query})
            case ("GET", "/v1/settlement"):
                return self._settlement(request)
            case _:
                return await self._answer_trader(request, body)

    async def _answer_trader(self, request: web.Request, body: Any) -> web.StreamResponse:
        match (request.method, request.path.split("/")[2:]):
            case ("PATCH", ["trading"]):
                return await self._changed("trading", body)
            case ("GET", ["forecast"]):
                self.forecast_queries.append(dict(request.query))
                return web.json_response(SERIES)
            case ("GET", ["plan"]):
                return web.json_response(WHOLE_PLAN)
            case ("PUT", ["tariff"]):
                return web.json_response({"until": None})
            case ("PUT", ["solar-forecast"]):
                return web.json_response({"accepted": len(body["slots"])})
            case ("POST", ["loads"]):
                return web.json_response({"id": "a1", "start": body["from"] + 900}, status=201)
            case ("POST", ["holds"]):
                return web.json_response({"id": "b2"}, status=201)
            case ("DELETE", ["loads" | "holds", _]):
                return web.Response(status=204)
            case ("POST", ["orders"]):
                order = {**MARKET["next_order"], **body, "state": "planned"}
                return web.json_response(order, status=201)
            case ("DELETE", ["orders", identifier]):
                order = {**MARKET["next_order"], "id": identifier, "state": "withdrawn"}
                return web.json_response(order)
            case ("POST", ["suggestions", _, "accept" | "reject" as answer]):
                return await self._changed("suggestion", {"state": f"{answer}ed"})
            case _:
                return problem(404, "not-found")

    def _pushed(self, body: Any) -> web.Response:
        if self.document["bridge"]["source"] != "home_assistant":
            return problem(409, "not-pushed")
        self.pushed.append(body["samples"])
        return web.json_response({"accepted": 1, "refused": self.refused})

    def _settlement(self, request: web.Request) -> web.Response:
        self.settlement_queries.append(dict(request.query))
        first, last = int(request.query["from"]), int(request.query["to"])
        slots = [self.settled[slot] for slot in sorted(self.settled) if first <= slot <= last]
        return web.json_response({"slot_seconds": 900, "slots": slots[: self.page]})

    async def _changed(self, section: str, keys: dict[str, Any], status: int = 200) -> web.Response:
        await self.change(**{section: keys})
        return web.json_response(self.document[section], status=status)

    async def _follow(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.queries.append(dict(request.query))
        await socket.send_json(
            {"type": "snapshot", "api": 1, "state": self.document, "event_id": len(self.events)}
        )
        after = int(request.query.get("after", len(self.events)))
        for event in self.events[after:]:
            await socket.send_json(event)
        self.sockets.append(socket)
        try:
            async for _ in socket:
                pass
        finally:
            self.sockets.remove(socket)
        return socket

    def _start(self, body: dict[str, Any]) -> web.Response:
        if self.code is None:
            return problem(409, "no-pairing-open")
        pairing_id, salt, nonce = f"p{len(self.pairings)}", bytes(range(16)), bytes(range(32))
        self.pairings[pairing_id] = (salt, bytes.fromhex(body["client_nonce"]), nonce)
        return web.json_response({"pairing_id": pairing_id, "server_nonce": nonce.hex(), "salt": salt.hex()})

    def _finish(self, body: dict[str, Any]) -> web.Response:
        assert self.code is not None
        salt, client_nonce, nonce = self.pairings[body["pairing_id"]]
        key = hashlib.scrypt(self.code.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
        seen = body["pairing_id"].encode() + b"\0" + client_nonce + nonce
        seen += bytes.fromhex(self.certificate.fingerprint)
        if body["proof"] != hmac.new(key, b"dems-pair-client" + seen, hashlib.sha256).hexdigest():
            return problem(403, "wrong-code")
        proof = hmac.new(key, b"dems-pair-server" + seen, hashlib.sha256).hexdigest()
        token = f"token-{body['pairing_id']}"
        self.tokens.add(token)
        answer = {"token": token, "client_id": "c1", "bridge": self.info()}
        return web.json_response({**answer, "proof": proof if self.honest else "00" * 32}, status=201)


@asynccontextmanager
async def serve(bridge: FakeBridge) -> AsyncIterator[FakeBridge]:
    """Run a fake bridge on a port of this machine: a free one, or the one that it had before."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", bridge.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(
        runner, "127.0.0.1", bridge.port, ssl_context=bridge.certificate.context(), reuse_address=True
    )
    await site.start()
    bridge.port = runner.addresses[0][1]
    try:
        yield bridge
    finally:
        await bridge.hang_up()
        await runner.cleanup()


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until a condition holds; fail loudly if it never does."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
