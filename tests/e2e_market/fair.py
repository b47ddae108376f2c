"""A whole fair on a real chain: the operator behind its API, three traders, one of them with a real battery's dispatcher."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from dems_protocol.market.times import SlotTimes
from openems_bridge.dispatcher.commands import Command, Mode
from openems_bridge.ledger.slot_keeper import SlotView, view_slot
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.store import readings
from openems_bridge.telemetry import Register, SourceClass
from openems_bridge.trader import journal, suggestion_journal
from openems_bridge.trader.bidding import DesiredOrder
from openems_bridge.trader.own_orders import OwnOrder
from openems_bridge.trader.suggestion_desk import SlotReading
from openems_bridge.trader.suggestions import Suggestion
from tests.e2e_market.battery_house import BatteryHouse
from tests.e2e_market.running_slot import side_of_alice, side_of_bob
from tests.ledger.street import Bridge, Street
from tests.trader.bazaar import Stall, stall

AHEAD = 8
"""Slots from now to the one that is traded: its gate has not come."""
BID, OFFER = 0, 1


class Roof:
    """Where a battery stands. The house under it may be another one in the next scene, the bridge's door stays."""

    house: BatteryHouse

    @property
    def mode(self) -> Mode:
        """The mode in force."""
        return self.house.dispatcher.mode

    @property
    def soc(self) -> int | None:
        """The battery's state of charge, %."""
        return self.house.soc

    def command(self, *arguments: object, **named: object) -> Command:
        """Hand a command to the dispatcher."""
        return self.house.dispatcher.command(*arguments, **named)  # type: ignore[arg-type]

    def withdraw(self, command_id: str) -> bool:
        """End a command before its time."""
        return self.house.dispatcher.withdraw(command_id)


@dataclass(slots=True)
class Fair:
    """Alice sells from her battery, Carol sells, Bob buys; Dora and Emil only live here."""

    street: Street
    roof: Roof
    alice: Stall
    bob: Stall
    carol: Stall
    neighbours: tuple[Bridge, Bridge]
    slot: int = 0

    @property
    def traders(self) -> tuple[Stall, Stall, Stall]:
        """Who has a stall."""
        return self.alice, self.bob, self.carol

    @property
    def times(self) -> SlotTimes:
        """When what happens to the traded slot."""
        return self.alice.times(self.slot)

    def next_slot(self, *, load: int = 300, soc: int = 50) -> None:
        """Turn to a slot whose gate has not come, with another house under Alice's roof."""
        town = self.street.town
        self.slot = town.slot + AHEAD
        self.roof.house = BatteryHouse(
            self.street.folder, self.alice.database, town.clock, town.facts.grid, load=load, soc=soc
        )

    async def look(self, *absent: Stall) -> None:
        """Let everybody look, but those whose bridge is off."""
        await self.street.town.settle()
        for one in self.traders:
            if one not in absent:
                await one.step()
        await self.street.town.settle()

    async def pass_to(self, moment: float, *absent: Stall) -> None:
        """Let it be just after a moment, and everybody look."""
        await self.street.town.move_to(moment + 1)
        await self.look(*absent)

    async def place(self, one: Stall, side: int, quantity: int, limit: int) -> None:
        """Let a household place an order for the slot; what is sold comes from its battery."""
        battery = quantity if side == OFFER else 0
        await one.built.trader.place(
            DesiredOrder(slot=self.slot, side=side, quantity=quantity, battery=battery, limit=limit)
        )

    async def place_all(self) -> None:
        """Place the orders: 500 Wh from 12 ct, 500 Wh from 20 ct, for 700 Wh up to 30 ct."""
        await self.place(self.alice, OFFER, 500, 120_000)
        await self.place(self.carol, OFFER, 500, 200_000)
        await self.place(self.bob, BID, 700, 300_000)
        await self.look()

    async def clear(self) -> None:
        """Bring the slot from before its gate to where it is cleared."""
        times = self.times
        for moment in (times.gate, times.direct_until, times.set_final, times.chain_reveal_until):
            await self.pass_to(moment)

    async def live_through_slot(self) -> SlotReading:
        """Let the slot begin, and Alice's battery do what it is told; return what her meter counted."""
        town, times = self.street.town, self.times
        await self.pass_to(times.start)
        measured = await self.roof.house.play(times.end)
        await town.move_to(times.end + 1)
        await self.alice.built.suggestions.measured(self.slot, measured)
        return measured

    async def follow_slot(self, *, until: float) -> None:
        """Let Alice and Bob tell each minute what they would trade, and Alice's battery do what comes of it."""
        clock = self.street.town.clock
        looks = {id(self.bob): clock.now, id(self.alice): clock.now + 7}
        while clock.now < until:
            for one in (self.bob, self.alice):
                assert one.built.live is not None
                one.built.live.sample()
                if clock.now >= looks[id(one)]:
                    looks[id(one)] += 60
                    assert await one.built.live.look()
            await self.roof.house.play(min(clock.now + 5, until))

    async def order(self, one: Stall) -> OwnOrder:
        """Return a household's order of the slot."""
        (order,) = await one.database.run(journal.of_slot, self.slot)
        return order

    async def suggestion(self) -> Suggestion:
        """Return what was suggested to Alice for the slot."""
        found = await self.alice.database.run(suggestion_journal.from_slot, self.slot)
        (suggestion,) = [one for one in found if one.slot == self.slot]
        return suggestion

    async def measure(self, one: Stall, withdrawal: int, feed_in: int) -> None:
        """Let a trader's metering close the slot, and the reading be delivered."""
        measured = Reading(
            slot=self.slot,
            energy={
                Register.WITHDRAWAL: withdrawal,
                Register.FEED_IN: feed_in,
                Register.GENERATION: 0,
            },
            quality=Quality.COMPLETE,
            covered_seconds=self.street.town.facts.grid.seconds,
            source=SourceClass.SIMULATION,
        )
        await one.database.run(readings.insert, self.street.town.facts.grid.seconds, [measured])
        await one.running.ledger.account_once()

    async def view(self, one: Stall) -> SlotView:
        """Return what a household knows of the slot's netting."""
        return await one.database.run(view_slot, self.slot)


@asynccontextmanager
async def running_fair(street: Street) -> AsyncIterator[Fair]:
    """Let five households move in, three of them with a stall."""
    roof = Roof()
    async with AsyncExitStack() as stack:
        clock = street.town.clock
        of_alice = side_of_alice(lambda: roof.house, lambda: street.town.slot)
        alice = await stack.enter_async_context(stall(street, "alice", roof, of_alice))
        bob = await stack.enter_async_context(stall(street, "bob", live=side_of_bob(clock)))
        carol = await stack.enter_async_context(stall(street, "carol"))
        dora, emil = [await stack.enter_async_context(street.bridge(name)) for name in ("dora", "emil")]
        fair = Fair(street, roof, alice, bob, carol, (dora, emil))
        fair.next_slot()
        town = street.town
        for one in fair.traders:
            await town.anvil.fund(one.running.performer.account)
            assert one.built.announcer is not None
            await one.built.announcer.step()
        for neighbour in fair.neighbours:
            await neighbour.step()
        await town.settle()
        await town.move_to(town.facts.grid.start(town.slot + 3))
        await town.settle()
        yield fair
