"""Households bring a new key of their meter, after a lost TPM for example, signed for the registry."""

import asyncio
from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from aiohttp import web

from community.api.values import hexed
from community.chain.facts import CommunityFacts
from community.chain.follower import ChainFollower
from community.members.key_changes import KeyChangeRefused, keep, require_acceptable, require_signed
from community.store import key_changes
from community.store.key_changes import StoredKeyChange
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.https.bodies import read_body, refuse_query
from dems_node.https.problems import Problem
from dems_node.json_types import Json
from dems_protocol.contracts import community_registry
from dems_protocol.registry_changes import SignedKeyChange


def _change(body: Any) -> SignedKeyChange:
    if not isinstance(body, Mapping):
        raise vol.Invalid("expected an object")
    try:
        change = SignedKeyChange.from_json(body)
    except ValueError as error:
        raise vol.Invalid(str(error)) from None
    if change.signature is None:
        raise vol.Invalid("the change of a key lacks signature")
    return change


_BODY = vol.Schema(_change)


def change_document(stored: StoredKeyChange) -> dict[str, Json]:
    """Return how a change stands, as it travels."""
    return {
        "meter": hexed(stored.change.meter),
        "key": hexed(stored.change.key.key_id()),
        "from": stored.change.first_slot,
        "status": str(stored.status),
        "reason": stored.reason,
    }


class KeyChangeRoutes:
    """``/v1/key-changes``."""

    def __init__(
        self,
        *,
        facts: CommunityFacts,
        client: ChainClient,
        database: Database,
        follower: ChainFollower,
        clock: Clock,
    ) -> None:
        self._facts = facts
        self._client = client
        self._database = database
        self._follower = follower
        self._clock = clock

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.post("/v1/key-changes", self._ask)]

    async def _ask(self, request: web.Request) -> web.Response:
        refuse_query(request)
        change: SignedKeyChange = await read_body(request, _BODY)
        known = await self._database.run(key_changes.of_meter, change.meter)
        if known is None or known.change != change:
            known = await self._keep(change)
        return web.json_response(change_document(known), status=202)

    async def _keep(self, change: SignedKeyChange) -> StoredKeyChange:
        registry, now = self._follower.registry, self._clock.utc()
        try:
            require_acceptable(registry, change, self._facts.grid.slot_at(now))
            await asyncio.to_thread(
                require_signed,
                registry,
                change,
                chain_id=self._facts.chain_id,
                registry_address=self._facts.addresses.registry,
                nonce=await self._nonce(change.meter),
            )
        except KeyChangeRefused as error:
            raise Problem(error.status, error.kind, "Key change refused", str(error)) from None
        return await self._database.run(keep, change, int(now))

    async def _nonce(self, meter: bytes) -> int:
        try:
            return await self._client.read(self._facts.addresses.registry, community_registry.Nonces(meter))
        except ChainError:
            raise Problem(
                503,
                "chain-down",
                "The chain does not answer",
                "The signature cannot be checked now: try again later.",
            ) from None
