"""What everybody may know: health, and what the community is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from eth_hash.auto import keccak

from community import __version__
from community.api.values import hexed
from community.chain.facts import CommunityFacts
from community.slots.steps import Deadlines
from dems_node.https.bodies import refuse_query
from dems_node.json_types import Json
from dems_protocol.curve import Point

API_VERSION = 1
OLDEST_API_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """What the operator says of itself: name, account, the text to agree to, and the point that openings are sealed to.

    That point can become another one while the daemon runs.
    """

    name: str
    operator: bytes
    encryption_key: Callable[[], Point]
    consent: str
    facts: CommunityFacts
    deadlines: Deadlines

    @property
    def consent_hash(self) -> bytes:
        """The keccak of the text, which an enrolment signs."""
        return keccak(self.consent.encode())


def info_document(portrait: Portrait) -> dict[str, Json]:
    """Return ``GET /v1/info``."""
    facts = portrait.facts
    return {
        "api": {"current": API_VERSION, "oldest": OLDEST_API_VERSION},
        "version": __version__,
        "name": portrait.name,
        "chain_id": facts.chain_id,
        "contracts": {
            "registry": hexed(facts.addresses.registry),
            "ledger": hexed(facts.addresses.ledger),
            "netting": hexed(facts.addresses.netting),
            "account": hexed(facts.addresses.account),
            "challenges": hexed(facts.challenges),
            "demands": hexed(facts.demands),
            "direct_inclusion": hexed(facts.direct_inclusion),
        },
        "market": _hexed_or_none(facts.addresses.market),
        "suggestions": _hexed_or_none(facts.addresses.suggestions),
        "operator": hexed(portrait.operator),
        "encryption_key": [hexed(number.to_bytes(32)) for number in portrait.encryption_key()],
        "slot_seconds": facts.grid.seconds,
        "minimum_owners": facts.minimum_owners,
        "deadlines": {
            "statement_after": portrait.deadlines.publish_after,
            "publish_seconds": facts.publish_seconds,
            "publish_limit_seconds": facts.publish_limit_seconds,
            "challenge_seconds": facts.challenge_seconds,
            "challenge_blocks": facts.challenge_blocks,
            "answer_seconds": facts.answer_seconds,
            "answer_blocks": facts.answer_blocks,
            "replace_seconds": facts.replace_seconds,
            "replace_blocks": facts.replace_blocks,
            "open_seconds": facts.open_seconds,
            "open_blocks": facts.open_blocks,
        },
        "consent": {"text": portrait.consent, "hash": hexed(portrait.consent_hash)},
    }


def _hexed_or_none(address: bytes | None) -> str | None:
    return None if address is None else hexed(address)


class PublicRoutes:
    """``/health`` and ``/v1/info``. ``problems`` names what keeps the operator from its work now: stable codes."""

    def __init__(self, portrait: Portrait, problems: Callable[[], Sequence[str]] = tuple) -> None:
        self._portrait = portrait
        self._problems = problems

    def table(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/health", self._health), web.get("/v1/info", self._info)]

    async def _health(self, request: web.Request) -> web.Response:
        refuse_query(request)
        problems = list(self._problems())
        if problems:
            return web.json_response({"status": "degraded", "problems": problems}, status=503)
        return web.json_response({"status": "ok"})

    async def _info(self, request: web.Request) -> web.Response:
        refuse_query(request)
        return web.json_response(info_document(self._portrait))
