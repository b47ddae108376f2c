"""Results as hourly statistics: dated to their slot, written anew when they change, and never counted twice."""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web
from homeassistant.components.energy.data import GridSourceType, async_get_manager
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from hypothesis import given
from hypothesis import strategies as st
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dems.const import DOMAIN
from custom_components.dems.errors import InvalidAnswer
from custom_components.dems.ledger import SettledSlot, read_settlement
from custom_components.dems.prices import PriceList
from custom_components.dems.settlement import HOUR, Series, hour_of, hourly

from .bridge import FakeBridge, problem, until
from .conftest import SetUp
from .samples import BRIDGE_ID, member

PREFIX = f"dems:{BRIDGE_ID}"
PATIENCE_SECONDS = 20.0
INSIDE, OUTSIDE = f"{PREFIX}_withdrawal_inside", f"{PREFIX}_withdrawal_outside"
SLOT = 900
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
BEGIN = hour_of(datetime.now(UTC)) - timedelta(hours=12)
"""Half a day ago, at a full hour."""
FIRST = int(BEGIN.timestamp()) // SLOT


@pytest.fixture(autouse=True)
def _custom_integrations(
    recorder_mock: Recorder, enable_custom_integrations: None, socket_enabled: None
) -> None:
    """Let the recorder be there before the integration is."""


