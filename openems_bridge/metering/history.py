"""What to ask the Edge's records for, and how to read the answer. No I/O."""

import math
from dataclasses import dataclass

from dems_protocol.slots import SlotGrid
from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.metering.division import MS, Recorded
from openems_bridge.telemetry import Register

_FINE_STEP_SECONDS = 300
_FINE_GAP_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """Energy per step in [start, end), UTC s, both multiples of the step: as ``Edge.energy_history`` takes it."""

    start: int
    end: int
    step_seconds: int


def request_for(grid: SlotGrid, start: int, end: int) -> HistoryRequest | None:
    """Return what to ask for a gap [start, end) (UTC ms), None where the history could tell nothing new.

    Steps are five minutes, or less where slots ask for it; in gaps of more than a week a slot. A gap within one slot
    that is shorter than two steps is not worth a question: its sum is counted, and there is nothing to divide.
    """
    step = math.gcd(grid.seconds, _FINE_STEP_SECONDS)
    if end - start > _FINE_GAP_SECONDS * MS:
        step = grid.seconds
    within_slot = start // (grid.seconds * MS) == end // (grid.seconds * MS)
    if end <= start or (within_slot and end - start < 2 * step * MS):
        return None
    first = start // (step * MS)
    last = -(-end // (step * MS))
    return HistoryRequest(start=first * step, end=last * step, step_seconds=step)


def recorded(
    history: EnergyHistory, register: Register, grid: SlotGrid, start: int, end: int
) -> Recorded | None:
    """Return what a history knows of a register in the gap [start, end) (UTC ms), None if it knows nothing."""
    steps = history.steps.get(register, ())
    if all(step is None for step in steps):
        return None
    step_ms = history.step_seconds * MS
    slot_ms = grid.seconds * MS
    known: dict[int, int] = {}
    unknown: dict[int, int] = {}
    whole = 0
    moment = start
    while moment < end:
        index = (moment - history.start * MS) // step_ms
        step_start = history.start * MS + index * step_ms
        slot = moment // slot_ms
        until = min(end, step_start + step_ms, (slot + 1) * slot_ms)
        energy = steps[index] if 0 <= index < len(steps) else None
        if energy is None or energy < 0:
            unknown[slot] = unknown.get(slot, 0) + until - moment
        else:
            known[slot] = known.get(slot, 0) + energy * (until - moment)
            if until == step_start + step_ms and step_start >= start:
                whole += energy
        moment = until
    return Recorded(step_ms=step_ms, known=known, unknown=unknown, whole=whole)
