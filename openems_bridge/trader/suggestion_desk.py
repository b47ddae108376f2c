"""From the operator's ciphertexts to the battery, by the owner's choice: decrypted, checked, asked about, handed over."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from dems_node.database.database import Database
from dems_node.json_types import Section
from dems_protocol.market.suggestions import (
    SuggestedAction,
    SuggestionPlace,
    decrypt_suggestion,
    split_ciphertexts,
)
from dems_protocol.slots import SlotGrid
from dems_protocol.typed_data import LedgerDomain
from openems_bridge.dispatcher.commands import CommandSource, Mode
from openems_bridge.dispatcher.door import CommandDoor
from openems_bridge.dispatcher.reasons import RequestRefused
from openems_bridge.refusal import Refused
from openems_bridge.trader import journal, suggestion_journal, verdicts
from openems_bridge.trader.own_orders import OrderState
from openems_bridge.trader.settings import TradingSettings
from openems_bridge.trader.suggestions import (
    OPEN,
    Action,
    OwnResult,
    Proposal,
    Suggestion,
    SuggestionReason,
    SuggestionState,
    bundle,
    judge,
    outcome,
    target_of,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

LONGEST_QUESTION_SECONDS = 4 * 3600
"""One question covers so much at most."""
_LOOK_BACK = 96
_LOGGER = logging.getLogger(__name__)
_ACTIONS = {
    SuggestedAction.NONE: Action.NONE,
    SuggestedAction.SELF_CONSUMPTION: Action.SELF_CONSUMPTION,
    SuggestedAction.DELIVER: Action.DELIVER,
    SuggestedAction.TAKE: Action.TAKE,
}


class BatteryDoor(CommandDoor, Protocol):
    """The dispatcher, as far as suggestions use it."""

    def withdraw(self, command_id: str) -> bool:
        """End a command before its time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReading:
    """What was measured of a slot at the meter (Wh), None where unknown."""

    withdrawal: int | None
    feed_in: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionParts:
    """What the desk works with. ``soc`` tells the battery's state of charge now (%), ``reading`` what was measured."""

    database: Database
    grid: SlotGrid
    zone: ZoneInfo
    domain: LedgerDomain
    meter: bytes
    key: X25519PrivateKey
    door: BatteryDoor
    settings: Callable[[], TradingSettings]
    soc: Callable[[], int | None]
    now: Callable[[], float]
    tell: Callable[[str, Section], None]


