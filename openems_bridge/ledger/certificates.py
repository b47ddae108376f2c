"""The household's renewable-energy account and its certificates: what can be claimed, what is held, redeeming."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dems_node.database.database import Database
from dems_node.json_types import Json
from dems_protocol.contracts.certificates import Redeem
from dems_protocol.contracts.conversions import to_anchor, to_direct_anchor, to_published
from dems_protocol.contracts.structs import Inclusion
from openems_bridge.ledger import journal, settlement
from openems_bridge.ledger.chain_events import (
    HeldCertificate,
    credits_of,
    events_named,
    held_certificates,
)
from openems_bridge.ledger.claims import Anchored, ClaimablePeriod, next_period
from openems_bridge.ledger.membership_state import Membership
from openems_bridge.ledger.orders import Order, Orders
from openems_bridge.ledger.own_reading import OwnReading
from openems_bridge.ledger.slot_keeper import SlotView, view_slot
from openems_bridge.ledger.slot_phase import ChainHead, Phase, finality, phase_of

if TYPE_CHECKING:
    import sqlite3

SLOTS_AT_ONCE = 3000
"""Slots that one claim covers at most: a month of quarter hours. What is left is claimed next."""
_EVENTS = (
    "EnergyCreditedEvent",
    "CertificatesIssuedEvent",
    "TransferSingleEvent",
    "TransferBatchEvent",
)


class NothingToClaim(Exception):
    """No period with renewable feed-in is final and not credited yet."""


class NotHeld(Exception):
    """The household does not hold so many Wh of this certificate; ``held`` says how many."""

    def __init__(self, held: int) -> None:
        super().__init__(f"the household holds {held} Wh of it")
        self.held = held


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The renewable-energy account as the API shows it: Wh.

    ``credited`` was credited on chain, ``claimable`` is anchored and not credited; ``certificates`` are held.
    """

    credited: int = 0
    claimable: int = 0
    certificates: tuple[HeldCertificate, ...] = ()

    @property
    def held(self) -> int:
        """All certificates that are held."""
        return sum(certificate.held for certificate in self.certificates)


@dataclass(frozen=True, slots=True)
class _Sources:
    anchored: Mapping[bytes, Anchored]
    readings: Mapping[bytes, OwnReading]
    watermark: int


class CertificateDesk:
    """Reads the account, claims, redeems."""

    def __init__(self, database: Database, orders: Orders) -> None:
        self._database = database
        self._orders = orders

    async def account(self, membership: Membership) -> Account:
        """Return the account. Raises StoreError."""
        return await self._database.run(_read_account, membership)

    async def claim(self, membership: Membership, head: ChainHead) -> int:
        """Claim the oldest period that can be; return the transaction's id. This shows its energy to everybody.

        Raises NothingToClaim, StoreError.
        """
        sources = await self._database.run(_read_sources, membership, head)
        period = await asyncio.to_thread(_next, membership, sources)
        if period is None:
            raise NothingToClaim
        transaction = await self._orders.order(
            membership,
            Order(
                key=period.key,
                to=membership.community.contracts.account,
                call=period.call(),
                subject=f"Claim of {period.watt_hours} Wh up to slot {period.last.own.slot}",
            ),
        )
        return transaction.id

    async def redeem(
        self, membership: Membership, key: str, identifier: int, watt_hours: int, purpose: str
    ) -> int:
        """Redeem certificates for the household itself; return the transaction's id. ``key`` makes a repeat harmless.

        Raises NotHeld, StoreError.
        """
        events = await self._database.run(events_named, *_EVENTS)
        held = next(
            (one.held for one in held_certificates(membership.household, events) if one.id == identifier), 0
        )
        if held < watt_hours:
            raise NotHeld(held)
        call = Redeem(membership.household, identifier, watt_hours, membership.household, purpose)
        transaction = await self._orders.order(
            membership,
            Order(
                key=f"redeem:{key}",
                to=membership.community.contracts.certificates,
                call=call,
                subject=f"Redemption of {watt_hours} Wh",
            ),
        )
        return transaction.id


def certificates_json(held: Sequence[HeldCertificate]) -> list[Json]:
    """Return the newest certificates as the API shows them, at most 50."""
    newest = sorted(held, key=lambda one: 0 if one.certificate is None else one.certificate.to)[-50:]
    return [{"id": f"{one.id:#066x}", "amount_wh": one.held} for one in newest]


def _next(membership: Membership, sources: _Sources) -> ClaimablePeriod | None:
    terms = membership.community.terms
    return next_period(
        sources.anchored,
        sources.readings,
        watermark=sources.watermark,
        slot_seconds=terms.slot_seconds,
        maximum_seconds=terms.maximum_certificate_seconds,
    )


def _read_account(connection: sqlite3.Connection, membership: Membership) -> Account:
    events = events_named(connection, *_EVENTS)
    credited = credits_of(membership.meter, events)
    return Account(
        credited=credited.watt_hours,
        claimable=settlement.renewable_since(connection, credited.watermark),
        certificates=tuple(held_certificates(membership.household, events)),
    )


def _read_sources(connection: sqlite3.Connection, membership: Membership, head: ChainHead) -> _Sources:
    watermark = credits_of(membership.meter, events_named(connection, "EnergyCreditedEvent")).watermark
    first = max(membership.since_slot or 0, watermark - 1)
    last = membership.community.terms.grid.slot_at(head.time)
    readings = journal.in_force(connection, first, last, SLOTS_AT_ONCE)
    anchored = {}
    for own in readings:
        shown = anchored_of(membership, view_slot(connection, own.slot), head)
        if shown is not None:
            anchored[own.hash] = shown
    return _Sources(anchored, {own.hash: own for own in readings}, watermark)


def anchored_of(membership: Membership, view: SlotView, head: ChainHead) -> Anchored | None:
    """Return what shows that the chain vouches for a slot's reading; None while it does not, or not yet."""
    publication, own = view.chain.publication, view.own
    if publication is None or own is None:
        return None
    terms = membership.community.terms
    final = finality(view.chain, terms)
    if (
        phase_of(view.chain, terms, head) is Phase.PUBLISHED
        or final is None
        or head.time < final.time
        or head.block < final.block
    ):
        return None
    published = to_published(publication.statement, publication.published_at, publication.published_block)
    if view.checked is not None and view.checked.own is not None:
        leaf, proof = view.checked.own
        return Anchored(own=own, anchor=to_anchor(published, leaf, proof))
    inclusion = view.chain.inclusion_of(own.reading.meter)
    if inclusion is None:
        return None
    beside = Inclusion(inclusion.sealed.hash(), inclusion.included_at, inclusion.included_block)
    return Anchored(own=own, anchor=to_direct_anchor(published, own.reading, beside))
