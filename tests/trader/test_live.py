"""The household in the slot that runs: what it would trade now, what the battery does of it, and when nobody answers."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.households.tariff import Fleet, Tariff
from benchmarks.households.trading import Community, Outlook, Signal
from community.market.live import LiveOrder, LiveWish, clear_live
from dems_protocol.market.fills import ONE
from dems_protocol.market.terms import Terms, ZoneTerms
from dems_protocol.slots import SlotGrid
from openems_bridge.dispatcher.commands import (
    Command,
    CommandSource,
    GridEnergy,
    Mode,
    SelfConsumption,
    Target,
)
from openems_bridge.foresight.plan import BatteryNow, HouseholdPlan, PlanMode, PlannedSlot, PlanReason
from openems_bridge.foresight.tariff import SlotPrice
from openems_bridge.ledger.operator_client import OperatorDown, OperatorRefused
from openems_bridge.planner.battery import Storage
from openems_bridge.planner.bidding import room_of
from openems_bridge.planner.orders import (
    Order,
    Side,
    TradingLimits,
    UtilityPrices,
    battery_energy,
    instruction,
    orders_of,
)
from openems_bridge.planner.willingness import willingness
from openems_bridge.telemetry import Register, Telemetry
from openems_bridge.trader.house_now import HouseNow
from openems_bridge.trader.live import SIDES, LiveAnswer, SlotFlows, SlotView, decision, position_in
from openems_bridge.trader.live_follower import LiveFollower, LiveParts
from openems_bridge.trader.market_operator import MarketOperator
from openems_bridge.trader.settings import TradingSettings

GRID, SLOT, ZONE, METER = SlotGrid(900), 1_988_888, 1, bytes([7]) * 32
START = float(GRID.start(SLOT))
UTILITY = UtilityPrices(sell=300_000, buy=80_000)
PRICES = st.integers(UTILITY.buy, UTILITY.sell)
RATIOS = st.integers(0, ONE)


def _telemetry(at: float, grid_power: int, battery_power: int | None = None, **counters: int) -> Telemetry:
    return Telemetry(
        measured_at=at,
        received_at=at,
        grid_power=grid_power,
        battery_power=battery_power,
        counters={Register(name): value for name, value in counters.items()},
    )


def _view(net: int, rest: float = 900.0, so_far: int = 0, net_rest: float | None = None) -> SlotView:
    return SlotView(
        slot=SLOT,
        rest_seconds=rest,
        net=net,
        exchange=net,
        battery_so_far=so_far,
        net_rest=net if net_rest is None else net_rest,
    )


@st.composite
def _storages(draw: st.DrawFn) -> Storage:
    return Storage(
        capacity_wh=draw(st.integers(0, 10_000)),
        charge_w=draw(st.integers(0, 5000)),
        discharge_w=draw(st.integers(0, 5000)),
        reserve_soc=draw(st.integers(0, 40)),
        grid_charging=draw(st.booleans()),
        feed_in=draw(st.booleans()),
    )


@st.composite
def _cases(draw: st.DrawFn) -> tuple[SlotView, Storage, int, bool]:
    """A running slot that came about in reality: the battery has moved no more than it can."""
    storage = draw(_storages())
    rest = draw(st.floats(1, 900))
    gone = (900 - rest) / 3600
    so_far = draw(st.integers(-int(storage.charge_w * gone), int(storage.discharge_w * gone)))
    net_rest = draw(st.integers(-3000, 3000)) * rest / 900
    net = round(draw(st.integers(-3000, 3000)) * (1 - rest / 900) + net_rest)
    stored = draw(st.integers(0, storage.capacity_wh))
    return _view(net, rest, so_far, net_rest), storage, stored, draw(st.booleans())


@settings(max_examples=80)
@given(
    case=_cases(),
    value=st.integers(0, 400_000),
    price=PRICES,
    ratios=st.tuples(RATIOS, RATIOS),
    lowest=PRICES,
    highest=PRICES,
    day=st.integers(0, 2000),
    promised=st.none() | st.integers(-2000, 2000),
)
def test_nothing_is_asked_of_the_battery_beyond_its_limits_and_no_promise_is_undercut(
    case: tuple[SlotView, Storage, int, bool],
    value: int,
    price: int,
    ratios: tuple[int, int],
    lowest: int,
    highest: int,
    day: int,
    promised: int | None,
) -> None:
    view, storage, stored, held = case
    position = position_in(view, storage, stored, held=held)
    limits = TradingLimits(lowest_price=lowest, highest_price=highest, battery_wh_left=day)
    orders = orders_of(position, willingness(value, storage, 20_000), UTILITY, limits)
    filled = LiveAnswer(START, price, *ratios).filled(orders, ZONE)
    assert not any(filled[order.purpose] for order in orders if order.side is Side.BID and price > highest)
    assert not any(filled[order.purpose] for order in orders if order.side is Side.OFFER and price < lowest)
    found = decision(view, orders, filled, reserve_soc=20, promised=promised)
    assert found.discharged <= day or promised is not None
    give, take = room_of(storage, stored, view.net_rest, view.rest_seconds)
    if found.command is not None and isinstance(target := found.command.target, GridEnergy):
        assert target.slot == SLOT
        if promised is not None:
            assert target.energy_wh * promised > 0
            assert abs(target.energy_wh) > abs(promised)
        rest = view.net - target.energy_wh - view.battery_so_far
        if found.mode is PlanMode.SERVE_COMMUNITY:
            assert rest <= max(0 if held else give, -view.battery_so_far)
        if found.mode is PlanMode.CHARGE_GRID:
            assert rest >= -max(take, view.battery_so_far)
    elif promised is not None:
        assert found.command is None, "what was promised is the plan's to keep"


@pytest.mark.parametrize(
    ("so_far", "give", "take"), [(300, 300 + 500, 500 - 300), (-300, 500 - 300, 500 + 300), (900, 1400, 0)]
)
def test_what_the_battery_did_already_counts_in_the_slot(so_far: int, give: int, take: int) -> None:
    """It can give or take 500 Wh in the half of the slot that is left."""
    storage = Storage(
        capacity_wh=20_000, charge_w=4000, discharge_w=4000, reserve_soc=0, grid_charging=True, feed_in=True
    )
    position = position_in(_view(0, rest=450.0, so_far=so_far), storage, 10_000)
    assert (position.can_discharge, position.can_charge) == (give, take)


@pytest.mark.parametrize("step", [5, 50])
@pytest.mark.parametrize("has_counters", [True, False])
def test_a_slot_is_what_was_measured_and_the_rest_as_the_last_minute(has_counters: bool, step: int) -> None:
    """The house needs 1200 W, its battery gives 800 W: 300 Wh of the slot, 200 of them the battery's."""
    flows = SlotFlows()
    begun = {
        Register.WITHDRAWAL: 1000,
        Register.FEED_IN: 0,
        Register.BATTERY_CHARGE: 5,
        Register.BATTERY_DISCHARGE: 50,
    }
    for second in range(step, 451, step):
        share = second / 3600
        counters = (
            {
                "withdrawal": 1000 + int(400 * share),
                "feed_in": 0,
                "battery_charge": 5,
                "battery_discharge": 50 + int(800 * share),
            }
            if has_counters
            else {}
        )
        flows = flows.after(
            _telemetry(START + second, 400, 800, **counters), GRID, lambda slot: begun, has_battery=True
        )
    view = flows.view(START + 450, GRID)
    assert view is not None
    assert view.net == pytest.approx(300, abs=3)
    assert view.exchange == pytest.approx(100, abs=3)
    assert view.battery_so_far == pytest.approx(100 if has_counters else (450 - step) * 800 / 3600, abs=2)
    assert view.net_rest == pytest.approx(150, abs=1)
    assert flows.view(START + 900, GRID) is None, "a new slot has to be seen first"
    assert flows.view(START + 700, GRID) is None, "values that are too old say nothing"


