"""The Edge's own records: energy per step. Pure, but for the one call that the adapter makes between the two.

Source: facts/openems.md, ``queryHistoricTimeseriesEnergyPerPeriod``: whole days in, both ends included, by the time
zone that is named. The bridge names UTC, so that days have 24 hours and steps begin where slots do.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.edge.openems.channels import ChannelMap, total
from openems_bridge.edge.openems.jsonrpc import GENERIC, RpcError
from openems_bridge.edge.outage import EdgeWrongAnswer

METHOD = "queryHistoricTimeseriesEnergyPerPeriod"


def history_query(channels: ChannelMap, start: int, end: int, step_seconds: int) -> dict[str, Any]:
    """Return the parameters that ask for [start, end) (UTC s) in steps.

    Raises ValueError for an empty span, and for steps that are not whole minutes that divide a day.
    """
    if end <= start:
        raise ValueError(f"the history must end after it starts: {start} .. {end}")
    if step_seconds <= 0 or step_seconds % 60 or 86400 % step_seconds or start % step_seconds:
        raise ValueError(
            f"steps are whole minutes that divide a day, from a step's start: {start}, {step_seconds} s"
        )
    return {
        "timezone": "UTC",
        "fromDate": _date(start),
        "toDate": _date(end - 1),
        "channels": sorted({address for group in channels.counters.values() for address in group}),
        "resolution": {"value": step_seconds // 60, "unit": "MINUTES"},
    }


def read_history(
    channels: ChannelMap, result: Mapping[str, Any], start: int, end: int, step_seconds: int
) -> EnergyHistory:
    """Return the steps of [start, end) of an answer; None for a step that it lacks. Raises EdgeWrongAnswer."""
    timestamps, data = result.get("timestamps"), result.get("data")
    if not isinstance(timestamps, list) or not isinstance(data, dict):
        raise EdgeWrongAnswer("The Edge's history has no timestamps and data.")
    places = [_place(stamp, start, end, step_seconds) for stamp in timestamps]
    count = -(-(end - start) // step_seconds)
    return EnergyHistory(
        start=start,
        step_seconds=step_seconds,
        steps={
            register: _steps(addresses, data, places, count)
            for register, addresses in channels.counters.items()
            if addresses
        },
    )


def keeps_no_history(error: RpcError) -> bool:
    """Return whether an error only says that this Edge records nothing (no Timedata, or no such call)."""
    return error.code == GENERIC and ("Timedata" in error.text or "is not defined" in error.text)


def _steps(
    addresses: Sequence[str], data: Mapping[str, Any], places: Sequence[int | None], count: int
) -> list[int | None]:
    steps: list[int | None] = [None] * count
    series = {address: data.get(address) for address in addresses}
    for index, place in enumerate(places):
        if place is None:
            continue
        row = {
            address: values[index] if isinstance(values, list) and index < len(values) else None
            for address, values in series.items()
        }
        energy = total(row, tuple(addresses))
        steps[place] = energy if energy is not None and energy >= 0 else None
    return steps


def _place(stamp: object, start: int, end: int, step_seconds: int) -> int | None:
    try:
        moment = datetime.fromisoformat(str(stamp))
    except ValueError as error:
        raise EdgeWrongAnswer(f"The Edge's history has the time {stamp!r}.") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    offset = int(moment.timestamp()) - start
    if offset % step_seconds or not 0 <= offset < end - start:
        return None
    return offset // step_seconds


def _date(unix_time: int) -> str:
    return datetime.fromtimestamp(unix_time, UTC).date().isoformat()
