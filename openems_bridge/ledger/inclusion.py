"""Puts a reading on chain directly where the operator left it out: sealed openings, a deposit, one transaction."""

import logging
from typing import TYPE_CHECKING

from dems_protocol.chain_structs import (
    published_struct,
    reading_struct,
    sealed_struct,
    signature_struct,
)
from dems_protocol.commitments import MeterSecret
from dems_protocol.contracts.demo_currency import Approve, BalanceOf
from dems_protocol.contracts.direct_inclusion import Include
from dems_protocol.contracts.meter_ledger import Deposit
from dems_protocol.contracts.structs import Published
from dems_protocol.curve import Point
from dems_protocol.sealing import seal
from dems_protocol.statements import Statement
from dems_protocol.sum_tree import NO_SUMS
from openems_bridge.ledger.chain_events import SlotOnChain
from openems_bridge.ledger.contract_reading import ContractReader
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.own_reading import OwnReading

if TYPE_CHECKING:
    from dems_node.chain.client import ChainClient
    from dems_node.chain.performer import Performer

_LOGGER = logging.getLogger(__name__)


class DepositMissing(Exception):
    """The household's account in the ledger cannot pay a deposit. Amounts in the currency's smallest unit."""

    def __init__(self, needed: int, found: int) -> None:
        super().__init__(f"a deposit of {needed} is needed and the household has {found}")
        self.needed = needed
        self.found = found


class SealingKeyUnknown(Exception):
    """The key that openings have to be sealed to for a slot is not known: the operator has to tell it first."""


class InclusionDesk:
    """Includes readings. ``secret`` is the meter's, from which the sealing's ephemeral scalar follows."""

    def __init__(
        self, *, client: ChainClient, reader: ContractReader, performer: Performer, secret: MeterSecret
    ) -> None:
        self._client = client
        self._reader = reader
        self._performer = performer
        self._secret = secret

    async def include(self, membership: Membership, own: OwnReading, chain: SlotOnChain) -> None:
        """Order the transaction; ordered again it is the same one.

        Raises DepositMissing, SealingKeyUnknown, StoreError, and what the chain's client raises.
        """
        from dems_node.chain.transactions import Intent

        key = await self._sealing_key(membership, own.slot)
        await self._ensure_deposit(membership, own.slot)
        sealed = seal(self._secret, own.reading, own.openings, key)
        call = Include(
            reading_struct(own.reading),
            signature_struct(own.signature),
            sealed_struct(sealed),
            _current(chain),
        )
        attempt = 0 if chain.publication is None else chain.publication.statement.attempt
        transaction = await self._performer.submit(
            Intent(
                key=f"include:{own.slot}:{own.reading.revision}:{attempt}",
                to=membership.community.contracts.direct_inclusion,
                data=call.calldata(),
                subject=f"Direct inclusion of the reading of slot {own.slot}",
            )
        )
        _LOGGER.warning("The reading of slot %d goes on chain directly (%s)", own.slot, transaction.state)

    async def _sealing_key(self, membership: Membership, slot: int) -> Point:
        key = membership.community.sealing_key
        if key is None or not await self._reader.is_sealing_key(key, slot):
            raise SealingKeyUnknown(f"the operator's key for slot {slot} is not known")
        return key

    async def _ensure_deposit(self, membership: Membership, slot: int) -> None:
        """Bring the deposit into the ledger's account where it is not there and the household has the money."""
        from dems_node.chain.transactions import Intent

        terms, contracts = membership.community.terms, membership.community.contracts
        found = await self._reader.deposit_of(membership.household)
        missing = terms.inclusion_deposit - found
        if missing <= 0:
            return
        purse = await self._client.read(contracts.currency, BalanceOf(membership.household))
        if purse < missing:
            raise DepositMissing(terms.inclusion_deposit, found + purse)
        await self._performer.submit(
            Intent(
                key=f"approve:{slot}",
                to=contracts.currency,
                data=Approve(contracts.ledger, missing).calldata(),
                subject=f"Allowance of {missing} for a deposit",
            )
        )
        await self._performer.submit(
            Intent(
                key=f"deposit:{slot}",
                to=contracts.ledger,
                data=Deposit(missing).calldata(),
                subject=f"Deposit of {missing} for a direct inclusion",
            )
        )


def _current(chain: SlotOnChain) -> Published:
    publication = chain.publication
    if publication is None:
        nothing = Statement(chain.slot, 0, bytes(32), NO_SUMS, 0)
        return published_struct(nothing, 0, 0)
    return published_struct(publication.statement, publication.published_at, publication.published_block)
