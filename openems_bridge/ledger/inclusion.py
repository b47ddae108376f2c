"""Puts a reading on chain directly where the operator left it out: sealed openings, a deposit, one transaction."""

from dems_node.database.database import Database
from dems_protocol.commitments import MeterSecret
from dems_protocol.contracts.conversions import (
    nothing_published,
    to_published,
    to_reading,
    to_sealed,
    to_signature,
)
from dems_protocol.contracts.direct_inclusion import Include
from dems_protocol.contracts.structs import Published
from dems_protocol.curve import Point
from dems_protocol.sealing import seal
from openems_bridge.ledger.chain_events import SlotOnChain, events_named, sealing_key_at
from openems_bridge.ledger.contract_reading import ContractReader
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.orders import Order, Orders
from openems_bridge.ledger.own_reading import OwnReading


class SealingKeyUnknown(Exception):
    """The key that openings have to be sealed to for a slot is not known: the operator has to tell it first."""


class InclusionDesk:
    """Includes readings. ``secret`` is the meter's, from which the sealing's ephemeral scalar follows."""

    def __init__(
        self, *, orders: Orders, reader: ContractReader, database: Database, secret: MeterSecret
    ) -> None:
        self._orders = orders
        self._reader = reader
        self._database = database
        self._secret = secret

    async def include(self, membership: Membership, own: OwnReading, chain: SlotOnChain) -> None:
        """Order the transaction; ordered again it is the same one.

        Raises DepositMissing, SealingKeyUnknown, StoreError, and what the chain's client raises.
        """
        key = await self._sealing_key(membership, own.slot)
        sealed = seal(self._secret, own.reading, own.openings, key)
        attempt = 0 if chain.publication is None else chain.publication.statement.attempt
        await self._orders.order(
            membership,
            Order(
                key=f"include:{own.slot}:{own.reading.revision}:{attempt}",
                to=membership.community.contracts.direct_inclusion,
                call=Include(
                    to_reading(own.reading),
                    to_signature(own.signature),
                    to_sealed(sealed),
                    published_now(chain),
                ),
                subject=f"Direct inclusion of the reading of slot {own.slot}",
                deposit=membership.community.terms.inclusion_deposit,
            ),
        )

    async def _sealing_key(self, membership: Membership, slot: int) -> Point:
        """Return the key of the slot: as the chain announced it, else as the operator told it; the chain confirms it."""
        operator = await self._reader.operator_at(slot)
        events = await self._database.run(events_named, "SealingKeyChangedEvent")
        for key in (sealing_key_at(slot, operator, events), membership.community.sealing_key):
            if key is not None and await self._reader.is_sealing_key(key, slot):
                return key
        raise SealingKeyUnknown(f"the operator's key for slot {slot} is not known")


def published_now(chain: SlotOnChain) -> Published:
    """Return what is published for a slot as the contracts take it, zeros where nothing is."""
    publication = chain.publication
    if publication is None:
        return nothing_published(chain.slot)
    return to_published(publication.statement, publication.published_at, publication.published_block)
