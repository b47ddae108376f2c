"""The operator's API over real sockets, with a registry made up by the test instead of a chain."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from community.api.access import Gate
from community.api.enrolment_routes import EnrolmentRoutes
from community.api.key_change_routes import KeyChangeRoutes
from community.api.public_routes import Portrait, PublicRoutes
from community.api.rates import Rate, Rates
from community.api.reading_routes import ReadingRoutes
from community.api.routes import ApiParts, api_application
from community.api.slot_routes import SlotRoutes
from community.chain.clock import ChainClock
from community.chain.facts import Addresses, CommunityFacts
from community.chain.follower import ChainFollower
from community.readings.acceptance import Plausibility
from community.readings.desk import ReadingDesk
from community.slots.making import make_statement
from community.slots.office import Office
from community.slots.steps import Deadlines
from community.store import slots
from community.store.schema import MIGRATIONS
from community.workers import Workers
from dems_node.chain.client import ChainClient
from dems_node.database.database import Database
from dems_node.https.server import HttpsServer
from dems_node.https.tls import OwnCertificate, load_or_create_certificate
from dems_node.json_types import Json
from dems_protocol.contracts.community_registry import (
    HouseholdChangedEvent,
    KeyChangedEvent,
    PlantChangedEvent,
)
from dems_protocol.contracts.structs import Plant, Source
from dems_protocol.slots import SlotGrid
from tests.community.households import Household
from tests.community.town import (
    SLOT_SECONDS,
    START,
    Fuse,
    FusedDatabase,
    TownClock,
    operator_keys,
)

FACTS = CommunityFacts(
    chain_id=31337,
    addresses=Addresses(registry=b"\1" * 20, ledger=b"\2" * 20, netting=b"\3" * 20, account=b"\4" * 20),
    challenges=b"\5" * 20,
    demands=b"\6" * 20,
    direct_inclusion=b"\7" * 20,
    grid=SlotGrid(SLOT_SECONDS),
    publish_seconds=900,
    publish_limit_seconds=604_800,
    challenge_seconds=3600,
    challenge_blocks=240,
    answer_seconds=1800,
    answer_blocks=120,
    replace_seconds=3600,
    replace_blocks=240,
    open_seconds=86_400,
    open_blocks=5760,
    minimum_owners=5,
    change_delay_seconds=14 * 86_400,
    bond_amount=1_000_000_000,
    inclusion_deposit=5_000_000,
)
DEADLINES = Deadlines(
    publish_after=720,
    catch_up=180,
    publish_seconds=900,
    publish_limit_seconds=604_800,
    challenge_seconds=3600,
)
CONSENT = "I agree."


class SilentNode:
    """A node that knows no transactions: every call answers zero."""

    name = "nowhere"
    subscribes = False

    async def request(self, method: str, params: Sequence[Json]) -> Json:
        assert method == "eth_call", method
        return "0x" + bytes(32).hex()

    async def new_heads(self) -> AsyncGenerator[Json]:
        nothing: list[Json] = []
        for head in nothing:
            yield head

    async def close(self) -> None:
        return


@dataclass(slots=True)
class Shop:
    """The running API and what it stands on."""

    url: str
    certificate: OwnCertificate
    clock: TownClock
    database: Database
    follower: ChainFollower
    office: Office
    session: aiohttp.ClientSession

    @property
    def slot(self) -> int:
        return FACTS.grid.slot_at(self.clock.now)

    def register(self, household: Household, first_slot: int) -> None:
        registry, key = self.follower.registry, household.meter_key.public_key
        registry.apply(HouseholdChangedEvent(household.meter, household.address, first_slot))
        registry.apply(
            KeyChangedEvent(household.meter, key.key_id(), first_slot, int(key.scheme), key.x, key.y)
        )
        source = Source.SOLAR if household.plant_power else Source.NONE
        plant = Plant(household.plant_power, 0, 0, source)
        registry.apply(PlantChangedEvent(household.meter, first_slot, plant, bytes(32)))

    async def get(self, path: str, household: Household | None = None, **headers: str) -> tuple[int, Any]:
        if household is not None:
            headers |= household.authorisation(path, int(self.clock.now) + 200)
        async with self.session.get(self.url + path, headers=headers) as response:
            if response.content_type == "application/octet-stream":
                return response.status, await response.read()
            return response.status, await response.json()

    async def post(
        self, path: str, body: object, household: Household | None = None
    ) -> tuple[int, dict[str, Any]]:
        headers = {} if household is None else household.authorisation(path, int(self.clock.now) + 200)
        async with self.session.post(self.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def make_statement(self, slot: int) -> None:
        await self.database.run(slots.begin, [slot])
        await make_statement(self.office, slot, 0, set())


@asynccontextmanager
async def open_shop(
    folder: Path,
    *,
    auto_approve: bool = False,
    rate: Rate | None = None,
    workers: int = 0,
    fuse: Fuse | None = None,
) -> AsyncIterator[Shop]:
    folder.mkdir(exist_ok=True)
    clock = TownClock(START + 60)
    database = await FusedDatabase.open(folder / "community.sqlite3", migrations=MIGRATIONS)
    database.fuse = fuse or Fuse()
    follower = ChainFollower(database)
    keys = operator_keys()
    pool = Workers(workers)
    client = ChainClient(SilentNode(), FACTS.chain_id)
    office = Office(
        facts=FACTS,
        account=keys.operator.public_key.address(),
        signer=keys.operator,
        sealing_keys=keys.sealing,
        database=database,
        follower=follower,
        workers=pool,
        clock=clock,
        chain_clock=ChainClock(clock.utc),
        wake=lambda: None,
    )
    portrait = Portrait(
        name="Test street",
        operator=office.account,
        encryption_key=lambda: keys.sealing.newest.public,
        consent=CONSENT,
        facts=FACTS,
        deadlines=DEADLINES,
    )

    def problems() -> list[str]:
        return ["clock_differs"] if office.chain_clock.seconds_behind is not None else []

    gate = Gate(FACTS.domain, FACTS.grid, follower, clock.utc)
    application = api_application(
        ApiParts(
            public=PublicRoutes(portrait, problems),
            enrolments=EnrolmentRoutes(
                facts=FACTS,
                consent=portrait.consent_hash,
                auto_approve=auto_approve,
                client=client,
                database=database,
                follower=follower,
                gate=gate,
                clock=clock,
            ),
            key_changes=KeyChangeRoutes(
                facts=FACTS, client=client, database=database, follower=follower, clock=clock
            ),
            readings=ReadingRoutes(ReadingDesk(office, Plausibility()), database, gate),
            slots=SlotRoutes(database, gate),
            market=None,
            rates=Rates(rate or Rate(10_000, 100_000), clock.monotonic),
        )
    )
    certificate = load_or_create_certificate(folder, name="DEMS operator", host="dems-operator.local")
    server = HttpsServer(application, certificate.server_context(), allowed=500, per_peer=500)
    port = await server.start("127.0.0.1", 0)
    connector = aiohttp.TCPConnector(ssl=aiohttp.Fingerprint(certificate.fingerprint))
    try:
        async with aiohttp.ClientSession(connector=connector) as session:
            yield Shop(f"https://127.0.0.1:{port}", certificate, clock, database, follower, office, session)
    finally:
        await server.close()
        await pool.close()
        await database.close()