def test_the_rest_of_a_slot_is_told_by_the_last_minute_alone() -> None:
    flows = SlotFlows()
    for second in (0, 5):
        flows = flows.after(_telemetry(START + second, 3600), GRID, lambda slot: None, has_battery=False)
    flows = flows.looked().after(_telemetry(START + 10, 0), GRID, lambda slot: None, has_battery=False)
    flows = flows.looked().after(_telemetry(START + 15, 0), GRID, lambda slot: None, has_battery=False)
    view = flows.view(START + 15, GRID)
    assert view is not None
    assert view.net_rest == 0
    assert 5 <= view.net <= 15


def _community(nets: Sequence[int], capacities: Sequence[int], powers: Sequence[int]) -> Community:
    tariff = Tariff(import_price=320_000, feed_in_price=80_000, inside_charge=20_000)
    fleet = Fleet(
        owners=np.arange(len(capacities)),
        capacity=np.array(capacities, dtype=np.float64),
        power=np.array(powers, dtype=np.float64),
    )
    nothing: Any = None
    return Community(
        np.array([[float(net)] for net in nets]), fleet, tariff, Outlook((), (), nothing, nothing), 900
    )


@settings(max_examples=15, deadline=None)
@given(
    nets=st.lists(st.integers(-900, 900), min_size=4, max_size=4),
    values=st.lists(st.integers(60_000, 330_000), min_size=2, max_size=2),
    stored=st.lists(st.integers(0, 4000), min_size=2, max_size=2),
)
def test_the_product_does_what_the_benchmark_measured(
    nets: list[int], values: list[int], stored: list[int]
) -> None:
    """Two homes with batteries, and the sum of two others: told to the operator and answered, it is `benchmarks/dispatch`."""
    benchmark = _community(nets, [4000, 5000], [500, 700])
    benchmark.stored[:] = stored
    expected = benchmark._cleared(0, Signal.LIVE, np.array(values, dtype=np.float64))
    books: list[tuple[Order, ...]] = []
    for home in range(2):
        storage = benchmark._storages[home]
        position = position_in(_view(nets[home]), storage, stored[home])
        books.append(
            orders_of(position, willingness(values[home], storage, 20_000), UTILITY, TradingLimits())
        )
    without = [
        orders_of(position_in(_view(net), NO_BATTERY, 0), NO_WILL, UTILITY, TradingLimits())
        for net in nets[2:]
    ]
    wishes = [
        LiveWish(
            meter=bytes([number]) * 32,
            household=bytes([number]) * 20,
            zone=ZONE,
            has_battery=number < 2,
            net=nets[number],
            stored=None,
            orders=tuple(LiveOrder(SIDES[one.side], one.quantity, one.limit) for one in book),
        )
        for number, book in enumerate([*books, *without])
    ]
    terms = Terms((ZoneTerms(ZONE, UTILITY.sell, UTILITY.buy),), (0,))
    price = clear_live(terms, SLOT, wishes, START)[ZONE]
    answer = LiveAnswer(price.at, price.price, price.bid_ratio, price.offer_ratio)
    for home in range(2):
        filled = answer.filled(books[home], ZONE)
        told = instruction(books[home], filled)
        assert told.mode is expected[home].mode
        storage = benchmark._storages[home]
        give, take = room_of(storage, stored[home], nets[home], 900)
        # Pro rata in one order or in two: rounding moves a Wh an order.
        given_by = [battery_energy(one, nets[home], give, take) for one in (told, expected[home])]
        assert given_by[0] == pytest.approx(given_by[1], abs=len(wishes) + 4)


