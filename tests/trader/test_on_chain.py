"""Bridges that trade with the real operator on a real chain: cleared, delivered, signed; and a lying operator voided."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from community.market import arithmetic, keeper
from community.market.arithmetic import MadeClearing, StandingOrder
from dems_node.chain import journal as transactions
from dems_node.chain.transactions import State
from dems_node.json_types import Section
from dems_protocol.commitments import Pedersen
from dems_protocol.contracts import structs
from dems_protocol.market.clearing import clear
from dems_protocol.market.figures import ClearedMarket
from dems_protocol.market.results import ResultLeaf, cleared_leaf, result_openings
from dems_protocol.market.terms import Terms
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.dispatcher.commands import GridEnergy
from openems_bridge.ledger import journal as ledger_journal
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.refusal import Refused
from openems_bridge.store import readings
from openems_bridge.telemetry import Register, SourceClass
from openems_bridge.trader import journal, suggestion_journal, verdicts
from openems_bridge.trader.bidding import DesiredOrder
from openems_bridge.trader.own_orders import OrderState, OwnOrder
from openems_bridge.trader.suggestion_desk import SlotReading
from openems_bridge.trader.suggestions import SuggestionState
from tests.ledger.conftest import anvil, clock, real_sockets, site, street, town
from tests.ledger.street import Street
from tests.trader.bazaar import Stall, daemon, join, stall

__all__ = ["anvil", "clock", "real_sockets", "site", "street", "town"]
AHEAD = 8


@dataclass(slots=True)
class Bazaar:
    """Alice and Carol sell, Bob buys: 500 Wh at 12 ct, 500 Wh at 20 ct, 700 Wh at 30 ct."""

    street: Street
    alice: Stall
    bob: Stall
    carol: Stall
    slot: int

    async def pass_to(self, moment: float) -> None:
        """Let it be a moment, and everybody look."""
        await self.street.town.move_to(moment + 1)
        await self.look()

    async def look(self) -> None:
        await self.street.town.settle()
        for one in (self.alice, self.bob, self.carol):
            await one.step()
        await self.street.town.settle()

    async def trade(self) -> None:
        """Place the orders, and bring the slot to where it is cleared."""
        for one, side, quantity, limit in (
            (self.alice, 1, 500, 120_000),
            (self.carol, 1, 500, 200_000),
            (self.bob, 0, 700, 300_000),
        ):
            desired = DesiredOrder(
                slot=self.slot, side=side, quantity=quantity, battery=quantity if side else 0, limit=limit
            )
            await one.built.trader.place(desired)
        await self.look()
        times = self.alice.times(self.slot)
        for moment in (times.gate, times.direct_until, times.set_final, times.chain_reveal_until):
            await self.pass_to(moment)

    async def order(self, one: Stall) -> OwnOrder:
        (order,) = await one.database.run(journal.of_slot, self.slot)
        return order


@pytest.fixture
async def bazaar(street: Street) -> AsyncIterator[Bazaar]:
    async with AsyncExitStack() as stack:
        alice, bob, carol = [
            await stack.enter_async_context(stall(street, name)) for name in ("alice", "bob", "carol")
        ]
        town = street.town
        for one in (alice, bob, carol):
            await town.anvil.fund(one.running.performer.account)
            assert one.built.announcer is not None
            await one.built.announcer.step()
        await town.settle()
        # Members from the next slot on; the market reads them at the gate.
        yield Bazaar(street, alice, bob, carol, town.slot + AHEAD)


async def _is_delivered_and_signed(bazaar: Bazaar) -> None:
    await bazaar.trade()
    alice, slot = bazaar.alice, bazaar.slot
    order = await bazaar.order(alice)
    assert (order.state, order.filled, order.price) == (OrderState.CLEARED, 500, 200_000)
    assert (await bazaar.order(bazaar.carol)).filled == 200, "the dearer one is marginal"
    assert (await bazaar.order(bazaar.bob)).filled == 700
    for one in (alice, bazaar.bob, bazaar.carol):
        verdict = await one.database.run(verdicts.of_slot, slot)
        assert verdict is not None
        assert verdict.verified, verdict
        assert (verdict.utility_sell, verdict.utility_buy) == (320_000, 80_000)
        paid = await one.database.run(transactions.latest, one.running.performer.account, 5)
        assert list(paid) == [], "trading with an honest operator costs a household no gas"

    times = alice.times(slot)
    await bazaar.pass_to(times.start)
    assert alice.door.commands == [(f"suggestion-{slot}", GridEnergy(-500, slot), 20)]
    await bazaar.pass_to(times.end)
    await alice.built.suggestions.measured(slot, SlotReading(withdrawal=0, feed_in=450))
    (suggestion,) = await alice.database.run(suggestion_journal.from_slot, slot)
    assert (suggestion.state, suggestion.reason.code) == (SuggestionState.DONE, "limited")

    measured = Reading(
        slot=slot,
        energy={Register.WITHDRAWAL: 30, Register.FEED_IN: 450, Register.GENERATION: 0},
        quality=Quality.COMPLETE,
        covered_seconds=900,
        source=SourceClass.SIMULATION,
    )
    await alice.database.run(readings.insert, 900, [measured])
    await alice.running.ledger.account_once()
    (own,) = await alice.database.run(ledger_journal.of_slot, slot)
    assert [opening.value for opening in own.openings] == [0, 30, 450, 0, 0], (
        "d of the feed-in, x of the rest"
    )


async def _the_daemon_finds_the_market(bazaar: Bazaar) -> None:
    """Ledger and market of a household, running by themselves as in the daemon."""
    await join(bazaar.street, "dora")
    shown: dict[str, Section] = {}
    async with daemon(bazaar.street, "dora", shown) as hall:
        with pytest.raises(Refused) as refused:
            await hall.place(1, 1, 1, 1, 0)
        assert refused.value.code == "no_market", "nobody has told of one yet"
        async with asyncio.timeout(60):
            while shown.get("market", {}).get("status") != "open":
                await asyncio.sleep(0.05)
        order = await hall.place(bazaar.street.town.slot + 40, 1, 300, 150_000, 0)
        async with asyncio.timeout(60):
            while (await hall.orders(None, None))[0]["state"] != "received":
                await asyncio.sleep(0.05)
        assert shown["market"]["next_order"] is not None
        assert (await hall.withdraw(str(order["id"])))["state"] == "withdrawn"
        assert shown["suggestion"]["state"] is None
        assert shown["market"]["currency"] == "EUR"


type Lie = Callable[[MadeClearing, ClearedMarket, Sequence[StandingOrder], LedgerDomain], MadeClearing]
ZONE = 0


def _for_carol(
    made: MadeClearing,
    market: ClearedMarket,
    orders: Sequence[StandingOrder],
    domain: LedgerDomain,
    *,
    leave_out: bool,
) -> MadeClearing:
    """Give Alice's energy to Carol, whose limit is the dearer one; all sums stay right."""
    pedersen, leaves, openings = Pedersen(), list[ResultLeaf](), []
    fills = market.fills(one.order.terms() for one in orders if one.order is not None)
    for one in sorted(orders, key=lambda one: one.hash):
        assert one.order is not None
        energy = {120_000: 0, 200_000: 700}.get(one.order.limit, fills[one.hash])
        if energy == 0 and leave_out:
            continue
        leaves.append(cleared_leaf(pedersen, one.order, energy))
        openings.append(result_openings(one.order, energy))
    zone = arithmetic._zone(domain, made.clearing.slot, market.zones[0], leaves, openings)
    clearing = structs.Clearing(made.clearing.slot, (zone, *made.clearing.zones[1:]), made.clearing.flows)
    return MadeClearing(clearing, {**made.leaves, ZONE: tuple(leaves)})


