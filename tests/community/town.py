"""The operator's parts around a real anvil, moved by hand: the tests say when who looks, and what time it is."""

import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate

from community.chain.clock import ChainClock
from community.chain.facts import Addresses, CommunityFacts, read_facts
from community.chain.follower import ChainFollower
from community.configuration.model import ContractOptions, DeploymentOptions, MarketOptions
from community.deploying import ChainDeployer, Deployed, deploy
from community.keys import OperatorKeys, SealingKeys
from community.market.facts import known_market
from community.market.keeper import MarketKeeper
from community.market.office import MarketOffice
from community.members.registrar import Authority, Registrar
from community.readings.acceptance import Plausibility, Refusal, Submission
from community.readings.desk import ReadingDesk, SignedReceipt
from community.slots.keeper import SlotKeeper, SlotView, view_slot
from community.slots.office import Office
from community.slots.steps import Deadlines, Phase, phase_of
from community.store import members
from community.store.members import Status
from community.store.schema import MIGRATIONS
from community.workers import Workers
from dems_node.chain.client import ChainClient
from dems_node.chain.jsonrpc import Transport, transport_for
from dems_node.chain.performer import Performer
from dems_node.chain.watcher import Watcher
from dems_node.database.database import Database
from dems_node.json_types import Json
from dems_node.keys.account import AccountKey
from dems_protocol.commitments import Opening
from dems_protocol.contracts import (
    conversions,
    demands,
    demo_currency,
    direct_inclusion,
    meter_ledger,
    netting,
)
from dems_protocol.contracts.structs import Kind, Published
from dems_protocol.membership import Enrolment
from dems_protocol.readings import OpenedReading
from dems_protocol.sealing import OperatorKey, seal
from dems_protocol.signatures import Signature
from tests.community.anvil import CHAIN_ID, AnvilControl
from tests.community.households import Household, number, pairs
from tests.community.settling import settle

SLOT_SECONDS = 900
START = 1_988_400 * SLOT_SECONDS
CONSENT = number("consent").to_bytes(32)
WINDOWS = {
    "challenge_seconds": 1800,
    "challenge_blocks": 4,
    "answer_seconds": 900,
    "answer_blocks": 2,
    "replace_seconds": 1800,
    "replace_blocks": 4,
    "open_seconds": 7200,
    "open_blocks": 20,
}


class Crash(BaseException):
    """The program dies here."""


class Fuse:
    """Lets the program die at the n-th access to store or chain, before it or after it; never where n is None."""

    def __init__(self, burns_at: int | None = None) -> None:
        self.burns_at = burns_at
        self.count = 0

    def pass_current(self) -> None:
        self.count += 1
        if self.count == self.burns_at:
            raise Crash