@pytest.fixture(autouse=True)
def _quiet_database() -> Iterator[None]:
    """Every SQL statement is logged otherwise, which takes longer than executing it."""
    loggers = [logging.getLogger(name) for name in ("sqlalchemy.engine", "homeassistant.components.recorder")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """Write at once, and try again at once."""
    with (
        patch("custom_components.dems.settlement.GATHERING", 0),
        patch("custom_components.dems.settlement.SHORTEST_PAUSE", 0.01),
    ):
        yield


@pytest.fixture(autouse=True)
def _member(bridge: FakeBridge) -> None:
    bridge.document = member(netting={"slot": FIRST})


async def _rows(hass: HomeAssistant, statistic: str) -> list[tuple[int, float, float]]:
    """Return a statistic's rows: hours since BEGIN, state, sum."""
    await get_instance(hass).async_block_till_done()
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, EPOCH, None, {statistic}, "hour", None, {"state", "sum"}
    )
    return [
        (int((row["start"] - BEGIN.timestamp()) // 3600), row["state"] or 0.0, row["sum"] or 0.0)
        for row in found.get(statistic, [])
    ]


async def _reload(hass: HomeAssistant, bridge: FakeBridge, entry: MockConfigEntry) -> None:
    """Set the household up again, once it is connected."""
    await until(lambda: bridge.sockets)
    connected, asked = len(bridge.queries), len(bridge.settlement_queries)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(lambda: len(bridge.queries) > connected and bridge.sockets)
    # What is there comes with one page, and with an empty one after it.
    await _written(bridge, asked + (2 if bridge.settled else 1))


async def _written(bridge: FakeBridge, count: int) -> None:
    """Wait until results were fetched so many times."""
    await until(lambda: len(bridge.settlement_queries) >= count)


async def _shows(hass: HomeAssistant, statistic: str, rows: Sequence[tuple[int, float, float]]) -> None:
    """Wait until a statistic has these rows."""
    seen: Sequence[tuple[int, float, float]] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        seen = await _rows(hass, statistic)
        if list(seen) == list(rows):
            return
        await asyncio.sleep(0.02)
    assert list(seen) == list(rows)


async def test_hours_of_the_slots(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """Slots go into the hour in which they begin; an hour without a result adds nothing and leaves no gap."""
    for place in range(4):
        bridge.settle(FIRST + place, (10, 15), (1, 2))
    bridge.settle(FIRST + 9, (7, 0))
    bridge.settle(FIRST + 10, None)
    await set_up()
    await _shows(hass, INSIDE, [(0, 40, 40), (1, 0, 40), (2, 7, 47)])
    await _shows(hass, OUTSIDE, [(0, 60, 60), (1, 0, 60), (2, 0, 60)])
    await _shows(hass, f"{PREFIX}_feed_in_inside", [(0, 4, 4), (1, 0, 4), (2, 0, 4)])
    await _shows(hass, f"{PREFIX}_feed_in_outside", [(0, 8, 8), (1, 0, 8), (2, 0, 8)])
    metadata = get_metadata(hass, statistic_source=DOMAIN)
    assert len(metadata) == 4, "no prices, no costs"
    _, inside = metadata[INSIDE]
    assert inside["name"] == "Musterhaus: from the community"
    assert (inside["unit_of_measurement"], inside["unit_class"]) == ("Wh", "energy")
    assert (inside["has_sum"], inside["mean_type"]) == (True, StatisticMeanType.NONE)


async def test_results_that_come_later_are_added_once(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    bridge.settle(FIRST, (10, 5))
    await set_up()
    await until(lambda: bridge.sockets)
    await _shows(hass, INSIDE, [(0, 10, 10)])
    for place in range(1, 6):
        bridge.settle(FIRST + place, (10, 5))
        await bridge.happen("netting_settled", slot=FIRST + place, revision=0)
        await bridge.change(netting={"slot": FIRST + place})
    await _shows(hass, INSIDE, [(0, 40, 40), (1, 20, 60)])
    await _shows(hass, OUTSIDE, [(0, 20, 20), (1, 10, 30)])


async def test_voided_slot_is_taken_out_and_late_result_comes_in(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    """Also many hours later: the hour and every sum after it are written again."""
    for place in range(0, 40, 4):
        bridge.settle(FIRST + place, (10, 5))
    await set_up()
    await until(lambda: bridge.sockets)
    await _shows(hass, INSIDE, [(hour, 10, 10 * (hour + 1)) for hour in range(10)])
    bridge.settle(FIRST + 4, None)
    await bridge.happen("netting_settled", slot=FIRST + 4, revision=1)
    await _shows(hass, INSIDE, [(hour, 10 * (hour != 1), 10 * (hour + (hour < 1))) for hour in range(10)])
    bridge.settle(FIRST + 4, (3, 12))
    bridge.settle(FIRST + 5, (1, 0))
    await bridge.happen("netting_settled", slot=FIRST + 4, revision=2)
    await _shows(
        hass, INSIDE, [(0, 10, 10), (1, 4, 14), *((hour, 10, 10 * hour + 4) for hour in range(2, 10))]
    )
    asked = [int(query["from"]) for query in bridge.settlement_queries]
    assert asked[0] == 0
    assert FIRST + 4 in asked[1:]
    assert min(asked[1:]) == FIRST + 4, "not from the beginning again"


async def test_events_that_say_nothing_of_use(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.settle(FIRST, (10, 5))
    await set_up()
    await until(lambda: bridge.sockets)
    await _shows(hass, INSIDE, [(0, 10, 10)])
    bridge.settle(FIRST + 1, (1, 0))
    await bridge.happen("reading_verified", slot=FIRST)
    await bridge.happen("netting_settled", slot=10**18)
    await bridge.happen("netting_settled", slot=-(10**18))
    await bridge.happen("netting_settled")
    await _shows(hass, INSIDE, [(0, 11, 11)])


async def test_only_slot_is_voided(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.settle(FIRST, (10, 5))
    await set_up()
    await until(lambda: bridge.sockets)
    await _shows(hass, INSIDE, [(0, 10, 10)])
    bridge.settle(FIRST, None)
    await bridge.happen("netting_settled", slot=FIRST, revision=1)
    await _shows(hass, INSIDE, [(0, 0, 0)])


async def test_restarts_add_nothing(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    for place in range(12):
        bridge.settle(FIRST + place, (10, 5))
    entry = await set_up()
    rows = [(hour, 40, 40.0 * (hour + 1)) for hour in range(3)]
    await _shows(hass, INSIDE, rows)
    for _ in range(3):
        await _reload(hass, bridge, entry)
        await get_instance(hass).async_block_till_done()
        assert await _rows(hass, INSIDE) == rows


async def test_what_the_bridge_has_forgotten_stays(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp
) -> None:
    """A bridge that was set up anew knows nothing of the time before."""
    for place in range(8):
        bridge.settle(FIRST + place, (10, 5))
    entry = await set_up()
    await _shows(hass, INSIDE, [(0, 40, 40), (1, 40, 80)])
    bridge.settled.clear()
    await _reload(hass, bridge, entry)
    assert await _rows(hass, INSIDE) == [(0, 40, 40), (1, 40, 80)]
    assert len(bridge.settlement_queries) == 3
    bridge.settle(FIRST + 16, (6, 0))
    await _reload(hass, bridge, entry)
    await _shows(hass, INSIDE, [(0, 40, 40), (1, 40, 80), (2, 0, 80), (3, 0, 80), (4, 6, 86)])


async def test_costs(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, entry: MockConfigEntry) -> None:
    """Money is counted in the currency, by the price in force at the slot; a price that comes later reaches back."""
    bridge.settle(FIRST, (1000, 2000), (500, 0))
    await set_up()
    await _shows(hass, INSIDE, [(0, 1000, 1000)])
    prices = {"price_withdrawal_inside": 0.25, "price_feed_in_inside": 0.123456}
    hass.config_entries.async_update_entry(entry, options=prices)
    await _reload(hass, bridge, entry)
    await _shows(hass, f"{PREFIX}_cost_inside", [(0, 0.25, 0.25)])
    await _shows(hass, f"{PREFIX}_compensation_inside", [(0, 0.061728, 0.061728)])
    await _shows(hass, INSIDE, [(0, 1000, 1000)])
    metadata = get_metadata(hass, statistic_source=DOMAIN)
    assert metadata.keys() == {
        *(f"{PREFIX}_{way}_{side}" for way in ("withdrawal", "feed_in") for side in ("inside", "outside")),
        f"{PREFIX}_cost_inside",
        f"{PREFIX}_compensation_inside",
    }
    assert metadata[f"{PREFIX}_cost_inside"][1]["unit_of_measurement"] == hass.config.currency

    hass.config_entries.async_update_entry(entry, options={"price_withdrawal_inside": 9.0})
    await _reload(hass, bridge, entry)
    bridge.settle(FIRST + 4, (4000, 0))
    await bridge.change(netting={"slot": FIRST + 4})
    await _shows(hass, f"{PREFIX}_cost_inside", [(0, 0.25, 0.25), (1, 1, 1.25)])


async def test_many_pages(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.page = 3
    for place in range(10):
        bridge.settle(FIRST + place, (1, 0))
    await set_up()
    await _shows(hass, INSIDE, [(0, 4, 4), (1, 4, 8), (2, 2, 10)])
    assert [query["from"] for query in bridge.settlement_queries] == [
        str(first) for first in (0, FIRST + 3, FIRST + 6, FIRST + 9, FIRST + 10)
    ]


async def test_bridge_that_cannot_tell(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked again, logged once when it fails and once when it works."""
    bridge.settle(FIRST, (10, 5))
    asked = 0

    async def broken(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return problem(503, "store-failed")

    bridge.instead["/v1/settlement"] = broken
    await set_up()
    await until(lambda: asked >= 3)
    del bridge.instead["/v1/settlement"]
    await _shows(hass, INSIDE, [(0, 10, 10)])
    await until(lambda: "are written to the statistics again" in caplog.text)
    assert caplog.text.count("results cannot be written to the statistics") == 1


async def test_fault_of_our_own_is_told_and_tried_again(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    bridge.settle(FIRST, (10, 5))
    with patch("custom_components.dems.settlement.hourly", side_effect=RuntimeError("nonsense")):
        await set_up()
        await until(lambda: "results cannot be written to the statistics: nonsense" in caplog.text)
    assert "Traceback" in caplog.text
    await _shows(hass, INSIDE, [(0, 10, 10)])
    caplog.clear()


@pytest.mark.parametrize("document", [{"bridge": {"slot_seconds": None}}, {"netting": None}])
async def test_nothing_is_asked_without_netting_or_slots(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, document: dict[str, Any]
) -> None:
    bridge.document = member(**document)
    await set_up()
    await until(lambda: bridge.sockets)
    await bridge.change(grid={"power": 1})
    await hass.async_block_till_done()
    assert bridge.settlement_queries == []


async def test_nothing_is_decided_yet(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    bridge.settle(FIRST, None)
    await set_up()
    await _written(bridge, 2)
    await until(lambda: bridge.sockets)
    await bridge.change(netting={"slot": FIRST + 1})
    await _written(bridge, 4)
    await get_instance(hass).async_block_till_done()
    assert get_metadata(hass, statistic_source=DOMAIN) == {}


# The energy dashboard

LIVE = "sensor.grid_meter_import"


def _grid(statistic: str) -> GridSourceType:
    return {
        "type": "grid",
        "stat_energy_from": statistic,
        "stat_energy_to": None,
        "stat_cost": None,
        "stat_compensation": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
    }


async def _configure(hass: HomeAssistant, statistics: Iterable[str]) -> None:
    hass.config.components.add("energy")
    manager = await async_get_manager(hass)
    await manager.async_update(
        {
            "energy_sources": [_grid(one) for one in statistics],
            "device_consumption": [],
            "device_consumption_water": [],
        }
    )


async def _dashboard_total(hass: HomeAssistant) -> float:
    """Return what the dashboard shows as drawn from the grid, Wh: the changes of every statistic that it was given."""
    manager = await async_get_manager(hass)
    assert manager.data is not None
    drawn = {
        source["stat_energy_from"] for source in manager.data["energy_sources"] if source["type"] == "grid"
    }
    assert None not in drawn
    await get_instance(hass).async_block_till_done()
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        BEGIN - HOUR,
        None,
        drawn,
        "hour",
        {"energy": "Wh"},
        {"change"},
    )
    return sum(row["change"] or 0.0 for rows in found.values() for row in rows)


async def test_energy_is_not_counted_twice(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    """The live meter, or from community and supplier: both give what the house drew. Who takes both is told so."""
    withdrawals = [(13 * place) % 250 for place in range(24)]
    for place, energy in enumerate(withdrawals):
        bridge.settle(FIRST + place, (energy // 3, energy - energy // 3))
    entry = await set_up()
    await until(lambda: bridge.sockets)
    _import_live_meter(hass, withdrawals)
    issue = f"energy_counted_twice_{entry.entry_id}"
    slot = FIRST + 23

    async def look_again() -> None:
        nonlocal slot
        asked = len(bridge.settlement_queries)
        slot += 1
        await bridge.change(netting={"slot": slot})
        await _written(bridge, asked + 1)

    def is_told() -> bool:
        return ir.async_get(hass).async_get_issue(DOMAIN, issue) is not None

    for statistics in ([LIVE], [INSIDE, OUTSIDE]):
        await _configure(hass, statistics)
        await look_again()
        assert await _dashboard_total(hass) == sum(withdrawals)
        assert not is_told()
    await _configure(hass, [LIVE, INSIDE, OUTSIDE])
    await look_again()
    assert await _dashboard_total(hass) == 2 * sum(withdrawals)
    await until(is_told)
    await _configure(hass, [INSIDE, OUTSIDE])
    await look_again()
    await until(lambda: not is_told())
    assert await _dashboard_total(hass) == sum(withdrawals), "looking again has added nothing"


async def test_no_dashboard_no_complaint(hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp) -> None:
    hass.config.components.add("energy")
    bridge.settle(FIRST, (1, 0))
    entry = await set_up()
    await _shows(hass, INSIDE, [(0, 1, 1)])
    assert not ir.async_get(hass).async_get_issue(DOMAIN, f"energy_counted_twice_{entry.entry_id}")


def _import_live_meter(hass: HomeAssistant, withdrawals: list[int]) -> None:
    """Give the live meter the statistics that the recorder compiles of it: the same energy, by the hour."""
    total, rows = 0, []
    for first in range(0, len(withdrawals), 4):
        total += sum(withdrawals[first : first + 4])
        rows.append(StatisticData(start=BEGIN + first // 4 * HOUR, state=total, sum=total))
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=None,
        source="recorder",
        statistic_id=LIVE,
        unit_class="energy",
        unit_of_measurement="Wh",
    )
    async_import_statistics(hass, metadata, rows)


# The arithmetic

ENERGY = Series(key="e", value=lambda slot: slot.withdrawal_inside, parts=1, unit="Wh", unit_class="energy")
SLOTS = st.dictionaries(st.integers(0, 4 * 24), st.integers(0, 10**6) | st.none())


def _slots(energies: dict[int, int | None]) -> list[SettledSlot]:
    return [
        SettledSlot(
            slot=FIRST + place,
            start=BEGIN + place * timedelta(seconds=SLOT),
            withdrawal_inside=energy,
            withdrawal_outside=0,
            feed_in_inside=0,
            feed_in_outside=0,
        )
        for place, energy in sorted(energies.items())
    ]


@given(energies=SLOTS, base=st.integers(0, 10**9))
def test_sums_add_up(energies: dict[int, int | None], base: int) -> None:
    rows = hourly(_slots(energies), BEGIN, BEGIN + 25 * HOUR, base, ENERGY)
    assert [row["start"] for row in rows] == [BEGIN + hour * HOUR for hour in range(26)]
    assert rows[-1]["sum"] == base + sum(filter(None, energies.values()))
    sums = [float(base), *(row["sum"] or 0.0 for row in rows)]
    assert [row["state"] for row in rows] == [after - before for before, after in pairwise(sums)]


@given(energies=SLOTS, cut=st.integers(1, 24))
def test_rewriting_from_any_hour_gives_the_same(energies: dict[int, int | None], cut: int) -> None:
    """Whoever writes the last hours again, from the sum before them, changes nothing."""
    slots = _slots(energies)
    whole = hourly(slots, BEGIN, BEGIN + 25 * HOUR, 0, ENERGY)
    begin = BEGIN + cut * HOUR
    later = [slot for slot in slots if slot.start >= begin]
    assert hourly(later, begin, BEGIN + 25 * HOUR, whole[cut - 1]["sum"] or 0.0, ENERGY) == whole[cut:]


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"slots": []}, "settlement.slot_seconds"),
        ({"slot_seconds": 0, "slots": []}, "settlement.slot_seconds"),
        ({"slot_seconds": 900, "slots": {}}, "settlement.slots"),
        ({"slot_seconds": 900, "slots": [{"slot": None}]}, "settlement.slots.slot"),
        (
            {"slot_seconds": 900, "slots": [{"slot": 1, "feed_in_inside": -1}]},
            "settlement.slots.feed_in_inside",
        ),
        (
            {"slot_seconds": 900, "slots": [{"slot": 1, "feed_in_inside": 0.5}]},
            "settlement.slots.feed_in_inside",
        ),
        ({"slot_seconds": 900, "slots": [{"slot": 2}, {"slot": 2}]}, "settlement.slots: ascending"),
        ({"slot_seconds": 900, "slots": [{"slot": 10**20}]}, "settlement.slots.slot"),
    ],
)
def test_nonsense_is_no_result(answer: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidAnswer, match=rf"^{path}"):
        read_settlement(answer)


async def test_results_that_were_not_asked_for(
    hass: HomeAssistant, bridge: FakeBridge, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    async def stuck(request: web.Request) -> web.Response:
        return web.json_response({"slot_seconds": 900, "slots": [{"slot": FIRST}]})

    bridge.instead["/v1/settlement"] = stuck
    await set_up()
    await until(lambda: "was not asked for" in caplog.text)


async def test_prices_hold_from_when_they_were_entered(hass: HomeAssistant) -> None:
    prices = PriceList(hass, "01DEMS")
    key = "withdrawal_inside"
    await prices.load({}, BEGIN)
    assert (prices.is_known(key), prices.at(key, BEGIN)) == (False, None)
    await prices.load({"price_withdrawal_inside": 0.2}, BEGIN + HOUR)
    await prices.load({"price_withdrawal_inside": 0.3}, BEGIN + 2 * HOUR)
    await prices.load({"price_withdrawal_inside": 0.3}, BEGIN + 3 * HOUR)
    again = PriceList(hass, "01DEMS")
    await again.load({}, BEGIN + 4 * HOUR)
    assert [again.at(key, BEGIN + hour * HOUR) for hour in range(6)] == [
        200_000,
        200_000,
        300_000,
        300_000,
        None,
        None,
    ]
    assert again.is_known(key)
