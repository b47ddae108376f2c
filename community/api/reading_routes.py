"""Readings come in, and what arrived last goes back to a household that was restored."""

from typing import Any

import voluptuous as vol
from aiohttp import web

from community.api.access import Gate
from community.api.values import decoded, hexed, signature
from community.readings.acceptance import Refusal, Submission
from community.readings.desk import ClockDiffers, DeskBusy, ReadingDesk, SignedReceipt
from community.store import readings
from dems_node.database.database import Database
from dems_node.https.bodies import read_body, refuse_query
from dems_node.https.problems import Problem
from dems_node.json_types import Json
from dems_protocol.commitments import Register
from dems_protocol.membership import parse_hex
from dems_protocol.readings import READING_WORDS, Reading

_TITLES = {
    "not-registered": "Meter not registered",
    "wrong-key": "Wrong key",
    "bad-signature": "Signature not accepted",
    "bad-point": "Not a point of the curve",
    "bad-opening": "Opening does not open",
    "out-of-range": "Value out of range",
    "above-plant": "More than the plant can do",
    "wrong-slot": "Slot not over",
    "broken-chain": "Does not follow the last reading",
    "too-late": "Too late",
    "older-revision": "Older revision",
}
_CONFLICTS = ("too-late", "older-revision")


def _openings(value: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list) or len(value) != len(Register):
        raise vol.Invalid("expected five pairs of value and blinding")
    return tuple(_pair(pair) for pair in value)


def _pair(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2 or any(type(number) is not int for number in value):
        raise vol.Invalid("expected five pairs of whole numbers: value and blinding")
    return value[0], value[1]


_SUBMISSION = vol.Schema(
    {
        vol.Required("reading"): decoded(Reading.decode, READING_WORDS * 32),
        vol.Required("signature"): signature,
        vol.Required("openings"): _openings,
    }
)


def receipt_document(given: SignedReceipt) -> dict[str, Json]:
    """Return a receipt as it travels."""
    receipt = given.receipt
    document: dict[str, Json] = {
        "reading": hexed(receipt.reading),
        "meter": hexed(receipt.meter),
        "slot": receipt.slot,
        "revision": receipt.revision,
        "received_at": receipt.received_at,
    }
    if given.late:
        document["late"] = True
    return {"receipt": document, "signature": hexed(given.signature.encode())}


class ReadingRoutes:
    """``/v1/readings`` and ``/v1/meters``."""

    def __init__(self, desk: ReadingDesk, database: Database, gate: Gate) -> None:
        self._desk = desk
        self._database = database
        self._gate = gate

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.post("/v1/readings", self._submit), web.get("/v1/meters/{meter}/last", self._last)]

    async def _submit(self, request: web.Request) -> web.Response:
        refuse_query(request)
        fields = await read_body(request, _SUBMISSION)
        submission = Submission(fields["reading"], fields["signature"], fields["openings"])
        try:
            found = await self._desk.accept(submission)
        except DeskBusy:
            raise Problem(
                503, "busy", "Busy", "Too many readings arrive at once: try again in a few seconds."
            ) from None
        except ClockDiffers as error:
            raise Problem(503, "clock-differs", "Clocks differ", str(error)) from None
        if isinstance(found, Refusal):
            status = 409 if found.kind in _CONFLICTS else 422
            raise Problem(status, found.kind, _TITLES[found.kind], found.detail, params=found.params)
        return web.json_response(receipt_document(found), status=201)

    async def _last(self, request: web.Request) -> web.Response:
        refuse_query(request)
        household = await self._gate.household(request)
        meter = meter_of(request)
        if not self._gate.owns(household, meter):
            raise Problem(
                403, "not-a-member", "Not your meter", f"Meter {hexed(meter)} is not the household's."
            )
        found = await self._database.run(readings.last_of, meter)
        if found is None:
            raise Problem(404, "not-found", "No reading", f"No reading of meter {hexed(meter)} ever arrived.")
        return web.json_response(
            {
                "reading": hexed(found.reading.encode()),
                "signature": hexed(found.signature.encode()),
                "slot": found.reading.slot,
                "revision": found.reading.revision,
            }
        )


def meter_of(request: web.Request) -> bytes:
    """Return the meter id of a path. Raises Problem 404."""
    try:
        return parse_hex(request.match_info["meter"], 32)
    except ValueError as error:
        raise Problem(404, "not-found", "Not found", f"A meter id is {error}.") from None
