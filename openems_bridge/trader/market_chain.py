"""What the trader asks of the chain, and what it lets the performer do there: each transaction once, by its key."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from dems_node.chain.transactions import Intent
from dems_protocol.contracts import demo_currency, market, market_demands, market_terms, orders, structs
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.market_conversions import to_order, to_set_leaf, to_terms
from dems_protocol.market.order_set import SetLeaf
from dems_protocol.market.orders import Order
from dems_protocol.market.terms import Terms
from openems_bridge.trader.findings import DemandOf
from openems_bridge.trader.market_contracts import MarketContracts

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient
    from dems_node.chain.performer import Performer

_NOBODY = bytes(20)


class DepositMissing(Exception):
    """The household has not locked what trading needs, and cannot: amounts in the currency's smallest unit."""

    def __init__(self, needed: int, found: int) -> None:
        super().__init__(f"a deposit of {needed} is needed and the household has {found}")
        self.needed = needed
        self.found = found


class MarketChain(Protocol):
    """The chain as the trader sees it. Reads raise ChainError, transactions StoreError."""

    async def household_of(self, meter: bytes, slot: int) -> bytes | None:
        """Return who trades for a meter in a slot's market (20 bytes), None if nobody."""
        ...

    async def zone_of(self, meter: bytes, slot: int) -> int:
        """Return the zone that a meter trades in."""
        ...

    async def operator_of(self, slot: int) -> bytes:
        """Return the market operator's account for a slot."""
        ...

    async def are_terms(self, slot: int, terms: Terms) -> bool:
        """Say whether these are the slot's terms."""
        ...

    async def has_deposit(self) -> bool:
        """Say whether the household's deposit is locked; where it is not yet, see to it. Raises DepositMissing."""
        ...

    async def place(self, leaf: SetLeaf, slot: int) -> None:
        """Put a sealed order on chain."""
        ...

    async def reveal(self, order: Order) -> None:
        """Show an order on chain."""
        ...

    async def challenge(self, slot: int, part: str, call: Call[None], subject: str) -> None:
        """Send a challenge; one for a slot and part is enough."""
        ...

    async def demand(
        self,
        committed: structs.CommittedSet,
        published: structs.PublishedClearing | None,
        stamp: structs.ClearingStamp,
        demand: DemandOf,
    ) -> None:
        """Demand a leaf on chain."""
        ...

    async def void_unanswered(
        self, slot: int, stamp: structs.ClearingStamp, tree: int, zone: int, index: int
    ) -> None:
        """Void a slot whose operator left a demand unanswered."""
        ...


