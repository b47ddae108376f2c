"""The operator's API as a household uses it (docs/operator-api.md): pinned HTTPS, every call within a time-out.

The operator is not trusted: what it answers is checked for its form here and for its truth by who asked.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from dems_node.json_types import Json
from dems_protocol.commitments import Opening
from dems_protocol.curve import Point
from dems_protocol.leaves import LEAF_WORDS, Leaf
from dems_protocol.membership import ACCESS_SECONDS, Access, Enrolment
from dems_protocol.readings import Reading
from dems_protocol.registry_changes import SignedKeyChange
from dems_protocol.signatures import Signature
from dems_protocol.statements import Receipt, Statement
from dems_protocol.sum_tree import LARGEST_COUNT, Sums
from dems_protocol.typed_data import LedgerDomain

REQUEST_SECONDS = 15.0
LEAVES_SECONDS = 120.0
LARGEST_ANSWER = 256 * 1024
"""Bytes of a JSON answer; leaves have a bound of their own."""
_LEAF_BYTES = LEAF_WORDS * 32
_PREFIX = "urn:dems:problem:"

type SignDigest = Callable[[bytes], Signature]
"""Signs a digest with the household's account; may block."""


class OperatorError(Exception):
    """The operator did not do what was asked. The text holds no secret."""


