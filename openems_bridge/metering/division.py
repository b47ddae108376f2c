"""A gap's energy is divided among its slots: to the Wh, by the Edge's history or else by time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dems_protocol.slots import SlotGrid

MS = 1000


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide a total into whole parts in proportion to weights >= 0, by largest remainder.

    The parts add up to the total exactly; equal remainders go to the earlier part. Raises ValueError if no weight is
    positive.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("nothing to divide by: no weight is positive")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def spans(grid: SlotGrid, start: int, end: int) -> dict[int, int]:
    """Return the milliseconds of [start, end) (UTC ms) in each slot that it touches; at least the last slot."""
    length = grid.seconds * MS
    first, last = start // length, end // length
    return {
        slot: min(end, (slot + 1) * length) - max(start, slot * length) for slot in range(first, last + 1)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the Edge's history knows of one register in a gap.

    ``known`` is energy in Wh·ms (each step's Wh times the milliseconds that lie in the slot and the gap; divide by
    ``step_ms``), ``unknown`` the milliseconds without a record, both by slot. ``whole`` is the Wh of the steps that
    lie in the gap entirely: no part of it was seen by the bridge.
    """

    step_ms: int
    known: Mapping[int, int]
    unknown: Mapping[int, int]
    whole: int

    @property
    def complete(self) -> bool:
        """Whether every millisecond of the gap is on record."""
        return not any(self.unknown.values())


def divide(energy: int, spans_ms: Mapping[int, int], recorded: Recorded | None) -> dict[int, int]:
    """Divide a gap's energy (Wh) among its slots, given the milliseconds that it has in each.

    Where the history has the whole gap, in its proportions; where it has a part, that part gets what is recorded and
    the rest is spread over the other milliseconds; without a history evenly in time.
    """
    slots = list(spans_ms)
    weights = [spans_ms[slot] for slot in slots]
    if recorded is not None:
        weights = _weights(energy, slots, recorded) or weights
    if not any(weights):
        weights = [0] * (len(slots) - 1) + [1]
    return dict(zip(slots, apportion(energy, weights), strict=True))


def _weights(energy: int, slots: Sequence[int], recorded: Recorded) -> list[int] | None:
    known = [recorded.known.get(slot, 0) for slot in slots]
    unknown = [recorded.unknown.get(slot, 0) for slot in slots]
    rest = energy * recorded.step_ms - sum(known)
    if rest > 0 and any(unknown):
        return [part * sum(unknown) + rest * missing for part, missing in zip(known, unknown, strict=True)]
    return known if any(known) else None
