"""The Timedata service, by itself and through JSON-RPC."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from openems_bridge.fake_edge.app import FakeEdge
from openems_bridge.fake_edge.history import History, day_bounds, steps_between, timestamp
from openems_bridge.fake_edge.options import FakeEdgeOptions
from tests.fake_edge.client import WsClient
from tests.fake_edge.conftest import STANDING_STILL, connect, start

MIDNIGHT = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())


class AtSix:
    """A clock that says six in the morning."""

    def utc(self) -> float:
        return MIDNIGHT + 6 * 3600

    def monotonic(self) -> float:
        return 0.0


def params(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "fromDate": "2026-11-20",
        "toDate": "2026-11-20",
        "timezone": "UTC",
        "channels": ["_sum/EssSoc", "_sum/GridActivePower"],
        "resolution": {"value": 15, "unit": "MINUTES"},
    }
    return {**values, **changes}


@pytest.fixture
async def old_edge(stack: AsyncExitStack) -> FakeEdge:
    """An Edge that has run from six to half past seven."""
    options = FakeEdgeOptions(cycle_ms=STANDING_STILL, start=8 * 3600.0)
    edge = await stack.enter_async_context(FakeEdge(options, AtSix()))
    await edge.step(5400)
    return edge


@pytest.fixture
async def asking(old_edge: FakeEdge, session: aiohttp.ClientSession, stack: AsyncExitStack) -> WsClient:
    return await connect(old_edge, session, stack)


async def test_data_has_a_value_for_each_step_of_the_inclusive_days(asking: WsClient) -> None:
    result = await asking.call("queryHistoricTimeseriesData", params(toDate="2026-11-21"))
    assert len(result["timestamps"]) == 2 * 96
    assert result["timestamps"][:2] == ["2026-11-20T00:00:00Z", "2026-11-20T00:15:00Z"]
    soc = result["data"]["_sum/EssSoc"]
    assert soc[: 6 * 4] == [None] * 24
    assert all(isinstance(value, int) for value in soc[24:30])
    assert soc[30:] == [None] * (192 - 30)


async def test_energy_per_period_adds_up_to_the_energy(old_edge: FakeEdge, asking: WsClient) -> None:
    channel = "_sum/ConsumptionActiveEnergy"
    result = await asking.call("queryHistoricTimeseriesEnergyPerPeriod", params(channels=[channel]))
    steps = [value for value in result["data"][channel] if value is not None]
    # The counter was first noted a minute after the start, so the first quarter of an hour is not known.
    assert len(steps) == 5
    total = await asking.call("queryHistoricTimeseriesEnergy", params(channels=[channel]))
    counter = old_edge.core.value(channel)
    assert isinstance(counter, int)
    assert sum(steps) <= total["data"][channel] <= counter
    assert counter - total["data"][channel] < 60


async def test_history_needs_no_login_but_a_service(
    session: aiohttp.ClientSession, stack: AsyncExitStack
) -> None:
    edge = await start(stack, timedata=False)
    client = await connect(edge, session, stack)
    for method in (
        "queryHistoricTimeseriesData",
        "queryHistoricTimeseriesEnergy",
        "queryHistoricTimeseriesEnergyPerPeriod",
    ):
        error = await client.error(method, params())
        assert (error["code"], error["message"]) == (1, "There is no Timedata-Service available!")


@pytest.mark.parametrize(
    "wrong",
    [
        {"fromDate": "yesterday"},
        {"toDate": "2026-11-19"},
        {"timezone": "Mars/Olympus"},
        {"resolution": {"value": 0, "unit": "MINUTES"}},
        {"resolution": {"value": 1, "unit": "FORTNIGHTS"}},
        {"channels": "_sum/EssSoc"},
    ],
)
async def test_a_question_that_makes_no_sense_is_an_error(asking: WsClient, wrong: dict[str, Any]) -> None:
    assert "code" in await asking.error("queryHistoricTimeseriesData", params(**wrong))


def test_a_local_day_has_92_96_or_100_quarters() -> None:
    for day, quarters in [("2026-03-29", 92), ("2026-06-01", 96), ("2026-10-25", 100)]:
        assert len(steps_between(day, day, "Europe/Berlin", 15, "MINUTES")) == quarters
    assert steps_between("2026-03-28", "2026-03-30", "Europe/Berlin", 1, "DAYS")[1] == day_bounds(
        "2026-03-29", "2026-03-29", "Europe/Berlin"
    )


def test_a_counter_that_fell_has_no_energy() -> None:
    history = History(["a/Energy"])
    for utc, value in [(0, 100), (60, 200), (120, 50), (180, 80)]:
        history.note(utc, {"a/Energy": value})
    assert history.energy("a/Energy", 0, 60) == 100
    assert history.energy("a/Energy", 60, 120) is None
    assert history.energy("a/Energy", 120, 180) == 30
    assert history.energy("b/Energy", 0, 60) is None


def test_a_power_is_its_mean() -> None:
    history = History(["a/Power"])
    for utc in range(1, 61):
        history.note(utc, {"a/Power": utc})
    assert history.data("a/Power", [(0, 60), (60, 120)]) == [30, None]


def test_timestamps_are_utc() -> None:
    assert timestamp(MIDNIGHT) == "2026-11-20T00:00:00Z"


def test_a_clock_that_is_set_back_overwrites_the_past() -> None:
    history = History(["a/Energy"])
    for utc, value in [(0, 0), (60, 10), (120, 20), (180, 30), (60, 40), (120, 50)]:
        history.note(utc, {"a/Energy": value})
    assert history.energy("a/Energy", 0, 60) == 40
    assert history.energy("a/Energy", 60, 120) == 10
    assert history.energy("a/Energy", 120, 180) is None
