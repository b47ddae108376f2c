"""What is expected of the community's net load, from the sums of the slots that were followed. Pure.

A profile of the time of day, days that lie nearer counting more; its spread is that of the same slots.
Such a profile forecasts as well as the best simple methods (benchmarks/forecast).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from community.market.live import SlotSums

DAYS = 21
DAYS_NEEDED = 2
_AGE_DAYS = 10.0
_SECONDS_A_DAY = 86_400
HORIZON_SECONDS = 36 * 3600


@dataclass(frozen=True, slots=True)
class NetBand:
    """Net load of consecutive slots, Wh: expected, and the 0.1 and 0.9 quantiles."""

    expected: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CommunityOutlook:
    """Bands of the members with and without a battery from a slot on; Wh stored in all batteries."""

    first_slot: int
    owners: NetBand
    others: NetBand
    stored: int


def expect(
    past: Sequence[SlotSums], first_slot: int, slot_seconds: int, minimum_owners: int
) -> CommunityOutlook | None:
    """Return the outlook from ``first_slot`` on; None while too few slots, or households in either group, are known.

    A group that is too small would tell its members what the others do; an empty group has nothing to tell.
    """
    told = [
        sums
        for sums in past
        if all(count == 0 or count >= minimum_owners for count in (sums.owners, sums.others))
    ]
    if not told:
        return None
    a_day = max(_SECONDS_A_DAY // slot_seconds, 1)
    by_time: dict[int, list[SlotSums]] = {}
    for sums in told:
        by_time.setdefault(sums.slot % a_day, []).append(sums)
    count = HORIZON_SECONDS // slot_seconds
    same_times = [by_time.get((first_slot + ahead) % a_day, []) for ahead in range(count)]
    if min(len(same) for same in same_times) < DAYS_NEEDED:
        return None
    newest = max(told, key=lambda sums: sums.slot)
    owners = [_spread({s.slot: s.owners_net for s in same}, first_slot, a_day) for same in same_times]
    others = [_spread({s.slot: s.others_net for s in same}, first_slot, a_day) for same in same_times]
    return CommunityOutlook(first_slot, _band(owners), _band(others), newest.stored)


def _spread(values: Mapping[int, int], first_slot: int, a_day: int) -> tuple[int, int, int]:
    """Return mean, 0.1 and 0.9 quantile of values by slot, weighted by age."""
    weights = {slot: exp(-(first_slot - slot) / a_day / _AGE_DAYS) for slot in values}
    total = sum(weights.values())
    mean = sum(values[slot] * weight for slot, weight in weights.items()) / total
    return round(mean), _quantile(values, weights, 0.1), _quantile(values, weights, 0.9)


def _quantile(values: Mapping[int, int], weights: Mapping[int, float], level: float) -> int:
    ordered = sorted(values, key=lambda slot: values[slot])
    reached, goal = 0.0, level * sum(weights.values())
    for slot in ordered:
        reached += weights[slot]
        if reached >= goal:
            return values[slot]
    return values[ordered[-1]]


def _band(spreads: Sequence[tuple[int, int, int]]) -> NetBand:
    expected, low, high = zip(*spreads, strict=True)
    return NetBand(tuple(expected), tuple(low), tuple(high))
