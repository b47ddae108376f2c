"""Households ask to be let in, look how it stands, and leave."""

import asyncio
from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from aiohttp import web

from community.api.access import Gate
from community.api.values import decoded, hex_of, hexed, signature
from community.chain.facts import CommunityFacts
from community.chain.follower import ChainFollower
from community.members.enrolling import (
    EnrolmentRefused,
    EnrolmentRequest,
    LeaveChange,
    keep_enrolment,
    leave,
    require_sound,
    standing_of,
)
from community.members.registrar import delayed_slot
from community.store import members
from community.store.members import StoredEnrolment
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.https.bodies import read_body, refuse_query, whole_number
from dems_node.https.problems import Problem
from dems_node.json_types import Json
from dems_protocol.contracts import community_registry
from dems_protocol.membership import ENROLMENT_WORDS, SECRET_BYTES, Enrolment, parse_hex

_LARGEST_SLOT = 2**63 - 1
_MOST_METERS = 64
_ENROLMENT = vol.Schema(
    {
        vol.Required("enrolment"): decoded(Enrolment.decode, ENROLMENT_WORDS * 32),
        vol.Required("household_signature"): signature,
        vol.Required("meter_signature"): signature,
        vol.Required("invitation"): hex_of(SECRET_BYTES),
    }
)
_CHANGE = vol.Schema(
    {
        vol.Required("meter"): hex_of(32),
        vol.Required("from"): whole_number(0, _LARGEST_SLOT),
        vol.Required("signature"): signature,
    }
)


def _changes(value: Any) -> list[LeaveChange]:
    if not isinstance(value, list) or len(value) > _MOST_METERS:
        raise vol.Invalid(f"expected a list of at most {_MOST_METERS} changes")
    found = [_CHANGE(each) for each in value]
    return [LeaveChange(each["meter"], each["from"], each["signature"]) for each in found]


_LEAVE = vol.Schema({vol.Optional("changes", default=list): _changes})


def standing_document(enrolments: list[StoredEnrolment]) -> dict[str, Json]:
    """Return how a household stands, as it travels."""
    standing, reason = standing_of(enrolments)
    return {
        "status": str(standing),
        "reason": reason,
        "meters": [
            {
                "meter": hexed(each.enrolment.meter),
                "status": str(each.status),
                "from": each.first_slot,
                "until": None if each.leaving is None else each.leaving.first_slot,
            }
            for each in enrolments
        ],
    }


class EnrolmentRoutes:
    """``/v1/enrolments``."""

    def __init__(
        self,
        *,
        facts: CommunityFacts,
        consent: bytes,
        auto_approve: bool,
        client: ChainClient,
        database: Database,
        follower: ChainFollower,
        gate: Gate,
        clock: Clock,
    ) -> None:
        self._facts = facts
        self._consent = consent
        self._auto_approve = auto_approve
        self._client = client
        self._database = database
        self._follower = follower
        self._gate = gate
        self._clock = clock

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/v1/enrolments", self._enrol),
            web.get("/v1/enrolments/{household}", self._standing),
            web.post("/v1/enrolments/{household}/leave", self._leave),
        ]

    async def _enrol(self, request: web.Request) -> web.Response:
        refuse_query(request)
        wish = _request(await read_body(request, _ENROLMENT))
        try:
            await asyncio.to_thread(require_sound, wish, self._facts.domain, self._consent)
            await self._database.run(
                keep_enrolment,
                wish,
                self._follower.registry,
                approved=self._auto_approve,
                now=int(self._clock.utc()),
            )
        except EnrolmentRefused as error:
            raise _problem(error) from None
        enrolments = await self._database.run(members.of_household, wish.enrolment.household)
        return web.json_response(standing_document(enrolments), status=201)

    async def _standing(self, request: web.Request) -> web.Response:
        refuse_query(request)
        household = _household_of(request)
        enrolments = await self._database.run(members.of_household, household)
        if not enrolments:
            raise Problem(404, "not-found", "Not enrolled", f"{hexed(household)} never asked to be let in.")
        return web.json_response(standing_document(enrolments))

    async def _leave(self, request: web.Request) -> web.Response:
        refuse_query(request)
        household = await self._gate.household(request)
        if household != _household_of(request):
            raise Problem(403, "not-a-member", "Not your household", "Only a household itself can leave.")
        changes = (await read_body(request, _LEAVE))["changes"] if request.can_read_body else []
        now = self._clock.utc()
        try:
            await self._database.run(
                leave,
                household,
                changes,
                chain_id=self._facts.chain_id,
                registry=self._facts.addresses.registry,
                nonces=await self._nonces(changes),
                current_slot=self._facts.grid.slot_at(now),
                delayed_slot=delayed_slot(self._facts, now),
                now=int(now),
            )
        except EnrolmentRefused as error:
            raise _problem(error) from None
        enrolments = await self._database.run(members.of_household, household)
        if not enrolments:
            raise Problem(
                403, "not-a-member", "Not a member", f"{hexed(household)} never asked to be let in."
            )
        return web.json_response(standing_document(enrolments), status=202)

    async def _nonces(self, changes: list[LeaveChange]) -> dict[bytes, int]:
        try:
            return {
                change.meter: await self._client.read(
                    self._facts.addresses.registry, community_registry.Nonces(change.meter)
                )
                for change in changes
            }
        except ChainError:
            raise Problem(
                503,
                "chain-down",
                "The chain does not answer",
                "The signature cannot be checked now: try again later.",
            ) from None


def _request(fields: Mapping[str, Any]) -> EnrolmentRequest:
    return EnrolmentRequest(
        fields["enrolment"], fields["household_signature"], fields["meter_signature"], fields["invitation"]
    )


def _household_of(request: web.Request) -> bytes:
    try:
        return parse_hex(request.match_info["household"], 20)
    except ValueError as error:
        raise Problem(404, "not-found", "Not found", f"A household is {error}.") from None


def _problem(error: EnrolmentRefused) -> Problem:
    return Problem(error.status, error.kind, "Enrolment refused", str(error))
