"""The bridge's forecast and plan as Home Assistant sees them. Energies Wh, state of charge %, prices micro-units per kWh."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from .document import Reader, Reason, moment
from .errors import InvalidAnswer


class PlanMode(StrEnum):
    """What the battery is to do in a slot."""

    SELF_CONSUMPTION = "self_consumption"
    HOLD = "hold"
    SERVE_COMMUNITY = "serve_community"
    CHARGE_SURPLUS = "charge_surplus"
    CHARGE_GRID = "charge_grid"
    DELIVER = "deliver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is expected of the next slot and of the local days. Errors are shares of the energy, of the last days."""

    issued_at: datetime | None
    load_next: int | None
    generation_next: int | None
    load_today: int | None
    generation_today: int | None
    load_tomorrow: int | None
    generation_tomorrow: int | None
    generation_remaining_today: int | None
    load_error: float | None
    generation_error: float | None
    quality_days: int | None
    source: str | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``forecast``."""
        return cls(
            issued_at=values.moment("issued_at"),
            load_next=values.integer("load_next"),
            generation_next=values.integer("generation_next"),
            load_today=values.integer("load_today"),
            generation_today=values.integer("generation_today"),
            load_tomorrow=values.integer("load_tomorrow"),
            generation_tomorrow=values.integer("generation_tomorrow"),
            generation_remaining_today=values.integer("generation_remaining_today"),
            load_error=values.number("load_error"),
            generation_error=values.number("generation_error"),
            quality_days=values.integer("quality_days"),
            source=values.text("source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSlot:
    """What is planned for a slot, and why. ``grid_energy`` is at the meter, + is withdrawn; prices only in a whole plan."""

    slot: int
    start: datetime | None
    mode: PlanMode | None
    reserve_soc: int | None
    grid_energy: int | None
    expected_soc: int | None
    reason: Reason | None
    import_price: int | None
    import_estimated: bool | None
    export_price: int | None

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read a slot of a plan."""
        return cls(
            slot=values.required_integer("slot"),
            start=values.moment("start"),
            mode=values.choice("mode", PlanMode),
            reserve_soc=values.integer("reserve_soc"),
            grid_energy=values.integer("grid_energy"),
            expected_soc=values.integer("expected_soc"),
            reason=values.reason("reason"),
            import_price=values.integer("import_price"),
            import_estimated=values.flag("import_estimated"),
            export_price=values.integer("export_price"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the battery does now and in the next slots. ``problems`` are the wishes that had to give way."""

    made_at: datetime | None
    now: PlannedSlot
    problems: tuple[Reason, ...]
    next: tuple[PlannedSlot, ...]

    @classmethod
    def read_any(cls, values: Reader) -> Self | None:
        """Read the section ``plan``, None where there is none now: then its keys are null."""
        return None if values.is_null("slot") else cls.read(values)

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the section ``plan``."""
        return cls(
            made_at=values.moment("made_at"),
            now=PlannedSlot.read(values),
            problems=tuple(Reason.read(one) for one in values.objects("problems")),
            next=tuple(PlannedSlot.read(one) for one in values.objects("next")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePlan:
    """A plan as far as it reaches. ``expected_cost`` in micro-units of the currency."""

    slot_length: timedelta
    made_at: datetime | None
    expected_cost: int | None
    problems: tuple[Reason, ...]
    slots: tuple[PlannedSlot, ...]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read the answer to ``GET /v1/plan``. Raises InvalidAnswer."""
        values = Reader("plan", document)
        return cls(
            slot_length=_slot_length(values),
            made_at=values.moment("made_at"),
            expected_cost=values.integer("expected_cost"),
            problems=tuple(Reason.read(one) for one in values.objects("problems")),
            slots=tuple(PlannedSlot.read(one) for one in values.objects("slots")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """What is expected of a slot, Wh: less than ``p10`` in one of ten cases, more than ``p90`` in another one."""

    p10: int
    p50: int
    p90: int

    @classmethod
    def read(cls, values: Reader) -> Self:
        """Read the quantiles of a quantity."""
        return cls(
            p10=values.required_integer("p10"),
            p50=values.required_integer("p50"),
            p90=values.required_integer("p90"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSlot:
    """What is expected of a slot. ``generation`` is None where no plant is known."""

    start: datetime
    load: Quantiles
    generation: Quantiles | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSeries:
    """The forecast slot by slot."""

    slot_length: timedelta
    slots: tuple[ForecastSlot, ...]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read the answer to ``GET /v1/forecast``. Raises InvalidAnswer."""
        values = Reader("forecast", document)
        return cls(
            slot_length=_slot_length(values),
            slots=tuple(_forecast_slot(one) for one in values.objects("slots")),
        )


def _forecast_slot(values: Reader) -> ForecastSlot:
    load, generation = values.object("load"), values.object("generation")
    if load is None:
        raise InvalidAnswer("forecast.slots.load: an object was expected")
    return ForecastSlot(
        start=moment(values.required_integer("start"), "forecast.slots.start"),
        load=Quantiles.read(load),
        generation=None if generation is None else Quantiles.read(generation),
    )


def _slot_length(values: Reader) -> timedelta:
    seconds = values.required_integer("slot_seconds")
    if seconds <= 0:
        raise InvalidAnswer(f"slot_seconds: {seconds} is no length of a slot")
    return timedelta(seconds=seconds)
