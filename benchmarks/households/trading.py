"""A community that plans, trades and follows, slot by slot, with the product's own planner, orders and clearing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from benchmarks.households.outlooks import Issues
from benchmarks.households.tariff import Energy, Fleet, Tariff
from dems_protocol.market.clearing import clear
from dems_protocol.market.fills import OrderSide, OrderTerms, fill
from dems_protocol.market.terms import Terms, ZoneTerms
from openems_bridge.planner.battery import Storage
from openems_bridge.planner.orders import (
    Instruction,
    Order,
    Position,
    Purpose,
    Side,
    TradingLimits,
    UtilityPrices,
    battery_energy,
    instruction,
    orders_of,
)
from openems_bridge.planner.pool import Batteries, PoolForecast
from openems_bridge.planner.programme import Programme, Situation, Tree
from openems_bridge.planner.scenarios import PROBABILITIES, by_step, net_load
from openems_bridge.planner.willingness import willingness

HORIZON_HOURS = 33
PLANS_EVERY_SECONDS = 3600
GATE_SECONDS = 3600
_LAST_ERROR = 0.7
"""How much of a forecast's error lives on in the next slot (the correlation of consecutive errors)."""
_ZONE = 1
_SIDES = {Side.BID: OrderSide.BID, Side.OFFER: OrderSide.OFFER}


class Signal(StrEnum):
    """What is known of the slot's balance when its orders are cleared for the last time."""

    GATE = "gate"
    """Forecasts that are an hour old: the primary market alone."""
    SLOT = "slot"
    """Forecasts corrected by the last slot's readings."""
    LIVE = "live"
    """What the members' meters report within the slot: the clearing is followed up while the slot runs."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Forecasts of load and PV: of each owner of a battery, and of the sum of all others."""

    loads: Sequence[Issues]
    pvs: Sequence[Issues]
    others_load: Issues
    others_pv: Issues


