"""The operator's daemon as its composition root builds it, behind its real HTTPS API, moved by hand instead of by its tasks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from community.api.rates import Rate
from community.app import Base, Daemon, build, load_certificate
from community.chain.facts import Addresses, known_facts
from community.configuration.model import (
    CONSENT,
    ApiOptions,
    ChainOptions,
    CommunityConfiguration,
    ContractOptions,
    DeploymentOptions,
    KeyOptions,
    StatementOptions,
)
from community.deploying import ChainDeployer, Deployed, deploy, lock_bond
from community.folder import DATABASE_FILE
from community.keys import OperatorKeys
from community.readings.acceptance import Plausibility
from community.slots.keeper import SlotView, view_slot
from community.store import members
from community.store.schema import MIGRATIONS
from community.workers import Workers
from dems_node.chain.client import ChainClient
from dems_node.chain.errors import ChainError
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.https.server import HttpsServer
from dems_protocol.contracts import meter_ledger
from dems_protocol.membership import SECRET_BYTES, Invitation
from tests.community.anvil import CHAIN_ID, AnvilControl
from tests.community.households import number
from tests.community.settling import settle
from tests.community.town import operator_keys

NAME = "Musterstraße"
WINDOWS = {
    "publish_seconds": 900,
    "challenge_seconds": 1800,
    "challenge_blocks": 2,
    "answer_seconds": 900,
    "answer_blocks": 1,
    "replace_seconds": 1800,
    "replace_blocks": 2,
}
"""Shorter than the defaults, so that a slot of an hour is over and done with when the next one ends."""
PUBLISH_AFTER = 720
MINIMUM_OWNERS = 3


@dataclass(frozen=True, slots=True)
class Site:
    """A deployed community, before anybody works in it."""

    url: str
    slot_seconds: int
    deployed: Deployed
    keys: OperatorKeys


async def build_site(url: str, slot_seconds: int) -> Site:
    """Deploy a community on an anvil as ``dems-community deploy`` does."""
    anvil, keys = AnvilControl(url), operator_keys()
    client = ChainClient.to(url, CHAIN_ID)
    try:
        for key in (keys.authority, keys.operator):
            await anvil.fund(key.public_key.address())
        options = DeploymentOptions(
            currency=None,
            pool=None,
            slot_seconds=slot_seconds,
            minimum_owners=MINIMUM_OWNERS,
            windows=WINDOWS,
        )
        return Site(url, slot_seconds, await deploy(client, keys, options, say=lambda line: None), keys)
    finally:
        await client.close()
        await anvil.close()


@dataclass(slots=True)
class OperatorDaemon:
    """The operator at work."""

    daemon: Daemon
    keys: OperatorKeys
    port: int
    fingerprint: bytes
    anvil: AnvilControl

    @property
    def base(self) -> Base:
        """What its parts stand on."""
        return self.daemon.base

    @property
    def database(self) -> Database:
        """Its store."""
        return self.base.database

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"https://127.0.0.1:{self.port}"

    async def step(self) -> None:
        """Let every part look once."""
        await self.daemon.watcher.step()
        await self.daemon.registrar.tick()
        await self.daemon.keeper.tick()
        for performer in self.daemon.performers:
            await self.anvil.perform(performer)
        await self.daemon.watcher.step()

    async def work(self) -> None:
        """Let every part look once, as its own task would: one that does not reach the chain keeps no other from work."""
        daemon = self.daemon
        for part in (daemon.watcher.step, daemon.registrar.tick, daemon.keeper.tick):
            with suppress(ChainError):
                await part()
        for performer in daemon.performers:
            with suppress(ChainError):
                await self.anvil.perform(performer)
        with suppress(ChainError):
            await daemon.watcher.step()

    async def settle(self) -> None:
        """Look until nothing follows any more."""
        await settle(self.step, self.database)

    async def view(self, slot: int) -> SlotView:
        """Return what it knows of a slot."""
        return await self.database.run(view_slot, slot)

    async def invite(self, label: str, rpc: str) -> str:
        """Return the line of an invitation for one household."""
        addresses = self.base.facts.addresses
        invitation = Invitation(
            name=NAME,
            chain_id=self.base.facts.chain_id,
            rpc=rpc,
            registry=addresses.registry,
            ledger=addresses.ledger,
            operator_url=self.url,
            fingerprint=self.fingerprint,
            operator=self.keys.operator.public_key.address(),
            secret=number(f"invitation {label}").to_bytes(32)[:SECRET_BYTES],
        )
        now = int(self.base.clock.utc())
        await self.database.run(members.invite, invitation.secret_hash, label, now)
        return invitation.encode()

    async def bond(self) -> int:
        """Return what is left of its bond on chain."""
        found = await self.base.client.read(
            self.base.facts.addresses.ledger, meter_ledger.Bonds(self.keys.operator.public_key.address())
        )
        return found[0]

    async def slash_amount(self) -> int:
        """Return what a void costs."""
        return await self.base.client.read(self.base.facts.addresses.ledger, meter_ledger.SlashAmount())

    async def top_up_bond(self, currency: bytes) -> None:
        """Lock another bond, as a person does after a slash."""
        authority = ChainDeployer(self.base.client, self.keys.authority, lambda line: None)
        await lock_bond(
            self.base.client, self.keys, self.base.facts, currency, mint=authority, say=lambda line: None
        )


@asynccontextmanager
async def running_operator(
    site: Site, folder: Path, clock: Clock, *, rpc: str, port: int = 0
) -> AsyncIterator[OperatorDaemon]:
    """Start the operator on a data folder; leaving the context is what a crash leaves behind."""
    configuration = community_configuration(folder, rpc, port)
    found = site.deployed.deployment
    contracts = ContractOptions(
        addresses=Addresses(
            registry=found.registry, ledger=found.ledger, netting=found.netting, account=found.account
        ),
        since_block=site.deployed.since_block,
    )
    async with AsyncExitStack() as stack:
        anvil = AnvilControl(site.url)
        stack.push_async_callback(anvil.close)
        client = ChainClient.to(rpc, CHAIN_ID)
        stack.push_async_callback(client.close)
        database = await Database.open(folder / DATABASE_FILE, migrations=MIGRATIONS, now=clock.utc)
        stack.push_async_callback(database.close)
        workers = Workers(configuration.workers)
        stack.push_async_callback(workers.close)
        base = Base(
            configuration=configuration,
            contracts=contracts,
            keys=site.keys,
            clock=clock,
            client=client,
            facts=await known_facts(client, contracts.addresses, database),
            database=database,
            workers=workers,
        )
        daemon = await build(base)
        certificate = await asyncio.to_thread(load_certificate, folder)
        server = HttpsServer(daemon.application, certificate.server_context(), allowed=1000, per_peer=1000)
        stack.push_async_callback(server.close)
        listening = await server.start("127.0.0.1", port)
        yield OperatorDaemon(daemon, site.keys, listening, certificate.fingerprint, anvil)


def community_configuration(folder: Path, rpc: str, port: int) -> CommunityConfiguration:
    """Return what the operator's daemon is configured with; where the contracts are is left out."""
    return CommunityConfiguration(
        name=NAME,
        data_dir=folder,
        chain=ChainOptions(rpc=rpc, public_rpc=rpc, chain_id=CHAIN_ID, confirmations=1),
        contracts=None,
        # A whole street asks from one address here.
        api=ApiOptions(
            host="127.0.0.1", port=port, url=f"https://127.0.0.1:{port}", rate=Rate(1000.0, 100_000)
        ),
        auto_approve=True,
        consent=CONSENT,
        statements=StatementOptions(publish_after=PUBLISH_AFTER, plausibility=Plausibility(), keep_days=30),
        keys=KeyOptions(),
        deployment=DeploymentOptions(
            currency=None, pool=None, slot_seconds=900, minimum_owners=MINIMUM_OWNERS, windows=WINDOWS
        ),
        workers=0,
        log_level="warning",
    )
