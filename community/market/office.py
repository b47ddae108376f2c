"""What everything that works on the market needs beside the operator's `Office`: the market's contracts and what they announce."""

import sqlite3
from dataclasses import dataclass

from community.chain.registry import Registry
from community.market import chain_slot
from community.market.announcements import Announcements
from community.market.chain_slot import ChainMarket
from community.market.facts import MarketFacts
from community.market.steps import StoredMarket
from community.readings.acceptance import Plausibility
from community.slots.office import Office
from community.store import chain_events, market
from dems_node.chain.client import ChainClient
from dems_protocol.market.terms import Terms
from dems_protocol.market.times import SlotTimes, times_of


@dataclass(frozen=True, slots=True)
class MarketView:
    """A slot's market as the chain and the store have it."""

    slot: int
    chain: ChainMarket
    stored: StoredMarket


@dataclass(frozen=True, slots=True)
class MarketMember:
    """Whose a meter is in a slot's market, and the zone that it trades in: what held when the gate came."""

    household: bytes
    zone: int
    plant_power: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketOffice:
    """The market operator's own things; ``currency`` is the ISO 4217 code that prices are told in."""

    office: Office
    facts: MarketFacts
    currency: str
    plausibility: Plausibility
    client: ChainClient

    @property
    def announcements(self) -> Announcements:
        """What the chain announces."""
        return self.office.follower.announcements

    @property
    def registry(self) -> Registry:
        """The registry as the chain tells it by now."""
        return self.office.follower.registry

    def times(self, slot: int) -> SlotTimes:
        """Return the moments of a slot's market."""
        return times_of(slot, self.office.facts.grid, self.facts.windows)

    def terms(self, slot: int) -> Terms | None:
        """Return the terms of a slot, None where there are none."""
        return self.announcements.terms_at(slot)

    def member(self, meter: bytes, slot: int) -> MarketMember | None:
        """Return whose a meter is in a slot's market; None where it is nobody's."""
        gate_slot = self.office.facts.grid.slot_at(self.times(slot).gate)
        record = self.registry.record_at(meter, gate_slot)
        if record is None:
            return None
        return MarketMember(record.household, self.registry.zone_at(meter, gate_slot), record.plant_power)


def view_market(connection: sqlite3.Connection, slot: int) -> MarketView:
    """Return what is known of a slot's market."""
    stored = StoredMarket(
        booked=market.count_of(connection, slot),
        has_set=market.set_of(connection, slot) is not None,
        has_clearing=market.clearing_of(connection, slot) is not None,
        void_reason=market.void_reason(connection, slot),
    )
    return MarketView(slot, chain_slot.read_market(chain_events.of_market(connection, slot)), stored)
