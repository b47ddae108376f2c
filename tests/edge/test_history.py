"""Energy per step from the Edge's records."""

from datetime import UTC, datetime
from typing import Any

import pytest

from openems_bridge.edge.openems.channels import ChannelMap, map_channels
from openems_bridge.edge.openems.history import history_query, keeps_no_history, read_history
from openems_bridge.edge.openems.jsonrpc import RpcError
from openems_bridge.edge.outage import EdgeWrongAnswer
from openems_bridge.telemetry import Register

from . import documents
from .test_components import look

MIDNIGHT = int(datetime(2026, 3, 29, tzinfo=UTC).timestamp())


def channels() -> ChannelMap:
    return map_channels(look(documents.AC_COUPLED))


def test_days_are_utc_and_both_ends_included() -> None:
    query = history_query(channels(), MIDNIGHT - 900, MIDNIGHT + 900, 900)
    assert (query["timezone"], query["fromDate"], query["toDate"]) == ("UTC", "2026-03-28", "2026-03-29")
    assert query["resolution"] == {"value": 15, "unit": "MINUTES"}
    assert "meter0/ActiveProductionEnergy" in query["channels"]
    until_midnight = history_query(channels(), MIDNIGHT - 900, MIDNIGHT, 900)
    assert until_midnight["toDate"] == "2026-03-28"


@pytest.mark.parametrize(
    ("start", "end", "step"),
    [(900, 900, 900), (900, 0, 900), (0, 900, 90), (0, 900, 0), (60, 900, 900), (0, 1, 420)],
)
def test_what_cannot_be_asked(start: int, end: int, step: int) -> None:
    with pytest.raises(ValueError, match=r"history must end|whole minutes"):
        history_query(channels(), start, end, step)


def test_steps_fall_into_place() -> None:
    stamps = [
        "2026-03-28T23:30:00Z",
        "2026-03-28T23:45:00Z",
        "2026-03-29T01:15:00+01:00",
        "2026-03-29T00:00:00Z",
    ]
    result: dict[str, Any] = {
        "timestamps": stamps,
        "data": {
            "meter0/ActiveProductionEnergy": [1, 20, 40, 30],
            "meter0/ActiveConsumptionEnergy": [1, None, 3.6, -5],
            "_sum/ConsumptionActiveEnergy": [1],
        },
    }
    history = read_history(channels(), result, MIDNIGHT - 900, MIDNIGHT + 2700, 900)
    assert (history.start, history.step_seconds) == (MIDNIGHT - 900, 900)
    assert history.steps[Register.WITHDRAWAL] == [20, 30, 40, None]
    assert history.steps[Register.FEED_IN] == [None, None, 4, None], "negative energy is no energy"
    assert history.steps[Register.CONSUMPTION] == [None] * 4
    assert history.steps[Register.GENERATION] == [None] * 4


def test_registers_without_channels_are_left_out() -> None:
    history = read_history(map_channels(look(documents.NO_ESS)), {"timestamps": [], "data": {}}, 0, 900, 900)
    assert Register.BATTERY_CHARGE not in history.steps


@pytest.mark.parametrize(
    "result", [{}, {"timestamps": [], "data": []}, {"timestamps": ["yesterday"], "data": {}}]
)
def test_other_answers_are_refused(result: dict[str, Any]) -> None:
    with pytest.raises(EdgeWrongAnswer):
        read_history(channels(), result, 0, 900, 900)


def test_edges_without_records() -> None:
    assert keeps_no_history(RpcError("m", 1, "There is no Timedata-Service available!"))
    assert keeps_no_history(RpcError("m", 1, 'Endpoint with method "m" is not defined!'))
    assert not keeps_no_history(RpcError("m", 1002, "role"))