NO_BATTERY = Storage(capacity_wh=0, charge_w=0, discharge_w=0)
NO_WILL = willingness(0, NO_BATTERY, 0)


@dataclass(slots=True)
class Clock:
    now: float = START + 60

    def utc(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


class Operator(MarketOperator):
    """Answers as a test wants, without a network."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.told: list[Mapping[str, Any]] = []
        self.answer: Any = {}
        self.takes = 0.0
        self.clears(200_000)

    def clears(self, price: int, ratio: int = ONE) -> None:
        at = self.clock.now
        self.answer = {"at": at, "meters": 3, "price": price, "bid_ratio": ratio, "offer_ratio": ratio}

    async def _json(self, method: str, path: str, body: Any = None, *, member: bool = False) -> Any:
        assert (method, path, member) == ("PUT", f"/v1/live/{GRID.slot_at(self.clock.now)}", True)
        self.told.append(body)
        self.clock.now += self.takes
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Chain:
    async def zone_of(self, meter: bytes, slot: int) -> int:
        return ZONE


@dataclass(slots=True)
class Door:
    mode: Mode = Mode.AUTOMATIC
    commands: dict[str, tuple[Target, float, int]] = field(default_factory=dict)

    def command(
        self,
        source: CommandSource,
        target: Target,
        *,
        seconds: float | None = None,
        reason: str = "",
        command_id: str | None = None,
        reserve_soc: int = 0,
    ) -> Command:
        assert source is CommandSource.LIVE
        assert command_id is not None
        assert seconds is not None
        self.commands[command_id] = (target, seconds, reserve_soc)
        return Command(id=command_id, source=source, target=target, ends_at=0, ends_at_utc=0)

    def withdraw(self, command_id: str) -> bool:
        return self.commands.pop(command_id, None) is not None


BATTERY = BatteryNow(
    capacity=5000,
    energy=4000,
    charge_power=4000,
    discharge_power=4000,
    reserve_soc=20,
    grid_charging=False,
    feed_in=True,
)
PLANNED = PlannedSlot(
    slot=SLOT,
    mode=PlanMode.SELF_CONSUMPTION,
    reserve_soc=20,
    grid_energy=None,
    expected_soc=60,
    reason=PlanReason("serves_house"),
    price=SlotPrice(import_price=320_000, export_price=80_000),
    value=150_000,
)


@dataclass(slots=True)
class Scene:
    """A house that needs nothing, with a battery that is worth selling from at 200,000."""

    clock: Clock = field(default_factory=Clock)
    door: Door = field(default_factory=Door)
    settings: TradingSettings = field(default_factory=TradingSettings)
    battery: BatteryNow | None = BATTERY
    planned: PlannedSlot = PLANNED
    terms: Terms | None = field(default_factory=lambda: Terms((ZoneTerms(ZONE, 300_000, 80_000),), (0,)))
    grid_power: int = 0
    operator: Operator = field(init=False)
    follower: LiveFollower = field(init=False)

    def __post_init__(self) -> None:
        self.operator = Operator(self.clock)
        chain: Any = Chain()
        self.follower = LiveFollower(
            LiveParts(
                operator=self.operator,
                chain=chain,
                clock=self.clock,
                grid=GRID,
                zone=ZoneInfo("Europe/Berlin"),
                meter=METER,
                door=self.door,
                settings=lambda: self.settings,
                house=lambda: HouseNow(
                    _telemetry(self.clock.now, self.grid_power, 0), has_battery=self.battery is not None
                ),
                battery=lambda: self.battery,
                slot_start=lambda slot: None,
                plan=lambda: HouseholdPlan(made_at=START, slots=[self.planned], expected_cost=0),
                terms=lambda: self.terms,
                inside_charge=0,
                may_trade=lambda: True,
                changed=lambda: None,
            )
        )

    async def minute(self) -> bool:
        """Let a minute pass; what was to be cleared now is cleared now."""
        is_current = (
            isinstance(self.operator.answer, dict) and self.operator.answer.get("at") == self.clock.now
        )
        self.clock.now += 60
        if is_current:
            self.operator.answer["at"] = self.clock.now
        self.follower.sample()
        return await self.follower.look()

    @property
    def shown(self) -> Mapping[str, Any]:
        assert self.follower.state is not None
        return self.follower.state.section()


async def test_the_battery_serves_the_community_and_people_see_why() -> None:
    scene = Scene()
    assert await scene.minute()
    told = scene.operator.told[-1]
    assert (told["net"], told["stored"]) == (0, 4000)
    offers = [order for order in told["orders"] if order["side"] == 1]
    assert [order["quantity"] for order in offers] == [866], "4000 W for 780 s"
    target, seconds, reserve = scene.door.commands[f"live-{SLOT}"]
    assert target == GridEnergy(-866, SLOT)
    assert (seconds, reserve) == (180.0, 20)
    assert scene.shown["mode"] == "serve_community"
    assert (scene.shown["price"], scene.shown["grid_energy"]) == (200_000, -866)
    assert scene.shown["reason"] == {"code": "live_serves_community", "params": {"energy": 866}}
    scene.operator.clears(100_000)
    assert await scene.minute()
    assert scene.door.commands[f"live-{SLOT}"][0] == SelfConsumption()


async def test_a_promise_is_left_to_the_plan_unless_the_community_wants_more() -> None:
    scene = Scene()
    scene.planned = replace(
        PLANNED, mode=PlanMode.SERVE_COMMUNITY, grid_energy=-700, reason=PlanReason("sold_from_battery")
    )
    assert await scene.minute()
    assert scene.door.commands[f"live-{SLOT}"][0] == GridEnergy(-866, SLOT)
    scene.operator.clears(100_000)
    assert await scene.minute()
    assert scene.door.commands == {}
    assert scene.shown["reason"]["code"] == "live_promised"


@pytest.mark.parametrize(
    ("battery", "mode", "code"),
    [(None, Mode.AUTOMATIC, "live_no_battery"), (BATTERY, Mode.OFF, "live_not_automatic")],
)
async def test_who_has_no_battery_to_steer_tells_need_and_surplus(
    battery: BatteryNow | None, mode: Mode, code: str
) -> None:
    scene = Scene(door=Door(mode), battery=battery, grid_power=1800)
    assert await scene.minute()
    need = scene.operator.told[-1]["orders"]
    assert need == [{"side": 0, "quantity": 450, "limit": 300_000}]
    scene.clock.now = START + 960 - 60
    scene.grid_power = -3600
    scene.operator.clears(200_000)
    assert await scene.minute()
    surplus = scene.operator.told[-1]["orders"]
    assert [(order["side"], order["limit"]) for order in surplus] == [(1, 80_000)]
    assert scene.shown["reason"]["code"] == code
    assert scene.door.commands == {}


async def test_nothing_is_told_where_the_owner_does_not_want_it() -> None:
    scene = Scene()
    assert await scene.minute()
    scene.settings = TradingSettings(follow_live=False)
    scene.follower.stop_if_unwanted()
    assert (scene.door.commands, scene.follower.state) == ({}, None), "at once"
    assert await scene.minute()
    assert len(scene.operator.told) == 1
    assert (scene.door.commands, scene.follower.state) == ({}, None)


async def test_the_owners_energy_of_a_day_holds() -> None:
    scene = Scene(settings=TradingSettings(energy_per_day=1000))
    assert await scene.minute()
    scene.clock.now = START + 960
    scene.planned = replace(PLANNED, slot=SLOT + 1)
    scene.operator.clears(200_000)
    assert await scene.minute()
    assert scene.door.commands[f"live-{SLOT + 1}"][0] == GridEnergy(866 - 1000, SLOT + 1)


@pytest.mark.parametrize(
    "answer",
    [
        OperatorDown("silent", "gave no answer within 15 s."),
        OperatorRefused(409, "not-running", "Slot 5 is not the one that runs.", {}, {}),
        {},
        [],
        {"price": "much", "at": 1, "bid_ratio": 0, "offer_ratio": 0},
        {"price": 1, "at": float("nan"), "bid_ratio": 0, "offer_ratio": 0},
        {"price": 1, "at": START, "bid_ratio": 2 * ONE, "offer_ratio": 0},
        ZeroDivisionError("a fault of our own"),
    ],
)
async def test_an_operator_that_is_away_is_said_once_and_the_plan_holds(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene()
    assert await scene.minute()
    good, scene.operator.answer = scene.operator.answer, answer
    with caplog.at_level(logging.WARNING):
        assert not await scene.minute()
        assert scene.shown["mode"] == "serve_community", "the last answer holds for three minutes"
        assert not await scene.minute()
        assert not await scene.minute()
        assert (scene.door.commands, scene.shown["reason"]["code"]) == ({}, "live_no_answer")
        assert len(caplog.records) == 1
        scene.operator.answer = {**good, "at": scene.clock.now}
        assert await scene.minute()
        assert len(caplog.records) == 2
    assert scene.door.commands.keys() == {f"live-{SLOT}"}


async def test_an_answer_that_comes_when_the_slot_is_over_moves_nothing() -> None:
    scene = Scene()
    scene.clock.now = START + 830
    scene.operator.takes = 12.0
    assert await scene.minute()
    assert scene.door.commands == {}
    assert scene.shown["reason"]["code"] == "live_waits"


async def test_ratios_are_of_what_was_told_before_the_clearing() -> None:
    """The operator clears a few times a minute: its answer may be older than what was told just now."""
    scene = Scene()
    scene.operator.answer["at"] = START + 119
    assert await scene.minute()
    assert scene.door.commands == {}, "cleared before anything was told: it says nothing of this household"
    scene.operator.clears(157_895, ratio=ONE // 2)
    scene.operator.answer["at"] = START + 121
    assert await scene.minute()
    # Of 866 Wh that were told at 120 s, not of the 800 that are left at 180 s.
    assert scene.door.commands[f"live-{SLOT}"][0] == GridEnergy(-433, SLOT)


async def test_nothing_was_cleared_yet() -> None:
    scene = Scene()
    scene.operator.answer = {
        "at": None,
        "meters": None,
        "price": None,
        "bid_ratio": None,
        "offer_ratio": None,
    }
    assert await scene.minute()
    assert (scene.door.commands, scene.shown["reason"]["code"]) == ({}, "live_waits")
    scene.terms = None
    assert await scene.minute()
    assert scene.shown["reason"]["code"] == "live_no_market"
    assert len(scene.operator.told) == 1
