"""The composition root: builds the operator's daemon from its configuration, runs it, and takes it down in order."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from community.api.access import Gate
from community.api.enrolment_routes import EnrolmentRoutes
from community.api.key_change_routes import KeyChangeRoutes
from community.api.live_routes import LiveRoutes
from community.api.market_routes import MarketRoutes
from community.api.public_routes import Portrait, PublicRoutes
from community.api.rates import Rates
from community.api.reading_routes import ReadingRoutes
from community.api.routes import ApiParts, api_application
from community.api.slot_routes import SlotRoutes
from community.chain.clock import ChainClock
from community.chain.facts import CommunityFacts, known_facts
from community.chain.follower import ChainFollower
from community.configuration.model import CommunityConfiguration, ContractOptions, StatementOptions
from community.folder import DATABASE_FILE, contracts_of, locked_data_folder
from community.keys import OperatorKeys
from community.market.balance import BalanceDesk
from community.market.desk import OrderDesk
from community.market.facts import MarketFacts, known_market
from community.market.keeper import MarketKeeper
from community.market.live_desk import LiveDesk
from community.market.office import MarketOffice
from community.members.registrar import Authority, Registrar
from community.pruning import prune_daily
from community.readings.desk import ReadingDesk
from community.slots.keeper import SlotKeeper
from community.slots.office import Office
from community.slots.steps import Deadlines
from community.store.schema import MIGRATIONS
from community.workers import Workers
from dems_node.chain.client import ChainClient
from dems_node.chain.performer import Performer
from dems_node.chain.transactions import Link, PerformerState
from dems_node.chain.watcher import Watcher
from dems_node.clock import Clock, SystemClock
from dems_node.database.database import Database
from dems_node.https.server import HttpsServer
from dems_node.https.tls import OwnCertificate, load_or_create_certificate
from dems_node.keys.account import AccountKey
from dems_node.outage import Outage
from dems_protocol.curve import Point

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
        certificate = await asyncio.to_thread(load_certificate, data_dir)
        client = ChainClient.to(configuration.chain.rpc, configuration.chain.chain_id)
        stack.push_async_callback(client.close)
        database = await Database.open(data_dir / DATABASE_FILE, migrations=MIGRATIONS, now=clock.utc)
        stack.push_async_callback(database.close)
        workers = Workers(configuration.workers)
        stack.push_async_callback(workers.close)
        facts = await known_facts(client, contracts.addresses, database)
        market = await known_market(client, facts, database)
        base = Base(
            configuration=configuration,
            contracts=contracts,
            keys=keys,
            clock=clock,
            client=client,
            facts=facts,
            market=market,
            database=database,
            workers=workers,
        )
        await _run(await build(base), certificate, stop, on_serving)


def load_certificate(data_dir: Path) -> OwnCertificate:
    """Return the operator's certificate, made at the first call. Blocks. Raises CertificateUnusable."""
    return load_or_create_certificate(data_dir, name="DEMS operator", host="dems-operator.local")


