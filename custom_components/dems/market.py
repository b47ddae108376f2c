"""The market as Home Assistant sees it: orders, results, suggestions and the owner's settings.

Energies are Wh, prices micro-units of the currency per kWh, money micro-units (docs/api.md, the market).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from .document import Reader, Reason
from .foresight import PlanMode

MICRO: Final = 1_000_000
"""Micro-units in one unit of the currency."""


class Side(StrEnum):
    """Whether energy is bought or sold."""

    BID = "bid"
    OFFER = "offer"


class MarketStatus(StrEnum):
    """Whether the household can trade."""

    NO_MARKET = "no_market"
    OPEN = "open"
    NO_TERMS = "no_terms"
    DEPOSIT_MISSING = "deposit_missing"
    OPERATOR_LOST = "operator_lost"
    PAUSED = "paused"


class OrderState(StrEnum):
    """How far an order has come."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    RECEIVED = "received"
    REFUSED = "refused"
    IN_SET = "in_set"
    REVEALED = "revealed"
    CLEARED = "cleared"
    NOT_FILLED = "not_filled"
    VOID = "void"
    WITHDRAWN = "withdrawn"
    MISSED_GATE = "missed_gate"


class ResultStatus(StrEnum):
    """What the bridge found of a cleared slot."""

    WAITING = "waiting"
    VERIFIED = "verified"
    VIOLATED = "violated"
    VOID = "void"


class SuggestionState(StrEnum):
    """What became of a suggestion."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FOLLOWING = "following"
    DONE = "done"
    EXPIRED = "expired"
    IGNORED = "ignored"


class Action(StrEnum):
    """What the battery is asked to do."""

    SELF_CONSUMPTION = "self_consumption"
    DELIVER = "deliver"
    TAKE = "take"


class Answer(StrEnum):
    """What the owner lets the bridge do with suggestions."""

    IGNORE = "ignore"
    ASK = "ask"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of the household's for one slot."""

    id: str
    slot: int | None
    start: datetime | None
    side: Side | None
    energy: int | None
    battery: int | None
    limit: int | None
    state: OrderState | None
    reason: Reason | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read an order."""
        return cls(
            id=values.name("id"),
            slot=values.integer("slot"),
            start=values.moment("start"),
            side=values.choice("side", Side),
            energy=values.integer("energy"),
            battery=values.integer("battery"),
            limit=values.integer("limit"),
            state=values.choice("state", OrderState),
            reason=values.reason("reason"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the market gave for the household's last cleared slot."""

    slot: int | None
    start: datetime | None
    price: int | None
    lower: int | None
    upper: int | None
    side: Side | None
    energy: int | None
    status: ResultStatus | None
    reason: Reason | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read a result."""
        return cls(
            slot=values.integer("slot"),
            start=values.moment("start"),
            price=values.integer("price"),
            lower=values.integer("lower"),
            upper=values.integer("upper"),
            side=values.choice("side", Side),
            energy=values.integer("energy"),
            status=values.choice("status", ResultStatus),
            reason=values.reason("reason"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What came of the running slot's market. ``grid_energy``: Wh at the meter in the slot, + is withdrawn."""

    at: datetime | None
    price: int | None
    mode: PlanMode | None
    grid_energy: int | None
    reason: Reason | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read it."""
        return cls(
            at=values.moment("at"),
            price=values.integer("price"),
            mode=values.choice("mode", PlanMode),
            grid_energy=values.integer("grid_energy"),
            reason=values.reason("reason"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The community's market from the household's side."""

    status: MarketStatus | None
    reason: Reason | None
    currency: str | None
    gate: datetime | None
    next_order: Order | None
    last: Result | None
    price_next: int | None
    income_today: int | None
    cost_today: int | None
    income_month: int | None
    cost_month: int | None
    saved_month_community: int | None
    saved_month_battery: int | None
    live: Live | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``market``."""
        order, last = values.object("next_order"), values.object("last")
        live = values.object("live")
        return cls(
            status=values.choice("status", MarketStatus),
            reason=values.reason("reason"),
            currency=values.text("currency"),
            gate=values.moment("gate"),
            next_order=None if order is None else Order.read(order),
            last=None if last is None else Result.read(last),
            price_next=values.integer("price_next"),
            income_today=values.integer("income_today"),
            cost_today=values.integer("cost_today"),
            income_month=values.integer("income_month"),
            cost_month=values.integer("cost_month"),
            saved_month_community=values.integer("saved_month_community"),
            saved_month_battery=values.integer("saved_month_battery"),
            live=None if live is None else Live.read(live),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the battery is asked to do in a slot. ``question`` is shared by slots that are asked for together."""

    id: str
    question: str | None
    slot: int | None
    start: datetime | None
    end: datetime | None
    action: Action | None
    energy: int | None
    gain: int | None
    state: SuggestionState | None
    expires_at: datetime | None
    reason: Reason | None

    def is_pending(self, now: datetime) -> bool:
        """Whether it waits for a person, and still may."""
        return self.state is SuggestionState.PENDING and (self.expires_at is None or now < self.expires_at)

    @classmethod
    def read_any(cls, values: Reader) -> Self | None:
        """Read the section ``suggestion``, None where there is none now: then all its keys are null."""
        return None if values.is_null("id") else cls.read(values)

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read a suggestion."""
        return cls(
            id=values.name("id"),
            question=values.text("question"),
            slot=values.integer("slot"),
            start=values.moment("from"),
            end=values.moment("to"),
            action=values.choice("action", Action),
            energy=values.integer("energy"),
            gain=values.integer("gain"),
            state=values.choice("state", SuggestionState),
            expires_at=values.moment("expires_at"),
            reason=values.reason("reason"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trading:
    """The owner's settings of trading. ``quiet_from`` and ``quiet_to`` are local times, ``HH:MM``."""

    auto_bid: bool | None
    dispatch: Answer | None
    lowest_price: int | None
    highest_price: int | None
    energy_per_day: int | None
    reserve_soc: int | None
    quiet_from: str | None
    quiet_to: str | None
    follow_live: bool | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``trading``."""
        return cls(
            auto_bid=values.flag("auto_bid"),
            dispatch=values.choice("dispatch", Answer),
            lowest_price=values.integer("lowest_price"),
            highest_price=values.integer("highest_price"),
            energy_per_day=values.integer("energy_per_day"),
            reserve_soc=values.integer("reserve_soc"),
            quiet_from=values.text("quiet_from"),
            quiet_to=values.text("quiet_to"),
            follow_live=values.flag("follow_live"),
        )
