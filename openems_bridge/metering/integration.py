"""Power becomes energy, for what the Edge does not count. Exact integers: the part below 1 Wh is carried on."""

from dataclasses import dataclass

_PER_WH = 2 * 3_600_000
"""Half watts times milliseconds in one Wh: the mean of two powers needs the half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegralState:
    """``total`` Wh so far, the last ``power`` (W, >= 0) at ``seen_at`` (UTC ms), and what is not yet a whole Wh."""

    total: int
    power: int
    seen_at: int
    remainder: int = 0


def integrate(state: IntegralState, power: int, at: int) -> tuple[IntegralState, int]:
    """Take the next power (W, >= 0) at ``at`` (UTC ms) and return the new state and the Wh that have become whole.

    Between the two moments the power is taken to change evenly. A clock that ran backwards adds nothing.
    """
    area = state.remainder + (state.power + power) * max(0, at - state.seen_at)
    energy, remainder = divmod(area, _PER_WH)
    return IntegralState(total=state.total + energy, power=power, seen_at=at, remainder=remainder), energy


def skip(state: IntegralState, power: int, at: int, energy: int) -> IntegralState:
    """Go on after a time that no power covers, with the energy (Wh) that is known of it from elsewhere."""
    return IntegralState(total=state.total + energy, power=power, seen_at=at, remainder=state.remainder)
