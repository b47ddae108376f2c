"""The composition root: builds the operator's daemon from its configuration, runs it, and takes it down in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from community.api.access import Gate
from community.api.enrolment_routes import EnrolmentRoutes
from community.api.public_routes import Portrait, PublicRoutes
from community.api.rates import Rates
from community.api.reading_routes import ReadingRoutes
from community.api.routes import ApiParts, api_application
from community.api.slot_routes import SlotRoutes
from community.chain.facts import CommunityFacts, read_facts
from community.chain.follower import ChainFollower
from community.configuration.model import CommunityConfiguration, ContractOptions, StatementOptions
from community.folder import DATABASE_FILE, contracts_of, locked_data_folder
from community.keys import OperatorKeys
from community.members.registrar import Authority, Registrar
from community.pruning import prune_daily
from community.readings.desk import ReadingDesk
from community.slots.keeper import SlotKeeper
from community.slots.office import Office
from community.slots.steps import Deadlines
from community.store.schema import MIGRATIONS
from community.workers import Workers
from dems_node.chain.client import ChainClient
from dems_node.chain.performer import Performer, Rhythm
from dems_node.chain.watcher import Watcher
from dems_node.clock import Clock, SystemClock
from dems_node.database.database import Database
from dems_node.https.server import HttpsServer
from dems_node.https.tls import OwnCertificate, load_or_create_certificate

CONNECTIONS_ALLOWED = 2000
CONNECTIONS_PER_PEER = 64
CATCH_UP_SECONDS = 180
_LOGGER = logging.getLogger(__name__)


class OperatorStopped(Exception):
    """A part of the daemon ended that must not end. The text says which."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Said once everything runs: the API's real port and the certificate's fingerprint (32 bytes)."""

    port: int
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythms:
    """How often the parts look, in s. Other values than these are for tests."""

    performer: Rhythm = Rhythm()


async def run_operator(
    configuration: CommunityConfiguration,
    keys: OperatorKeys,
    stop: asyncio.Event,
    *,
    on_serving: Callable[[Serving], None] = lambda _: None,
    clock: Clock | None = None,
) -> None:
    """Run the operator's daemon until ``stop`` is set. ``clock`` is given by tests only.

    Raises ConfigurationError, WrongContracts, ChainError, DataFolderUnusable, CertificateUnusable, StoreError or PortTaken
    before anything was started, and whatever ends a task for good afterwards.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        data_dir = stack.enter_context(locked_data_folder(configuration.data_dir))
        contracts = await asyncio.to_thread(contracts_of, configuration)
        certificate = await asyncio.to_thread(
            load_or_create_certificate, data_dir, name="DEMS operator", host="dems-operator.local"
        )
        client = ChainClient.to(configuration.chain.rpc, configuration.chain.chain_id)
        stack.push_async_callback(client.close)
        await client.identity()
        facts = await read_facts(client, contracts.addresses)
        database = await Database.open(data_dir / DATABASE_FILE, migrations=MIGRATIONS, now=clock.utc)
        stack.push_async_callback(database.close)
        workers = Workers(configuration.workers)
        stack.push_async_callback(workers.close)
        parts = await _build(
            configuration, keys, clock, client, facts, contracts, database, workers, certificate
        )
        await _run(parts, configuration, stop, on_serving)
