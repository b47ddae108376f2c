"""Suggestions: decrypted, checked against the own result, asked about or followed, and explained afterwards."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dems_protocol.market.fills import OrderSide
from dems_protocol.market.suggestions import SuggestedAction, SuggestionPayload
from openems_bridge.dispatcher.commands import GridEnergy, Mode, SelfConsumption
from openems_bridge.refusal import Refused
from openems_bridge.trader import journal, suggestion_journal
from openems_bridge.trader.bidding import DesiredOrder
from openems_bridge.trader.settings import DispatchChoice, TradingSettings
from openems_bridge.trader.suggestion_desk import SlotReading
from openems_bridge.trader.suggestions import (
    Action,
    Suggestion,
    SuggestionReason,
    SuggestionState,
    bundle,
    outcome,
    target_of,
)
from tests.trader.exchange import SLOT, TIMES, Exchange, Household, bobs_order, household

OFFER = DesiredOrder(slot=SLOT, side=1, quantity=500, battery=200, limit=120_000)


async def _sold(home: Household) -> SuggestionPayload:
    """Sell 500 Wh, and return the honest suggestion."""
    exchange = home.exchange
    exchange.others = [bobs_order(OrderSide.BID, 2000, 300_000)]
    await home.trader.place(OFFER)
    await home.at(TIMES.gate - 1000)
    await home.at(TIMES.gate + 10)
    await exchange.commit()
    await home.at(TIMES.gate + 60)
    await home.at(TIMES.set_final + 1)
    exchange.clock.now = TIMES.chain_reveal_until + 1
    await exchange.publish()
    await home.at(TIMES.chain_reveal_until + 2)
    (order,) = await home.database.run(journal.of_slot, SLOT)
    assert (order.filled, order.price) == (500, order.price)
    return SuggestionPayload(SuggestedAction.DELIVER, SLOT, 500, order.price or 0, order.hash)


async def _suggestion(home: Household) -> Suggestion:
    (found,) = await home.database.run(suggestion_journal.from_slot, SLOT)
    return found


async def test_what_was_sold_is_delivered_at_the_meter(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await exchange.suggest(await _sold(home))
        await home.at(TIMES.start - 300)
        assert (await _suggestion(home)).state is SuggestionState.ACCEPTED
        assert home.door.commands == [], "the slot has not begun"
        await home.at(TIMES.start + 1)
        await home.at(TIMES.start + 3)
        assert home.door.commands == [(f"suggestion-{SLOT}", GridEnergy(-500, SLOT), 20)], "once"
        suggestion = await _suggestion(home)
        assert (suggestion.state, suggestion.energy) == (SuggestionState.FOLLOWING, 500)
        order = (await home.database.run(journal.of_slot, SLOT))[0]
        assert suggestion.gain == 500 * ((order.price or 0) - 80_000) // 1000
        await home.suggestions.measured(SLOT, SlotReading(withdrawal=0, feed_in=510))
        done = await _suggestion(home)
        assert (done.state, done.reason.code) == (SuggestionState.DONE, "delivered")


async def test_a_restart_in_the_slot_goes_on(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        await exchange.suggest(await _sold(home))
        await home.at(TIMES.start + 1)
    async with household(tmp_path, exchange) as home:
        await home.at(TIMES.start + 100)
        assert [command[1] for command in home.door.commands] == [GridEnergy(-500, SLOT)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"energy": 5000}, "sold_from_battery"),
        ({"price": 1}, "other_price"),
        ({"order": b"x" * 32}, "other_order"),
        ({"action": SuggestedAction.TAKE}, "nothing_contracted"),
    ],
)
async def test_never_more_than_the_own_result(
    tmp_path: Path, exchange: Exchange, change: dict[str, Any], code: str
) -> None:
    async with household(tmp_path, exchange) as home:
        await exchange.suggest(replace(await _sold(home), **change))
        await home.at(TIMES.start + 1)
        suggestion = await _suggestion(home)
        assert suggestion.reason.code == code
        if code == "sold_from_battery":
            assert home.door.commands[0][1] == GridEnergy(-500, SLOT), "cut to what was sold"
        else:
            assert suggestion.state is SuggestionState.IGNORED
            assert home.door.commands == []


async def test_a_dummy_and_a_strangers_suggestion_are_nothing(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        payload = await _sold(home)
        await exchange.suggest(replace(payload, action=SuggestedAction.NONE))
        await home.at(TIMES.start + 1)
        assert await home.database.run(suggestion_journal.from_slot, 0) == []
        await exchange.tell_raw_suggestions(b"\0" * 224)
        await home.at(TIMES.start + 2)
        assert await home.database.run(suggestion_journal.from_slot, 0) == []


async def test_a_person_is_asked_once_and_answers(tmp_path: Path, exchange: Exchange) -> None:
    settings = TradingSettings(dispatch=DispatchChoice.ASK, quiet_from="00:00", quiet_to="00:00")
    async with household(tmp_path, exchange, settings=settings) as home:
        await exchange.suggest(await _sold(home))
        await home.at(TIMES.start - 300)
        await home.at(TIMES.start + 1)
        assert home.kinds.count("dispatch_suggested") == 1
        assert home.door.commands == []
        accepted = await home.suggestions.decide(f"s{SLOT}", accepted=True)
        assert accepted.state is SuggestionState.FOLLOWING, "the slot runs already"
        assert len(home.door.commands) == 1
        with pytest.raises(Refused) as refused:
            await home.suggestions.decide(f"s{SLOT}", accepted=False)
        assert refused.value.code == "not_pending"
        with pytest.raises(Refused) as refused:
            await home.suggestions.decide("s1", accepted=False)
        assert refused.value.code == "unknown_suggestion"


async def test_nobody_answers(tmp_path: Path, exchange: Exchange) -> None:
    settings = TradingSettings(dispatch=DispatchChoice.ASK, quiet_from="00:00", quiet_to="00:00")
    async with household(tmp_path, exchange, settings=settings) as home:
        await exchange.suggest(await _sold(home))
        await home.at(TIMES.start + 1)
        await home.at(TIMES.end + 1)
        await home.at(TIMES.end + 5)
        assert home.kinds.count("suggestion_expired") == 1
        with pytest.raises(Refused) as refused:
            await home.suggestions.decide(f"s{SLOT}", accepted=True)
        assert refused.value.code == "expired"
        assert home.door.commands == []


async def test_the_owner_is_not_asked_at_night_and_not_overruled(tmp_path: Path, exchange: Exchange) -> None:
    night = TradingSettings(dispatch=DispatchChoice.ASK, quiet_from="00:00", quiet_to="23:59")
    async with household(tmp_path, exchange, settings=night) as home:
        await exchange.suggest(await _sold(home))
        await home.at(TIMES.start + 1)
        suggestion = await _suggestion(home)
        assert (suggestion.state, suggestion.reason.code) == (SuggestionState.IGNORED, "quiet_hours")
        assert "dispatch_suggested" not in home.kinds


async def test_without_automatic_mode_it_says_so(tmp_path: Path, exchange: Exchange) -> None:
    async with household(tmp_path, exchange) as home:
        home.door.mode = Mode.OFF
        await exchange.suggest(await _sold(home))
        await home.at(TIMES.start + 1)
        assert home.door.commands == []
        assert (await _suggestion(home)).reason.code == "not_automatic"
        home.door.mode = Mode.AUTOMATIC
        await home.at(TIMES.start + 60)
        assert len(home.door.commands) == 1


def _one(slot: int, state: SuggestionState, question: str, action: Action = Action.DELIVER) -> Suggestion:
    return Suggestion(
        slot=slot,
        question=question,
        action=action,
        energy=100,
        price=1,
        gain=0,
        order_hash=bytes(32),
        state=state,
        reason=SuggestionReason("sold_from_battery"),
        at=0.0,
    )


@pytest.mark.parametrize(
    ("before", "state", "question"),
    [
        (SuggestionState.PENDING, SuggestionState.PENDING, "q9"),
        (SuggestionState.FOLLOWING, SuggestionState.ACCEPTED, "q9"),
        (SuggestionState.REJECTED, SuggestionState.REJECTED, "q9"),
        (SuggestionState.EXPIRED, SuggestionState.PENDING, "q10"),
        (SuggestionState.IGNORED, SuggestionState.PENDING, "q10"),
    ],
)
def test_consecutive_slots_are_one_question(
    before: SuggestionState, state: SuggestionState, question: str
) -> None:
    new = bundle(_one(10, SuggestionState.PENDING, "q10"), [_one(9, before, "q9")], 16)
    assert (new.state, new.question) == (state, question)


def test_a_question_has_a_bound_and_one_action() -> None:
    new = _one(10, SuggestionState.PENDING, "q10")
    assert bundle(new, [_one(9, SuggestionState.PENDING, "q9")], 1) == new
    assert bundle(new, [_one(9, SuggestionState.PENDING, "q9", Action.TAKE)], 16) == new
    assert bundle(new, [_one(8, SuggestionState.PENDING, "q8")], 16) == new


@pytest.mark.parametrize(
    ("withdrawal", "feed_in", "soc", "code"),
    [
        (0, 96, 50, "delivered"),
        (300, 0, 20, "battery_empty"),
        (300, 0, 60, "own_load"),
        (0, 50, 60, "limited"),
        (None, None, 60, "not_measured"),
    ],
)
def test_what_came_of_it_is_explained(
    withdrawal: int | None, feed_in: int | None, soc: int, code: str
) -> None:
    followed = _one(10, SuggestionState.FOLLOWING, "q10")
    assert outcome(followed, withdrawal, feed_in, soc, 20).code == code


def test_quiet_hours_wrap_around_midnight() -> None:
    settings, utc = TradingSettings(), ZoneInfo("UTC")
    assert settings.is_quiet(23 * 3600, utc)
    assert settings.is_quiet(6 * 3600, utc)
    assert not settings.is_quiet(12 * 3600, utc)
    assert not replace(settings, quiet_from="07:00").is_quiet(7 * 3600, utc), "equal ends: never quiet"


def test_self_consumption_asks_for_nothing_of_the_market() -> None:
    assert target_of(_one(1, SuggestionState.ACCEPTED, "q1", Action.SELF_CONSUMPTION)) == SelfConsumption()
