"""An operator behind its real HTTPS API, on a real anvil, and bridges' ledgers beside it, all moved by hand."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from eth_hash.auto import keccak

from community.api.access import Gate
from community.api.enrolment_routes import EnrolmentRoutes
from community.api.key_change_routes import KeyChangeRoutes
from community.api.live_routes import LiveRoutes
from community.api.market_routes import MarketRoutes
from community.api.public_routes import Portrait, PublicRoutes
from community.api.rates import Rate, Rates
from community.api.reading_routes import ReadingRoutes
from community.api.routes import ApiParts, api_application
from community.api.slot_routes import SlotRoutes, statement_document
from community.app import load_certificate
from community.deploying import ChainDeployer, lock_bond, lock_market_bond
from community.market.balance import BalanceDesk
from community.market.desk import OrderDesk
from community.market.live_desk import LiveDesk
from community.slots.steps import Deadlines
from community.store import members
from dems_node.chain.client import ChainClient
from dems_node.database.database import Database
from dems_node.https.server import HttpsServer
from dems_node.json_types import Section
from dems_node.keys.account import AccountKey
from dems_protocol.commitments import MeterSecret
from dems_protocol.contracts.conversions import to_statement
from dems_protocol.contracts.demo_currency import Mint
from dems_protocol.contracts.meter_ledger import Currency, Publish
from dems_protocol.leaves import Leaf
from dems_protocol.membership import Invitation
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from dems_protocol.statements import Statement
from openems_bridge.keys.index import KeyIndex
from openems_bridge.keys.options import StoreKind
from openems_bridge.keys.vault import HouseholdKeys
from openems_bridge.ledger import journal
from openems_bridge.ledger.building import RunningParts, Surroundings, build_household_ledger
from openems_bridge.ledger.membership import enrol, preview
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.operator_client import OperatorClient
from openems_bridge.ledger.options import LedgerOptions
from openems_bridge.ledger.plant import Plant
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.store import readings
from openems_bridge.store.events import Event
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.telemetry import Register, SourceClass
from tests.community.households import hexed, number
from tests.community.town import Town

CONSENT_TEXT = "The operator receives every value of my meter openly."
PLANT = Plant(
    plant_power=10_000,
    battery_power=5_000,
    battery_capacity=10_000,
    commissioned=date(2020, 5, 1),
    unit="SEE984033548619",
)


def household_keys(name: str, instance: str = "a", meter_key: SoftwareSigner | None = None) -> HouseholdKeys:
    account = AccountKey(number(f"account {name}").to_bytes(32))
    meter = meter_key or SoftwareSigner.from_private_key(Scheme.SECP256K1, number(f"meter {name}"))
    index = KeyIndex(
        vault="v",
        instance=f"{instance} {name}",
        store=StoreKind.FILE,
        account=account.address,
        meter_key=meter.public_key,
        meter_key_in_tpm=False,
        created_at=0,
    )
    return HouseholdKeys(index, account, meter, MeterSecret(keccak(f"secret {name}".encode())))


@dataclass(slots=True)
class Bridge:
    """One household's ledger, its store and what it said."""

    name: str
    town: Town
    keys: HouseholdKeys
    database: Database
    running: RunningParts
    sections: dict[str, Section] = field(default_factory=dict)
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def anchor(self) -> Any:
        return self.sections["anchor"]

    @property
    def netting(self) -> Any:
        return self.sections["netting"]

    @property
    def community(self) -> Any:
        return self.sections["community"]

    @property
    def household(self) -> bytes:
        return bytes.fromhex(self.keys.account.address[2:])

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]

    async def step(self) -> None:
        """Look once at everything."""
        await self.running.watcher.step()
        await self.running.ledger.account_once()
        await self.running.ledger.follow_slots_once()
        await self.town.anvil.perform(self.running.performer)
        await self.running.watcher.step()
        await self.running.ledger.follow_slots_once()
        await self.running.ledger.refresh()

    async def measure(
        self, slot: int, withdrawal: int, feed_in: int = 0, generation: int | None = None
    ) -> None:
        """Let the metering close a slot."""
        reading = Reading(
            slot=slot,
            energy={
                Register.WITHDRAWAL: withdrawal,
                Register.FEED_IN: feed_in,
                Register.GENERATION: feed_in if generation is None else generation,
            },
            quality=Quality.COMPLETE,
            covered_seconds=900,
            source=SourceClass.SIMULATION,
        )
        await self.database.run(readings.insert, self.town.facts.grid.seconds, [reading])
        self.running.ledger.measured()


