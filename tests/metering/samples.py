"""Samples of an Edge, and a meter that is fed with them."""

from collections.abc import Iterable, Mapping

from dems_protocol.slots import SlotGrid
from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.metering.readings import Reading
from openems_bridge.metering.slot_meter import SlotMeter
from openems_bridge.metering.state import MeterState
from openems_bridge.telemetry import Register, SourceClass, Telemetry

GRID = SlotGrid()
METER = SlotMeter(grid=GRID, source=SourceClass.SIMULATION)
SLOT = 2_000_000
T0 = GRID.start(SLOT)
"""The first second of SLOT."""
W = Register.WITHDRAWAL


def sample(
    at: float, counters: Mapping[Register, int | None] | None = None, **powers: int | None
) -> Telemetry:
    """Return a sample measured ``at`` (UTC s)."""
    return Telemetry(measured_at=at, received_at=at, counters=counters or {}, **powers)  # type: ignore[arg-type]


def withdrawal(at: float, value: int | None) -> Telemetry:
    """Return a sample whose only counter is the withdrawal's."""
    return sample(at, {W: value})


def feed(
    samples: Iterable[Telemetry],
    state: MeterState | None = None,
    *,
    meter: SlotMeter = METER,
    records: EnergyHistory | None = None,
) -> tuple[MeterState, list[Reading]]:
    """Feed samples one after the other; records are given wherever the meter wants some."""
    state = meter.begin() if state is None else state
    readings: list[Reading] = []
    for each in samples:
        wanted = meter.history_wanted(state, each)
        observed = meter.observe(state, each, None if wanted is None else records)
        state = observed.state
        readings += observed.closed
    return state, readings


def dense(start: int, end: int, value: int, power_w: int = 3600) -> list[Telemetry]:
    """Return samples at 1 Hz in [start, end] of a counter that shows ``value`` at ``start`` and grows evenly."""
    return [withdrawal(at, value + (at - start) * power_w // 3600) for at in range(start, end + 1)]
