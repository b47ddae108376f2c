"""Builds the trader of one membership from the ledger's running parts. Imported only where there is a market."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dems_node.chain import watch_journal
from dems_node.chain.events import events_of_block
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.json_types import Json, Section
from dems_protocol.commitments import Pedersen
from dems_protocol.market.terms import Terms
from dems_protocol.market.times import MarketWindows, first_open_slot
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.slot_progress import SlotStart
from openems_bridge.foresight.plan import BatteryNow, HouseholdPlan
from openems_bridge.ledger.slot_phase import ChainHead
from openems_bridge.store import settings as stored
from openems_bridge.trader.clearing_check import ClearingAuditor
from openems_bridge.trader.encryption_key import KeyAnnouncer, suggestion_key
from openems_bridge.trader.house_now import HouseNow
from openems_bridge.trader.live_follower import LiveFollower, LiveParts
from openems_bridge.trader.market_audit import ForecastOf, WorkerParts
from openems_bridge.trader.market_chain import PerformedMarketChain
from openems_bridge.trader.market_contracts import MarketContracts
from openems_bridge.trader.market_events import MarketFollower
from openems_bridge.trader.market_operator import MarketOperator
from openems_bridge.trader.outlook_keeper import OutlookKeeper
from openems_bridge.trader.placing import OrderDesk, OrderPen
from openems_bridge.trader.settings import TradingSettings
from openems_bridge.trader.slot_worker import SlotWorker
from openems_bridge.trader.suggestion_desk import BatteryDoor, SuggestionDesk, SuggestionParts
from openems_bridge.trader.trader import Trader, TraderParts

if TYPE_CHECKING:
    import aiohttp

    from dems_node.chain.client import ChainClient
    from dems_node.chain.performer import Performer
    from openems_bridge.keys.vault import HouseholdKeys
    from openems_bridge.ledger.membership_state import Membership

_KNOWN, _FILLED = "market_contracts", "market_filled"
_RANGE_BLOCKS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSide:
    """What the ledger lends its market: the account's performer, the node, and what is known of both."""

    client: ChainClient
    performer: Performer
    session: aiohttp.ClientSession
    head: Callable[[], ChainHead | None]
    may_trade: Callable[[], bool]
    may_challenge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSide:
    """What following the running slot needs of the house; ``inside_charge`` in micro-units per kWh."""

    house: Callable[[], HouseNow | None]
    battery: Callable[[], BatteryNow | None]
    slot_start: SlotStart
    plan: Callable[[], HouseholdPlan | None]
    inside_charge: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSide:
    """What the house lends its market. ``forecast`` tells the 0.9 quantiles of a slot, ``soc`` the battery's content (%)."""

    database: Database
    clock: Clock
    grid: SlotGrid
    zone: ZoneInfo
    door: BatteryDoor
    settings: Callable[[], TradingSettings]
    forecast: ForecastOf
    soc: Callable[[], int | None]
    tell: Callable[[str, Section], None]
    changed: Callable[[], None]
    noted_terms: Callable[[Terms | None, str], None]
    live: LiveSide | None = None
    replan: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class BuiltTrader:
    """A trader with what runs beside it."""

    trader: Trader
    suggestions: SuggestionDesk
    announcer: KeyAnnouncer | None
    outlook: OutlookKeeper
    live: LiveFollower | None


def market_operator(
    membership: Membership, keys: HouseholdKeys, session: aiohttp.ClientSession, clock: Clock
) -> MarketOperator:
    """Return the client of the market operator's API, which is the meter operator's."""
    community = membership.community
    return MarketOperator(
        session,
        community.operator_url,
        community.fingerprint,
        domain=community.domain,
        household=membership.household,
        sign=keys.account.sign,
        now=clock.utc,
    )


