"""The welfare maximum as a linear programme, solved by HiGHS; its dual values are the zones' prices.

The only module of the protocol that needs numpy and highspy, which a household's daemon does not load.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import highspy
import numpy as np

from dems_protocol.market.book import ZoneBook
from dems_protocol.market.terms import Terms


class _Column(NamedTuple):
    """Energy that may come to or leave the pools: cost in micro-units per kWh, room in Wh, sign at each place."""

    cost: int
    room: float
    entries: tuple[tuple[int, int], ...]


def estimate_prices(terms: Terms, books: Sequence[ZoneBook]) -> list[int]:
    """Return each zone's price, micro-units per kWh, by place: the rounded dual optimum of the programme.

    HiGHS reckons in floating point: what it returns is where `clearing` begins its exact proof. Raises RuntimeError
    if HiGHS finds no optimum.
    """
    base = min(zone.buy for zone in terms.zones)
    columns = list(_columns(terms, books, base))
    solver = _solver()
    solver.passModel(_programme(columns, len(books)))
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS found no welfare maximum: {solver.modelStatusToString(status)}")
    return [base + round(dual) for dual in solver.getSolution().row_dual]


def _columns(terms: Terms, books: Sequence[ZoneBook], base: int) -> Iterator[_Column]:
    """Yield the columns; limits and charges that cannot matter are brought near those that can, for HiGHS's sake."""
    farthest = max(zone.sell for zone in terms.zones) - base + 1
    for place, (zone, book) in enumerate(zip(terms.zones, books, strict=True)):
        yield _Column(zone.sell - base, highspy.kHighsInf, ((place, 1),))
        yield _Column(base - zone.buy, highspy.kHighsInf, ((place, -1),))
        for limit, quantity in book.offers.items():
            yield _Column(_clamp(limit, zone.buy, zone.sell) - base, quantity, ((place, 1),))
        for limit, quantity in book.bids.items():
            yield _Column(base - _clamp(limit, zone.buy, zone.sell), quantity, ((place, -1),))
    for start, row in enumerate(terms.charge_rows()):
        for end, charge in enumerate(row):
            if start != end:
                yield _Column(min(charge, farthest), highspy.kHighsInf, ((start, -1), (end, 1)))


def _clamp(limit: int, buy: int, sell: int) -> int:
    return min(max(limit, buy - 1), sell + 1)


def _programme(columns: Sequence[_Column], rows: int) -> highspy.HighsLp:
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(columns), rows
    programme.col_cost_ = np.array([column.cost for column in columns], dtype=np.float64)
    programme.col_lower_ = np.zeros(len(columns))
    programme.col_upper_ = np.array([column.room for column in columns], dtype=np.float64)
    programme.row_lower_ = programme.row_upper_ = np.zeros(rows)
    entries = [entry for column in columns for entry in column.entries]
    starts = np.cumsum([0] + [len(column.entries) for column in columns])
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = starts.astype(np.int32)
    programme.a_matrix_.index_ = np.array([place for place, _ in entries], dtype=np.int32)
    programme.a_matrix_.value_ = np.array([sign for _, sign in entries], dtype=np.float64)
    return programme


def _solver() -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("solver", "simplex")):
        solver.setOptionValue(name, value)
    return solver
