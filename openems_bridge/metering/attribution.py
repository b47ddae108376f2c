"""Energy between two moments finds its slots."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dems_protocol.slots import SlotGrid
from openems_bridge.metering.division import MS, Recorded, divide, spans
from openems_bridge.metering.state import Portion

LONGEST_GAP_SLOTS = 366 * 96
"""A gap is divided among at most this many slots, the latest; older ones are past every use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Energy (Wh) between two samples (UTC ms), and how well it is known."""

    energy: int
    start: int
    end: int
    covered: bool
    """Whether the energy is all there was."""
    integrated: bool = False
    coarse: bool = False
    """Whether the moment at which the energy flowed is uncertain, as the counter's steps are wide or late."""


def gap_start(grid: SlotGrid, open_slot: int, start: int, end: int) -> int:
    """Return where a stretch begins as far as open slots are concerned: closed slots are never opened again."""
    slot_ms = grid.seconds * MS
    return max(start, open_slot * slot_ms, (end // slot_ms - LONGEST_GAP_SLOTS) * slot_ms)


def attribute(
    grid: SlotGrid,
    open_slot: int,
    portions: Mapping[int, Portion],
    stretch: Stretch,
    dense_ms: int,
    recorded: Recorded | None,
) -> dict[int, Portion]:
    """Return the portions with a stretch's energy added, and every slot that it touches present.

    Samples at most ``dense_ms`` apart give their energy to the slot of the later one, so that a boundary's counter
    value is that of the last sample before it. Longer stretches within a slot are counted there; across boundaries
    they are divided (and marked estimated). Where the clock shows a slot that is closed, the open one gets it.
    """
    slot_ms = grid.seconds * MS
    slot = stretch.end // slot_ms
    since = gap_start(grid, open_slot, stretch.start, stretch.end)
    added = dict(portions)
    if slot < open_slot:
        _add(added, open_slot, stretch, stretch.energy, 0, estimated=True)
    elif stretch.end - stretch.start <= dense_ms:
        _add(added, slot, stretch, stretch.energy, 0, estimated=False)
    elif since == stretch.start and since // slot_ms == slot:
        uncovered = 0 if stretch.covered else stretch.end - since
        _add(added, slot, stretch, stretch.energy, uncovered, estimated=False)
    else:
        times = spans(grid, since, stretch.end)
        for each, energy in divide(stretch.energy, times, recorded).items():
            uncovered = 0 if stretch.covered else times[each]
            _add(added, each, stretch, energy, uncovered, estimated=times[each] > 0 or energy > 0)
    return added


def _add(
    portions: dict[int, Portion], slot: int, stretch: Stretch, energy: int, uncovered: int, *, estimated: bool
) -> None:
    before = portions.get(slot, Portion())
    portions[slot] = replace(
        before,
        energy=before.energy + energy,
        uncovered=before.uncovered + uncovered,
        estimated=before.estimated or estimated or stretch.coarse,
        integrated=before.integrated or stretch.integrated,
    )
