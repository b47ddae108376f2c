"""A street with a market on a real chain: bridges' traders beside their ledgers, all moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from dems_node.database.database import Database
from dems_node.json_types import Section
from dems_protocol.market.times import SlotTimes, times_of
from openems_bridge.foresight.options import TariffOptions
from openems_bridge.foresight.tariff import Tariff
from openems_bridge.keys.index import KeyIndex
from openems_bridge.keys.vault import HouseholdKeys
from openems_bridge.ledger import journal as ledger_journal
from openems_bridge.ledger.building import RunningParts, Surroundings, build_household_ledger
from openems_bridge.ledger.desk import CommunityDesk, market_contracts_signed
from openems_bridge.ledger.options import LedgerOptions
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.trader.building import (
    BuiltTrader,
    HouseSide,
    LedgerSide,
    LiveSide,
    build_trader,
    fill_in,
    keep_market,
    known_market,
    market_operator,
)
from openems_bridge.trader.hall import HallParts, MarketHall
from openems_bridge.trader.market_contracts import MarketContracts, read_market
from openems_bridge.trader.market_events import MarketFollower
from openems_bridge.trader.settings import DispatchChoice, TradingBook, TradingSettings
from openems_bridge.trader.suggestion_desk import BatteryDoor
from tests.ledger.street import Street, household_keys
from tests.trader.exchange import Door

SETTINGS = TradingSettings(dispatch=DispatchChoice.FOLLOW, quiet_from="00:00", quiet_to="00:00")


@dataclass(slots=True)
class Stall:
    """One household's ledger and trader, and what they told."""

    street: Street
    database: Database
    running: RunningParts
    built: BuiltTrader
    contracts: MarketContracts
    door: Door
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]

    def times(self, slot: int) -> SlotTimes:
        return times_of(slot, self.street.town.facts.grid, self.contracts.windows)

    async def step(self) -> None:
        """Look once at everything, and let transactions come into the chain."""
        await self.running.watcher.step()
        await self.running.ledger.follow_slots_once()
        await self.built.trader.look()
        await self.street.town.anvil.perform(self.running.performer)
        await self.running.watcher.step()
        await self.built.trader.look()


class HouseAtHand(BatteryDoor, Protocol):
    """A house whose battery follows."""

    @property
    def soc(self) -> int | None:
        """The battery's state of charge, %."""
        ...


class KeysAtHand:
    """A vault that is open."""

    def __init__(self, keys: HouseholdKeys) -> None:
        self._keys = keys

    def open(self) -> HouseholdKeys:
        return self._keys

    def index(self) -> KeyIndex:
        return self._keys.index


async def join(street: Street, name: str) -> None:
    """Let a household join; its data folder then has its membership."""
    async with street.bridge(name) as bridge:
        await bridge.step()
        await street.town.settle()
        await street.town.move_to(street.town.facts.grid.start(street.town.slot + 3))
        await street.town.settle()
        await bridge.step()
        assert bridge.community["status"] == "member", bridge.community


@asynccontextmanager
async def daemon(street: Street, name: str, shown: dict[str, Section]) -> AsyncIterator[MarketHall]:
    """Run ledger and market of a member as the daemon does, by themselves."""
    clock, grid = street.town.clock, street.town.facts.grid
    database = await Database.open(
        street.folder / name / "bridge.sqlite3", migrations=MIGRATIONS, now=clock.utc
    )

    def show(sections: Mapping[str, Section | None]) -> None:
        shown.update({key: section for key, section in sections.items() if section is not None})

    vault: Any = KeysAtHand(household_keys(name))
    hall = MarketHall(
        HallParts(
            database=database,
            clock=clock,
            grid=grid,
            zone=ZoneInfo("UTC"),
            book=await TradingBook.load(database),
            door=Door(),
            forecast=lambda: None,
            battery=lambda: None,
            soc=lambda: None,
            tariff=lambda: Tariff.configured(TariffOptions()),
            inside_prices=(None, None),
            replan=lambda: None,
            show=show,
            tell=lambda kind, data: None,
        )
    )
    office = CommunityDesk(
        database=database,
        clock=clock,
        grid=grid,
        vault=vault,
        options=LedgerOptions(confirmations=1),
        show=show,
        tell=lambda kind, data: None,
        announce=lambda event: None,
        edge_clock_offset=lambda: None,
        market=hall,
    )
    running = asyncio.create_task(office.run())
    try:
        yield hall
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await hall.close()
        await database.close()


@asynccontextmanager
async def stall(
    street: Street, name: str, home: HouseAtHand | None = None, live: LiveSide | None = None
) -> AsyncIterator[Stall]:
    """Open a household's stall: it joins first, then finds the market as the daemon does.

    ``home`` is where its battery stands; without one its door notes what it is told. With ``live`` it can follow the running slot.
    """
    await join(street, name)
    keys, clock = household_keys(name), street.town.clock
    database = await Database.open(
        street.folder / name / "bridge.sqlite3", migrations=MIGRATIONS, now=clock.utc
    )
    membership = await database.run(ledger_journal.load_membership)
    assert membership is not None
    told: list[tuple[str, Mapping[str, Any]]] = []
    shown: dict[str, Section] = {}
    try:
        named = await market_operator(membership, keys, street.session, clock).named_market()
        assert named is not None
        registry = membership.community.contracts.registry
        found = await read_market(street.town.client, registry, named.market, named.suggestions)
        await keep_market(database, membership, found)
        contracts = await known_market(database, membership)
        assert contracts == found, "what was found is known after a restart"
        follower = MarketFollower(contracts.watched(), membership.household, lambda slot: None)
        running = build_household_ledger(
            membership,
            keys,
            Surroundings(
                database=database,
                clock=clock,
                session=street.session,
                options=LedgerOptions(confirmations=1),
                show=shown.update,
                tell=lambda kind, data: told.append((kind, data)),
                announce=lambda event: told.append((event.kind, event.data)),
                key_backed_up=lambda: False,
                edge_clock_offset=lambda: None,
                market=follower,
                contracted=market_contracts_signed,
            ),
        )
        await fill_in(database, running.client, follower, membership, contracts.market)
        door = Door()
        built = build_trader(
            membership,
            keys,
            contracts,
            LedgerSide(
                client=running.client,
                performer=running.performer,
                session=street.session,
                head=lambda: running.ledger.head,
                may_trade=lambda: True,
                may_challenge=True,
            ),
            HouseSide(
                database=database,
                clock=clock,
                grid=street.town.facts.grid,
                zone=ZoneInfo("UTC"),
                door=door if home is None else home,
                settings=lambda: SETTINGS,
                forecast=lambda slot: (2500, 1000),
                soc=lambda: 60 if home is None else home.soc,
                tell=lambda kind, data: told.append((kind, data)),
                changed=lambda: None,
                noted_terms=lambda terms, currency: None,
                live=live,
            ),
        )
        try:
            yield Stall(street, database, running, built, contracts, door, told)
        finally:
            await running.client.close()
    finally:
        await database.close()
