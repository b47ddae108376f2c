"""The bridge's API over TLS with a pinned certificate (docs/api.md)."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, override

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    Fingerprint,
    ServerFingerprintMismatch,
    WSMsgType,
    WSServerHandshakeError,
)
from homeassistant.util.json import json_loads_object
from yarl import URL

from .const import API_VERSION
from .document import Document, Reader, merge
from .errors import (
    BridgeProblem,
    CannotConnect,
    CertificateChanged,
    InvalidAnswer,
    Unauthorized,
    WrongVersion,
)
from .ledger import Invitation, SettledSlot, read_settlement
from .models import BridgeInfo
from .pairing import Transcript, derive_key

TIMEOUT = ClientTimeout(total=10)
_HEARTBEAT = 30.0
_LARGEST_ANSWER = 1 << 20
_LARGEST_FILE = 64 << 20
_FILE_TIMEOUT = ClientTimeout(total=300, sock_read=60)
"""Proofs are gathered from the journal while they are sent."""
_JOIN_TIMEOUT = ClientTimeout(total=60)
"""The bridge asks operator and chain before it answers."""
_WITHOUT_BODY = (HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT)
_PROBLEM_TYPE = "urn:dems:problem:"


class _Pin(Fingerprint):
    """A fingerprint that remembers what it was shown instead.

    Where a host has several addresses the HTTP library goes on with the next after a mismatch, and reports only the
    last address's error: that would hide a wrong certificate behind one that does not answer.
    """

    presented: bytes | None = None

    @override
    def check(self, transport: asyncio.Transport) -> None:
        try:
            super().check(transport)
        except ServerFingerprintMismatch as error:
            self.presented = error.got
            raise


class BridgeClient:
    """Speaks to one bridge. Every request goes over a connection whose certificate has the pinned fingerprint.

    The session belongs to Home Assistant; the token is sent only after the certificate was checked.
    """

    def __init__(
        self, session: ClientSession, host: str, port: int, fingerprint: str, token: str | None = None
    ) -> None:
        """Take where the bridge is, its certificate's SHA-256 (64 hex digits) and, once paired, the token."""
        self._session = session
        self._base = _base_url(host, port)
        self._pin = _Pin(bytes.fromhex(fingerprint))
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    async def info(self) -> BridgeInfo:
        """Return what the bridge says about itself. Raises WrongVersion where no version is in common."""
        info = BridgeInfo.read(await self.request("GET", "/v1/info"))
        if info.api_current < API_VERSION:
            raise WrongVersion(bridge_is_older=True)
        if info.api_oldest > API_VERSION:
            raise WrongVersion(bridge_is_older=False)
        return info

    async def state(self) -> Document:
        """Return the state document."""
        return merge({}, await self.request("GET", "/v1/state"))

    async def set_mode(self, mode: str) -> dict[str, Any]:
        """Set the dispatch mode; return the ``dispatch`` section."""
        return await self.request("PUT", "/v1/dispatch/mode", {"mode": mode})

    async def command_battery(self, power: int, duration: float, note: str | None) -> dict[str, Any]:
        """Ask for a battery power (W, + discharging) for some seconds; return the ``dispatch`` section."""
        body: dict[str, Any] = {
            "target": {"type": "battery_power", "power_w": power},
            "duration_s": int(duration),
        }
        if note:
            body["note"] = note
        return await self.request("POST", "/v1/dispatch/command", body)

    async def withdraw_command(self) -> dict[str, Any]:
        """Withdraw the manual command; return the ``dispatch`` section."""
        return await self.request("DELETE", "/v1/dispatch/command")

    async def set_limits(self, limits: Mapping[str, int | bool | None]) -> dict[str, Any]:
        """Change some of the owner's limits; return the ``limits`` section."""
        return await self.request("PATCH", "/v1/limits", dict(limits))

    async def read_invitation(self, invitation: str) -> Invitation:
        """Return what an invitation leads to; nothing is agreed to or stored yet."""
        body = {"invitation": invitation}
        return Invitation.read(
            await self.request("POST", "/v1/community/invitation", body, within=_JOIN_TIMEOUT)
        )

    async def join(self, invitation: str, consent: str, plant: Mapping[str, int | str]) -> dict[str, Any]:
        """Agree to the text that hashes to ``consent`` and ask to be admitted; return the ``community`` section.

        ``plant`` has the powers (W) and the capacity (Wh), 0 where the house has no such thing; and, if they are known,
        kind, commissioning (a day, ISO 8601) and unit number of the plant.
        """
        body = {"invitation": invitation, "consent": consent, **plant}
        return await self.request("POST", "/v1/community/join", body, within=_JOIN_TIMEOUT)

    async def leave(self) -> dict[str, Any]:
        """Leave the community with the next slot; return the ``community`` section."""
        return await self.request("POST", "/v1/community/leave", within=_JOIN_TIMEOUT)

    async def anchor(self) -> None:
        """Make the bridge try the waiting readings now."""
        await self.request("POST", "/v1/anchor")

    async def claim(self) -> str:
        """Claim certificates for the oldest feed-in that is final; return the id of the transaction that will do it."""
        answer = Reader("claim", await self.request("POST", "/v1/certificates/claim"))
        return answer.name("transaction")

    async def redeem(self, certificate: str, energy: int, purpose: str) -> str:
        """Redeem certificates of one kind for some Wh; return the id of the transaction that will do it."""
        body = {"id": certificate, "amount_wh": energy, "purpose": purpose}
        answer = Reader("redeem", await self.request("POST", "/v1/certificates/redeem", body))
        return answer.name("transaction")

    async def settlement(self, first: int, last: int) -> list[SettledSlot]:
        """Return the decided slots from ``first`` to ``last``, both included: the oldest of them, at most 1000."""
        query = {"from": first, "to": last}
        return read_settlement(await self.request("GET", "/v1/settlement", query=query))

    async def proofs(self, first: int, last: int) -> bytes:
        """Return the file with the proofs of the slots from ``first`` to ``last``, both included. At most 64 MiB."""
        async with self._response(
            "GET", "/v1/proofs", query={"from": first, "to": last}, within=_FILE_TIMEOUT
        ) as response:
            return await _read(response, _LARGEST_FILE)

    async def acknowledged(self) -> int | None:
        """Return up to which event the bridge was told that we have them; None where it was told nothing."""
        return Reader("acknowledged", await self.request("GET", "/v1/events/acknowledged")).integer("id")

    async def acknowledge(self, event_id: int) -> None:
        """Say that we have every event up to this one."""
        await self.request("PUT", "/v1/events/acknowledged", {"id": event_id})

    async def push(self, readings: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
        """Give the bridge readings of meters; return what it refused, and why: key, code and detail."""
        answer = Reader("readings", await self.request("PUT", "/v1/readings", {"samples": [*readings]}))
        return [
            (one.required_text("key"), one.required_text("code"), one.text("detail") or "")
            for one in answer.objects("refused")
        ]

    async def offer_setpoints(self, offer: Mapping[str, int] | None) -> None:
        """Offer to set the battery's power within these limits (W, Wh); None: nothing is in force, nothing is offered."""
        if offer is None:
            await self.request("DELETE", "/v1/setpoints/offer")
        else:
            await self.request("PUT", "/v1/setpoints/offer", offer)

    async def acknowledge_setpoint(self, setpoint_id: str, outcome: str) -> None:
        """Say what became of a set-point."""
        await self.request("PUT", "/v1/setpoints/acknowledged", {"id": setpoint_id, "outcome": outcome})

    async def diagnostics(self) -> dict[str, Any]:
        """Return the bridge's own diagnostics."""
        return await self.request("GET", "/v1/diagnostics")

    async def revoke(self) -> None:
        """Make the bridge forget this client's token."""
        await self.request("DELETE", "/v1/pairing")

    async def pair(self, code: str, name: str) -> str:
        """Pair by a canonical code under the name of this client; return the token.

        Raises BridgeProblem (``wrong-code``, ``no-pairing-open``), or InvalidAnswer where the bridge cannot prove that
        it knows the code and holds this certificate.
        """
        client_nonce = secrets.token_bytes(32)
        started = await self.request(
            "POST", "/v1/pairing/start", {"client_nonce": client_nonce.hex(), "name": name}
        )
        salt, transcript = _transcript(started, client_nonce, self._pin.fingerprint)
        key = await asyncio.get_running_loop().run_in_executor(None, derive_key, code, salt)
        finished = await self.request(
            "POST",
            "/v1/pairing/finish",
            {"pairing_id": transcript.pairing_id, "proof": transcript.client_proof(key)},
        )
        token, proof = finished.get("token"), finished.get("proof")
        if not isinstance(token, str) or not token or not isinstance(proof, str):
            raise InvalidAnswer("pairing: a token and a proof were expected")
        if not transcript.is_server_proof(key, proof):
            raise InvalidAnswer("pairing: the bridge did not prove that it knows the code")
        return token

    async def messages(self, interval: int, after: int | None = None) -> AsyncGenerator[dict[str, Any]]:
        """Yield the messages of the WebSocket until it ends, which is always an error: CannotConnect or worse.

        Stored events with an id greater than ``after`` come first, after the snapshot. Between two messages other
        tasks run, however fast the bridge sends.
        """
        query = {"interval": interval} if after is None else {"interval": interval, "after": after}
        url = self._base.with_path("/v1/ws").with_query(query)
        async with self._errors_named(), asyncio.timeout(TIMEOUT.total):
            socket = await self._session.ws_connect(
                url,
                ssl=self._pin,
                headers=self._headers,
                heartbeat=_HEARTBEAT,
                timeout=ClientWSTimeout(ws_close=5),
                max_msg_size=_LARGEST_ANSWER,
            )
        async with socket:
            while True:
                yield await self._receive(socket)
                await asyncio.sleep(0)

    async def _receive(self, socket: ClientWebSocketResponse) -> dict[str, Any]:
        async with self._errors_named():
            message = await socket.receive()
        if message.type is WSMsgType.TEXT:
            return _object(message.data)
        if message.type is WSMsgType.BINARY:
            raise InvalidAnswer("the WebSocket sent bytes where a text was expected")
        raise CannotConnect(f"the WebSocket was closed ({socket.close_code})")

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, int] | None = None,
        within: ClientTimeout = TIMEOUT,
    ) -> dict[str, Any]:
        """Send a request and return the object that answers it, empty where nothing does. Raises BridgeError."""
        async with self._response(method, path, body, query=query, within=within) as response:
            text = await _read(response, _LARGEST_ANSWER)
        return {} if not text and response.status in _WITHOUT_BODY else _object(text)

    @asynccontextmanager
    async def _response(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, int] | None = None,
        within: ClientTimeout = TIMEOUT,
    ) -> AsyncGenerator[ClientResponse]:
        """Send a request and yield its answer, where that is a good one; raise what it says where it is not."""
        async with (
            self._errors_named(),
            self._session.request(
                method,
                self._base.with_path(path).with_query(query),
                json=body,
                headers=self._headers,
                ssl=self._pin,
                timeout=within,
                allow_redirects=False,
            ) as response,
        ):
            if response.status == HTTPStatus.UNAUTHORIZED:
                raise Unauthorized("the bridge does not know this token")
            if not response.ok:
                raise _problem(response.status, _object(await _read(response, _LARGEST_ANSWER)))
            yield response

    @asynccontextmanager
    async def _errors_named(self) -> AsyncGenerator[None]:
        """Turn what the HTTP library raises into what the integration tells apart."""
        self._pin.presented = None
        try:
            yield
        except WSServerHandshakeError as error:
            if error.status == HTTPStatus.UNAUTHORIZED:
                raise Unauthorized("the bridge does not know this token") from None
            raise CannotConnect(f"the WebSocket was refused with status {error.status}") from None
        except (TimeoutError, ClientError, OSError) as error:
            if self._pin.presented is not None:
                raise CertificateChanged(self._pin.presented.hex()) from None
            raise _cannot_connect(self._base.host, error) from error


