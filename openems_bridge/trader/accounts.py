"""What the household's slots came to in money, from readings, contracts, netting and tariff. For ``Database.run``."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openems_bridge.foresight.tariff import SlotPrice
from openems_bridge.trader import journal, verdicts
from openems_bridge.trader.money import Contract, HouseSlot, SlotAccount

type PricesOf = Callable[[Sequence[int]], Sequence[SlotPrice]]
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Accounts:
    """The slots of a period, each with what it came to, and as the house itself used them."""

    slots: Sequence[SlotAccount]
    house: Sequence[HouseSlot]


def read_accounts(
    connection: sqlite3.Connection,
    slot_seconds: int,
    slots: range,
    prices: PricesOf,
    inside: tuple[int | None, int | None],
) -> Accounts:
    """Return the accounts of the slots that were measured. ``inside``: what netted energy costs and earns, else None."""
    rows = connection.execute(
        "SELECT slot, withdrawal, feed_in, consumption, generation FROM reading "
        "WHERE slot_seconds = ? AND slot >= ? AND slot < ? AND withdrawal IS NOT NULL ORDER BY slot",
        (slot_seconds, slots.start, slots.stop),
    ).fetchall()
    measured = [row[0] for row in rows]
    contracted = journal.contracted(connection, measured)
    utility = {
        one.slot: (one.utility_sell, one.utility_buy)
        for one in verdicts.between(connection, slots.start, slots.stop - 1, _MOST)
    }
    netted = _netted(connection, slots)
    accounts, house = [], []
    for (slot, withdrawal, feed_in, used, generated), price in zip(rows, prices(measured), strict=True):
        bought, sold, cleared = contracted.get(slot, (0, 0, 0))
        sell, buy = utility.get(slot, (0, 0))
        inside_in, inside_out = netted.get(slot, (0, 0))
        accounts.append(
            SlotAccount(
                slot=slot,
                withdrawal=withdrawal,
                feed_in=feed_in or 0,
                import_price=price.import_price,
                export_price=price.export_price,
                contract=Contract(bought=bought, sold=sold, price=cleared, utility_sell=sell, utility_buy=buy)
                if bought or sold
                else None,
                inside_withdrawal=inside_in,
                inside_feed_in=inside_out,
                inside_import=inside[0],
                inside_export=inside[1],
            )
        )
        if used is not None:
            house.append(
                HouseSlot(
                    load=used,
                    generation=generated or 0,
                    withdrawal=withdrawal,
                    feed_in=feed_in or 0,
                    import_price=price.import_price,
                    export_price=price.export_price,
                )
            )
    return Accounts(accounts, house)


def _netted(connection: sqlite3.Connection, slots: range) -> dict[int, tuple[int, int]]:
    """Return (withdrawal, feed-in) that was netted inside the community, by slot."""
    rows = connection.execute(
        "SELECT slot, document FROM ledger_settlement WHERE slot >= ? AND slot < ?", (slots.start, slots.stop)
    )
    found = {}
    for slot, text in rows:
        document = json.loads(text)
        found[slot] = (document.get("withdrawal_inside") or 0, document.get("feed_in_inside") or 0)
    return found