class SuggestionDesk:
    """Keeps the suggestions, asks, and lets the battery follow. Every method may raise StoreError."""

    def __init__(self, parts: SuggestionParts) -> None:
        self._parts = parts
        self._commanded: set[int] = set()
        self._last_soc: dict[int, int] = {}

    async def receive(self, slot: int, ciphertexts: bytes) -> None:
        """Take in what was published for a slot; what was decided of it before stands."""
        parts = self._parts
        now = parts.now()
        if parts.grid.end(slot) <= now:
            return
        known = await parts.database.run(suggestion_journal.from_slot, slot - _LOOK_BACK)
        if any(suggestion.slot == slot for suggestion in known):
            return
        proposal = await asyncio.to_thread(self._decrypted, slot, ciphertexts)
        if proposal is None:
            return
        settings = parts.settings()
        suggestion = judge(
            proposal,
            await parts.database.run(_own_result, slot),
            settings.dispatch,
            now,
            is_quiet=settings.is_quiet(now, parts.zone),
        )
        if suggestion is None:
            return
        longest = max(1, LONGEST_QUESTION_SECONDS // parts.grid.seconds)
        bundled = bundle(suggestion, known, longest)
        await parts.database.run(suggestion_journal.keep, bundled)
        # One question is asked once; the slots that join it later only show in the state.
        if bundled.state is SuggestionState.PENDING and bundled.question == suggestion.question:
            parts.tell("dispatch_suggested", bundled.section(parts.grid))

    async def decide(self, identifier: str, *, accepted: bool) -> Suggestion:
        """Answer a question by its id or that of one of its suggestions. Raises Refused."""
        parts = self._parts
        slot = parts.grid.slot_at(parts.now())
        known = await parts.database.run(suggestion_journal.from_slot, slot - _LOOK_BACK)
        named = next((one for one in known if identifier in (one.id, one.question)), None)
        if named is None:
            raise Refused("unknown_suggestion", "There is no suggestion of this id.")
        asked = [one for one in known if one.question == named.question]
        pending = [
            one
            for one in asked
            if one.state is SuggestionState.PENDING and parts.grid.end(one.slot) > parts.now()
        ]
        if not pending:
            code = "expired" if asked[-1].state is SuggestionState.EXPIRED else "not_pending"
            if all(parts.grid.end(one.slot) <= parts.now() for one in asked):
                code = "expired"
            raise Refused(code, f"The suggestion is {asked[-1].state}.", {"state": asked[-1].state.value})
        state = SuggestionState.ACCEPTED if accepted else SuggestionState.REJECTED
        decided = [replace(one, state=state) for one in pending]
        await parts.database.run(suggestion_journal.keep_all, decided)
        await self.advance()
        current = await parts.database.run(suggestion_journal.from_slot, decided[0].slot)
        return current[0]

    async def advance(self) -> None:
        """Hand the running slot to the dispatcher, and conclude what is over without being followed."""
        parts = self._parts
        slot = parts.grid.slot_at(parts.now())
        soc = parts.soc()
        if soc is not None:
            self._last_soc = {
                slot: soc,
                **{one: value for one, value in self._last_soc.items() if one == slot - 1},
            }
        for suggestion in await parts.database.run(suggestion_journal.from_slot, slot - _LOOK_BACK):
            if suggestion.state not in OPEN:
                continue
            if suggestion.slot == slot and suggestion.state is not SuggestionState.PENDING:
                await self._follow(suggestion)
            elif suggestion.slot < slot and suggestion.state is SuggestionState.PENDING:
                expired = replace(suggestion, state=SuggestionState.EXPIRED)
                await parts.database.run(suggestion_journal.keep, expired)
                parts.tell("suggestion_expired", {"id": suggestion.id, "slot": suggestion.slot})

    async def measured(self, slot: int, reading: SlotReading) -> None:
        """Conclude a slot that was followed, with what was measured of it."""
        parts = self._parts
        for suggestion in await parts.database.run(suggestion_journal.from_slot, slot):
            if suggestion.slot != slot or suggestion.state not in OPEN - {SuggestionState.PENDING}:
                continue
            reason = SuggestionReason("not_followed")
            if suggestion.state is SuggestionState.FOLLOWING:
                reserve = parts.settings().reserve_soc
                soc = self._last_soc.get(slot)
                reason = outcome(suggestion, reading.withdrawal, reading.feed_in, soc, reserve)
            done = replace(suggestion, state=SuggestionState.DONE, reason=reason)
            await parts.database.run(suggestion_journal.keep, done)

    async def relevant(self) -> Suggestion | None:
        """Return the suggestion to be shown: the one that is followed, else the next that is open, else the last."""
        parts = self._parts
        slot = parts.grid.slot_at(parts.now())
        known = await parts.database.run(suggestion_journal.from_slot, slot - _LOOK_BACK)
        following = [one for one in known if one.state is SuggestionState.FOLLOWING and one.slot == slot]
        ahead = [one for one in known if one.state in OPEN and one.slot >= slot]
        return next(iter((*following, *ahead, *reversed(known))), None)

    async def _follow(self, suggestion: Suggestion) -> None:
        parts = self._parts
        if suggestion.slot in self._commanded:
            return
        if parts.door.mode is not Mode.AUTOMATIC:
            if suggestion.reason.code != "not_automatic":
                told = replace(
                    suggestion, reason=SuggestionReason("not_automatic", {"mode": parts.door.mode.value})
                )
                await parts.database.run(suggestion_journal.keep, told)
            return
        seconds = max(1.0, parts.grid.end(suggestion.slot) - parts.now())
        try:
            parts.door.command(
                CommandSource.SUGGESTION,
                target_of(suggestion),
                seconds=seconds,
                reason=suggestion.reason.code,
                command_id=f"suggestion-{suggestion.slot}",
                reserve_soc=parts.settings().reserve_soc,
            )
        except RequestRefused as error:
            _LOGGER.warning("The suggestion of slot %d is not followed: %s", suggestion.slot, error)
            refused = replace(
                suggestion, reason=SuggestionReason("refused", {"code": error.reason.code.value})
            )
            await parts.database.run(suggestion_journal.keep, refused)
            return
        self._commanded = {one for one in self._commanded if one >= suggestion.slot - 1} | {suggestion.slot}
        await parts.database.run(
            suggestion_journal.keep, replace(suggestion, state=SuggestionState.FOLLOWING)
        )

    def _decrypted(self, slot: int, ciphertexts: bytes) -> Proposal | None:
        place = SuggestionPlace(self._parts.domain, slot, self._parts.meter)
        try:
            for ciphertext in split_ciphertexts(ciphertexts):
                found = decrypt_suggestion(ciphertext, self._parts.key, place)
                if found is not None and found.slot == slot:
                    return Proposal(
                        slot=slot,
                        action=_ACTIONS[found.action],
                        energy=found.energy,
                        price=found.price,
                        order_hash=found.order,
                    )
        except ValueError as error:
            _LOGGER.warning("The suggestion of slot %d cannot be read: %s", slot, error)
        return None


def _own_result(connection: sqlite3.Connection, slot: int) -> OwnResult | None:
    verdict = verdicts.of_slot(connection, slot)
    if verdict is None or not verdict.verified:
        return None
    orders = [one for one in journal.of_slot(connection, slot) if one.state is OrderState.CLEARED]

    def total(side: int, *, battery: bool) -> int:
        chosen: Sequence[int] = [
            min(one.battery, one.filled or 0) if battery else one.filled or 0
            for one in orders
            if one.side == side
        ]
        return sum(chosen)

    return OwnResult(
        bought=total(0, battery=False),
        sold=total(1, battery=False),
        battery_bought=total(0, battery=True),
        battery_sold=total(1, battery=True),
        price=verdict.price,
        utility_sell=verdict.utility_sell,
        utility_buy=verdict.utility_buy,
        orders=frozenset(one.hash for one in orders),
    )
