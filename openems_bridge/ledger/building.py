"""Builds one household's ledger from its membership and its keys. Nothing is connected before it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import aiohttp

from dems_node.chain.client import ChainClient
from dems_node.chain.performer import Performer
from dems_node.chain.watcher import News, Watcher
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.json_types import Section
from dems_protocol.commitments import Pedersen
from dems_protocol.readings import ReadingFactory
from openems_bridge.keys.vault import HouseholdKeys
from openems_bridge.ledger.auditing import Audited, StatementAudit
from openems_bridge.ledger.certificates import CertificateDesk
from openems_bridge.ledger.clock_check import doubt_clock
from openems_bridge.ledger.contract_reading import ContractReader
from openems_bridge.ledger.delivery import Courier
from openems_bridge.ledger.deposits import DepositDesk
from openems_bridge.ledger.following import EventFollower
from openems_bridge.ledger.household_ledger import HouseholdLedger, LedgerParts, Tell
from openems_bridge.ledger.inclusion import InclusionDesk
from openems_bridge.ledger.membership import MembershipClerk
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.operator_client import OperatorClient
from openems_bridge.ledger.options import LedgerOptions
from openems_bridge.ledger.orders import Orders
from openems_bridge.ledger.own_reading import OwnReading
from openems_bridge.ledger.settlement import Settlement
from openems_bridge.ledger.signing import Contracted, MeterPen, nothing_contracted
from openems_bridge.ledger.signing_desk import SigningDesk
from openems_bridge.ledger.signing_right import SigningRight
from openems_bridge.ledger.slot_keeper import SlotKeeper
from openems_bridge.ledger.slot_phase import ChainHead
from openems_bridge.store.events import Event

if TYPE_CHECKING:
    from openems_bridge.trader.market_events import MarketFollower


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a household's ledger stands on.

    ``show`` takes the sections of the state document, ``tell`` an event of this moment, ``announce`` one that is stored.
    """

    database: Database
    clock: Clock
    session: aiohttp.ClientSession
    options: LedgerOptions
    show: Callable[[Mapping[str, Section]], None]
    tell: Tell
    announce: Callable[[Event], None]
    key_backed_up: Callable[[], bool]
    market: MarketFollower | None = None
    """Who follows the market's events, where the community has a market."""
    contracted: Contracted = nothing_contracted
    """What the household has bought and sold of slots, for the split of their readings."""
    edge_clock_offset: Callable[[], float | None]
    """How far the Edge's clock is ahead of this machine's (s), None while it is not known."""


@dataclass(frozen=True, slots=True)
class RunningParts:
    """A household's ledger with the two tasks that it does not own: all three run together."""

    ledger: HouseholdLedger
    performer: Performer
    watcher: Watcher
    client: ChainClient


class _Ears:
    """Passes on what the parts say to the ledger, which is built after them."""

    def __init__(self) -> None:
        self.ledger: HouseholdLedger | None = None

    @property
    def head(self) -> ChainHead | None:
        """The chain's newest block, None before it was first reached."""
        return None if self.ledger is None else self.ledger.head

    def delivered(self, own: OwnReading) -> None:
        if self.ledger is not None:
            self.ledger.delivered(own)

    def audited(self, audited: Audited) -> None:
        if self.ledger is not None:
            self.ledger.audited(audited)

    def settled(self, settlement: Settlement) -> None:
        if self.ledger is not None:
            self.ledger.settled(settlement)

    def touched(self, slot: int | None) -> None:
        if self.ledger is not None:
            self.ledger.touched(slot)

    def chain_changed(self, _: object) -> None:
        if self.ledger is not None:
            self.ledger.chain_changed()


def build_household_ledger(membership: Membership, keys: HouseholdKeys, around: Surroundings) -> RunningParts:
    """Return the parts of a household's ledger, ready to run."""
    ears, community = _Ears(), membership.community
    database, now = around.database, around.clock.utc
    client = ChainClient.to(around.options.node(community.rpc), community.domain.chain_id)
    reader = ContractReader(client, community.contracts)
    operator = OperatorClient(
        around.session,
        community.operator_url,
        community.fingerprint,
        domain=community.domain,
        household=membership.household,
        sign=keys.account.sign,
        now=now,
    )
    performer = Performer(
        client=client,
        database=database,
        signer=keys.account,
        clock=around.clock,
        confirmations=around.options.confirmations,
        on_change=ears.chain_changed,
    )
    orders = Orders(client, reader, performer, database)
    follower = EventFollower(
        membership,
        tell=around.announce,
        touched=ears.touched,
    )
    market = around.market
    watcher = Watcher(
        client=client,
        database=database,
        contracts=(*community.contracts.watched(), *(() if market is None else sorted(market.contracts))),
        first_block=membership.first_block,
        consumers=[follower] if market is None else [follower, market],
        announce=follower.announce,
        on_news=follower.news if market is None else partial(_both, follower.news, market.news),
        on_change=ears.chain_changed,
    )
    right = SigningRight(
        instance=keys.index.instance,
        joined_as=membership.instance,
        meter=membership.meter,
        account=membership.household,
        database=database,
        operator=operator,
        client=client,
    )
    pedersen = Pedersen()
    desk = SigningDesk(
        _pen(membership, keys, pedersen),
        right,
        database,
        now,
        lambda: doubt_clock(now(), around.edge_clock_offset(), ears.head),
        around.contracted,
    )
    parts = LedgerParts(
        client=client,
        performer=performer,
        watcher=watcher,
        operator=operator,
        clerk=MembershipClerk(operator, reader, keys, now=now),
        right=right,
        desk=desk,
        courier=Courier(
            operator=operator,
            database=database,
            desk=desk,
            right=right,
            pedersen=pedersen,
            record=reader.record,
            told=ears.delivered,
            now=now,
        ),
        keeper=SlotKeeper(
            database=database,
            audit=StatementAudit(
                operator=operator,
                reader=reader,
                database=database,
                orders=orders if around.options.challenge else None,
                told=ears.audited,
                now=now,
                instance=keys.index.instance,
                audited_leaves=around.options.audited_leaves,
            ),
            operator=operator,
            inclusion=InclusionDesk(orders=orders, reader=reader, database=database, secret=keys.secret)
            if around.options.direct_inclusion
            else None,
            settled=ears.settled,
            now=now,
        ),
        certificates=CertificateDesk(
            database, orders, account=performer.account, daily=around.options.claim_daily
        ),
        deposits=DepositDesk(
            client=client,
            reader=reader,
            orders=orders,
            database=database,
            account=performer.account,
        ),
    )
    ears.ledger = HouseholdLedger(
        membership,
        parts,
        database,
        around.clock,
        show=around.show,
        tell=around.tell,
        key_backed_up=around.key_backed_up,
    )
    return RunningParts(ears.ledger, performer, watcher, client)


def _both(first: Callable[[News], None], second: Callable[[News], None], news: News) -> None:
    first(news)
    second(news)


def _pen(membership: Membership, keys: HouseholdKeys, pedersen: Pedersen) -> MeterPen:
    domain = membership.community.domain
    factory = ReadingFactory(
        pedersen=pedersen,
        domain=domain,
        meter=membership.meter,
        key=keys.meter.public_key.key_id(),
        secret=keys.secret,
    )
    return MeterPen(domain=domain, factory=factory, signer=keys.meter, instance=keys.index.instance)
