"""Second by second instead of step by step: repeatable variation that keeps the energy of every step exactly.

A step of mean power P lasting n seconds is P·n watt-seconds. They are dealt to the seconds in proportion to integer
weights by cumulative rounding, so the seconds are integers >= 0 whose sum is P·n whatever the weights are.
"""

from collections.abc import Sequence
from enum import Enum
from itertools import accumulate, pairwise
from random import Random


class Texture(Enum):
    """How a quantity flickers: share of it that a stretch may deviate, and how long stretches last (s)."""

    LOAD = (0.35, 4, 90)
    """Appliances: steps up and down within a minute."""
    SOLAR = (0.12, 20, 180)
    """Clouds: slower, and less deep."""


def weights(rng: Random, seconds: int, texture: Texture) -> list[int]:
    """Return ``seconds`` integer weights around 1000 that change in stretches, with a fine ripple on top."""
    depth, shortest, longest = texture.value
    result: list[int] = []
    while len(result) < seconds:
        level = round(1000 * (1 + depth * rng.uniform(-1, 1)))
        length = min(rng.randint(shortest, longest), seconds - len(result))
        ripple = level // 50
        result.extend([level + ripple, level, level - ripple, level][i & 3] for i in range(length))
    return result


def deal(watt_seconds: int, shares: Sequence[int]) -> list[int]:
    """Deal an energy to seconds in proportion to ``shares`` (>= 0, not all 0); the sum is exactly the energy."""
    total = sum(shares)
    dealt = [watt_seconds * part // total for part in accumulate(shares, initial=0)]
    return [after - before for before, after in pairwise(dealt)]


def vary(mean_w: int, seconds: int, *, seed: str, step: int, texture: Texture) -> list[int]:
    """Return the power (W) of each second of a step: the same for the same seed, ``sum == mean_w * seconds``."""
    if mean_w == 0:
        return [0] * seconds
    rng = Random(f"{seed}/{texture.name}/{step}")  # noqa: S311 - a repeatable pattern, not a secret
    return deal(mean_w * seconds, weights(rng, seconds, texture))
