"""The sensors of forecast, plan and market: what is expected, what is planned and why, what was sold and bought.

None of the forecast energies has a state class: they are of times to come, and statistics are of times that were. Money
of a day or a month has none either: it starts anew at the bridge's midnight, which need not be the moment in which a
state is written. The energy dashboard gets its money from `settlement`.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy

from .devices import Part
from .document import Reason
from .foresight import Forecast, Plan, PlanMode, PlannedSlot
from .market import (
    MICRO,
    Action,
    Live,
    Market,
    MarketStatus,
    Order,
    OrderState,
    Result,
    ResultStatus,
    Suggestion,
    SuggestionState,
)
from .models import House
from .reasons import (
    LIVE_REASONS,
    MARKET_REASONS,
    NONE,
    OTHER,
    PLAN_PROBLEMS,
    PLAN_REASONS,
    SUGGESTION_REASONS,
    known_code,
)
from .sensor_description import DemsSensorDescription, Unit


def in_currency(micro: int | None) -> float | None:
    """Return micro-units as units of the currency."""
    return None if micro is None else micro / MICRO


def shown(reason: Reason | None) -> dict[str, Any] | None:
    """Return a reason as an attribute."""
    return None if reason is None else {"code": reason.code, **reason.params}


def _why(reason: Reason | None) -> dict[str, Any]:
    return {
        "code": reason.code if reason else None,
        "parameters": dict(reason.params) if reason else {},
    }


def _reasons(codes: Iterable[str]) -> list[str]:
    return [NONE, *sorted(codes), OTHER]


def _expected(
    key: str, part: Part, value: Callable[[Forecast], int | None]
) -> DemsSensorDescription[Forecast]:
    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=part,
        section=lambda house: house.forecast,
        value=value,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
    )


def _error(
    key: str, part: Part, value: Callable[[Forecast], float | None]
) -> DemsSensorDescription[Forecast]:
    def in_per_cent(forecast: Forecast) -> float | None:
        share = value(forecast)
        return None if share is None else 100 * share

    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=part,
        section=lambda house: house.forecast,
        value=in_per_cent,
        attributes=_quality,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
    )


def _quality(forecast: Forecast) -> dict[str, Any]:
    return {"days": forecast.quality_days, "source": forecast.source, "issued_at": forecast.issued_at}


def _planned(slot: PlannedSlot) -> dict[str, Any]:
    return {
        "start": slot.start,
        "mode": slot.mode,
        "reserve_soc": slot.reserve_soc,
        "grid_energy": slot.grid_energy,
        "expected_soc": slot.expected_soc,
        "reason": shown(slot.reason),
    }


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        **_planned(plan.now),
        "made_at": plan.made_at,
        "next": [_planned(slot) for slot in plan.next],
    }


def _problem(plan: Plan) -> Reason | None:
    return plan.problems[0] if plan.problems else None


FORECAST_SENSORS: Final[tuple[DemsSensorDescription[Any], ...]] = (
    _expected("forecast_load_next", Part.FORECAST, lambda forecast: forecast.load_next),
    _expected("forecast_load_today", Part.FORECAST, lambda forecast: forecast.load_today),
    _expected("forecast_load_tomorrow", Part.FORECAST, lambda forecast: forecast.load_tomorrow),
    _error("forecast_load_error", Part.FORECAST, lambda forecast: forecast.load_error),
    _expected("forecast_generation_next", Part.SOLAR_FORECAST, lambda forecast: forecast.generation_next),
    _expected("forecast_generation_today", Part.SOLAR_FORECAST, lambda forecast: forecast.generation_today),
    _expected(
        "forecast_generation_remaining",
        Part.SOLAR_FORECAST,
        lambda forecast: forecast.generation_remaining_today,
    ),
    _expected(
        "forecast_generation_tomorrow", Part.SOLAR_FORECAST, lambda forecast: forecast.generation_tomorrow
    ),
    _error("forecast_generation_error", Part.SOLAR_FORECAST, lambda forecast: forecast.generation_error),
)

PLAN_SENSORS: Final[tuple[DemsSensorDescription[Any], ...]] = (
    DemsSensorDescription[Plan](
        key="plan_mode",
        translation_key="plan_mode",
        part=Part.PLAN,
        section=lambda house: house.plan,
        value=lambda plan: plan.now.mode,
        attributes=_plan,
        device_class=SensorDeviceClass.ENUM,
        options=[*PlanMode],
    ),
    DemsSensorDescription[Plan](
        key="plan_reason",
        translation_key="plan_reason",
        part=Part.PLAN,
        section=lambda house: house.plan,
        value=lambda plan: known_code(plan.now.reason, PLAN_REASONS) or NONE,
        attributes=lambda plan: _why(plan.now.reason),
        device_class=SensorDeviceClass.ENUM,
        options=_reasons(PLAN_REASONS),
    ),
    DemsSensorDescription[Plan](
        key="plan_problem",
        translation_key="plan_problem",
        part=Part.PLAN,
        section=lambda house: house.plan,
        value=lambda plan: known_code(_problem(plan), PLAN_PROBLEMS) or NONE,
        attributes=lambda plan: {"problems": [shown(one) for one in plan.problems]},
        device_class=SensorDeviceClass.ENUM,
        options=_reasons(PLAN_PROBLEMS),
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    DemsSensorDescription[Plan](
        key="plan_expected_soc",
        translation_key="plan_expected_soc",
        part=Part.PLAN,
        section=lambda house: house.plan,
        value=lambda plan: plan.now.expected_soc,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
    ),
)


def _price(
    key: str,
    value: Callable[[Market], int | None],
    attributes: Callable[[Market], dict[str, Any]] | None = None,
) -> DemsSensorDescription[Market]:
    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=Part.MARKET,
        section=lambda house: house.market,
        value=lambda market: in_currency(value(market)),
        attributes=attributes,
        unit=Unit.PRICE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
    )


def _money(key: str, value: Callable[[Market], int | None]) -> DemsSensorDescription[Market]:
    return DemsSensorDescription(
        key=key,
        translation_key=key,
        part=Part.MARKET,
        section=lambda house: house.market,
        value=lambda market: in_currency(value(market)),
        unit=Unit.MONEY,
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
    )


def _order(house: House) -> Order | None:
    return None if house.market is None else house.market.next_order


def _last(house: House) -> Result | None:
    return None if house.market is None else house.market.last


def _ordered(order: Order) -> dict[str, Any]:
    return {
        "order": order.id,
        "slot": order.slot,
        "start": order.start,
        "side": order.side,
        "energy": order.energy,
        "battery": order.battery,
        "limit": in_currency(order.limit),
        "reason": shown(order.reason),
    }


def _cleared(market: Market) -> dict[str, Any]:
    last = market.last
    if last is None:
        return {}
    return {
        "slot": last.slot,
        "start": last.start,
        "lower": in_currency(last.lower),
        "upper": in_currency(last.upper),
    }


def _live(house: House) -> Live | None:
    return None if house.market is None else house.market.live


def _followed(live: Live) -> dict[str, Any]:
    return {
        "at": live.at,
        "price": in_currency(live.price),
        "mode": live.mode,
        "grid_energy": live.grid_energy,
        **_why(live.reason),
    }


def _market_problem(market: Market) -> Reason | None:
    """Return what stands in the way: of trading at all, of the next order, or what was wrong with the last result."""
    order, last = market.next_order, market.last
    return market.reason or (order.reason if order else None) or (last.reason if last else None)


MARKET_SENSORS: Final[tuple[DemsSensorDescription[Any], ...]] = (
    DemsSensorDescription[Market](
        key="market_status",
        translation_key="market_status",
        part=Part.MARKET,
        section=lambda house: house.market,
        value=lambda market: market.status,
        device_class=SensorDeviceClass.ENUM,
        options=[*MarketStatus],
    ),
    DemsSensorDescription[Market](
        key="market_problem",
        translation_key="market_problem",
        part=Part.MARKET,
        section=lambda house: house.market,
        value=lambda market: known_code(_market_problem(market), MARKET_REASONS) or NONE,
        attributes=lambda market: _why(_market_problem(market)),
        device_class=SensorDeviceClass.ENUM,
        options=_reasons(MARKET_REASONS),
    ),
    DemsSensorDescription[Market](
        key="market_gate",
        translation_key="market_gate",
        part=Part.MARKET,
        section=lambda house: house.market,
        value=lambda market: market.gate,
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    DemsSensorDescription[Order](
        key="next_order",
        translation_key="next_order",
        part=Part.MARKET,
        section=_order,
        value=lambda order: order.state,
        attributes=_ordered,
        device_class=SensorDeviceClass.ENUM,
        options=[*OrderState],
    ),
    _price("clearing_price", lambda market: market.last.price if market.last else None, _cleared),
    DemsSensorDescription[Result](
        key="clearing_energy",
        translation_key="clearing_energy",
        part=Part.MARKET,
        section=_last,
        value=lambda last: last.energy,
        attributes=lambda last: {"slot": last.slot, "start": last.start, "side": last.side},
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_display_precision=0,
    ),
    DemsSensorDescription[Result](
        key="clearing_status",
        translation_key="clearing_status",
        part=Part.MARKET,
        section=_last,
        value=lambda last: last.status,
        attributes=lambda last: {"slot": last.slot, "start": last.start, "reason": shown(last.reason)},
        device_class=SensorDeviceClass.ENUM,
        options=[*ResultStatus],
    ),
    _price("price_next", lambda market: market.price_next),
    _money("income_today", lambda market: market.income_today),
    _money("cost_today", lambda market: market.cost_today),
    _money("income_month", lambda market: market.income_month),
    _money("cost_month", lambda market: market.cost_month),
    _money("saved_month_community", lambda market: market.saved_month_community),
    _money("saved_month_battery", lambda market: market.saved_month_battery),
    DemsSensorDescription[Live](
        key="live_reason",
        translation_key="live_reason",
        part=Part.MARKET,
        section=_live,
        value=lambda live: known_code(live.reason, LIVE_REASONS) or NONE,
        attributes=_followed,
        device_class=SensorDeviceClass.ENUM,
        options=_reasons(LIVE_REASONS),
    ),
    DemsSensorDescription[Suggestion](
        key="suggestion",
        translation_key="suggestion",
        part=Part.MARKET,
        section=lambda house: house.suggestion,
        value=lambda suggestion: suggestion.state,
        attributes=lambda suggestion: {
            "suggestion": suggestion.id,
            "question": suggestion.question,
            "slot": suggestion.slot,
            "start": suggestion.start,
            "end": suggestion.end,
            "gain": in_currency(suggestion.gain),
            "expires_at": suggestion.expires_at,
        },
        device_class=SensorDeviceClass.ENUM,
        options=[*SuggestionState],
    ),
    DemsSensorDescription[Suggestion](
        key="suggestion_action",
        translation_key="suggestion_action",
        part=Part.MARKET,
        section=lambda house: house.suggestion,
        value=lambda suggestion: suggestion.action,
        device_class=SensorDeviceClass.ENUM,
        options=[*Action],
    ),
    DemsSensorDescription[Suggestion](
        key="suggestion_energy",
        translation_key="suggestion_energy",
        part=Part.MARKET,
        section=lambda house: house.suggestion,
        value=lambda suggestion: suggestion.energy,
        attributes=lambda suggestion: {"start": suggestion.start, "end": suggestion.end},
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_display_precision=0,
    ),
    DemsSensorDescription[Suggestion](
        key="suggestion_reason",
        translation_key="suggestion_reason",
        part=Part.MARKET,
        section=lambda house: house.suggestion,
        value=lambda suggestion: known_code(suggestion.reason, SUGGESTION_REASONS) or NONE,
        attributes=lambda suggestion: _why(suggestion.reason),
        device_class=SensorDeviceClass.ENUM,
        options=_reasons(SUGGESTION_REASONS),
    ),
    DemsSensorDescription[Suggestion](
        key="suggestion_expires",
        translation_key="suggestion_expires",
        part=Part.MARKET,
        section=lambda house: house.suggestion,
        value=lambda suggestion: suggestion.expires_at,
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
)
FORESIGHT_SENSORS: Final = (*FORECAST_SENSORS, *PLAN_SENSORS, *MARKET_SENSORS)
