"""Netting: what of a slot's energy stays inside the community. A public linear function of each commitment.

Source: docs/protocol.md section 12; DESIGN.md, Netting without a trusted setup.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

ONE = 1 << 32
"""The weight of a side that is wholly inside; energies times weights are in units of 2^-32 Wh."""

_WH_PER_KWH = 1000


class Side(Enum):
    """The two sides of a slot."""

    WITHDRAWAL = "withdrawal"
    FEED_IN = "feed_in"


@dataclass(frozen=True, slots=True)
class Share:
    """One household's result on one side of a slot: its energy x in Wh and its side's weight."""

    energy: int
    weight: int

    @property
    def inside_exact(self) -> int:
        """Energy inside the community in 2^-32 Wh, exactly ``x·w``."""
        return self.energy * self.weight

    @property
    def outside_exact(self) -> int:
        """Energy outside the community in 2^-32 Wh, exactly ``x·(2^32 - w)``."""
        return self.energy * (ONE - self.weight)

    @property
    def inside(self) -> int:
        """Energy inside the community in whole Wh, rounded down."""
        return self.inside_exact // ONE

    @property
    def outside(self) -> int:
        """Energy outside the community in whole Wh: what is left, so that both add up to x."""
        return self.energy - self.inside


@dataclass(frozen=True, slots=True)
class Netting:
    """The netting of a slot, fixed by its two opened sums in Wh. Raises ValueError for a negative sum."""

    withdrawal: int
    feed_in: int

    def __post_init__(self) -> None:
        if self.withdrawal < 0 or self.feed_in < 0:
            raise ValueError(
                f"sums must not be negative: withdrawal {self.withdrawal}, feed-in {self.feed_in}"
            )

    @property
    def matched(self) -> int:
        """Energy that stays in the community, M = min(D, S), in Wh."""
        return min(self.withdrawal, self.feed_in)

    def weight(self, side: Side) -> int:
        """Return the part of a side that is inside, times 2^32: all of the smaller, ``floor(M·2^32/T)`` of the larger."""
        if side is Side.WITHDRAWAL:
            return _weight(self.withdrawal, self.feed_in)
        return _weight(self.feed_in, self.withdrawal)

    @property
    def remainder(self) -> int:
        """What rounding the weight leaves to the utility on the larger side, ``M·2^32 - T·w``, in 2^-32 Wh."""
        larger, smaller = max(self.withdrawal, self.feed_in), self.matched
        return smaller * ONE - larger * _weight(larger, smaller)

    def share(self, side: Side, energy: int) -> Share:
        """Return the share of a household that has ``energy`` Wh (its x) on a side."""
        return Share(energy, self.weight(side))


def _weight(own: int, other: int) -> int:
    return ONE if own <= other else other * ONE // own


def net(withdrawals: Iterable[int], feed_ins: Iterable[int]) -> Netting:
    """Return the netting of a slot from all its x-parts in Wh, as the operator does who knows them."""
    return Netting(sum(withdrawals), sum(feed_ins))


def find_netting_faults(
    withdrawals: Sequence[int],
    feed_ins: Sequence[int],
    outside_withdrawals: Sequence[int],
    outside_feed_ins: Sequence[int],
) -> list[str]:
    """Return what is wrong with claimed results (Wh outside, for each household on each side); empty if nothing.

    Raises ValueError if there are not as many results as quantities.
    """
    netting = net(withdrawals, feed_ins)
    faults = []
    for side, energies, claims in (
        (Side.WITHDRAWAL, withdrawals, outside_withdrawals),
        (Side.FEED_IN, feed_ins, outside_feed_ins),
    ):
        for place, (energy, claimed) in enumerate(zip(energies, claims, strict=True)):
            due = netting.share(side, energy).outside
            if claimed != due:
                faults.append(
                    f"{side.value} {place}: {claimed} Wh outside claimed, {due} of {energy} Wh is right"
                )
    return faults


@dataclass(frozen=True, slots=True)
class BillItem:
    """A share and the prices, in micro-units per kWh, of its inside and outside energy in that slot."""

    share: Share
    price_inside: int
    price_outside: int

    @property
    def amount_exact(self) -> int:
        """The item in micro-units times ``2^32 · 1000``."""
        return self.share.inside_exact * self.price_inside + self.share.outside_exact * self.price_outside


def bill(items: Iterable[BillItem]) -> int:
    """Return a period's bill in micro-units: summed exactly, rounded once, half to even."""
    divisor = ONE * _WH_PER_KWH
    quotient, rest = divmod(sum(item.amount_exact for item in items), divisor)
    is_up = 2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1)
    return quotient + is_up
