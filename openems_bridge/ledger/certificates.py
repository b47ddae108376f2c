"""The household's renewable-energy account and its certificates: what can be claimed, what is held, redeeming."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dems_node.chain import journal as transactions
from dems_node.chain.transactions import ENDED, State, Transaction
from dems_node.database.database import Database
from dems_node.json_types import Json
from dems_protocol.contracts.certificates import Redeem
from dems_protocol.contracts.community_registry import PlantChangedEvent
from dems_protocol.contracts.conversions import to_anchor, to_direct_anchor, to_published
from dems_protocol.contracts.structs import Certificate, Inclusion
from dems_protocol.plants import PlantKind, decode_unit
from openems_bridge.ledger import journal, settlement
from openems_bridge.ledger.chain_events import (
    HeldCertificate,
    LoggedEvent,
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
DAY_SECONDS = 86_400
SETTLED_SECONDS = 6 * 3600
"""So long after midnight the day before is final, where nothing was disputed, and is claimed as one."""
WORTH_A_CLAIM_WH = 1000
"""Below this much, days are claimed together where the scheme lets them be."""
LONGEST_WAIT_SECONDS = 31 * DAY_SECONDS
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

    ``credited`` was credited on chain, ``claimable`` is anchored and not credited; ``certificates`` are held, ``units`` are
    by their ids the numbers of the plants' units in the Marktstammdatenregister, where the registry tells them.
    """

    credited: int = 0
    claimable: int = 0
    certificates: tuple[HeldCertificate, ...] = ()
    units: Mapping[int, str] = field(default_factory=dict)

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

    def __init__(self, database: Database, orders: Orders, *, account: bytes, daily: bool = False) -> None:
        """``account`` is the household's, which asks for transactions; with ``daily`` it claims by itself."""
        self._database = database
        self._orders = orders
        self._account = account
        self._daily = daily
        self._claimed_until = 0
        self._pending: str | None = None

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
        return (await self._order(membership, period)).id

    async def claim_daily(self, membership: Membership, head: ChainHead) -> None:
        """Claim the full hours up to the last midnight (UTC), one transaction after the other, if the owner wants that.

        Where the scheme knows no longest period, all of it is one certificate, and waits until it is worth its gas. A
        period whose claim the contract refused is left to its owner. Raises StoreError, and what the orders raise.
        """
        until = (head.time - SETTLED_SECONDS) // DAY_SECONDS * DAY_SECONDS
        if not self._daily or until <= self._claimed_until or await self._is_pending():
            return
        sources = await self._database.run(_read_sources, membership, head)
        while (period := await asyncio.to_thread(_next, membership, sources, until)) is not None:
            known = await self._database.run(transactions.by_key, self._account, period.key)
            if known is None or known.state not in {State.REFUSED, State.REVERTED}:
                break
            sources = replace(sources, watermark=period.last.own.slot + 1)
        if period is None or not _is_worth_its_gas(membership, period, until):
            self._claimed_until = until
            return
        await self._order(membership, period)
        self._pending = period.key

    async def _is_pending(self) -> bool:
        if self._pending is None:
            return False
        transaction = await self._database.run(transactions.by_key, self._account, self._pending)
        return transaction is not None and transaction.state not in ENDED

    async def _order(self, membership: Membership, period: ClaimablePeriod) -> Transaction:
        return await self._orders.order(
            membership,
            Order(
                key=period.key,
                to=membership.community.contracts.account,
                call=period.call(),
                subject=f"Claim of {period.watt_hours} Wh up to slot {period.last.own.slot}",
            ),
        )

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


def certificates_json(account: Account, issuer: bytes) -> list[Json]:
    """Return the newest certificates as the API shows them, at most 50. ``issuer``: the renewable-energy account."""
    newest = sorted(
        account.certificates, key=lambda one: 0 if one.certificate is None else one.certificate.to
    )[-50:]
    return [
        {
            "id": f"{one.id:#066x}",
            "amount_wh": one.held,
            "origin": None
            if one.certificate is None
            else _origin_json(one.certificate, account.units.get(one.id), issuer),
        }
        for one in newest
    ]


def _origin_json(certificate: Certificate, unit: str | None, issuer: bytes) -> Json:
    return {
        "from": certificate.from_,
        "to": certificate.to,
        "issued_at": certificate.issued_at,
        "issuer": f"0x{issuer.hex()}",
        "plant_kind": PlantKind(certificate.source).word,
        "plant_power": certificate.plant_power_watts,
        "commissioned_at": certificate.commissioned_at or None,
        "plant_unit": unit,
        "with_storage": certificate.with_storage,
    }


def _find_units(
    held: Sequence[HeldCertificate], events: Iterable[LoggedEvent], slot_seconds: int
) -> dict[int, str]:
    """Return the numbers of the plants' units by the certificates' ids, as the registry had them in their periods."""
    plants = [event for logged in events if isinstance(event := logged.decoded(), PlantChangedEvent)]
    found = {}
    for one in held:
        for plant in plants:
            if one.certificate is None or plant.meter != one.certificate.meter:
                continue
            with suppress(ValueError):  # the registry takes any word
                unit = decode_unit(plant.mastr_number)
                if unit is not None and plant.from_ * slot_seconds <= one.certificate.from_:
                    found[one.id] = unit
    return found


def _is_worth_its_gas(membership: Membership, period: ClaimablePeriod, until: int) -> bool:
    """Say whether to claim now rather than with the days to come; a meter's first reading is never part of a longer period."""
    terms = membership.community.terms
    stands_alone = bool(terms.maximum_certificate_seconds) or period.first is None
    if stands_alone or period.watt_hours >= WORTH_A_CLAIM_WH:
        return True
    return until - terms.grid.start(period.first_slot) >= LONGEST_WAIT_SECONDS


def _next(membership: Membership, sources: _Sources, until: int | None = None) -> ClaimablePeriod | None:
    terms = membership.community.terms
    return next_period(
        sources.anchored,
        sources.readings,
        watermark=sources.watermark,
        slot_seconds=terms.slot_seconds,
        maximum_seconds=terms.maximum_certificate_seconds,
        until=until,
    )


def _read_account(connection: sqlite3.Connection, membership: Membership) -> Account:
    events = events_named(connection, *_EVENTS)
    credited = credits_of(membership.meter, events)
    held = tuple(held_certificates(membership.household, events))
    plants = events_named(connection, "PlantChangedEvent")
    return Account(
        credited=credited.watt_hours,
        claimable=settlement.renewable_since(connection, credited.watermark),
        certificates=held,
        units=_find_units(held, plants, membership.community.terms.slot_seconds),
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
