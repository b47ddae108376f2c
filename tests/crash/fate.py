"""When the bridge dies, and how: in a statement of the store, at a sample, or between the two."""

import sqlite3
from collections.abc import Callable
from random import Random
from typing import Any


class Killed(BaseException):
    """The bridge is dead from here on: nothing of it may run any more."""


class Fate:
    """Dies at the n-th point that is passed, and at every one after it, as the dead do nothing.

    ``after_a_sample``: points count from the first sample on.
    """

    def __init__(
        self,
        points: int,
        *,
        in_samples: bool = True,
        after_a_sample: bool = False,
        strike: Callable[[], None] | None = None,
    ) -> None:
        self._left = points
        self._waits = after_a_sample
        self._in_samples = in_samples
        self._strike = strike
        self.cause = ""

    @classmethod
    def drawn(cls, rng: Random, strike: Callable[[], None] | None = None) -> Fate:
        """Return a fate that comes within hours; every other one only while the bridge stores, asks or tells."""
        if rng.random() < 0.5:
            return cls(round(10 ** rng.uniform(0, 3.6)), strike=strike)
        return cls(round(10 ** rng.uniform(0, 2.3)), in_samples=False, strike=strike)

    def sampled(self) -> None:
        """Pass the point between two samples, if that counts."""
        self._waits = False
        if self._in_samples:
            self.point("between samples")

    def point(self, name: str) -> None:
        """Pass a point. Raises Killed (or strikes for real) where it is the last one."""
        if self._waits:
            return
        self._left -= 1
        if self._left <= 0:
            self.cause = self.cause or name
            if self._strike is not None:
                self._strike()
            raise Killed(name)


def mortal_connection(fate: Fate, committed: Callable[[], None]) -> type[sqlite3.Connection]:
    """Return a connection that may die before and after each statement; ``committed`` hears of stored checkpoints."""

    class MortalConnection(sqlite3.Connection):
        opened = False
        checkpoint = False

        def execute(self, sql: str, /, *args: Any) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE":
                self.opened = True
                self.checkpoint = False
            if not self.opened:
                return super().execute(sql, *args)
            fate.point(f"before {sql}")
            cursor = super().execute(sql, *args)
            if sql.startswith("INSERT INTO meter_state"):
                self.checkpoint = True
            if sql == "COMMIT" and self.checkpoint:
                committed()
            fate.point(f"after {sql}")
            return cursor

        def executemany(self, sql: str, /, *args: Any) -> sqlite3.Cursor:
            fate.point(f"before {sql}")
            cursor = super().executemany(sql, *args)
            fate.point(f"after {sql}")
            return cursor

    return MortalConnection
