"""Slots that have ended become readings, once each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dems_protocol.slots import SlotGrid
from openems_bridge.metering.attribution import LONGEST_GAP_SLOTS
from openems_bridge.metering.division import MS
from openems_bridge.metering.readings import Quality, Reading
from openems_bridge.metering.state import MeterState, Portion, RegisterState
from openems_bridge.telemetry import Register, SourceClass

_LONGEST_WAIT_SECONDS = 120
DORMANT_AFTER = 96
"""How many times in a row a register is missed before it is no longer waited for."""


def close_slots(
    grid: SlotGrid, source: SourceClass, state: MeterState, at: int
) -> tuple[MeterState, tuple[Reading, ...]]:
    """Close the slots that have ended at ``at`` (UTC ms), and return their readings in ascending order.

    A register that has no value since the end of a slot (the Edge has just started, its meter does not answer) is
    waited for, two minutes and half a slot at most. Then the slot is closed without it, and what it counts later
    goes to the slot that is open then: closed readings never change. A register that was missed 96 times in a row is
    not waited for any more, and left out of the readings until it comes back.
    """
    if state.open_slot is None:
        return state, ()
    slot = at // (grid.seconds * MS)
    if slot <= state.open_slot:
        return state, ()
    awaited = {register: known for register, known in state.registers.items() if known.missed < DORMANT_AFTER}
    late = {register for register, known in awaited.items() if known.seen_at < slot * grid.seconds * MS}
    waiting_since = at if state.waiting_since is None else state.waiting_since
    longest = min(_LONGEST_WAIT_SECONDS, grid.seconds // 2) * MS
    if late and 0 <= at - waiting_since < longest:
        return replace(state, waiting_since=waiting_since), ()
    readings = tuple(
        _reading(grid, source, state.registers, each)
        for each in _ended(state.registers, state.open_slot, slot)
    )
    registers = {
        register: replace(
            known,
            portions={each: portion for each, portion in known.portions.items() if each >= slot},
            missed=known.missed + 1 if register in late else known.missed,
        )
        for register, known in state.registers.items()
    }
    return replace(state, open_slot=slot, registers=registers, waiting_since=None), readings


def _ended(registers: Mapping[Register, RegisterState], first: int, end: int) -> Sequence[int]:
    recent = range(max(first, end - LONGEST_GAP_SLOTS), end)
    older = {slot for known in registers.values() for slot in known.portions if slot < recent.start}
    return [*sorted(older), *recent]


def _reading(
    grid: SlotGrid, source: SourceClass, registers: Mapping[Register, RegisterState], slot: int
) -> Reading:
    start, end = grid.start(slot) * MS, grid.end(slot) * MS
    portions = {
        register: _until_end(known, slot, start, end)
        for register, known in registers.items()
        if known.missed < DORMANT_AFTER or slot in known.portions
    }
    uncovered = max((portion.uncovered for portion in portions.values()), default=end - start)
    covered_seconds = max(0, (end - start - uncovered) // MS)
    if covered_seconds < grid.seconds:
        quality = Quality.PARTIAL
    elif any(portion.estimated for portion in portions.values()):
        quality = Quality.ESTIMATED
    else:
        quality = Quality.COMPLETE
    measured = {
        register: portion for register, portion in portions.items() if slot in registers[register].portions
    }
    return Reading(
        slot=slot,
        energy={register: portion.energy for register, portion in measured.items()},
        quality=quality,
        covered_seconds=covered_seconds,
        source=source,
        integrated=frozenset(register for register, portion in measured.items() if portion.integrated),
    )


def _until_end(known: RegisterState, slot: int, start: int, end: int) -> Portion:
    portion = known.portions.get(slot)
    if portion is None:
        return Portion(uncovered=end - start)
    silent = max(0, end - max(known.seen_at, start))
    return replace(portion, uncovered=portion.uncovered + silent)
