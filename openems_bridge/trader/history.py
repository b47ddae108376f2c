"""Cleared slots as the API shows them: price, own result, money. Functions for ``Database.run``."""

import sqlite3
from collections.abc import Sequence

from dems_node.json_types import Section
from dems_protocol.slots import SlotGrid
from openems_bridge.trader import journal, verdicts
from openems_bridge.trader.market_audit import cleared_section
from openems_bridge.trader.money import Contract, market_cost, market_income, rounded
from openems_bridge.trader.verdicts import ClearingVerdict


def cleared_of(connection: sqlite3.Connection, grid: SlotGrid, verdict: ClearingVerdict) -> Section:
    """Return a slot's price and own result."""
    return cleared_section(grid, verdict, journal.of_slot(connection, verdict.slot))


def read_history(
    connection: sqlite3.Connection, grid: SlotGrid, first: int, last: int, limit: int
) -> Sequence[Section]:
    """Return the cleared slots in [first, last], oldest first, at most ``limit``, with what the market's part came to.

    Income and cost (micro-units) are None until the slot was measured.
    """
    found = verdicts.between(connection, first, last, limit)
    contracted = journal.contracted(connection, [verdict.slot for verdict in found])
    return [
        {
            **cleared_of(connection, grid, verdict),
            **_money(connection, grid, verdict, contracted.get(verdict.slot, (0, 0, 0))),
        }
        for verdict in found
    ]


def _money(
    connection: sqlite3.Connection, grid: SlotGrid, verdict: ClearingVerdict, contracted: tuple[int, int, int]
) -> Section:
    row = connection.execute(
        "SELECT withdrawal, feed_in FROM reading WHERE slot_seconds = ? AND slot = ?",
        (grid.seconds, verdict.slot),
    ).fetchone()
    if row is None:
        return {"income": None, "cost": None}
    bought, sold, _ = contracted
    contract = Contract(
        bought=bought,
        sold=sold,
        price=verdict.price,
        utility_sell=verdict.utility_sell,
        utility_buy=verdict.utility_buy,
    )
    return {
        "income": rounded(market_income(contract, min(row[1] or 0, sold))),
        "cost": rounded(market_cost(contract, min(row[0] or 0, bought))),
    }
