"""The lattice of optimal prices: bounds of each zone and differences between zones, in exact integers.

The dual optima of a network flow form a lattice (Murota, Discrete Convex Analysis, L-natural convexity), so a smallest
and a largest price of every zone exist together. Source: docs/market.md section 6.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

type Charges = Sequence[Sequence[int]]
"""Charges by place of zones: ``[from][to]`` in micro-units per kWh."""


class PriceRange(NamedTuple):
    """The smallest and largest price of a zone, micro-units per kWh. Empty if lower > upper."""

    lower: int
    upper: int

    @property
    def price(self) -> int:
        """The price rule: the midpoint, rounded down; this keeps every integer bound on differences."""
        return (self.lower + self.upper) // 2


def tighten(
    ranges: Sequence[PriceRange], charges: Charges, flows: Iterable[tuple[int, int]]
) -> list[PriceRange]:
    """Return the smallest and largest prices within ``ranges`` that the network allows, by place.

    No zone's price exceeds another's by more than the charge from there; where energy flows, by exactly the charge.
    If no such prices exist, some range returned is empty.
    """
    edges = [(a, b, charge) for a, row in enumerate(charges) for b, charge in enumerate(row) if a != b]
    edges += [(b, a, -charges[a][b]) for a, b in flows]
    lower, upper = [found.lower for found in ranges], [found.upper for found in ranges]
    for _ in ranges:
        changed = False
        for a, b, most in edges:
            if lower[b] - most > lower[a]:
                lower[a], changed = lower[b] - most, True
            if upper[a] + most < upper[b]:
                upper[b], changed = upper[a] + most, True
        if not changed:
            break
    return list(map(PriceRange, lower, upper, strict=True))