def build_trader(
    membership: Membership,
    keys: HouseholdKeys,
    contracts: MarketContracts,
    ledger: LedgerSide,
    house: HouseSide,
) -> BuiltTrader:
    """Return the trader, ready to run."""
    now = house.clock.utc
    operator = market_operator(membership, keys, ledger.session, house.clock)
    chain = PerformedMarketChain(
        client=ledger.client,
        performer=ledger.performer,
        contracts=contracts,
        currency=membership.community.contracts.currency,
        household=membership.household,
    )
    pen = OrderPen(domain=contracts.domain, meter=membership.meter, sign=keys.account.sign)
    pedersen = Pedersen()
    terms: list[Terms] = []

    def noted(found: Terms | None, currency: str) -> None:
        terms[:] = [] if found is None else [found]
        house.noted_terms(found, currency)

    worker = SlotWorker(
        WorkerParts(
            contracts=contracts,
            operator=operator,
            chain=chain,
            database=house.database,
            grid=house.grid,
            pen=pen,
            auditor=lambda zone: ClearingAuditor(domain=contracts.domain, zone=zone, pedersen=pedersen),
            forecast=house.forecast,
            now=now,
            tell=house.tell,
            terms=lambda: terms[0] if terms else None,
            may_challenge=ledger.may_challenge,
        )
    )
    key = suggestion_key(keys.secret)
    suggestions = SuggestionDesk(
        SuggestionParts(
            database=house.database,
            grid=house.grid,
            zone=house.zone,
            domain=contracts.domain,
            meter=membership.meter,
            key=key,
            door=house.door,
            settings=house.settings,
            soc=house.soc,
            now=now,
            tell=house.tell,
        )
    )
    trader = Trader(
        TraderParts(
            contracts=contracts,
            operator=operator,
            chain=chain,
            database=house.database,
            grid=house.grid,
            zone=house.zone,
            meter=membership.meter,
            worker=worker,
            desk=OrderDesk(
                pen=pen, database=house.database, grid=house.grid, windows=contracts.windows, now=now
            ),
            suggestions=suggestions,
            sign=keys.account.sign,
            settings=house.settings,
            head=ledger.head,
            may_trade=ledger.may_trade,
            now=now,
            tell=house.tell,
            changed=house.changed,
            noted_terms=noted,
        )
    )
    announcer = None
    if membership.enrolment.battery_capacity:
        announcer = KeyAnnouncer(
            contracts=contracts,
            client=ledger.client,
            operator=operator,
            meter=membership.meter,
            key=key,
            sign=keys.account.sign,
            first_slot=lambda: first_open_slot(now(), house.grid, contracts.windows),
            now=now,
        )
    live = None
    if house.live is not None:
        live = LiveFollower(
            LiveParts(
                operator=operator,
                chain=chain,
                clock=house.clock,
                grid=house.grid,
                zone=house.zone,
                meter=membership.meter,
                door=house.door,
                settings=house.settings,
                house=house.live.house,
                battery=house.live.battery,
                slot_start=house.live.slot_start,
                plan=house.live.plan,
                terms=lambda: terms[0] if terms else None,
                inside_charge=house.live.inside_charge,
                may_trade=ledger.may_trade,
                changed=house.changed,
            )
        )
    outlook = OutlookKeeper(operator, house.clock, house.grid, house.replan)
    return BuiltTrader(trader, suggestions, announcer, outlook, live)


async def known_market(database: Database, membership: Membership) -> MarketContracts | None:
    """Return the market that was found for this community before. Raises StoreError."""
    document = await database.run(stored.load, _KNOWN)
    if (
        not isinstance(document, dict)
        or document.get("registry") != membership.community.contracts.registry.hex()
    ):
        return None
    try:
        return _contracts(document, membership.community.domain.chain_id)
    except KeyError, TypeError, ValueError:
        # Written by another version: it is found again.
        return None


def _contracts(document: Any, chain_id: int) -> MarketContracts:
    addresses, suggestions = document["addresses"], document["addresses"]["suggestions"]
    return MarketContracts(
        market=bytes.fromhex(addresses["market"]),
        terms=bytes.fromhex(addresses["terms"]),
        orders=bytes.fromhex(addresses["orders"]),
        set_challenges=bytes.fromhex(addresses["set_challenges"]),
        result_challenges=bytes.fromhex(addresses["result_challenges"]),
        demands=bytes.fromhex(addresses["demands"]),
        suggestions=None if suggestions is None else bytes.fromhex(suggestions),
        chain_id=chain_id,
        windows=MarketWindows(**document["windows"]),
    )


async def keep_market(database: Database, membership: Membership, contracts: MarketContracts) -> None:
    """Keep a market that was found. Raises StoreError."""
    addresses: dict[str, Json] = {
        name: None if (address := getattr(contracts, name)) is None else address.hex()
        for name in (
            "market",
            "terms",
            "orders",
            "set_challenges",
            "result_challenges",
            "demands",
            "suggestions",
        )
    }
    document: dict[str, Json] = {
        "registry": membership.community.contracts.registry.hex(),
        "addresses": addresses,
        "windows": asdict(contracts.windows),
    }
    await database.run(stored.save, _KNOWN, document)


async def fill_in(
    database: Database, client: ChainClient, follower: MarketFollower, membership: Membership, market: bytes
) -> None:
    """Take in what the chain said of the market before the watcher was told of it: once for each market.

    Raises StoreError and ChainError: then it is done at the next start.
    """
    if await database.run(stored.load, _FILLED) == market.hex():
        return
    marks = await database.run(watch_journal.marks)
    last = marks[0].number if marks else membership.first_block - 1
    first = membership.first_block
    while first <= last:
        until = min(first + _RANGE_BLOCKS - 1, last)
        logs = await client.logs(first, until, sorted(follower.contracts))
        for number, in_block in groupby(logs, key=lambda log: log.block_number):
            block = await client.block(number)
            if block is not None:
                for event in events_of_block(block.timestamp, list(in_block)):
                    await database.run(follower.apply, event)
        first = until + 1
    await database.run(stored.save, _FILLED, market.hex())
