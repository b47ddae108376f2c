"""What the household used and generated, slot by slot: its own readings, and before them the Edge's records."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dems_protocol.slots import SlotGrid
from openems_bridge.edge.interface import EnergyHistory
from openems_bridge.telemetry import Register

KEPT_DAYS = 120
"""The forecast looks no further back."""


@dataclass(frozen=True, slots=True)
class PastEnergy:
    """Wh of consecutive slots from ``first_slot`` on; None where unknown."""

    first_slot: int
    load: Sequence[int | None]
    generation: Sequence[int | None]


def load_past(connection: sqlite3.Connection, slot_seconds: int, first: int, end: int) -> PastEnergy:
    """Return what is known of slots ``first <= slot < end``, without the unknown ones before the first known.

    A reading of which seconds are missing tells nothing: its energy is that of the rest.
    """
    rows = connection.execute(
        "SELECT slot, consumption, generation, 0 AS rank FROM past_energy "
        "WHERE slot_seconds = ? AND slot >= ? AND slot < ? "
        "UNION ALL SELECT slot, consumption, generation, 1 AS rank FROM reading "
        "WHERE slot_seconds = ? AND slot >= ? AND slot < ? AND quality != 'partial' ORDER BY slot, rank",
        (slot_seconds, first, end, slot_seconds, first, end),
    ).fetchall()
    begin = rows[0][0] if rows else end
    load: list[int | None] = [None] * (end - begin)
    generation: list[int | None] = [None] * (end - begin)
    for slot, used, generated, _ in rows:
        # A reading comes after the record of the same slot, and counts.
        load[slot - begin] = used if used is not None else load[slot - begin]
        generation[slot - begin] = generated if generated is not None else generation[slot - begin]
    has_plant = any(value is not None for value in generation)
    return PastEnergy(begin, load, generation if has_plant else ())


def keep_records(
    connection: sqlite3.Connection, slot_seconds: int, energy: Mapping[int, tuple[int | None, int | None]]
) -> None:
    """Keep the Edge's records: (consumption, generation) by slot."""
    connection.executemany(
        "INSERT OR REPLACE INTO past_energy (slot_seconds, slot, consumption, generation) VALUES (?, ?, ?, ?)",
        [(slot_seconds, slot, *values) for slot, values in energy.items()],
    )


def prune(connection: sqlite3.Connection, now: float) -> int:
    """Delete records that no forecast looks at any more; return how many."""
    horizon = int(now) - KEPT_DAYS * 86_400
    return connection.execute("DELETE FROM past_energy WHERE slot < ? / slot_seconds", (horizon,)).rowcount


def recorded_slots(history: EnergyHistory, grid: SlotGrid) -> Mapping[int, tuple[int | None, int | None]]:
    """Return consumption and generation by slot of an Edge's records whose steps are slots. Slots without either are left out."""
    used = history.steps.get(Register.CONSUMPTION) or _derived(history)
    generated = history.steps.get(Register.GENERATION, ())
    found = {}
    for index in range(max(len(used), len(generated))):
        slot = grid.slot_at(history.start + index * history.step_seconds)
        values = (_at(used, index), _at(generated, index))
        if values != (None, None):
            found[slot] = values
    return found


def _derived(history: EnergyHistory) -> Sequence[int | None]:
    """Return the consumption that follows from the other registers, for an Edge that does not record it."""
    added = (Register.WITHDRAWAL, Register.GENERATION, Register.BATTERY_DISCHARGE)
    taken = (Register.FEED_IN, Register.BATTERY_CHARGE)
    if Register.WITHDRAWAL not in history.steps:
        return ()
    derived: list[int | None] = []
    for index, withdrawn in enumerate(history.steps[Register.WITHDRAWAL]):
        parts = [(_at(history.steps.get(one, ()), index), 1) for one in added]
        parts += [(_at(history.steps.get(one, ()), index), -1) for one in taken]
        total = sum(sign * (value or 0) for value, sign in parts)
        derived.append(None if withdrawn is None else max(0, total))
    return derived


def _at(values: Iterable[int | None], index: int) -> int | None:
    found = list(values) if not isinstance(values, Sequence) else values
    value = found[index] if index < len(found) else None
    return value if value is None or value >= 0 else None