def deadlines_of(facts: CommunityFacts, options: StatementOptions) -> Deadlines:
    """Return by when the operator acts: as configured, but before households may include directly."""
    latest = max(facts.publish_seconds * 4 // 5, 1)
    publish_after = latest if options.publish_after is None else options.publish_after
    return Deadlines(
        publish_after=publish_after,
        catch_up=min(CATCH_UP_SECONDS, publish_after),
        publish_seconds=facts.publish_seconds,
        publish_limit_seconds=facts.publish_limit_seconds,
        challenge_seconds=facts.challenge_seconds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What everything stands on."""

    configuration: CommunityConfiguration
    contracts: ContractOptions
    keys: OperatorKeys
    clock: Clock
    client: ChainClient
    facts: CommunityFacts
    database: Database
    workers: Workers
    market: MarketFacts | None = None

    def performer(self, key: AccountKey) -> Performer:
        """Return what performs an account's transactions."""
        return Performer(
            client=self.client,
            database=self.database,
            signer=key,
            clock=self.clock,
            confirmations=self.configuration.chain.confirmations,
            adopt=True,  # people lock bonds and deploy with the same accounts
            on_change=ProblemTeller(f"Account {key.address}").heard,
        )


class ProblemTeller:
    """Logs once what stands in the way of an account's transactions, and once that it is gone."""

    def __init__(self, name: str) -> None:
        self._outage = Outage(name, _LOGGER)

    def heard(self, state: PerformerState) -> None:
        """Take in a performer's state."""
        if state.problem is None:
            self._outage.ends()
        elif state.link is Link.CONNECTED:  # a chain that is away is told by the performer itself
            said = ", ".join(f"{name} {value}" for name, value in state.problem.params.items())
            self._outage.begins(state.problem.code, f"{said}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """The parts that run."""

    base: Base
    watcher: Watcher
    performers: tuple[Performer, ...]
    keeper: SlotKeeper
    market: MarketKeeper | None
    registrar: Registrar
    application: web.Application


async def build(base: Base) -> Daemon:
    """Return the parts of the daemon, ready to run: nothing of them has asked the chain yet. Raises StoreError."""
    configuration, facts, database = base.configuration, base.facts, base.database
    follower = ChainFollower(database)
    await follower.start()
    operator = base.performer(base.keys.operator)
    is_one_account = base.keys.operator.address == base.keys.authority.address
    authority = operator if is_one_account else base.performer(base.keys.authority)
    office = Office(
        facts=facts,
        account=operator.account,
        signer=base.keys.operator,
        sealing_keys=base.keys.sealing,
        database=database,
        follower=follower,
        workers=base.workers,
        clock=base.clock,
        chain_clock=ChainClock(base.clock.utc),
        wake=operator.wake,
    )
    market = None
    if base.market is not None:
        market = MarketOffice(
            office=office,
            facts=base.market,
            currency=configuration.deployment.market.currency,
            plausibility=configuration.statements.plausibility,
            client=base.client,
        )
    deadlines = deadlines_of(facts, configuration.statements)
    watcher = Watcher(
        client=base.client,
        database=database,
        contracts=(*facts.followed, *(() if base.market is None else base.market.followed)),
        first_block=base.contracts.since_block,
        consumers=(follower,),
        on_news=follower.heard,
    )

    def problems() -> list[str]:
        found = {
            "disk_full": not database.disk_has_room(),
            "chain_lost": watcher.state.link is not Link.CONNECTED,
            "clock_differs": office.chain_clock.seconds_behind is not None,
        }
        return [problem for problem, is_there in found.items() if is_there]

    return Daemon(
        base=base,
        watcher=watcher,
        performers=(operator,) if is_one_account else (operator, authority),
        keeper=SlotKeeper(office, base.client, deadlines),
        market=None if market is None else MarketKeeper(market, base.client),
        registrar=Registrar(
            facts=facts,
            authority=Authority(account=authority.account, wake=authority.wake),
            client=base.client,
            database=database,
            follower=follower,
            clock=base.clock,
            chain_clock=office.chain_clock,
        ),
        application=_application(base, office, market, deadlines, problems),
    )


def _application(
    base: Base,
    office: Office,
    market: MarketOffice | None,
    deadlines: Deadlines,
    problems: Callable[[], Sequence[str]],
) -> web.Application:
    configuration, facts, database = base.configuration, base.facts, base.database
    portrait = Portrait(
        name=configuration.name,
        operator=office.account,
        encryption_key=lambda: _sealing_key(office),
        consent=configuration.consent,
        facts=facts,
        deadlines=deadlines,
    )
    gate = Gate(facts.domain, facts.grid, office.follower, base.clock.utc)
    desk = ReadingDesk(office, configuration.statements.plausibility)
    return api_application(
        ApiParts(
            public=PublicRoutes(portrait, problems),
            enrolments=EnrolmentRoutes(
                facts=facts,
                consent=portrait.consent_hash,
                auto_approve=configuration.auto_approve,
                client=base.client,
                database=database,
                follower=office.follower,
                gate=gate,
                clock=base.clock,
            ),
            key_changes=KeyChangeRoutes(
                facts=facts,
                client=base.client,
                database=database,
                follower=office.follower,
                clock=base.clock,
            ),
            readings=ReadingRoutes(desk, database, gate),
            slots=SlotRoutes(database, gate),
            market=None
            if market is None
            else MarketRoutes(market, OrderDesk(market), BalanceDesk(market), gate),
            live=None if market is None else LiveRoutes(LiveDesk(market), gate),
            rates=Rates(configuration.api.rate, base.clock.monotonic),
        )
    )


def _sealing_key(office: Office) -> Point:
    """Return the key that the registry has for the slots to come; before it says so, the one of the appointment."""
    known = office.follower.registry.planned_sealing_key(office.account)
    return office.sealing_keys.first.public if known is None else known


async def _run(
    daemon: Daemon,
    certificate: OwnCertificate,
    stop: asyncio.Event,
    on_serving: Callable[[Serving], None],
) -> None:
    base = daemon.base
    api = base.configuration.api
    server = HttpsServer(
        daemon.application,
        certificate.server_context(),
        allowed=CONNECTIONS_ALLOWED,
        per_peer=max(CONNECTIONS_PER_PEER, api.rate.burst),
    )
    try:
        port = await server.start(api.host, api.port)
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(_lasting(part), name=name)
                for name, part in (
                    ("watcher", daemon.watcher.run()),
                    *((f"performer {i}", performer.run()) for i, performer in enumerate(daemon.performers)),
                    ("slots", daemon.keeper.run()),
                    *(() if daemon.market is None else (("market", daemon.market.run()),)),
                    ("members", daemon.registrar.run()),
                    (
                        "pruning",
                        prune_daily(
                            base.database, base.facts, base.clock, base.configuration.statements.keep_days
                        ),
                    ),
                )
            ]
            on_serving(Serving(port, certificate.fingerprint))
            await stop.wait()
            for task in running:
                task.cancel()
    finally:
        await server.close()


async def _lasting(part: Coroutine[Any, Any, None]) -> None:
    await part
    raise OperatorStopped("A part of the daemon ended that must not end.")