class PerformedMarketChain:
    """Serves ``MarketChain`` through a node and the household's performer."""

    def __init__(
        self,
        *,
        client: ChainClient,
        performer: Performer,
        contracts: MarketContracts,
        currency: bytes,
        household: bytes,
    ) -> None:
        self._client = client
        self._performer = performer
        self._contracts = contracts
        self._currency = currency
        self._household = household
        self._has_deposit = False

    async def household_of(self, meter: bytes, slot: int) -> bytes | None:
        """Return who trades for a meter in a slot's market."""
        found = await self._client.read(self._contracts.terms, market_terms.HouseholdOf(meter, slot))
        return None if found == _NOBODY else found

    async def zone_of(self, meter: bytes, slot: int) -> int:
        """Return the zone that a meter trades in."""
        return await self._client.read(self._contracts.terms, market_terms.ZoneOf(meter, slot))

    async def operator_of(self, slot: int) -> bytes:
        """Return the market operator's account for a slot."""
        return await self._client.read(self._contracts.terms, market_terms.OperatorAt(slot))

    async def are_terms(self, slot: int, terms: Terms) -> bool:
        """Say whether these are the slot's terms."""
        from dems_node.chain.errors import Reverted

        try:
            await self._client.read(self._contracts.terms, market_terms.RequireTerms(slot, to_terms(terms)))
        except Reverted:
            return False
        return True

    async def has_deposit(self) -> bool:
        """Say whether the household's deposit is locked; what is missing is brought from its purse."""
        needed = self._contracts.windows.order_deposit
        if not needed or self._has_deposit:
            return True
        at = self._contracts.market
        locked, leaving, _ = await self._client.read(at, market.Bonds(self._household))
        if locked - leaving >= needed:
            self._has_deposit = True
            return True
        missing = needed - (locked - leaving)
        inside = await self._client.read(at, market.BalanceOf(self._household))
        purse = await self._client.read(self._currency, demo_currency.BalanceOf(self._household))
        if inside + purse < missing:
            raise DepositMissing(needed, locked - leaving + inside + purse)
        if inside < missing:
            lacking = missing - inside
            await self._submit(
                f"market-deposit:allow:{locked}:{inside}:{lacking}",
                self._currency,
                demo_currency.Approve(at, lacking),
                f"Allowance of {lacking} for the market's deposit",
            )
            await self._submit(
                f"market-deposit:bring:{locked}:{inside}:{lacking}",
                at,
                market.Deposit(lacking),
                f"{lacking} into the market's account",
            )
        await self._submit(
            f"market-deposit:lock:{locked}:{missing}",
            at,
            market.LockBond(missing),
            f"Deposit of {missing} to trade",
        )
        return False

    async def place(self, leaf: SetLeaf, slot: int) -> None:
        """Put a sealed order on chain."""
        await self._submit(
            f"market-order:{leaf.order.hex()}",
            self._contracts.orders,
            orders.PlaceOrder(to_set_leaf(leaf), slot),
            f"Order of slot {slot}, placed directly",
        )

    async def reveal(self, order: Order) -> None:
        """Show an order on chain."""
        await self._submit(
            f"market-reveal:{order.hash().hex()}",
            self._contracts.orders,
            orders.Reveal(to_order(order)),
            f"Reveal of an order of slot {order.slot}",
        )

    async def challenge(self, slot: int, part: str, call: Call[None], subject: str) -> None:
        """Send a challenge."""
        to = self._contracts.set_challenges if part == "set_challenges" else self._contracts.result_challenges
        await self._submit(f"market-challenge:{slot}:{part}:{call.SELECTOR.hex()}", to, call, subject)

    async def demand(
        self,
        committed: structs.CommittedSet,
        published: structs.PublishedClearing | None,
        stamp: structs.ClearingStamp,
        demand: DemandOf,
    ) -> None:
        """Demand a leaf on chain."""
        slot = committed.slot
        call: Call[None]
        if demand.zone is None:
            call = market_demands.DemandSetLeaf(committed, stamp, demand.index)
        else:
            assert published is not None  # noqa: S101 - a result is demanded of a clearing
            place = [zone.zone for zone in published.clearing.zones].index(demand.zone)
            call = market_demands.DemandResult(published, place, demand.index)
        await self._submit(
            f"market-demand:{slot}:{demand.zone}:{demand.index}",
            self._contracts.demands,
            call,
            f"Demand of leaf {demand.index} of the market of slot {slot}",
        )

    async def void_unanswered(
        self, slot: int, stamp: structs.ClearingStamp, tree: int, zone: int, index: int
    ) -> None:
        """Void a slot whose operator left a demand unanswered."""
        await self._submit(
            f"market-void:{slot}:{tree}:{zone}:{index}",
            self._contracts.demands,
            market_demands.VoidUnanswered(slot, stamp, structs.MarketTree(tree), zone, index),
            f"Void of the market of slot {slot}: a leaf was demanded and not shown",
        )

    async def _submit(self, key: str, to: bytes, call: Call[Any], subject: str) -> None:
        await self._performer.submit(Intent(key=key, to=to, data=call.calldata(), subject=subject))


async def households_of(
    chain: MarketChain, meters: Iterable[bytes], slot: int
) -> Mapping[bytes, bytes | None]:
    """Return who trades for several meters in a slot's market."""
    return {meter: await chain.household_of(meter, slot) for meter in meters}
