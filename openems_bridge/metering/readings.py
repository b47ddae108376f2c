"""A reading: the energy of one slot, register by register, and how good it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from openems_bridge.telemetry import Register, SourceClass


class Quality(StrEnum):
    """How a slot's energy was obtained."""

    COMPLETE = "complete"
    """Counters (or dense power values where there is no counter, see ``Reading.integrated``) cover the whole slot."""
    PARTIAL = "partial"
    """Some seconds are covered by nothing: the energy is that of the covered ones."""
    ESTIMATED = "estimated"
    """The sum over a gap is measured, its division among slots is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The energy of one slot in Wh; a register is missing where the house has no such counter."""

    slot: int
    energy: Mapping[Register, int]
    quality: Quality
    covered_seconds: int
    source: SourceClass
    integrated: frozenset[Register] = frozenset()
    """Registers that were integrated from power because the Edge does not count them."""
