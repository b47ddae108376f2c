"""What the forecast's process answers: a JSON document, read with suspicion. Needs no numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Self

from dems_node.json_types import Json

VERSION = 1
DECILES = 9


class AnswerError(ValueError):
    """An answer is not what was asked for. The text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFigures:
    """How good the day-ahead forecasts of the last days were (see ``quality.Quality``), as shares: 0.3 is 30 %."""

    days: int
    error: float
    bias: float
    pinball: float
    within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotForecast:
    """Energy (Wh) of consecutive slots: expected value and the nine deciles (9 lists), ascending and not negative.

    ``basis`` is a word of ``household.Basis``; ``quality`` is None while no past day tells.
    """

    expected_wh: Sequence[int]
    deciles_wh: Sequence[Sequence[int]]
    basis: str
    quality: QualityFigures | None

    @property
    def low_wh(self) -> Sequence[int]:
        """The 10 % quantile."""
        return self.deciles_wh[0]

    @property
    def median_wh(self) -> Sequence[int]:
        """The 50 % quantile."""
        return self.deciles_wh[DECILES // 2]

    @property
    def high_wh(self) -> Sequence[int]:
        """The 90 % quantile."""
        return self.deciles_wh[-1]

    @classmethod
    def read(cls, document: Any, slots: int) -> Self:
        """Read one quantity's forecast of so many slots. Raises AnswerError."""
        try:
            quality = document["quality"]
            found = cls(
                expected_wh=tuple(document["expected_wh"]),
                deciles_wh=tuple(tuple(row) for row in document["deciles_wh"]),
                basis=str(document["basis"]),
                quality=None if quality is None else QualityFigures(**quality),
            )
        except (KeyError, TypeError) as error:
            raise AnswerError(f"the forecast lacks or misnames a field: {error!r}") from error
        found._check(slots)
        return found

    def _check(self, slots: int) -> None:
        rows = (self.expected_wh, *self.deciles_wh)
        if len(self.deciles_wh) != DECILES or any(len(row) != slots for row in rows):
            raise AnswerError(f"expected {DECILES} deciles of {slots} slots")
        if not all(type(value) is int and value >= 0 for row in rows for value in row):
            raise AnswerError("an energy is not an integer >= 0")
        if any(
            a > b for lower, upper in pairwise(self.deciles_wh) for a, b in zip(lower, upper, strict=True)
        ):
            raise AnswerError("the quantiles are not in ascending order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The forecasts of a household from ``issue_slot`` on; ``pv`` is None where nothing is known of a plant."""

    issue_slot: int
    slot_seconds: int
    load: SlotForecast
    pv: SlotForecast | None

    @property
    def end_slot(self) -> int:
        """The first slot that is not forecast any more."""
        return self.issue_slot + len(self.load.expected_wh)

    def document(self) -> Mapping[str, Json]:
        """Return the answer as JSON."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def read(cls, document: Any, *, issue_slot: int, slot_seconds: int, slots: int) -> Self:
        """Read the answer to a job for so many slots from ``issue_slot`` on. Raises AnswerError."""
        if not isinstance(document, dict) or document.get("version") != VERSION:
            raise AnswerError(f"not an answer of version {VERSION}")
        if (document.get("issue_slot"), document.get("slot_seconds")) != (issue_slot, slot_seconds):
            raise AnswerError("the answer is about another slot than the question")
        pv = document.get("pv")
        return cls(
            issue_slot=issue_slot,
            slot_seconds=slot_seconds,
            load=SlotForecast.read(document.get("load"), slots),
            pv=None if pv is None else SlotForecast.read(pv, slots),
        )
