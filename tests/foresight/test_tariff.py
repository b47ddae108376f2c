"""Prices by slot: known, averaged, estimated and marked."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems_protocol.slots import SlotGrid
from openems_bridge.foresight.options import TariffOptions
from openems_bridge.foresight.tariff import PricePeriod, PriceSeries, Tariff
from openems_bridge.foresight.time_zone import day_slots, machine_time_zone, month_slots

GRID, BERLIN = SlotGrid(900), ZoneInfo("Europe/Berlin")
NOON = 1_790_000_000 // 86_400 * 86_400 + 10 * 3600


def _hours(*prices: int) -> PriceSeries:
    return PriceSeries(
        periods=tuple(
            PricePeriod(NOON + hour * 3600, NOON + hour * 3600 + 3600, price)
            for hour, price in enumerate(prices)
        )
    )


def test_nobody_told_a_tariff() -> None:
    (price,) = Tariff.configured(TariffOptions()).prices(GRID, [5], BERLIN)
    assert (price.import_price, price.export_price) == (320_000, 80_000)
    assert price.import_estimated


def test_a_slot_that_straddles_periods_has_their_mean() -> None:
    series = PriceSeries(periods=(PricePeriod(0, 600, 100), PricePeriod(600, 1800, 400)))
    assert series.at(0, 900) == 200
    assert series.at(900, 1800) == 400
    assert series.at(1200, 2100) is None, "not wholly known"


def test_unknown_hours_are_those_of_the_day_before_and_marked() -> None:
    tariff = Tariff(currency="EUR", imports=_hours(100_000, 300_000), exports=PriceSeries(fixed=80_000))
    slots = [GRID.slot_at(NOON), GRID.slot_at(NOON + 86_400 + 3600), GRID.slot_at(NOON + 5 * 3600)]
    known, alike, unlike = tariff.prices(GRID, slots, BERLIN)
    assert (known.import_price, known.import_estimated) == (100_000, False)
    assert (alike.import_price, alike.import_estimated) == (300_000, True)
    assert (unlike.import_price, unlike.import_estimated) == (200_000, True)
    assert not unlike.export_estimated


def test_an_estimate_is_no_money_pump() -> None:
    tariff = Tariff(currency="EUR", imports=_hours(50_000), exports=PriceSeries(fixed=80_000))
    (price,) = tariff.prices(GRID, [GRID.slot_at(NOON + 86_400)], BERLIN)
    assert price.export_price <= price.import_price


def test_a_new_series_keeps_what_was_known_before() -> None:
    before = Tariff(currency="EUR", imports=_hours(1, 2, 3), exports=PriceSeries(fixed=0))
    later = Tariff(
        currency="EUR",
        imports=PriceSeries(periods=(PricePeriod(NOON + 5400, NOON + 9000, 9),)),
        exports=PriceSeries(fixed=0),
    )
    merged = later.after(before, NOON)
    assert [period.price for period in merged.imports.periods] == [1, 2, 9]
    assert merged.until == NOON + 9000
    assert Tariff.read(merged.document()) == merged


@pytest.mark.parametrize(
    "document",
    [
        [{"from": 5, "to": 5, "price": 1}],
        [{"from": 0, "to": 9, "price": 1}, {"from": 5, "to": 12, "price": 1}],
    ],
)
def test_nonsense_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match="period"):
        PriceSeries.read(document)


@given(st.integers(1_600_000_000, 1_900_000_000))
def test_days_follow_one_another_without_gap(moment: int) -> None:
    today, tomorrow = day_slots(GRID, BERLIN, moment), day_slots(GRID, BERLIN, moment, later=1)
    assert GRID.slot_at(moment) in today
    assert today.stop == tomorrow.start
    assert len(today) in {92, 96, 100}
    month = month_slots(GRID, BERLIN, moment)
    assert month.start <= today.start < today.stop <= month.stop


def test_the_machines_zone() -> None:
    assert machine_time_zone("Europe/Berlin") == "Europe/Berlin"
    assert ZoneInfo(machine_time_zone("No/Where")).key
