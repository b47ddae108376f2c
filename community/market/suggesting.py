"""Sends each battery household its suggestion for a slot: one event, ciphertexts of one length, dummies included."""

import asyncio
import secrets
import sqlite3
from collections.abc import Mapping

from community.chain.wishes import Wish
from community.market.office import MarketOffice, MarketView
from community.store import market as store
from dems_protocol.contracts import structs
from dems_protocol.contracts.suggestions import PublishSuggestions
from dems_protocol.market.fills import OrderSide, fill
from dems_protocol.market.orders import Order
from dems_protocol.market.suggestions import (
    CIPHERTEXT_BYTES,
    SuggestedAction,
    SuggestionPayload,
    SuggestionPlace,
    encrypt_suggestion,
)


async def suggest(office: MarketOffice, view: MarketView) -> None:
    """Keep and send the suggestions of a cleared slot. Raises StoreError."""
    ciphertexts = await office.office.database.run(store.suggestions_of, view.slot)
    if ciphertexts is None:
        ciphertexts = await _encrypt(office, view)
        await office.office.database.run(store.keep_suggestions, view.slot, ciphertexts)
    await office.office.want(
        Wish(
            key=f"suggestions:{view.slot}",
            to=office.facts.suggestions,
            call=PublishSuggestions(view.slot, ciphertexts),
            subject=f"suggestions for slot {view.slot}",
        )
    )


async def _encrypt(office: MarketOffice, view: MarketView) -> bytes:
    assert view.chain.clearing is not None  # noqa: S101 - the step says that it is published
    revealed = await office.office.database.run(_read_revealed, view.slot)
    revealed |= view.chain.revealed
    payloads = suggestions_for(view.slot, view.chain.clearing.clearing, revealed)
    keys = _keys(office, view.slot)
    return await asyncio.to_thread(_encrypt_all, office, view.slot, keys, payloads)


def _keys(office: MarketOffice, slot: int) -> dict[bytes, bytes]:
    """Return the encryption keys of the slot's meters, ascending by meter."""
    found = {}
    for meter in office.registry.meters_at(office.office.facts.grid.slot_at(office.times(slot).gate)):
        member = office.member(meter, slot)
        key = None
        if member is not None:
            key = office.announcements.encryption_key_at(meter, member.household, slot)
        if key is not None:
            found[meter] = key
    return found


def _encrypt_all(
    office: MarketOffice, slot: int, keys: Mapping[bytes, bytes], payloads: Mapping[bytes, SuggestionPayload]
) -> bytes:
    nothing = SuggestionPayload(SuggestedAction.NONE, slot)
    return b"".join(
        _encrypt_one(payloads.get(meter, nothing), key, SuggestionPlace(office.facts.domain, slot, meter))
        for meter, key in keys.items()
    )


def _encrypt_one(payload: SuggestionPayload, key: bytes, place: SuggestionPlace) -> bytes:
    try:
        return encrypt_suggestion(payload, key, place)
    except ValueError:
        # A key that is no sound point is its household's own loss; the others' suggestions go out.
        return secrets.token_bytes(CIPHERTEXT_BYTES)


def suggestions_for(
    slot: int, clearing: structs.Clearing, revealed: Mapping[bytes, Order]
) -> dict[bytes, SuggestionPayload]:
    """Return what each meter with a matched battery is to do: the whole of what it sold, or bought, at the meter. Pure.

    An order is filled from the plant, or for the house, first: the battery is matched by what goes beyond that.
    """
    zones = {zone.zone: zone for zone in clearing.zones}
    found: dict[bytes, SuggestionPayload] = {}
    largest: dict[bytes, int] = {}
    for order_hash, order in sorted(revealed.items()):
        zone = zones.get(order.zone)
        if zone is None:
            continue
        ratio = zone.bid_ratio if order.side is OrderSide.BID else zone.offer_ratio
        filled = fill(order.terms(), zone.price, ratio)
        matched = filled - (order.quantity - order.battery)
        if matched <= 0:
            continue
        energy = filled if order.side is OrderSide.OFFER else -filled
        before = found.get(order.meter)
        is_larger = filled > largest.get(order.meter, 0)
        largest[order.meter] = max(filled, largest.get(order.meter, 0))
        found[order.meter] = _payload(
            slot,
            energy + (0 if before is None else before.energy),
            zone.price,
            order_hash if is_larger or before is None else before.order,
        )
    return found


def _payload(slot: int, energy: int, price: int, order_hash: bytes) -> SuggestionPayload:
    action = SuggestedAction.DELIVER if energy > 0 else SuggestedAction.TAKE
    return SuggestionPayload(action=action, slot=slot, energy=energy, price=price, order=order_hash)


def _read_revealed(connection: sqlite3.Connection, slot: int) -> dict[bytes, Order]:
    orders = store.in_set(connection, slot)
    return {
        order.order: Order.decode(order.message)
        for order in orders
        if order.message is not None and order.problem is None
    }
