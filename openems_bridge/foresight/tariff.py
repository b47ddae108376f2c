"""What a kWh costs, slot by slot: fixed or a series, with estimates (marked as such) where a series does not reach. Pure.

Prices are integers of micro-units of the currency per kWh.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from dems_node.json_types import Json
from dems_protocol.slots import SlotGrid
from openems_bridge.foresight.options import TariffOptions

LARGEST_PRICE = 10**12
MOST_PERIODS = 2000
KEPT_SECONDS = 40 * 86_400
"""So long the prices of the past are kept: what is unknown is estimated from the same hour of these days."""


@dataclass(frozen=True, slots=True, order=True)
class PricePeriod:
    """A price from ``start`` until ``end`` (UTC s)."""

    start: int
    end: int
    price: int


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Prices of one direction: a fixed one, or periods in ascending order that do not overlap."""

    fixed: int | None = None
    periods: tuple[PricePeriod, ...] = ()

    def at(self, start: int, end: int) -> int | None:
        """Return the mean price of [start, end) (UTC s), None unless all of it is known."""
        if self.fixed is not None:
            return self.fixed
        weighted = covered = 0
        for period in self.periods:
            seconds = min(end, period.end) - max(start, period.start)
            if seconds > 0:
                weighted += period.price * seconds
                covered += seconds
        return round(weighted / covered) if covered == end - start else None

    @property
    def until(self) -> int | None:
        """The end of what is known (UTC s), None where there is no end or nothing is known."""
        return self.periods[-1].end if self.fixed is None and self.periods else None

    def after(self, older: PriceSeries, now: float) -> PriceSeries:
        """Return this series with what an older one knew of the last days before it began."""
        if self.fixed is not None or not self.periods:
            return self
        first = self.periods[0].start
        kept = tuple(
            PricePeriod(period.start, min(period.end, first), period.price)
            for period in older.periods
            if period.start < first and period.end > now - KEPT_SECONDS
        )
        return PriceSeries(periods=(*kept, *self.periods))

    def document(self) -> Json:
        """Return it as the API and the store write it."""
        if self.fixed is not None:
            return self.fixed
        return [{"from": one.start, "to": one.end, "price": one.price} for one in self.periods]

    @classmethod
    def read(cls, document: Any) -> Self:
        """Read a fixed price or a list of periods. Raises ValueError that says what is wrong with which entry."""
        if isinstance(document, int) and not isinstance(document, bool):
            return cls(fixed=document)
        periods = sorted(PricePeriod(one["from"], one["to"], one["price"]) for one in document)
        for index, period in enumerate(periods):
            if period.end <= period.start:
                raise ValueError(f"a period from {period.start} to {period.end} has no length")
            if index and periods[index - 1].end > period.start:
                raise ValueError(f"two periods overlap at {period.start}")
        return cls(periods=tuple(periods))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPrice:
    """What a kWh costs in a slot. Estimated: nobody has told it."""

    import_price: int
    export_price: int
    import_estimated: bool = False
    export_estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """A household's retail contract. ``imports`` is what it pays for a kWh, ``exports`` what it gets for one."""

    currency: str
    imports: PriceSeries
    exports: PriceSeries
    assumed: bool = False
    """Whether nobody has told it: then every price is an estimate."""

    @classmethod
    def configured(cls, options: TariffOptions) -> Self:
        """Return the fixed tariff of the configuration."""
        return cls(
            currency=options.currency,
            imports=PriceSeries(fixed=options.import_price),
            exports=PriceSeries(fixed=options.export_price),
            assumed=not options.is_given,
        )

    @property
    def until(self) -> int | None:
        """Until when (UTC s) both prices are known, None for a fixed tariff."""
        ends = [end for end in (self.imports.until, self.exports.until) if end is not None]
        return min(ends, default=None)

    def document(self) -> Mapping[str, Json]:
        """Return it as a JSON document."""
        return {
            "currency": self.currency,
            "import": self.imports.document(),
            "export": self.exports.document(),
        }

    @classmethod
    def read(cls, document: Any) -> Self:
        """Read ``document``'s output. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            currency=str(document["currency"]),
            imports=PriceSeries.read(document["import"]),
            exports=PriceSeries.read(document["export"]),
        )

    def after(self, older: Tariff | None, now: float) -> Tariff:
        """Return this tariff with what an older one in the same currency knew of the last days."""
        if older is None or older.currency != self.currency:
            return self
        return Tariff(
            currency=self.currency,
            imports=self.imports.after(older.imports, now),
            exports=self.exports.after(older.exports, now),
        )

    def prices(self, grid: SlotGrid, slots: Iterable[int], zone: ZoneInfo) -> Sequence[SlotPrice]:
        """Return the price of each slot; unknown ones are estimated by the known ones of the same local hour."""
        imports, exports = _Estimate(self.imports, grid, zone), _Estimate(self.exports, grid, zone)
        found = []
        for slot in slots:
            bought, is_bought = imports.at(slot)
            sold, is_sold = exports.at(slot)
            # Selling above the buying price would be a money pump that only an estimate can make.
            if (not is_bought or not is_sold) and sold > bought:
                sold = bought
            found.append(
                SlotPrice(
                    import_price=bought,
                    export_price=sold,
                    import_estimated=self.assumed or not is_bought,
                    export_estimated=self.assumed or not is_sold,
                )
            )
        return found


class _Estimate:
    """Known prices, and means of them by the local hour."""

    def __init__(self, series: PriceSeries, grid: SlotGrid, zone: ZoneInfo) -> None:
        self._series = series
        self._grid = grid
        self._zone = zone
        self._hours = _hourly_means(series, zone)
        means = list(self._hours.values())
        self._mean = round(sum(means) / len(means)) if means else 0

    def at(self, slot: int) -> tuple[int, bool]:
        """Return a slot's price and whether it is known."""
        known = self._series.at(self._grid.start(slot), self._grid.end(slot))
        if known is not None:
            return known, True
        return self._hours.get(_hour(self._grid.start(slot), self._zone), self._mean), False


def _hourly_means(series: PriceSeries, zone: ZoneInfo) -> dict[int, int]:
    sums: dict[int, tuple[int, int]] = {}
    for period in series.periods:
        moment = period.start
        while moment < period.end:
            until = min(period.end, (moment // 3600 + 1) * 3600)
            hour = _hour(moment, zone)
            total, seconds = sums.get(hour, (0, 0))
            sums[hour] = (total + period.price * (until - moment), seconds + until - moment)
            moment = until
    return {hour: round(total / seconds) for hour, (total, seconds) in sums.items()}


def _hour(moment: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(moment, zone).hour
