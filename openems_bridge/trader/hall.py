"""The household's market, whether its community has one or not: what the API and the plan ask, and its life.

Nothing heavy is imported before the household is in a community that has a market.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dems_node.backoff import Backoff
from dems_node.clock import Clock
from dems_node.database.database import Database
from dems_node.database.errors import StoreError
from dems_node.json_types import Section
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.slot_progress import SlotStart
from openems_bridge.forecast.answer import Answer
from openems_bridge.foresight.plan import BatteryNow, Commitment, CommunityPrice, HouseholdPlan, Outlook
from openems_bridge.foresight.tariff import Tariff
from openems_bridge.refusal import Refused
from openems_bridge.trader.settings import TradingBook, TradingSettings

if TYPE_CHECKING:
    from dems_protocol.market.terms import Terms
    from openems_bridge.keys.vault import HouseholdKeys
    from openems_bridge.ledger.membership_state import Membership
    from openems_bridge.trader.building import BuiltTrader, LedgerSide
    from openems_bridge.trader.display import MarketDisplay
    from openems_bridge.trader.house_now import HouseNow
    from openems_bridge.trader.market_contracts import MarketContracts
    from openems_bridge.trader.market_events import MarketFollower
    from openems_bridge.trader.suggestion_desk import BatteryDoor

ORDERS_AT_ONCE = 1000
SLOTS_AT_ONCE = 1000
_PRICE_DAYS = 7
_AHEAD_SLOTS = 200
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HallParts:
    """What the market stands on in the house."""

    database: Database
    clock: Clock
    grid: SlotGrid
    zone: ZoneInfo
    book: TradingBook
    door: BatteryDoor
    forecast: Callable[[], Answer | None]
    battery: Callable[[], BatteryNow | None]
    soc: Callable[[], int | None]
    tariff: Callable[[], Tariff]
    inside_prices: tuple[int | None, int | None]
    replan: Callable[[], None]
    show: Callable[[Mapping[str, Section | None]], None]
    tell: Callable[[str, Section], None]
    house: Callable[[], HouseNow | None] = lambda: None
    slot_start: SlotStart = lambda slot: None
    inside_charge: int = 0


class MarketHall:
    """Serves ``api.ports.Trading`` and ``foresight.lookout.MarketView``, and runs the trader beside the ledger."""

    def __init__(self, parts: HallParts) -> None:
        self._parts = parts
        self._built: BuiltTrader | None = None
        self._contracts: MarketContracts | None = None
        self._may_trade: Callable[[], bool] = lambda: True
        self._currency = "EUR"
        self._terms: Terms | None = None
        self._display: MarketDisplay | None = None
        self._showing = False
        self._plan: HouseholdPlan | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        parts.book.listen(self._settings_changed)
        parts.show({"trading": parts.book.current.section()})

    # What the ledger calls: a community was joined, and perhaps has a market

    async def follower(self, membership: Membership) -> MarketFollower | None:
        """Return who follows the market's events, None while no market of this community is known. Raises StoreError."""
        from openems_bridge.trader.building import known_market
        from openems_bridge.trader.market_events import MarketFollower

        self._contracts = await known_market(self._parts.database, membership)
        if self._contracts is None:
            return None
        return MarketFollower(self._contracts.watched(), membership.household, lambda slot: self._wake())

    async def run(
        self, membership: Membership, keys: HouseholdKeys, ledger: LedgerSide, follower: MarketFollower | None
    ) -> None:
        """Trade until cancelled. Returns once a market was found that nobody follows yet: then all is built anew."""
        if follower is None or self._contracts is None:
            await self._find(membership, keys, ledger)
            return
        from openems_bridge.trader.building import build_trader, fill_in

        backoff = Backoff(first=2.0, longest=60.0)
        while True:
            try:
                await fill_in(
                    self._parts.database, ledger.client, follower, membership, self._contracts.market
                )
                break
            except Exception as error:
                _LOGGER.info("What the market said before is read again soon: %s", error)
                await asyncio.sleep(backoff.next_pause())
        built = build_trader(membership, keys, self._contracts, ledger, self._house())
        self._built, self._may_trade = built, ledger.may_trade
        self._display = self._displayed(self._contracts)
        try:
            await self._reckon()
            async with asyncio.TaskGroup() as group:
                group.create_task(built.trader.run(), name="trader")
                group.create_task(built.outlook.run(), name="community's outlook")
                if built.live is not None:
                    group.create_task(built.live.run(), name="running slot")
                if built.announcer is not None:
                    group.create_task(self._announce(built), name="encryption key")
        finally:
            self._built = self._display = None
            self._parts.show({"market": None, "suggestion": None})

    async def _find(self, membership: Membership, keys: HouseholdKeys, ledger: LedgerSide) -> None:
        from dems_node.chain.errors import ChainError
        from openems_bridge.ledger.operator_client import OperatorError
        from openems_bridge.trader.building import keep_market, market_operator
        from openems_bridge.trader.market_contracts import NotOurMarket, read_market

        operator = market_operator(membership, keys, ledger.session, self._parts.clock)
        registry = membership.community.contracts.registry
        backoff = Backoff(first=5.0, longest=600.0)
        while True:
            try:
                named = await operator.named_market()
                if named is not None:
                    found = await read_market(ledger.client, registry, named.market, named.suggestions)
                    await keep_market(self._parts.database, membership, found)
                    _LOGGER.info("%s has a market: 0x%s", membership.community.name, found.market.hex())
                    return
            except NotOurMarket as error:
                _LOGGER.warning("No market is traded on: %s", error)
            except (OperatorError, ChainError, StoreError) as error:
                _LOGGER.debug("The market is looked for again: %s", error)
            await asyncio.sleep(backoff.next_pause())

    async def _announce(self, built: BuiltTrader) -> None:
        from dems_node.chain.errors import ChainError
        from dems_node.keys.errors import KeysUnusable
        from openems_bridge.ledger.operator_client import OperatorError

        assert built.announcer is not None  # noqa: S101 - asked by who calls
        while True:
            try:
                await built.announcer.step()
            except (OperatorError, ChainError, KeysUnusable) as error:
                _LOGGER.debug("The key for suggestions is announced later: %s", error)
            await asyncio.sleep(15.0)

    def _displayed(self, contracts: MarketContracts) -> MarketDisplay:
        from openems_bridge.trader.display import MarketDisplay, ShowParts

        parts = self._parts
        return MarketDisplay(
            ShowParts(
                database=parts.database,
                grid=parts.grid,
                zone=parts.zone,
                windows=contracts.windows,
                now=parts.clock.utc,
                battery=parts.battery,
                tariff=parts.tariff,
                inside_prices=parts.inside_prices,
            )
        )

    async def _reckon(self) -> None:
        if self._display is not None:
            await self._display.reckon()

    def _house(self) -> Any:
        from openems_bridge.trader.building import HouseSide, LiveSide

        parts = self._parts
        return HouseSide(
            database=parts.database,
            clock=parts.clock,
            grid=parts.grid,
            zone=parts.zone,
            door=parts.door,
            settings=lambda: parts.book.current,
            forecast=self._quantiles,
            soc=parts.soc,
            tell=self._told,
            changed=self._changed,
            noted_terms=self._noted_terms,
            live=LiveSide(
                house=parts.house,
                battery=parts.battery,
                slot_start=parts.slot_start,
                plan=lambda: self._plan,
                inside_charge=parts.inside_charge,
            ),
            replan=parts.replan,
        )

    # What the rest of the house tells

    def planned(self, plan: HouseholdPlan) -> None:
        """Hear of a new plan."""
        self._plan = plan
        if self._built is not None:
            self._built.trader.planned(plan)

    def measured(self, slot: int, withdrawal: int | None, feed_in: int | None) -> None:
        """Hear that a slot was measured (Wh at the meter)."""
        if self._built is not None:
            self._later(self._conclude(self._built, slot, withdrawal, feed_in))

    async def close(self) -> None:
        """End what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _conclude(
        self, built: BuiltTrader, slot: int, withdrawal: int | None, feed_in: int | None
    ) -> None:
        from openems_bridge.trader.suggestion_desk import SlotReading

        try:
            await built.suggestions.measured(slot, SlotReading(withdrawal=withdrawal, feed_in=feed_in))
            await self._reckon()
            await self._show()
        except StoreError as error:
            _LOGGER.warning("What slot %d came to is reckoned with the next one: %s", slot, error)

    # What a plan asks

    @property
    def outlook(self) -> Outlook | None:
        """The newest that the operator expects of the community, None where nothing is known."""
        return None if self._built is None else self._built.outlook.outlook

    @property
    def inside_charge(self) -> int:
        """Micro-units per kWh that who buys inside pays on top of the pool's price."""
        return 0 if self._built is None else self._parts.inside_charge

    async def commitments(self, first_slot: int) -> Sequence[Commitment]:
        """Return what was bought and sold of the slots from ``first_slot`` on."""
        if self._built is None:
            return ()
        from openems_bridge.trader import journal

        orders = await self._parts.database.run(journal.between, first_slot, first_slot + _AHEAD_SLOTS)
        found: dict[int, Commitment] = {}
        for order in orders:
            if not order.filled or order.price is None or order.is_standing:
                continue
            one = found.get(order.slot, Commitment(slot=order.slot, bought=0, sold=0, price=order.price))
            battery = min(order.battery, order.filled)
            found[order.slot] = replace(
                one,
                bought=one.bought + (0 if order.side else order.filled),
                sold=one.sold + (order.filled if order.side else 0),
                battery_bought=one.battery_bought + (0 if order.side else battery),
                battery_sold=one.battery_sold + (battery if order.side else 0),
            )
        return list(found.values())

    async def prices(self, first_slot: int) -> Mapping[int, CommunityPrice]:
        """Return known prices of the community, and for later slots those of the same time on former days."""
        if self._built is None:
            return {}
        from openems_bridge.trader import verdicts

        a_day = 86_400 // self._parts.grid.seconds
        past = await self._parts.database.run(
            verdicts.between, first_slot - _PRICE_DAYS * a_day, first_slot + _AHEAD_SLOTS, ORDERS_AT_ONCE
        )
        known = {one.slot: one.price for one in past}
        found: dict[int, CommunityPrice] = {}
        for slot in range(first_slot, first_slot + _AHEAD_SLOTS):
            if slot in known:
                found[slot] = CommunityPrice(known[slot], is_cleared=True)
                continue
            alike = [
                known[slot - day * a_day] for day in range(1, _PRICE_DAYS + 2) if slot - day * a_day in known
            ]
            if alike:
                found[slot] = CommunityPrice(round(sum(alike) / len(alike)), is_cleared=False)
        return found

    # What a person asks

    async def change(self, changes: Mapping[str, Any]) -> Section:
        """Change some of the owner's limits; return the ``trading`` section. Raises OutOfBounds, StoreError."""
        return (await self._parts.book.change(changes)).section()

    async def place(self, slot: int, side: int, energy: int, limit: int, battery: int) -> Section:
        """Place an order; return it. Raises Refused, StoreError."""
        built = self._require()
        from openems_bridge.trader.bidding import DesiredOrder

        desired = DesiredOrder(slot=slot, side=side, quantity=energy, battery=battery, limit=limit)
        order = await built.trader.place(desired)
        await self._show()
        return order.section(self._parts.grid)

    async def orders(self, first: int | None, last: int | None) -> Sequence[Section]:
        """Return the orders of slots in [first, last], oldest first. Raises StoreError."""
        from openems_bridge.trader import journal

        found = await self._parts.database.run(
            journal.between, first or 0, 2**62 if last is None else last, ORDERS_AT_ONCE
        )
        return [order.result(self._parts.grid) for order in found]

    async def withdraw(self, identifier: str) -> Section:
        """Take an order back; return it. Raises Refused, StoreError."""
        order = await self._require().trader.withdraw(identifier)
        await self._show()
        return order.section(self._parts.grid)

    async def decide(self, identifier: str, *, accepted: bool) -> Section:
        """Accept or reject a suggestion, or all of a question. Raises Refused, StoreError."""
        suggestion = await self._require().suggestions.decide(identifier, accepted=accepted)
        await self._show()
        return suggestion.section(self._parts.grid)

    async def market(self, first: int | None, last: int | None) -> Sequence[Section]:
        """Return prices and own results of cleared slots in [first, last], oldest first. Raises StoreError."""
        from openems_bridge.trader.history import read_history

        end = 2**62 if last is None else last
        return await self._parts.database.run(read_history, self._parts.grid, first or 0, end, SLOTS_AT_ONCE)

    def _require(self) -> BuiltTrader:
        if self._built is None:
            raise Refused("no_market", "The household is in no community that has a market.")
        return self._built

    # What is shown

    def _settings_changed(self, settings: TradingSettings) -> None:
        self._parts.show({"trading": settings.section()})
        if self._built is not None and self._built.live is not None:
            self._built.live.stop_if_unwanted()
        self._parts.replan()
        self._wake()

    def _noted_terms(self, terms: Terms | None, currency: str) -> None:
        self._terms, self._currency = terms, currency

    def _told(self, kind: str, data: Section) -> None:
        self._parts.tell(kind, data)
        if kind in {"market_cleared", "market_void"}:
            # What was contracted changes what the battery should do.
            self._parts.replan()

    def _wake(self) -> None:
        if self._built is not None:
            self._built.trader.wake()

    def _changed(self) -> None:
        if not self._showing:
            self._showing = True
            self._later(self._show())

    def _later(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self) -> None:
        self._showing = False
        built, built_display = self._built, self._display
        if built is None or built_display is None:
            return
        from openems_bridge.trader.sections import NO_SUGGESTION, market_section

        try:
            view = await built_display.view(self._status(built), self._currency)
            suggestion = await built.suggestions.relevant()
        except StoreError as error:
            _LOGGER.warning("The market's state cannot be read: %s", error)
            return
        live = None if built.live is None else built.live.state
        view = replace(view, live=None if live is None else live.section())
        shown = NO_SUGGESTION if suggestion is None else suggestion.section(self._parts.grid)
        self._parts.show({"market": market_section(view, self._parts.grid), "suggestion": shown})

    def _status(self, built: BuiltTrader) -> str:
        if not self._may_trade():
            return "paused"
        return built.trader.problem or ("no_terms" if self._terms is None else "open")

    def _quantiles(self, slot: int) -> tuple[int, int] | None:
        """Return the 0.9 quantiles of generation and withdrawal of a slot: no more than the house uses is withdrawn."""
        answer = self._parts.forecast()
        if answer is None or not answer.issue_slot <= slot < answer.end_slot:
            return None
        index = slot - answer.issue_slot
        generation = 0 if answer.pv is None else answer.pv.high_wh[index]
        return generation, answer.load.high_wh[index]