class PerhapsLying(SlotRoutes):
    """Serves what the operator made, but for the slots of which it lies."""

    def __init__(self, database: Database, gate: Gate) -> None:
        super().__init__(database, gate)
        self.statements: dict[str, tuple[Statement, Signature]] = {}
        self.leaves: dict[str, list[Leaf]] = {}

    async def _slot(self, request: web.Request) -> web.Response:
        lie = self.statements.get(request.match_info["slot"])
        if lie is None:
            return await super()._slot(request)
        return web.json_response(
            {"statement": statement_document(lie[0]), "signature": hexed(lie[1].encode())}
        )

    async def _leaves(self, request: web.Request) -> web.Response:
        lie = self.leaves.get(request.match_info["slot"])
        if lie is None:
            return await super()._leaves(request)
        return web.Response(body=b"".join(leaf.encode() for leaf in lie))


@dataclass(slots=True)
class Street:
    """An operator that serves, and the way to bridges."""

    slots: PerhapsLying
    server: HttpsServer
    application: Callable[[], web.Application]

    town: Town
    url: str
    fingerprint: bytes
    session: aiohttp.ClientSession
    folder: Path
    rpc: str

    async def invitation(self, label: str) -> Invitation:
        secret = number(f"invitation {label}").to_bytes(32)[:16]
        await self.town.database.run(members.invite, keccak(secret), label, int(self.town.clock.now))
        addresses = self.town.facts.addresses
        return Invitation(
            name="Musterstraße",
            chain_id=self.town.facts.chain_id,
            rpc=self.rpc,
            registry=addresses.registry,
            ledger=addresses.ledger,
            operator_url=self.url,
            fingerprint=self.fingerprint,
            operator=self.town.office.account,
            secret=secret,
        )

    @asynccontextmanager
    async def bridge(
        self,
        name: str,
        *,
        folder: str | None = None,
        instance: str = "a",
        options: LedgerOptions | None = None,
        membership: Membership | None = None,
        meter_key: SoftwareSigner | None = None,
    ) -> AsyncIterator[Bridge]:
        """Run a bridge's ledger on its data folder; it joins at the first time."""
        keys = household_keys(name, instance, meter_key)
        clock = self.town.clock
        path = self.folder / (folder or name)
        database = await Database.open(path / "bridge.sqlite3", migrations=MIGRATIONS, now=clock.utc)
        try:
            membership = membership or await database.run(journal.load_membership)
            if membership is None:
                invitation = await self.invitation(name)
                membership = enrol(await self._preview(invitation), keys, PLANT)
            await database.run(journal.keep_membership, membership)
            bridge: Bridge
            around = Surroundings(
                database=database,
                clock=clock,
                session=self.session,
                options=options or LedgerOptions(confirmations=1),
                show=lambda shown: bridge.sections.update(shown),
                tell=lambda kind, data: bridge.told.append((kind, data)),
                announce=lambda event: bridge.told.append(_plain(event)),
                key_backed_up=lambda: False,
                edge_clock_offset=lambda: None,
            )
            running = build_household_ledger(membership, keys, around)
            bridge = Bridge(name, self.town, keys, database, running)
            try:
                yield bridge
            finally:
                await running.client.close()
        finally:
            await database.close()

    async def restart(self, port: int) -> HttpsServer:
        """Serve again, where it was served before."""
        certificate = load_certificate(self.folder / "operator")
        server = HttpsServer(self.application(), certificate.server_context())
        await server.start("127.0.0.1", port)
        return server

    def sign_statement(self, statement: Statement) -> Signature:
        digest = self.town.facts.domain.digest(statement.struct_hash())
        return self.town.keys.operator.sign(digest)

    def lie(self, statement: Statement, leaves: list[Leaf]) -> None:
        """Serve these for the statement's slot, whatever is published."""
        self.slots.statements[str(statement.slot)] = (statement, self.sign_statement(statement))
        self.slots.leaves[str(statement.slot)] = leaves

    async def publish(self, statement: Statement) -> None:
        """Publish a statement that the operator's program did not make."""
        account = ChainDeployer(self.town.client, self.town.keys.operator, lambda line: None)
        await account.perform(self.town.facts.addresses.ledger, Publish(to_statement(statement)))

    async def refill_bond(self) -> None:
        """Lock another full bond of the operator, whom a void has cost some."""
        town = self.town
        currency = await town.client.read(town.facts.addresses.ledger, Currency())
        mint = ChainDeployer(town.client, town.keys.authority, lambda line: None)
        await lock_bond(town.client, town.keys, town.facts, currency, mint=mint, say=lambda line: None)

    async def refill_market_bond(self) -> None:
        """Lock another full bond of the market operator, whom a void has cost some."""
        town = self.town
        currency = await town.client.read(town.facts.addresses.ledger, Currency())
        mint = ChainDeployer(town.client, town.keys.authority, lambda line: None)
        market = town.market.facts.market
        await lock_market_bond(town.client, town.keys, market, currency, mint=mint, say=lambda line: None)

    async def give_currency(self, household: bytes, amount: int) -> None:
        """Give a household money for deposits and bonds."""
        town = self.town
        currency = await town.client.read(town.facts.addresses.ledger, Currency())
        mint = ChainDeployer(town.client, town.keys.authority, lambda line: None)
        await mint.perform(currency, Mint(household, amount))

    async def _preview(self, invitation: Invitation) -> Any:
        client = ChainClient.to(self.rpc, invitation.chain_id)
        try:
            operator = OperatorClient(
                self.session,
                invitation.operator_url,
                invitation.fingerprint,
                domain=self.town.facts.domain,
                now=self.town.clock.utc,
            )
            return await preview(invitation, client, operator, self.town.facts.grid)
        finally:
            await client.close()


