"""A market operator and a chain in memory, in front of a real store: what a household's trader is tried against.

The operator clears with the protocol's own rule; a test changes what it commits to, publishes or serves.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dems_node.database.database import Database
from dems_protocol.commitments import Pedersen, sum_openings
from dems_protocol.contracts import structs
from dems_protocol.contracts.abi import Call, Event, encode_arguments
from dems_protocol.contracts.market import (
    ClearingPublishedEvent,
    MarketVoidedEvent,
    OrderSetCommittedEvent,
)
from dems_protocol.contracts.market_conversions import to_order
from dems_protocol.contracts.orders import OrderPlacedEvent, OrderRevealedEvent
from dems_protocol.contracts.suggestions import SuggestionsPublishedEvent
from dems_protocol.market.clearing import clear
from dems_protocol.market.fills import OrderSide
from dems_protocol.market.order_set import SetLeaf, build_set_tree
from dems_protocol.market.orders import Order, OrderReceipt, OrderWithdrawal, RevealReceipt, SealedOrder
from dems_protocol.market.results import (
    ResultLeaf,
    ResultStatus,
    build_result_tree,
    cleared_leaf,
    result_openings,
)
from dems_protocol.market.suggestions import SuggestionPayload, SuggestionPlace, encrypt_suggestion
from dems_protocol.market.terms import Terms, ZoneTerms
from dems_protocol.market.times import MarketWindows, times_of
from dems_protocol.signatures import Scheme, Signature, SoftwareSigner
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.dispatcher.commands import Command, CommandSource, Mode, Target
from openems_bridge.ledger.operator_client import OperatorDown, OperatorRefused
from openems_bridge.ledger.slot_phase import ChainHead
from openems_bridge.store.migrations import MIGRATIONS
from openems_bridge.trader.clearing_check import ClearingAuditor
from openems_bridge.trader.findings import DemandOf
from openems_bridge.trader.market_audit import WorkerParts
from openems_bridge.trader.market_chain import DepositMissing
from openems_bridge.trader.market_contracts import MarketContracts
from openems_bridge.trader.market_operator import RevealAnswer, SignedReceipt, TermsAnswer
from openems_bridge.trader.placing import OrderDesk, OrderPen
from openems_bridge.trader.settings import DispatchChoice, TradingSettings
from openems_bridge.trader.slot_worker import SlotWorker
from openems_bridge.trader.suggestion_desk import SuggestionDesk, SuggestionParts
from openems_bridge.trader.trader import Trader, TraderParts

GRID = SlotGrid(900)
SLOT = 2_000_000
ZONE = 7
WINDOWS = MarketWindows(
    gate_seconds=3600,
    direct_seconds=300,
    set_challenge_seconds=600,
    reveal_seconds=600,
    publish_seconds=300,
    result_challenge_seconds=3600,
    result_challenge_blocks=240,
    answer_seconds=900,
    answer_blocks=60,
    order_deposit=0,
    demand_bond=0,
)
TIMES = times_of(SLOT, GRID, WINDOWS)
DOMAIN = LedgerDomain(31337, b"m" * 20)
CONTRACTS = MarketContracts(
    market=b"m" * 20,
    terms=b"t" * 20,
    orders=b"o" * 20,
    set_challenges=b"s" * 20,
    result_challenges=b"r" * 20,
    demands=b"d" * 20,
    suggestions=b"u" * 20,
    chain_id=31337,
    windows=WINDOWS,
)
TERMS = Terms((ZoneTerms(ZONE, 320_000, 80_000),), (0,))
PEDERSEN = Pedersen()


def signer(number: int) -> SoftwareSigner:
    return SoftwareSigner.from_private_key(Scheme.SECP256K1, number)


OPERATOR, ALICE, BOB = signer(11), signer(12), signer(13)
METER, BOBS_METER = b"\xa1" * 32, b"\xb0" * 32
KEY = X25519PrivateKey.from_private_bytes(b"k" * 32)


@dataclass(slots=True)
class Clock:
    now: float = float(TIMES.gate - 1800)

    def utc(self) -> float:
        return self.now


def refused(code: str, status: int = 409) -> OperatorRefused:
    return OperatorRefused(status, code, code, {}, {})


def bobs_order(side: OrderSide, quantity: int, limit: int, *, number: int = 0, slot: int = SLOT) -> Order:
    return Order(
        meter=BOBS_METER,
        slot=slot,
        number=number,
        side=side,
        quantity=quantity,
        battery=0,
        limit=limit,
        zone=ZONE,
        salt=bytes([200 + number]) * 32,
    )


def sealed_leaf(order: Order, household: SoftwareSigner) -> SetLeaf:
    digest = DOMAIN.digest(order.seal().struct_hash())
    return SetLeaf(order.hash(), order.meter, household.sign(digest))


@dataclass(slots=True)
class Exchange:
    """The operator's market, and the chain. ``calls`` are the transactions, each once by its key."""

    clock: Clock
    database: Database | None = None
    is_down: bool = False
    accepts: bool = True
    """Whether it gives receipts."""
    takes_reveals: bool = True
    deposit: bool | None = True
    """Whether the household's is locked; None: it cannot pay one."""
    leaves: dict[bytes, SetLeaf] = field(default_factory=dict)
    revealed: dict[bytes, Order] = field(default_factory=dict)
    withdrawn: set[bytes] = field(default_factory=set)
    others: list[Order] = field(default_factory=list)
    served_set: list[SetLeaf] = field(default_factory=list)
    served_results: list[ResultLeaf] = field(default_factory=list)
    calls: dict[str, Call[Any] | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    placed: dict[bytes, SetLeaf] = field(default_factory=dict)
    block: int = 100
    _place: int = 0

    # The operator's API

    async def terms(self) -> TermsAnswer:
        self._up("terms")
        return TermsAnswer(terms=TERMS, currency="EUR")

    async def submit_order(self, sealed: SealedOrder, signature: Signature) -> SignedReceipt:
        self._up("submit")
        if not self.accepts:
            raise refused("too-many-orders", 422)
        if self.clock.now >= TIMES.gate:
            raise refused("gate-closed")
        self.leaves.setdefault(sealed.order, SetLeaf(sealed.order, sealed.meter, signature))
        receipt = OrderReceipt(sealed.order, sealed.meter, sealed.slot, TIMES.gate - 900)
        return SignedReceipt(receipt, OPERATOR.sign(DOMAIN.digest(receipt.struct_hash())))

    async def withdraw_order(self, withdrawal: OrderWithdrawal, signature: Signature) -> None:
        self._up("withdraw")
        if withdrawal.order not in self.leaves:
            raise refused("unknown-order", 404)
        self.withdrawn.add(withdrawal.order)

    async def reveal(self, order: Order, generation: int, withdrawal: int) -> RevealAnswer:
        self._up("reveal")
        if not self.takes_reveals:
            raise refused("unknown-order", 422)
        self.revealed[order.hash()] = order
        receipt = RevealReceipt(order.hash(), order.slot, TIMES.set_final + 60)
        return RevealAnswer(
            receipt=receipt,
            signature=OPERATOR.sign(DOMAIN.digest(receipt.struct_hash())),
            plausible=True,
            problem=None,
        )

    async def set_leaves(self, slot: int) -> Sequence[SetLeaf]:
        self._up("set")
        return self.served_set

    async def results(self, slot: int, zone: int) -> Sequence[ResultLeaf]:
        self._up("results")
        return self.served_results

    def _up(self, what: str) -> None:
        self.asked.append(what)
        if self.is_down:
            raise OperatorDown("unreachable", "The operator is away.")

    # The chain

    async def household_of(self, meter: bytes, slot: int) -> bytes | None:
        return {METER: ALICE.public_key.address(), BOBS_METER: BOB.public_key.address()}.get(meter)

    async def zone_of(self, meter: bytes, slot: int) -> int:
        return ZONE

    async def operator_of(self, slot: int) -> bytes:
        return OPERATOR.public_key.address()

    async def are_terms(self, slot: int, terms: Terms) -> bool:
        return terms == TERMS

    async def has_deposit(self) -> bool:
        if self.deposit is None:
            raise DepositMissing(5, 1)
        return self.deposit

    async def place(self, leaf: SetLeaf, slot: int) -> None:
        if self._once(f"place:{leaf.order.hex()}", None):
            self.placed[leaf.order] = leaf

    async def reveal_on_chain(self, order: Order) -> None:
        if self._once(f"reveal:{order.hash().hex()}", None):
            self.revealed[order.hash()] = order

    async def challenge(self, slot: int, part: str, call: Call[None], subject: str) -> None:
        self._once(f"challenge:{slot}:{part}:{call.SELECTOR.hex()}", call)

    async def demand(
        self,
        committed: structs.CommittedSet,
        published: structs.PublishedClearing | None,
        stamp: structs.ClearingStamp,
        demand: DemandOf,
    ) -> None:
        self._once(f"demand:{committed.slot}:{demand.zone}:{demand.index}", None)

    async def void_unanswered(
        self, slot: int, stamp: structs.ClearingStamp, tree: int, zone: int, index: int
    ) -> None:
        self._once(f"void:{slot}:{tree}:{zone}:{index}", None)

    def _once(self, key: str, call: Call[Any] | None) -> bool:
        is_new = key not in self.calls
        self.calls.setdefault(key, call)
        return is_new

    @property
    def challenges(self) -> list[str]:
        return [type(call).__name__ for key, call in self.calls.items() if key.startswith("challenge")]

    # What a test lets happen

    async def commit(self, leaves: Iterable[SetLeaf] | None = None) -> None:
        """Commit to the set, by default an honest one."""
        honest = [*self.leaves.values(), *(sealed_leaf(order, BOB) for order in self.others)]
        self.served_set = sorted(honest if leaves is None else leaves, key=lambda leaf: leaf.order)
        root = build_set_tree(DOMAIN, SLOT, self.served_set).root.hash
        event = OrderSetCommittedEvent(
            SLOT, root, len(self.served_set), OPERATOR.public_key.address(), int(self.clock.now), self.block
        )
        await self.tell(event)

    def honest_results(self) -> tuple[structs.Clearing, list[ResultLeaf]]:
        """Return the clearing of what was revealed, and its results."""
        orders = [*self.revealed.values(), *self.others]
        market = clear(TERMS, [order.terms() for order in orders])
        fills = market.fills(order.terms() for order in orders)
        leaves = [cleared_leaf(PEDERSEN, order, fills[order.hash()]) for order in orders]
        known = {order.hash() for order in orders}
        missing = {*self.leaves, *self.placed} - known
        for order_hash in missing:
            status = ResultStatus.WITHDRAWN if order_hash in self.withdrawn else ResultStatus.UNREVEALED
            leaves.append(ResultLeaf(order_hash, status))
        leaves.sort(key=lambda leaf: leaf.order)
        bought = sum_openings([result_openings(order, fills[order.hash()])[0] for order in orders])
        sold = sum_openings([result_openings(order, fills[order.hash()])[1] for order in orders])
        figures = market.zones[0]
        tree = build_result_tree(DOMAIN, SLOT, ZONE, leaves)
        zone = structs.ZoneClearing(
            zone=ZONE,
            price=figures.price,
            lower=figures.lower,
            upper=figures.upper,
            lower_order=figures.lower_order,
            upper_order=figures.upper_order,
            bid_ratio=figures.bid_ratio,
            offer_ratio=figures.offer_ratio,
            bought=figures.bought,
            sold=figures.sold,
            bought_blinding=bought.blinding,
            sold_blinding=sold.blinding,
            utility_sold=figures.utility_sold,
            utility_bought=figures.utility_bought,
            root=tree.root.hash,
            sums=(*tree.root.sums.withdrawal, *tree.root.sums.feed_in),
            count=len(leaves),
        )
        return structs.Clearing(SLOT, (zone,), ()), leaves

    async def publish(
        self,
        change: Callable[[structs.ZoneClearing], structs.ZoneClearing] = lambda zone: zone,
        leaves: Sequence[ResultLeaf] | None = None,
    ) -> None:
        """Publish the clearing, by default an honest one; ``leaves`` are those that it is made over instead."""
        clearing, honest = self.honest_results()
        zone = clearing.zones[0]
        if leaves is not None:
            tree = build_result_tree(DOMAIN, SLOT, ZONE, leaves)
            sums = (*tree.root.sums.withdrawal, *tree.root.sums.feed_in)
            zone = replace(zone, root=tree.root.hash, sums=sums, count=len(leaves))
        self.served_results = list(honest if leaves is None else leaves)
        lied = structs.Clearing(SLOT, (change(zone),), ())
        await self.tell(ClearingPublishedEvent(SLOT, lied, int(self.clock.now), self.block))

    async def suggest(self, payload: SuggestionPayload, *, dummies: int = 2) -> None:
        """Publish the slot's suggestions, ours among dummies for others."""
        place = SuggestionPlace(DOMAIN, payload.slot, METER)
        stranger = X25519PrivateKey.generate().public_key().public_bytes_raw()
        blank = replace(payload, energy=0)
        ciphertexts = [encrypt_suggestion(blank, stranger, place) for _ in range(dummies)]
        ciphertexts.insert(1, encrypt_suggestion(payload, KEY.public_key().public_bytes_raw(), place))
        await self.tell(SuggestionsPublishedEvent(payload.slot, b"".join(ciphertexts)))

    async def tell_raw_suggestions(self, ciphertexts: bytes) -> None:
        """Publish bytes as suggestions."""
        await self.tell(SuggestionsPublishedEvent(SLOT, ciphertexts))

    async def void(self, finding: structs.MarketFinding = structs.MarketFinding.WRONG_RESULT) -> None:
        """Let the slot's market fall."""
        await self.tell(MarketVoidedEvent(SLOT, finding, ALICE.public_key.address(), b""))

    async def mine(self) -> None:
        """Let the transactions that were ordered come into the chain."""
        for order_hash, leaf in self.placed.items():
            household = ALICE.public_key.address()
            await self.tell(OrderPlacedEvent(SLOT, order_hash, leaf.meter, household, int(self.clock.now)))
        for key in [key for key in self.calls if key.startswith("reveal:")]:
            order = self.revealed[bytes.fromhex(key.removeprefix("reveal:"))]
            await self.tell(OrderRevealedEvent(SLOT, order.hash(), to_order(order)))

    async def tell(self, event: Event) -> None:
        """Write an event as the watcher's consumer does."""
        assert self.database is not None
        self._place += 1
        topics, data = _encoded(event)
        row = (
            f"{type(event).__name__}-{event.slot}-{getattr(event, 'order', '')}",  # type: ignore[attr-defined]
            self.block,
            self._place,
            int(self.clock.now),
            b"".join(topics),
            data,
            type(event).__name__,
            event.slot,  # type: ignore[attr-defined]
        )
        await self.database.run(_insert, row)


def _encoded(event: Any) -> tuple[list[bytes], bytes]:
    values = [getattr(event, one.name) for one in fields(event)]
    by_place: dict[int, Any] = {}
    for declared, place in enumerate(event.ORDER):
        by_place[place] = values[declared]
    indexed = [by_place[place] for place in range(len(event.INDEXED))]
    rest = [by_place[place] for place in range(len(event.INDEXED), len(values))]
    topics = [event.TOPIC] + [
        encode_arguments((kind,), value) for kind, value in zip(event.INDEXED, indexed, strict=True)
    ]
    return topics, encode_arguments(event.DATA, *rest)


def _insert(connection: Any, row: tuple[Any, ...]) -> None:
    connection.execute("INSERT OR REPLACE INTO market_event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


class ChainSide:
    """The exchange's chain under the names that the trader uses (two of them are also the operator's)."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self._exchange, "reveal_on_chain" if name == "reveal" else name)


class Door:
    """A dispatcher that remembers what it was asked."""

    def __init__(self) -> None:
        self.mode = Mode.AUTOMATIC
        self.commands: list[tuple[str | None, Target, int]] = []

    def command(
        self,
        source: CommandSource,
        target: Target,
        *,
        seconds: float | None = None,
        reason: str = "",
        command_id: str | None = None,
        reserve_soc: int = 0,
    ) -> Command:
        self.commands.append((command_id, target, reserve_soc))
        return Command(
            id=command_id or "", source=source, target=target, ends_at=0.0, ends_at_utc=0.0, reason=reason
        )

    def withdraw(self, command_id: str) -> bool:
        return False


@dataclass(slots=True)
class Household:
    """One household's trader on its store, and what it told."""

    trader: Trader
    suggestions: SuggestionDesk
    database: Database
    exchange: Exchange
    door: Door
    settings: TradingSettings
    told: list[tuple[str, Mapping[str, Any]]]
    soc: int | None = 60

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]

    async def at(self, moment: float) -> None:
        """Let it be a moment, and look."""
        self.exchange.clock.now = moment
        await self.trader.look()


@asynccontextmanager
async def household(
    folder: Path,
    exchange: Exchange,
    *,
    settings: TradingSettings | None = None,
    database: Database | None = None,
) -> AsyncIterator[Household]:
    """Run a trader on a data folder."""
    clock = exchange.clock
    database = database or await Database.open(
        folder / "bridge.sqlite3", migrations=MIGRATIONS, now=clock.utc
    )
    exchange.database = database
    door, told = Door(), list[tuple[str, Mapping[str, Any]]]()
    chosen = settings or TradingSettings(
        auto_bid=False, dispatch=DispatchChoice.FOLLOW, quiet_from="00:00", quiet_to="00:00"
    )
    pen = OrderPen(domain=DOMAIN, meter=METER, sign=ALICE.sign)
    chain: Any = ChainSide(exchange)
    operator: Any = exchange
    home: Household

    def tell(kind: str, data: Mapping[str, Any]) -> None:
        told.append((kind, data))

    worker = SlotWorker(
        WorkerParts(
            contracts=CONTRACTS,
            operator=operator,
            chain=chain,
            database=database,
            grid=GRID,
            pen=pen,
            auditor=lambda zone: ClearingAuditor(domain=DOMAIN, zone=zone, pedersen=PEDERSEN),
            forecast=lambda slot: (900, 400),
            now=clock.utc,
            tell=tell,
            terms=lambda: TERMS,
        )
    )
    suggestions = SuggestionDesk(
        SuggestionParts(
            database=database,
            grid=GRID,
            zone=ZoneInfo("UTC"),
            domain=DOMAIN,
            meter=METER,
            key=KEY,
            door=door,
            settings=lambda: home.settings,
            soc=lambda: home.soc,
            now=clock.utc,
            tell=tell,
        )
    )
    trader = Trader(
        TraderParts(
            contracts=CONTRACTS,
            operator=operator,
            chain=chain,
            database=database,
            grid=GRID,
            zone=ZoneInfo("UTC"),
            meter=METER,
            worker=worker,
            desk=OrderDesk(pen=pen, database=database, grid=GRID, windows=WINDOWS, now=clock.utc),
            suggestions=suggestions,
            sign=ALICE.sign,
            settings=lambda: home.settings,
            head=lambda: ChainHead(int(clock.now), exchange.block),
            may_trade=lambda: True,
            now=clock.utc,
            tell=tell,
            changed=lambda: None,
            noted_terms=lambda terms, currency: None,
        )
    )
    home = Household(trader, suggestions, database, exchange, door, chosen, told)
    try:
        yield home
    finally:
        await database.close()