class FusedDatabase(Database):
    fuse = Fuse()

    async def run[**P, T](
        self, fn: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self.fuse.pass_current()
        found = await super().run(fn, *args, **kwargs)
        self.fuse.pass_current()
        return found


class FusedTransport:
    """A node that may be the last thing the program spoke to."""

    def __init__(self, transport: Transport, fuse: Fuse) -> None:
        self._transport = transport
        self._fuse = fuse

    @property
    def name(self) -> str:
        return self._transport.name

    @property
    def subscribes(self) -> bool:
        return False

    async def request(self, method: str, params: Sequence[Json]) -> Json:
        self._fuse.pass_current()
        answer = await self._transport.request(method, params)
        self._fuse.pass_current()
        return answer

    def new_heads(self) -> AsyncGenerator[Json]:
        return self._transport.new_heads()

    async def close(self) -> None:
        await self._transport.close()


class TownClock:
    """UTC as the tests set it; the monotonic clock follows."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


def operator_keys() -> OperatorKeys:
    return OperatorKeys(
        AccountKey(number("authority").to_bytes(32)),
        AccountKey(number("operator").to_bytes(32)),
        SealingKeys(OperatorKey(number("sealing"))),
    )


@dataclass(slots=True)
class Town:
    """One operator at work."""

    clock: TownClock
    anvil: AnvilControl
    client: ChainClient
    facts: CommunityFacts
    keys: OperatorKeys
    watcher: Watcher
    database: Database
    follower: ChainFollower
    performers: tuple[Performer, Performer]
    office: Office
    desk: ReadingDesk
    keeper: SlotKeeper
    market: MarketOffice
    market_keeper: MarketKeeper
    registrar: Registrar
    households: list[Household] = field(default_factory=list)

    @property
    def slot(self) -> int:
        return self.facts.grid.slot_at(self.clock.now)

    async def deliver(self) -> None:
        """Let the operator hear of everything that happened on chain."""
        await self.watcher.step()

    async def settle(self) -> None:
        """Let everybody look, until nothing follows any more."""
        await settle(self._step, self.database)

    async def _step(self) -> None:
        await self.deliver()
        await self.registrar.tick()
        await self.keeper.tick()
        await self.market_keeper.tick()
        for performer in self.performers:
            await self.anvil.perform(performer)
        await self.deliver()

    async def move_to(self, moment: float, blocks: int = 1) -> None:
        self.clock.now = moment
        await self.anvil.move_to(int(moment), blocks)

    async def end_slot(self, slot: int, seconds: int = 10) -> None:
        """Let a slot be over since some seconds."""
        await self.move_to(self.facts.grid.end(slot) + seconds)

    async def make_statement(self, slot: int) -> None:
        await self.move_to(self.facts.grid.end(slot) + 720)
        await self.settle()

    async def let_window_pass(self) -> None:
        await self.move_to(
            self.clock.now + self.facts.challenge_seconds + 60, self.facts.challenge_blocks + 1
        )
        await self.settle()

    async def submit(self, household: Household, opened: OpenedReading) -> SignedReceipt | Refusal:
        return await self.desk.accept(
            Submission(opened.reading, household.sign(opened), pairs(opened.openings))
        )

    async def view(self, slot: int) -> SlotView:
        return await self.database.run(view_slot, slot)

    async def settle_in(self, count: int, *, without_plant: int = 0) -> list[Household]:
        """Let households become members, and the slot begin in which all of them are."""
        self.households = [
            Household(f"house {i}", self.facts.domain, plant_power=0 if i < without_plant else 10_000)
            for i in range(count)
        ]
        now = int(self.clock.now)
        for household in self.households:
            await self.anvil.fund(household.address)
            secret = number(f"invitation {household.name}").to_bytes(32)[:16]
            enrolment = household.enrolment(CONSENT, secret)
            await self.database.run(members.invite, enrolment.invitation, household.name, now)
            await self.database.run(_enrol, enrolment, now)
        await self.settle()
        await self.move_to(self.facts.grid.start(self.slot + 3))
        await self.settle()
        return self.households

    async def read_all(self, slot: int, households: list[Household] | None = None) -> None:
        """Let households read a slot, and the operator take it: 100 Wh in and 50 Wh out of each, and a bit."""
        for i, household in enumerate(self.households if households is None else households):
            feed_in = 50 + i if household.plant_power else 0
            found = await self.submit(household, household.read(slot, withdrawal=100 + i, feed_in=feed_in))
            assert isinstance(found, SignedReceipt), found

    async def pay_in(self, household: Household, amount: int = 100_000_000) -> ChainDeployer:
        """Give a household an account in the ledger, for bonds and deposits."""
        account, ledger = self.account(household), self.facts.addresses.ledger
        currency = await self.client.read(ledger, meter_ledger.Currency())
        await account.perform(currency, demo_currency.Mint(account.address, amount))
        await account.perform(currency, demo_currency.Approve(ledger, amount))
        await account.perform(ledger, meter_ledger.Deposit(amount))
        return account

    async def published(self, slot: int) -> Published:
        """Return what is published for a slot, as the contracts take it."""
        found = (await self.view(slot)).chain.published
        if found is None:
            return conversions.nothing_published(slot)
        return conversions.to_published(found.statement, found.published_at, found.published_block)

    async def include(
        self,
        household: Household,
        opened: OpenedReading,
        openings: tuple[Opening, ...] | None = None,
        sealed_to: OperatorKey | None = None,
    ) -> None:
        """Let a household include a reading directly, with these openings sealed."""
        reading = opened.reading
        sealed = seal(
            household.secret,
            reading,
            opened.openings if openings is None else openings,
            (sealed_to or self.keys.sealing.newest).public,
        )
        account = await self.pay_in(household)
        await account.perform(
            self.facts.direct_inclusion,
            direct_inclusion.Include(
                conversions.to_reading(reading),
                conversions.to_signature(household.sign(opened)),
                conversions.to_sealed(sealed),
                await self.published(reading.slot),
            ),
        )

    async def demand(
        self, household: Household, slot: int, index: int, kind: Kind, register: int = 0
    ) -> None:
        """Let a household demand to be shown something."""
        account = await self.pay_in(household)
        await account.perform(
            self.facts.demands, demands.Demand(await self.published(slot), index, kind, register)
        )

    async def sums(self, slot: int) -> tuple[int, int, bool]:
        """Return what netting has of a slot: withdrawal, feed-in, whether it is opened."""
        return await self.client.read(self.facts.addresses.netting, netting.Sums(slot))

    async def phase(self, slot: int) -> Phase:
        view = await self.view(slot)
        return phase_of(view.chain, view.stored)

    def account(self, household: Household) -> ChainDeployer:
        key = AccountKey(household.account.private_key.to_bytes(32))
        return ChainDeployer(self.client, key, lambda line: None)


def _enrol(connection: object, enrolment: Enrolment, now: int) -> None:
    nothing = Signature(1, 1, 27)
    members.enrol(connection, enrolment, nothing, nothing, Status.APPROVED, now)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Site:
    """A deployed community, before anybody works in it."""

    url: str
    deployed: Deployed


async def build_site(url: str) -> Site:
    """Deploy a community on an anvil."""
    anvil, keys = AnvilControl(url), operator_keys()
    client = ChainClient.to(url, CHAIN_ID)
    try:
        for key in (keys.authority, keys.operator):
            await anvil.fund(key.public_key.address())
        options = DeploymentOptions(
            currency=None,
            pool=None,
            slot_seconds=SLOT_SECONDS,
            minimum_owners=3,
            windows=WINDOWS,
            market=MarketOptions(zones=(0, 1), charge=20_000),
        )
        return Site(url, await deploy(client, keys, options, say=lambda line: None))
    finally:
        await client.close()
        await anvil.close()


def contract_options(site: Site) -> ContractOptions:
    found = site.deployed.deployment
    addresses = Addresses(
        registry=found.registry,
        ledger=found.ledger,
        netting=found.netting,
        account=found.account,
        market=found.market,
        suggestions=found.suggestions,
    )
    return ContractOptions(addresses=addresses, since_block=site.deployed.since_block)


@asynccontextmanager
async def running_town(
    site: Site, folder: Path, clock: TownClock, fuse: Fuse | None = None, keys: OperatorKeys | None = None
) -> AsyncIterator[Town]:
    """Start the operator's parts on a data folder; leaving the context is what a crash leaves behind."""
    async with AsyncExitStack() as stack:
        anvil = AnvilControl(site.url)
        stack.push_async_callback(anvil.close)
        fuse = fuse or Fuse()
        client = ChainClient(FusedTransport(transport_for(site.url), fuse), CHAIN_ID)
        stack.push_async_callback(client.close)
        options = contract_options(site)
        facts = await read_facts(client, options.addresses)
        database = await FusedDatabase.open(
            folder / "community.sqlite3", migrations=MIGRATIONS, now=clock.utc
        )
        database.fuse = fuse
        stack.push_async_callback(database.close)
        workers = Workers(0)
        stack.push_async_callback(workers.close)
        keys = keys or operator_keys()
        follower = ChainFollower(database)
        await follower.start()
        authority, operator = (
            Performer(client=client, database=database, signer=key, clock=clock, confirmations=1, adopt=True)
            for key in (keys.authority, keys.operator)
        )
        office = Office(
            facts=facts,
            account=operator.account,
            signer=keys.operator,
            sealing_keys=keys.sealing,
            database=database,
            follower=follower,
            workers=workers,
            clock=clock,
            chain_clock=ChainClock(clock.utc),
            wake=operator.wake,
        )
        market_facts = await known_market(client, facts, database)
        assert market_facts is not None
        market = MarketOffice(
            office=office, facts=market_facts, currency="EUR", plausibility=Plausibility(), client=client
        )
        deadlines = Deadlines(
            publish_after=720,
            catch_up=180,
            publish_seconds=facts.publish_seconds,
            publish_limit_seconds=facts.publish_limit_seconds,
            challenge_seconds=facts.challenge_seconds,
        )
        yield Town(
            clock=clock,
            anvil=anvil,
            client=client,
            facts=facts,
            keys=keys,
            watcher=Watcher(
                client=client,
                database=database,
                contracts=(*facts.followed, *market_facts.followed),
                first_block=options.since_block,
                consumers=(follower,),
                on_news=follower.heard,
            ),
            database=database,
            follower=follower,
            performers=(authority, operator),
            office=office,
            desk=ReadingDesk(office, Plausibility()),
            keeper=SlotKeeper(office, client, deadlines),
            market=market,
            market_keeper=MarketKeeper(market, client),
            registrar=Registrar(
                facts=facts,
                authority=Authority(account=authority.account, wake=authority.wake),
                client=client,
                database=database,
                follower=follower,
                clock=clock,
                chain_clock=office.chain_clock,
            ),
        )
