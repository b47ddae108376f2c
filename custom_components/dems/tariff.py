"""What a kWh costs and brings, as the owner says where it is found: fixed, an entity's, or an action's answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.util import dt as dt_util

from .market import MICRO

CONF_TARIFF: Final = "tariff"
CONF_SOURCE: Final = "tariff_source"
CONF_FIXED: Final = "tariff_fixed"
CONF_ENTITY: Final = "tariff_entity"
CONF_SURCHARGE: Final = "tariff_surcharge"
CONF_EXPORT: Final = "tariff_export"

HOUR: Final = timedelta(hours=1)
_LONGEST_PERIOD: Final = timedelta(days=1)
_LISTS: Final = ("raw_today", "raw_tomorrow", "prices_today", "prices_tomorrow", "prices", "data", "forecast")
"""Attributes in which price entities keep the prices to come."""
_START: Final = ("start", "start_time", "startsAt", "from", "time")
_END: Final = ("end", "end_time", "to", "till")
_PRICE: Final = ("value", "price", "total", "price_per_kwh", "electricity_price")
_MINOR_UNITS: Final = frozenset({"ct", "cent", "cents", "c", "¢", "p", "öre", "øre"})
_IN_A_KWH: Final = {"kWh": 1.0, "MWh": 1000.0, "Wh": 0.001}


class Source(StrEnum):
    """Where the price of energy from the supplier is found."""

    FIXED = "fixed"
    ENTITY = "entity"
    NORDPOOL = "nordpool"
    TIBBER = "tibber"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A price (micro-units per kWh) from one UTC second to another."""

    start: int
    end: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffSource:
    """Where the prices come from. Prices per kWh in Home Assistant's currency; ``surcharge`` is added to each that is read."""

    source: Source
    fixed: float | None
    entity: str | None
    surcharge: float
    export: float

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self | None:
        """Return what the options say, None where no tariff was chosen."""
        chosen = options.get(CONF_TARIFF)
        if not chosen:
            return None
        return cls(
            source=Source(chosen[CONF_SOURCE]),
            fixed=chosen.get(CONF_FIXED),
            entity=chosen.get(CONF_ENTITY),
            surcharge=chosen.get(CONF_SURCHARGE, 0.0),
            export=chosen.get(CONF_EXPORT, 0.0),
        )


def micro(price: float) -> int:
    """Return a price per kWh in micro-units."""
    return round(price * MICRO)


def per_kwh(unit: str | None) -> float:
    """Return by what a price in this unit (such as EUR/MWh, ct/kWh) is multiplied to be one per kWh in whole units.

    Raises ValueError for a unit that is none of a price of energy. Nothing said means per kWh.
    """
    if not unit:
        return 1.0
    money, slash, energy = unit.partition("/")
    if not slash or energy.strip() not in _IN_A_KWH:
        raise ValueError(f"{unit} is no price of energy")
    minor = 0.01 if money.strip().lower() in _MINOR_UNITS else 1.0
    return minor / _IN_A_KWH[energy.strip()]


def periods(rows: Iterable[Any], factor: float, surcharge: float) -> list[Period]:
    """Return the prices of rows with a start, a price and perhaps an end, in order; rows without a price are left out.

    A row without an end lasts until the next, the last as long as the one before it, or an hour.
    """
    read = sorted(
        (found for row in rows if isinstance(row, Mapping) if (found := _row(row)) is not None),
        key=lambda one: one[0],
    )
    starts = [start for start, _, _ in read]
    result: list[Period] = []
    for place, (start, end, price) in enumerate(read):
        following = starts[place + 1] if place + 1 < len(starts) else None
        if following == start:
            continue
        length = starts[place] - starts[place - 1] if place and following is None else HOUR
        until = end or following or start + min(length, HOUR)
        if following is not None:
            until = min(until, following)
        if timedelta(0) < until - start <= _LONGEST_PERIOD:
            result.append(
                Period(int(start.timestamp()), int(until.timestamp()), micro(price * factor + surcharge))
            )
    return result


def of_entity(state: str, attributes: Mapping[str, Any], now: datetime, surcharge: float) -> list[Period]:
    """Return the prices that a price entity knows: those of its lists, else the one of the running hour.

    Raises ValueError where its unit is none of a price of energy, or where it knows no price.
    """
    factor = per_kwh(attributes.get("unit_of_measurement"))
    rows = [row for name in _LISTS for row in _list(attributes.get(name))]
    if found := periods(rows, factor, surcharge):
        return found
    hour = now.replace(minute=0, second=0, microsecond=0)
    price = _number(state)
    if price is None:
        raise ValueError(f"{state!r} is no price")
    start = int(hour.timestamp())
    return [Period(start, start + int(HOUR.total_seconds()), micro(price * factor + surcharge))]


def of_nordpool(answers: Sequence[Mapping[str, Any]], surcharge: float) -> list[Period]:
    """Return the prices of the first area in the answers of ``nordpool.get_prices_for_date``, which are per MWh."""
    rows = [row for answer in answers for row in _list(next(iter(answer.values()), None))]
    return periods(rows, 1 / _IN_A_KWH["MWh"], surcharge)


def of_tibber(answer: Mapping[str, Any], surcharge: float) -> list[Period]:
    """Return the prices of the first home in the answer of ``tibber.get_prices``, which are per kWh."""
    homes = answer.get("prices")
    first = next(iter(homes.values()), None) if isinstance(homes, Mapping) else None
    return periods(_list(first), 1.0, surcharge)


def document(imported: Sequence[Period] | int, exported: int, currency: str) -> dict[str, Any]:
    """Return the tariff as the bridge takes it."""
    prices: Any = (
        imported
        if isinstance(imported, int)
        else [{"from": one.start, "to": one.end, "price": one.price} for one in imported]
    )
    return {"currency": currency, "import": prices, "export": exported}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _row(row: Mapping[str, Any]) -> tuple[datetime, datetime | None, float] | None:
    start = _moment(_first(row, _START))
    price = _number(_first(row, _PRICE))
    return None if start is None or price is None else (start, _moment(_first(row, _END)), price)


def _first(row: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((row[key] for key in keys if key in row), None)


def _moment(value: Any) -> datetime | None:
    read = dt_util.parse_datetime(value) if isinstance(value, str) else value
    return dt_util.as_utc(read) if isinstance(read, datetime) else None


def _number(value: Any) -> float | None:
    """Return a finite number, None for anything else."""
    try:
        number = float(value)
    except TypeError, ValueError:
        return None
    return number if abs(number) < float("inf") else None
