"""A market on a real chain: two zones with terms, an operator with its bond, and residents who seal orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from community.market.arithmetic import MadeClearing, StandingOrder, make_clearing
from dems_protocol.contracts import (
    community_registry,
    demo_currency,
    market,
    market_terms,
    orders,
    structs,
)
from dems_protocol.contracts.market_conversions import (
    to_result_descent,
    to_set_descent,
    to_set_leaf,
    to_terms,
)
from dems_protocol.market.order_set import SetLeaf, build_set_tree
from dems_protocol.market.orders import Order
from dems_protocol.market.results import ResultLeaf, ResultStatus, build_result_tree
from dems_protocol.market.terms import Terms, ZoneTerms
from dems_protocol.signatures import Signature
from dems_protocol.typed_data import LedgerDomain
from tests.contracts.chain import CHAIN_ID, SLOT_SECONDS, Chain
from tests.contracts.village import BOND, Village, sign_account

TERMS = Terms((ZoneTerms(0, 320_000, 80_000), ZoneTerms(1, 310_000, 70_000)), (0, 20_000, 15_000, 0))
SECOND_ZONE = (3, 4)


@dataclass(frozen=True, slots=True)
class Square:
    """The market of a slot whose gate is to come."""

    village: Village
    slot: int

    @property
    def chain(self) -> Chain:
        """The chain."""
        return self.village.chain

    @property
    def domain(self) -> LedgerDomain:
        """The domain of the market's messages."""
        return LedgerDomain(CHAIN_ID, self.village.community.deployment.market)

    @property
    def gate(self) -> int:
        """When the gate closes, unix s."""
        return self.slot * SLOT_SECONDS - 3600

    def seal(self, order: Order) -> SetLeaf:
        """Return the order as its household seals it."""
        resident = int.from_bytes(order.meter) - 100
        signed = sign_account(
            Chain.key(f"household {resident}"), self.domain.digest(order.seal().struct_hash())
        )
        signature = Signature(int.from_bytes(signed.r), int.from_bytes(signed.s), signed.v)
        return SetLeaf(order.hash(), order.meter, signature)

    def leaves(self, given: Sequence[Order]) -> list[SetLeaf]:
        """Return the set of these orders."""
        return sorted((self.seal(order) for order in given), key=lambda leaf: leaf.order)

    async def commit(self, leaves: Sequence[SetLeaf]) -> structs.CommittedSet:
        """Commit the set at the gate."""
        tree = build_set_tree(self.domain, self.slot, leaves)
        await self.until(self.gate)
        deployment = self.village.community.deployment
        await self.village.community.operator.call(
            deployment.market, market.CommitSet(self.slot, tree.root.hash, len(leaves)).calldata()
        )
        head = await self.chain.client.head()
        return structs.CommittedSet(self.slot, tree.root.hash, len(leaves), head.timestamp, head.number)

    def clear(self, given: Sequence[Order], hidden: frozenset[bytes] = frozenset()) -> MadeClearing:
        """Return what the operator makes of the orders; ``hidden`` are the hashes of those never revealed."""
        standing = [
            StandingOrder(
                order.hash(),
                order.zone,
                ResultStatus.UNREVEALED if order.hash() in hidden else ResultStatus.CLEARED,
                order.meter[-20:],
                None if order.hash() in hidden else order,
            )
            for order in given
        ]
        return make_clearing(self.domain, self.slot, TERMS, standing)

    async def publish(self, clearing: structs.Clearing) -> structs.PublishedClearing:
        """Publish a clearing when it is due."""
        await self.until(self.gate + 1800)
        operator, deployment = self.village.community.operator, self.village.community.deployment
        await operator.call(deployment.market, publish_call(clearing).calldata())
        head = await self.chain.client.head()
        return structs.PublishedClearing(clearing, head.timestamp, head.number)

    async def place(self, leaf: SetLeaf) -> None:
        """Place an order directly, by somebody else's hand."""
        await self.village.community.authority.call(
            self.village.community.deployment.orders,
            orders.PlaceOrder(to_set_leaf(leaf), self.slot).calldata(),
        )

    async def until(self, moment: int) -> None:
        """Let time pass until a moment, unless it is past."""
        if (await self.chain.client.head()).timestamp < moment:
            await self.chain.rpc("evm_setNextBlockTimestamp", moment)
            await self.chain.rpc("anvil_mine", "0x1")


async def open_square(village: Village) -> Square:
    """Give the market its terms, its operator and the bond, and move two residents to the second zone."""
    community, chain = village.community, village.chain
    deployment, authority = community.deployment, community.authority
    first = await authority.read(deployment.market_terms, market_terms.LatestClosed()) + 1
    zones = tuple(structs.ZoneTerms(zone.zone, zone.sell, zone.buy) for zone in TERMS.zones)
    for call in (
        market_terms.SetPrices(zones, first),
        market_terms.SetCharges(tuple(zone.zone for zone in TERMS.zones), TERMS.charges, first),
        market_terms.AppointOperator(community.operator.address, first),
    ):
        await authority.call(deployment.market_terms, call.calldata())
    for resident in SECOND_ZONE:
        meter = village.residents[resident].meter
        move = community_registry.SetZone(meter, (1).to_bytes(32), await chain.slot() + 1)
        await authority.call(deployment.registry, move.calldata())
    for to, step in (
        (community.currency, demo_currency.Mint(community.operator.address, BOND)),
        (community.currency, demo_currency.Approve(deployment.market, BOND)),
        (deployment.market, market.Deposit(BOND)),
        (deployment.market, market.LockBond(BOND)),
    ):
        await community.operator.call(to, step.calldata())
    return Square(village, first + 1)


def publish_call(clearing: structs.Clearing) -> market.PublishClearing:
    """Return the operator's call that publishes a clearing."""
    return market.PublishClearing(clearing, to_terms(TERMS))


def set_descent(square: Square, leaves: Sequence[SetLeaf], index: int) -> structs.SetDescent:
    """Return a leaf of the set with the steps that lead to it."""
    tree = build_set_tree(square.domain, square.slot, leaves)
    return to_set_descent(leaves, tree, index)


def result_descent(
    square: Square, zone: int, leaves: Sequence[ResultLeaf], index: int
) -> structs.ResultDescent:
    """Return a result with the steps that lead to it."""
    tree = build_result_tree(square.domain, square.slot, zone, leaves)
    return to_result_descent(leaves, tree, index)
