"""One slot's market as the chain's events tell it: the set, what came in directly, what was revealed, what was published."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from community.chain.slot_events import LoggedEvent
from dems_protocol.contracts import structs
from dems_protocol.contracts.conversions import from_proof
from dems_protocol.contracts.market import (
    ClearingPublishedEvent,
    MarketVoidedEvent,
    MarketWindowExtendedEvent,
    OrderSetCommittedEvent,
)
from dems_protocol.contracts.market_conversions import from_order
from dems_protocol.contracts.market_demands import (
    LeafDemandedEvent,
    ResultPaddingShownEvent,
    ResultShownEvent,
    SetLeafShownEvent,
)
from dems_protocol.contracts.orders import OrderPlacedEvent, OrderRevealedEvent
from dems_protocol.contracts.suggestions import SuggestionsPublishedEvent
from dems_protocol.market.orders import Order

SCOPE = (
    OrderSetCommittedEvent,
    ClearingPublishedEvent,
    MarketVoidedEvent,
    MarketWindowExtendedEvent,
    OrderPlacedEvent,
    OrderRevealedEvent,
    LeafDemandedEvent,
    SetLeafShownEvent,
    ResultShownEvent,
    ResultPaddingShownEvent,
    SuggestionsPublishedEvent,
)
"""The events that belong to one slot of the market: each has a field ``slot``."""


@dataclass(frozen=True, slots=True, order=True)
class DemandKey:
    """What somebody demands to be shown: a leaf of the set (tree 0, zone 0), or of a zone's results (tree 1)."""

    tree: int
    zone: int
    index: int


@dataclass(frozen=True, slots=True)
class PublishedClearing:
    """A clearing as the chain has it, with time (unix s), block and transaction of its publication."""

    clearing: structs.Clearing
    published_at: int
    published_block: int
    transaction: bytes

    def struct(self) -> structs.PublishedClearing:
        """Return what the contracts recognise it by."""
        return structs.PublishedClearing(self.clearing, self.published_at, self.published_block)


@dataclass(slots=True)
class ChainMarket:
    """What holds of a slot's market on chain. ``placed`` are orders that came in directly, with their meters."""

    order_set: structs.CommittedSet | None = None
    placed: dict[bytes, bytes] = field(default_factory=dict)
    revealed: dict[bytes, Order] = field(default_factory=dict)
    clearing: PublishedClearing | None = None
    is_void: bool = False
    extended_until: int = 0
    demands: set[DemandKey] = field(default_factory=set)
    suggested: bool = False

    def is_final(self, block_time: int, window: int) -> bool:
        """Say whether the clearing can fall no more, as far as time goes; ``window`` in s."""
        if self.clearing is None or self.demands:
            return False
        return block_time >= max(self.clearing.published_at + window, self.extended_until)


def read_market(events: Iterable[LoggedEvent]) -> ChainMarket:
    """Return the state that a slot's events, in order, lead to."""
    market = ChainMarket()
    for logged in events:
        _apply(market, logged)
    return market


def _apply(market: ChainMarket, logged: LoggedEvent) -> None:
    match logged.event:
        case OrderSetCommittedEvent() as event:
            market.order_set = structs.CommittedSet(
                event.slot, event.root, event.count, event.committed_at, event.committed_block
            )
        case OrderPlacedEvent(order=order, meter=meter):
            market.placed[order] = meter
        case OrderRevealedEvent(order_hash=order_hash, order=order):
            revealed = read_order(order)
            if revealed is not None:
                market.revealed[order_hash] = revealed
        case ClearingPublishedEvent(clearing=clearing, published_at=at, published_block=block):
            market.clearing = PublishedClearing(clearing, at, block, logged.transaction)
        case MarketVoidedEvent():
            market.is_void = True
        case MarketWindowExtendedEvent(until_time=until):
            market.extended_until = until
        case LeafDemandedEvent(tree=tree, zone=zone, index=index):
            market.demands.add(DemandKey(int(tree), zone, index))
        case SetLeafShownEvent(proof=proof):
            market.demands.discard(DemandKey(0, 0, from_proof(proof).index))
        case ResultShownEvent(zone=zone, proof=proof) | ResultPaddingShownEvent(zone=zone, proof=proof):
            market.demands.discard(DemandKey(1, zone, from_proof(proof).index))
        case SuggestionsPublishedEvent():
            market.suggested = True


def read_order(order: structs.Order) -> Order | None:
    """Return an order as it was revealed on chain; None for one that is not valid by itself."""
    try:
        return from_order(order)
    except ValueError:
        return None