def _plain(event: Event) -> tuple[str, Mapping[str, Any]]:
    return event.kind, event.data


@asynccontextmanager
async def running_street(town: Town, folder: Path, rpc: str) -> AsyncIterator[Street]:
    """Serve the town's operator over HTTPS."""
    certificate = load_certificate(folder / "operator")
    portrait = Portrait(
        name="Musterstraße",
        operator=town.office.account,
        encryption_key=lambda: town.keys.sealing.newest.public,
        consent=CONSENT_TEXT,
        facts=town.facts,
        deadlines=Deadlines(
            publish_after=720,
            catch_up=180,
            publish_seconds=town.facts.publish_seconds,
            publish_limit_seconds=town.facts.publish_limit_seconds,
            challenge_seconds=town.facts.challenge_seconds,
        ),
    )
    gate = Gate(town.facts.domain, town.facts.grid, town.follower, town.clock.utc)
    slots = PerhapsLying(town.database, gate)

    def application() -> web.Application:
        return api_application(
            ApiParts(
                public=PublicRoutes(portrait),
                enrolments=EnrolmentRoutes(
                    facts=town.facts,
                    consent=portrait.consent_hash,
                    auto_approve=True,
                    client=town.client,
                    database=town.database,
                    follower=town.follower,
                    gate=gate,
                    clock=town.clock,
                ),
                key_changes=KeyChangeRoutes(
                    facts=town.facts,
                    client=town.client,
                    database=town.database,
                    follower=town.follower,
                    clock=town.clock,
                ),
                readings=ReadingRoutes(town.desk, town.database, gate),
                slots=slots,
                market=MarketRoutes(town.market, OrderDesk(town.market), BalanceDesk(town.market), gate),
                live=LiveRoutes(LiveDesk(town.market), gate),
                rates=Rates(Rate(per_second=1e6, burst=1_000_000), town.clock.monotonic),
            )
        )

    server = HttpsServer(application(), certificate.server_context())
    port = await server.start("127.0.0.1", 0)
    await town.move_to(town.facts.grid.start(town.slot + 3))
    await town.settle()
    try:
        async with aiohttp.ClientSession() as session:
            yield Street(
                slots,
                server,
                application,
                town,
                f"https://127.0.0.1:{port}",
                certificate.fingerprint,
                session,
                folder,
                rpc,
            )
    finally:
        await server.close()
