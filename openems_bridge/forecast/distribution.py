"""Weighted samples of a slot's energy, and what a forecast says of them."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from openems_bridge.forecast.series import Floats

LEVELS: Floats = np.arange(1, 10) / 10
"""The quantiles that a forecast tells: the nine deciles."""
LOW, MEDIAN, HIGH = 0, 4, 8
"""Where the 10 %, the 50 % and the 90 % quantile are among them."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Energy (Wh) of consecutive slots: expected (the mean, what adds up over households and hours) and deciles.

    ``expected`` has the shape (slots,), ``deciles`` (9, slots), ascending along the first axis.
    """

    expected: Floats
    deciles: Floats

    @property
    def low(self) -> Floats:
        """The 10 % quantile."""
        found: Floats = self.deciles[LOW]
        return found

    @property
    def median(self) -> Floats:
        """The 50 % quantile."""
        found: Floats = self.deciles[MEDIAN]
        return found

    @property
    def high(self) -> Floats:
        """The 90 % quantile."""
        found: Floats = self.deciles[HIGH]
        return found

    def blended(self, other: Self, share: Floats) -> Forecast:
        """Return ``1 - share`` of this forecast and ``share`` (0 to 1 for each slot) of the other, by quantiles."""
        return Forecast(
            expected=(1 - share) * self.expected + share * other.expected,
            deciles=(1 - share) * self.deciles + share * other.deciles,
        )


@dataclass(frozen=True, slots=True)
class Samples:
    """Values (Wh) a slot may take and their weights, both of shape (slots, samples); a weight 0 counts for nothing."""

    values: Floats
    weights: Floats

    def joined(self, other: Self) -> Samples:
        """Return the samples of both."""
        return Samples(
            np.concatenate([self.values, other.values], axis=1),
            np.concatenate([self.weights, other.weights], axis=1),
        )

    def forecast(self) -> Forecast:
        """Return mean and deciles. Raises ValueError for a slot without any weight."""
        total = self.weights.sum(axis=1)
        if not np.all(total > 0):
            raise ValueError(f"no sample has a weight in slot {int(np.argmin(total))} of the horizon")
        expected: Floats = (self.weights * self.values).sum(axis=1) / total
        return Forecast(expected=expected, deciles=self._deciles(total))

    def _deciles(self, total: Floats) -> Floats:
        order = np.argsort(self.values, axis=1)
        values = np.take_along_axis(self.values, order, axis=1)
        weights = np.take_along_axis(self.weights, order, axis=1)
        # A sample stands for the middle of its weight, as Hazen's plotting position does for equal weights.
        middles = (np.cumsum(weights, axis=1) - weights / 2) / total[:, None]
        last = values.shape[1] - 1
        # The first sample that reaches the level and has a weight of its own.
        reached = np.where(weights > 0, middles, -1.0)
        top = last - np.argmax(weights[:, ::-1] > 0, axis=1)
        found = []
        for level in LEVELS:
            hit = reached >= level
            found.append(np.where(hit.any(axis=1), np.argmax(hit, axis=1), top))
        return np.stack([values[np.arange(len(values)), index] for index in found])