class OperatorDown(OperatorError):
    """The operator cannot be reached, does not answer in time, or answers nonsense; ``problem`` is a stable code."""

    def __init__(self, problem: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem


class OperatorRefused(OperatorError):
    """The operator answered with a problem document: its status, ``code`` (the end of its type), detail and params."""

    def __init__(self, status: int, code: str, detail: str, params: Mapping[str, Json], body: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.params = params
        self.body = body


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorInfo:
    """What the operator says of itself and of the community."""

    chain_id: int
    contracts: Mapping[str, bytes]
    operator: bytes
    sealing_key: Point
    slot_seconds: int
    minimum_owners: int
    name: str
    consent: str
    consent_hash: bytes


@dataclass(frozen=True, slots=True)
class EnrolmentAnswer:
    """How an enrolment stands: ``waiting``, ``member``, ``refused`` or ``left``, and why."""

    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt with the operator's signature. ``late``: the slot's statement was made without the reading."""

    receipt: Receipt
    signature: Signature
    late: bool


@dataclass(frozen=True, slots=True)
class LastReading:
    """The last reading of a meter that arrived at the operator."""

    reading: Reading
    signature: Signature


class OperatorClient:
    """Talks to one operator. ``sign`` signs access with the household's account; ``now`` is UTC s."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        fingerprint: bytes,
        *,
        domain: LedgerDomain,
        household: bytes | None = None,
        sign: SignDigest | None = None,
        now: Callable[[], float],
    ) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._pin = aiohttp.Fingerprint(fingerprint)
        self._domain = domain
        self._household = household
        self._sign = sign
        self._now = now

    async def info(self) -> OperatorInfo:
        """Return what the operator says of the community. Raises OperatorError."""
        return _understood(_info, await self._json("GET", "/v1/info"))

    async def enrol(
        self, enrolment: Enrolment, household: Signature, meter: Signature, secret: bytes
    ) -> EnrolmentAnswer:
        """Send an enrolment; sent again it answers as the first time. Raises OperatorError."""
        body: dict[str, Json] = {
            "enrolment": _hex(enrolment.encode()),
            "household_signature": _hex(household.encode()),
            "meter_signature": _hex(meter.encode()),
            "invitation": _hex(secret),
        }
        return _understood(_enrolment, await self._json("POST", "/v1/enrolments", body))

    async def enrolment(self, household: bytes) -> EnrolmentAnswer:
        """Return how a household's enrolment stands. Raises OperatorError."""
        return _understood(_enrolment, await self._json("GET", f"/v1/enrolments/{_hex(household)}"))

    async def leave(self, household: bytes, body: Mapping[str, Json]) -> None:
        """Ask the operator to end the membership. Raises OperatorError."""
        await self._json("POST", f"/v1/enrolments/{_hex(household)}/leave", body, member=True)

    async def change_key(self, change: SignedKeyChange) -> None:
        """Ask the operator to bring the meter's new key to the registry; sent again it changes nothing. Raises OperatorError."""
        await self._json("POST", "/v1/key-changes", change.to_json())

    async def submit(self, reading: Reading, signature: Signature, openings: tuple[Opening, ...]) -> Received:
        """Submit a reading; return the receipt as it was given, unchecked. Raises OperatorError."""
        body: dict[str, Json] = {
            "reading": _hex(reading.encode()),
            "signature": _hex(signature.encode()),
            "openings": [[opening.value, opening.blinding] for opening in openings],
        }
        try:
            answer = await self._json("POST", "/v1/readings", body)
        except OperatorRefused as refused:
            if isinstance(refused.body, Mapping) and "receipt" in refused.body:
                return _understood(_received, refused.body, late=True)
            raise
        return _understood(_received, answer)

    async def last_reading(self, meter: bytes) -> LastReading | None:
        """Return the last reading of the household's meter that arrived, None if none did. Raises OperatorError."""
        try:
            answer = await self._json("GET", f"/v1/meters/{_hex(meter)}/last", member=True)
        except OperatorRefused as refused:
            if refused.status == 404:
                return None
            raise
        return _understood(_last, answer)

    async def statement(self, slot: int) -> tuple[Statement, Signature]:
        """Return the statement that the operator has signed for a slot. Raises OperatorError."""
        return _understood(_statement, await self._json("GET", f"/v1/slots/{slot}"))

    async def unnetted_reason(self, slot: int) -> str | None:
        """Return why the operator says that a slot is not netted, None where it does not say that.

        That is the operator's word: only the chain makes it final. Raises OperatorError.
        """
        return _understood(_unnetted_reason, await self._json("GET", f"/v1/slots/{slot}"))

    async def leaves(self, slot: int) -> list[Leaf]:
        """Return all leaves of a slot, which hide the values. Raises OperatorError."""
        data = await self._request(
            "GET",
            f"/v1/slots/{slot}/leaves",
            None,
            member=True,
            seconds=LEAVES_SECONDS,
            largest=_LARGEST_LEAVES,
        )
        return await asyncio.to_thread(_understood, _leaves, data)

    async def _json(
        self, method: str, path: str, body: Mapping[str, Json] | None = None, *, member: bool = False
    ) -> Any:
        data = await self._request(method, path, body, member=member)
        return _parsed(data) if data else {}

    async def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Json] | None,
        *,
        member: bool = False,
        seconds: float = REQUEST_SECONDS,
        largest: int = LARGEST_ANSWER,
    ) -> bytes:
        headers = {"Authorization": await self._authorisation(path)} if member else {}
        try:
            async with self._session.request(
                method,
                self._url + path,
                json=body,
                headers=headers,
                ssl=self._pin,
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as response:
                data = await _read(response, largest)
        except aiohttp.ServerFingerprintMismatch:
            raise OperatorDown(
                "wrong_certificate",
                f"{self._url} shows another certificate than the invitation names: somebody may sit in between.",
            ) from None
        except TimeoutError:
            raise OperatorDown("silent", f"{self._url} gave no answer within {seconds:g} s.") from None
        except (aiohttp.ClientError, OSError) as error:
            raise OperatorDown(
                "unreachable", f"{self._url} cannot be reached ({type(error).__name__})."
            ) from None
        if response.status >= 400:
            raise _refused(response.status, data)
        return data

    async def _authorisation(self, path: str) -> str:
        if self._household is None or self._sign is None:
            raise OperatorDown("no_account", f"{path} is for members only.")
        access = Access(self._household, path, int(self._now()) + ACCESS_SECONDS - 30)
        digest = self._domain.digest(access.struct_hash())
        return access.header(await asyncio.to_thread(self._sign, digest))


_LARGEST_LEAVES = LARGEST_COUNT * _LEAF_BYTES


async def _read(response: aiohttp.ClientResponse, largest: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > largest:
            raise OperatorDown("wrong_answer", f"the operator's answer has more than {largest} bytes.")
    return bytes(data)


def _refused(status: int, data: bytes) -> OperatorError:
    try:
        body = _parsed(data)
    except OperatorDown:
        return OperatorDown(
            "wrong_answer", f"the operator answered with HTTP {status} and no problem document."
        )
    kind = str(body.get("type", "")) if isinstance(body, dict) else ""
    if not kind.startswith(_PREFIX) or status >= 500 or status == 429:
        return OperatorDown("failing", f"the operator answered with HTTP {status}.")
    params = body.get("params")
    return OperatorRefused(
        status,
        kind.removeprefix(_PREFIX)[:60],
        str(body.get("detail", ""))[:500],
        params if isinstance(params, dict) else {},
        body,
    )


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError, RecursionError:
        raise OperatorDown("wrong_answer", "the operator's answer is not JSON.") from None


def _understood[**P, T](read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return read(*args, **kwargs)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise OperatorDown(
            "wrong_answer", f"the operator's answer is not what was asked for ({error!r:.120})."
        ) from None


def _info(answer: Any) -> OperatorInfo:
    consent = str(answer["consent"]["text"])
    x, y = answer["encryption_key"]
    return OperatorInfo(
        chain_id=int(answer["chain_id"]),
        contracts={str(name): _bytes(address, 20) for name, address in answer["contracts"].items()},
        operator=_bytes(answer["operator"], 20),
        sealing_key=Point(_number(x), _number(y)),
        slot_seconds=int(answer["slot_seconds"]),
        minimum_owners=int(answer["minimum_owners"]),
        name=str(answer["name"])[:200],
        consent=consent,
        consent_hash=_bytes(answer["consent"]["hash"], 32),
    )


def _enrolment(answer: Any) -> EnrolmentAnswer:
    status = str(answer["status"])
    if status not in {"waiting", "member", "refused", "left"}:
        raise ValueError(status)
    reason = answer.get("reason")
    return EnrolmentAnswer(status, None if reason is None else str(reason)[:300])


def _received(answer: Any, *, late: bool = False) -> Received:
    receipt = answer["receipt"]
    return Received(
        Receipt(
            _bytes(receipt["reading"], 32),
            _bytes(receipt["meter"], 32),
            int(receipt["slot"]),
            int(receipt["revision"]),
            int(receipt["received_at"]),
        ),
        Signature.decode(_bytes(answer["signature"], 65)),
        late or bool(receipt.get("late")) or bool(answer.get("late")),
    )


def _last(answer: Any) -> LastReading:
    return LastReading(
        Reading.decode(_bytes(answer["reading"])), Signature.decode(_bytes(answer["signature"], 65))
    )


def _statement(answer: Any) -> tuple[Statement, Signature]:
    stated = answer["statement"]
    signature = Signature.decode(_bytes(answer["signature"], 65))
    if isinstance(stated, str):
        return Statement.decode(_bytes(stated)), signature
    wx, wy, fx, fy = (_number(word) for word in stated["sums"])
    sums = Sums(Point(wx, wy), Point(fx, fy), int(stated["withdrawal_owners"]), int(stated["feed_in_owners"]))
    statement = Statement(
        int(stated["slot"]), int(stated["attempt"]), _bytes(stated["root"], 32), sums, int(stated["count"])
    )
    return statement, signature


def _unnetted_reason(answer: Any) -> str | None:
    if answer["phase"] != "unnetted":
        return None
    reason = answer.get("reason")
    return "unknown" if reason is None else str(reason)[:60]


def _leaves(data: bytes) -> list[Leaf]:
    if len(data) % _LEAF_BYTES:
        raise ValueError(f"{len(data)} bytes are no whole number of leaves")
    return [Leaf.decode(data[at : at + _LEAF_BYTES]) for at in range(0, len(data), _LEAF_BYTES)]


def _number(value: Any) -> int:
    return int(value, 16) if isinstance(value, str) and value.startswith("0x") else int(value)


def _bytes(text: Any, length: int | None = None) -> bytes:
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError("expected bytes as 0x…")
    data = bytes.fromhex(text[2:])
    if length is not None and len(data) != length:
        raise ValueError(f"expected {length} bytes, got {len(data)}")
    return data


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