def _unfilled(
    made: MadeClearing, market: ClearedMarket, orders: Sequence[StandingOrder], domain: LedgerDomain
) -> MadeClearing:
    return _for_carol(made, market, orders, domain, leave_out=False)


def _left_out(
    made: MadeClearing, market: ClearedMarket, orders: Sequence[StandingOrder], domain: LedgerDomain
) -> MadeClearing:
    return _for_carol(made, market, orders, domain, leave_out=True)


def _wider(
    made: MadeClearing, market: ClearedMarket, orders: Sequence[StandingOrder], domain: LedgerDomain
) -> MadeClearing:
    """Claim that nothing sets the price between the utility's two."""
    zones = tuple(
        replace(
            zone, lower=80_000, upper=320_000, price=200_000, lower_order=bytes(32), upper_order=bytes(32)
        )
        for zone in made.clearing.zones
    )
    return MadeClearing(structs.Clearing(made.clearing.slot, zones, made.clearing.flows), made.leaves)


LIES: Sequence[tuple[Lie, str]] = (
    (_unfilled, "wrong_result"),
    (_left_out, "missing_result"),
    (_wider, "wrong_price"),
)


async def test_honest_slots_are_delivered_and_manipulated_ones_proven_wrong(
    bazaar: Bazaar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One street for all of it: a deployment takes seconds."""
    await _is_delivered_and_signed(bazaar)
    await _the_daemon_finds_the_market(bazaar)
    honest = arithmetic.make_clearing
    for lie, code in LIES:

        def lying(
            domain: LedgerDomain,
            slot: int,
            terms: Terms,
            orders: Sequence[StandingOrder],
            lie: Lie = lie,
        ) -> MadeClearing:
            market = clear(terms, [one.order.terms() for one in orders if one.order is not None])
            return lie(honest(domain, slot, terms, orders), market, orders, domain)

        monkeypatch.setattr(keeper, "make_clearing", lying)
        bazaar.slot = bazaar.street.town.slot + AHEAD
        await bazaar.trade()
        await _is_voided_for(bazaar, code)
        await bazaar.street.refill_market_bond()


async def _is_voided_for(bazaar: Bazaar, code: str) -> None:
    alice, slot = bazaar.alice, bazaar.slot
    violated = [data for kind, data in alice.told if kind == "market_violated" and data["slot"] == slot]
    assert [data["reason"]["code"] for data in violated] == [code]
    await bazaar.look()
    (sent, *_) = await alice.database.run(transactions.latest, alice.running.performer.account, 1)
    assert sent.state in {State.MINED, State.FINAL}, sent
    await bazaar.look()
    for one in (alice, bazaar.bob, bazaar.carol):
        order = await bazaar.order(one)
        assert (order.state, order.filled) == (OrderState.VOID, None), "nobody owes anything from it"
        assert any(kind == "market_void" and data["slot"] == slot for kind, data in one.told)
