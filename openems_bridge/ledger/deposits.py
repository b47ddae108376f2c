"""The household's money in the ledger: deposits of direct inclusions and bonds of demands come back, and can be paid out."""

import asyncio
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dems_node.chain import journal as transactions
from dems_node.database.database import Database
from dems_protocol.contracts.abi import Call
from dems_protocol.contracts.conversions import from_sealed
from dems_protocol.contracts.demands import DemandedEvent, DemandId, Demands, ReclaimBond
from dems_protocol.contracts.direct_inclusion import (
    DepositReturnedEvent,
    ReadingExcludedEvent,
    ReadingIncludedEvent,
    ReturnDeposit,
)
from dems_protocol.contracts.meter_ledger import AttemptOf, IsFinal, IsUnnetted, Withdraw
from dems_protocol.contracts.structs import Inclusion, Published
from openems_bridge.ledger.chain_events import LoggedEvent, SlotOnChain, events_named, read_slot
from openems_bridge.ledger.contract_reading import ContractReader
from openems_bridge.ledger.inclusion import published_now
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.orders import Order, Orders
from openems_bridge.ledger.slot_phase import ChainHead, is_final

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient


class NothingToWithdraw(Exception):
    """The household's account in the ledger holds less than asked for; ``found`` in the currency's smallest unit."""

    def __init__(self, found: int) -> None:
        super().__init__(f"the account in the ledger holds {found}")
        self.found = found


class TransactionsPending(Exception):
    """Transactions of the household are under way, which may need the money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The household's money in the ledger, in the currency's smallest unit.

    ``account`` is free, ``held`` are deposits of its direct inclusions that were not given back yet.
    """

    account: int
    held: int


@dataclass(frozen=True, slots=True)
class _Sources:
    inclusions: Sequence[ReadingIncludedEvent]
    demands: Sequence[DemandedEvent]
    slots: dict[int, SlotOnChain]


class DepositDesk:
    """Calls deposits and bonds back when they are due, and pays the account out when its owner says so."""

    def __init__(
        self,
        *,
        client: ChainClient,
        reader: ContractReader,
        orders: Orders,
        database: Database,
        account: bytes,
    ) -> None:
        self._client = client
        self._reader = reader
        self._orders = orders
        self._database = database
        self._account = account
        self._closed: set[DemandedEvent] = set()
        self._withdrawing = asyncio.Lock()

    async def call_back(self, membership: Membership, head: ChainHead) -> None:
        """Order what is due; ordered again it is the same transaction.

        Raises StoreError, and what the chain's client raises: then it is tried again.
        """
        sources = await self._database.run(_read_sources)
        for inclusion in sources.inclusions:
            await self._return_deposit(membership, inclusion, sources.slots[inclusion.slot], head)
        for demand in sources.demands:
            if demand not in self._closed and len(sources.slots[demand.slot].voids) > demand.attempt:
                await self._reclaim(membership, demand)

    async def holdings(self, membership: Membership) -> Holdings:
        """Return the household's money in the ledger. Raises StoreError, and what the chain's client raises."""
        sources = await self._database.run(_read_sources)
        deposit = membership.community.terms.inclusion_deposit
        return Holdings(
            account=await self._reader.deposit_of(membership.household),
            held=deposit * len(sources.inclusions),
        )

    async def withdraw(self, membership: Membership, amount: int | None) -> tuple[int, int]:
        """Pay ``amount`` (None: all of it) out to the household's own account; return transaction and amount.

        Raises NothingToWithdraw, TransactionsPending, StoreError, and what the chain's client raises.
        """
        async with self._withdrawing:
            if await self._database.run(transactions.count_unfinished, self._account):
                raise TransactionsPending
            found = await self._reader.deposit_of(membership.household)
            paid = found if amount is None else amount
            if not 0 < paid <= found:
                raise NothingToWithdraw(found)
            transaction = await self._orders.order(
                membership,
                Order(
                    key=f"withdraw:{secrets.token_hex(8)}",
                    to=membership.community.contracts.ledger,
                    call=Withdraw(paid, membership.household),
                    subject=f"Payment of {paid} from the ledger to the household's account",
                ),
            )
            return transaction.id, paid

    async def _return_deposit(
        self, membership: Membership, event: ReadingIncludedEvent, chain: SlotOnChain, head: ChainHead
    ) -> None:
        current = published_now(chain)
        if not await self._is_settled(membership, event, chain, current, head):
            return
        inclusion = Inclusion(from_sealed(event.openings).hash(), event.included_at, event.included_block)
        await self._order(
            membership,
            f"return:{event.slot}:{event.included_block}",
            membership.community.contracts.direct_inclusion,
            ReturnDeposit(current, event.reading, inclusion),
            f"Return of the deposit for the direct inclusion of slot {event.slot}",
        )

    async def _is_settled(
        self,
        membership: Membership,
        event: ReadingIncludedEvent,
        chain: SlotOnChain,
        current: Published,
        head: ChainHead,
    ) -> bool:
        """Say whether nobody can contest the inclusion any more; the chain is asked last, and knows of all disputes."""
        contracts, terms = membership.community.contracts, membership.community.terms
        if chain.publication is not None:
            return is_final(chain, terms, head) and await self._client.read(
                contracts.ledger, IsFinal(current)
            )
        over = (
            head.time >= event.included_at + terms.answer_seconds
            and head.block >= event.included_block + terms.answer_blocks
        )
        return over and await self._client.read(contracts.ledger, IsUnnetted(event.slot))

    async def _reclaim(self, membership: Membership, demand: DemandedEvent) -> None:
        contracts = membership.community.contracts
        where = (demand.slot, demand.attempt, demand.index, demand.kind, demand.register)
        identifier = await self._client.read(contracts.demands, DemandId(*where))
        demander, _, _ = await self._client.read(contracts.demands, Demands(identifier))
        if demander != membership.household:
            self._closed.add(demand)  # answered, returned, or the one that brought the statement down
            return
        if await self._client.read(contracts.ledger, AttemptOf(demand.slot)) <= demand.attempt:
            return
        await self._order(
            membership,
            f"reclaim:{demand.slot}:{demand.attempt}:{demand.index}:{int(demand.kind)}:{demand.register}",
            contracts.demands,
            ReclaimBond(*where),
            f"Return of the bond for the demand of leaf {demand.index} of slot {demand.slot}",
        )

    async def _order(
        self, membership: Membership, key: str, to: bytes, call: Call[None], subject: str
    ) -> None:
        await self._orders.order(membership, Order(key=key, to=to, call=call, subject=subject))


def open_inclusions(events: Iterable[LoggedEvent]) -> list[ReadingIncludedEvent]:
    """Return the direct inclusions after these events whose deposit is still held for the household."""
    found: dict[int, ReadingIncludedEvent] = {}
    for logged in events:
        match logged.decoded():
            case ReadingIncludedEvent() as event:
                found[event.slot] = event
            case ReadingExcludedEvent(slot=slot) | DepositReturnedEvent(slot=slot):
                found.pop(slot, None)
            case _:
                continue
    return list(found.values())


def _read_sources(connection: sqlite3.Connection) -> _Sources:
    names = ("ReadingIncludedEvent", "ReadingExcludedEvent", "DepositReturnedEvent")
    inclusions = open_inclusions(events_named(connection, *names))
    decoded = (logged.decoded() for logged in events_named(connection, "DemandedEvent"))
    demands = [event for event in decoded if isinstance(event, DemandedEvent)]
    slots = {event.slot for event in inclusions} | {event.slot for event in demands}
    return _Sources(inclusions, demands, {slot: read_slot(connection, slot) for slot in slots})