class Community:
    """The batteries' owners with their plans, and the pool."""

    def __init__(
        self, net: Energy, fleet: Fleet, tariff: Tariff, outlook: Outlook, slot_seconds: int
    ) -> None:
        self._net, self._fleet, self._tariff, self._outlook = net, fleet, tariff, outlook
        self._hour = 3600 // slot_seconds
        self._lead = GATE_SECONDS // slot_seconds
        others = np.delete(net, fleet.owners, axis=0)
        self._demand, self._surplus = np.maximum(others, 0).sum(axis=0), np.maximum(-others, 0).sum(axis=0)
        self._tree = Tree((self._hour,) * HORIZON_HOURS, PROBABILITIES)
        per_hour = 3600 / slot_seconds
        self._storages = [
            Storage(
                capacity_wh=round(capacity),
                charge_w=round(power * per_hour),
                discharge_w=round(power * per_hour),
                reserve_soc=0,
                grid_charging=True,
                feed_in=True,
            )
            for capacity, power in zip(fleet.capacity, fleet.power, strict=True)
        ]
        self._programmes = [Programme(self._tree, storage, slot_seconds) for storage in self._storages]
        batteries = Batteries(round(fleet.capacity.sum()), round(fleet.power.sum() * per_hour))
        self._pool = PoolForecast(self._tree, batteries, slot_seconds)
        self._utility = UtilityPrices(tariff.import_price - tariff.inside_charge, tariff.feed_in_price)
        self._terms = Terms((ZoneTerms(_ZONE, self._utility.sell, self._utility.buy),), (0,))
        self._hashes = {
            (home, purpose): hashlib.sha256(f"{home} {purpose}".encode()).digest()
            for home in range(-1, len(fleet.owners))
            for purpose in Purpose
        }
        self.stored = np.zeros(len(fleet.owners))

    def run(self, signal: Signal) -> Energy:
        """Return what each meter sees (Wh, + import) over all slots, the batteries empty at the start."""
        grid = self._net.copy()
        values = np.zeros(len(self._fleet.owners))
        for slot in range(grid.shape[1]):
            if slot % (PLANS_EVERY_SECONDS // 3600 * self._hour) == 0:
                values = self._values(slot)
            told = self._cleared(slot, signal, values)
            for home, owner in enumerate(self._fleet.owners):
                given = self._follow(home, told[home], float(self._net[owner, slot]))
                grid[owner, slot] -= given
        return grid

    def _values(self, slot: int) -> Energy:
        """Plan for each battery, and return the value of what it stores."""
        ahead = HORIZON_HOURS * self._hour
        steps, outlook = self._tree.steps, self._outlook
        nets = np.stack(
            [
                by_step(net_load(load.band(slot, ahead), pv.band(slot, ahead)), steps)
                for load, pv in zip(outlook.loads, outlook.pvs, strict=True)
            ]
        )
        others = by_step(
            net_load(outlook.others_load.band(slot, ahead), outlook.others_pv.band(slot, ahead)), steps
        )
        buy, sell = (
            np.full(others.shape, float(self._tariff.import_price)),
            np.full(others.shape, float(self._tariff.feed_in_price)),
        )
        charge = self._tariff.inside_charge
        prices = self._pool.prices(
            owners_net=nets.sum(axis=0),
            others_net=others,
            stored_wh=float(self.stored.sum()),
            buy=buy,
            sell=sell,
            inside_charge=charge,
        )
        free = np.ones(prices.shape, dtype=np.bool_)
        return np.array(
            [
                programme.solve(Situation(net, prices + charge, prices, free, float(stored))).value[0, 0]
                for programme, net, stored in zip(self._programmes, nets, self.stored, strict=True)
            ]
        )

    def _cleared(self, slot: int, signal: Signal, values: Energy) -> list[Instruction]:
        nets, demand, surplus = self._estimates(slot, signal)
        books = [self._orders(home, float(nets[home]), float(values[home])) for home in range(len(values))]
        terms = [
            OrderTerms(
                self._hashes[home, order.purpose], _SIDES[order.side], order.quantity, order.limit, _ZONE
            )
            for home, book in enumerate(books)
            for order in book
        ]
        for purpose, side, quantity, limit in (
            (Purpose.NEED, OrderSide.BID, demand, self._utility.sell),
            (Purpose.SURPLUS, OrderSide.OFFER, surplus, self._utility.buy),
        ):
            if quantity > 0:
                terms.append(OrderTerms(self._hashes[-1, purpose], side, quantity, limit, _ZONE))
        if not terms:
            return [Instruction(instruction((), {}).mode, None)] * len(books)
        figures = clear(self._terms, terms).zones[0]
        ratios = {OrderSide.BID: figures.bid_ratio, OrderSide.OFFER: figures.offer_ratio}
        got = {order.hash: fill(order, figures.price, ratios[order.side]) for order in terms}
        return [
            instruction(book, {order.purpose: got[self._hashes[home, order.purpose]] for order in book})
            for home, book in enumerate(books)
        ]

    def _orders(self, home: int, net: float, value: float) -> tuple[Order, ...]:
        storage = self._storages[home]
        can_discharge, can_charge = self._room(home)
        position = Position(round(net), int(can_discharge), int(can_charge))
        return orders_of(
            position, willingness(value, storage, self._tariff.inside_charge), self._utility, TradingLimits()
        )

    def _room(self, home: int) -> tuple[float, float]:
        """Return how many Wh a battery can give and take at the meter in a slot."""
        storage, stored, power = (
            self._storages[home],
            float(self.stored[home]),
            float(self._fleet.power[home]),
        )
        return (
            min(power, stored * storage.efficiency_out),
            min(power, (storage.capacity_wh - stored) / storage.efficiency_in),
        )

    def _follow(self, home: int, told: Instruction, net: float) -> float:
        storage = self._storages[home]
        can_discharge, can_charge = self._room(home)
        given = battery_energy(told, net, can_discharge, can_charge)
        moved = given / storage.efficiency_out if given > 0 else given * storage.efficiency_in
        self.stored[home] = min(max(float(self.stored[home]) - moved, 0.0), storage.capacity_wh)
        return given

    def _estimates(self, slot: int, signal: Signal) -> tuple[NDArray[np.float64], int, int]:
        """Return the owners' net loads, and demand and surplus of all others, as they are known to the clearing."""
        owners = self._fleet.owners
        if signal is Signal.LIVE:
            return self._net[owners, slot], round(self._demand[slot]), round(self._surplus[slot])
        own, others = self._forecast(slot)
        if signal is Signal.SLOT and slot:
            past_own, past_others = self._forecast(slot - 1)
            own = own + _LAST_ERROR * (self._net[owners, slot - 1] - past_own)
            others += _LAST_ERROR * (float(self._demand[slot - 1] - self._surplus[slot - 1]) - past_others)
        return own, round(max(others, 0.0)), round(max(-others, 0.0))

    def _forecast(self, slot: int) -> tuple[NDArray[np.float64], float]:
        outlook, lead = self._outlook, self._lead
        own = [
            load.expected(slot, lead) - pv.expected(slot, lead)
            for load, pv in zip(outlook.loads, outlook.pvs, strict=True)
        ]
        return np.array(own), outlook.others_load.expected(slot, lead) - outlook.others_pv.expected(
            slot, lead
        )