async def read_fingerprint(session: ClientSession, host: str, port: int) -> str:
    """Return the SHA-256 of the certificate that is shown at an address, 64 hex digits. Raises CannotConnect.

    No certificate hashes to zeros: asking for that one makes the server show its own, and nothing is sent.
    """
    pin = _Pin(bytes(32))
    try:
        async with session.get(_base_url(host, port), ssl=pin, timeout=TIMEOUT, allow_redirects=False):
            raise CannotConnect(f"{host} does not speak TLS")
    except (TimeoutError, ClientError, OSError) as error:
        if pin.presented is None:
            raise _cannot_connect(host, error) from error
    return pin.presented.hex()


def _cannot_connect(host: str | None, error: Exception) -> CannotConnect:
    if isinstance(error, TimeoutError):
        return CannotConnect(f"{host} did not answer in time")
    return CannotConnect(f"{host} cannot be reached ({type(error).__name__})")


def _base_url(host: str, port: int) -> URL:
    try:
        return URL.build(scheme="https", host=host, port=port)
    except ValueError as error:
        raise CannotConnect(f"{host!r} is not the name or the address of a host") from error


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        return json_loads_object(text)
    except ValueError as error:
        raise InvalidAnswer("a JSON object was expected") from error


async def _read(response: ClientResponse, largest: int) -> bytes:
    """Return the answer's body. Raises InvalidAnswer where it is larger than so many bytes."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > largest:
            raise InvalidAnswer("the answer is larger than any answer of a bridge")
    return bytes(body)


def _problem(status: int, document: Mapping[str, Any]) -> BridgeProblem | InvalidAnswer:
    kind, detail, code = document.get("type"), document.get("detail"), document.get("code")
    params = document.get("params")
    if not isinstance(kind, str) or not kind.startswith(_PROBLEM_TYPE):
        return InvalidAnswer(f"status {status} without a problem document")
    return BridgeProblem(
        status=status,
        kind=kind.removeprefix(_PROBLEM_TYPE),
        detail=detail if isinstance(detail, str) else "",
        code=code if isinstance(code, str) else None,
        params={key: str(value) for key, value in params.items()} if isinstance(params, dict) else {},
    )


def _transcript(
    started: Mapping[str, Any], client_nonce: bytes, fingerprint: bytes
) -> tuple[bytes, Transcript]:
    """Return salt and transcript from the answer to ``start``. Raises InvalidAnswer."""
    pairing_id = started.get("pairing_id")
    try:
        salt, server_nonce = bytes.fromhex(started["salt"]), bytes.fromhex(started["server_nonce"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidAnswer("pairing: a salt and a nonce in hex were expected") from error
    if not isinstance(pairing_id, str) or len(salt) != 16 or len(server_nonce) != 32:
        raise InvalidAnswer("pairing: an id, 16 bytes of salt and a nonce of 32 bytes were expected")
    return salt, Transcript(
        pairing_id=pairing_id, client_nonce=client_nonce, server_nonce=server_nonce, fingerprint=fingerprint
    )
